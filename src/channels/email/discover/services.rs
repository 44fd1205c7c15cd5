//! What a domain says in the name system about its mail servers: SRV records. RFC 6186, RFC 8314.

use crate::channels::email::address::is_domain;
use crate::channels::email::discover::Server;
use crate::channels::email::discover::Servers;

/// A service of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The smaller the sooner.
    pub priority: u16,
    /// Of the same priority, the larger the sooner.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host; `.` or nothing where the service is not offered.
    pub host: String,
}

/// The names to ask for, in the order in which [`read`] takes the answers: mailboxes from the first
/// byte encrypted, mailboxes, handing over from the first byte encrypted, handing over.
#[must_use]
pub fn names(domain: &str) -> [String; 4] {
    ["_imaps", "_imap", "_submissions", "_submission"]
        .map(|service| format!("{service}._tcp.{domain}"))
}

/// The servers that answers name; none where none is offered.
#[must_use]
pub fn read(answers: &[Vec<Service>; 4]) -> Option<Servers> {
    let [imaps, imap, submissions, submission] = answers;
    let servers = Servers {
        imap: best(imaps, "tls").or_else(|| best(imap, "starttls")),
        smtp: best(submissions, "tls").or_else(|| best(submission, "starttls")),
        advice: String::new(),
    };
    (!servers.is_empty()).then_some(servers)
}

fn best(services: &[Service], encryption: &'static str) -> Option<Server> {
    let offered = services
        .iter()
        .filter(|one| one.port > 0 && is_domain(one.host.trim_end_matches('.')));
    let first = offered.min_by_key(|one| (one.priority, u16::MAX - one.weight))?;
    Some(Server {
        host: first.host.trim_end_matches('.').to_lowercase(),
        port: first.port,
        encryption,
        user: None,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn service(priority: u16, weight: u16, port: u16, host: &str) -> Service {
        Service {
            priority,
            weight,
            port,
            host: host.to_owned(),
        }
    }

    #[test]
    fn the_encrypted_and_most_wanted_server_is_taken() {
        let servers = read(&[
            vec![
                service(10, 5, 993, "second.aurora.example."),
                service(0, 1, 993, "light.aurora.example."),
                service(0, 9, 994, "Heavy.aurora.example."),
            ],
            vec![service(0, 0, 143, "plain.aurora.example.")],
            vec![service(0, 0, 0, ".")],
            vec![service(0, 0, 587, "smtp.aurora.example.")],
        ])
        .unwrap();
        let imap = servers.imap.unwrap();
        assert_eq!(
            (imap.host.as_str(), imap.port, imap.encryption),
            ("heavy.aurora.example", 994, "tls")
        );
        let smtp = servers.smtp.unwrap();
        assert_eq!(
            (smtp.host.as_str(), smtp.port, smtp.encryption),
            ("smtp.aurora.example", 587, "starttls")
        );
    }

    #[test]
    fn what_is_not_offered_is_nowhere() {
        let none = || vec![service(0, 0, 0, ".")];
        assert_eq!(read(&[none(), none(), none(), none()]), None);
        assert_eq!(read(&[vec![], vec![], vec![], vec![]]), None);
    }

    #[test]
    fn the_names_are_those_of_the_standard() {
        assert_eq!(
            names("aurora.example")[2],
            "_submissions._tcp.aurora.example"
        );
    }
}
