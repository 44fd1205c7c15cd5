//! How far vendors that must be asked have been asked.

use crate::model::ids::ChannelId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::POSITIONS;

/// Where to go on with a channel; none at the beginning.
///
/// # Errors
/// The disk's.
pub fn position(read: &impl Read, channel: ChannelId) -> Result<Option<String>, StoreError> {
    read.get(&POSITIONS, &channel)
}

/// Notes where to go on with a channel.
///
/// # Errors
/// The disk's.
pub fn put_position(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    position: &String,
) -> Result<(), StoreError> {
    tx.put(&POSITIONS, &channel, position)
}

/// Forgets a channel.
///
/// # Errors
/// The disk's.
pub fn forget(tx: &mut Tx<'_>, channel: ChannelId) -> Result<(), StoreError> {
    tx.remove(&POSITIONS, &channel)
}
