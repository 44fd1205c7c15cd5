//! What the server says to a visitor's browser: frames, and the bodies that share their parts.
//!
//! Nothing here knows agents' addresses or ids, private notes or metadata, so nothing of them can
//! reach a visitor.

mod message;
mod state;

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::base::time::Timestamp;
use crate::channels::webchat::frames::TypingState;
pub use crate::channels::webchat::wire::message::Hints;
pub use crate::channels::webchat::wire::message::MessageOut;
pub use crate::channels::webchat::wire::message::ReactionBy;
pub use crate::channels::webchat::wire::message::ReactionOut;
pub use crate::channels::webchat::wire::message::UpdatedOut;
pub use crate::channels::webchat::wire::message::content;
pub use crate::channels::webchat::wire::message::fallback_text;
pub use crate::channels::webchat::wire::state::AgentTyping;
pub use crate::channels::webchat::wire::state::Availability;
pub use crate::channels::webchat::wire::state::AvailabilityState;
pub use crate::channels::webchat::wire::state::ConversationOut;
pub use crate::channels::webchat::wire::state::Features;
pub use crate::channels::webchat::wire::state::IdentityOut;
pub use crate::channels::webchat::wire::state::ReplyTime;
pub use crate::channels::webchat::wire::state::SessionOut;
pub use crate::channels::webchat::wire::state::State;
pub use crate::channels::webchat::wire::state::UserOut;
pub use crate::channels::webchat::wire::state::Welcome;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;

/// A frame on its way to a browser.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outgoing {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The id of the frame it answers.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub answers: Option<String>,
    /// Its place in the timeline; none for what is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What it says.
    pub payload: Value,
}

impl Outgoing {
    /// A frame about something that passes: typing, presence, availability.
    #[must_use]
    pub fn passing(kind: &'static str, payload: impl Serialize) -> Self {
        Self {
            kind,
            answers: None,
            seq: None,
            payload: plain(payload),
        }
    }

    /// A frame of the timeline.
    #[must_use]
    pub fn kept(kind: &'static str, seq: u64, payload: impl Serialize) -> Self {
        Self {
            seq: Some(seq),
            ..Self::passing(kind, payload)
        }
    }

    /// The answer to a frame; `id` is the one the client chose.
    #[must_use]
    pub fn answer(kind: &'static str, id: Option<String>, payload: impl Serialize) -> Self {
        Self {
            answers: id,
            ..Self::passing(kind, payload)
        }
    }

    /// The frame as text.
    #[must_use]
    pub fn text(&self) -> String {
        json!(self).to_string()
    }
}

/// A payload as JSON. Payloads are structs of ours with texts for keys, which always are JSON.
fn plain(payload: impl Serialize) -> Value {
    serde_json::to_value(payload).unwrap_or(Value::Null)
}

/// Who speaks, as a visitor may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// What kind of author.
    #[serde(rename = "type")]
    pub kind: AuthorKind,
    /// The name to show.
    pub name: Option<String>,
    /// The picture.
    pub avatar_url: Option<String>,
}

/// What kind of author speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum AuthorKind {
    Agent,
    Bot,
    System,
    Visitor,
}

/// Payload of `ack`: the visitor's message is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ack {
    /// The browser's id of the message.
    pub client_message_id: String,
    /// Ours.
    pub message_id: MessageId,
    /// Its place in the timeline.
    pub seq: u64,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// When it was stored.
    pub timestamp: Timestamp,
    /// Whether it had been stored before.
    pub duplicate: bool,
}

/// Payload of `receipt`: the visitor's messages up to a place were delivered or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptOut {
    /// The place.
    pub up_to: u64,
    /// `delivered` or `read`.
    pub status: &'static str,
}

/// Payload of `typing` towards the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TypingOut {
    /// Whether it began or ended.
    pub state: TypingState,
    /// Who types.
    pub author: Author,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the serializer passes fields by reference"
)]
pub(super) const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Id as _;

    #[test]
    fn frames_are_written_as_documented() {
        let receipt = Outgoing::kept(
            "receipt",
            124,
            ReceiptOut {
                up_to: 122,
                status: "read",
            },
        );
        assert_eq!(
            receipt.text(),
            r#"{"type":"receipt","seq":124,"payload":{"upTo":122,"status":"read"}}"#
        );
        let typing = Outgoing::passing(
            "typing",
            TypingOut {
                state: TypingState::Start,
                author: Author {
                    kind: AuthorKind::Agent,
                    name: Some("Bia".to_owned()),
                    avatar_url: None,
                },
            },
        );
        assert_eq!(
            typing.text(),
            r#"{"type":"typing","payload":{"state":"start","author":{"type":"agent","name":"Bia","avatarUrl":null}}}"#
        );
        let ack = Outgoing::answer(
            "ack",
            Some("f7".to_owned()),
            Ack {
                client_message_id: "cm_1".to_owned(),
                message_id: MessageId::from_bytes([0; 16]),
                seq: 122,
                conversation_id: ConversationId::from_bytes([0; 16]),
                timestamp: Timestamp::from_secs(0),
                duplicate: false,
            },
        );
        assert_eq!(
            ack.text(),
            r#"{"type":"ack","ref":"f7","payload":{"clientMessageId":"cm_1","messageId":"msg_00000000000000000000000000","seq":122,"conversationId":"conv_00000000000000000000000000","timestamp":"1970-01-01T00:00:00.000Z","duplicate":false}}"#
        );
    }
}
