//! Messages on their way to a vendor: a queue per recipient, and the times they are due.
//!
//! A lane is one recipient on one channel. Only the first row of a lane is ever due, so that what
//! was written first arrives first. Due times stand by channel: one that does not send holds up no
//! other, however much waits there.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::OUTBOX;
use crate::store::keyspaces::OUTBOX_DUE;

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// The message.
    pub message_id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The channel: together with the address, the lane.
    pub channel_id: ChannelId,
    /// The address it goes to.
    pub address: String,
    /// When it may be tried next.
    pub due: Timestamp,
    /// The number of the next try, from 1.
    pub attempt: u32,
    /// Whether a call was begun whose outcome is not known yet.
    pub begun: bool,
    /// What the vendor calls the files of the message that it was given already, by media id.
    pub handles: BTreeMap<String, String>,
    /// When it was put into the queue.
    pub created_at: Timestamp,
    /// When it was first tried since then.
    pub first_tried_at: Option<Timestamp>,
}

/// The key of a lane's rows, in order.
pub type LaneKey = (ChannelId, String, MessageId);

/// The key of a row.
#[must_use]
pub fn key(row: &OutboxRow) -> LaneKey {
    (row.channel_id, row.address.clone(), row.message_id)
}

/// One row.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, key: &LaneKey) -> Result<Option<OutboxRow>, StoreError> {
    read.get(&OUTBOX, key)
}

/// The first row of a lane.
///
/// # Errors
/// The disk's.
pub fn first_of_lane(
    read: &impl Read,
    channel: ChannelId,
    address: &str,
) -> Result<Option<OutboxRow>, StoreError> {
    let scan = Scan::under(&(channel, address.to_owned())).limit(1);
    Ok(read
        .scan(&OUTBOX, scan)?
        .into_iter()
        .next()
        .map(|(_, row)| row))
}

/// The first row of a lane and when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// When it may be tried.
    pub due: Timestamp,
    /// Which row it is.
    pub key: LaneKey,
}

/// The first rows of a channel's lanes, the longest due first.
///
/// # Errors
/// The disk's.
pub fn heads(read: &impl Read, channel: ChannelId, limit: usize) -> Result<Vec<Head>, StoreError> {
    let found = read.scan(&OUTBOX_DUE, Scan::under(&channel).limit(limit))?;
    let head = |((channel, due, address, message), ())| Head {
        due,
        key: (channel, address, message),
    };
    Ok(found.into_iter().map(head).collect())
}

/// Every row of one channel, lane by lane.
///
/// # Errors
/// The disk's.
pub fn of_channel(read: &impl Read, channel: ChannelId) -> Result<Vec<OutboxRow>, StoreError> {
    let found = read.scan(&OUTBOX, Scan::under(&channel))?;
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// Every row, lane by lane, for start-up and for figures.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<OutboxRow>, StoreError> {
    read.values(&OUTBOX)
}

/// Puts a message at the end of its lane.
///
/// # Errors
/// The disk's.
pub fn push(tx: &mut Tx<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    if first_of_lane(tx, row.channel_id, &row.address)?.is_none() {
        mark_due(tx, row)?;
    }
    tx.put(&OUTBOX, &key(row), row)
}

/// Stores a changed row that is first in its lane.
///
/// # Errors
/// The disk's.
pub fn update(tx: &mut Tx<'_>, old: &OutboxRow, new: &OutboxRow) -> Result<(), StoreError> {
    if old.due != new.due {
        unmark_due(tx, old)?;
        mark_due(tx, new)?;
    }
    tx.put(&OUTBOX, &key(new), new)
}

/// Takes a row out, wherever in its lane it stands; the first that is left is due.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    unmark_due(tx, row)?;
    tx.remove(&OUTBOX, &key(row))?;
    match first_of_lane(tx, row.channel_id, &row.address)? {
        Some(next) => mark_due(tx, &next),
        None => Ok(()),
    }
}

fn mark_due(tx: &mut Tx<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    let (channel, address, message) = key(row);
    tx.put(&OUTBOX_DUE, &(channel, row.due, address, message), &())
}

fn unmark_due(tx: &mut Tx<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    let (channel, address, message) = key(row);
    tx.remove(&OUTBOX_DUE, &(channel, row.due, address, message))
}
