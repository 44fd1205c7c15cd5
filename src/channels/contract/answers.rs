//! What a translation answers beside facts and calls.

use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::ids::MessageId;
use crate::model::message::SendError;
use crate::model::rejection::Rejection;

/// A webhook that does not prove where it comes from. Which part failed is not told to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is missing or wrong")]
pub struct NotGenuine;

/// A webhook that is genuine but yields no facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// We do not understand the vendor. The bytes are kept to be read again after a fix, and the
    /// vendor is told that all is well: repeating it would not help.
    #[error("not readable: {0}")]
    Unreadable(String),
    /// The sender is a program that can mend its mistake: it is told so and nothing is kept.
    #[error(transparent)]
    Refused(#[from] Rejection),
}

/// What became of one fact of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The message it made or changed, where there is one.
    pub message_id: Option<MessageId>,
    /// Whether the same fact had been recorded before.
    pub duplicate: bool,
}

/// What follows from a webhook beside facts.
#[derive(Debug, Default)]
pub struct Heeded {
    /// Calls that it asks for, each made once; what comes back is not read.
    pub calls: Vec<Call>,
    /// Settings that it teaches, to be stored over what was there.
    pub settings: Opaque,
}

/// Content that a channel cannot carry arrived at [`render`](crate::channels::Sends::render).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} cannot carry {content} in this form")]
pub struct RenderError {
    /// The kind of the channel.
    pub kind: &'static str,
    /// The type of the content.
    pub content: &'static str,
}

/// What stands in for a dialogue that a channel does not hold: its capabilities say so, and the
/// engine asks them first.
#[must_use]
pub fn not_offered(what: &str) -> SendError {
    SendError::lasting("not_supported", format!("This channel knows no {what}."))
}
