//! The event log for those outside the process: sockets that resume, programs that follow.

use std::sync::Arc;

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::event::EventRecord;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::log;
use crate::store::log::Entries;

/// Reading the event log.
#[derive(Clone)]
pub struct Events(pub Context);

impl Events {
    /// The entries after a number, oldest first.
    ///
    /// # Errors
    /// The actor may not; `CURSOR_TOO_OLD`: what comes after it is forgotten already.
    pub fn after(
        &self,
        actor: &Actor,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<Arc<EventRecord>>, EngineError> {
        actor.require(Permission::ReadEvents)?;
        match log::read_after(&self.0.store.snapshot()?, seq, limit)? {
            Entries::Next(entries) => Ok(entries.into_iter().map(Arc::new).collect()),
            Entries::TooOld { oldest } => {
                let message = format!("The log begins at {oldest}; start afresh from there.");
                Err(Rejection::new(Code::CursorTooOld, message).into())
            }
        }
    }

    /// The number of the newest entry.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.0.store.last_seq()
    }

    /// The number of the oldest entry that is still there.
    ///
    /// # Errors
    /// The store's.
    pub fn oldest(&self) -> Result<u64, EngineError> {
        Ok(log::oldest_seq(&self.0.store.snapshot()?)?)
    }
}
