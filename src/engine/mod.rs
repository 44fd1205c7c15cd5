//! Decisions, commands and background workers.
//!
//! In order: `rules` decide and do nothing else; `context` and `live` are what every service
//! receives; `inbox`, `people` and `setup` are the commands; `ingest` records what vendors report;
//! `workers` are the loops. Services never hold references to their peers: to set another in motion
//! they write a row in the transaction they already have.

pub mod context;
pub mod error;
pub mod inbox;
pub mod links;
pub mod live;
pub mod rules;
