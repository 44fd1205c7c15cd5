//! WhatsApp through Meta's Cloud API.

pub mod caps;
pub mod faults;
mod notices;
pub mod parse;
mod people;
mod receipts;
mod said;
