//! The vocabulary of the event log, and the public names of its events.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::conversation::Priority;
use crate::model::conversation::Status;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::EventId;
use crate::model::ids::MessageId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::ids::VisitorId;
use crate::model::message::Delivery;
use crate::model::message::Direction;

/// One entry of the event log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRecord {
    /// Its number: gapless, in the order of commits, from 1.
    pub seq: u64,
    /// Its id, for receivers that see it more than once.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// Something that happened. Events name what changed; followers read the present state from the
/// store, so that a late follower never shows an old one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Event {
    /// A message, note or history line was stored.
    MessageCreated(MessageEvent),
    /// A delivery moved on.
    MessageStatus(MessageStatus),
    /// A message's content changed, or its reactions did.
    MessageUpdated(MessageEvent),
    /// A message was taken back.
    MessageDeleted(MessageEvent),
    /// A conversation was opened.
    ConversationCreated(ConversationEvent),
    /// Something about a conversation changed.
    ConversationChanged(ConversationChanged),
    /// A person of ours read a conversation up to its newest message, or marked it unread.
    ConversationRead(ConversationRead),
    /// A conversation was deleted.
    ConversationDeleted(ConversationEvent),
    /// A contact was made.
    ContactCreated(ContactEvent),
    /// Something about a contact changed.
    ContactUpdated(ContactEvent),
    /// Contacts became one.
    ContactMerged(ContactMerged),
    /// A contact was erased.
    ContactDeleted(ContactEvent),
    /// A channel was made.
    ChannelCreated(ChannelEvent),
    /// A channel's name or settings changed.
    ChannelUpdated(ChannelEvent),
    /// A channel works.
    ChannelConnected(ChannelEvent),
    /// A channel was switched off by hand.
    ChannelDisconnected(ChannelEvent),
    /// A channel stopped working.
    ChannelError(ChannelEvent),
    /// A channel was deleted.
    ChannelDeleted(ChannelEvent),
    /// An account of ours was made, changed or removed.
    UserChanged(UserEvent),
    /// A team was made, changed or removed.
    TeamChanged(TeamEvent),
    /// A visitor's web chat got a new entry in its timeline.
    VisitorTimeline(VisitorTimeline),
    /// Something a page or an API client reported under a name of its own.
    Custom(Custom),
}

/// A message that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageEvent {
    /// The message.
    pub message_id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The customer.
    pub contact_id: ContactId,
    /// The channel.
    pub channel_id: ChannelId,
    /// Which way it goes.
    pub direction: Direction,
    /// Whether it stays among us.
    pub private: bool,
}

/// A delivery that moved on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageStatus {
    /// The message.
    pub message_id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The state reached.
    pub status: Delivery,
    /// When, by the vendor's clock where it says so.
    pub at: Timestamp,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationEvent {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The customer.
    pub contact_id: ContactId,
    /// The channel.
    pub channel_id: ChannelId,
}

/// A conversation that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationChanged {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// What changed.
    pub change: Change,
}

/// What changed about a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "camelCase")]
pub enum Change {
    /// How it stands.
    Status {
        /// How it stood.
        from: Status,
        /// How it stands now.
        to: Status,
    },
    /// Who answers it.
    Assignee {
        /// Who did.
        from: Option<UserId>,
        /// Who does now.
        to: Option<UserId>,
    },
    /// Which team answers it.
    Team {
        /// Which did.
        from: Option<TeamId>,
        /// Which does now.
        to: Option<TeamId>,
    },
    /// How urgent it is.
    Priority {
        /// How urgent it was.
        from: Priority,
        /// How urgent it is now.
        to: Priority,
    },
    /// Its labels.
    Tags,
    /// Its subject or metadata.
    Details,
    /// Its contact, by a merge.
    Contact,
}

/// A person of ours read a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationRead {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Who read it.
    pub user_id: UserId,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactEvent {
    /// The contact.
    pub contact_id: ContactId,
}

/// Contacts that became one, or were taken apart again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactMerged {
    /// The one that stayed.
    pub contact_id: ContactId,
    /// Those that went into it.
    pub merged_ids: Vec<ContactId>,
    /// Whether this undid a merge.
    pub undone: bool,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelEvent {
    /// The channel.
    pub channel_id: ChannelId,
}

/// A person of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEvent {
    /// The person.
    pub user_id: UserId,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamEvent {
    /// The team.
    pub team_id: TeamId,
}

/// A visitor's timeline that grew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitorTimeline {
    /// The web chat.
    pub channel_id: ChannelId,
    /// The visitor.
    pub visitor_id: VisitorId,
    /// The newest entry.
    pub newest: u64,
}

/// Something reported under a name of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Custom {
    /// Its public name, such as `webchat.button.clicked`.
    pub name: String,
    /// Whom it concerns.
    pub contact_id: Option<ContactId>,
    /// Where.
    pub conversation_id: Option<ConversationId>,
    /// What it says.
    pub data: Opaque,
}

