//! Commands and queries about conversations.

pub mod change;
pub mod counting;
pub mod drafts;
pub mod entries;
pub mod events;
pub mod failing;
pub mod files;
pub mod glance;
pub mod heard;
pub mod history;
pub mod list;
pub mod moves;
pub mod open;
mod order;
pub mod overtaken;
pub mod reach;
pub mod reading;
pub mod receipts;
pub mod searching;
pub mod send;
pub mod surroundings;
pub mod target;
pub mod typing;
pub mod unsent;
pub mod visitor_timeline;
mod walk;
