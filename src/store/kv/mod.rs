//! The seam: an ordered key-value engine with snapshots and atomic batches.
//!
//! Everything durable goes through these three traits; another engine is one more file beside
//! `redb.rs`. Keyspaces are names; keys and values are bytes.

pub mod disk;
#[cfg(test)]
pub mod faulty;
#[cfg(test)]
pub mod memory;
pub mod redb;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Bound;
use std::ops::ControlFlow;

use rustc_hash::FxHasher;

/// Something for each of some keyspaces. Their names are ours, and hundreds are looked up for each
/// webhook: a hash that strangers' keys would need costs too much here.
pub type ByKeyspace<T> = HashMap<&'static str, T, BuildHasherDefault<FxHasher>>;

/// Which way a scan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the least key up.
    Forward,
    /// From the greatest key down.
    Backward,
}

/// What an engine can fail with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// There is no room left.
    #[error("the disk is full")]
    Full,
    /// Anything else, in the system's words.
    #[error("{0}")]
    Failed(String),
}

/// Both ends of a scan.
pub type Range<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// Receives the rows of a scan, until it says stop.
pub type Visit<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>;

/// A consistent view.
pub trait KvRead {
    /// The value under a key.
    ///
    /// # Errors
    /// The disk's.
    fn get(&self, keyspace: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, KvError>;

    /// Shows the rows of a range in order, until `visit` breaks off. `visit` must not come back to
    /// this view.
    ///
    /// # Errors
    /// The disk's.
    fn scan(
        &self,
        keyspace: &'static str,
        range: Range<'_>,
        direction: Direction,
        visit: Visit<'_>,
    ) -> Result<(), KvError>;
}

/// A batch being written; it also sees what it has written itself.
pub trait KvWrite: KvRead {
    /// Stores a value.
    ///
    /// # Errors
    /// The disk's.
    fn put(&self, keyspace: &'static str, key: &[u8], value: &[u8]) -> Result<(), KvError>;

    /// Removes a key, which need not be there.
    ///
    /// # Errors
    /// The disk's.
    fn remove(&self, keyspace: &'static str, key: &[u8]) -> Result<(), KvError>;
}

/// What to do with a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Make it durable.
    Commit,
    /// Forget it.
    Abort,
}

/// An engine. One batch at a time, any number of views.
pub trait KvEngine: Send + Sync {
    /// A view of what is committed now.
    ///
    /// # Errors
    /// The disk's.
    fn snapshot(&self) -> Result<Box<dyn KvRead + Send>, KvError>;

    /// Runs `fill` over a fresh batch, and commits it durably when it says so.
    ///
    /// # Errors
    /// [`KvError::Full`]: nothing of the batch is kept, unless the disk filled up in the middle of
    /// it. After any other error all of the batch may be on disk or nothing of it, and which shows
    /// after [`KvEngine::revive`].
    fn write(&self, fill: &mut dyn FnMut(&dyn KvWrite) -> Verdict) -> Result<(), KvError>;

    /// Comes back to life after an error of the disk. Does nothing while all is well.
    ///
    /// # Errors
    /// The disk's, while it is still unwell.
    fn revive(&self) -> Result<(), KvError>;
}
