//! The audit log: who changed what. Append-only.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::Opaque;
use crate::model::actor::Who;
use crate::model::ids::AuditId;
use crate::store::Direction;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::AUDIT;

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Who,
    /// The actor's name at the time.
    pub actor_name: String,
    /// From which address.
    pub ip: Option<String>,
    /// What was done, such as `channel.created`.
    pub action: String,
    /// To what: an id.
    pub target: Option<String>,
    /// What changed; secrets never stand here.
    pub details: Opaque,
}

/// Appends an entry.
///
/// # Errors
/// The disk's.
pub fn append(tx: &mut Tx<'_>, entry: &AuditEntry) -> Result<(), StoreError> {
    tx.put(&AUDIT, &entry.id, entry)
}

/// Entries, newest first, from before `before`.
///
/// # Errors
/// The disk's.
pub fn list(
    read: &impl Read,
    before: Option<AuditId>,
    limit: usize,
) -> Result<Vec<AuditEntry>, StoreError> {
    let scan = Scan::all()
        .after(before.as_ref())
        .direction(Direction::Backward)
        .limit(limit);
    Ok(read
        .scan(&AUDIT, scan)?
        .into_iter()
        .map(|(_, entry)| entry)
        .collect())
}
