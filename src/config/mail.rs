//! The mail server that people of ours are written through.

use std::net::IpAddr;

use crate::base::secret::Secret;

/// How people of ours are written to. Without a host nobody is.
#[derive(Debug, Clone, Default)]
pub struct MailConfig {
    /// The server's name or address.
    pub host: Option<String>,
    /// Its port; none is the usual one of the encryption.
    pub port: Option<u16>,
    /// How the conversation is encrypted.
    pub tls: MailTls,
    /// Whom to sign in as.
    pub user: Option<String>,
    /// With which password.
    pub password: Option<Secret<String>>,
    /// Who the mails are from: an address, or a name and an address in angle brackets.
    pub from: Option<String>,
}

/// How the conversation with a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailTls {
    /// It begins in the open and must go on encrypted: port 587.
    #[default]
    Starttls,
    /// From the first byte: port 465.
    Tls,
    /// Not at all: port 25. For a server on this machine.
    None,
}

impl MailTls {
    /// The mode of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "starttls" => Some(Self::Starttls),
            "tls" => Some(Self::Tls),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

impl MailConfig {
    /// The port, chosen or usual.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            MailTls::Starttls => 587,
            MailTls::Tls => 465,
            MailTls::None => 25,
        })
    }

    /// What must hold between these settings.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn check(&self) -> Result<(), String> {
        let wrong = match (&self.host, &self.from, &self.user, &self.password) {
            (None, None, None, None) => return Ok(()),
            (None, ..) => "LINKTOR_MAIL_HOST is not set, but other settings of mail are",
            (Some(_), None, ..) => {
                "LINKTOR_MAIL_HOST is set but LINKTOR_MAIL_FROM is not; mails need a sender"
            }
            (.., Some(_), None) => "LINKTOR_MAIL_USER is set but LINKTOR_MAIL_PASSWORD is not",
            (.., None, Some(_)) => "LINKTOR_MAIL_PASSWORD is set but LINKTOR_MAIL_USER is not",
            (Some(host), _, Some(_), _) if self.tls == MailTls::None && !is_here(host) => {
                "LINKTOR_MAIL_TLS is none, so the password would travel in the open; use starttls or tls"
            }
            _ => return Ok(()),
        };
        Err(wrong.to_owned())
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether a text names a sender: `desk@example.com` or `Desk <desk@example.com>`.
#[must_use]
pub fn is_sender(text: &str) -> bool {
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => text,
    };
    let (local, domain) = address.trim().split_once('@').unwrap_or_default();
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;\"()@".contains(c);
    let fits = |part: &str| !part.is_empty() && part.chars().all(plain);
    fits(local) && fits(domain) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(change: impl FnOnce(&mut MailConfig)) -> MailConfig {
        let mut config = MailConfig {
            host: Some("mail.example".to_owned()),
            from: Some("desk@example.com".to_owned()),
            ..MailConfig::default()
        };
        change(&mut config);
        config
    }

    #[test]
    fn what_belongs_together_must_be_there_together() {
        let secret = || Some(Secret::new("secret".to_owned()));
        let user = || Some("desk".to_owned());
        assert_eq!(MailConfig::default().check(), Ok(()));
        assert_eq!(server(|_| {}).check(), Ok(()));
        let whole = server(|c| (c.user, c.password) = (user(), secret()));
        assert_eq!(whole.check(), Ok(()));
        let near = server(|c| {
            (c.user, c.password) = (user(), secret());
            (c.tls, c.host) = (MailTls::None, Some("127.0.0.1".to_owned()));
        });
        assert_eq!(near.check(), Ok(()));
        for wrong in [
            server(|c| c.host = None),
            server(|c| c.from = None),
            server(|c| c.user = user()),
            server(|c| c.password = secret()),
            server(|c| (c.user, c.password, c.tls) = (user(), secret(), MailTls::None)),
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_sender_has_an_address() {
        for good in ["desk@example.com", "Aurora Coffee <desk@aurora.example>"] {
            assert!(is_sender(good), "{good}");
        }
        for bad in [
            "",
            "desk",
            "desk@",
            "Desk <desk>",
            "a@b\r\nBcc: c@d",
            "a@b, c@d",
        ] {
            assert!(!is_sender(bad), "{bad}");
        }
    }

    #[test]
    fn each_encryption_has_its_usual_port() {
        for (tls, port) in [("starttls", 587), ("tls", 465), ("none", 25)] {
            let config = server(|c| c.tls = MailTls::named(tls).unwrap_or_default());
            assert_eq!(config.port(), port, "{tls}");
        }
        assert_eq!(server(|c| c.port = Some(2_525)).port(), 2_525);
    }
}
