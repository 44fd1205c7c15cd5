//! The append-only event log and its followers' cursors.
//!
//! Numbers are gapless and in the order of commits. A follower keeps its own cursor and asks for
//! what comes after it; one that slept longer than the log remembers is told so.

use crate::base::time::Timestamp;
use crate::model::event::Event;
use crate::model::event::EventRecord;
use crate::model::ids::EventId;
use crate::store::Direction;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::CURSORS;
use crate::store::keyspaces::LOG;

/// What a follower gets for its cursor.
#[derive(Debug, Clone, PartialEq)]
pub enum Entries {
    /// The entries after it, oldest first; empty when it is up to date.
    Next(Vec<EventRecord>),
    /// Entries after it are forgotten already: the follower starts afresh.
    TooOld {
        /// The oldest number still there.
        oldest: u64,
    },
    /// The log has not come so far: the cursor is of another one, as when an older copy of the
    /// database took the place of a newer one.
    Ahead,
}

/// Appends an event; its number. The id is made before the change, so that a change that runs
/// twice says the same.
///
/// # Errors
/// The disk's.
pub fn append(
    tx: &mut Tx<'_>,
    id: EventId,
    at: Timestamp,
    event: Event,
) -> Result<u64, StoreError> {
    let seq = tx.take_seq();
    tx.put(&LOG, &seq, &EventRecord { seq, id, at, event })?;
    Ok(seq)
}

/// The entries after a number.
///
/// # Errors
/// The disk's.
pub fn read_after(read: &impl Read, seq: u64, limit: usize) -> Result<Entries, StoreError> {
    let rows = read.scan(&LOG, Scan::all().after(Some(&seq)).limit(limit))?;
    match rows.first() {
        Some((first, _)) if *first > seq + 1 => Ok(Entries::TooOld { oldest: *first }),
        None if seq > last_seq(read)? => Ok(Entries::Ahead),
        _ => Ok(Entries::Next(
            rows.into_iter().map(|(_, record)| record).collect(),
        )),
    }
}

/// The number of the newest entry; 0 in an empty log.
///
/// # Errors
/// The disk's.
pub fn last_seq(read: &impl Read) -> Result<u64, StoreError> {
    let newest = read.scan(&LOG, Scan::all().direction(Direction::Backward).limit(1))?;
    Ok(newest.first().map_or(0, |(seq, _)| *seq))
}

/// The number of the oldest entry that is still there; 0 in an empty log.
///
/// # Errors
/// The disk's.
pub fn oldest_seq(read: &impl Read) -> Result<u64, StoreError> {
    let oldest = read.scan(&LOG, Scan::all().limit(1))?;
    Ok(oldest.first().map_or(0, |(seq, _)| *seq))
}

/// How far a named follower has read.
///
/// # Errors
/// The disk's.
pub fn cursor(read: &impl Read, follower: &str) -> Result<u64, StoreError> {
    Ok(read.get(&CURSORS, &follower.to_owned())?.unwrap_or(0))
}

/// Moves a named follower on; never back.
///
/// # Errors
/// The disk's.
#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "the index keeps its own place; nobody else follows yet"
    )
)]
pub fn advance(tx: &mut Tx<'_>, follower: &str, seq: u64) -> Result<(), StoreError> {
    if cursor(tx, follower)? < seq {
        tx.put(&CURSORS, &follower.to_owned(), &seq)?;
    }
    Ok(())
}

/// Forgets entries from before `until`, at most `limit`, and always keeps the newest one, from
/// which the next number is known.
///
/// # Errors
/// The disk's.
pub fn forget(tx: &mut Tx<'_>, until: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let rows = tx.scan(&LOG, Scan::all().limit(limit.saturating_add(1)))?;
    let mut forgotten = 0;
    for (seq, record) in rows.iter().take(rows.len().saturating_sub(1)) {
        if record.at < until {
            tx.remove(&LOG, seq)?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}
