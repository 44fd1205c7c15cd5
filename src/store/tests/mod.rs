//! The store as a whole: what it keeps, and what becomes of it when something breaks.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod backup;
mod crash;
mod lanes;
mod rounds;
mod trouble;
mod versions;
mod writing;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::event::Event;
use crate::model::event::UserEvent;
use crate::model::ids::EventId;
use crate::model::ids::Id as _;
use crate::model::ids::UserId;
use crate::store::DEFAULT_CACHE_BYTES;
use crate::store::PATIENCE;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::blobs::Blobs;
use crate::store::keyspaces::META;
use crate::store::kv::KvEngine;
use crate::store::log;

/// A store in a folder of its own.
fn open() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), DEFAULT_CACHE_BYTES).unwrap();
    (dir, store)
}

/// A store over an engine, with its files in `media`.
fn over(engine: impl KvEngine + 'static, media: &Path, patience: Duration) -> Store {
    let blobs = Blobs::open(media.to_owned()).unwrap();
    Store::over(Arc::new(engine), None, blobs, patience).unwrap()
}

/// The same with the usual patience.
fn over_patient(engine: impl KvEngine + 'static, media: &Path) -> Store {
    over(engine, media, PATIENCE)
}

/// The id of the event that tells of a number.
fn event_id(number: u64) -> EventId {
    EventId::from_bytes(u128::from(number).to_be_bytes())
}

/// Stores a number under a name and says so in the log; the sequence number.
async fn put(store: &Store, name: &str, number: u64) -> Result<u64, StoreError> {
    let name = name.to_owned();
    store
        .write("testing", move |tx| {
            tx.put(&META, &name, &number)?;
            let user_id = UserId::from_bytes([7; 16]);
            let event = Event::UserChanged(UserEvent { user_id });
            log::append(tx, event_id(number), Timestamp::from_millis(0), event)
        })
        .await
}

/// Numbers written and acknowledged, with their place in the log.
#[derive(Debug, Default)]
struct Acknowledged(Vec<(u64, u64)>);

impl Acknowledged {
    fn push(&mut self, number: u64, seq: u64) {
        self.0.push((number, seq));
    }

    /// Checks that everything acknowledged is there, and that the log has no gap.
    fn check(&self, store: &Store) {
        use crate::store::Read as _;
        let snapshot = store.snapshot().unwrap();
        let log::Entries::Next(entries) = log::read_after(&snapshot, 0, usize::MAX).unwrap() else {
            unreachable!("nothing was forgotten");
        };
        for (position, entry) in entries.iter().enumerate() {
            assert_eq!(entry.seq, position as u64 + 1, "the log has a gap");
        }
        assert_eq!(store.last_seq(), entries.len() as u64);
        for (number, seq) in &self.0 {
            let found = snapshot.get(&META, &format!("n{number}")).unwrap();
            assert_eq!(found, Some(*number), "an acknowledged row is lost");
            let position = usize::try_from(*seq).unwrap() - 1;
            assert_eq!(entries[position].id, event_id(*number));
        }
        // A number stands in the log exactly when its row is there: changes are whole or absent.
        for entry in &entries {
            let number = u128::from_be_bytes(entry.id.bytes());
            let found = snapshot.get(&META, &format!("n{number}")).unwrap();
            assert!(found.is_some(), "half a change is there");
        }
    }
}
