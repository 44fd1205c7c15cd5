//! The REST API from outside, a file a subject.

mod contacts;
mod conversation_list;
mod conversations;
mod messages;
mod promises;
