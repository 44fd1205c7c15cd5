//! The web chat's server side: sessions, timelines, what visitors say and what they get to see.
//!
//! A [`Caller`] is a browser whose token was good; everything a visitor asks for takes one. What
//! only reads is answered at once from a snapshot; what changes something is one transaction.

pub mod acts;
pub mod arrivals;
pub mod availability;
pub mod connection;
pub mod contacts;
pub mod continuity;
pub mod error;
pub mod faces;
pub mod forms;
pub mod jpeg;
pub mod limits;
pub mod loads;
pub mod mailing;
pub mod merging;
pub mod poll;
pub mod presence;
pub mod programs;
pub mod public;
pub mod receipts;
pub mod replies;
pub mod saying;
pub mod send;
pub mod sessions;
pub mod site;
pub mod timeline;
pub mod trails;
pub mod transcript;
pub mod uploads;
pub mod view;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::limits::Limits;
use crate::engine::webchat::loads::Load;
use crate::engine::webchat::loads::Loads;
use crate::engine::webchat::replies::Replies;
use crate::engine::webchat::site::Site;
use crate::engine::webchat::site::Sites;
use crate::engine::webchat::trails::Trails;
use crate::model::actor::Actor;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::webchat::Visitor;
use crate::model::webchat::WebchatSession;

pub use crate::channels::webchat::contrast;
pub use crate::channels::webchat::files;
pub use crate::channels::webchat::frames;
pub use crate::channels::webchat::origins;
pub use crate::channels::webchat::snippet;
pub use crate::channels::webchat::wire::Ack;

/// The web chat's server side. Cheap to clone.
#[derive(Clone)]
pub struct Webchat {
    context: Context,
    shared: Arc<Shared>,
}

/// The settings of a web chat, as its channel lists them.
#[cfg(test)]
#[must_use]
pub fn settings_table() -> &'static [crate::model::channel::Setting] {
    use crate::channels::Channel as _;
    crate::channels::webchat::Webchat.settings()
}

/// What all web chats share in memory.
#[derive(Default)]
struct Shared {
    sites: Sites,
    limits: Limits,
    loads: Loads,
    trails: Trails,
    replies: Replies,
}

/// A browser whose token was good.
#[derive(Clone)]
pub struct Caller {
    /// The web chat.
    pub site: Arc<Site>,
    /// The browser's session.
    pub session: WebchatSession,
    /// Whose browser.
    pub visitor: Visitor,
}

/// Where a request comes from, as the connection shows it.
#[derive(Debug, Clone, Default)]
pub struct Peer {
    /// The address.
    pub ip: Option<IpAddr>,
    /// The browser.
    pub user_agent: Option<String>,
    /// Whether the visitor asks not to be tracked.
    pub no_tracking: bool,
}

impl Webchat {
    /// The service over a context.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self {
            context,
            shared: Arc::default(),
        }
    }

    /// A website that may show a chat asked for it. Without a name it is our own.
    pub fn loaded(&self, site: &Site, origin: Option<&str>) {
        let origin = origin.unwrap_or(self.context.links.public_url());
        let now = self.context.clock.now();
        self.shared.loads.note(site.channel.id, origin, true, now);
    }

    /// The websites that asked for a chat since the server started, latest first.
    ///
    /// # Errors
    /// The actor may not.
    pub fn loads(&self, actor: &Actor, channel: ChannelId) -> Result<Vec<Load>, EngineError> {
        actor.require(Permission::ManageChannels)?;
        Ok(self.shared.loads.of(channel))
    }

    /// Counts something that is limited.
    ///
    /// # Errors
    /// `rate_limited`, with the seconds to wait.
    pub fn count(&self, limit: Limit, who: &str) -> Result<(), WebchatError> {
        let now = self.context.clock.now();
        let taken = self.shared.limits.take(limit, who, now);
        taken.map_err(|wait| hasty(wait).into())
    }

    /// Whether something that is limited may be done.
    ///
    /// # Errors
    /// `rate_limited`, with the seconds to wait.
    pub fn check(&self, limit: Limit, who: &str) -> Result<(), WebchatError> {
        let now = self.context.clock.now();
        let checked = self.shared.limits.check(limit, who, now);
        checked.map_err(|wait| hasty(wait).into())
    }

    /// Counts something of an address: IPv6 addresses of one network count together.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn count_peer(&self, limit: Limit, peer: &Peer) -> Result<(), WebchatError> {
        self.count(limit, &peer.network())
    }
}

fn hasty(wait: Duration) -> Problem {
    let secs = wait.as_secs() + 1;
    let message = format!("Too much at once. Try again in {secs} seconds.");
    Problem::new(Code::RateLimited, message).retry_after(secs)
}

impl Peer {
    /// The address as limits know it.
    fn network(&self) -> String {
        match self.ip {
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Some(IpAddr::V4(ip)) => ip.to_string(),
            None => String::new(),
        }
    }

    /// The address as it is stored.
    fn stored_ip(&self, site: &Site) -> Option<String> {
        let ip = self.ip?;
        if !site.settings.privacy.anonymize_ip {
            return Some(ip.to_string());
        }
        Some(match ip {
            IpAddr::V4(ip) => {
                let [a, b, c, _] = ip.octets();
                format!("{a}.{b}.{c}.0")
            }
            IpAddr::V6(ip) => {
                let [a, b, c, ..] = ip.segments();
                std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).to_string()
            }
        })
    }
}
