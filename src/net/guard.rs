//! Which addresses may be reached from here.
//!
//! Addresses of vendors, media and webhooks come from other people. Without this guard they could
//! point at this machine, at its neighbours, or at a cloud's own services. Names are resolved here
//! and nowhere else, so the address that was checked is the address that is connected to.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;

use reqwest::dns::Addrs;
use reqwest::dns::Name;
use reqwest::dns::Resolve;
use reqwest::dns::Resolving;
use url::Host;
use url::Url;

use crate::config::Config;

/// Whether private addresses may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The public internet alone.
    Public,
    /// Everything, by the operator's choice.
    Everywhere,
}

/// A target that is not let out to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is a private address; to allow such targets the operator sets LINKTOR_ALLOW_PRIVATE_TARGETS"
)]
pub struct PrivateTarget(String);

impl Reach {
    /// As far as the operator lets it go.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        if config.security.allow_private_targets {
            Self::Everywhere
        } else {
            Self::Public
        }
    }

    /// Whether an address may be connected to.
    #[must_use]
    pub fn includes(self, address: IpAddr) -> bool {
        self == Self::Everywhere || is_public(address)
    }

    /// What whoever named a host that may not be reached is told.
    #[must_use]
    pub fn refusal(host: &str) -> String {
        PrivateTarget(host.to_owned()).to_string()
    }

    /// Checks an address written out in a URL, or this machine by its name; other names are checked
    /// when they are resolved.
    ///
    /// # Errors
    /// [`PrivateTarget`].
    pub fn check(self, url: &Url) -> Result<(), PrivateTarget> {
        let address = match url.host() {
            Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
            Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
            Some(Host::Domain("localhost")) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.includes(address) {
            Ok(())
        } else {
            Err(PrivateTarget(url.host_str().unwrap_or_default().to_owned()))
        }
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = *self;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> = found
                .iter()
                .copied()
                .filter(|found| reach.includes(found.ip()))
                .collect();
            if allowed.is_empty() && !found.is_empty() {
                return Err(PrivateTarget(name.as_str().to_owned()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast();
    let shared_by_a_provider = a == 100 && (64..128).contains(&b);
    let for_protocols = (a, b, c) == (192, 0, 0);
    let for_measuring = a == 198 && matches!(b, 18 | 19);
    let this_network = a == 0;
    let reserved = a >= 240;
    !(special || shared_by_a_provider || for_protocols || for_measuring || this_network || reserved)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    match parts {
        // Everything routed on the internet begins with 001.
        [head, ..] if head & 0xe000 != 0x2000 => {
            embedded_in_translation(parts).is_some_and(is_public_v4)
        }
        // Teredo, benchmarking, identifiers without a place, documentation.
        [0x2001, second, ..] if second < 0x0200 || second == 0x0db8 => false,
        // 6to4 carries an IPv4 address.
        [0x2002, high, low, ..] => is_public_v4(joined(high, low)),
        [0x3fff, second, ..] => second >= 0x1000,
        _ => true,
    }
}

/// The IPv4 address inside one that a network translates (`64:ff9b::/96`).
fn embedded_in_translation(parts: [u16; 8]) -> Option<Ipv4Addr> {
    match parts {
        [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => Some(joined(high, low)),
        _ => None,
    }
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_public_internet_and_nothing_else() {
        for address in [
            "93.184.216.34",
            "8.8.8.8",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(
                Reach::Public.includes(address.parse().unwrap()),
                "{address}"
            );
        }
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert!(!Reach::Public.includes(address), "{address}");
            assert!(Reach::Everywhere.includes(address), "{address}");
        }
    }

    #[test]
    fn however_an_address_is_written_it_is_the_same() {
        for url in [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://[::ffff:7f00:1]/",
            "http://127.1:8080/",
            "http://localhost:8080/",
        ] {
            assert!(Reach::Public.check(&url.parse().unwrap()).is_err(), "{url}");
        }
        let named = "http://example.com/".parse().unwrap();
        assert_eq!(Reach::Public.check(&named), Ok(()));
    }
}
