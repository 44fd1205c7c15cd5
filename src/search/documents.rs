//! What can be found, as plain values, and how each becomes a document of the index.
//!
//! A document holds words to search, facts to filter by and the few numbers a hit is made of. It
//! holds no text to show: whoever shows a hit reads the record, so a result is never older than
//! the store.
//!
//! The state of a conversation (status, assignee, labels) changes often and its messages are many,
//! so only the conversation's own document carries it. A message document holds nothing that can
//! change without the message itself changing.

use tantivy::TantivyDocument;

use crate::base::time::Timestamp;
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
use crate::search::facts::Author;
use crate::search::facts::Fact;
use crate::search::facts::Has;
use crate::search::facts::Key;
use crate::search::facts::Kind;
use crate::search::schema::Fields;
use crate::search::schema::rank_of;
use crate::search::words::head;

/// Most text of one document that is searchable, in bytes; what comes after is left out.
pub const TEXT_MAX: usize = 256 * 1024;

/// A message or note.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageDoc {
    /// Its id.
    pub id: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The customer.
    pub contact: ContactId,
    /// The channel.
    pub channel: ChannelId,
    /// The kind of that channel.
    pub channel_kind: ChannelKind,
    /// Who wrote it.
    pub author: Author,
    /// Which way it went.
    pub direction: Direction,
    /// Whether it is a note among us.
    pub private: bool,
    /// When it was written: its place in results.
    pub at: Timestamp,
    /// All text in it.
    pub text: String,
    /// The subject, for mail.
    pub subject: Option<String>,
    /// The names of its files.
    pub files: Vec<String>,
    /// What it has in it.
    pub has: Vec<Has>,
    /// Whether it could not be sent.
    pub failed: bool,
}

/// A conversation. Index it again whenever one of these fields changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationDoc {
    /// Its id.
    pub id: ConversationId,
    /// With whom.
    pub contact: ContactId,
    /// The channel.
    pub channel: ChannelId,
    /// The kind of that channel.
    pub channel_kind: ChannelKind,
    /// When it was opened: its place in results.
    pub at: Timestamp,
    /// What it is about.
    pub subject: Option<String>,
    /// How it stands.
    pub status: Status,
    /// Who answers it.
    pub assignee: Option<UserId>,
    /// Which team answers it.
    pub team: Option<TeamId>,
    /// How urgent it is.
    pub priority: Priority,
    /// Its labels.
    pub tags: Vec<String>,
}

/// A contact.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactDoc {
    /// Its id.
    pub id: ContactId,
    /// When it was made: its place in results.
    pub at: Timestamp,
    /// Its names.
    pub names: Vec<String>,
    /// Telephone numbers, mail addresses and other addresses.
    pub addresses: Vec<String>,
    /// Its labels.
    pub tags: Vec<String>,
    /// Other text about it: company, notes, custom fields.
    pub text: String,
}

/// Anything that can be found.
#[derive(Debug, Clone, PartialEq)]
pub enum Doc {
    /// A message or note.
    Message(MessageDoc),
    /// A conversation.
    Conversation(ConversationDoc),
    /// A contact.
    Contact(ContactDoc),
}

impl Doc {
    /// Its name in the index.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Message(doc) => Key::Message(doc.id),
            Self::Conversation(doc) => Key::Conversation(doc.id),
            Self::Contact(doc) => Key::Contact(doc.id),
        }
    }

    pub(super) fn to_index(&self, fields: &Fields) -> TantivyDocument {
        match self {
            Self::Message(doc) => message(doc, fields),
            Self::Conversation(doc) => conversation(doc, fields),
            Self::Contact(doc) => contact(doc, fields),
        }
    }
}

