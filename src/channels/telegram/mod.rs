//! Telegram bots.

pub mod caps;
