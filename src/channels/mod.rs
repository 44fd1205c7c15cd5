//! Translation between a vendor's bytes and the model, and nothing else.
//!
//! A channel is a [`Channel`]: bytes in, facts out; message in, calls out. It has no clock, network,
//! storage or log: whatever a translation needs of the present is handed to it. Each channel is one
//! folder that reads the same way: `mod.rs` implements the trait, `caps.rs` is its row of the
//! capability matrix, the rest is its own affair and is never seen outside.
//!
//! Which channels exist is written once, in [`registry`].

pub use crate::base::http::Headers;
pub use crate::base::http::HttpReply;
pub use crate::base::http::HttpRequest;
pub use crate::base::http::Method;
pub use crate::base::http::Webhook;
pub use crate::base::secret::Secret;
pub use crate::base::text::Counting;
pub use crate::base::time::Timestamp;
pub use crate::channels::channel::Channel;
use crate::model::Opaque;
use crate::model::ids::MessageId;
use crate::model::outbound::Call;
use crate::model::rejection::Rejection;

mod channel;
pub mod email;
pub mod facebook;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod instagram;
pub mod meta;
pub mod node;
pub mod numbered;
pub mod rcs;
pub mod registry;
pub mod short_key;
pub mod sms;
pub mod table;
pub mod telegram;
pub mod voice;
pub mod webchat;
pub mod whatsapp;

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

/// Content that a channel cannot carry arrived at [`Channel::render`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} cannot carry {content} in this form")]
pub struct RenderError {
    /// The kind of the channel.
    pub kind: &'static str,
    /// The type of the content.
    pub content: &'static str,
}
