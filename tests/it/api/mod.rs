//! The REST API from outside, a file a subject.

mod conversations;
mod promises;
