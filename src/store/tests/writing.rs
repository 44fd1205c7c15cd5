//! What a change leaves behind, and what the log says of it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::panic,
    reason = "a change that breaks is what one test is about"
)]

use crate::base::time::Timestamp;
use crate::store::DEFAULT_CACHE_BYTES;
use crate::store::Read as _;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::keyspaces::META;
use crate::store::log;
use crate::store::tests::open;
use crate::store::tests::put;

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
    let Err(StoreError::Unusable(sentence)) = Store::open(dir.path(), DEFAULT_CACHE_BYTES) else {
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
async fn a_follower_that_slept_too_long_or_knows_another_log_is_told() {
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
    assert_eq!(
        log::read_after(&snapshot, 6, 10).unwrap(),
        log::Entries::Ahead
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

#[tokio::test]
async fn a_follower_of_the_log_keeps_its_place_and_never_goes_back() {
    let (_dir, store) = open();
    for (step, place) in [(3, 3), (2, 3), (9, 9)] {
        let moved = store.write("moving a follower", move |tx| {
            log::advance(tx, "webhooks", step)?;
            log::cursor(tx, "webhooks")
        });
        assert_eq!(moved.await.unwrap(), place, "after {step}");
    }
    assert_eq!(
        log::cursor(&store.snapshot().unwrap(), "search").unwrap(),
        0
    );
}
