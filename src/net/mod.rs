//! The only way out of the process.
//!
//! Every request to another machine goes through here, so that limits of time and size, and the
//! refusal of private addresses, have one home.

pub mod dns;
pub mod form;
pub mod guard;
pub mod http;
pub mod lines;
pub mod mailbox;
pub mod post;
pub mod reception;
pub mod smtp;
pub mod weave;
