//! What every service receives: the store, the clock, the channels, what the operator chose.

use std::sync::Arc;

use crate::base::crypto::Sealer;
use crate::base::id::Ids;
use crate::base::random::Random;
use crate::base::time::Clock;
use crate::base::time::Timestamp;
use crate::channels::registry::Registry;
use crate::engine::links::Links;
use crate::engine::live::Live;
use crate::model::event::Event;
use crate::model::ids::EventId;
use crate::model::ids::Id;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::log;

/// What a service works with. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Everything durable.
    pub store: Store,
    /// Who is connected, and what must reach them at once.
    pub live: Live,
    /// The channels and their capabilities.
    pub channels: Arc<Registry>,
    /// Addresses of stored files, and of this installation.
    pub links: Links,
    /// Opens and seals secrets.
    pub sealer: Sealer,
    /// The present.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// New ids.
    pub ids: Arc<Ids>,
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
