//! The web chat's own things: visitors, their browsers and their timelines.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::conversation::Status;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::model::ids::VisitorId;
use crate::model::ids::WebchatSessionId;
use crate::model::message::Delivery;

/// A person in a browser: anonymous, or proved to be somebody of the business's own systems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visitor {
    /// The visitor's id; also the address of the contact's identity.
    pub id: VisitorId,
    /// The web chat.
    pub channel_id: ChannelId,
    /// The proved id; none while anonymous.
    pub external_id: Option<String>,
    /// The contact, once a message or form made one.
    pub contact_id: Option<ContactId>,
    /// The conversation the visitor sees as current.
    pub conversation_id: Option<ConversationId>,
    /// What the page or the person says: name, email, phone. Claims while unverified.
    pub claims: Claims,
    /// Custom attributes set by the page.
    pub attributes: Opaque,
    /// Answers to the pre-chat form.
    pub prechat: Option<Opaque>,
    /// The newest entry of the timeline.
    pub newest: u64,
    /// The newest entry a device of the visitor has.
    pub delivered: u64,
    /// The newest entry the visitor has seen.
    pub read: u64,
    /// Messages to the visitor that are not read yet.
    pub unread: u32,
    /// Blocked visitors are refused.
    pub blocked: bool,
    /// The visitor this one became part of when it was proved who it is.
    pub merged_into: Option<VisitorId>,
    /// Grows when two timelines became one, so that browsers start afresh.
    pub generation: u32,
    /// The language, such as `pt-BR`.
    pub locale: Option<String>,
    /// The IANA time zone of the browser.
    pub timezone: Option<String>,
    /// When the visitor was first seen.
    pub created_at: Timestamp,
    /// When the visitor was last seen.
    pub last_seen_at: Timestamp,
    /// When answers that are unread by then go out as a mail; none while no such mail is to come.
    #[serde(default)]
    pub mail_due: Option<Timestamp>,
    /// The newest entry of the visitor's own that a program of ours has answered.
    #[serde(default)]
    pub handled: u64,
}

/// What somebody says about themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Claims {
    /// The name.
    pub name: Option<String>,
    /// The address of mail.
    pub email: Option<String>,
    /// The phone number as written.
    pub phone: Option<String>,
    /// A picture.
    pub avatar_url: Option<String>,
}

/// One browser of a visitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebchatSession {
    /// The session's id.
    pub id: WebchatSessionId,
    /// The web chat.
    pub channel_id: ChannelId,
    /// Whose browser.
    pub visitor_id: VisitorId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Whether the visitor's identity was proved in this browser.
    pub verified: bool,
    /// The browser.
    pub user_agent: Option<String>,
    /// The address it comes from, shortened where the channel says so.
    pub ip: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The last use, to the hour.
    pub last_seen_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// The generation of the timeline this browser knows; an older one starts afresh.
    #[serde(default)]
    pub generation: u32,
}

/// One entry of a visitor's timeline. Entries name what happened; what is shown is read from the
/// message when the entry is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// What happened.
    pub what: TimelineEvent,
    /// When.
    pub at: Timestamp,
}

/// What happened in a visitor's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum TimelineEvent {
    /// A message to or from the visitor.
    Message {
        /// The message.
        message_id: MessageId,
    },
    /// A message changed: its content or its reactions.
    Updated {
        /// The message.
        message_id: MessageId,
    },
    /// A message was taken back.
    Deleted {
        /// The message.
        message_id: MessageId,
    },
    /// The visitor's own messages up to this entry reached a state.
    Receipt {
        /// The last entry it is true of.
        up_to: u64,
        /// Delivered or read.
        status: Delivery,
    },
    /// The current conversation changed.
    Conversation {
        /// Which.
        conversation_id: ConversationId,
        /// How it stands.
        status: Status,
        /// Who answers.
        assignee: Option<UserId>,
    },
}
