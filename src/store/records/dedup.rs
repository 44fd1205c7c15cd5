//! Vendors' ids, by which repeats are noticed and receipts find their message.
//!
//! Ids stand in buckets of half a day by a 64-bit digest, so that new ones go near the right edge
//! of the keyspace. The bucket of an event is that of the vendor's own time, which a repeat brings
//! again: so a repeat is looked for in one place. An id alone, or an event without a time, is looked
//! for in all buckets of the span in which a vendor may come back to it, newest first. A collision
//! is settled by the message itself.

use crate::base::crypto::digest;
use crate::base::time::Timestamp;
use crate::model::ids::ChannelId;
use crate::model::ids::Id as _;
use crate::model::ids::MessageId;
use crate::model::inbound::Receipt;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::EARLY_RECEIPTS;
use crate::store::keyspaces::EXTERNAL_IDS;
use crate::store::keyspaces::TAKEN_HOOKS;
use crate::store::records::messages;

const BUCKET_MS: i64 = 12 * 3_600_000;
/// How many buckets back something that must be taken once only is looked for: a day at least.
const ONCE_BUCKETS: u32 = 2;

/// How long what names a message by its vendor's id alone still finds it: receipts, quotes,
/// reactions, edits.
pub const RECEIPT_HOURS: u16 = 35 * 24;

/// The message a vendor's id stands for, among those stored within `hours` before `now`.
///
/// # Errors
/// The disk's.
pub fn find(
    read: &impl Read,
    channel: ChannelId,
    direction: Direction,
    external_id: &str,
    now: Timestamp,
    hours: u16,
) -> Result<Option<Message>, StoreError> {
    // The vendor's clock may be ahead of ours.
    let newest = bucket(now) + 1;
    let buckets = (bucket(oldest(now, hours))..=newest).rev();
    search(read, channel, direction, external_id, buckets)
}

/// An event as its vendor names it.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The channel it came through.
    pub channel: ChannelId,
    /// Which way its message goes.
    pub direction: Direction,
    /// The vendor's id.
    pub external_id: &'a str,
    /// When it happened, by the vendor's clock; every repeat says the same.
    pub sent_at: Option<Timestamp>,
}

/// The message an event made when it came before, within the `hours` in which its vendor repeats.
///
/// # Errors
/// The disk's.
pub fn repeated(
    read: &impl Read,
    event: &Named<'_>,
    now: Timestamp,
    hours: u16,
) -> Result<Option<Message>, StoreError> {
    let (channel, way, id) = (event.channel, event.direction, event.external_id);
    let own = event.sent_at.map(bucket);
    let repeat = search(read, channel, way, id, own.into_iter())?;
    if repeat.is_some() || own_bucket(event.sent_at, now, hours).is_some() {
        return Ok(repeat);
    }
    find(read, channel, way, id, now, hours)
}

/// Remembers that an event made a message, for [`repeated`] with the same `hours` and for [`find`].
///
/// # Errors
/// The disk's.
pub fn remember_event(
    tx: &mut Tx<'_>,
    event: &Named<'_>,
    message: MessageId,
    now: Timestamp,
    hours: u16,
) -> Result<(), StoreError> {
    let bucket = own_bucket(event.sent_at, now, hours).unwrap_or_else(|| bucket(now));
    let hash = hash(event.channel, event.direction, event.external_id);
    tx.put(&EXTERNAL_IDS, &(bucket, hash), &message)
}

/// The one bucket an event stands in; none where its time is missing, or from before its vendor
/// would repeat it.
fn own_bucket(sent_at: Option<Timestamp>, now: Timestamp, hours: u16) -> Option<u32> {
    sent_at.filter(|at| *at > oldest(now, hours)).map(bucket)
}

fn oldest(now: Timestamp, hours: u16) -> Timestamp {
    Timestamp::from_millis(now.as_millis() - i64::from(hours) * 3_600_000)
}

