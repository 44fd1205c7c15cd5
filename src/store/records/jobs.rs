//! Deferred work, by the time it is due.

use std::collections::BTreeSet;

use crate::base::time::Timestamp;
use crate::model::ids::MessageId;
use crate::model::job::Job;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::JOBS;

/// The jobs that come first, the longest due first.
///
/// # Errors
/// The disk's.
pub fn first(read: &impl Read, limit: usize) -> Result<Vec<Job>, StoreError> {
    let found = read.scan(&JOBS, Scan::all().limit(limit))?;
    Ok(found.into_iter().map(|(_, job)| job).collect())
}

/// Writes a job down.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    tx.put(&JOBS, &(job.due, job.id), job)
}

/// Writes a job down in place of the one of the same id, whenever that was due. One that is due may
/// be under way: the new one then stands before it, so that the end of the old does not strike it out.
///
/// # Errors
/// The disk's.
pub fn replace(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    let mut due = job.due;
    for (key, held) in tx.scan(&JOBS, Scan::all())? {
        if held.id != job.id {
            continue;
        }
        tx.remove(&JOBS, &key)?;
        if held.due.max(due) <= job.created_at {
            due = due.min(Timestamp::from_millis(held.due.as_millis() - 1));
        }
    }
    put(tx, &Job { due, ..job.clone() })
}

/// Writes a job down unless the one of the same id is due by then, and not under way already: it is
/// done by the earlier of both, and sees all that was written before this.
///
/// # Errors
/// The disk's.
pub fn bring_forward(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    let held = tx.scan(&JOBS, Scan::all())?;
    let is_to_come = |held: &Job| held.due > job.created_at && held.due <= job.due;
    let is_sooner = |held: &Job| held.id == job.id && is_to_come(held);
    if held.iter().any(|(_, held)| is_sooner(held)) {
        return Ok(());
    }
    replace(tx, job)
}

/// Writes down that a job is to be done again at another time, after so many attempts; not one that was replaced meanwhile.
///
/// # Errors
/// The disk's.
pub fn put_off(
    tx: &mut Tx<'_>,
    job: &Job,
    due: Timestamp,
    attempts: u32,
) -> Result<(), StoreError> {
    if tx.get(&JOBS, &(job.due, job.id))?.is_none() {
        return Ok(());
    }
    remove(tx, job)?;
    put(
        tx,
        &Job {
            due,
            attempts,
            ..job.clone()
        },
    )
}

/// Strikes out every job that is about one of these messages.
///
/// # Errors
/// The disk's.
pub fn remove_of_messages(tx: &mut Tx<'_>, gone: &BTreeSet<MessageId>) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    for (key, job) in tx.scan(&JOBS, Scan::all())? {
        if job.kind.message().is_some_and(|id| gone.contains(&id)) {
            tx.remove(&JOBS, &key)?;
        }
    }
    Ok(())
}

/// Strikes a job out.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    tx.remove(&JOBS, &(job.due, job.id))
}
