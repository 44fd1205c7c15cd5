//! Merges of contacts, kept so that they can be undone.

use crate::model::contact::Merge;
use crate::model::ids::MergeId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::MERGES;

/// One merge.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: MergeId) -> Result<Option<Merge>, StoreError> {
    read.get(&MERGES, &id)
}

/// Every merge that went into this contact, oldest first.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<Merge>, StoreError> {
    read.values(&MERGES)
}

/// Stores a merge.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, merge: &Merge) -> Result<(), StoreError> {
    tx.put(&MERGES, &merge.id, merge)
}
