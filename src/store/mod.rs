//! The only owner of the data folder.
//!
//! Reads take a [`Snapshot`] and never wait. Writes are closures sent to the one writer thread,
//! which commits whatever is waiting together and answers when it is on disk. Everything that must
//! happen after a commit is a row written in that commit, or a follower of the event log.

pub mod backup;
pub mod blobs;
pub mod codec;
pub mod editions;
pub mod error;
pub mod export;
pub mod folder;
pub mod key;
pub mod keyspaces;
pub mod kv;
pub mod log;
pub mod migrate;
pub mod records;
pub mod round;
#[cfg(test)]
mod tests;
pub mod tx;
pub mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread::JoinHandle;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::watch;

use crate::config::StoreConfig;
pub use crate::store::error::StoreError;
pub use crate::store::kv::Direction;
pub use crate::store::tx::Read;
pub use crate::store::tx::Scan;
pub use crate::store::tx::Snapshot;
pub use crate::store::tx::Tx;

use crate::base::secret::Secret;
use crate::store::blobs::Blobs;
use crate::store::editions::Editions;
use crate::store::folder::Folder;
use crate::store::key::Key;
use crate::store::keyspaces::Keyspace;
use crate::store::kv::KvEngine;
use crate::store::kv::redb::Redb;
use crate::store::writer::Change;
use crate::store::writer::Writer;
use crate::store::writer::WriterStats;

/// The default page cache.
pub const DEFAULT_CACHE_BYTES: usize = StoreConfig::CACHE_MB * 1024 * 1024;

/// How long a caller waits for a place in the writer's queue before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The data folder, open. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    engine: Arc<dyn KvEngine>,
    inbox: Mutex<Option<mpsc::Sender<Box<dyn Change>>>>,
    /// How long a caller waits for a place in the queue.
    patience: Duration,
    published: watch::Receiver<u64>,
    stats: Arc<WriterStats>,
    editions: Editions,
    thread: Mutex<Option<JoinHandle<()>>>,
    folder: Option<Folder>,
    blobs: Blobs,
}

impl Store {
    /// Opens or creates the data folder and starts the writer.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with a sentence that says what to do: not writable, in use by
    /// another process, written by a newer linktor.
    pub fn open(dir: &Path, cache_bytes: usize) -> Result<Self, StoreError> {
        let folder = Folder::open(dir)?;
        let engine = Redb::open(&folder.database(), cache_bytes).map_err(|error| {
            StoreError::Unusable(format!(
                "cannot open {}: {error}; if the disk is well, restore your last backup into a new directory",
                folder.database().display()
            ))
        })?;
        migrate::migrate(&engine, migrate::STEPS, |version| folder.keep_copy(version))?;
        let blobs = Blobs::open(folder.media())?;
        Self::over(Arc::new(engine), Some(folder), blobs, PATIENCE)
    }

    /// Starts the writer over an engine of the caller's, with its files in `media`. There is no
    /// data folder, and so no key of its own.
    ///
    /// # Errors
    /// [`StoreError::Unusable`]: the folder cannot be written.
    pub fn on(engine: Arc<dyn KvEngine>, media: &Path) -> Result<Self, StoreError> {
        Self::over(engine, None, Blobs::open(media.to_owned())?, PATIENCE)
    }

