//! What operators were told of each channel.

use crate::model::alert::Told;
use crate::model::ids::ChannelId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::TOLD;

/// What operators were told of a channel; none when nothing.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, channel: ChannelId) -> Result<Option<Told>, StoreError> {
    read.get(&TOLD, &channel)
}

/// Notes what they were told.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, channel: ChannelId, told: &Told) -> Result<(), StoreError> {
    tx.put(&TOLD, &channel, told)
}

/// Forgets a channel that is gone.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, channel: ChannelId) -> Result<(), StoreError> {
    tx.remove(&TOLD, &channel)
}
