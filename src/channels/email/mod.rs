//! Email over SMTP and IMAP and through mail services.

pub mod address;
pub mod caps;
pub mod incoming;
