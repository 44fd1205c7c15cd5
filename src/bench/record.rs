//! What the database is made to write for each message: the rows of the real route, noted at the
//! seam, for the bare library to write once more.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use ::redb::StorageBackend;
use ::redb::backends::InMemoryBackend;

use crate::app;
use crate::app::World;
use crate::bench::BenchError;
use crate::bench::hooks;
use crate::bench::house;
use crate::bench::house::VENDOR;
use crate::model::channel::ChannelKind;
use crate::store::DEFAULT_CACHE_BYTES;
use crate::store::Direction;
use crate::store::Store;
use crate::store::kv::KvEngine;
use crate::store::kv::KvError;
use crate::store::kv::KvRead;
use crate::store::kv::KvWrite;
use crate::store::kv::Range;
use crate::store::kv::Verdict;
use crate::store::kv::Visit;
use crate::store::kv::disk::Disk;
use crate::store::kv::redb::Redb;

/// A row written, by keyspace and key; none where it was removed. A row written twice counts once.
pub type Rows = BTreeMap<(&'static str, Vec<u8>), Option<Vec<u8>>>;

/// The rows of so many messages, each received by itself through the real route.
pub async fn rows_of(messages: u32, folder: &Path) -> Result<Vec<Rows>, BenchError> {
    let noted = Arc::new(Mutex::new(Vec::new()));
    let engine = Noting {
        engine: Redb::over(Box::new(Memory), DEFAULT_CACHE_BYTES).map_err(BenchError::new)?,
        noted: noted.clone(),
    };
    let store = Store::on(Arc::new(engine), &folder.join("media")).map_err(BenchError::new)?;
    let config = house::config(folder);
    let engine = app::engine_over(&store, &config, World::default()).map_err(BenchError::new)?;
    let house = house::furnish(&engine, folder.to_owned()).await;
    let house = house.map_err(BenchError::while_doing("making an installation"))?;
    let take = || std::mem::take(&mut *noted.lock().unwrap_or_else(PoisonError::into_inner));
    take();
    for number in 0..messages {
        let hook = hooks::webhook(&house, number);
        let kind = ChannelKind::named(VENDOR);
        engine
            .ingest
            .receive(&kind, house.vendor, hook)
            .await
            .map_err(BenchError::while_doing("receiving a webhook"))?;
    }
    drop(engine);
    store.close();
    Ok(take())
}

/// A database in memory.
struct Memory;

impl Disk for Memory {
    fn open(&self) -> Result<Box<dyn StorageBackend>, std::io::Error> {
        Ok(Box::new(InMemoryBackend::new()))
    }

    fn free_bytes(&self) -> Result<u64, std::io::Error> {
        Ok(u64::MAX)
    }
}

/// An engine that notes what each commit wrote.
struct Noting {
    engine: Redb,
    noted: Arc<Mutex<Vec<Rows>>>,
}

impl KvEngine for Noting {
    fn snapshot(&self) -> Result<Box<dyn KvRead + Send>, KvError> {
        self.engine.snapshot()
    }

    fn write(&self, fill: &mut dyn FnMut(&dyn KvWrite) -> Verdict) -> Result<(), KvError> {
        let rows = Mutex::new(Rows::new());
        self.engine
            .write(&mut |batch| fill(&Noted { batch, rows: &rows }))?;
        let rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(rows);
        Ok(())
    }

    fn revive(&self) -> Result<(), KvError> {
        self.engine.revive()
    }
}

struct Noted<'a> {
    batch: &'a dyn KvWrite,
    rows: &'a Mutex<Rows>,
}

impl Noted<'_> {
    fn note(&self, keyspace: &'static str, key: &[u8], value: Option<&[u8]>) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.insert((keyspace, key.to_vec()), value.map(<[u8]>::to_vec));
    }
}

impl KvRead for Noted<'_> {
    fn get(&self, keyspace: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        self.batch.get(keyspace, key)
    }

    fn scan(
        &self,
        keyspace: &'static str,
        range: Range<'_>,
        direction: Direction,
        visit: Visit<'_>,
    ) -> Result<(), KvError> {
        self.batch.scan(keyspace, range, direction, visit)
    }
}

impl KvWrite for Noted<'_> {
    fn put(&self, keyspace: &'static str, key: &[u8], value: &[u8]) -> Result<(), KvError> {
        self.note(keyspace, key, Some(value));
        self.batch.put(keyspace, key, value)
    }

    fn remove(&self, keyspace: &'static str, key: &[u8]) -> Result<(), KvError> {
        self.note(keyspace, key, None);
        self.batch.remove(keyspace, key)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::store::keyspaces::EXTERNAL_IDS;
    use crate::store::keyspaces::LOG;
    use crate::store::keyspaces::MESSAGES;

    #[test]
    fn each_message_writes_its_own_rows() {
        let folder = tempfile::tempdir().unwrap();
        let noted = app::run(rows_of(3, folder.path())).unwrap().unwrap();
        assert_eq!(noted.len(), 3);
        for rows in noted {
            for keyspace in [MESSAGES.name(), EXTERNAL_IDS.name(), LOG.name()] {
                let written = rows.keys().filter(|(known, _)| *known == keyspace);
                assert!(written.count() > 0, "nothing in {keyspace}");
            }
        }
    }
}