fn message(doc: &MessageDoc, fields: &Fields) -> TantivyDocument {
    let kind = if doc.private {
        Kind::Note
    } else {
        Kind::Message
    };
    let mut out = Draft::new(fields, Key::Message(doc.id), kind, doc.at);
    out.conversation(doc.conversation);
    out.fact(Fact::Contact(doc.contact));
    out.fact(Fact::Channel(doc.channel));
    out.fact(Fact::ChannelKind(&doc.channel_kind));
    out.fact(Fact::Author(doc.author));
    out.fact(Fact::Direction(doc.direction));
    for has in &doc.has {
        out.fact(Fact::Has(*has));
    }
    if !doc.has.contains(&Has::File)
        && (!doc.files.is_empty() || doc.has.iter().any(|has| has.is_file()))
    {
        out.fact(Fact::Has(Has::File));
    }
    if !doc.has.contains(&Has::Link) && mentions_link(&doc.text) {
        out.fact(Fact::Has(Has::Link));
    }
    if doc.failed {
        out.fact(Fact::Failed);
    }
    out.text(&doc.text);
    doc.subject.iter().for_each(|subject| out.title(subject));
    doc.files.iter().for_each(|name| out.file(name));
    out.document
}

fn conversation(doc: &ConversationDoc, fields: &Fields) -> TantivyDocument {
    let mut out = Draft::new(
        fields,
        Key::Conversation(doc.id),
        Kind::Conversation,
        doc.at,
    );
    out.conversation(doc.id);
    out.fact(Fact::Contact(doc.contact));
    out.fact(Fact::Channel(doc.channel));
    out.fact(Fact::ChannelKind(&doc.channel_kind));
    out.fact(Fact::Status(doc.status));
    out.fact(Fact::Assignee(doc.assignee));
    out.fact(Fact::Team(doc.team));
    out.fact(Fact::Priority(doc.priority));
    out.tags(&doc.tags);
    doc.subject.iter().for_each(|subject| out.title(subject));
    out.document
}

fn contact(doc: &ContactDoc, fields: &Fields) -> TantivyDocument {
    let mut out = Draft::new(fields, Key::Contact(doc.id), Kind::Contact, doc.at);
    out.no_conversation();
    out.fact(Fact::Contact(doc.id));
    doc.names.iter().for_each(|name| out.title(name));
    doc.addresses.iter().for_each(|address| out.text(address));
    out.tags(&doc.tags);
    out.text(&doc.text);
    out.document
}

/// A document being filled.
struct Draft<'a> {
    fields: &'a Fields,
    document: TantivyDocument,
}

impl<'a> Draft<'a> {
    fn new(fields: &'a Fields, key: Key, kind: Kind, at: Timestamp) -> Self {
        let mut document = TantivyDocument::default();
        let (high, low) = halves(key.id_bytes());
        document.add_u64(fields.rank, rank_of(at));
        document.add_u64(fields.kind, u64::from(kind.code()));
        document.add_u64(fields.id_high, high);
        document.add_u64(fields.id_low, low);
        let mut draft = Self { fields, document };
        draft.fact(Fact::Is(key));
        draft.fact(Fact::Kind(kind));
        draft
    }

    fn conversation(&mut self, id: ConversationId) {
        let (high, low) = halves(id.bytes());
        self.document.add_u64(self.fields.conversation_high, high);
        self.document.add_u64(self.fields.conversation_low, low);
        self.fact(Fact::Conversation(id));
    }

    fn no_conversation(&mut self) {
        self.document.add_u64(self.fields.conversation_high, 0);
        self.document.add_u64(self.fields.conversation_low, 0);
    }

    fn fact(&mut self, fact: Fact<'_>) {
        self.document.add_bytes(self.fields.facts, &fact.term());
    }

    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.document
                .add_text(self.fields.text, head(text, TEXT_MAX));
        }
    }

    fn title(&mut self, title: &str) {
        self.text(title);
        self.document.add_text(self.fields.title, title);
    }

    fn file(&mut self, name: &str) {
        self.text(name);
        self.document.add_text(self.fields.files, name);
    }

    fn tags(&mut self, tags: &[String]) {
        for tag in tags {
            self.fact(Fact::Tag(tag));
            self.text(tag);
        }
    }
}

/// An id as two numbers, which is how fast fields keep it.
pub(super) fn halves(id: [u8; 16]) -> (u64, u64) {
    let whole = u128::from_be_bytes(id);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the two halves of 128 bits are 64 bits each"
    )]
    ((whole >> 64) as u64, whole as u64)
}

/// The id two numbers stand for.
pub(super) fn from_halves(high: u64, low: u64) -> [u8; 16] {
    ((u128::from(high) << 64) | u128::from(low)).to_be_bytes()
}

fn mentions_link(text: &str) -> bool {
    ["http://", "https://", "www."]
        .iter()
        .any(|start| text.contains(start))
}
