//! Messages on their way to a vendor: a queue per recipient, and the times they are due.
//!
//! A lane is one recipient on one channel. Only the first row of a lane is ever due, so that what
//! was written first arrives first.

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
    /// How often it was tried.
    pub attempts: u16,
    /// Whether a try was begun whose outcome is not known yet.
    pub begun: bool,
    /// Parts the vendor already took: a later try goes on behind them.
    pub parts_done: u16,
    /// The vendor's ids of those parts.
    pub external_ids: Vec<String>,
    /// When it was put into the queue.
    pub created_at: Timestamp,
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

/// First rows of their lanes that are due at `now`, the longest due first.
///
/// # Errors
/// The disk's.
pub fn due(read: &impl Read, now: Timestamp, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
    let mut rows = Vec::new();
    for ((at, channel, address, message), ()) in read.scan(&OUTBOX_DUE, Scan::all().limit(limit))? {
        if at > now {
            break;
        }
        rows.extend(get(read, &(channel, address, message))?);
    }
    Ok(rows)
}

/// When the next row is due.
///
/// # Errors
/// The disk's.
pub fn next_due(read: &impl Read) -> Result<Option<Timestamp>, StoreError> {
    let first = read.scan(&OUTBOX_DUE, Scan::all().limit(1))?;
    Ok(first.into_iter().next().map(|((at, ..), ())| at))
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

/// Takes a row out; the next of its lane becomes due.
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
    tx.put(&OUTBOX_DUE, &(row.due, channel, address, message), &())
}

fn unmark_due(tx: &mut Tx<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    let (channel, address, message) = key(row);
    tx.remove(&OUTBOX_DUE, &(row.due, channel, address, message))
}
