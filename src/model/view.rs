//! Saved views of the inbox: a queue, narrowed, under a name.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::channel::ChannelKind;
use crate::model::condition::Condition;
use crate::model::conversation::Priority;
use crate::model::ids::ChannelId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::ids::ViewId;
use crate::model::tag::Tag;

/// The queues a view can be of, by their words in addresses.
pub const QUEUES: [&str; 7] = [
    "mine",
    "unassigned",
    "all",
    "waiting",
    "snoozed",
    "done",
    "spam",
];

/// A part of a queue that somebody comes back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// The view's id.
    pub id: ViewId,
    /// Its name.
    pub name: String,
    /// Its dot in the side bar.
    pub colour: Colour,
    /// Who made it.
    pub owner: UserId,
    /// Who is shown it.
    pub audience: Audience,
    /// The queue, by its word in addresses, such as `all`.
    pub queue: String,
    /// What of the queue.
    pub narrowing: Narrowing,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What narrows a queue; all of it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Narrowing {
    /// Of this team.
    pub team_id: Option<TeamId>,
    /// On this channel.
    pub channel_id: Option<ChannelId>,
    /// On this kind of channel.
    pub channel_kind: Option<ChannelKind>,
    /// As urgent as this.
    pub priority: Option<Priority>,
    /// With all of these labels.
    pub tags: Vec<String>,
    /// With something unread.
    pub unread: bool,
    /// With this in the contact's name, the subject or the newest message.
    pub words: Option<String>,
    /// In which order.
    #[serde(default)]
    pub order: Order,
    /// What else must hold, in groups.
    #[serde(default)]
    pub condition: Option<Condition>,
}

/// The order of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Order {
    /// Whoever waits for us first, then the newest message.
    #[default]
    Reply,
    /// The newest message first.
    Newest,
    /// The oldest message first: who was left longest.
    Oldest,
    /// What was begun last first.
    Begun,
    /// The most urgent first, then the newest message.
    Priority,
    /// Whoever waits for us longest first.
    Waiting,
    /// What the reader has not read first, then the newest message.
    Unread,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 7] = [
        Self::Reply,
        Self::Newest,
        Self::Oldest,
        Self::Begun,
        Self::Priority,
        Self::Waiting,
        Self::Unread,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Begun => "begun",
            Self::Priority => "priority",
            Self::Waiting => "waiting",
            Self::Unread => "unread",
        }
    }

    /// The order of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }
}

impl Narrowing {
    /// Whether nothing is narrowed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Asks for a label by its present name where it asks for a former one; whether it did.
    pub fn relabel(&mut self, tag: &Tag) -> bool {
        let deep = self.condition.as_mut().map(|within| within.relabel(tag));
        tag.relabel(&mut self.tags) | deep.unwrap_or(false)
    }
}

/// Who is shown a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Audience {
    /// Who made it.
    #[default]
    Owner,
    /// The members of a team.
    Team(TeamId),
    /// Everybody.
    All,
}

/// The colour of a view's dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Colour {
    #[default]
    Grey,
    Violet,
    Green,
    Amber,
    Red,
    Blue,
}

impl Colour {
    /// Every colour.
    pub const ALL: [Self; 6] = [
        Self::Grey,
        Self::Violet,
        Self::Green,
        Self::Amber,
        Self::Red,
        Self::Blue,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Violet => "violet",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Blue => "blue",
        }
    }

    /// The colour of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.name() == name)
    }
}
