//! Mail as it came, before anybody read it: what every way in ends in.

use crate::base::time::Timestamp;

/// A mail from the outside: the bytes of RFC 5322, and what the way it came adds. A mailbox, our own
/// listener and every service that can give the bytes end here; services that only give fields write
/// such bytes from them first, so that one reader understands all mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawMail {
    /// The mail, headers first.
    pub bytes: Vec<u8>,
    /// Whom the server was told it comes from; empty for bounces, none where nobody said.
    pub envelope_from: Option<String>,
    /// Whom the server was told it goes to, each with its plus part.
    pub envelope_to: Vec<String>,
    /// When it arrived, by the clock of whoever took it in.
    pub arrived_at: Option<Timestamp>,
    /// What was found out about the sender on the way; unknown where nobody looked.
    pub checks: Checks,
}

/// What a service found out about a mail. The words are `pass`, `fail`, `softfail`, `none` and the
/// like, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checks {
    /// Whether the machine may send for the domain.
    pub spf: Option<String>,
    /// Whether the domain signed it.
    pub dkim: Option<String>,
    /// What the domain says about both.
    pub dmarc: Option<String>,
    /// Whether it is called spam.
    pub spam: bool,
    /// Whether a virus was found in it: its files are not to be kept.
    pub virus: bool,
}
