//! The thread that keeps the index current: it follows the event log and commits now and then.
//!
//! While something comes in it commits every [`STEADY`]; while much does every [`BUSY`] and with a
//! long backlog every [`BACKLOG`], because larger commits cost less a document; after a quiet spell
//! [`LINGER`] later. Its place in the log is part of each commit, so after a crash it goes on exactly where the
//! index stands.

use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use crate::search::error::SearchError;
use crate::search::index::Change;
use crate::search::index::Search;

/// Time between commits while something comes in.
const STEADY: Duration = Duration::from_millis(250);

/// Time between commits while much comes in: what is said is found within a second all the same.
const BUSY: Duration = Duration::from_millis(500);

/// How long what comes in waits at least: a message is first put on every screen and then made
/// findable, where both would want the same cores.
const LINGER: Duration = Duration::from_millis(50);

/// Much is so many entries of the log that wait for a commit.
const MANY_WAITING: u64 = 1_000;

/// Time between commits while there is a long backlog.
const BACKLOG: Duration = Duration::from_secs(1);

/// A backlog is long from so many entries of the log on.
const LONG_BACKLOG: u64 = 10_000;

/// Entries of the log read at once.
const BATCH: usize = 1_000;

/// The indexer looks by itself this often, should a signal get lost or the folder be deleted.
const SELF_CHECK: Duration = Duration::from_secs(5);

/// Quiet time after which the memory for writing is given back.
const REST_AFTER: Duration = Duration::from_secs(30);

/// How much the indexer and the threads it makes stand back, in steps of niceness: where the cores
/// are few, a message is first made safe and then made findable.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Pauses after failures, the last one for good.
const RETRY_WAITS: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// The log as the indexer sees it.
///
/// An entry names what changed; the feed reads the present state from the store and says what it
/// means for the index. The same entry may be asked for again after a failure.
pub trait Feed: Send {
    /// The entries after `seq`, at most `limit`, each with its sequence number, rising. An entry
    /// that changes nothing still appears, with no changes, so that the position moves on.
    ///
    /// # Errors
    /// Whatever keeps the log from being read; it is logged and tried again.
    fn read_after(&self, seq: u64, limit: usize) -> Result<Entries, FeedError>;

    /// All there is to find, and a place in the log from before the first step was read: whatever
    /// changes after it is told by the log.
    ///
    /// # Errors
    /// As for [`read_after`](Self::read_after).
    fn everything(&self) -> Result<(u64, Steps<'_>), FeedError>;

    /// The number of the last entry.
    fn last(&self) -> u64;
}

/// What the log says after a place in it.
#[derive(Debug)]
pub enum Entries {
    /// The entries after it; none when there is nothing new.
    Next(Vec<(u64, Vec<Change>)>),
    /// It does not go on from there: entries after it are forgotten, or the place is one of another
    /// log. The index is begun anew from [`Feed::everything`].
    Elsewhere,
}

/// Everything there is, a bounded part at a time.
pub type Steps<'a> = Box<dyn Iterator<Item = Result<Vec<Change>, FeedError>> + 'a>;

/// Why a feed could not be read.
pub type FeedError = Box<dyn std::error::Error + Send + Sync>;

/// How far the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// The last entry of the log that can be found.
    pub position: u64,
    /// The last entry there is, as last seen.
    pub last: u64,
    /// Whether the index is being built anew and answers are incomplete.
    pub rebuilding: bool,
}

