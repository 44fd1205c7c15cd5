//! Conversations, their states and their legal moves.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::message::Direction;
use crate::model::message::SenderKind;

/// One contact on one channel between an opening and a closing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// The conversation's id.
    pub id: ConversationId,
    /// Where it takes place.
    pub channel_id: ChannelId,
    /// The kind of that channel.
    pub channel_kind: ChannelKind,
    /// With whom.
    pub contact_id: ContactId,
    /// The contact's address on that channel: where replies go.
    pub address: String,
    /// How it stands.
    pub status: Status,
    /// How a resolved one ended, when somebody said so.
    pub resolution: Option<Resolution>,
    /// How urgent it is.
    pub priority: Priority,
    /// Who answers it.
    pub assignee: Option<UserId>,
    /// Since when.
    pub assigned_at: Option<Timestamp>,
    /// Which team answers it.
    pub team_id: Option<TeamId>,
    /// What it is about.
    pub subject: Option<String>,
    /// Labels, unique without regard to case.
    pub tags: Vec<String>,
    /// Until when it sleeps; none while snoozed means until the customer writes.
    pub snoozed_until: Option<Timestamp>,
    /// Entries of the timeline so far: the position of the newest one.
    pub positions: u32,
    /// Messages from and to the customer.
    pub message_count: u32,
    /// Messages from the customer; an agent's unread count is measured against it.
    pub inbound_count: u32,
    /// The newest thing said, for lists.
    pub last: Option<Preview>,
    /// When that was: the order of the inbox.
    pub last_message_at: Timestamp,
    /// When the first message came.
    pub first_message_at: Option<Timestamp>,
    /// When the customer last wrote, in this conversation or the ones before it, by the vendor's
    /// clock: the vendor's reply window counts from here.
    pub last_inbound_at: Option<Timestamp>,
    /// Since when the customer waits for us; none when it is their turn.
    pub waiting_since: Option<Timestamp>,
    /// When a person first replied.
    pub first_reply_at: Option<Timestamp>,
    /// When it was last resolved.
    pub resolved_at: Option<Timestamp>,
    /// When it was closed with a resolution.
    pub closed_at: Option<Timestamp>,
    /// The one before it on the same channel.
    pub previous_id: Option<ConversationId>,
    /// Out of sight, because the contact is blocked.
    pub hidden: bool,
    /// What API clients and forms keep with it.
    pub metadata: Opaque,
    /// Grows with each change.
    pub revision: u64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The position of the newest entry a person of ours has seen; receipts to the customer follow
    /// it.
    #[serde(default)]
    pub seen_position: u32,
    /// The newest message to the customer, when its choices went out as words: what a typed number
    /// answers.
    #[serde(default)]
    pub spelled_out: Option<MessageId>,
    /// People of ours who take part: who answered, noted something, was named in a note, or follows
    /// it.
    #[serde(default)]
    pub participants: Vec<UserId>,
    /// Who said that it is done, while it is.
    #[serde(default)]
    pub resolved_by: Option<ResolvedBy>,
    /// Whether another app of the vendor has it: what we send is refused until it comes back.
    #[serde(default)]
    pub elsewhere: bool,
    /// Whether a file was sent in it, either way or among us.
    #[serde(default)]
    pub has_file: bool,
}

/// How a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Work in progress.
    Open,
    /// Waits: for a person of ours, or set by hand for the customer.
    Pending,
    /// Hidden until a time or the next customer message.
    Snoozed,
    /// Done.
    Resolved,
}

impl Status {
    /// Every status, in the order of the inbox.
    pub const ALL: [Self; 4] = [Self::Open, Self::Pending, Self::Snoozed, Self::Resolved];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
        }
    }

    /// The status of that name; `closed` and `done` are resolved.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "open" => Some(Self::Open),
            "pending" | "waiting" => Some(Self::Pending),
            "snoozed" => Some(Self::Snoozed),
            "resolved" | "closed" | "done" => Some(Self::Resolved),
            _ => None,
        }
    }
}

/// How a resolved conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Resolution {
    Resolved,
    Unresolved,
    Spam,
}

/// Who brought a conversation to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ResolvedBy {
    /// A bot or flow.
    Bot,
    /// A person of ours, or a program on behalf of one.
    Agent,
    /// Time, or the customer.
    #[default]
    System,
}

impl ResolvedBy {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }
}

/// How urgent a conversation is, least first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// The priority of that name; `medium` is normal.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "low" => Some(Self::Low),
            "normal" | "medium" => Some(Self::Normal),
            "high" => Some(Self::High),
            "urgent" => Some(Self::Urgent),
            _ => None,
        }
    }
}

/// The newest thing said in a conversation, small enough for a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The message.
    pub message_id: MessageId,
    /// Its content type; `deleted` where it was taken away.
    pub kind: String,
    /// Its words on one line, at most 160 characters.
    pub text: String,
    /// Which way it went.
    pub direction: Direction,
    /// Who said it.
    pub sender: SenderKind,
    /// The name of who said it.
    pub sender_name: String,
    /// Whether it is a note among us.
    pub private: bool,
    /// When.
    pub at: Timestamp,
}

