//! Connections to vendors and web chats.

use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::CHANNELS;

/// One channel.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: ChannelId) -> Result<Option<Channel>, StoreError> {
    read.get(&CHANNELS, &id)
}

/// Every channel, oldest first. An organisation has few.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<Channel>, StoreError> {
    read.values(&CHANNELS)
}

/// Stores a channel in place of what was there.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, channel: &Channel) -> Result<(), StoreError> {
    tx.put(&CHANNELS, &channel.id, channel)
}

/// Removes a channel.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, id: ChannelId) -> Result<(), StoreError> {
    tx.remove(&CHANNELS, &id)
}
