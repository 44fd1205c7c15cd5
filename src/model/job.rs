//! Deferred work: what is done once it is due, however often the program starts in between.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::alert::News;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::JobId;
use crate::model::ids::MessageId;
use crate::model::ids::TagId;
use crate::model::ids::VisitorId;
use crate::model::letter::Letter;

/// A piece of work that is due at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// The job's id.
    pub id: JobId,
    /// What there is to do. Doing it twice must be harmless.
    pub kind: JobKind,
    /// When.
    pub due: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was written down.
    pub created_at: Timestamp,
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum JobKind {
    /// Ask the vendor whether a channel works again.
    CheckChannel {
        /// Which channel.
        channel_id: ChannelId,
    },
    /// Fetch the file of a customer's message, which still lies with the vendor.
    FetchFile {
        /// Which message.
        message_id: MessageId,
    },
    /// Tell the vendor that a press of a button is here.
    AnswerPress {
        /// The message that the press became.
        message_id: MessageId,
    },
    /// Tell operators how a channel stands, if they do not know yet.
    TellOperators {
        /// Which channel.
        channel_id: ChannelId,
    },
    /// Write to somebody of ours.
    SendMail {
        /// What there is to say.
        letter: Letter,
    },
    /// Tell a program of the operator's how a channel stands.
    PostAlert {
        /// Which channel.
        channel_id: ChannelId,
        /// What there is to tell.
        news: News,
    },
    /// Ask the vendor who wrote a message.
    LookUp {
        /// Which message.
        message_id: MessageId,
    },
    /// Bring what the vendor shows of a channel beside messages in line with its settings.
    Publish {
        /// Which channel.
        channel_id: ChannelId,
    },
    /// Ask the vendor for the templates of a channel, again and again.
    SyncTemplates {
        /// Which channel.
        channel_id: ChannelId,
    },
    /// Look whether a channel that works is still set up at its vendor, again and again.
    Inspect {
        /// Which channel.
        channel_id: ChannelId,
    },
    /// Tell the vendor that a customer's message was seen.
    TellSeen {
        /// Which message.
        message_id: MessageId,
        /// The position behind which those before it were seen with it.
        #[serde(default)]
        after: u32,
    },
    /// Take in what there is of a message that came in parts.
    JoinPieces {
        /// Through which channel.
        channel_id: ChannelId,
        /// Which message, by the digest of what its parts have in common.
        group: u64,
    },
    /// Mail a visitor of a web chat the answers that are still unread.
    MailUnread {
        /// Which visitor.
        visitor_id: VisitorId,
    },
    /// Count the links of a mail that were followed, unless a program did it.
    CountClicks {
        /// Which message.
        message_id: MessageId,
    },
    /// Tell vendors whether a person is kept out.
    TellBlocked {
        /// Whom.
        contact_id: ContactId,
    },
    /// Ask the vendor whether it took a message whose answer got lost.
    FindLost {
        /// Which message.
        message_id: MessageId,
    },
    /// Rename a label wherever it is carried.
    Relabel {
        /// Which label.
        tag_id: TagId,
    },
}

impl JobKind {
    /// The message it is about, where it is about one.
    #[must_use]
    pub const fn message(&self) -> Option<MessageId> {
        match self {
            Self::FetchFile { message_id }
            | Self::AnswerPress { message_id }
            | Self::LookUp { message_id }
            | Self::CountClicks { message_id }
            | Self::FindLost { message_id }
            | Self::TellSeen { message_id, .. } => Some(*message_id),
            Self::CheckChannel { .. }
            | Self::Inspect { .. }
            | Self::PostAlert { .. }
            | Self::Publish { .. }
            | Self::Relabel { .. }
            | Self::SyncTemplates { .. }
            | Self::TellBlocked { .. }
            | Self::TellOperators { .. }
            | Self::JoinPieces { .. }
            | Self::MailUnread { .. }
            | Self::SendMail { .. } => None,
        }
    }
}
