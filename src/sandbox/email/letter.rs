//! Mail on its way: of the business as a service took it, of a customer as a service passes it on.

use serde_json::Value;

use crate::base::time::Timestamp;
use crate::sandbox::files::Chosen;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;

/// File endings that services do not carry.
const FORBIDDEN: [&str; 16] = [
    "exe", "js", "bat", "cmd", "com", "scr", "msi", "ps1", "vbs", "jar", "lnk", "hta", "cpl",
    "pif", "reg", "dll",
];

/// A file in a mail on its way.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The file.
    pub file: Chosen,
    /// The name by which the words show it, without brackets.
    pub content_id: Option<String>,
}

/// Whether services refuse a file of this name.
#[must_use]
pub fn is_forbidden(filename: &str) -> bool {
    let ending = filename.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| FORBIDDEN.contains(&ending.to_ascii_lowercase().as_str()))
}

/// A mail of the business.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// What a reader sees, without the files.
    pub mail: Mail,
    /// Who gets it without being seen.
    pub bcc: Vec<Party>,
    /// The files.
    pub files: Vec<Attached>,
    /// Who gets it in truth, where that is not whoever stands in its head.
    pub envelope: Option<Vec<Party>>,
    /// What the service repeats in what it tells of the mail.
    pub tag: Value,
}

impl Sent {
    /// Everybody who gets it, each once.
    #[must_use]
    pub fn recipients(&self) -> Vec<Party> {
        let mut known: Vec<Party> = Vec::new();
        let head = self.mail.to.iter().chain(&self.mail.cc).chain(&self.bcc);
        let all: Vec<&Party> = match &self.envelope {
            Some(envelope) => envelope.iter().collect(),
            None => head.collect(),
        };
        for party in all {
            if known.iter().all(|other| other.key() != party.key()) {
                known.push(party.clone());
            }
        }
        known
    }
}

/// A mail of a customer.
#[derive(Debug, Clone)]
pub struct Written {
    /// What a reader sees, without the files.
    pub mail: Mail,
    /// The files.
    pub files: Vec<Attached>,
    /// The business's own addresses among those it goes to.
    pub own: Vec<Party>,
    /// When.
    pub at: Timestamp,
    /// All of it as it travels.
    pub raw: String,
}

/// What became of a mail at one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News<'a> {
    /// The service has it.
    Taken,
    /// It is in the mailbox.
    Delivered,
    /// It was opened.
    Opened,
    /// A link in it was followed.
    Followed(&'a str),
    /// It came back.
    Bounced(Bounce),
    /// The reader does not want it.
    Complained,
    /// The reader wants no more of it.
    Unsubscribed,
    /// The reader wants it again.
    Resubscribed,
}

/// Why a mail came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounce {
    /// There is no such mailbox.
    Gone,
    /// The mailbox is full: it may have room later.
    Full,
    /// The service does not try any more, because of what happened before.
    Suppressed,
}

impl Bounce {
    /// What the mail server said.
    #[must_use]
    pub const fn said(self) -> &'static str {
        match self {
            Self::Gone => "550 5.1.1 The email account that you tried to reach does not exist.",
            Self::Full => "452 4.2.2 The email account that you tried to reach is over quota.",
            Self::Suppressed => "The address is on the suppression list.",
        }
    }

    /// The code of RFC 3463.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gone | Self::Suppressed => "5.1.1",
            Self::Full => "4.2.2",
        }
    }
}
