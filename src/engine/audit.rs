//! Writing the audit log: an entry is written by the change it is about, in its transaction.

use serde::Serialize;
use serde_json::Value;

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

/// Details that hold what a change made of a record without secrets: its fields that differ, as they
/// were under `before` and as they are under `after`. Empty where nothing differs.
#[must_use]
pub fn changed<T: Serialize>(before: &T, after: &T) -> Opaque {
    let fields = |record: &T| match serde_json::to_value(record) {
        Ok(Value::Object(fields)) => fields,
        _ => Opaque::new(),
    };
    let (before, after) = (fields(before), fields(after));
    let differing = |ours: &Opaque, theirs: &Opaque| {
        let mut own = ours.clone();
        own.retain(|name, value| theirs.get(name) != Some(value));
        own
    };
    let (old, new) = (differing(&before, &after), differing(&after, &before));
    if old.is_empty() && new.is_empty() {
        return Opaque::new();
    }
    Opaque::from_iter([
        ("before".to_owned(), Value::Object(old)),
        ("after".to_owned(), Value::Object(new)),
    ])
}
