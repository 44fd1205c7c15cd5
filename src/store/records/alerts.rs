//! What operators were told of each channel, and where a program of theirs is told.

use crate::model::alert::Told;
use crate::model::alert_hook::AlertHook;
use crate::model::ids::ChannelId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::ALERT_HOOK;
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

/// Where a program is told of channels that need somebody; none where nowhere.
///
/// # Errors
/// The disk's.
pub fn hook(read: &impl Read) -> Result<Option<AlertHook>, StoreError> {
    read.get(&ALERT_HOOK, &0)
}

/// Keeps where it is told.
///
/// # Errors
/// The disk's.
pub fn put_hook(tx: &mut Tx<'_>, hook: &AlertHook) -> Result<(), StoreError> {
    tx.put(&ALERT_HOOK, &0, hook)
}

/// Has it told nowhere.
///
/// # Errors
/// The disk's.
pub fn remove_hook(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.remove(&ALERT_HOOK, &0)
}
