//! The one writer thread: commits whatever is waiting together, durably, then answers.

use std::any::Any;
use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::sync::watch;

use crate::store::StoreError;
use crate::store::editions::Editions;
use crate::store::key::Key as _;
use crate::store::keyspaces::META;
use crate::store::kv::KvEngine;
use crate::store::kv::KvError;
use crate::store::kv::Verdict;
use crate::store::log;
use crate::store::round::Round;
use crate::store::tx::Snapshot;
use crate::store::tx::Tx;

/// The most changes that share one commit.
const ROUND_MAX: usize = 512;
/// Bytes of keys and values after which a round is committed; what is left shares the next one.
const ROUND_BYTES: usize = 8 * 1024 * 1024;
/// Changes that may wait; more make their callers wait.
pub const QUEUE_MAX: usize = 4_096;
/// The pause before a failed disk is tried again.
const REVIVE_PAUSE: Duration = Duration::from_millis(500);
/// The row that is written to find out whether the disk takes rows again.
const PROBE: &str = "disk_probe";

/// A change as the writer sees it.
pub trait Change: Send {
    /// What it is for, for errors.
    fn doing(&self) -> &'static str;
    /// Makes the change; may be called again in another transaction.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;
    /// Answers the caller once the fate of the change is known; the first call counts.
    fn finish(&mut self, fate: Result<(), StoreError>);
}

/// How a change went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// It is to be kept.
    Kept,
    /// It declined, with an answer of its own.
    Declined,
}

/// What a caller gets: its answer, and its closure back. Whoever made what a closure holds gives its
/// memory back cheaper than the writer, which would do so for everybody.
pub struct Answered<T, E, F> {
    answer: Result<T, E>,
    change: Option<F>,
}

impl<T, E, F> Answered<T, E, F> {
    /// The answer; the closure ends here, on the caller's thread.
    pub fn apart(self) -> Result<T, E> {
        drop(self.change);
        self.answer
    }
}

/// A change made of a closure and the caller that waits for it.
struct Waiting<T, E, F> {
    doing: &'static str,
    change: Option<F>,
    answer: Option<Result<T, E>>,
    caller: Option<oneshot::Sender<Answered<T, E, F>>>,
}

impl<T, E, F> Change for Waiting<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn doing(&self) -> &'static str {
        self.doing
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        let Some(change) = &mut self.change else {
            return Ran::Declined;
        };
        let answer = change(tx);
        let ran = if answer.is_ok() {
            Ran::Kept
        } else {
            Ran::Declined
        };
        self.answer = Some(answer);
        ran
    }

    fn finish(&mut self, fate: Result<(), StoreError>) {
        let Some(caller) = self.caller.take() else {
            return;
        };
        let answer = match (fate, self.answer.take()) {
            (Ok(()), Some(answer)) => answer,
            (Ok(()), None) => Err(StoreError::Closed.into()),
            (Err(error), _) => Err(error.into()),
        };
        // A caller that went away does not need its answer: what it asked for is done all the same.
        let change = self.change.take();
        drop(caller.send(Answered { answer, change }));
    }
}

/// A change on its way to the writer, and where its answer comes out.
pub type Queued<T, E, F> = (Box<dyn Change>, oneshot::Receiver<Answered<T, E, F>>);

/// Pairs a closure with the receiver of its answer.
pub fn change<T, E, F>(doing: &'static str, change: F) -> Queued<T, E, F>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    let (caller, receiver) = oneshot::channel();
    (
        Box::new(Waiting {
            doing,
            change: Some(change),
            answer: None,
            caller: Some(caller),
        }),
        receiver,
    )
}

/// Figures of the writer, for health pages.
#[derive(Debug, Default)]
pub struct WriterStats {
    /// Commits so far.
    pub commits: AtomicU64,
    /// Changes so far.
    pub changes: AtomicU64,
    /// Time spent in commits, in microseconds.
    pub commit_micros: AtomicU64,
    /// The longest commit, in microseconds.
    pub slowest_micros: AtomicU64,
}

/// The writer's half that stays with its thread.
pub struct Writer {
    engine: Arc<dyn KvEngine>,
    published: watch::Sender<u64>,
    stats: Arc<WriterStats>,
    editions: Editions,
    next_seq: u64,
    /// Why changes are refused, and since when it was last tried.
    unwell: Option<(KvError, Instant)>,
}

impl Writer {
    /// A writer whose log continues after `last_seq`. Others look at what it counts.
    pub fn new(
        engine: Arc<dyn KvEngine>,
        last_seq: u64,
        published: watch::Sender<u64>,
        (stats, editions): (Arc<WriterStats>, Editions),
    ) -> Self {
        Self {
            engine,
            published,
            stats,
            editions,
            next_seq: last_seq + 1,
            unwell: None,
        }
    }

