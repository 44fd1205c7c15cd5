//! The index as a whole, over a small shop's data.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod life;
mod matching;
mod order;

use std::cell::RefCell;
use std::collections::HashMap;

use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::base::time::Timestamp;
use crate::model::channel::ChannelKind;
use crate::model::conversation::Priority;
use crate::model::conversation::Status;
use crate::model::fence::Fence;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::Id;
use crate::model::ids::MessageId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::message::Direction;
use crate::search::Change;
use crate::search::Hits;
use crate::search::Order;
use crate::search::Request;
use crate::search::Search;
use crate::search::SearchConfig;
use crate::search::access::State;
use crate::search::documents::ConversationDoc;
use crate::search::documents::Doc;
use crate::search::documents::MessageDoc;
use crate::search::facts::Author;
use crate::search::facts::Key;
use crate::search::facts::Kind;
use crate::search::query::parse;
use crate::search::resolve::Resolver;

/// 2026-11-24 12:00 UTC.
pub const NOW: i64 = 1_795_521_600_000;

pub fn id<I: Id>(number: u32) -> I {
    let mut bytes = [0; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    I::from_bytes(bytes)
}

/// A message of the customer in conversation 1, `number` seconds before [`NOW`].
pub fn message(number: u32, text: &str) -> MessageDoc {
    MessageDoc {
        id: id(number),
        conversation: id(1),
        contact: id(1),
        channel: id(1),
        channel_kind: ChannelKind::named("webchat"),
        author: Author::Contact(id(1)),
        direction: Direction::Inbound,
        private: false,
        at: Timestamp::from_millis(NOW - i64::from(number) * 1_000),
        text: text.to_owned(),
        subject: None,
        files: Vec::new(),
        has: Vec::new(),
        failed: false,
    }
}

pub fn conversation(number: u32) -> ConversationDoc {
    ConversationDoc {
        id: id(number),
        contact: id(1),
        channel: id(1),
        channel_kind: ChannelKind::named("webchat"),
        at: Timestamp::from_millis(NOW),
        subject: None,
        status: Status::Open,
        assignee: None,
        team: None,
        priority: Priority::Normal,
        tags: Vec::new(),
    }
}

/// Names of the little shop: user 1 is Marina, contact 1 Camila, contact 2 Hannah.
pub struct Names;

impl Resolver for Names {
    fn me(&self) -> Option<UserId> {
        Some(id(1))
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(NOW)
    }

    fn zone(&self) -> TimeZone {
        TimeZone::UTC
    }

    fn users(&self, name: &str) -> Vec<UserId> {
        found(name, "marina", 1)
    }

    fn contacts(&self, name: &str) -> Vec<ContactId> {
        [found(name, "camila", 1), found(name, "hannah", 2)].concat()
    }

    fn teams(&self, name: &str) -> Vec<TeamId> {
        found(name, "support", 1)
    }

    fn channels(&self, name: &str) -> Vec<ChannelId> {
        found(name, "us orders", 2)
    }

    fn is_kind(&self, kind: &ChannelKind) -> bool {
        ["webchat", "whatsapp"].contains(&kind.as_str())
    }
}

fn found<I: Id>(name: &str, known: &str, number: u32) -> Vec<I> {
    if name.eq_ignore_ascii_case(known) {
        vec![id(number)]
    } else {
        Vec::new()
    }
}

/// An index of its own, and the states of conversations beside it.
pub struct Shop {
    pub search: Search,
    pub states: RefCell<HashMap<ConversationId, State>>,
    pub fence: Fence,
    _folder: TempDir,
}

impl Shop {
    pub fn new(docs: Vec<Doc>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let search = Search::open(&folder.path().join("index"), SearchConfig::default()).unwrap();
        let shop = Self {
            search,
            states: RefCell::default(),
            fence: Fence::All,
            _folder: folder,
        };
        shop.add(docs);
        shop
    }

    /// Messages numbered from 1, the newest first.
    pub fn saying(texts: &[&str]) -> Self {
        let numbered = texts.iter().zip(1..);
        Self::new(
            numbered
                .map(|(text, number)| Doc::Message(message(number, text)))
                .collect(),
        )
    }

    pub fn add(&self, docs: Vec<Doc>) {
        self.apply(docs.into_iter().map(Change::Put).collect());
    }

    /// Applies and commits, and lets the store know of conversations as the documents say.
    pub fn apply(&self, changes: Vec<Change>) {
        for change in &changes {
            if let Change::Add(Doc::Conversation(doc)) | Change::Put(Doc::Conversation(doc)) =
                change
            {
                self.states.borrow_mut().insert(doc.id, state_of(doc));
            }
        }
        self.search
            .apply(changes, self.search.applied() + 1)
            .unwrap();
        self.search.commit().unwrap();
    }

    pub fn ask(&self, question: &str, change: impl FnOnce(&mut Request<'_>)) -> Hits {
        let query = parse(question);
        let states = |id: ConversationId| {
            let known = self.states.borrow().get(&id).cloned();
            Some(known.unwrap_or_else(|| state_of(&conversation(1))))
        };
        let mut request = Request {
            query: &query,
            kinds: &Kind::ALL,
            order: Order::Newest,
            limit: 50,
            after: None,
            count_to: 0,
            fence: &self.fence,
            resolver: &Names,
            states: &states,
        };
        change(&mut request);
        self.search.query(&request).unwrap()
    }

    /// The numbers of the hits, in order.
    pub fn find(&self, question: &str) -> Vec<u32> {
        numbers(&self.ask(question, |_| {}))
    }
}

pub fn numbers(hits: &Hits) -> Vec<u32> {
    hits.rows
        .iter()
        .map(|hit| {
            let bytes = match hit.key {
                Key::Message(id) => id.bytes(),
                Key::Conversation(id) => id.bytes(),
                Key::Contact(id) => id.bytes(),
            };
            u32::from_be_bytes(*bytes.last_chunk().unwrap())
        })
        .collect()
}

fn state_of(doc: &ConversationDoc) -> State {
    State {
        status: doc.status,
        assignee: doc.assignee,
        team: doc.team,
        priority: doc.priority,
        tags: doc.tags.clone(),
        unread: false,
        hidden: false,
    }
}

fn message_key(number: u32) -> Key {
    Key::Message(id::<MessageId>(number))
}
