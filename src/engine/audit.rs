//! Writing the audit log: an entry is written by the change it is about, in its transaction.

use crate::engine::context::Pen;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::audit;
use crate::store::records::audit::AuditEntry;

/// Writes down what an actor did, in the change that does it. Details never hold a secret.
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
        ip: actor.ip().map(str::to_owned),
        action: action.to_owned(),
        target: Some(target.to_string()),
        details,
    };
    audit::append(tx, &entry)
}

/// Details that name the thing the entry is about, so that it reads well after the thing is gone.
#[must_use]
pub fn named(name: &str) -> Opaque {
    Opaque::from_iter([("name".to_owned(), name.into())])
}
