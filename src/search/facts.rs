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
use crate::model::ids::MessageId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::message::Direction;
use crate::search::words::fold;
use crate::search::words::words;

/// What kind of thing a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A message from or to a customer.
    Message,
    /// A private note.
    Note,
    /// A conversation, by its subject and labels.
    Conversation,
    /// A contact, by names, addresses and labels.
    Contact,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Message, Self::Note, Self::Conversation, Self::Contact];

    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Message => 0,
            Self::Note => 1,
            Self::Conversation => 2,
            Self::Contact => 3,
        }
    }

    pub(super) const fn from_code(code: u64) -> Self {
        match code {
            0 => Self::Message,
            1 => Self::Note,
            2 => Self::Conversation,
            _ => Self::Contact,
        }
    }
}

/// Names one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A message or note.
    Message(MessageId),
    /// A conversation.
    Conversation(ConversationId),
    /// A contact.
    Contact(ContactId),
}

impl Key {
    pub(super) fn id_bytes(self) -> [u8; 16] {
        match self {
            Self::Message(id) => id.bytes(),
            Self::Conversation(id) => id.bytes(),
            Self::Contact(id) => id.bytes(),
        }
    }

    pub(super) fn from_parts(kind: Kind, id: [u8; 16]) -> Self {
        match kind {
            Kind::Message | Kind::Note => Self::Message(MessageId::from_bytes(id)),
            Kind::Conversation => Self::Conversation(ConversationId::from_bytes(id)),
            Kind::Contact => Self::Contact(ContactId::from_bytes(id)),
        }
    }

    pub(super) fn bytes(self) -> [u8; 17] {
        let tag = match self {
            Self::Message(_) => b'm',
            Self::Conversation(_) => b'c',
            Self::Contact(_) => b'p',
        };
        let mut bytes = [tag; 17];
        bytes[1..].copy_from_slice(&self.id_bytes());
        bytes
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The customer. After a merge the messages keep the contact that wrote them: a search by
    /// person names all contacts that went into one.
    Contact(ContactId),
    /// A person of ours.
    User(UserId),
    /// A bot or flow.
    Bot,
    /// linktor.
    System,
}

/// Something a message has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    /// A file of any type; implied by pictures, sound, films and documents.
    File,
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// A film.
    Video,
    /// A document.
    Document,
    /// A web address; found in the text without being told.
    Link,
    /// A place.
    Location,
    /// A phone call.
    Call,
}

impl Has {
    const ALL: [Self; 8] = [
        Self::File,
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::Document,
        Self::Link,
        Self::Location,
        Self::Call,
    ];

    /// The name in questions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Document => "document",
            Self::Link => "link",
            Self::Location => "location",
            Self::Call => "call",
        }
    }

    /// What the name says, in singular or plural.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = match name.strip_suffix('s').unwrap_or(name) {
            "attachment" => "file",
            "picture" | "photo" => "image",
            "voice" => "audio",
            name => name,
        };
        Self::ALL.into_iter().find(|has| has.name() == name)
    }

    pub(super) const fn is_file(self) -> bool {
        matches!(
            self,
            Self::Image | Self::Audio | Self::Video | Self::Document
        )
    }
}

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
