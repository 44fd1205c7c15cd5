//! What happened to each channel lately.

use crate::model::happening::Happening;
use crate::model::ids::ChannelId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::HAPPENINGS;

/// How many lines a channel keeps; older ones make room.
const KEPT: usize = 500;

/// What happened to a channel, oldest first.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read, channel: ChannelId) -> Result<Vec<Happening>, StoreError> {
    Ok(read.get(&HAPPENINGS, &channel)?.unwrap_or_default())
}

/// Writes down that something happened.
///
/// # Errors
/// The disk's.
pub fn add(tx: &mut Tx<'_>, channel: ChannelId, happening: Happening) -> Result<(), StoreError> {
    let mut all = list(tx, channel)?;
    all.push(happening);
    let extra = all.len().saturating_sub(KEPT);
    all.drain(..extra);
    tx.put(&HAPPENINGS, &channel, &all)
}

/// Forgets a channel that is gone.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, channel: ChannelId) -> Result<(), StoreError> {
    tx.remove(&HAPPENINGS, &channel)
}
