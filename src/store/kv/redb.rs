//! The embedded engine: one file of redb.
//!
//! Quick repair is always on: a file reopens after a crash in a millisecond instead of seconds,
//! for a tenth of the throughput.
//!
//! After one error of the disk redb refuses everything until it is opened afresh, reading too. So a
//! disk that is nearly full is not written to at all, and after any other error the file is
//! reopened in place.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use ::redb::Database;
use ::redb::Durability;
use ::redb::ReadOnlyTable;
use ::redb::ReadTransaction;
use ::redb::ReadableDatabase as _;
use ::redb::Table;
use ::redb::TableDefinition;
use ::redb::TableError;
use ::redb::WriteTransaction;

use crate::store::kv::ByKeyspace;
use crate::store::kv::Direction;
use crate::store::kv::KvEngine;
use crate::store::kv::KvError;
use crate::store::kv::KvRead;
use crate::store::kv::KvWrite;
use crate::store::kv::Range;
use crate::store::kv::Verdict;
use crate::store::kv::Visit;
use crate::store::kv::disk::Boxed;
use crate::store::kv::disk::Disk;
use crate::store::kv::disk::FileDisk;

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;
type ReadTable = ReadOnlyTable<&'static [u8], &'static [u8]>;
type OpenTable<'t> = Table<'t, &'static [u8], &'static [u8]>;

/// Room that one batch may need at the most: what it writes, and the pages it copies for that.
const ROOM_BYTES: u64 = 32 * 1024 * 1024;
/// How long a reopening waits for a batch that still runs over the old database.
const PATIENCE: Duration = Duration::from_secs(5);

/// One redb file.
pub struct Redb {
    disk: Box<dyn Disk>,
    cache_bytes: usize,
    /// None after a reopening that failed; the next one tries again.
    current: RwLock<Option<Arc<Opened>>>,
}

/// A database from one opening to the next.
struct Opened {
    database: Database,
    /// Whether the disk failed since it was opened.
    failed: Arc<AtomicBool>,
}

impl Redb {
    /// Opens or creates the file at `path` with a page cache of `cache_bytes`.
    ///
    /// # Errors
    /// The file cannot be opened, or another process has it open.
    pub fn open(path: &Path, cache_bytes: usize) -> Result<Self, KvError> {
        Self::over(Box::new(FileDisk(path.to_owned())), cache_bytes)
    }

    /// Opens or creates a database on a disk of the caller's.
    ///
    /// # Errors
    /// The disk's.
    pub fn over(disk: Box<dyn Disk>, cache_bytes: usize) -> Result<Self, KvError> {
        let opened = Opened::on(disk.as_ref(), cache_bytes)?;
        Ok(Self {
            disk,
            cache_bytes,
            current: RwLock::new(Some(Arc::new(opened))),
        })
    }

    fn current(&self) -> Result<Arc<Opened>, KvError> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current
            .clone()
            .ok_or_else(|| KvError::Failed("the database could not be reopened yet".to_owned()))
    }

    fn is_well(&self) -> bool {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().is_some_and(|opened| opened.is_well())
    }

    /// Refuses a batch that the disk may have no room for. Where the system does not tell, trying
    /// does.
    fn ensure_room(&self) -> Result<(), KvError> {
        match self.disk.free_bytes() {
            Ok(free) if free < ROOM_BYTES => Err(KvError::Full),
            _ => Ok(()),
        }
    }
}

impl Opened {
    fn on(disk: &dyn Disk, cache_bytes: usize) -> Result<Self, KvError> {
        let backend = disk.open().map_err(|error| from_disk(&error))?;
        let database = Database::builder()
            .set_cache_size(cache_bytes)
            .create_with_backend(Boxed(backend))
            .map_err(in_our_words)?;
        Ok(Self {
            database,
            failed: Arc::default(),
        })
    }

    fn is_well(&self) -> bool {
        !self.failed.load(Ordering::Acquire)
    }
}

impl KvEngine for Redb {
    fn snapshot(&self) -> Result<Box<dyn KvRead + Send>, KvError> {
        self.revive()?;
        let opened = self.current()?;
        let transaction = opened.database.begin_read().map_err(in_our_words)?;
        Ok(Box::new(View {
            transaction,
            failed: opened.failed.clone(),
            tables: RefCell::default(),
        }))
    }

    fn write(&self, fill: &mut dyn FnMut(&dyn KvWrite) -> Verdict) -> Result<(), KvError> {
        self.ensure_room()?;
        let opened = self.current()?;
        let written = write(&opened.database, fill);
        if written.is_err() {
            opened.failed.store(true, Ordering::Release);
        }
        written
    }

