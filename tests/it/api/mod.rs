//! The REST API from outside, a file a subject.

mod bad_input;
mod channels;
mod contacts;
mod contract;
mod conversation_list;
mod conversations;
mod media;
mod messages;
mod people;
mod promises;
mod refusals;
mod socket;
mod unheard;
