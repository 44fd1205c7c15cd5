//! The embedded engine: one file of redb.
//!
//! Quick repair is always on: a file reopens after a crash in a millisecond instead of seconds,
//! for a tenth of the throughput.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;
use std::time::Instant;

use ::redb::Database;
use ::redb::Durability;
use ::redb::ReadOnlyTable;
use ::redb::ReadTransaction;
use ::redb::ReadableDatabase as _;
use ::redb::StorageBackend;
use ::redb::Table;
use ::redb::TableDefinition;
use ::redb::TableError;
use ::redb::WriteTransaction;

use crate::store::kv::Direction;
use crate::store::kv::KvEngine;
use crate::store::kv::KvError;
use crate::store::kv::KvRead;
use crate::store::kv::KvWrite;
use crate::store::kv::Range;
use crate::store::kv::Verdict;
use crate::store::kv::Visit;

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;
type ReadTable = ReadOnlyTable<&'static [u8], &'static [u8]>;
type OpenTable<'t> = Table<'t, &'static [u8], &'static [u8]>;

/// Opens the backend that the database stands on; tests put a failing disk here.
pub type OpenBackend = Box<dyn Fn() -> Result<Box<dyn StorageBackend>, KvError> + Send + Sync>;

/// Where the database is.
enum Place {
    File(PathBuf),
    Backend(OpenBackend),
}

/// One redb file.
pub struct Redb {
    place: Place,
    cache_bytes: usize,
    /// None while it is being reopened after an error.
    database: RwLock<Option<Arc<Database>>>,
}

impl Redb {
    /// Opens or creates the file at `path` with a page cache of `cache_bytes`.
    ///
    /// # Errors
    /// The file cannot be opened, or another process has it open.
    pub fn open(path: &Path, cache_bytes: usize) -> Result<Self, KvError> {
        Self::over(Place::File(path.to_owned()), cache_bytes)
    }

    /// Opens a database over a backend of the caller's.
    ///
    /// # Errors
    /// The backend's.
    pub fn with_backend(open: OpenBackend, cache_bytes: usize) -> Result<Self, KvError> {
        Self::over(Place::Backend(open), cache_bytes)
    }

    fn over(place: Place, cache_bytes: usize) -> Result<Self, KvError> {
        let database = open_database(&place, cache_bytes)?;
        Ok(Self {
            place,
            cache_bytes,
            database: RwLock::new(Some(Arc::new(database))),
        })
    }

    fn database(&self) -> Result<Arc<Database>, KvError> {
        let held = self.database.read().unwrap_or_else(PoisonError::into_inner);
        held.clone()
            .ok_or_else(|| KvError::Failed("the database is being reopened".to_owned()))
    }
}

fn open_database(place: &Place, cache_bytes: usize) -> Result<Database, KvError> {
    let mut builder = Database::builder();
    builder.set_cache_size(cache_bytes);
    match place {
        Place::File(path) => builder.create(path).map_err(failed),
        Place::Backend(open) => builder.create_with_backend(Shim(open()?)).map_err(failed),
    }
}

impl KvEngine for Redb {
    fn snapshot(&self) -> Result<Box<dyn KvRead + Send>, KvError> {
        let transaction = self.database()?.begin_read().map_err(failed)?;
        Ok(Box::new(View {
            transaction,
            tables: RefCell::default(),
        }))
    }

    fn write(&self, fill: &mut dyn FnMut(&dyn KvWrite) -> Verdict) -> Result<(), KvError> {
        let database = self.database()?;
        let mut transaction = database.begin_write().map_err(failed)?;
        transaction.set_quick_repair(true);
        transaction
            .set_durability(Durability::Immediate)
            .map_err(failed)?;
        let verdict = {
            let batch = Batch {
                transaction: &transaction,
                tables: RefCell::default(),
            };
            fill(&batch)
        };
        match verdict {
            Verdict::Commit => transaction.commit().map_err(failed),
            Verdict::Abort => transaction.abort().map_err(failed),
        }
    }

    fn revive(&self) -> Result<(), KvError> {
        let mut held = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = held.take() {
            wait_until_alone(&database);
        }
        // The old database is gone with its lock on the file, so a fresh one can be opened; when
        // that fails the next call tries again.
        *held = Some(Arc::new(open_database(&self.place, self.cache_bytes)?));
        Ok(())
    }
}

/// Waits for callers that hold the old database to finish; they hold it for microseconds, a
/// snapshot at most for a request.
fn wait_until_alone(database: &Arc<Database>) {
    let patience = Instant::now() + Duration::from_secs(5);
    while Arc::strong_count(database) > 1 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
}

struct View {
    transaction: ReadTransaction,
    /// Tables opened so far; none for one that was never written to.
    tables: RefCell<HashMap<&'static str, Option<ReadTable>>>,
}

