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
pub use crate::channels::contract::Channel;
pub use crate::channels::contract::Connects;
pub use crate::channels::contract::Heeded;
pub use crate::channels::contract::KeepsTemplates;
pub use crate::channels::contract::NotGenuine;
pub use crate::channels::contract::ParseError;
pub use crate::channels::contract::Receives;
pub use crate::channels::contract::Recorded;
pub use crate::channels::contract::RenderError;
pub use crate::channels::contract::Sends;

mod contract;
pub mod dialogue;
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
pub mod vcard;
pub mod voice;
pub mod webchat;
pub mod whatsapp;
