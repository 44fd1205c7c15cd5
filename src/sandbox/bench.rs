//! A desk for tests of one vendor: an account, a phone, and everything the vendor would post.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::random::Random;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::call::Call;
use crate::sandbox::call::tests::call;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Chat;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::Files;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Flow;
use crate::sandbox::queue::Found;
use crate::sandbox::queue::Queue;
use crate::sandbox::queue::Task;
use crate::sandbox::seed::Seed;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

/// The desk.
pub struct Bench {
    vendor: Box<dyn Vendor>,
    pub account: Account,
    pub files: Files,
    pub queue: Queue,
    random: Random,
    pub now: Timestamp,
}

impl Bench {
    pub fn of(vendor: impl Vendor + 'static) -> Self {
        let mut account = Account::new(vendor.name(), vendor.name(), "Aurora Coffee");
        vendor.open(&mut account, &Seed::of(b"bench"));
        "http://127.0.0.1:9/hook".clone_into(&mut account.hook.url);
        Self {
            vendor: Box::new(vendor),
            account,
            files: Files::default(),
            queue: Queue::default(),
            random: Random::seeded(7),
            now: Timestamp::from_secs(1_767_268_800),
        }
    }

    /// The customer who holds the first phone.
    pub fn customer(&self) -> String {
        self.account.chats.keys().next().unwrap().clone()
    }

    pub fn chat(&self) -> &Chat {
        self.account.chats.values().next().unwrap()
    }

    pub fn last(&self) -> &Bubble {
        self.chat().bubbles.back().unwrap()
    }

    pub fn work<T>(&mut self, work: impl FnOnce(&dyn Vendor, &mut Desk<'_>) -> T) -> T {
        let base = format!("http://127.0.0.1:9/sandbox/api/{}", self.vendor.name());
        let mut desk = Desk {
            account: &mut self.account,
            files: &mut self.files,
            queue: &mut self.queue,
            random: &self.random,
            now: self.now,
            base: &base,
            last_look: true,
        };
        work(self.vendor.as_ref(), &mut desk)
    }

    /// The whole answer to a call of whoever the call says.
    pub fn reply(&mut self, call: &Call) -> HttpReply {
        if !self.vendor.is_of(call, &self.account) {
            return self.vendor.stranger(call);
        }
        match self.work(|vendor, desk| vendor.answer(desk, call)) {
            Given::Reply(reply) => reply,
            other => unreachable!("no answer: {other:?}"),
        }
    }

    /// Status and JSON of the answer to a call with the account's token.
    pub fn ask(&mut self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let token = self.account.key("token").to_owned();
        let reply = self.reply(&call(method, path, &token, body));
        (
            reply.status,
            serde_json::from_slice(&reply.body).unwrap_or(Value::Null),
        )
    }

    pub fn act(&mut self, act: Act) -> Result<(), NotPossible> {
        let customer = self.customer();
        self.work(|vendor, desk| vendor.act(desk, &customer, act))
    }

    /// The same on another phone than the first.
    pub fn act_on(&mut self, phone: &str, act: Act) -> Result<(), NotPossible> {
        self.work(|vendor, desk| vendor.act(desk, phone, act))
    }

    pub fn say(&mut self, text: &str) {
        self.act(Act::Say {
            text: text.to_owned(),
            quoting: None,
        })
        .unwrap();
    }

    /// Lets a while pass; everything that was posted meanwhile.
    pub fn pass(&mut self, span: Duration) -> Vec<Event> {
        let end = self.now.plus(span);
        let mut posted = Vec::new();
        loop {
            match self.queue.take(self.now, |_| Flow::Free) {
                Found::Now(Task::Post(event)) => {
                    self.queue.done(&event.account, &event.lane);
                    posted.push(event);
                }
                Found::Now(Task::Reach {
                    chat,
                    bubble,
                    reached,
                    ..
                }) => self.work(|vendor, desk| {
                    crate::sandbox::receipts::reach(vendor, desk, &chat, &bubble, reached);
                }),
                Found::Now(Task::Fetch {
                    chat, bubble, url, ..
                }) => {
                    let file = picture();
                    self.work(|vendor, desk| {
                        let id = desk.keep(file.clone(), Duration::from_secs(60));
                        let held = desk.chat_mut(&chat).unwrap().bubble_mut(&bubble);
                        if let Some(held) = held {
                            crate::sandbox::post::settle(&mut held.body, &url, &id);
                        }
                        vendor.fetched(desk, &chat, &bubble, Ok(&file));
                    });
                }
                Found::Later(next) if next <= end => self.now = next,
                _ => break,
            }
        }
        self.now = end;
        posted
    }

    /// The bodies of what is posted within a minute, as JSON.
    pub fn posted(&mut self) -> Vec<Value> {
        let events = self.pass(Duration::from_secs(60)).into_iter();
        events
            .map(|event| serde_json::from_str(&event.body).unwrap())
            .collect()
    }

    /// The request that carries an event.
    pub fn request(&self, event: &Event) -> HttpRequest {
        self.vendor.request(&self.account, event, self.now).unwrap()
    }
}

/// A small picture.
pub fn picture() -> Chosen {
    Chosen {
        mime_type: "image/png".to_owned(),
        filename: "cup.png".to_owned(),
        bytes: Arc::from(&b"\x89PNG\r\n\x1a\nnot much"[..]),
    }
}

/// The words of a bubble.
pub fn words(bubble: &Bubble) -> &str {
    match &bubble.body {
        Body::Text { text, .. } => text,
        other => other.words(),
    }
}
