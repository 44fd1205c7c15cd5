//! The one organisation of this data directory.

use crate::base::time::Timestamp;
use crate::model::organisation::Organisation;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::META;
use crate::store::keyspaces::ORGANISATION;
use crate::store::keyspaces::SETUP_TOKEN;

/// Where the time of the last backup stands, in Unix seconds.
const LAST_BACKUP: &str = "last_backup_at";

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

/// Notes when a link to choose a password was last asked for, by whomever.
///
/// # Errors
/// The disk's.
pub fn note_link_asked(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    let secs = u64::try_from(now.as_secs()).unwrap_or(0);
    tx.put(&META, &"link_asked_at".to_owned(), &secs)
}

/// When the last backup was written; none when there was never one.
///
/// # Errors
/// The disk's.
pub fn last_backup(read: &impl Read) -> Result<Option<Timestamp>, StoreError> {
    let held = read.get(&META, &LAST_BACKUP.to_owned())?;
    let secs = held.and_then(|secs| i64::try_from(secs).ok());
    Ok(secs.map(Timestamp::from_secs))
}

/// Notes that a backup was written.
///
/// # Errors
/// The disk's.
pub fn note_backup(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    let secs = u64::try_from(now.as_secs()).unwrap_or(0);
    tx.put(&META, &LAST_BACKUP.to_owned(), &secs)
}
