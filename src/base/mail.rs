//! Mail servers as plain values: what channels name and the way out connects to.

use crate::base::secret::Secret;

/// A mail server and how it is talked to.
#[derive(Debug, Clone)]
pub struct MailServer {
    /// Its name or address; the certificate must be of that name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the conversation is encrypted.
    pub encryption: Encryption,
    /// The name we greet with.
    pub hello: String,
    /// Whom to sign in as; none signs in as nobody.
    pub login: Option<Login>,
}

/// How the conversation with a mail server is encrypted. What is asked for is insisted on: there is
/// no way back to plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte.
    Tls,
    /// After a greeting in the open.
    Starttls,
    /// Not at all.
    None,
}

impl Encryption {
    /// The encryption of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "tls" => Some(Self::Tls),
            "starttls" => Some(Self::Starttls),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Whom to sign in as.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user.
    pub user: String,
    /// What proves it.
    pub proof: Proof,
}

/// What proves a user.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A password.
    Password(Secret<String>),
    /// An access token, by XOAUTH2.
    Token(Secret<String>),
}

/// Whom a mail comes from and whom it goes to, as the server is told; what stands in the mail is
/// another matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where what cannot be delivered comes back to.
    pub from: String,
    /// Who gets it.
    pub to: String,
}
