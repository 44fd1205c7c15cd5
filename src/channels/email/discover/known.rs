//! Large services and their servers; a domain of one's own is known by the servers that take its
//! mail.

mod table;

use crate::channels::email::discover::Server;
use crate::channels::email::discover::Servers;
use crate::channels::email::discover::known::table::SERVICES;

/// Host and port.
type Place = (&'static str, u16, &'static str);

/// A service that keeps mailboxes.
#[derive(Debug)]
pub struct Known {
    /// What people call it.
    pub name: &'static str,
    /// The domains of its own addresses.
    domains: &'static [&'static str],
    /// How the names of the servers end that take the mail of its customers' domains.
    exchangers: &'static [&'static str],
    imap: Option<Place>,
    smtp: Place,
    /// What to know before signing in; may be empty.
    pub advice: &'static str,
    /// What a domain includes to let it send; empty where it does not tell.
    pub spf: &'static str,
    /// The names under which it signs.
    pub selectors: &'static [&'static str],
}

impl Known {
    /// Its servers.
    #[must_use]
    pub fn servers(&self) -> Servers {
        let server = |(host, port, encryption): Place| Server {
            host: host.to_owned(),
            port,
            encryption,
            user: None,
        };
        Servers {
            imap: self.imap.map(server),
            smtp: Some(server(self.smtp)),
            advice: self.advice.to_owned(),
        }
    }

    /// Whether mail that is handed over to a host of that name leaves through it.
    #[must_use]
    pub fn sends_through(&self, host: &str) -> bool {
        host.eq_ignore_ascii_case(self.smtp.0)
    }
}

/// The service that gives out addresses of a domain.
#[must_use]
pub fn by_domain(domain: &str) -> Option<&'static Known> {
    let domain = domain.to_lowercase();
    SERVICES
        .iter()
        .find(|known| known.domains.contains(&domain.as_str()))
}

/// The service that takes the mail of a domain, by the names of its mail servers.
#[must_use]
pub fn by_exchanger(hosts: &[String]) -> Option<&'static Known> {
    SERVICES
        .iter()
        .find(|known| hosts.iter().any(|host| ends_in(host, known.exchangers)))
}

/// The service that mail leaves through, by the host it is handed over to.
#[must_use]
pub fn by_host(host: &str) -> Option<&'static Known> {
    let mut all = SERVICES.iter();
    // A service of several rows says the most in that for domains of its customers.
    let told = all
        .clone()
        .find(|known| known.sends_through(host) && !known.spf.is_empty());
    told.or_else(|| all.find(|known| known.sends_through(host)))
}

/// Whether a name is one of some domains, or lies below it.
pub(in crate::channels::email) fn ends_in(host: &str, domains: &[&str]) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    domains.iter().any(|domain| {
        let above = host.strip_suffix(domain);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::channels::email::address::is_domain;
    use crate::channels::email::discover::known::table::STARTTLS;
    use crate::channels::email::discover::known::table::TLS;

    #[test]
    fn addresses_of_large_services_are_known_by_their_domain() {
        for (domain, imap, smtp) in [
            ("gmail.com", "imap.gmail.com", "smtp.gmail.com"),
            ("GMail.com", "imap.gmail.com", "smtp.gmail.com"),
            (
                "hotmail.com",
                "outlook.office365.com",
                "smtp-mail.outlook.com",
            ),
            ("me.com", "imap.mail.me.com", "smtp.mail.me.com"),
            ("yahoo.com.br", "imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
            ("gmx.de", "imap.gmx.net", "mail.gmx.net"),
            ("gmx.com", "imap.gmx.com", "mail.gmx.com"),
            ("web.de", "imap.web.de", "smtp.web.de"),
            ("fastmail.com", "imap.fastmail.com", "smtp.fastmail.com"),
            ("zoho.com", "imap.zoho.com", "smtp.zoho.com"),
        ] {
            let servers = by_domain(domain).unwrap().servers();
            assert_eq!(servers.imap.unwrap().host, imap, "{domain}");
            assert_eq!(servers.smtp.unwrap().host, smtp, "{domain}");
        }
        assert!(by_domain("aurora.example").is_none());
        assert!(by_domain("notgmail.com").is_none());
    }

    #[test]
    fn domains_of_customers_are_known_by_who_takes_their_mail() {
        for (host, name) in [
            ("aspmx.l.google.com.", "Gmail"),
            ("smtp.google.com", "Gmail"),
            (
                "aurora-example.mail.protection.outlook.com",
                "Microsoft 365",
            ),
            ("MX01.mail.icloud.com.", "iCloud"),
            ("in1-smtp.messagingengine.com", "Fastmail"),
            ("mx.zoho.eu", "Zoho"),
            ("mx00.kundenserver.de", "IONOS"),
            ("mx00.ionos.co.uk", "IONOS"),
            ("mx2.titan.email", "Titan"),
            ("mx1.privateemail.com", "Private Email"),
            ("mail.protonmail.ch", "Proton Mail"),
        ] {
            let found = by_exchanger(&[host.to_owned()]).unwrap();
            assert_eq!(found.name, name, "{host}");
        }
        for host in [
            "mx.aurora.example",
            "notgoogle.com",
            "google.com.evil.example",
        ] {
            assert!(by_exchanger(&[host.to_owned()]).is_none(), "{host}");
        }
        assert_eq!(by_host("smtp.office365.com").unwrap().name, "Microsoft 365");
    }

    #[test]
    fn the_table_names_hosts_and_no_domain_twice() {
        let mut seen = Vec::new();
        for known in SERVICES {
            for domain in known.domains.iter().chain(known.exchangers) {
                assert!(is_domain(domain), "{domain}");
            }
            for domain in known.domains {
                assert!(!seen.contains(domain), "{domain}");
                seen.push(domain);
            }
            let places = known.imap.iter().chain([&known.smtp]);
            for (host, port, encryption) in places {
                assert!(is_domain(host), "{host}");
                assert!(matches!(
                    (*port, *encryption),
                    (993 | 465, TLS) | (587, STARTTLS)
                ));
            }
        }
    }
}