impl Event {
    /// The names under which the outside knows the event; empty for what stays among us.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::MessageCreated(event) if event.private => Vec::new(),
            Self::MessageCreated(event) => match event.direction {
                Direction::Inbound => vec!["message.received"],
                Direction::Outbound => Vec::new(),
            },
            Self::MessageStatus(event) => match event.status {
                Delivery::Sent => vec!["message.sent"],
                Delivery::Delivered => vec!["message.delivered"],
                Delivery::Read => vec!["message.read"],
                Delivery::Failed => vec!["message.failed"],
                Delivery::Pending | Delivery::Unsure => Vec::new(),
            },
            Self::MessageUpdated(event) if !event.private => vec!["message.edited"],
            Self::MessageDeleted(event) if !event.private => vec!["message.deleted"],
            Self::ConversationCreated(_) => vec!["conversation.created"],
            Self::ConversationChanged(event) => event.change.names(),
            Self::ContactCreated(_) => vec!["contact.created"],
            Self::ContactUpdated(_) => vec!["contact.updated"],
            Self::ContactMerged(_) => vec!["contact.merged"],
            Self::ContactDeleted(_) => vec!["contact.deleted"],
            Self::ChannelCreated(_) => vec!["channel.created"],
            Self::ChannelUpdated(_) => vec!["channel.updated"],
            Self::ChannelConnected(_) => vec!["channel.connected", "channel.activated"],
            Self::ChannelDisconnected(_) => vec!["channel.disconnected", "channel.deactivated"],
            Self::ChannelError(_) => vec!["channel.error"],
            Self::ChannelDeleted(_) => vec!["channel.deleted"],
            Self::Custom(event) => vec![&event.name],
            Self::MessageUpdated(_)
            | Self::MessageDeleted(_)
            | Self::ConversationRead(_)
            | Self::ConversationDeleted(_)
            | Self::UserChanged(_)
            | Self::TeamChanged(_)
            | Self::VisitorTimeline(_) => Vec::new(),
        }
    }

    /// The conversation it is about.
    #[must_use]
    pub const fn conversation_id(&self) -> Option<ConversationId> {
        match self {
            Self::MessageCreated(event)
            | Self::MessageUpdated(event)
            | Self::MessageDeleted(event) => Some(event.conversation_id),
            Self::MessageStatus(event) => Some(event.conversation_id),
            Self::ConversationCreated(event) | Self::ConversationDeleted(event) => {
                Some(event.conversation_id)
            }
            Self::ConversationChanged(event) => Some(event.conversation_id),
            Self::ConversationRead(event) => Some(event.conversation_id),
            Self::Custom(event) => event.conversation_id,
            _ => None,
        }
    }
}

impl Change {
    fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Status {
                to: Status::Resolved,
                ..
            } => {
                vec!["conversation.resolved", "conversation.closed"]
            }
            Self::Status {
                from: Status::Resolved,
                ..
            } => vec!["conversation.reopened"],
            Self::Status {
                to: Status::Snoozed,
                ..
            } => vec!["conversation.snoozed"],
            Self::Assignee { .. } | Self::Team { .. } => vec!["conversation.assigned"],
            Self::Status { .. }
            | Self::Priority { .. }
            | Self::Tags
            | Self::Details
            | Self::Contact => vec!["conversation.updated"],
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::ids::Id as _;

    #[test]
    fn events_keep_their_shape_in_records() {
        let events = [
            Event::MessageStatus(MessageStatus {
                message_id: MessageId::from_bytes([1; 16]),
                conversation_id: ConversationId::from_bytes([2; 16]),
                status: Delivery::Read,
                at: Timestamp::from_millis(5),
            }),
            Event::ConversationChanged(ConversationChanged {
                conversation_id: ConversationId::from_bytes([2; 16]),
                change: Change::Assignee {
                    from: None,
                    to: Some(UserId::from_bytes([3; 16])),
                },
            }),
            Event::ConversationChanged(ConversationChanged {
                conversation_id: ConversationId::from_bytes([2; 16]),
                change: Change::Tags,
            }),
            Event::Custom(Custom {
                name: "order.created".into(),
                contact_id: None,
                conversation_id: None,
                data: serde_json::from_str(r#"{"total":12.5,"items":[1,2]}"#).unwrap(),
            }),
        ];
        for event in events {
            let bytes = rmp_serde::to_vec(&event).unwrap();
            assert_eq!(rmp_serde::from_slice::<Event>(&bytes).unwrap(), event);
        }
    }

    #[test]
    fn private_messages_have_no_public_name() {
        let mut note = MessageEvent {
            message_id: MessageId::from_bytes([1; 16]),
            conversation_id: ConversationId::from_bytes([2; 16]),
            contact_id: ContactId::from_bytes([3; 16]),
            channel_id: ChannelId::from_bytes([4; 16]),
            direction: Direction::Outbound,
            private: true,
        };
        assert!(Event::MessageCreated(note.clone()).names().is_empty());
        assert!(Event::MessageUpdated(note.clone()).names().is_empty());
        note.private = false;
        note.direction = Direction::Inbound;
        assert_eq!(Event::MessageCreated(note).names(), ["message.received"]);
    }
}
