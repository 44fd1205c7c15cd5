//! Links that let somebody choose a password. There are few at a time.

use crate::base::time::Timestamp;
use crate::model::ids::PassId;
use crate::model::ids::UserId;
use crate::model::pass::Pass;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::PASSES;

/// One pass.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: PassId) -> Result<Option<Pass>, StoreError> {
    read.get(&PASSES, &id)
}

/// The passes of one user, oldest first.
///
/// # Errors
/// The disk's.
pub fn of_user(read: &impl Read, user: UserId) -> Result<Vec<Pass>, StoreError> {
    let mut passes = read.values(&PASSES)?;
    passes.retain(|pass| pass.user_id == user);
    Ok(passes)
}

/// Stores a pass.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, pass: &Pass) -> Result<(), StoreError> {
    tx.put(&PASSES, &pass.id, pass)
}

/// Takes a pass away.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, id: PassId) -> Result<(), StoreError> {
    tx.remove(&PASSES, &id)
}

/// Forgets those whose time is over.
///
/// # Errors
/// The disk's.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    for pass in tx.values(&PASSES)? {
        if pass.expires_at <= now {
            remove(tx, pass.id)?;
        }
    }
    Ok(())
}
