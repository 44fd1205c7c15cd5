//! Messages on their way to a vendor: a queue per recipient, and the times they are due.
//!
//! A lane is one recipient on one channel. Exactly one row of a lane is due, its head, so that what
//! was written first arrives first. A head stays one until it is taken out; then the first row that
//! is left follows, which may be an older message that is tried again. Due times stand by channel:
//! one that does not send holds up no other, however much waits there.

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
    /// When the last call was begun.
    #[serde(default)]
    pub called_at: Option<Timestamp>,
    /// Whether the address is not the customer's, who has the message by then: a copy of a mail.
    #[serde(default)]
    pub is_copy: bool,
    /// Whether it lets what was written later go first while it is not due: what went to many at once
    /// holds up no conversation.
    #[serde(default)]
    pub gives_way: bool,
    /// Whether it keeps the quiet hours of its channel.
    #[serde(default)]
    pub keeps_quiet: bool,
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

/// The rows of a lane, in order, at most so many.
///
/// # Errors
/// The disk's.
pub fn of_lane(
    read: &impl Read,
    channel: ChannelId,
    address: &str,
    limit: usize,
) -> Result<Vec<OutboxRow>, StoreError> {
    let scan = Scan::under(&(channel, address.to_owned())).limit(limit);
    let found = read.scan(&OUTBOX, scan)?;
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// The head of a lane and when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// When it may be tried.
    pub due: Timestamp,
    /// Which row it is.
    pub key: LaneKey,
}

/// The heads of a channel's lanes, the longest due first.
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

/// Puts a message into its lane; the only one is its head, as is one to which the head gives way.
///
/// # Errors
/// The disk's.
pub fn push(tx: &mut Tx<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    match of_lane(tx, row.channel_id, &row.address, 1)?.first() {
        None => mark_due(tx, row)?,
        Some(first) if first.gives_way => {
            let rows = of_lane(tx, row.channel_id, &row.address, usize::MAX)?;
            for before in rows {
                if before.gives_way && row.due < before.due && is_head(tx, &before)? {
                    unmark_due(tx, &before)?;
                    mark_due(tx, row)?;
                }
            }
        }
        Some(_) => {}
    }
    tx.put(&OUTBOX, &key(row), row)
}

/// The row of a lane without a head that becomes it: the first, unless that gives way to another.
fn next_head(
    read: &impl Read,
    channel: ChannelId,
    address: &str,
) -> Result<Option<OutboxRow>, StoreError> {
    let first = of_lane(read, channel, address, 1)?.pop();
    if first.as_ref().is_none_or(|first| !first.gives_way) {
        return Ok(first);
    }
    let mut rows = of_lane(read, channel, address, usize::MAX)?;
    let urgent = rows.iter().position(|row| !row.gives_way);
    let soonest = || (0..rows.len()).min_by_key(|at| rows.get(*at).map(|row| row.due));
    Ok(urgent.or_else(soonest).map(|at| rows.swap_remove(at)))
}

/// Stores a changed row, whether or not it is the head of its lane.
///
/// # Errors
/// The disk's.
pub fn update(tx: &mut Tx<'_>, old: &OutboxRow, new: &OutboxRow) -> Result<(), StoreError> {
    if old.due != new.due && is_head(tx, old)? {
        unmark_due(tx, old)?;
        mark_due(tx, new)?;
    }
    tx.put(&OUTBOX, &key(new), new)
}

/// Has a row wait until a moment.
///
/// # Errors
/// The disk's.
pub fn put_off(tx: &mut Tx<'_>, key: &LaneKey, due: Timestamp) -> Result<(), StoreError> {
    let Some(row) = get(tx, key)? else {
        return Ok(());
    };
    let later = OutboxRow { due, ..row.clone() };
    update(tx, &row, &later)
}

/// Has a row wait until a moment, and lets what stands behind it in its lane go first meanwhile.
///
/// # Errors
/// The disk's.
pub fn give_way(tx: &mut Tx<'_>, row: &OutboxRow, due: Timestamp) -> Result<(), StoreError> {
    let was_head = is_head(tx, row)?;
    let later = OutboxRow {
        due,
        gives_way: true,
        ..row.clone()
    };
    tx.put(&OUTBOX, &key(row), &later)?;
    if was_head {
        follow(tx, row)?;
    }
    Ok(())
}

/// A lane's head stands aside: the first that is left follows it.
fn follow(tx: &mut Tx<'_>, head: &OutboxRow) -> Result<(), StoreError> {
    unmark_due(tx, head)?;
    match next_head(tx, head.channel_id, &head.address)? {
        Some(next) => mark_due(tx, &next),
        None => Ok(()),
    }
}

/// Takes a row out, wherever in its lane it stands; a head is followed by the first that is left.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    let was_head = is_head(tx, row)?;
    tx.remove(&OUTBOX, &key(row))?;
    if was_head {
        follow(tx, row)?;
    }
    Ok(())
}

/// Gives every lane exactly one head, its first row: one step of an upgrade.
///
/// # Errors
/// The disk's.
pub fn set_heads(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    for (key, ()) in tx.scan(&OUTBOX_DUE, Scan::all())? {
        tx.remove(&OUTBOX_DUE, &key)?;
    }
    let mut last: Option<(ChannelId, String)> = None;
    for row in list(tx)? {
        let lane = (row.channel_id, row.address.clone());
        if last.as_ref() != Some(&lane) {
            mark_due(tx, &row)?;
            last = Some(lane);
        }
    }
    Ok(())
}

fn is_head(read: &impl Read, row: &OutboxRow) -> Result<bool, StoreError> {
    let place = due_place(row);
    Ok(read.get(&OUTBOX_DUE, &place)?.is_some())
}

fn due_place(row: &OutboxRow) -> (ChannelId, Timestamp, String, MessageId) {
    let (channel, address, message) = key(row);
    (channel, row.due, address, message)
}

fn mark_due(tx: &mut Tx<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    tx.put(&OUTBOX_DUE, &due_place(row), &())
}

fn unmark_due(tx: &mut Tx<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    tx.remove(&OUTBOX_DUE, &due_place(row))
}
