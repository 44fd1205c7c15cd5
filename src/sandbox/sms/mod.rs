//! Three carriers of text messages.

pub mod line;
pub mod plivo;
pub mod segments;
pub mod twilio;
pub mod vonage;
