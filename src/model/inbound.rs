//! All a channel can report.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::mail::Envelope;
use crate::model::mail::RawMail;
use crate::model::message::Delivery;
use crate::model::message::SendError;

/// A fact read from a vendor's webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum InboundEvent {
    /// A customer wrote.
    Message(InboundMessage),
    /// A delivery moved on.
    Receipt(Receipt),
    /// A customer reacted to a message.
    Reaction(InboundReaction),
    /// A customer changed a message.
    Edit(InboundEdit),
    /// A customer took a message back.
    Delete(InboundDelete),
    /// Everything sent to somebody up to a moment moved on.
    Watermark(Watermark),
    /// We wrote, but not from here: on the phone, in the vendor's own inbox, through another
    /// program. Also our own messages, repeated to us.
    Echo(Echo),
    /// A message from before we were connected. It alerts nobody.
    Past(Past),
    /// What became known of somebody without a message: addresses that belong together, a name. It
    /// makes no contact.
    Contact(InboundSender),
    /// Somebody allowed or forbade us something.
    Consent(Consent),
    /// An address can be written to no more, or again: we were blocked, or let in.
    Access(Access),
    /// The channel answers a message by itself, whatever the person allowed.
    Answer(Answer),
    /// The vendor says something about the account.
    Notice(Notice),
    /// A template of the account changed.
    Template(TemplateNews),
    /// A customer wrote something long, of which this is a part.
    Piece(InboundPiece),
    /// A mail, to be read once it is stored.
    Mail(InboundMail),
    /// A customer wrote in public, below something of ours. It opens no window; where
    /// [`Capabilities::comment_days`](crate::model::capability::Capabilities::comment_days) says so it
    /// can be answered once in private.
    Comment(InboundMessage),
    /// A customer voted in a poll, which may be ours.
    Vote(Vote),
    /// A customer pressed something that says nothing, but whose vendor wants to hear that we know.
    Tap(Tap),
}

/// A press that says nothing: a page of choices was turned, a game begun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tap {
    /// The vendor's id of the message it was pressed under; none where that is no matter.
    pub under: Option<String>,
    /// What the channel needs to answer it.
    pub metadata: Opaque,
}

/// A vote in a poll.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vote {
    /// The vendor's id; the same id on the same channel is the same vote.
    pub external_id: String,
    /// Under which of its ids the message with the poll is known.
    pub poll: String,
    /// Who voted.
    pub from: InboundSender,
    /// What is handed on as the choice.
    pub payload: String,
    /// The places of the options chosen, from 0.
    pub chosen: Vec<usize>,
    /// What the channel keeps with it.
    #[serde(default)]
    pub metadata: Opaque,
}

/// A part of a message that comes in several, each by itself and in any order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundPiece {
    /// What the parts of one message have in common; vendors use it again after a while.
    pub group: String,
    /// Which part it is, from 1.
    pub number: u32,
    /// Of how many.
    pub total: u32,
    /// The part, as if it were all.
    pub message: InboundMessage,
}

/// A mail that came, before it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "camelCase")]
pub enum InboundMail {
    /// With its bytes, as a service handed it over.
    Raw(RawMail),
    /// Its bytes still lie with the service.
    Elsewhere {
        /// What the service has to be asked for them.
        place: Opaque,
        /// What the way it came adds.
        envelope: Envelope,
    },
    /// Its bytes are stored.
    Stored {
        /// SHA-256 of them.
        digest: [u8; 32],
        /// Their length.
        size_bytes: u64,
        /// What the way it came adds.
        envelope: Envelope,
        /// Whether only its header was brought in, because the whole is too large.
        is_header_only: bool,
    },
}

/// A message from a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundMessage {
    /// The vendor's id; the same id on the same channel is the same message.
    pub external_id: String,
    /// Who wrote.
    pub from: InboundSender,
    /// Our own address it was written to.
    pub to: String,
    /// What it says.
    pub content: Content,
    /// The vendor's id of the message it answers.
    pub reply_to: Option<String>,
    /// When it was written, by the vendor's clock; none lets ours count.
    pub sent_at: Option<Timestamp>,
    /// What the channel keeps with it.
    #[serde(default)]
    pub metadata: Opaque,
}

/// Who wrote.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InboundSender {
    /// The address, unique within the channel.
    pub address: String,
    /// The name the vendor or the person gives.
    pub name: Option<String>,
    /// The picture the vendor gives.
    pub avatar_url: Option<String>,
    /// What the channel proves about the person.
    pub proof: Proof,
    /// The language, such as `pt-BR`.
    pub language: Option<String>,
    /// The IANA time zone.
    pub timezone: Option<String>,
    /// Other addresses of the same person on this channel: each of them leads to the same contact.
    pub also: Vec<String>,
    /// What is kept of the person, merged into what is known; null takes something out.
    pub metadata: Opaque,
}

/// What a channel proves about a sender. Only proved facts may join contacts; what somebody merely
/// typed into a form proves nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Proof {
    /// A phone number, E.164, where the channel itself works by number.
    pub phone: Option<String>,
    /// An address of mail.
    pub email: Option<String>,
    /// The id in the business's own systems, from a signed identity.
    pub external_id: Option<String>,
}

/// A delivery that moved on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The vendor's id of our message.
    pub external_id: String,
    /// The state reached.
    pub state: Delivery,
    /// When, by the vendor's clock.
    pub at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<SendError>,
    /// Our own id of the message, where the vendor hands it back: it finds the message while the
    /// vendor's id is not known yet.
    #[serde(default)]
    pub tag: Option<String>,
    /// What the vendor says beside it, such as its price.
    #[serde(default)]
    pub metadata: Opaque,
    /// Whom it is about, where a message goes to several: what is told of others than the customer
    /// it was written to is kept with the message and moves it nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Under which name the metadata of a [`Receipt`] hold what its vendor calls the event, where it calls
