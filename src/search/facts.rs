//! Exact things known about a document, as terms of one index field.
//!
//! Words are matched by spelling; facts are matched whole: an id, a kind, a mark. A fact is a tag
//! byte and its value, so that all of them share one field and one dictionary.

use crate::model::channel::ChannelKind;
use crate::model::conversation::Priority;
use crate::model::conversation::Status;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::Id;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::message::Direction;
use crate::search::documents::Author;
use crate::search::documents::Has;
use crate::search::documents::Key;
use crate::search::documents::Kind;
use crate::search::words::fold;
use crate::search::words::words;

/// Something exactly true of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fact<'a> {
    /// It is this document.
    Is(Key),
    /// It is of this kind.
    Kind(Kind),
    /// It belongs to this conversation.
    Conversation(ConversationId),
    /// It concerns this contact.
    Contact(ContactId),
    /// It is on this channel.
    Channel(ChannelId),
    /// It is on a channel of this kind.
    ChannelKind(&'a ChannelKind),
    /// It was written by them.
    Author(Author),
    /// It went this way.
    Direction(Direction),
    /// It has this in it.
    Has(Has),
    /// It could not be sent.
    Failed,
    /// The conversation itself: it stands so.
    Status(Status),
    /// The conversation itself: whose it is.
    Assignee(Option<UserId>),
    /// The conversation itself: which team's it is.
    Team(Option<TeamId>),
    /// The conversation itself: how urgent it is.
    Priority(Priority),
    /// The conversation or contact itself: a label, without regard to case and accents.
    Tag(&'a str),
}

impl Fact<'_> {
    /// The term that stands for the fact.
    #[must_use]
    pub fn term(self) -> Vec<u8> {
        match self {
            Self::Is(key) => tagged(b'i', &key.bytes()),
            Self::Kind(kind) => vec![b'k', kind.code()],
            Self::Conversation(id) => tagged(b'c', &id.bytes()),
            Self::Contact(id) => tagged(b'p', &id.bytes()),
            Self::Channel(id) => tagged(b'h', &id.bytes()),
            Self::ChannelKind(kind) => tagged(b'y', kind.as_str().as_bytes()),
            Self::Author(Author::Contact(id)) => tagged(b'a', &id.bytes()),
            Self::Author(Author::User(id)) => tagged(b'u', &id.bytes()),
            Self::Author(Author::Bot) => b"b".to_vec(),
            Self::Author(Author::System) => b"l".to_vec(),
            Self::Direction(direction) => tagged(b'd', direction.name().as_bytes()),
            Self::Has(has) => tagged(b'f', has.name().as_bytes()),
            Self::Failed => b"x".to_vec(),
            Self::Status(status) => tagged(b's', status.name().as_bytes()),
            Self::Assignee(user) => tagged(b'w', user.map(Id::bytes).as_ref().map_or(&[], |b| b)),
            Self::Team(team) => tagged(b'm', team.map(Id::bytes).as_ref().map_or(&[], |b| b)),
            Self::Priority(priority) => tagged(b'r', priority.name().as_bytes()),
            Self::Tag(name) => tagged(b't', folded_name(name).as_bytes()),
        }
    }
}

/// A name as labels are compared: its words, folded.
#[must_use]
pub fn folded_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&fold(word));
    }
    // A label of symbols alone still is a label.
    if words(name).is_empty() {
        name.trim().to_lowercase()
    } else {
        folded
    }
}

fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut term = Vec::with_capacity(value.len() + 1);
    term.push(tag);
    term.extend_from_slice(value);
    term
}
