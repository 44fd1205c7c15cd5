//! What a channel is given to send, what it answers with, and what came of it.
//!
//! Everything a vendor is asked is a [`Call`], and everything that takes more than one call is a
//! dialogue: the channel is shown what was [`Asked`] so far and what came back, and names the next
//! [`Step`]. So a channel holds no state and makes no call, however many calls a thing takes.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::http::HttpReply;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::ChannelId;
use crate::model::ids::MessageId;
use crate::model::inbound::InboundEvent;
use crate::model::refusal::Refusal;
use crate::model::thread::Thread;

/// A channel as its translation sees it: settings and opened secrets.
#[derive(Debug, Clone)]
pub struct Account {
    /// The channel's id.
    pub channel_id: ChannelId,
    /// Settings that are no secrets.
    pub settings: Opaque,
    /// Secrets, opened for this one use.
    pub secrets: BTreeMap<String, Secret<String>>,
    /// Where the vendor reports what happens on this account.
    pub webhook_url: String,
}

impl Account {
    /// A setting that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.settings
            .get(name)
            .and_then(serde_json::Value::as_str)
            .filter(|text| !text.is_empty())
    }

    /// A setting that is a switch; absent means `default`.
    #[must_use]
    pub fn is_on(&self, name: &str, default: Switch) -> bool {
        let absent = matches!(default, Switch::On);
        self.settings
            .get(name)
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(absent)
    }

    /// A secret.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&str> {
        self.secrets
            .get(name)
            .map(|secret| secret.reveal().as_str())
    }
}

/// How a switch stands when nobody set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// A fitted message on its way out, with all of the present that a translation needs.
#[derive(Debug)]
pub struct Sending<'a> {
    /// The account it goes through.
    pub account: &'a Account,
    /// Our id: the repeat key where a vendor takes one.
    pub message_id: MessageId,
    /// The address it goes to.
    pub to: &'a str,
    /// What was asked for, before it was fitted: for channels that show more than plain parts.
    pub asked: &'a Content,
    /// The parts, already fitted to the channel's capabilities.
    pub parts: &'a [Content],
    /// Where it stands among the messages of its conversation.
    pub thread: &'a Thread,
    /// The vendor's id of the message it answers or reacts to.
    pub reply_to: Option<&'a str>,
    /// Addresses under which the vendor can fetch stored files, by their media id as text.
    pub media_urls: &'a BTreeMap<String, String>,
    /// What the vendor calls the files it was given before, by their media id as text, and what it
    /// said of an earlier form of this message: [`Refusal::Reword`].
    pub handles: &'a BTreeMap<String, String>,
    /// What the sender keeps with the message, among it wishes that only this channel knows.
    pub metadata: &'a Opaque,
    /// When the customer last wrote.
    pub last_inbound_at: Option<Timestamp>,
    /// Whether a person wrote it, rather than a program or a bot: some vendors allow people more.
    pub by_person: bool,
    /// Our ids of the messages that go out in the call of this one; the parts are then a message each:
    /// [`together`](crate::channels::Channel::together).
    pub companions: &'a [MessageId],
    /// Whether the customer chose something since we last wrote that stood in place of the phone's
    /// keyboard: [`Capabilities::quick_replies_typed`](crate::model::capability::Capabilities::quick_replies_typed).
    pub chose_typed: bool,
    /// The vendor's ids of the parts it took already.
    pub taken_ids: &'a [String],
    /// The present.
    pub now: Timestamp,
}

/// A dialogue with a vendor, as far as it has come.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The account in whose name it is held.
    pub account: &'a Account,
    /// What came back to each call so far, in order; empty at the beginning.
    pub replies: &'a [HttpReply],
    /// The present.
    pub now: Timestamp,
}

/// How a dialogue with a vendor goes on.
#[derive(Debug, Clone)]
pub enum Step<T> {
    /// With one more call.
    Ask {
        /// What the call is about, for whoever reads that it failed: `accessToken`, `webhook`.
        what: &'static str,
        /// The call.
        call: Call,
    },
    /// Not at all: this came of it.
    Done(T),
}

/// How a dialogue goes on, or why it cannot.
pub type Next<T> = Result<Step<T>, Refusal>;

/// What a vendor told of an account that works.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Connected {
    /// Settings that the vendor knows better than the person who typed them in, such as the
    /// displayed number: they are stored over what was there.
    pub settings: Opaque,
    /// What works but should be looked at, a sentence each.
    pub warnings: Vec<String>,
    /// Secrets that the vendor made up, to be sealed and stored over what was there.
    pub secrets: BTreeMap<String, Secret<String>>,
    /// What happened lately and the vendor may have told while nobody listened; what was heard already
    /// changes nothing.
    pub missed: Vec<InboundEvent>,
}

