//! Commands and queries about conversations.

pub mod entries;
pub mod moves;
pub mod open;
pub mod receipts;
pub mod visitor_timeline;
