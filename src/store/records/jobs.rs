//! Deferred work, by the time it is due.

use crate::base::time::Timestamp;
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

/// Writes down that a job is to be done again at another time.
///
/// # Errors
/// The disk's.
pub fn put_off(tx: &mut Tx<'_>, job: &Job, due: Timestamp) -> Result<(), StoreError> {
    remove(tx, job)?;
    let attempts = job.attempts + 1;
    put(
        tx,
        &Job {
            due,
            attempts,
            ..job.clone()
        },
    )
}

/// Strikes a job out.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    tx.remove(&JOBS, &(job.due, job.id))
}