/// A moment of showing at the vendor what the settings say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing was told yet.
    Before,
    /// All of it was.
    After,
}

/// What changes in an account when its access is renewed.
#[derive(Debug, Clone, Default)]
pub struct Renewed {
    /// Secrets, to be sealed and stored over what was there.
    pub secrets: BTreeMap<String, Secret<String>>,
    /// Settings, such as when the new access ends, to be stored over what was there.
    pub settings: Opaque,
}

impl Renewed {
    /// Whether nothing changes: the access still holds.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.secrets.is_empty() && self.settings.is_empty()
    }
}

/// What came of asking for a conversation that another app of the vendor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regained {
    /// It is ours again.
    Ours,
    /// The other app was asked to give it: it may.
    AskedFor,
}

/// A file that came with a message and still lies with the vendor.
#[derive(Debug)]
pub struct Remote<'a> {
    /// The file as [`parse`](crate::channels::Receives::parse) described it.
    pub media: &'a Media,
    /// What was kept with its message.
    pub metadata: &'a Opaque,
}

/// Where a file lies and how it is had.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its address.
    pub url: String,
    /// The value of `Authorization`, where it takes one.
    pub authorization: Option<Secret<String>>,
    /// The SHA-256 of its content in hexadecimal, where the vendor tells it: anything else is not the
    /// file.
    pub digest: Option<String>,
}

/// What a customer is shown of us beside messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// One of us types.
    Typing,
    /// We have read what the customer wrote.
    Seen,
}

/// The customer who is shown a [`Sign`].
#[derive(Debug)]
pub struct Watcher<'a> {
    /// The account.
    pub account: &'a Account,
    /// The customer's address.
    pub address: &'a str,
    /// The vendor's id of the customer's newest message.
    pub last_external_id: Option<&'a str>,
    /// What is kept with each message that we have seen for the first time.
    pub seen: &'a [Opaque],
}

/// A message of ours that the vendor took, and that is to change there.
#[derive(Debug)]
pub struct Taken<'a> {
    /// Our id.
    pub message_id: MessageId,
    /// The address it went to.
    pub to: &'a str,
    /// The vendor's ids, in the order of the parts.
    pub external_ids: &'a [String],
    /// The parts as the vendor has them.
    pub parts: &'a [Content],
    /// What is kept with it.
    pub metadata: &'a Opaque,
}

/// A call that carried a message and whose answer got lost.
#[derive(Debug)]
pub struct Lost<'a> {
    /// The address it went to.
    pub to: &'a str,
    /// The parts of the message.
    pub parts: &'a [Content],
    /// How many of its calls the vendor had taken before.
    pub calls_taken: usize,
    /// What is kept with it.
    pub metadata: &'a Opaque,
    /// A moment before which the call was not made.
    pub since: Timestamp,
}

/// What a vendor tells of a person when it is asked. What it does not tell is absent.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// The name.
    pub name: Option<String>,
    /// Where the picture lies now. It is copied in, so it may end soon and may need credentials.
    pub picture: Option<Source>,
    /// The language, such as `pt-BR`.
    pub language: Option<String>,
    /// The IANA time zone.
    pub timezone: Option<String>,
}

/// What a text costs where messages are paid by the piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// The alphabet it goes in.
    pub encoding: &'static str,
    /// How long it is, in units of that alphabet.
    pub units: usize,
    /// In how many pieces it goes.
    pub segments: usize,
    /// How many units more the last piece takes.
    pub remaining: usize,
    /// Pieces the account sends at most.
    pub segments_max: usize,
}

/// How fast messages to one recipient may follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pacing {
    /// What the vendor counts together: addresses with the same name share one pace.
    pub shared_by: String,
    /// Messages that may go out at once after a while of silence.
    pub burst: u32,
    /// How long each further one waits.
    pub every: Duration,
    /// How long the further parts of one message wait at least.
    pub between: Duration,
}

/// A button that a customer pressed, as it is kept.
#[derive(Debug)]
pub struct Pressed<'a> {
    /// The account.
    pub account: &'a Account,
    /// The vendor's id of the press.
    pub external_id: &'a str,
    /// The vendor's id of the message the button stands under.
    pub under: Option<&'a str>,
    /// What that message offered, where it is ours.
    pub offer: Option<&'a Content>,
    /// What the channel kept with the press.
    pub metadata: &'a Opaque,
}

/// What a vendor that must be asked had to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Polled {
    /// The facts, oldest first.
    pub events: Vec<InboundEvent>,
    /// Where to go on; stored in the same transaction as the facts.
    pub position: String,
}