    fn revive(&self) -> Result<(), KvError> {
        if self.is_well() {
            return Ok(());
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|opened| opened.is_well()) {
            return Ok(());
        }
        if let Some(opened) = current.take() {
            wait_until_alone(&opened);
        }
        // What a failed sync left in the system's memory is harmless: no header that is on disk
        // names those pages, and opening writes and syncs the header anew.
        *current = Some(Arc::new(Opened::on(self.disk.as_ref(), self.cache_bytes)?));
        tracing::warn!("the database was reopened after an error of the disk");
        Ok(())
    }
}

fn write(
    database: &Database,
    fill: &mut dyn FnMut(&dyn KvWrite) -> Verdict,
) -> Result<(), KvError> {
    let mut transaction = database.begin_write().map_err(in_our_words)?;
    transaction.set_quick_repair(true);
    transaction
        .set_durability(Durability::Immediate)
        .map_err(in_our_words)?;
    let verdict = {
        let batch = Batch {
            transaction: &transaction,
            tables: RefCell::default(),
        };
        fill(&batch)
    };
    match verdict {
        Verdict::Commit => transaction.commit().map_err(in_our_words),
        Verdict::Abort => transaction.abort().map_err(in_our_words),
    }
}

/// Waits for a batch over the old database to end, which it does as soon as it touches the disk:
/// the file can be opened only once. Views are no hindrance, they fail from then on.
fn wait_until_alone(opened: &Arc<Opened>) {
    let patience = Instant::now() + PATIENCE;
    while Arc::strong_count(opened) > 1 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
}

struct View {
    transaction: ReadTransaction,
    /// Told of errors, so that the next view is taken from a reopened database.
    failed: Arc<AtomicBool>,
    /// Tables opened so far; none for one that was never written to.
    tables: RefCell<ByKeyspace<Option<ReadTable>>>,
}

impl View {
    /// Runs `read` over a table; one that was never written to reads as empty.
    fn over<T: Default>(
        &self,
        keyspace: &'static str,
        read: impl FnOnce(&ReadOnlyTable<&'static [u8], &'static [u8]>) -> Result<T, KvError>,
    ) -> Result<T, KvError> {
        let result = self.try_over(keyspace, read);
        if result.is_err() {
            self.failed.store(true, Ordering::Release);
        }
        result
    }

    fn try_over<T: Default>(
        &self,
        keyspace: &'static str,
        read: impl FnOnce(&ReadOnlyTable<&'static [u8], &'static [u8]>) -> Result<T, KvError>,
    ) -> Result<T, KvError> {
        let mut tables = self.tables.borrow_mut();
        if !tables.contains_key(keyspace) {
            let table = match self.transaction.open_table(Definition::new(keyspace)) {
                Ok(table) => Some(table),
                Err(TableError::TableDoesNotExist(_)) => None,
                Err(error) => return Err(in_our_words(error)),
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
    tables: RefCell<ByKeyspace<OpenTable<'t>>>,
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
                .map_err(in_our_words)?;
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
            table.insert(key, value).map(drop).map_err(in_our_words)
        })
    }

    fn remove(&self, keyspace: &'static str, key: &[u8]) -> Result<(), KvError> {
        self.over(keyspace, |table| {
            table.remove(key).map(drop).map_err(in_our_words)
        })
    }
}

fn get(
    table: &impl ::redb::ReadableTable<&'static [u8], &'static [u8]>,
    key: &[u8],
) -> Result<Option<Vec<u8>>, KvError> {
    let found = table.get(key).map_err(in_our_words)?;
    Ok(found.map(|value| value.value().to_vec()))
}

fn scan(
    table: &impl ::redb::ReadableTable<&'static [u8], &'static [u8]>,
    range: Range<'_>,
    direction: Direction,
    visit: Visit<'_>,
) -> Result<(), KvError> {
    let mut rows = table.range::<&[u8]>(range).map_err(in_our_words)?;
    loop {
        let row = match direction {
            Direction::Forward => rows.next(),
            Direction::Backward => rows.next_back(),
        };
        let Some(row) = row else { return Ok(()) };
        let (key, value) = row.map_err(in_our_words)?;
        if let ControlFlow::Break(()) = visit(key.value(), value.value()) {
            return Ok(());
        }
    }
}

/// An error of redb in our words. The full disk is told apart because it passes by itself.
fn in_our_words(error: impl Into<::redb::Error>) -> KvError {
    match error.into() {
        ::redb::Error::Io(cause) => from_disk(&cause),
        ::redb::Error::DatabaseAlreadyOpen => {
            KvError::Failed("another process has the database open".to_owned())
        }
        other => KvError::Failed(other.to_string()),
    }
}

fn from_disk(cause: &std::io::Error) -> KvError {
    match cause.kind() {
        std::io::ErrorKind::StorageFull
        | std::io::ErrorKind::QuotaExceeded
        | std::io::ErrorKind::FileTooLarge => KvError::Full,
        _ => KvError::Failed(cause.to_string()),
    }
}
