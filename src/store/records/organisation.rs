//! The one organisation of this data directory.

use crate::model::organisation::Organisation;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::ORGANISATION;

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
