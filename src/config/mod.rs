//! What the operator chose.
//!
//! A flag beats the environment, the environment beats the file, the file beats the defaults below.
//! Every setting is one row in [`settings`]; [`load`] finds the values and says where a wrong one
//! came from. All of it is checked before the first port opens.

pub mod load;
pub mod mail;
pub mod network;
pub mod reception;
pub mod settings;

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::base::secret::Secret;
use crate::config::network::Network;

pub use crate::config::mail::MailConfig;
pub use crate::config::mail::MailTls;
pub use crate::config::reception::ReceptionConfig;

/// Everything that can be chosen.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where it lives and how it is reached.
    pub server: ServerConfig,
    /// How much one caller may ask for.
    pub limits: LimitsConfig,
    /// The database.
    pub store: StoreConfig,
    /// The full-text index.
    pub search: SearchConfig,
    /// Sending to vendors.
    pub delivery: DeliveryConfig,
    /// Writing to people of ours.
    pub mail: MailConfig,
    /// Mail that other servers bring.
    pub reception: ReceptionConfig,
    /// What is let out.
    pub security: SecurityConfig,
    /// The vendors in the box.
    pub sandbox: SandboxConfig,
    /// What is written to the log.
    pub log: LogConfig,
    /// What the first start sets up.
    pub first_run: FirstRun,
}

/// Where it lives and how it is reached.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The one directory that holds everything.
    pub data: PathBuf,
    /// Where HTTP is served; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address under which browsers reach it, without a path. Absent: made from the address
    /// that is really listened on.
    pub public_url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Threads that answer requests (1 to 64).
    pub workers: usize,
    /// The name server that is asked about domains of mail; the system's own where none is set.
    pub dns: Option<SocketAddr>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            data: PathBuf::from("./linktor-data"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            trusted_proxies: Network::loopback(),
            workers: 2,
            dns: None,
        }
    }
}

impl ServerConfig {
    /// The public address, given the one that is really listened on. Never ends with a slash.
    #[must_use]
    pub fn public_url(&self, bound: SocketAddr) -> String {
        self.public_url.as_ref().map_or_else(
            || format!("http://{}", reachable(bound)),
            |url| url.as_str().trim_end_matches('/').to_owned(),
        )
    }
}

/// An address a browser on this machine can open: "any address" is nowhere one can go.
fn reachable(bound: SocketAddr) -> SocketAddr {
    if bound.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), bound.port())
    } else {
        bound
    }
}

/// How much one caller may ask for, and how much is open at once; 0 switches a limit off.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// Attempts to sign in within a minute, per address and per account.
    pub auth_per_minute: u32,
    /// Messages sent through the API within a minute.
    pub sends_per_minute: u32,
    /// Everything else in the API within a minute.
    pub other_per_minute: u32,
    /// Sockets a key or a person may hold open at `/ws` (0 to 1000000).
    pub sockets_per_caller: u32,
    /// Sockets open at `/ws` in all (0 to 1000000).
    pub sockets: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            auth_per_minute: 10,
            sends_per_minute: 600,
            other_per_minute: 1_200,
            sockets_per_caller: 20,
            sockets: 10_000,
        }
    }
}

/// The database.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Memory for pages of the database, in megabytes (1 to 65536). The system's own cache stands
    /// behind it, so more mostly costs memory.
    pub cache_mb: usize,
}

impl StoreConfig {
    /// The page cache as it comes, in megabytes: pages that are written again and again fit, and a
    /// server that has worked much rests with no more than that.
    pub const CACHE_MB: usize = 8;

    /// The page cache in bytes.
    #[must_use]
    pub const fn cache_bytes(&self) -> usize {
        self.cache_mb * 1024 * 1024
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            cache_mb: Self::CACHE_MB,
        }
    }
}

/// The full-text index.
#[derive(Debug, Clone)]
pub struct SearchConfig {
    /// Memory the indexer may fill before it writes a segment, in megabytes (15 to 4096).
    pub heap_mb: usize,
}

impl SearchConfig {
    /// The indexer's memory in bytes.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.heap_mb * 1024 * 1024
    }
}

impl Default for SearchConfig {
    fn default() -> Self {
        Self { heap_mb: 32 }
    }
}

/// Sending to vendors.
#[derive(Debug, Clone)]
pub struct DeliveryConfig {
    /// Longest wait for one vendor call, in seconds (1 to 120).
    pub request_timeout_secs: u64,
}

impl DeliveryConfig {
    /// Longest wait for one vendor call.
    #[must_use]
    pub const fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_secs)
    }
}

impl Default for DeliveryConfig {
    fn default() -> Self {
        Self {
            request_timeout_secs: 30,
        }
    }
}

/// What is let out.
#[derive(Debug, Clone, Default)]
pub struct SecurityConfig {
    /// Whether channel addresses, media links and outgoing webhooks may point to loopback and
    /// private networks.
    pub allow_private_targets: bool,
}

/// The vendors in the box.
#[derive(Debug, Clone, Default)]
pub struct SandboxConfig {
    /// Whether stand-ins for the vendors answer below `/sandbox`.
    pub enabled: bool,
}

/// What is written to the log.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// Levels by part, such as `info` or `info,linktor::net=debug`.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// What the first start sets up. From the environment alone: flags show in the list of processes.
#[derive(Debug, Clone, Default)]
pub struct FirstRun {
    /// The owner's e-mail address.
    pub admin_email: Option<String>,
    /// The owner's password.
    pub admin_password: Option<Secret<String>>,
    /// A value that becomes an owner's API key.
    pub bootstrap_api_key: Option<Secret<String>>,
}

impl Config {
    /// What must hold between settings; each by itself was checked when it was read.
    fn check(&self) -> Result<(), String> {
        self.mail.check()?;
        self.reception.check()?;
        match (&self.first_run.admin_email, &self.first_run.admin_password) {
            (Some(_), None) => Err(
                "LINKTOR_ADMIN_EMAIL is set but LINKTOR_ADMIN_PASSWORD is not; the owner needs both"
                    .to_owned(),
            ),
            (None, Some(_)) => Err(
                "LINKTOR_ADMIN_PASSWORD is set but LINKTOR_ADMIN_EMAIL is not; the owner needs both"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_public_address_is_what_was_chosen_or_where_it_really_listens() {
        let mut server = ServerConfig::default();
        for (bound, url) in [
            ("127.0.0.1:4711", "http://127.0.0.1:4711"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("[::]:8080", "http://127.0.0.1:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(server.public_url(bound.parse().unwrap()), url);
        }
        server.public_url = Some("https://chat.example.com/".parse().unwrap());
        assert_eq!(
            server.public_url("127.0.0.1:1".parse().unwrap()),
            "https://chat.example.com"
        );
    }
}
