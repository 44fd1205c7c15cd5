//! Messages: what was asked, what was really sent, and how the delivery stands.

use serde::Deserialize;
use serde::Serialize;
use serde_json::json;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::channel::ChannelKind;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::parts::Parts;
pub use crate::model::send_error::ErrorClass;
pub use crate::model::send_error::SendError;
pub use crate::model::send_error::VendorSaid;

/// A message, a private note, or a line of a conversation's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The message's id.
    pub id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The customer.
    pub contact_id: ContactId,
    /// The channel.
    pub channel_id: ChannelId,
    /// The kind of that channel.
    pub channel_kind: ChannelKind,
    /// Its place in the conversation, from 1.
    pub position: u32,
    /// Which way it went.
    pub direction: Direction,
    /// Whether it stays among us: notes and history lines.
    pub private: bool,
    /// Who wrote it.
    pub sender: Sender,
    /// The address it came from.
    pub from: String,
    /// The address it went to.
    pub to: String,
    /// What it says: for outbound messages, what was asked for.
    pub content: Content,
    /// What the channel really got, one entry a part, when that differs from `content`.
    pub sent_as: Vec<Content>,
    /// How it was converted, in the words of the interface.
    pub converted: Vec<String>,
    /// How the delivery stands.
    pub delivery: Delivery,
    /// When it came to stand so: each state once, in order of time.
    pub steps: Vec<Step>,
    /// Why it failed.
    pub error: Option<SendError>,
    /// The vendor's ids, one a part.
    pub external_ids: Vec<String>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// The id the sender's program gave it.
    pub client_id: Option<String>,
    /// Where it was written.
    pub source: Source,
    /// Reactions to it.
    pub reactions: Vec<ReactionMark>,
    /// What the channel or an API client keeps with it.
    pub metadata: Opaque,
    /// When it was written, by the vendor's clock where there is one.
    pub at: Timestamp,
    /// When we stored it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When its content was changed.
    pub edited_at: Option<Timestamp>,
    /// When it was taken back.
    pub deleted_at: Option<Timestamp>,
    /// The calls of its last sending that the vendor took: another try goes on behind them.
    #[serde(default)]
    pub calls_taken: u16,
    /// The tries that came to nothing, oldest first; only the newest [`ATTEMPTS_KEPT`].
    #[serde(default)]
    pub attempts: Vec<Attempt>,
    /// When somebody said that nothing more is to be done about its failure.
    #[serde(default)]
    pub handled_at: Option<Timestamp>,
    /// Whether it was taken back from the customer too, or by the customer.
    #[serde(default)]
    pub deleted_for_everyone: bool,
    /// When the call began with which the vendor took it, which is no later than the vendor's own time.
    #[serde(default)]
    pub called_at: Option<Timestamp>,
    /// How far its parts came where it went out as several.
    #[serde(default)]
    pub parts: Parts,
}

/// Under which name a message keeps how it stands for each whom it goes to.
const RECIPIENTS: &str = "recipients";

/// How many failed tries are kept with a message.
pub const ATTEMPTS_KEPT: usize = 12;

/// A try to send a message that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// Why it came to nothing.
    pub error: SendError,
    /// When it is tried again; none when it was the last try.
    pub next_at: Option<Timestamp>,
}

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// From the customer.
    Inbound,
    /// To the customer, or among us.
    Outbound,
}

impl Direction {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// What kind of author.
    pub kind: SenderKind,
    /// The author's id, where there is one.
    pub id: Option<String>,
    /// The name to show.
    pub name: String,
}

/// What kind of author wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SenderKind {
    /// The customer.
    Contact,
    /// A person of ours.
    Agent,
    /// A bot or flow.
    Bot,
    /// linktor.
    System,
}

impl SenderKind {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Agent => "agent",
            Self::Bot => "bot",
            Self::System => "system",
        }
    }
}

/// Where a message was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Source {
    Customer,
    Api,
    Dashboard,
    Bot,
    Flow,
    BusinessApp,
    Imported,
    System,
    /// A customer, in public, below something of ours.
    Comment,
}

/// How the delivery of an outbound message stands. Inbound messages are born delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Delivery {
    /// Stored, waiting for its turn.
    Pending,
    /// It is unknown whether the vendor took it; a person decides.
    Unsure,
    /// The vendor took it.
    Sent,
    /// It reached the customer's device.
    Delivered,
    /// The customer saw it.
    Read,
    /// It will not arrive.
    Failed,
}

impl Delivery {
    /// The name on the wire; `unsure` is only ours and shows there as pending.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending | Self::Unsure => "pending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }

    /// The state of that name; none for another text.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        use Delivery::{Delivered, Failed, Pending, Read, Sent};
        [Pending, Sent, Delivered, Read, Failed]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// The state after hearing `news`. Late or repeated news never moves a message back: a receipt
    /// settles an unsure send, a late failure counts only before the message arrived, and only a
    /// person's retry leads from failed to pending.
    #[must_use]
    pub const fn after(self, news: Self) -> Self {
        use Delivery::{Delivered, Failed, Pending, Read, Sent, Unsure};
        match (self, news) {
            (Delivered, Read) => Read,
            (Read | Delivered, _) | (_, Pending) | (Sent | Failed, Unsure) | (Failed, Sent) => self,
            (Pending | Unsure | Sent | Failed, newer) => newer,
        }
    }
}

