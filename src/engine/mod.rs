//! Decisions, commands and background workers.
