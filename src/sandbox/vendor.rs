//! What every stand-in for a vendor can do.

use std::time::Duration;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Room;
use crate::sandbox::desk::Desk;
use crate::sandbox::faults::Fate;
use crate::sandbox::files::Chosen;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;

/// What a vendor does with a call.
#[derive(Debug)]
pub enum Given {
    /// It is answered.
    Reply(HttpReply),
    /// There is no news: it is held until there is, at most for so many seconds.
    Hold {
        /// How long.
        secs: u64,
    },
    /// The vendor first asks the business something: whether an address is its own.
    Ask(Box<HttpRequest>),
}

impl From<HttpReply> for Given {
    fn from(reply: HttpReply) -> Self {
        Self::Reply(reply)
    }
}

/// A vendor: calls in, answers and later webhooks out; a customer's acts in, webhooks out.
///
/// All of it is decided without waiting for anything; the frame around it keeps the time, disturbs
/// what is to be disturbed, and writes the wire log.
pub trait Vendor: Send + Sync {
    /// Its name, which is also the first part of its addresses.
    fn name(&self) -> &'static str;

    /// The kind of channel that connects to it.
    fn channel(&self) -> &'static str;

    /// The name people know it by.
    fn title(&self) -> &'static str;

    /// What stands below the business's name on a phone.
    fn subtitle(&self, account: &Account) -> String {
        let _ = account;
        String::new()
    }

    /// What its phone can do, by the names of [`Act`]; what is common to all is left out.
    fn acts(&self) -> &'static [&'static str];

    /// What the phone of one room can do, where that is something else.
    fn acts_in(&self, room: &Room) -> &'static [&'static str] {
        let _ = room;
        self.acts()
    }

    /// Fills a new account with its keys and its first phone.
    fn open(&self, account: &mut Account, seed: &Seed);

    /// The settings of a channel that connects to an account, as a person would paste them in.
    /// `base` is the vendor's address.
    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)>;

    /// Whether a call is an account's: by its token, or by what else it names.
    fn is_of(&self, call: &Call, account: &Account) -> bool;

    /// Whether a call that may be of several accounts, such as those of one app, is about this one.
    fn is_about(&self, call: &Call, account: &Account) -> bool {
        let _ = (call, account);
        true
    }

    /// The answer to a call that is nobody's.
    fn stranger(&self, call: &Call) -> HttpReply;

    /// The answer to a call.
    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given;

    /// The answer to a call for which the business was asked something first.
    fn answer_after(
        &self,
        desk: &mut Desk<'_>,
        call: &Call,
        asked: Option<&HttpReply>,
    ) -> HttpReply {
        let _ = (desk, asked);
        self.stranger(call)
    }

    /// The answer to a call that is disturbed, in the vendor's own words.
    fn disturbed(&self, fate: Fate, now: Timestamp) -> HttpReply;

    /// What a customer does.
    ///
    /// # Errors
    /// The vendor's app cannot do that, or not now.
    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible>;

    /// Tells the business how far its message came, where the vendor tells such things.
    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached);

    /// A file that a message links to was fetched, or could not be; the sentence says why. By itself
    /// a message with its file is on its way, and one without stays where it is.
    fn fetched(
        &self,
        desk: &mut Desk<'_>,
        customer: &str,
        bubble: &str,
        file: Result<&Chosen, &str>,
    ) {
        if file.is_ok() {
            desk.sent(customer, bubble);
        }
    }

    /// The request that carries a webhook at this moment; none while the business has no address
    /// here. Proofs are made anew for each try.
    fn request(&self, account: &Account, event: &Event, now: Timestamp) -> Option<HttpRequest>;

    /// The question with which a vendor makes sure that an address is the business's own; none where
    /// it asks nothing.
    fn question(
        &self,
        account: &Account,
        url: &str,
        secret: &str,
        now: Timestamp,
    ) -> Option<HttpRequest> {
        let _ = (account, url, secret, now);
        None
    }

    /// Whether the address for webhooks is typed into the vendor's dashboard by a person.
    fn is_told_by_hand(&self) -> bool {
        true
    }

    /// A person typed the address for webhooks in.
    fn pointed(&self, account: &mut Account) {
        let _ = account;
    }

    /// Whether the answer to that question is right.
    fn is_right(&self, question: &HttpRequest, answer: &HttpReply) -> bool {
        let _ = (question, answer);
        true
    }

    /// When webhooks are tried again.
    fn ladder(&self) -> Ladder;

    /// The pause before a webhook is tried again that was answered with this status, or by nobody;
    /// none where it is given up.
    fn again(&self, event: &Event, status: Option<u16>) -> Option<Duration> {
        let _ = status;
        self.ladder().wait(event.tries)
    }

    /// What the answer to a webhook makes the vendor do, beyond taking it as said or not.
    fn heard(&self, desk: &mut Desk<'_>, event: &Event, answer: &HttpReply) {
        let _ = (desk, event, answer);
    }

    /// A webhook was not taken; the vendor may show why.
    fn failed(&self, desk: &mut Desk<'_>, why: &str) {
        let _ = (desk, why);
    }

    /// Whether a call and its answer are not worth a line in the wire log.
    fn is_idle(&self, call: &Call, reply: &HttpReply) -> bool {
        let _ = (call, reply);
        false
    }

    /// Whether webhooks wait until they are asked for.
    fn is_asked(&self, account: &Account) -> bool {
        let _ = account;
        false
    }
}