/// The running indexer. Dropping it stops it.
#[derive(Debug)]
pub struct Indexer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Tells the indexer that the log has grown. Cheap, and safe to use too often.
#[derive(Debug, Clone)]
pub struct Waker(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    signals: Mutex<Signals>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Signals {
    woken: bool,
    stopping: bool,
    progress: Progress,
}

#[derive(Debug, thiserror::Error)]
enum IndexerError {
    #[error(transparent)]
    Index(#[from] SearchError),
    #[error("the event log cannot be read")]
    Feed(#[source] FeedError),
}

impl Indexer {
    /// Starts following a feed.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(search: Arc<Search>, feed: Box<dyn Feed>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let follower = Follower {
            target: feed.last(),
            rebuilding: search.position() == 0,
            search,
            feed,
            shared: Arc::clone(&shared),
            committed_at: None,
            waits_since: None,
            rested: true,
        };
        follower.tell_progress();
        let thread = std::thread::Builder::new()
            .name("search-indexer".to_owned())
            .spawn(move || follower.run())?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// A handle by which the log's growth is told.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.shared))
    }

    /// How far the index is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.shared.lock().progress
    }

    /// Waits until the log up to `seq` can be found; whether that came about in time.
    #[must_use]
    pub fn wait_for(&self, seq: u64, at_most: Duration) -> bool {
        let signals = self.shared.lock();
        let (signals, _) = self
            .shared
            .changed
            .wait_timeout_while(signals, at_most, |signals| signals.progress.position < seq)
            .unwrap_or_else(PoisonError::into_inner);
        signals.progress.position >= seq
    }

    /// Stops after committing what is under way, whoever else still holds it.
    pub fn stop(&self) {
        self.shared.lock().stopping = true;
        self.shared.changed.notify_all();
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the search indexer had failed");
        }
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Waker {
    /// The log has grown.
    pub fn wake(&self) {
        self.0.lock().woken = true;
        self.0.changed.notify_all();
    }

    /// Wakes the indexer whenever the store publishes another last sequence number, until the
    /// store is gone. To be spawned.
    pub async fn follow(self, mut last: tokio::sync::watch::Receiver<u64>) {
        self.wake();
        while last.changed().await.is_ok() {
            self.wake();
        }
    }
}

/// Lets the other threads of the program go first. Only Linux has this for one thread.
fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "the search indexer runs as urgently as all else");
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Signals> {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps until woken, stopped or out of time.
    fn sleep(&self, at_most: Duration) {
        let signals = self.lock();
        let (mut signals, _) = self
            .changed
            .wait_timeout_while(signals, at_most, |signals| {
                !signals.woken && !signals.stopping
            })
            .unwrap_or_else(PoisonError::into_inner);
        signals.woken = false;
    }

    /// Sleeps until stopped or out of time, whatever happens in the log.
    fn pause(&self, at_most: Duration) {
        let signals = self.lock();
        drop(
            self.changed
                .wait_timeout_while(signals, at_most, |signals| !signals.stopping)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    fn is_stopping(&self) -> bool {
        self.lock().stopping
    }
}

/// What the thread works with.
struct Follower {
    search: Arc<Search>,
    feed: Box<dyn Feed>,
    shared: Arc<Shared>,
    /// The last entry of the log when it was last looked at.
    target: u64,
    /// Whether the index was begun anew and has not caught up since.
    rebuilding: bool,
    committed_at: Option<Instant>,
    /// Since when something waits to be committed.
    waits_since: Option<Instant>,
    rested: bool,
}

impl Follower {
    fn run(mut self) {
        stand_back();
        let mut failures = 0;
        while !self.shared.is_stopping() {
            match self.step() {
                Ok(()) => failures = 0,
                Err(error) => {
                    tracing::error!(error = %chain(&error), "search indexing failed and is tried again");
                    let wait = RETRY_WAITS[failures.min(RETRY_WAITS.len() - 1)];
                    failures += 1;
                    self.shared.pause(wait);
                }
            }
        }
        if let Err(error) = self.commit().and_then(|()| Ok(self.search.rest()?)) {
            tracing::error!(error = %chain(&error), "search indexing did not end cleanly");
        }
    }

    /// Reads a batch and applies it, or commits, or sleeps: whatever is due.
    fn step(&mut self) -> Result<(), IndexerError> {
        if !self.search.is_intact() {
            tracing::warn!("the folder of the search index is gone; the index is built again");
            self.search.recreate()?;
            self.rebuilding = true;
        }
        let applied = self.search.applied();
        self.target = self.feed.last().max(applied);
        let read = self.feed.read_after(applied, BATCH);
        let entries = match read.map_err(IndexerError::Feed)? {
            Entries::Next(entries) => entries,
            Entries::Elsewhere => return self.begin_anew(),
        };
        let Some((last, _)) = entries.last() else {
            return self.idle();
        };
        let last = *last;
        let changes: Vec<Change> = entries
            .into_iter()
            .flat_map(|(_, changes)| changes)
            .collect();
        self.rested = false;
        self.search.apply(changes, last)?;
        self.waits_since.get_or_insert_with(Instant::now);
        if self.commit_due_in().is_zero() {
            self.commit()?;
        }
        Ok(())
    }

    /// Fills an empty index with everything there is. It is committed as a whole: until then its
    /// place in the log is 0, from where it is begun again.
    fn begin_anew(&mut self) -> Result<(), IndexerError> {
        tracing::info!(
            "the event log does not go on where the search index ends; it is built anew"
        );
        self.search.recreate()?;
        self.rebuilding = true;
        self.rested = false;
        self.tell_progress();
        let (seq, steps) = self.feed.everything().map_err(IndexerError::Feed)?;
        for changes in steps {
            if self.shared.is_stopping() {
                return Ok(());
            }
            self.search.apply(changes.map_err(IndexerError::Feed)?, 0)?;
        }
        self.search.apply(Vec::new(), seq)?;
        self.commit()
    }

    /// Nothing more to read: commits when it is time, else sleeps.
    fn idle(&mut self) -> Result<(), IndexerError> {
        let pending = self.search.applied() > self.search.position();
        let due_in = self.commit_due_in();
        if pending && due_in.is_zero() {
            return self.commit();
        }
        if !pending {
            self.rebuilding = false;
            self.tell_progress();
            if !self.rested
                && self
                    .committed_at
                    .is_none_or(|at| at.elapsed() >= REST_AFTER)
            {
                self.search.rest()?;
                self.rested = true;
            }
        }
        self.shared.sleep(if pending { due_in } else { SELF_CHECK });
        Ok(())
    }

    fn commit_due_in(&self) -> Duration {
        let behind = self.target.saturating_sub(self.search.applied());
        let waiting = self.search.applied().saturating_sub(self.search.position());
        let interval = match (behind > LONG_BACKLOG, waiting > MANY_WAITING) {
            (true, _) => BACKLOG,
            (false, true) => BUSY,
            (false, false) => STEADY,
        };
        let left = |wait: Duration, since: Option<Instant>| {
            since.map_or(Duration::ZERO, |at| wait.saturating_sub(at.elapsed()))
        };
        left(interval, self.committed_at).max(left(LINGER, self.waits_since))
    }

    fn commit(&mut self) -> Result<(), IndexerError> {
        if self.search.applied() > self.search.position() {
            self.search.commit()?;
            self.committed_at = Some(Instant::now());
        }
        self.waits_since = None;
        self.tell_progress();
        Ok(())
    }

    fn tell_progress(&self) {
        let progress = Progress {
            position: self.search.position(),
            last: self.target,
            rebuilding: self.rebuilding && self.search.position() < self.target,
        };
        self.shared.lock().progress = progress;
        self.shared.changed.notify_all();
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
