//! What every service receives: the store, the clock, the channels, what the operator chose.

use std::ops::Deref;
use std::sync::Arc;

use crate::base::crypto::Sealer;
use crate::base::id::Ids;
use crate::base::random::Random;
use crate::base::secret::Secret;
use crate::base::time::Clock;
use crate::base::time::Timestamp;
use crate::channels::registry::Registry;
use crate::engine::error::EngineError;
use crate::engine::links::Links;
use crate::engine::live::Live;
use crate::engine::opened::Plain;
use crate::engine::roster::Roster;
use crate::engine::vendor::Vendors;
use crate::model::channel::Channel;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::ids::EventId;
use crate::model::ids::Id;
use crate::model::outbound::Account;
use crate::net::dns::Dns;
use crate::net::smtp::Mailer;
use crate::search::Search;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::log;

/// What a service works with. Cheap to clone: every service holds one.
#[derive(Clone)]
pub struct Context(Arc<Shared>);

/// What all services share.
pub struct Shared {
    /// Everything durable.
    pub store: Store,
    /// Full text.
    pub search: Arc<Search>,
    /// Who is connected, and what must reach them at once.
    pub live: Live,
    /// The channels and their capabilities.
    pub channels: Arc<Registry>,
    /// Addresses of stored files, and of this installation.
    pub links: Links,
    /// Opens and seals secrets.
    pub sealer: Sealer,
    /// The channels, read and opened.
    pub roster: Roster,
    /// The present.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// The way out to vendors.
    pub vendors: Vendors,
    /// The way to the name system.
    pub dns: Dns,
    /// The way out to people of ours.
    pub mailer: Mailer,
    /// New ids.
    pub ids: Arc<Ids>,
}

#[cfg(test)]
impl Shared {
    /// All of it over a folder, on the first of January 2026, with every channel there is, reaching
    /// nobody.
    pub fn for_tests(folder: &std::path::Path) -> Self {
        use crate::config::Config;
        use crate::config::MailConfig;
        use crate::net::http::Http;
        use crate::search::SearchConfig;
        use crate::store::DEFAULT_CACHE_BYTES;

        let config = Config::default();
        let store = Store::open(folder, DEFAULT_CACHE_BYTES).expect("a fresh folder opens");
        let small = SearchConfig {
            writer_heap_bytes: 15_000_000,
        };
        let search = Search::open(&folder.join("index"), small).expect("a fresh index opens");
        let random = Random::seeded(7);
        let key = store.secret_key();
        Self {
            search: Arc::new(search),
            live: Live::default(),
            channels: Arc::new(Registry::builtin()),
            links: Links::new("https://chat.example", key.reveal()),
            sealer: Sealer::new(key.reveal(), random.clone()),
            roster: Roster::default(),
            clock: Clock::manual(Timestamp::from_secs(1_767_268_800)),
            vendors: Vendors::new(Http::new(&config)),
            dns: Dns::new(&config),
            mailer: Mailer::new(&MailConfig::default()),
            ids: Arc::new(Ids::new(random.clone())),
            random,
            store,
        }
    }
}

impl From<Shared> for Context {
    fn from(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for Context {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Context {
    /// The present, and ids enough for one change. Taken before the change, because a change may
    /// run twice and must do the same both times.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        let now = self.clock.now();
        Stamp {
            now,
            first: self.ids.block(now),
        }
    }

    /// A stamp of another moment than the present: for what is brought in from elsewhere.
    #[must_use]
    pub fn stamp_at(&self, moment: Timestamp) -> Stamp {
        Stamp {
            now: moment,
            first: self.ids.block(moment),
        }
    }

    /// A channel as its translation sees it, its secrets opened.
    ///
    /// # Errors
    /// A secret that this installation's key does not open.
    pub fn account(&self, channel: &Channel) -> Result<Account, EngineError> {
        let open = || self.opened_secrets(channel);
        Ok(Account {
            channel_id: channel.id,
            settings: channel.settings.clone(),
            secrets: self.roster.opened.of(channel.id, &channel.secrets, open)?,
            webhook_url: self.links.webhook(channel),
        })
    }

    fn opened_secrets(&self, channel: &Channel) -> Result<Plain, EngineError> {
        let mut secrets = Plain::new();
        for (name, sealed) in &channel.secrets {
            let broken = |why: &str| {
                EngineError::Broken(format!("the secret {name} of {}: {why}", channel.id))
            };
            let plain = self
                .sealer
                .open(&secret_place(channel.id, name), sealed)
                .map_err(|error| broken(&error.to_string()))?;
            let text = String::from_utf8(plain).map_err(|_| broken("it is no text"))?;
            secrets.insert(name.clone(), Secret::new(text));
        }
        Ok(secrets)
    }
}

/// The place a channel's secret is sealed for.
#[must_use]
pub fn secret_place(channel: ChannelId, name: &str) -> String {
    format!("channel/{channel}/{name}")
}

/// A moment and a block of ids.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// The moment of the change.
    pub now: Timestamp,
    first: u128,
}

impl Stamp {
    /// Starts writing with this stamp; the first thing a change does.
    #[must_use]
    pub const fn pen(&self) -> Pen {
        Pen {
            now: self.now,
            next: self.first,
        }
    }
}

/// Gives out the ids of a stamp one by one, the same ones each time the change runs.
#[derive(Debug)]
pub struct Pen {
    /// The moment of the change.
    pub now: Timestamp,
    next: u128,
}

impl Pen {
    /// A new id.
    pub fn id<I: Id>(&mut self) -> I {
        let id = I::from_bytes(self.next.to_be_bytes());
        self.next += 1;
        id
    }

    /// Appends an event to the log.
    ///
    /// # Errors
    /// The disk's.
    pub fn log(&mut self, tx: &mut Tx<'_>, event: Event) -> Result<u64, StoreError> {
        let id: EventId = self.id();
        log::append(tx, id, self.now, event)
    }
}
