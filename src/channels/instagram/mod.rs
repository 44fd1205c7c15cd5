//! Direct messages of Instagram's professional accounts.

pub mod caps;
