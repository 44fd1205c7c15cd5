//! Email over SMTP and IMAP and through mail services.

pub mod caps;
