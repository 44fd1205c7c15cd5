//! How much of everything there is, from counts kept up to date.

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::limits::Resource;
use crate::model::actor::Actor;
use crate::model::organisation::Limits;
use crate::model::permission::Permission;
use crate::store::records::organisation;

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
    /// How much there may be.
    pub limits: Limits,
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
        let now = self.0.clock.now();
        let since = now.month_start();
        let held = organisation::get(&snapshot)?;
        Ok(Usage {
            users: Resource::Users.used(&snapshot)?,
            channels: Resource::Channels.used(&snapshot)?,
            contacts: Resource::Contacts.used(&snapshot)?,
            messages: Resource::Messages(now).used(&snapshot)?,
            limits: held.map(|held| held.limits).unwrap_or_default(),
            since,
            until: since.next_month_start(),
        })
    }
}
