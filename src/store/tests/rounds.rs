//! How changes share commits.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::store::Read as _;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::keyspaces::META;
use crate::store::kv::memory::Memory;
use crate::store::tests::over;
use crate::store::tests::put;
use crate::store::writer::QUEUE_MAX;

/// A store whose writer is held up by a change until it is let go.
struct Held {
    store: Store,
    holding: JoinHandle<Result<(), StoreError>>,
    let_go: mpsc::Sender<()>,
    _dir: tempfile::TempDir,
}

impl Held {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = over(Memory::default(), dir.path(), Duration::from_millis(20));
        let (let_go, wait) = mpsc::channel();
        let (started, running) = tokio::sync::oneshot::channel();
        let mut started = Some(started);
        let writing = store.clone();
        let holding = tokio::spawn(async move {
            let held = writing.write("holding the writer", move |_| {
                started.take().map(|started| started.send(()));
                // An error means that the test has ended.
                wait.recv().map_err(|_| StoreError::Closed)
            });
            held.await
        });
        running.await.unwrap();
        Self {
            store,
            holding,
            let_go,
            _dir: dir,
        }
    }

    /// Queues a change behind the one that holds the writer.
    async fn queue<F>(&self, mut change: F) -> JoinHandle<Result<(), StoreError>>
    where
        F: FnMut(&mut crate::store::Tx<'_>) -> Result<(), StoreError> + Send + 'static,
    {
        let before = self.store.waiting();
        let store = self.store.clone();
        let queued = tokio::spawn(async move {
            store
                .write("waiting in a round", move |tx| change(tx))
                .await
        });
        while self.store.waiting() == before {
            tokio::task::yield_now().await;
        }
        queued
    }

    async fn let_go(self) -> Store {
        self.let_go.send(()).unwrap();
        self.holding.await.unwrap().unwrap();
        self.store
    }
}

#[tokio::test]
async fn what_waits_shares_one_commit() {
    let held = Held::new().await;
    let mut queued = Vec::new();
    for number in 0..300u64 {
        queued.push(
            held.queue(move |tx| tx.put(&META, &format!("k{number}"), &number))
                .await,
        );
    }
    let store = held.let_go().await;
    for change in queued {
        change.await.unwrap().unwrap();
    }
    assert_eq!(store.stats().commits.load(Ordering::Relaxed), 2);
    assert_eq!(store.stats().changes.load(Ordering::Relaxed), 301);
}

#[tokio::test]
async fn a_round_ends_with_the_bytes_one_commit_may_hold() {
    let held = Held::new().await;
    let mut queued = Vec::new();
    for number in 0..7u64 {
        let key = format!("{number}{}", "k".repeat(3 * 1024 * 1024));
        queued.push(held.queue(move |tx| tx.put(&META, &key, &number)).await);
    }
    let store = held.let_go().await;
    for change in queued {
        change.await.unwrap().unwrap();
    }
    // The one that held the writer, then three, three and one.
    assert_eq!(store.stats().commits.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn a_change_that_declines_or_breaks_takes_back_what_it_wrote_and_disturbs_nobody() {
    for breaks in [false, true] {
        let held = Held::new().await;
        let neighbour = held
            .queue(|tx| tx.put(&META, &"neighbour".to_owned(), &1))
            .await;
        let declining = held
            .queue(move |tx| {
                tx.take_seq();
                tx.put(&META, &"declined".to_owned(), &1)?;
                tx.put(&META, &"neighbour".to_owned(), &2)?;
                assert!(!breaks, "a change that breaks");
                Err(StoreError::Busy)
            })
            .await;
        let (seq, taken) = mpsc::channel();
        let next = held
            .queue(move |tx| {
                seq.send(tx.take_seq()).unwrap();
                tx.put(&META, &"next".to_owned(), &1)
            })
            .await;
        let store = held.let_go().await;
        neighbour.await.unwrap().unwrap();
        next.await.unwrap().unwrap();
        let refused = declining.await.unwrap();
        let expected = if breaks {
            matches!(refused, Err(StoreError::Panicked { .. }))
        } else {
            matches!(refused, Err(StoreError::Busy))
        };
        assert!(expected, "{refused:?}");
        assert_eq!(taken.recv(), Ok(1), "the log has a gap");
        assert_eq!(store.stats().commits.load(Ordering::Relaxed), 2);
        let snapshot = store.snapshot().unwrap();
        assert_eq!(snapshot.get(&META, &"declined".to_owned()).unwrap(), None);
        assert_eq!(
            snapshot.get(&META, &"neighbour".to_owned()).unwrap(),
            Some(1)
        );
    }
}

#[tokio::test]
async fn a_full_queue_makes_callers_wait_and_then_says_so() {
    let held = Held::new().await;
    let mut queued = Vec::new();
    for _ in 0..QUEUE_MAX {
        queued.push(held.queue(|tx| tx.put(&META, &"k".to_owned(), &1)).await);
    }
    let refused = put(&held.store, "late", 1).await;
    assert!(matches!(refused, Err(StoreError::Busy)));
    let store = held.let_go().await;
    for change in queued {
        change.await.unwrap().unwrap();
    }
    put(&store, "again", 1).await.unwrap();
}

#[tokio::test]
async fn closing_commits_what_waits() {
    let held = Held::new().await;
    let queued = held.queue(|tx| tx.put(&META, &"k".to_owned(), &1)).await;
    let store = held.let_go().await;
    store.close();
    queued.await.unwrap().unwrap();
    assert!(matches!(
        put(&store, "late", 1).await,
        Err(StoreError::Closed)
    ));
}