impl View {
    /// Runs `read` over a table; one that was never written to reads as empty.
    fn over<T: Default>(
        &self,
        keyspace: &'static str,
        read: impl FnOnce(&ReadTable) -> Result<T, KvError>,
    ) -> Result<T, KvError> {
        let mut tables = self.tables.borrow_mut();
        if !tables.contains_key(keyspace) {
            let table = match self.transaction.open_table(Definition::new(keyspace)) {
                Ok(table) => Some(table),
                Err(TableError::TableDoesNotExist(_)) => None,
                Err(error) => return Err(failed(error)),
            };
            tables.insert(keyspace, table);
        }
        match tables.get(keyspace) {
            Some(Some(table)) => read(table),
            _ => Ok(T::default()),
        }
    }
}

impl KvRead for View {
    fn get(&self, keyspace: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        self.over(keyspace, |table| get(table, key))
    }

    fn scan(
        &self,
        keyspace: &'static str,
        range: Range<'_>,
        direction: Direction,
        visit: Visit<'_>,
    ) -> Result<(), KvError> {
        self.over(keyspace, |table| scan(table, range, direction, visit))
    }
}

struct Batch<'t> {
    transaction: &'t WriteTransaction,
    tables: RefCell<HashMap<&'static str, OpenTable<'t>>>,
}

impl<'t> Batch<'t> {
    fn over<T>(
        &self,
        keyspace: &'static str,
        work: impl FnOnce(&mut OpenTable<'t>) -> Result<T, KvError>,
    ) -> Result<T, KvError> {
        let mut tables = self.tables.borrow_mut();
        if !tables.contains_key(keyspace) {
            let table = self
                .transaction
                .open_table(Definition::new(keyspace))
                .map_err(failed)?;
            tables.insert(keyspace, table);
        }
        let table = tables
            .get_mut(keyspace)
            .ok_or_else(|| KvError::Failed(format!("the keyspace {keyspace} is gone")))?;
        work(table)
    }
}

impl KvRead for Batch<'_> {
    fn get(&self, keyspace: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        self.over(keyspace, |table| get(table, key))
    }

    fn scan(
        &self,
        keyspace: &'static str,
        range: Range<'_>,
        direction: Direction,
        visit: Visit<'_>,
    ) -> Result<(), KvError> {
        self.over(keyspace, |table| scan(table, range, direction, visit))
    }
}

impl KvWrite for Batch<'_> {
    fn put(&self, keyspace: &'static str, key: &[u8], value: &[u8]) -> Result<(), KvError> {
        self.over(keyspace, |table| {
            table.insert(key, value).map(drop).map_err(failed)
        })
    }

    fn remove(&self, keyspace: &'static str, key: &[u8]) -> Result<(), KvError> {
        self.over(keyspace, |table| {
            table.remove(key).map(drop).map_err(failed)
        })
    }
}

fn get(
    table: &impl ::redb::ReadableTable<&'static [u8], &'static [u8]>,
    key: &[u8],
) -> Result<Option<Vec<u8>>, KvError> {
    let found = table.get(key).map_err(failed)?;
    Ok(found.map(|value| value.value().to_vec()))
}

fn scan(
    table: &impl ::redb::ReadableTable<&'static [u8], &'static [u8]>,
    range: Range<'_>,
    direction: Direction,
    visit: Visit<'_>,
) -> Result<(), KvError> {
    let mut rows = table.range::<&[u8]>(range).map_err(failed)?;
    loop {
        let row = match direction {
            Direction::Forward => rows.next(),
            Direction::Backward => rows.next_back(),
        };
        let Some(row) = row else { return Ok(()) };
        let (key, value) = row.map_err(failed)?;
        if let ControlFlow::Break(()) = visit(key.value(), value.value()) {
            return Ok(());
        }
    }
}

/// An error of redb in our words. The full disk is told apart because it passes by itself.
fn failed(error: impl Into<::redb::Error>) -> KvError {
    match error.into() {
        ::redb::Error::Io(cause) if is_full(&cause) => KvError::Full,
        ::redb::Error::DatabaseAlreadyOpen => {
            KvError::Failed("another process has the database open".to_owned())
        }
        other => KvError::Failed(other.to_string()),
    }
}

fn is_full(cause: &std::io::Error) -> bool {
    matches!(
        cause.kind(),
        std::io::ErrorKind::StorageFull
            | std::io::ErrorKind::QuotaExceeded
            | std::io::ErrorKind::FileTooLarge
    )
}

/// A boxed backend as a backend.
#[derive(Debug)]
struct Shim(Box<dyn StorageBackend>);

impl StorageBackend for Shim {
    fn len(&self) -> Result<u64, std::io::Error> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), std::io::Error> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> Result<(), std::io::Error> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), std::io::Error> {
        self.0.write(offset, data)
    }

    fn close(&self) -> Result<(), std::io::Error> {
        self.0.close()
    }
}
