//! Reading and writing each kind of record: every file is the whole truth about one kind, its
//! indexes included. Nobody else opens a keyspace.

pub mod alerts;
pub mod api_keys;
pub mod attachments;
pub mod audit;
pub mod channels;
pub mod contacts;
pub mod conversations;
pub mod counters;
pub mod dedup;
pub mod happenings;
pub mod idempotency;
pub mod identities;
pub mod intake;
pub mod jobs;
pub mod mails;
pub mod mentions;
pub mod merges;
pub mod messages;
pub mod organisation;
pub mod outbox;
pub mod passes;
pub mod quarantine;
pub mod read_marks;
pub mod sessions;
pub mod tags;
pub mod teams;
pub mod templates;
pub mod unsent;
pub mod users;
pub mod views;
pub mod visitors;
