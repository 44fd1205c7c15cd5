//! The words of the business: what the product's things are, and how their states move.
//!
//! Types here derive `serde` and nothing else. Their JSON (camelCase) is the canonical form on the
//! wire; stored records use the same types in a compact form whose fields are positional, so a new
//! field goes to the end of its struct with `#[serde(default)]`.

pub mod actor;
pub mod alert;
pub mod alert_hook;
pub mod api_key;
pub mod attachment;
pub mod call;
pub mod capability;
pub mod channel;
pub mod condition;
pub mod contact;
pub mod content;
mod content_reading;
pub mod conversation;
pub mod domain;
pub mod event;
#[cfg(test)]
pub(crate) mod example;
pub mod fence;
pub mod filling;
pub mod guide;
pub mod happening;
pub mod hours;
pub mod ids;
pub mod inbound;
pub mod job;
pub mod letter;
pub mod mail;
pub mod message;
pub mod opaque;
pub mod organisation;
pub mod outbound;
pub mod parts;
pub mod pass;
pub mod permission;
pub mod refusal;
pub mod rejection;
pub mod routing;
pub mod send_error;
pub mod session;
pub mod tag;
pub mod team;
pub mod template;
pub mod thread;
pub mod unsent;
pub mod user;
pub mod view;
pub mod visit;
pub mod webchat;

pub use opaque::Opaque;
