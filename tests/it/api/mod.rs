//! The REST API from outside, a file a subject.

mod bad_input;
mod contacts;
mod conversation_list;
mod conversations;
mod promises;
mod socket;
mod unheard;
