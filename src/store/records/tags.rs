//! Labels.

use crate::model::ids::TagId;
use crate::model::tag::Tag;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::TAGS;

/// One tag.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: TagId) -> Result<Option<Tag>, StoreError> {
    read.get(&TAGS, &id)
}

/// Every tag, oldest first. An organisation has few.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<Tag>, StoreError> {
    read.values(&TAGS)
}

/// Stores a tag in place of what was there.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, tag: &Tag) -> Result<(), StoreError> {
    tx.put(&TAGS, &tag.id, tag)
}

/// Removes a tag.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, id: TagId) -> Result<(), StoreError> {
    tx.remove(&TAGS, &id)
}
