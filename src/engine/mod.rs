//! Decisions, commands and background workers.

pub mod rules;
