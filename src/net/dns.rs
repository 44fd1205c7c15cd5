//! Questions to the name system that are not about addresses: who takes the mail of a domain, which
//! servers it offers, and what it says of itself. Addresses are resolved by the [guard] alone.
//!
//! [guard]: crate::net::guard

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::ConnectionConfig;
use hickory_resolver::config::NameServerConfig;
use hickory_resolver::config::ResolveHosts;
use hickory_resolver::config::ResolverConfig;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::proto::rr::RecordType;

use crate::config::Config;

/// Longest wait for one answer.
const WAIT: Duration = Duration::from_secs(3);
/// How often a question is put.
const ATTEMPTS: usize = 2;

/// Why there is no answer. That a name has no such records is an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DnsError(String);

/// A server that a domain offers for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The smaller the sooner.
    pub priority: u16,
    /// Of the same priority, the larger the sooner.
    pub weight: u16,
    /// Its port.
    pub port: u16,
    /// Its host; `.` where the domain does not offer it.
    pub host: String,
}

/// The way to the name system. It takes memory only once it is used.
pub struct Dns {
    server: Option<SocketAddr>,
    mail_host: Option<String>,
    resolver: Mutex<Option<TokioResolver>>,
}

impl Dns {
    /// The server that the operator chose, or those of the system.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            server: config.server.dns,
            mail_host: config.reception.host.clone(),
            resolver: Mutex::default(),
        }
    }

    /// The name under which other servers bring us mail, where the operator chose one.
    #[must_use]
    pub fn mail_host(&self) -> Option<&str> {
        self.mail_host.as_deref()
    }

    /// The texts under a name.
    ///
    /// # Errors
    /// [`DnsError`].
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, DnsError> {
        let all = self.ask(name, RecordType::TXT).await?;
        let texts = all.into_iter().filter_map(|data| match data {
            RData::TXT(text) => {
                let bytes: Vec<u8> = text.txt_data.concat();
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => None,
        });
        Ok(texts.collect())
    }

    /// The hosts that take mail for a domain, the most wanted first; `.` alone where it takes none.
    ///
    /// # Errors
    /// [`DnsError`].
    pub async fn exchangers(&self, domain: &str) -> Result<Vec<String>, DnsError> {
        let all = self.ask(domain, RecordType::MX).await?;
        let mut hosts: Vec<(u16, String)> = all
            .into_iter()
            .filter_map(|data| match data {
                RData::MX(mx) => Some((mx.preference, host(&mx.exchange.to_utf8()))),
                _ => None,
            })
            .collect();
        hosts.sort();
        Ok(hosts.into_iter().map(|(_, host)| host).collect())
    }

    /// What a domain offers under the name of a service, such as `_imaps._tcp.example.com`.
    ///
    /// # Errors
    /// [`DnsError`].
    pub async fn offers(&self, name: &str) -> Result<Vec<Offer>, DnsError> {
        let all = self.ask(name, RecordType::SRV).await?;
        let offers = all.into_iter().filter_map(|data| match data {
            RData::SRV(srv) => Some(Offer {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                host: host(&srv.target.to_utf8()),
            }),
            _ => None,
        });
        Ok(offers.collect())
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, DnsError> {
        let resolver = self.resolver()?;
        // With a dot at its end a name is whole: nothing of this machine's own domain is tried.
        let whole = format!("{}.", name.trim_end_matches('.'));
        match resolver.lookup(whole, kind).await {
            Ok(found) => Ok(found.answers().iter().map(|one| one.data.clone()).collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(told(&error)),
        }
    }

    fn resolver(&self) -> Result<TokioResolver, DnsError> {
        let mut held = self.resolver.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(resolver) = &*held {
            return Ok(resolver.clone());
        }
        let provider = TokioRuntimeProvider::default();
        let mut building = match self.server {
            Some(server) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
                let connections = connections.map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                let server = NameServerConfig::new(server.ip(), true, connections.to_vec());
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, provider)
            }
            None => TokioResolver::builder(provider).map_err(|error| {
                DnsError(format!("this machine names no name server ({error})"))
            })?,
        };
        let options = building.options_mut();
        options.timeout = WAIT;
        options.attempts = ATTEMPTS;
        options.use_hosts_file = ResolveHosts::Never;
        // Whoever just added a record wants to see it.
        options.cache_size = 0;
        let resolver = building.build().map_err(|error| told(&error))?;
        *held = Some(resolver.clone());
        Ok(resolver)
    }
}

/// A host without the dot at its end; the root alone keeps it.
fn host(name: &str) -> String {
    match name.trim_end_matches('.') {
        "" => ".".to_owned(),
        host => host.to_lowercase(),
    }
}

fn told(error: &NetError) -> DnsError {
    DnsError(match error {
        NetError::Timeout => "the name server did not answer in time".to_owned(),
        other => format!("the name server did not answer ({other})"),
    })
}
