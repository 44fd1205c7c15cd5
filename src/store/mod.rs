//! The only owner of the data folder.
//!
//! Reads take a [`Snapshot`] and never wait. Writes are closures sent to the one writer thread,
//! which commits whatever is waiting together and answers when it is on disk. Everything that must
//! happen after a commit is a row written in that commit, or a follower of the event log.

pub mod backup;
pub mod blobs;
pub mod codec;
pub mod error;
pub mod folder;
pub mod key;
pub mod keyspaces;
pub mod kv;
pub mod log;
pub mod migrate;
pub mod records;
pub mod tx;
pub mod writer;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::watch;

pub use crate::store::error::StoreError;
pub use crate::store::kv::Direction;
pub use crate::store::tx::Read;
pub use crate::store::tx::Scan;
pub use crate::store::tx::Snapshot;
pub use crate::store::tx::Tx;

use crate::base::secret::Secret;
use crate::store::blobs::Blobs;
use crate::store::folder::Folder;
use crate::store::kv::KvEngine;
use crate::store::kv::redb::Redb;
use crate::store::writer::Change;
use crate::store::writer::Writer;
use crate::store::writer::WriterStats;

/// The default page cache: the system's own cache stands behind it, so more only costs memory.
pub const DEFAULT_CACHE_BYTES: usize = 32 * 1024 * 1024;

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
                "cannot open {}: {error}",
                folder.database().display()
            ))
        })?;
        migrate::migrate(&engine, migrate::STEPS, |version| folder.keep_copy(version))?;
        let blobs = Blobs::open(folder.media())?;
        Self::over(Arc::new(engine), Some(folder), blobs)
    }

    /// A store over an engine of the caller's, with its files under `media`.
    ///
    /// # Errors
    /// The engine's.
    pub fn over_engine(engine: Arc<dyn KvEngine>, media: PathBuf) -> Result<Self, StoreError> {
        let blobs = Blobs::open(media)?;
        Self::over(engine, None, blobs)
    }

    fn over(
        engine: Arc<dyn KvEngine>,
        folder: Option<Folder>,
        blobs: Blobs,
    ) -> Result<Self, StoreError> {
        let last = log::last_seq(&Snapshot::new(engine.snapshot()?))?;
        let (publisher, published) = watch::channel(last);
        let (inbox, queue) = mpsc::channel(writer::QUEUE_MAX);
        let stats = Arc::new(WriterStats::default());
        let writer = Writer::new(engine.clone(), last, publisher, stats.clone());
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.work(queue))
            .map_err(|error| StoreError::Unusable(format!("cannot start the writer: {error}")))?;
        Ok(Self(Arc::new(Inner {
            engine,
            inbox: Mutex::new(Some(inbox)),
            published,
            stats,
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
    /// transaction. It checks first and writes after. While too much is waiting, the caller waits,
    /// for a few seconds.
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
        answer
            .await
            .unwrap_or_else(|_| Err(StoreError::Panicked { doing }.into()))
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
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(StoreError::Panicked { doing }.into()))
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    #![expect(
        clippy::panic,
        reason = "a change that breaks is what one test is about"
    )]
    use super::*;
    use crate::base::time::Timestamp;
    use crate::model::event::Event;
    use crate::model::event::UserEvent;
    use crate::model::ids::EventId;
    use crate::model::ids::Id as _;
    use crate::model::ids::UserId;
    use crate::store::keyspaces::META;

    fn open() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), DEFAULT_CACHE_BYTES).unwrap();
        (dir, store)
    }

    fn happened(number: u8) -> (EventId, Event) {
        let user_id = UserId::from_bytes([number; 16]);
        (
            EventId::from_bytes([number; 16]),
            Event::UserChanged(UserEvent { user_id }),
        )
    }

    async fn put(store: &Store, name: &str, value: u64) -> Result<u64, StoreError> {
        let name = name.to_owned();
        store
            .write("testing", move |tx| {
                tx.put(&META, &name, &value)?;
                let (id, event) = happened(u8::try_from(value).unwrap());
                log::append(tx, id, Timestamp::from_millis(0), event)
            })
            .await
    }

    #[tokio::test]
    async fn what_was_written_is_there_after_reopening_and_the_log_goes_on() {
        let (dir, store) = open();
        assert_eq!(put(&store, "a", 1).await.unwrap(), 1);
        assert_eq!(put(&store, "b", 2).await.unwrap(), 2);
        assert_eq!(store.last_seq(), 2);
        store.close();
        assert!(matches!(put(&store, "c", 3).await, Err(StoreError::Closed)));
        drop(store);
        let store = Store::open(dir.path(), DEFAULT_CACHE_BYTES).unwrap();
        assert_eq!(
            store
                .snapshot()
                .unwrap()
                .get(&META, &"b".to_owned())
                .unwrap(),
            Some(2)
        );
        assert_eq!(put(&store, "c", 3).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_folder_is_open_once() {
        let (dir, _store) = open();
        let Err(StoreError::Unusable(sentence)) = Store::open(dir.path(), DEFAULT_CACHE_BYTES)
        else {
            panic!("the folder was opened twice");
        };
        assert!(
            sentence.contains("in use by another linktor (process "),
            "{sentence}"
        );
    }

    #[tokio::test]
    async fn a_change_that_breaks_or_declines_after_writing_harms_only_itself() {
        let (_dir, store) = open();
        let broken = store.write("breaking", |tx| -> Result<(), StoreError> {
            tx.put(&META, &"broken".to_owned(), &1)?;
            tx.take_seq();
            panic!("on purpose")
        });
        let declined = store.write("declining", |tx| -> Result<(), StoreError> {
            tx.put(&META, &"declined".to_owned(), &1)?;
            Err(StoreError::Busy)
        });
        let (broken, declined, kept) = tokio::join!(broken, declined, put(&store, "kept", 1));
        assert!(matches!(
            broken,
            Err(StoreError::Panicked { doing: "breaking" })
        ));
        assert!(matches!(declined, Err(StoreError::Busy)));
        assert_eq!(kept.unwrap(), 1);
        let snapshot = store.snapshot().unwrap();
        assert_eq!(snapshot.get(&META, &"broken".to_owned()).unwrap(), None);
        assert_eq!(snapshot.get(&META, &"declined".to_owned()).unwrap(), None);
        assert_eq!(snapshot.get(&META, &"kept".to_owned()).unwrap(), Some(1));
    }

    #[tokio::test]
    async fn parallel_changes_share_commits_and_number_the_log_without_gaps() {
        let (_dir, store) = open();
        let writes: Vec<_> = (0..200u64)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { put(&store, &format!("k{n}"), n).await.unwrap() })
            })
            .collect();
        let mut seqs = Vec::new();
        for write in writes {
            seqs.push(write.await.unwrap());
        }
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
        let snapshot = store.snapshot().unwrap();
        let log::Entries::Next(entries) = log::read_after(&snapshot, 0, 1_000).unwrap() else {
            panic!("the log starts at 1");
        };
        assert_eq!(
            entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
            seqs
        );
    }

    #[tokio::test]
    async fn a_follower_that_slept_too_long_is_told() {
        let (_dir, store) = open();
        for n in 1..=5 {
            put(&store, "x", n).await.unwrap();
        }
        let forgotten = store
            .write("forgetting", |tx| {
                log::forget(tx, Timestamp::from_millis(1), 3)
            })
            .await
            .unwrap();
        assert_eq!(forgotten, 3);
        let snapshot = store.snapshot().unwrap();
        let too_old = log::Entries::TooOld { oldest: 4 };
        assert_eq!(log::read_after(&snapshot, 1, 10).unwrap(), too_old);
        assert!(
            matches!(log::read_after(&snapshot, 3, 10).unwrap(), log::Entries::Next(rows) if rows.len() == 2)
        );
        assert!(
            matches!(log::read_after(&snapshot, 5, 10).unwrap(), log::Entries::Next(rows) if rows.is_empty())
        );
        store
            .write("forgetting", |tx| {
                log::forget(tx, Timestamp::from_millis(1), 9)
            })
            .await
            .unwrap();
        assert_eq!(
            log::last_seq(&store.snapshot().unwrap()).unwrap(),
            5,
            "the newest stays"
        );
    }
}
