//! Three carriers of text messages, and one that stands for any other.

mod files;
pub mod generic;
pub mod line;
pub mod plivo;
pub mod segments;
pub mod twilio;
pub mod vonage;