    fn over(
        engine: Arc<dyn KvEngine>,
        folder: Option<Folder>,
        blobs: Blobs,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let last = log::last_seq(&Snapshot::new(engine.snapshot()?))?;
        let (publisher, published) = watch::channel(last);
        let (inbox, queue) = mpsc::channel(writer::QUEUE_MAX);
        let stats = Arc::new(WriterStats::default());
        let editions = Editions::default();
        let watched = (stats.clone(), editions.clone());
        let writer = Writer::new(engine.clone(), last, publisher, watched);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.work(queue))
            .map_err(|error| StoreError::Unusable(format!("cannot start the writer: {error}")))?;
        Ok(Self(Arc::new(Inner {
            engine,
            inbox: Mutex::new(Some(inbox)),
            patience,
            published,
            stats,
            editions,
            thread: Mutex::new(Some(thread)),
            folder,
            blobs,
        })))
    }

    /// A consistent view of everything committed so far.
    ///
    /// # Errors
    /// The disk's.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot::new(self.0.engine.snapshot()?))
    }

    /// Makes a change and answers once it is on disk.
    ///
    /// The closure may run more than once: no clock, no randomness, nothing that acts outside the
    /// transaction. What it wrote before it fails is forgotten. While too much is waiting, the
    /// caller waits, for a few seconds.
    ///
    /// # Errors
    /// The closure's own refusal, or the store's trouble. After [`StoreError::Disk`] the change may
    /// be on disk or not; after any other error it is not.
    pub async fn write<T, E, F>(&self, doing: &'static str, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (change, answer) = writer::change(doing, change);
        let inbox = self.inbox().ok_or(StoreError::Closed)?;
        let sent = inbox.send_timeout(change, self.0.patience).await;
        sent.map_err(|refused| match refused {
            SendTimeoutError::Timeout(_) => StoreError::Busy,
            SendTimeoutError::Closed(_) => StoreError::Closed,
        })?;
        drop(inbox);
        // The writer answers everybody; only one that broke itself leaves a caller without.
        match answer.await {
            Ok(answered) => answered.apart(),
            Err(_) => Err(StoreError::Panicked { doing }.into()),
        }
    }

    /// The same for threads that are no part of the event loop; they wait as long as it takes.
    ///
    /// # Errors
    /// As [`Store::write`], except that it is never [`StoreError::Busy`].
    pub fn write_blocking<T, E, F>(&self, doing: &'static str, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (change, answer) = writer::change(doing, change);
        let inbox = self.inbox().ok_or(StoreError::Closed)?;
        inbox
            .blocking_send(change)
            .map_err(|_| StoreError::Closed)?;
        drop(inbox);
        match answer.blocking_recv() {
            Ok(answered) => answered.apart(),
            Err(_) => Err(StoreError::Panicked { doing }.into()),
        }
    }

    fn inbox(&self) -> Option<mpsc::Sender<Box<dyn Change>>> {
        self.0
            .inbox
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many changes wait to be committed.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inbox()
            .map_or(0, |inbox| inbox.max_capacity() - inbox.capacity())
    }

    /// The number of the newest event on disk, and word of each newer one. A hint: followers read
    /// the log itself.
    #[must_use]
    pub fn published(&self) -> watch::Receiver<u64> {
        self.0.published.clone()
    }

    /// The number of the newest event on disk.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        *self.0.published.borrow()
    }

    /// The number of a keyspace's present rows: see [`Editions::of`].
    #[must_use]
    pub fn edition<K: Key, V: Serialize + DeserializeOwned>(
        &self,
        keyspace: &Keyspace<K, V>,
    ) -> u64 {
        self.0.editions.of(keyspace.name())
    }

    /// Word of each commit from now on that writes to one of these keyspaces. A hint: rows are read
    /// afresh.
    #[must_use]
    pub fn word_of(&self, keyspaces: &[&'static str]) -> watch::Receiver<()> {
        self.0.editions.word_of(keyspaces)
    }

    /// Figures of the writer.
    #[must_use]
    pub fn stats(&self) -> Arc<WriterStats> {
        self.0.stats.clone()
    }

    /// Stored files.
    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    /// The folder; none when the store stands on an engine of a test's.
    #[must_use]
    pub fn folder(&self) -> Option<&Folder> {
        self.0.folder.as_ref()
    }

    /// The key that seals secrets.
    #[must_use]
    pub fn secret_key(&self) -> Secret<[u8; 32]> {
        self.0
            .folder
            .as_ref()
            .map_or_else(|| Secret::new([0; 32]), Folder::secret_key)
    }

    /// Commits what is waiting and stops the writer. Later writes are refused.
    pub fn close(&self) {
        drop(
            self.0
                .inbox
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let thread = self
            .0
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the writer thread ended badly");
        }
    }
}