fn search(
    read: &impl Read,
    channel: ChannelId,
    direction: Direction,
    external_id: &str,
    buckets: impl Iterator<Item = u32>,
) -> Result<Option<Message>, StoreError> {
    let hash = hash(channel, direction, external_id);
    for bucket in buckets {
        let Some(id) = read.get(&EXTERNAL_IDS, &(bucket, hash))? else {
            continue;
        };
        if let Some(message) = messages::get(read, id)?
            && message.channel_id == channel
            && message
                .external_ids
                .iter()
                .any(|known| known == external_id)
        {
            return Ok(Some(message));
        }
    }
    Ok(None)
}

/// Remembers that a vendor's id stands for a message.
///
/// # Errors
/// The disk's.
pub fn remember(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    direction: Direction,
    external_id: &str,
    message: MessageId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.put(
        &EXTERNAL_IDS,
        &(bucket(now), hash(channel, direction, external_id)),
        &message,
    )
}

/// Keeps a receipt that arrived before our own record of the vendor's id.
///
/// # Errors
/// The disk's.
pub fn keep_early(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    receipt: &Receipt,
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = (
        bucket(now),
        hash(channel, Direction::Outbound, &receipt.external_id),
    );
    let mut held = tx.get(&EARLY_RECEIPTS, &key)?.unwrap_or_default();
    held.push(receipt.clone());
    tx.put(&EARLY_RECEIPTS, &key, &held)
}

/// Takes the receipts that arrived early for a vendor's id, oldest first.
///
/// # Errors
/// The disk's.
pub fn take_early(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    external_id: &str,
    now: Timestamp,
) -> Result<Vec<Receipt>, StoreError> {
    let hash = hash(channel, Direction::Outbound, external_id);
    let mut taken = Vec::new();
    for bucket in [bucket(now) - 1, bucket(now)] {
        if let Some(held) = tx.get(&EARLY_RECEIPTS, &(bucket, hash))? {
            taken.extend(
                held.into_iter()
                    .filter(|receipt| receipt.external_id == external_id),
            );
            tx.remove(&EARLY_RECEIPTS, &(bucket, hash))?;
        }
    }
    Ok(taken)
}

/// Whether something a vendor sends may be taken, because it did not come before in the last day;
/// it is remembered then.
///
/// # Errors
/// The disk's.
pub fn first_time(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    name: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let hash = hash(channel, Direction::Inbound, name);
    let newest = bucket(now);
    for bucket in (newest.saturating_sub(ONCE_BUCKETS)..=newest).rev() {
        if tx.get(&TAKEN_HOOKS, &(bucket, hash))?.is_some() {
            return Ok(false);
        }
    }
    tx.put(&TAKEN_HOOKS, &(newest, hash), &())?;
    Ok(true)
}

/// Forgets ids and early receipts older than anything would ask for; at most `limit` of each.
///
/// # Errors
/// The disk's.
pub fn forget(tx: &mut Tx<'_>, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let keep = bucket(now) - u32::from(RECEIPT_HOURS) / 12 - 1;
    let mut forgotten = 0;
    for (key, _) in tx.scan(&EXTERNAL_IDS, Scan::all().limit(limit))? {
        if key.0 < keep {
            tx.remove(&EXTERNAL_IDS, &key)?;
            forgotten += 1;
        }
    }
    for (key, _) in tx.scan(&EARLY_RECEIPTS, Scan::all().limit(limit))? {
        if key.0 + 2 < bucket(now) {
            tx.remove(&EARLY_RECEIPTS, &key)?;
            forgotten += 1;
        }
    }
    for (key, ()) in tx.scan(&TAKEN_HOOKS, Scan::all().limit(limit))? {
        if key.0 + ONCE_BUCKETS < bucket(now) {
            tx.remove(&TAKEN_HOOKS, &key)?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

fn bucket(at: Timestamp) -> u32 {
    u32::try_from(at.as_millis().div_euclid(BUCKET_MS)).unwrap_or(0)
}

fn hash(channel: ChannelId, direction: Direction, external_id: &str) -> u64 {
    let way: &[u8] = if direction == Direction::Inbound {
        b"i"
    } else {
        b"o"
    };
    let digest = digest(&[&channel.bytes(), way, external_id.as_bytes()].concat());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}
