//! Webhooks that were genuine but could not be read: kept as they came, to be replayed.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::ids::ChannelId;
use crate::model::ids::QuarantineId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::QUARANTINE;

/// A webhook that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Its id.
    pub id: QuarantineId,
    /// The channel it came to.
    pub channel_id: ChannelId,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its query string.
    pub query: String,
    /// Its body.
    pub body: Vec<u8>,
    /// Why it could not be read.
    pub reason: String,
    /// When it came.
    pub at: Timestamp,
}

/// Every one, oldest first.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<Quarantined>, StoreError> {
    read.values(&QUARANTINE)
}

/// Keeps one.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, held: &Quarantined) -> Result<(), StoreError> {
    tx.put(&QUARANTINE, &held.id, held)
}

/// Lets one go after it was replayed.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, id: QuarantineId) -> Result<(), StoreError> {
    tx.remove(&QUARANTINE, &id)
}
