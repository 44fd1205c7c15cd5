//! Saved views of the inbox.

use crate::model::ids::UserId;
use crate::model::ids::ViewId;
use crate::model::view::Audience;
use crate::model::view::View;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::VIEWS;

/// One view.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: ViewId) -> Result<Option<View>, StoreError> {
    read.get(&VIEWS, &id)
}

/// Every view of everybody, oldest first. An organisation has few.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<View>, StoreError> {
    read.values(&VIEWS)
}

/// Stores a view in place of what was there.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, view: &View) -> Result<(), StoreError> {
    tx.put(&VIEWS, &view.id, view)
}

/// Removes a view.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, id: ViewId) -> Result<(), StoreError> {
    tx.remove(&VIEWS, &id)
}

/// Forgets the views that only somebody who left was shown; what was shared stays.
///
/// # Errors
/// The disk's.
pub fn forget_user(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    for view in list(tx)? {
        if view.owner == user && view.audience == Audience::Owner {
            remove(tx, view.id)?;
        }
    }
    Ok(())
}