    /// Works until every sender is gone and the queue is empty.
    pub fn work(mut self, mut inbox: mpsc::Receiver<Box<dyn Change>>) {
        while let Some(first) = inbox.blocking_recv() {
            let mut round = vec![first];
            while round.len() < ROUND_MAX
                && let Ok(next) = inbox.try_recv()
            {
                round.push(next);
            }
            // Changes that break are caught one by one; this is for the engine itself.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.commit(round))) {
                self.take_ill(&KvError::Failed(format!(
                    "the engine broke: {}",
                    said(&*panic)
                )));
            }
        }
        self.editions.end();
    }

    /// Commits a round, answering everybody in it. What one commit has no room for shares the next.
    fn commit(&mut self, mut round: Vec<Box<dyn Change>>) {
        while !round.is_empty() {
            if let Err(error) = self.ensure_well() {
                answer_all(round, &error);
                return;
            }
            round = match self.try_commit(round) {
                Ok(left) => left,
                Err(Trouble { round, error }) => {
                    self.take_ill(&error);
                    answer_all(round, &error);
                    return;
                }
            };
        }
    }

    /// Refuses for a while after an error, then finds out whether the disk is well again.
    fn ensure_well(&mut self) -> Result<(), KvError> {
        let Some((error, since)) = &self.unwell else {
            return Ok(());
        };
        if since.elapsed() < REVIVE_PAUSE {
            return Err(error.clone());
        }
        if let Err(error) = self.revive().and_then(|()| self.probe()) {
            self.take_ill(&error);
            return Err(error);
        }
        self.unwell = None;
        tracing::info!("changes are committed again");
        Ok(())
    }

    /// Refuses changes from here on, and makes the engine fit for readers again at once.
    fn take_ill(&mut self, error: &KvError) {
        if self.unwell.is_none() {
            tracing::error!("committing failed, changes are refused until it works again: {error}");
        }
        if let Err(still) = self.revive() {
            tracing::warn!("the database cannot be reopened yet: {still}");
        }
        self.unwell = Some((error.clone(), Instant::now()));
    }

    fn revive(&mut self) -> Result<(), KvError> {
        self.engine.revive()?;
        self.continue_log_on_disk()
    }

    /// Commits a row that means nothing.
    fn probe(&self) -> Result<(), KvError> {
        let mut put = Ok(());
        self.engine.write(&mut |batch| {
            let key = PROBE.to_owned().to_bytes();
            put = batch.put(META.name(), &key, &META.encode(&0));
            if put.is_ok() {
                Verdict::Commit
            } else {
                Verdict::Abort
            }
        })?;
        put
    }

    /// A commit that failed may have reached the disk all the same: the log on disk says where its
    /// numbers go on, and followers hear of what it holds.
    fn continue_log_on_disk(&mut self) -> Result<(), KvError> {
        let last = self.last_seq_on_disk()?;
        self.next_seq = last + 1;
        self.editions.doubt();
        self.published.send_replace(last);
        Ok(())
    }

    fn last_seq_on_disk(&self) -> Result<u64, KvError> {
        let snapshot = Snapshot::new(self.engine.snapshot()?);
        log::last_seq(&snapshot).map_err(|error| KvError::Failed(error.to_string()))
    }

    /// One transaction over a round: what it had no room for, after everybody else was answered.
    fn try_commit(&mut self, round: Vec<Box<dyn Change>>) -> Result<Vec<Box<dyn Change>>, Trouble> {
        let started = Instant::now();
        let next_seq = Cell::new(self.next_seq);
        let mut ran = Vec::with_capacity(round.len());
        let mut waiting = round.into_iter();
        let mut written = Ok(Vec::new());
        let outcome = self.engine.write(&mut |batch| {
            let rows = Round::over(batch);
            let mut bytes = 0;
            while bytes < ROUND_BYTES
                && let Some(mut change) = waiting.next()
            {
                let (fate, size) = run(&mut *change, &rows, &next_seq);
                bytes += size;
                ran.push((change, fate));
            }
            written = rows.hand_over();
            match &written {
                Ok(keyspaces) if !keyspaces.is_empty() => Verdict::Commit,
                _ => Verdict::Abort,
            }
        });
        // What went wrong first says more than what the engine says of giving up after it.
        let wrote = match written.and_then(|wrote| outcome.map(|()| wrote)) {
            Ok(wrote) => wrote,
            Err(error) => {
                let ran = ran.into_iter().map(|(change, _)| change);
                let round = ran.chain(waiting).collect();
                return Err(Trouble { round, error });
            }
        };
        self.count(started, ran.len());
        if !wrote.is_empty() {
            self.editions.written(&wrote);
            self.next_seq = next_seq.get();
            self.published.send_replace(self.next_seq - 1);
        }
        // All callers wake together; what their changes held is given back after that.
        for (change, fate) in &mut ran {
            change.finish(std::mem::replace(fate, Ok(())));
        }
        Ok(waiting.collect())
    }

    fn count(&self, started: Instant, changes: usize) {
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.stats.commits.fetch_add(1, Ordering::Relaxed);
        self.stats
            .changes
            .fetch_add(changes as u64, Ordering::Relaxed);
        self.stats
            .commit_micros
            .fetch_add(micros, Ordering::Relaxed);
        self.stats
            .slowest_micros
            .fetch_max(micros, Ordering::Relaxed);
    }
}

/// Runs a change within a round: its fate, should the round be committed, and the bytes it adds. One
/// that declines or breaks leaves no trace.
fn run(
    change: &mut dyn Change,
    rows: &Round<'_>,
    next_seq: &Cell<u64>,
) -> (Result<(), StoreError>, usize) {
    let before = next_seq.get();
    let mut tx = Tx::new(rows, next_seq);
    let result = catch_unwind(AssertUnwindSafe(|| change.run(&mut tx)));
    if let Ok(Ran::Kept) = result {
        return (Ok(()), rows.keep());
    }
    rows.forget();
    next_seq.set(before);
    let fate = result.map(|_| ()).map_err(|panic| {
        let doing = change.doing();
        tracing::error!("a change broke while {doing}: {}", said(&*panic));
        StoreError::Panicked { doing }
    });
    (fate, 0)
}

/// A round that could not be committed, and why.
struct Trouble {
    round: Vec<Box<dyn Change>>,
    error: KvError,
}

fn answer_all(round: Vec<Box<dyn Change>>, error: &KvError) {
    for mut change in round {
        let doing = change.doing();
        change.finish(Err(StoreError::while_doing(doing)(error.clone())));
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
