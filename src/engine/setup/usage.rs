//! How much of everything there is, from counts kept up to date.

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::permission::Permission;
use crate::store::records::channels;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::users;

/// What the installation holds, and what went through it this month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// People who answer.
    pub users: u64,
    /// Channels.
    pub channels: u64,
    /// Contacts.
    pub contacts: u64,
    /// Messages from and to customers this month.
    pub messages: u64,
    /// When the month began, UTC.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

/// Counting what there is.
#[derive(Clone)]
pub struct Counting(pub Context);

impl Counting {
    /// What there is.
    ///
    /// # Errors
    /// The actor may not.
    pub fn usage(&self, actor: &Actor) -> Result<Usage, EngineError> {
        actor.require(Permission::ReadPeople)?;
        let snapshot = self.0.store.snapshot()?;
        let since = self.0.clock.now().month_start();
        Ok(Usage {
            users: users::list(&snapshot)?.len() as u64,
            channels: channels::list(&snapshot)?.len() as u64,
            contacts: counters::get(&snapshot, Counter::Contacts)?,
            messages: counters::get(&snapshot, Counter::Month(since))?,
            since,
            until: since.next_month_start(),
        })
    }
}
