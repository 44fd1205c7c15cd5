//! Disks that fail: what was acknowledged stays, readers go on, and writing comes back by itself.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use crate::base::random::Random;
use crate::store::Read as _;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::keyspaces::META;
use crate::store::kv::faulty::FaultyDisk;
use crate::store::kv::redb::Redb;
use crate::store::tests::Acknowledged;
use crate::store::tests::over_patient;
use crate::store::tests::put;

/// Small, so that pages are read from the disk too.
const CACHE_BYTES: usize = 256 * 1024;
/// How long the store may take to notice that a disk is well again.
const RECOVERY: Duration = Duration::from_secs(10);

fn store_on(disk: &FaultyDisk, media: &Path) -> Store {
    let engine = Redb::over(Box::new(disk.clone()), CACHE_BYTES).unwrap();
    over_patient(engine, media)
}

/// A store on a disk that can fail, with some numbers in it.
struct Case {
    disk: FaultyDisk,
    store: Store,
    acknowledged: Acknowledged,
    next: u64,
    dir: tempfile::TempDir,
}

impl Case {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let disk = FaultyDisk::default();
        let store = store_on(&disk, dir.path());
        let mut case = Self {
            disk,
            store,
            acknowledged: Acknowledged::default(),
            next: 0,
            dir,
        };
        for _ in 0..20 {
            case.write().await.unwrap();
        }
        case
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        self.next += 1;
        let seq = put(&self.store, &format!("n{}", self.next), self.next).await?;
        self.acknowledged.push(self.next, seq);
        Ok(())
    }

    /// Checks that reading works, whatever writing does.
    fn read(&self) {
        let snapshot = self.store.snapshot().unwrap();
        assert_eq!(snapshot.get(&META, &"n1".to_owned()).unwrap(), Some(1));
    }

    /// Writes until it works again.
    async fn recover(&mut self) {
        let started = Instant::now();
        while self.write().await.is_err() {
            assert!(started.elapsed() < RECOVERY, "writing does not come back");
            tokio::task::yield_now().await;
        }
    }

    /// Checks what is shown now, and what is there after the power went.
    fn check(self) {
        self.acknowledged.check(&self.store);
        self.store.close();
        let disk = self.disk.after_power_cut(&Random::seeded(1));
        let store = store_on(&disk, self.dir.path());
        self.acknowledged.check(&store);
    }
}

#[tokio::test]
async fn a_sync_that_fails_is_no_acknowledgement_and_passes() {
    for (good, failures) in [(0, 1), (1, 1), (0, 3)] {
        let mut case = Case::new().await;
        case.disk.fail_syncs(good, failures);
        let failed = case.write().await;
        assert!(
            matches!(
                failed,
                Err(StoreError::Disk {
                    doing: "testing",
                    ..
                })
            ),
            "{failed:?}"
        );
        case.recover().await;
        case.read();
        for _ in 0..20 {
            case.write().await.unwrap();
        }
        case.check();
    }
}

#[tokio::test]
async fn a_nearly_full_disk_is_not_touched_until_there_is_room() {
    let mut case = Case::new().await;
    case.disk.set_free_bytes(Some(1_000_000));
    for _ in 0..3 {
        let refused = case.write().await.unwrap_err();
        assert!(refused.to_string().contains("the disk is full"));
        case.read();
    }
    assert_eq!(case.disk.openings(), 1, "readers were disturbed");
    case.disk.set_free_bytes(None);
    case.recover().await;
    case.check();
}

#[tokio::test]
async fn a_disk_that_fills_up_in_the_middle_of_a_commit_loses_nothing() {
    let mut case = Case::new().await;
    case.disk.set_full(true);
    assert!(matches!(case.write().await, Err(StoreError::Full)));
    assert!(matches!(case.write().await, Err(StoreError::Full)));
    case.disk.set_full(false);
    case.recover().await;
    case.check();
}

#[tokio::test]
async fn power_that_goes_at_any_moment_loses_nothing_acknowledged() {
    for seed in 0..60 {
        let random = Random::seeded(seed);
        let mut case = Case::new().await;
        case.disk
            .die_after(usize::try_from(random.below(150)).unwrap());
        while case.write().await.is_ok() {}
        case.store.close();
        case.disk = case.disk.after_power_cut(&random);
        case.store = store_on(&case.disk, case.dir.path());
        case.acknowledged.check(&case.store);
        for _ in 0..5 {
            case.write().await.unwrap();
        }
        case.check();
    }
}
