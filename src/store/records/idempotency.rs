//! Answers given under an idempotency key, so that the same request twice is one request.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::IDEMPOTENCY;
use crate::store::keyspaces::IDEMPOTENCY_BY_AGE;

/// What a request was and what it was answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The digest of the request's body: another body under the same key is a conflict.
    pub request: [u8; 32],
    /// What the command made, in the command's own terms: for a send, the message's id.
    pub result: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// What was answered under a key: the digest of principal, route and key.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, key: &[u8; 32]) -> Result<Option<Answered>, StoreError> {
    read.get(&IDEMPOTENCY, key)
}

/// Remembers an answer.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, key: &[u8; 32], answered: &Answered) -> Result<(), StoreError> {
    tx.put(&IDEMPOTENCY_BY_AGE, &(answered.at, *key), &())?;
    tx.put(&IDEMPOTENCY, key, answered)
}

/// Forgets answers from before `until`; at most `limit`.
///
/// # Errors
/// The disk's.
pub fn forget(tx: &mut Tx<'_>, until: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let mut forgotten = 0;
    for (key, ()) in tx.scan(&IDEMPOTENCY_BY_AGE, Scan::all().limit(limit))? {
        if key.0 < until {
            tx.remove(&IDEMPOTENCY_BY_AGE, &key)?;
            tx.remove(&IDEMPOTENCY, &key.1)?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}
