//! What a vendor has before it while it works for one account.

use std::time::Duration;

use crate::base::random::Random;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Chat;
use crate::sandbox::chat::Reached;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::File;
use crate::sandbox::files::Files;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Queue;
use crate::sandbox::queue::Task;

/// One account, and what all accounts share.
pub struct Desk<'a> {
    /// The account.
    pub account: &'a mut Account,
    /// The vendors' files.
    pub files: &'a mut Files,
    /// What is still to happen.
    pub queue: &'a mut Queue,
    /// Randomness.
    pub random: &'a Random,
    /// The present at the vendors.
    pub now: Timestamp,
    /// The vendor's address, without a slash at its end.
    pub base: &'a str,
    /// Whether a call that was held for news is answered now, news or not.
    pub last_look: bool,
}

impl Desk<'_> {
    /// The phone of a customer.
    #[must_use]
    pub fn chat(&self, customer: &str) -> Option<&Chat> {
        self.account.chats.get(customer)
    }

    /// The phone of a customer, to be changed.
    pub fn chat_mut(&mut self, customer: &str) -> Option<&mut Chat> {
        self.account.chats.get_mut(customer)
    }

    /// A bubble of a phone.
    #[must_use]
    pub fn bubble(&self, customer: &str, id: &str) -> Option<&Bubble> {
        self.chat(customer)?.bubble(id)
    }

    /// Lets a webhook go out, as disturbed as the account's switches say.
    pub fn post(&mut self, about: About, lane: &str, title: &str, body: String) {
        self.post_after(Duration::ZERO, about, lane, title, body);
    }

    /// The same some time later.
    pub fn post_after(
        &mut self,
        after: Duration,
        about: About,
        lane: &str,
        title: &str,
        body: String,
    ) {
        let event = Event {
            account: self.account.id.clone(),
            lane: lane.to_owned(),
            about,
            title: title.to_owned(),
            body,
            mark: String::new(),
            tries: 0,
        };
        self.post_event(after, &event);
    }

    /// The same for an event that carries a mark of its vendor.
    pub fn post_event(&mut self, after: Duration, event: &Event) {
        let faults = &self.account.faults;
        if faults.receipts_lost && event.about == About::Receipt {
            return;
        }
        self.account.events += 1;
        let due = self.now.plus(after + faults.delay(self.account.events));
        for _ in 0..faults.copies.clamp(1, 20) {
            self.queue.put(due, Task::Post(event.clone()));
        }
    }

    /// A message of the business is on its way to a phone: the rest is a matter of time.
    pub fn sent(&mut self, customer: &str, bubble: &str) {
        let after = self.account.schedule.delivered_after;
        self.reach(after, customer, bubble, Reached::Delivered);
    }

    /// A message of the business comes further after a while.
    pub fn reach(&mut self, after: Duration, customer: &str, bubble: &str, reached: Reached) {
        let task = Task::Reach {
            account: self.account.id.clone(),
            chat: customer.to_owned(),
            bubble: bubble.to_owned(),
            reached,
        };
        self.queue.put(self.now.plus(after), task);
    }

    /// The vendor fetches a file that a message links to.
    pub fn fetch(&mut self, customer: &str, bubble: &str, url: &str) {
        let task = Task::Fetch {
            account: self.account.id.clone(),
            chat: customer.to_owned(),
            bubble: bubble.to_owned(),
            url: url.to_owned(),
        };
        self.queue.put(self.now, task);
    }

    /// Keeps a file for a while; its id.
    pub fn keep(&mut self, file: Chosen, span: Duration) -> String {
        let id = self.digits(16);
        self.files.put(File {
            id: id.clone(),
            account: self.account.id.clone(),
            mime_type: file.mime_type,
            filename: file.filename,
            bytes: file.bytes,
            until: self.now.plus(span),
        });
        id
    }

    /// A file of this account that is still kept.
    #[must_use]
    pub fn file(&self, id: &str) -> Option<&File> {
        let file = self.files.get(id, self.now)?;
        (file.account == self.account.id).then_some(file)
    }

    /// A random decimal number of so many digits, the first of them no zero.
    #[must_use]
    pub fn digits(&self, length: usize) -> String {
        let mut text = (1 + self.random.below(9)).to_string();
        while text.len() < length {
            text.push_str(&self.random.below(10).to_string());
        }
        text
    }

    /// Random hexadecimal digits.
    #[must_use]
    pub fn hex(&self, length: usize) -> String {
        let mut text = crate::base::crypto::hex(&self.random.bytes::<32>());
        text.truncate(length);
        text
    }

    /// Notes that the business wrote to somebody now; the number of times it did within `span`.
    pub fn count_sent(&mut self, customer: &str, span: Duration) -> usize {
        let now = self.now;
        let Some(chat) = self.account.chats.get_mut(customer) else {
            return 0;
        };
        while chat
            .sent_at
            .front()
            .is_some_and(|at| now.since(*at) >= span)
        {
            chat.sent_at.pop_front();
        }
        chat.sent_at.push_back(now);
        chat.sent_at.len()
    }
}
