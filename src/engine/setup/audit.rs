//! Reading the record of who changed what; it is written by [`crate::engine::audit`].

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::ids::AuditId;
use crate::model::permission::Permission;
use crate::store::records::audit;

pub use crate::store::records::audit::AuditEntry;

/// Reading the audit log.
#[derive(Clone)]
pub struct Audit(pub Context);

impl Audit {
    /// Entries, newest first, from before `before`.
    ///
    /// # Errors
    /// The actor may not.
    pub fn list(
        &self,
        actor: &Actor,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, EngineError> {
        actor.require(Permission::ReadAudit)?;
        Ok(audit::list(&self.0.store.snapshot()?, before, limit)?)
    }
}
