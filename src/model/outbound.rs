//! What a channel is given to send, what it answers with, and what came of it.
//!
//! Everything a vendor is asked is a [`Call`], and everything that takes more than one call is a
//! dialogue: the channel is shown what was [`Asked`] so far and what came back, and names the next
//! [`Step`]. So a channel holds no state and makes no call, however many calls a thing takes.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::dkim::Dkim;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::mail::Envelope;
use crate::base::mail::MailServer;
use crate::base::secret::Secret;
use crate::base::sigv4::Signer;
use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::contact::Shut;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::ChannelId;
use crate::model::ids::MediaId;
use crate::model::ids::MessageId;
use crate::model::inbound::InboundEvent;
use crate::model::mail::MailboxPlace;
use crate::model::message::ErrorClass;
use crate::model::message::SendError;
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
    /// Whether the parts are messages of their own that go out in one call:
    /// [`together`](crate::channels::Channel::together).
    pub is_album: bool,
    /// Whether the customer chose something since we last wrote that stood in place of the phone's
    /// keyboard: [`Capabilities::quick_replies_typed`](crate::model::capability::Capabilities::quick_replies_typed).
    pub chose_typed: bool,
    /// The vendor's ids of the parts it took already.
    pub taken_ids: &'a [String],
    /// The present.
    pub now: Timestamp,
}

/// One call to a vendor.
#[derive(Debug, Clone)]
pub enum Call {
    /// A request to the vendor.
    Http(Box<HttpRequest>),
    /// A request that carries stored files.
    Form(Box<Form>),
    /// A request that is a stored file.
    File(Box<FileBody>),
    /// A request with stored files written into it.
    Woven(Box<Woven>),
    /// A conversation with a mail server. What it says last is the answer: its code is the status,
    /// its lines are the body.
    Mail(Box<MailCall>),
    /// Marks set in a mailbox. The answer has no body.
    Flag(Box<FlagCall>),
}

impl Call {
    /// The call of a plain request.
    #[must_use]
    pub fn http(request: HttpRequest) -> Self {
        Self::Http(Box::new(request))
    }

    /// Whom a mail goes to that is handed over by itself.
    #[must_use]
    pub fn recipient(&self) -> Option<&str> {
        match self {
            Self::Mail(call) => call.mail.as_ref().map(|(envelope, _)| envelope.to.as_str()),
            Self::Http(_) | Self::Form(_) | Self::File(_) | Self::Woven(_) | Self::Flag(_) => None,
        }
    }

    /// Whether it carries what the customer has by then to somebody besides. What becomes of it is
    /// told of that address alone.
    #[must_use]
    pub fn is_copy(&self) -> bool {
        matches!(self, Self::Mail(call) if call.is_copy)
    }
}

/// A request whose body is a form (`multipart/form-data`), so that it can carry stored files
/// without holding them in memory.
#[derive(Debug, Clone)]
pub struct Form {
    /// The request. Its body is empty; the type of the body is added on the way.
    pub request: HttpRequest,
    /// The fields, in order.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub value: FieldValue,
}

/// What stands in a field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// A text.
    Text(String),
    /// A stored file.
    File {
        /// Which one.
        media_id: MediaId,
        /// The name the vendor is told.
        filename: String,
        /// The content type the vendor is told.
        mime_type: String,
    },
}

/// A request whose body is a stored file and nothing else, sent without holding it in memory.
#[derive(Debug, Clone)]
pub struct FileBody {
    /// The request. Its body is empty; the type of the body stands in its headers.
    pub request: HttpRequest,
    /// The file.
    pub media_id: MediaId,
}

/// A request whose body is text with stored files in it, put together while it goes out so that no
/// file is ever held in memory.
#[derive(Debug, Clone)]
pub struct Woven {
    /// The request. Its body is empty; the type of the body stands in its headers.
    pub request: HttpRequest,
    /// The body.
    pub body: Vec<Piece>,
    /// Who signs the request, where its signature covers the body.
    pub signer: Option<Signer>,
}

/// A piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A stored file, written in letters.
    File {
        /// Which one.
        media_id: MediaId,
        /// How.
        letters: Letters,
    },
    /// Other pieces, written as base 64 in one line.
    Packed(Vec<Piece>),
}

/// How a file is written in letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// Base 64 in one line, as JSON has it.
    OneLine,
    /// Base 64 in lines of 76, as mail has it.
    Lines,
}

/// What is said to a mail server.
#[derive(Debug, Clone)]
pub struct MailCall {
    /// The server.
    pub server: MailServer,
    /// The mail that is handed over, to one recipient; none only signs in.
    pub mail: Option<(Envelope, Vec<Piece>)>,
    /// Whether that recipient is not the one whom the message is for.
    pub is_copy: bool,
    /// Who signs the mail, where we do.
    pub dkim: Option<Dkim>,
}

/// Mails of a mailbox that are marked as read.
#[derive(Debug, Clone)]
pub struct FlagCall {
    /// The server of the mailbox.
    pub server: MailServer,
    /// The mails.
    pub places: Vec<MailboxPlace>,
}

/// What came of a call that carries a message: the vendor took it under these ids, or did not.
pub type Outcome = Result<Vec<String>, Refusal>;

/// Why a vendor did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not now: the vendor is down, or busy with this one recipient.
    Later {
        /// Why, for the person who waits.
        error: SendError,
        /// How long the vendor asks us to wait.
        wait: Option<Duration>,
    },
    /// Not now, nor anything else of this account: the vendor asks us to slow down.
    SlowDown {
        /// Why, for the person who waits.
        error: SendError,
        /// How long the vendor asks us to wait.
        wait: Option<Duration>,
    },
    /// Never: trying again would change nothing.
    Never(SendError),
    /// The whole account is refused: everything of the channel waits until it works again.
    Account(SendError),
    /// Never, and nothing else to this address until the customer lets us in again.
    Shut {
        /// Why, for the person who wrote the message.
        error: SendError,
        /// What the customer did.
        why: Shut,
    },
    /// Not in this form. The message is written once more, with this among
    /// [`Sending::handles`]; when that was known already it has failed.
    Reword {
        /// Why, for the person who waits.
        error: SendError,
        /// What the vendor wants.
        wish: Box<Wish>,
    },
}

/// The name of the wish that files are handed over, and not fetched by the vendor from where they lie.
pub const FILES_HERE: &str = "filesHere";

/// What a vendor wants otherwise in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Under which name it is known.
    pub name: &'static str,
    /// What is known: what the vendor does not take, or what it wants instead.
    pub value: String,
}

impl Refusal {
    /// Why, for the person who waits.
    #[must_use]
    pub const fn error(&self) -> &SendError {
        match self {
            Self::Later { error, .. }
            | Self::SlowDown { error, .. }
            | Self::Shut { error, .. }
            | Self::Reword { error, .. }
            | Self::Never(error)
            | Self::Account(error) => error,
        }
    }

    /// What follows from it.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Later { .. } => ErrorClass::Retry,
            Self::SlowDown { .. } => ErrorClass::Rate,
            Self::Never(_) | Self::Shut { .. } | Self::Reword { .. } => ErrorClass::Permanent,
            Self::Account(_) => ErrorClass::Credentials,
        }
    }

    /// Why, with what follows from it.
    #[must_use]
    pub fn into_error(self) -> SendError {
        let class = self.class();
        let mut error = match self {
            Self::Later { error, .. }
            | Self::SlowDown { error, .. }
            | Self::Shut { error, .. }
            | Self::Reword { error, .. }
            | Self::Never(error)
            | Self::Account(error) => error,
        };
        error.said.get_or_insert_default().class = Some(class);
        error
    }
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
