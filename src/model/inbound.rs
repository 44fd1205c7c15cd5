//! All a channel can report.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::message::Delivery;
use crate::model::message::SendError;

/// A fact read from a vendor's webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "nearly every event is a message")]
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
}

/// A message that was taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboundDelete {
    /// The vendor's id of the message.
    pub external_id: String,
}