/// One step of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The state reached.
    pub state: Delivery,
    /// When, by the vendor's clock where it says so.
    pub at: Timestamp,
}

/// The reason of an error that passes by itself: the vendor got too much at once.
pub const RATE_LIMITED: &str = "rate_limited";

/// The reason of an error that says that the vendor's reply window is closed.
pub const OUTSIDE_WINDOW: &str = "outside_window";

/// One person's reaction to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReactionMark {
    /// The emoji.
    pub emoji: String,
    /// What kind of author reacted.
    pub by: SenderKind,
    /// The author's id or address.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// What the channel keeps with it.
    #[serde(default)]
    pub metadata: Opaque,
}

impl Message {
    /// Moves the delivery on by `news`; whether anything changed. A state passed over is filled in
    /// with the time of the later one, so that "read" always shows a delivery too.
    pub fn hear(&mut self, news: Delivery, at: Timestamp) -> bool {
        let next = self.delivery.after(news);
        let known = self.steps.iter().any(|step| step.state == news);
        if next == self.delivery {
            // A receipt that arrives late still tells when its state was reached.
            let earlier =
                !known && matches!((self.delivery, news), (Delivery::Read, Delivery::Delivered));
            if earlier {
                self.steps.push(Step { state: news, at });
                self.steps.sort_by_key(|step| step.at);
            }
            return earlier;
        }
        self.delivery = next;
        self.steps.push(Step { state: next, at });
        if next != Delivery::Failed {
            self.error = None;
        }
        self.updated_at = self.updated_at.max(at);
        true
    }

    /// Notes how the mail stands for one of several whom it goes to.
    pub fn note_recipient(&mut self, address: &str, state: Delivery, error: Option<&SendError>) {
        let mut told = self.recipient(address).cloned().unwrap_or_default();
        told.insert("status".to_owned(), state.name().into());
        for (name, text) in [
            ("note", error.map(|error| &error.message)),
            ("reason", error.map(|error| &error.reason)),
        ] {
            match text {
                Some(text) => told.insert(name.to_owned(), text.as_str().into()),
                None => told.remove(name),
            };
        }
        let all = self.metadata.entry(RECIPIENTS).or_insert_with(|| json!({}));
        if let Some(all) = all.as_object_mut() {
            all.insert(address.to_owned(), told.into());
        }
    }

    /// What is known of one of several whom a mail goes to.
    #[must_use]
    pub fn recipient(&self, address: &str) -> Option<&Opaque> {
        self.metadata.get(RECIPIENTS)?.get(address)?.as_object()
    }

    /// Notes a try that came to nothing.
    pub fn note_attempt(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
        let extra = self.attempts.len().saturating_sub(ATTEMPTS_KEPT);
        self.attempts.drain(..extra);
    }

    /// The vendor's id by which the message is known outside: of several parts the last, whose
    /// receipt holds for those before it.
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.external_ids.last().map(String::as_str)
    }

    /// When the delivery reached a state, if it did.
    #[must_use]
    pub fn reached(&self, state: Delivery) -> Option<Timestamp> {
        self.steps
            .iter()
            .find(|step| step.state == state)
            .map(|step| step.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Delivery; 6] = [
        Delivery::Pending,
        Delivery::Unsure,
        Delivery::Sent,
        Delivery::Delivered,
        Delivery::Read,
        Delivery::Failed,
    ];

    proptest! {
        #[test]
        fn receipts_never_move_a_message_back(news in proptest::collection::vec(0usize..6, 0..12)) {
            let rank = |state| match state {
                Delivery::Pending | Delivery::Unsure | Delivery::Failed | Delivery::Sent => 0,
                Delivery::Delivered => 1,
                Delivery::Read => 2,
            };
            let mut state = Delivery::Pending;
            for index in news {
                let next = state.after(ALL[index]);
                prop_assert!(rank(next) >= rank(state));
                prop_assert_eq!(next.after(ALL[index]), next, "hearing it twice changes nothing");
                state = next;
            }
        }
    }

    #[test]
    fn a_receipt_settles_what_was_unsure() {
        assert_eq!(Delivery::Unsure.after(Delivery::Sent), Delivery::Sent);
        assert_eq!(
            Delivery::Failed.after(Delivery::Delivered),
            Delivery::Delivered
        );
        assert_eq!(Delivery::Failed.after(Delivery::Sent), Delivery::Failed);
        assert_eq!(
            Delivery::Delivered.after(Delivery::Failed),
            Delivery::Delivered
        );
        assert_eq!(Delivery::Sent.after(Delivery::Failed), Delivery::Failed);
    }
}
