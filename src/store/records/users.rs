//! People who answer, found by id and by address.

use crate::model::ids::UserId;
use crate::model::user::User;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::USER_BY_EMAIL;
use crate::store::keyspaces::USERS;

/// One user.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: UserId) -> Result<Option<User>, StoreError> {
    read.get(&USERS, &id)
}

/// The user who signs in with this address, whatever its case.
///
/// # Errors
/// The disk's.
pub fn by_email(read: &impl Read, email: &str) -> Result<Option<User>, StoreError> {
    match read.get(&USER_BY_EMAIL, &email.trim().to_lowercase())? {
        Some(id) => get(read, id),
        None => Ok(None),
    }
}

/// Every user, oldest first. An organisation has few.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<User>, StoreError> {
    read.values(&USERS)
}

/// Stores a user in place of what was there.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, user: &User) -> Result<(), StoreError> {
    if let Some(old) = get(tx, user.id)? {
        tx.remove(&USER_BY_EMAIL, &old.email)?;
    }
    tx.put(&USER_BY_EMAIL, &user.email, &user.id)?;
    tx.put(&USERS, &user.id, user)
}

/// Removes a user.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, user: &User) -> Result<(), StoreError> {
    tx.remove(&USER_BY_EMAIL, &user.email)?;
    tx.remove(&USERS, &user.id)
}
