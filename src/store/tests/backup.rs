//! Backups: whole, of one moment, and told from what is not.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::sync::atomic::Ordering;

use crate::store::DEFAULT_CACHE_BYTES;
use crate::store::Read as _;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::backup::restore;
use crate::store::backup::write;
use crate::store::keyspaces;
use crate::store::keyspaces::META;

/// Longer than what is copied at a time.
fn picture() -> Vec<u8> {
    b"a picture".repeat(30_000)
}

async fn filled(dir: &Path) -> (Store, [u8; 32]) {
    let store = Store::open(dir, DEFAULT_CACHE_BYTES).unwrap();
    store
        .write("filling", |tx| -> Result<(), StoreError> {
            (0..10_000u64).try_for_each(|n| tx.put(&META, &format!("n{n}"), &n))
        })
        .await
        .unwrap();
    let blob = store.blobs().store_bytes(picture()).await;
    (store, blob.unwrap().digest)
}

#[tokio::test]
async fn what_was_backed_up_is_there_after_restoring() {
    let dir = tempfile::tempdir().unwrap();
    let (store, digest) = filled(&dir.path().join("data")).await;
    let file = dir.path().join("backup");
    let written = write(&store, &file).unwrap();
    assert!(written.rows >= 10_000);
    assert_eq!(written.files, 1);
    let copy = dir.path().join("copy");
    assert_eq!(restore(&file, &copy).unwrap(), written);
    let restored = Store::open(&copy, DEFAULT_CACHE_BYTES).unwrap();
    let snapshot = restored.snapshot().unwrap();
    let read = snapshot.get(&META, &"n9999".to_owned()).unwrap();
    assert_eq!(read, Some(9_999));
    assert_eq!(restored.secret_key(), store.secret_key());
    assert_eq!(restored.blobs().read(&digest).await.unwrap(), picture());
}

#[tokio::test]
async fn a_backup_made_while_writing_is_of_one_moment() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(&dir.path().join("data")).await;
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let writing = store.clone();
    let writer = tokio::spawn(async move {
        let mut number = 0u64;
        while stopped.try_recv().is_err() {
            number += 1;
            // Two rows that are equal at every moment, at both ends of the keyspace.
            let change = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
                tx.put(&META, &"a".to_owned(), &number)?;
                tx.put(&META, &"z".to_owned(), &number)
            };
            writing.write("writing on", change).await.unwrap();
        }
    });
    let commits = || store.stats().commits.load(Ordering::Relaxed);
    let before = commits();
    for name in ["first", "second", "third"] {
        let seen = commits();
        while commits() == seen {
            tokio::task::yield_now().await;
        }
        let (file, copy) = (
            dir.path().join(name),
            dir.path().join(format!("{name}-copy")),
        );
        let (from, to) = (store.clone(), file.clone());
        let backup = tokio::task::spawn_blocking(move || write(&from, &to));
        backup.await.unwrap().unwrap();
        restore(&file, &copy).unwrap();
        let restored = Store::open(&copy, DEFAULT_CACHE_BYTES).unwrap();
        let snapshot = restored.snapshot().unwrap();
        let first = snapshot.get(&META, &"a".to_owned()).unwrap();
        assert!(first.is_some());
        assert_eq!(first, snapshot.get(&META, &"z".to_owned()).unwrap());
    }
    assert!(commits() > before + 3, "nothing was written meanwhile");
    stop.send(()).unwrap();
    writer.await.unwrap();
}

#[tokio::test]
async fn a_backup_that_is_not_whole_restores_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(&dir.path().join("data")).await;
    let file = dir.path().join("backup");
    write(&store, &file).unwrap();
    let whole = std::fs::read(&file).unwrap();
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let longer = [whole.as_slice(), b"x"].concat();
    for (name, bytes) in [
        ("cut", &whole[..whole.len() - 1]),
        ("half", &whole[..whole.len() / 2]),
        ("changed", &changed[..]),
        ("longer", &longer[..]),
        ("empty", &[][..]),
        ("other", b"not a backup at all"),
    ] {
        let broken = dir.path().join(name);
        std::fs::write(&broken, bytes).unwrap();
        let copy = dir.path().join("copy");
        assert!(restore(&broken, &copy).is_err(), "{name}");
        assert!(!copy.exists(), "{name}");
    }
}

#[tokio::test]
async fn a_backup_of_a_newer_linktor_restores_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(&dir.path().join("data")).await;
    store
        .write("a later upgrade", |tx| -> Result<(), StoreError> {
            tx.put(&META, &"data_version".to_owned(), &1_000)
        })
        .await
        .unwrap();
    let file = dir.path().join("backup");
    write(&store, &file).unwrap();
    let copy = dir.path().join("copy");
    let refused = restore(&file, &copy).unwrap_err().to_string();
    assert!(refused.contains("is of version 1000"), "{refused}");
    assert!(!copy.exists());
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(&dir.path().join("data")).await;
    let file = dir.path().join("backup");
    write(&store, &file).unwrap();
    assert!(write(&store, &file).is_err());
    assert!(restore(&file, &dir.path().join("data")).is_err());
}

#[test]
fn every_keyspace_is_in_a_backup() {
    let source = include_str!("../keyspaces.rs");
    let named: Vec<&str> = source
        .split("::named(")
        .skip(1)
        .map(|rest| rest.split('"').nth(1).unwrap())
        .collect();
    assert_eq!(named, keyspaces::NAMES);
}
