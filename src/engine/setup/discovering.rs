//! Finding the servers of a mailbox by its address: in the table of large services, by who takes the
//! mail of the domain, by what the domain tells mail programs, and by what it offers in the name
//! system.

use std::time::Duration;

use futures_util::future::join_all;

use crate::base::http::Headers;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::channels::email::address;
use crate::channels::email::discover;
use crate::channels::email::discover::Servers;
use crate::channels::email::discover::Service;
use crate::engine::error::EngineError;
use crate::engine::setup::channels::Channels;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::net::dns::Offer;

/// Longest wait for a file that tells of servers.
const FILE_TIMEOUT: Duration = Duration::from_secs(5);

/// Servers that were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What goes into the settings.
    pub settings: Opaque,
    /// Whether mail can be read there.
    pub has_mailbox: bool,
    /// What else to know before signing in; may be empty.
    pub advice: String,
    /// How they are known, as a part of a sentence: "this is Gmail".
    pub by: String,
}

impl Channels {
    /// Finds the servers of a mailbox; none where nobody tells of any.
    ///
    /// # Errors
    /// The actor may not; the address is none.
    pub async fn find_servers(
        &self,
        actor: &Actor,
        typed: &str,
    ) -> Result<Option<Found>, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let Some(address) = address::clean(typed) else {
            let words = "must be an address of mail, such as desk@example.com";
            return Err(Rejection::field("config.fromEmail", words).into());
        };
        let domain = address::domain_of(&address);
        let found = match discover::by_domain(domain) {
            Some(known) => Some((known.servers(), format!("this is {}", known.name))),
            None => self.asked_around(domain, &address).await,
        };
        Ok(found.map(|(servers, by)| Found {
            settings: servers.settings(&address),
            has_mailbox: servers.imap.is_some(),
            advice: servers.advice,
            by,
        }))
    }

    async fn asked_around(&self, domain: &str, address: &str) -> Option<(Servers, String)> {
        // Nobody who answers is nobody who tells: the next way is tried.
        let exchangers = self.0.dns.exchangers(domain).await.unwrap_or_default();
        if let Some(known) = discover::by_exchanger(&exchangers) {
            let by = format!("{} takes the mail of {domain}", known.name);
            return Some((known.servers(), by));
        }
        if let Some(servers) = self
            .told_to_programs(discover::places(address), address)
            .await
        {
            return Some((servers, format!("{domain} tells mail programs so")));
        }
        let names = discover::service_names(domain);
        let asking = names.each_ref().map(|name| self.0.dns.offers(name));
        let answers: Vec<Vec<Service>> = join_all(asking)
            .await
            .into_iter()
            .map(|answer| {
                answer
                    .unwrap_or_default()
                    .into_iter()
                    .map(service)
                    .collect()
            })
            .collect();
        let servers = discover::read_services(&answers.try_into().ok()?)?;
        Some((servers, format!("{domain} offers them in the name system")))
    }

    /// The servers that a file at one of these places tells of; the first that does counts.
    pub(in crate::engine) async fn told_to_programs(
        &self,
        places: [String; 2],
        address: &str,
    ) -> Option<Servers> {
        let asking = places.map(|url| {
            self.0.vendors.http.exchange(HttpRequest {
                method: Method::Get,
                url,
                headers: Headers::default().with("accept", "text/xml, application/xml"),
                authorization: None,
                body: Vec::new(),
                timeout: FILE_TIMEOUT,
            })
        });
        let files = join_all(asking).await.into_iter().flatten();
        let mut files = files.filter(|file| file.status == 200);
        files.find_map(|file| {
            let text = String::from_utf8(file.body).ok()?;
            discover::read_autoconfig(&text, address)
        })
    }
}

fn service(offer: Offer) -> Service {
    Service {
        priority: offer.priority,
        weight: offer.weight,
        port: offer.port,
        host: offer.host,
    }
}
