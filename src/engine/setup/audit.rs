//! The record of who changed what.

use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::ids::AuditId;
use crate::model::permission::Permission;
use crate::store::StoreError;
use crate::store::Tx;
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

/// Writes down what an actor did, in the change that does it.
///
/// # Errors
/// The disk's.
pub fn note(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    action: &str,
    target: impl std::fmt::Display,
    details: Opaque,
) -> Result<(), StoreError> {
    let entry = AuditEntry {
        id: pen.id(),
        at: pen.now,
        actor: actor.who(),
        actor_name: actor.name().to_owned(),
        ip: None,
        action: action.to_owned(),
        target: Some(target.to_string()),
        details,
    };
    audit::append(tx, &entry)
}
