//! Everything about a chat that has no place in the timeline: state, welcome, session.

use serde::Serialize;

use crate::base::time::Timestamp;
use crate::channels::webchat::wire::Author;
use crate::channels::webchat::wire::is_false;
use crate::model::ids::ConversationId;
use crate::model::ids::VisitorId;
use crate::model::ids::WebchatSessionId;

/// Payload of `conversation`, and part of `welcome`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationOut {
    /// The conversation.
    pub id: ConversationId,
    /// `resolved` or another word for open.
    pub status: &'static str,
    /// Who answers.
    pub assignee: Option<Author>,
}

/// Whether somebody answers now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    /// The state.
    pub state: AvailabilityState,
    /// When it opens, while it is closed.
    pub next_open_at: Option<Timestamp>,
    /// How soon an answer usually comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_time: Option<ReplyTime>,
    /// The same in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_minutes: Option<u32>,
}

/// Whether somebody answers now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AvailabilityState {
    /// It is open and somebody, or a bot, is there.
    Online,
    /// It is open and nobody is there.
    Away,
    /// It is closed.
    Offline,
}

/// How soon an answer usually comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ReplyTime {
    Minutes,
    Hours,
    Day,
}

impl ReplyTime {
    /// The word for a usual number of minutes.
    #[must_use]
    pub const fn of_minutes(minutes: u32) -> Self {
        match minutes {
            0..=59 => Self::Minutes,
            60..=1_439 => Self::Hours,
            _ => Self::Day,
        }
    }
}

/// Everything that has no place in the timeline, complete: payload of `welcome` and `state` of the
/// long poll.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The session.
    pub session_id: WebchatSessionId,
    /// The present.
    pub server_time: Timestamp,
    /// Messages to the visitor that are not read.
    pub unread: u32,
    /// The current conversation.
    pub conversation: Option<ConversationOut>,
    /// Whether somebody answers now.
    pub availability: Availability,
    /// Whoever answers in the conversation, while that person is here.
    pub agents: Vec<Author>,
    /// Who types.
    pub agent_typing: AgentTyping,
    /// Up to where the visitor's messages were read.
    pub last_read_by_agent_seq: u64,
}

/// Who types: nobody is `false`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentTyping(pub Option<Author>);

impl Serialize for AgentTyping {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(author) => author.serialize(to),
            None => to.serialize_bool(false),
        }
    }
}

/// Payload of `welcome`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// Everything that has no place in the timeline.
    #[serde(flatten)]
    pub state: State,
    /// Seconds of silence after which the client says that it is there.
    pub heartbeat: u32,
    /// The newest place in the timeline.
    pub cursor: u64,
    /// Whether the client starts afresh from the history.
    pub reset: bool,
    /// How many entries follow.
    pub missed: u64,
}

/// The answer to `POST` and `PATCH .../session`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionOut {
    /// The token, when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The session.
    pub session_id: WebchatSessionId,
    /// The visitor.
    pub visitor_id: VisitorId,
    /// Whether the identity was proved.
    pub verified: bool,
    /// Whether the token was good.
    pub resumed: bool,
    /// Why it was not: `token_invalid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// When the session ends by itself.
    pub expires_at: Timestamp,
    /// Where the socket is.
    pub ws: String,
    /// The newest place in the timeline.
    pub cursor: u64,
    /// Whether the client starts afresh from the history.
    #[serde(skip_serializing_if = "is_false")]
    pub reset: bool,
    /// Messages to the visitor that are not read.
    pub unread: u32,
    /// Whether the form comes first.
    pub prechat_required: bool,
    /// The current conversation.
    pub conversation: Option<ConversationOut>,
    /// Whether somebody answers now.
    pub availability: Availability,
    /// What the widget may offer.
    pub features: Features,
    /// What the visitor told us, to fill in forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserOut>,
    /// What came of a proof that is wrong or missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityOut>,
    /// The present.
    pub server_time: Timestamp,
}

/// What the widget may offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Features {
    /// Files.
    pub upload: bool,
    /// Signs of typing.
    pub typing: bool,
}

/// What the visitor told us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserOut {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// What came of a proof that is wrong or missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IdentityOut {
    /// Whether the identity was proved.
    pub verified: bool,
    /// `identity_unverified`.
    pub error: &'static str,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;
    use crate::channels::webchat::wire::AuthorKind;
    use serde_json::json;

    fn bia() -> Author {
        Author {
            kind: AuthorKind::Agent,
            name: Some("Bia".to_owned()),
            avatar_url: None,
        }
    }

    fn online() -> Availability {
        Availability {
            state: AvailabilityState::Online,
            next_open_at: None,
            reply_time: None,
            reply_minutes: None,
        }
    }

    #[test]
    fn a_welcome_is_complete() {
        let welcome = Welcome {
            state: State {
                session_id: WebchatSessionId::from_bytes([0; 16]),
                server_time: Timestamp::from_secs(0),
                unread: 2,
                conversation: Some(ConversationOut {
                    id: ConversationId::from_bytes([0; 16]),
                    status: "open",
                    assignee: Some(bia()),
                }),
                availability: online(),
                agents: vec![bia()],
                agent_typing: AgentTyping(None),
                last_read_by_agent_seq: 117,
            },
            heartbeat: 25,
            cursor: 121,
            reset: false,
            missed: 3,
        };
        let out = serde_json::to_value(&welcome).unwrap();
        assert_eq!(out["agentTyping"], json!(false));
        assert_eq!(
            out["availability"],
            json!({"state":"online","nextOpenAt":null})
        );
        assert_eq!(out["conversation"]["assignee"]["name"], json!("Bia"));
        assert_eq!(out["agents"][0]["name"], json!("Bia"));
        let typing = serde_json::to_value(AgentTyping(Some(bia()))).unwrap();
        assert_eq!(typing["name"], json!("Bia"));
    }

    #[test]
    fn answers_come_in_minutes_hours_or_a_day() {
        let words = [0, 59, 60, 1_439, 1_440].map(ReplyTime::of_minutes);
        assert_eq!(
            words,
            [
                ReplyTime::Minutes,
                ReplyTime::Minutes,
                ReplyTime::Hours,
                ReplyTime::Hours,
                ReplyTime::Day
            ]
        );
    }
}