/// each by a name of its own: one that comes again is not heard again.
pub const EVENT_ID: &str = "eventId";

/// Everything sent to one address up to a moment, or up to a message, moved on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watermark {
    /// The customer's address.
    pub address: String,
    /// The state reached.
    pub state: Delivery,
    /// Everything sent until then, by the vendor's clock.
    pub up_to: Timestamp,
    /// The vendor's id of the newest message it covers, which then counts more than the time.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// A message of ours that was not written here, or is repeated to us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Echo {
    /// The vendor's id.
    pub external_id: String,
    /// The customer it went to.
    pub to: InboundSender,
    /// Our own address it came from.
    pub from: String,
    /// What it says.
    pub content: Content,
    /// The vendor's id of the message it answers.
    pub reply_to: Option<String>,
    /// When it was written, by the vendor's clock.
    pub sent_at: Option<Timestamp>,
    /// Our own id of the message, where the vendor hands it back.
    #[serde(default)]
    pub tag: Option<String>,
    /// What the channel keeps with it.
    #[serde(default)]
    pub metadata: Opaque,
    /// The vendor's id of the whole message, where this is a further part of it: what we sent as one
    /// is told part by part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<String>,
}

/// A message from before we were connected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "direction", rename_all = "camelCase")]
pub enum Past {
    /// From the customer.
    Inbound(InboundMessage),
    /// From us, and how its delivery stands.
    Outbound {
        /// The message.
        message: Echo,
        /// How far it came.
        state: Delivery,
    },
}

/// What somebody allowed or forbade us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// Who.
    pub from: InboundSender,
    /// To what: `marketing`; [`EVERYTHING`] closes the address.
    pub topic: String,
    /// Whether it is allowed from now on.
    pub is_given: bool,
    /// When.
    pub at: Option<Timestamp>,
    /// What is answered when this changes something: the one message that may follow a "no".
    #[serde(default)]
    pub answer: Option<String>,
}

/// The topic of somebody who wants nothing at all from us on a channel.
pub const EVERYTHING: &str = "all";

/// Whether an address can be written to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// Whose.
    pub from: InboundSender,
    /// Whether it can.
    pub is_open: bool,
    /// Since when.
    pub at: Option<Timestamp>,
    /// What the address stands for.
    #[serde(default, skip_serializing_if = "Extent::is_alone")]
    pub extent: Extent,
    /// Who let us in or put us out, where that is somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What an address stands for that opens or closes. Within an address are all that begin with it and
/// a colon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Extent {
    /// Itself.
    #[default]
    Alone,
    /// A room: itself and all within it. A conversation begins when we are let in, and all are done
    /// when we are put out.
    Room,
    /// All within it. Their conversations stay as they are, to be read.
    Within,
}

impl Extent {
    /// Whether it is one address.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        *self == Self::Alone
    }
}

/// An answer that needs nobody to think of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// To whom.
    pub to: InboundSender,
    /// The words.
    pub text: String,
    /// The vendor's id of the message it answers: each is answered once.
    pub external_id: String,
}

/// What the vendor says about the account, or about a conversation as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// What it is about, such as `accountUpdate` or `handover`.
    pub kind: String,
    /// What follows from it.
    pub effect: Effect,
    /// A sentence for whoever runs the channel.
    pub text: String,
    /// The customer it concerns, where it concerns one.
    #[serde(default)]
    pub address: Option<String>,
    /// What came, as it came.
    #[serde(default)]
    pub data: Opaque,
    /// When.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Whether the customer's conversation is ours from now on, or another app of the vendor has
    /// it; none where that is not what it is about.
    #[serde(default)]
    pub holds: Option<bool>,
}

/// What follows from a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// Nothing: it is good to know.
    Note,
    /// The channel works, but somebody should look.
    Warn,
    /// The channel does not work any more.
    Break,
    /// The channel may work again: it is worth asking the vendor.
    Mend,
}

/// What became of a template. What is not told is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TemplateNews {
    /// The vendor's id of the template.
    pub external_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// How it stands now, in the vendor's words: `APPROVED`, `PAUSED` and so on.
    pub status: Option<String>,
    /// Why it stands so.
    pub reason: Option<String>,
    /// Its category now.
    pub category: Option<String>,
    /// Its quality now.
    pub quality: Option<String>,
}

impl TemplateNews {
    /// Whether they tell of other words, which have to be asked for, and not of how it stands.
    #[must_use]
    pub const fn is_of_words(&self) -> bool {
        self.status.is_none()
            && self.reason.is_none()
            && self.category.is_none()
            && self.quality.is_none()
    }
}

/// A reaction to a message; an empty emoji takes it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundReaction {
    /// The vendor's id of this event.
    pub external_id: String,
    /// Who reacted.
    pub from: InboundSender,
    /// The vendor's id of the message reacted to.
    pub target_external_id: String,
    /// The emoji.
    pub emoji: String,
    /// What the channel keeps with it.
    #[serde(default, skip_serializing_if = "Opaque::is_empty")]
    pub metadata: Opaque,
}

/// A message that was changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundEdit {
    /// The vendor's id of the message.
    pub external_id: String,
    /// What it says now.
    pub content: Content,
    /// When it was changed.
    pub at: Option<Timestamp>,
    /// What the channel keeps otherwise from then on; null takes something out.
    #[serde(default, skip_serializing_if = "Opaque::is_empty")]
    pub metadata: Opaque,
}

/// A message that was taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundDelete {
    /// The vendor's id of the message.
    pub external_id: String,
}
