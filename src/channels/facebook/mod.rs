//! Messenger of Facebook pages.

pub mod caps;