/// Something that happens to a conversation as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// The customer wrote.
    CustomerWrote,
    /// Somebody set it to pending.
    Park,
    /// Somebody put it to sleep.
    Snooze,
    /// Its time to wake has come.
    Wake,
    /// Somebody is done with it.
    Resolve,
    /// Somebody takes it up again.
    Reopen,
    /// It was given to a person.
    Assigned,
}

/// How long after its end a conversation takes a new customer message instead of starting another.
pub const REOPEN_WINDOW: std::time::Duration = std::time::Duration::from_secs(72 * 3600);

impl Status {
    /// The status after a move; none when the move does not apply from here and the status stays.
    ///
    /// A resolved conversation reopens for a customer only within [`REOPEN_WINDOW`]; later messages
    /// start a new one, which is decided before this is asked.
    #[must_use]
    pub const fn after(self, happened: Move) -> Option<Self> {
        use Move::{Assigned, CustomerWrote, Park, Reopen, Resolve, Snooze, Wake};
        match (self, happened) {
            (Self::Snoozed | Self::Resolved, CustomerWrote | Reopen)
            | (Self::Snoozed, Wake)
            | (Self::Pending, Reopen | Assigned) => Some(Self::Open),
            (Self::Open | Self::Snoozed, Park) => Some(Self::Pending),
            (Self::Open | Self::Pending | Self::Snoozed, Snooze) => Some(Self::Snoozed),
            (Self::Open | Self::Pending | Self::Snoozed, Resolve) => Some(Self::Resolved),
            _ => None,
        }
    }
}

impl Conversation {
    /// A conversation with a contact at an address, nothing said yet.
    #[must_use]
    pub fn new(
        id: ConversationId,
        channel: &Channel,
        contact_id: ContactId,
        address: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            channel_id: channel.id,
            channel_kind: channel.kind.clone(),
            contact_id,
            address: address.to_owned(),
            status: Status::Open,
            resolution: None,
            priority: Priority::Normal,
            assignee: None,
            assigned_at: None,
            team_id: None,
            subject: None,
            tags: Vec::new(),
            snoozed_until: None,
            positions: 0,
            message_count: 0,
            inbound_count: 0,
            last: None,
            last_message_at: now,
            first_message_at: None,
            last_inbound_at: None,
            waiting_since: None,
            first_reply_at: None,
            resolved_at: None,
            closed_at: None,
            previous_id: None,
            hidden: false,
            metadata: Opaque::new(),
            revision: 1,
            created_at: now,
            updated_at: now,
            seen_position: 0,
            spelled_out: None,
            participants: Vec::new(),
            resolved_by: None,
            elsewhere: false,
            has_file: false,
        }
    }

    /// Notes that somebody of ours takes part; whether that is news.
    pub fn take_part(&mut self, user: UserId) -> bool {
        let is_new = !self.participants.contains(&user);
        if is_new {
            self.participants.push(user);
        }
        is_new
    }

    /// Notes that somebody of ours takes no part any more; whether that is news.
    pub fn leave(&mut self, user: UserId) -> bool {
        let before = self.participants.len();
        self.participants.retain(|held| *held != user);
        self.participants.len() < before
    }

    /// Whether it is still worked on.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        !matches!(self.status, Status::Resolved)
    }

    /// Whether a customer's message at `now` belongs into it.
    #[must_use]
    pub fn takes_message_at(&self, now: Timestamp) -> bool {
        self.is_live()
            || self
                .resolved_at
                .is_some_and(|end| now.since(end) < REOPEN_WINDOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_those_of_the_domain_model() {
        use Status::{Open, Pending, Resolved, Snoozed};
        let cases = [
            (Open, Move::CustomerWrote, None),
            (Pending, Move::CustomerWrote, None),
            (Snoozed, Move::CustomerWrote, Some(Open)),
            (Resolved, Move::CustomerWrote, Some(Open)),
            (Open, Move::Park, Some(Pending)),
            (Resolved, Move::Park, None),
            (Open, Move::Snooze, Some(Snoozed)),
            (Snoozed, Move::Snooze, Some(Snoozed)),
            (Resolved, Move::Snooze, None),
            (Snoozed, Move::Wake, Some(Open)),
            (Open, Move::Wake, None),
            (Pending, Move::Resolve, Some(Resolved)),
            (Resolved, Move::Resolve, None),
            (Resolved, Move::Reopen, Some(Open)),
            (Open, Move::Reopen, None),
            (Pending, Move::Assigned, Some(Open)),
            (Resolved, Move::Assigned, None),
        ];
        for (from, happened, expected) in cases {
            assert_eq!(from.after(happened), expected, "{from:?} {happened:?}");
        }
    }
}
