//! Full-text search, following the event log.
