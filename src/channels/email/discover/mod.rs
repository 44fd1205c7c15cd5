//! The servers of a mailbox, found by its address: what is known of large services, what a domain
//! says in the way of mail programs, and what it says in the name system. Asking is not done here.

mod autoconfig;
mod known;
mod services;

pub use autoconfig::places;
pub use autoconfig::read as read_autoconfig;
pub use known::Known;
pub use known::by_domain;
pub use known::by_exchanger;
pub use known::by_host;
pub(in crate::channels::email) use known::ends_in;
pub use services::Service;
pub use services::names as service_names;
pub use services::read as read_services;

use crate::channels::email::address::domain_of;
use crate::model::Opaque;

/// A server to sign in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `tls` or `starttls`: what is not encrypted is not taken.
    pub encryption: &'static str,
    /// Whom to sign in as, where it is not the whole address.
    pub user: Option<String>,
}

/// The servers of a mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Servers {
    /// Where mail is read.
    pub imap: Option<Server>,
    /// Where mail is handed over.
    pub smtp: Option<Server>,
    /// What else to know before signing in; may be empty.
    pub advice: String,
}

impl Servers {
    /// Whether there is none at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.imap.is_none() && self.smtp.is_none()
    }

    /// The settings that say the same, for a mailbox of that address.
    #[must_use]
    pub fn settings(&self, address: &str) -> Opaque {
        let mut settings = Opaque::new();
        for (prefix, server) in [("smtp", &self.smtp), ("imap", &self.imap)] {
            let Some(server) = server else {
                continue;
            };
            let user = server.user.as_deref().unwrap_or(address);
            for (name, value) in [
                ("Host", server.host.clone()),
                ("Port", server.port.to_string()),
                ("Encryption", server.encryption.to_owned()),
                ("Username", user.to_owned()),
            ] {
                settings.insert(format!("{prefix}{name}"), value.into());
            }
        }
        settings
    }
}

/// What a mail program puts in the place of what stands for parts of an address.
fn filled(text: &str, address: &str) -> String {
    let domain = domain_of(address);
    let local = address.rsplit_once('@').map_or("", |(local, _)| local);
    text.replace("%EMAILADDRESS%", address)
        .replace("%EMAILLOCALPART%", local)
        .replace("%EMAILDOMAIN%", domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_become_the_settings_of_the_form() {
        let servers = Servers {
            smtp: Some(Server {
                host: "mail.aurora.example".to_owned(),
                port: 465,
                encryption: "tls",
                user: Some("desk".to_owned()),
            }),
            ..Servers::default()
        };
        let settings = servers.settings("desk@aurora.example");
        let expected = serde_json::json!({
            "smtpHost": "mail.aurora.example", "smtpPort": "465", "smtpEncryption": "tls",
            "smtpUsername": "desk",
        });
        assert_eq!(serde_json::Value::Object(settings), expected);
    }
}
