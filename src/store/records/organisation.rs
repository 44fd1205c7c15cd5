//! The one organisation of this data directory.

use crate::model::organisation::Organisation;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::ORGANISATION;
use crate::store::keyspaces::SETUP_TOKEN;

/// The organisation; none before the first start finished.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read) -> Result<Option<Organisation>, StoreError> {
    read.get(&ORGANISATION, &0)
}

/// Stores the organisation.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, organisation: &Organisation) -> Result<(), StoreError> {
    tx.put(&ORGANISATION, &0, organisation)
}

/// The digest of the token that opens the set-up page.
///
/// # Errors
/// The disk's.
pub fn setup_token(read: &impl Read) -> Result<Option<[u8; 32]>, StoreError> {
    read.get(&SETUP_TOKEN, &0)
}

/// Sets the token that opens the set-up page; an earlier one stops working.
///
/// # Errors
/// The disk's.
pub fn put_setup_token(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<(), StoreError> {
    tx.put(&SETUP_TOKEN, &0, hash)
}

/// Closes the set-up page.
///
/// # Errors
/// The disk's.
pub fn forget_setup_token(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.remove(&SETUP_TOKEN, &0)
}
