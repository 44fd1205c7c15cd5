//! Connections to vendors and web chats.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::CHANNELS;

/// How often the last outbound time of a busy channel is written.
const NOTE_EVERY: Duration = Duration::from_secs(60);

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

/// Keeps when a channel last sent something, to the minute, so that a busy channel is not rewritten
/// with every message.
///
/// # Errors
/// The disk's.
pub fn note_outbound(tx: &mut Tx<'_>, id: ChannelId, now: Timestamp) -> Result<(), StoreError> {
    let Some(mut channel) = get(tx, id)? else {
        return Ok(());
    };
    let is_known = |last: Timestamp| now.since(last) < NOTE_EVERY;
    if !channel.last_outbound_at.is_some_and(is_known) {
        channel.last_outbound_at = Some(now);
        put(tx, &channel)?;
    }
    Ok(())
}

/// Takes a team that is removed out of what channels do with new conversations.
///
/// # Errors
/// The disk's.
pub fn forget_team(tx: &mut Tx<'_>, id: TeamId) -> Result<(), StoreError> {
    let is_named = |channel: &Channel| channel.routing.team_id == Some(id);
    for mut channel in list(tx)?.into_iter().filter(is_named) {
        channel.routing.team_id = None;
        put(tx, &channel)?;
    }
    Ok(())
}

/// The same for a person.
///
/// # Errors
/// The disk's.
pub fn forget_user(tx: &mut Tx<'_>, id: UserId) -> Result<(), StoreError> {
    let is_named = |channel: &Channel| channel.routing.assignee_id == Some(id);
    for mut channel in list(tx)?.into_iter().filter(is_named) {
        channel.routing.assignee_id = None;
        put(tx, &channel)?;
    }
    Ok(())
}

/// Removes a channel.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, id: ChannelId) -> Result<(), StoreError> {
    tx.remove(&CHANNELS, &id)
}
