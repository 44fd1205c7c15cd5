//! Reading and writing records: [`Snapshot`] and [`Tx`], both handed out by the store alone.

use std::cell::Cell;
use std::ops::Bound;
use std::ops::ControlFlow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::Direction;
use crate::store::StoreError;
use crate::store::key::Key;
use crate::store::key::after_prefix;
use crate::store::keyspaces::Keyspace;
use crate::store::kv::KvRead;
use crate::store::kv::KvWrite;

/// A scan over part of a keyspace.
#[derive(Debug, Clone)]
pub struct Scan<K> {
    prefix: Vec<u8>,
    after: Option<Vec<u8>>,
    direction: Direction,
    limit: usize,
    key: std::marker::PhantomData<fn() -> K>,
}

impl<K: Key> Scan<K> {
    /// Everything, from the least key.
    #[must_use]
    pub fn all() -> Self {
        Self {
            prefix: Vec::new(),
            after: None,
            direction: Direction::Forward,
            limit: usize::MAX,
            key: std::marker::PhantomData,
        }
    }

    /// The rows whose key begins with these parts.
    #[must_use]
    pub fn under(prefix: &impl Key) -> Self {
        Self {
            prefix: prefix.to_bytes(),
            ..Self::all()
        }
    }

    /// Only rows behind this key, in the direction of the scan.
    #[must_use]
    pub fn after(mut self, key: Option<&K>) -> Self {
        self.after = key.map(Key::to_bytes);
        self
    }

    /// The other way round.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// At most so many rows.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = rows;
        self
    }
}

/// Reading records: what snapshots and transactions have in common.
pub trait Read {
    /// The engine's view behind this.
    fn view(&self) -> &dyn KvRead;

    /// The record under a key.
    ///
    /// # Errors
    /// The disk's, or a damaged record.
    fn get<K: Key, V: Serialize + DeserializeOwned>(
        &self,
        keyspace: &Keyspace<K, V>,
        key: &K,
    ) -> Result<Option<V>, StoreError> {
        match self.view().get(keyspace.name(), &key.to_bytes())? {
            Some(bytes) => decode(keyspace, &bytes).map(Some),
            None => Ok(None),
        }
    }

    /// The rows of a scan, in its order.
    ///
    /// # Errors
    /// The disk's, or a damaged record.
    fn scan<K: Key, V: Serialize + DeserializeOwned>(
        &self,
        keyspace: &Keyspace<K, V>,
        scan: Scan<K>,
    ) -> Result<Vec<(K, V)>, StoreError> {
        let mut rows = Vec::new();
        let mut trouble = None;
        if scan.limit == 0 {
            return Ok(rows);
        }
        let end = after_prefix(&scan.prefix);
        let end = end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let start = Bound::Included(scan.prefix.as_slice());
        let range = match (&scan.after, scan.direction) {
            (None, _) => (start, end),
            (Some(after), Direction::Forward) => (Bound::Excluded(after.as_slice()), end),
            (Some(after), Direction::Backward) => (start, Bound::Excluded(after.as_slice())),
        };
        if is_empty(range) {
            return Ok(rows);
        }
        self.view()
            .scan(keyspace.name(), range, scan.direction, &mut |key, value| {
                match row(keyspace, key, value) {
                    Ok(row) => rows.push(row),
                    Err(error) => trouble = Some(error),
                }
                if rows.len() >= scan.limit || trouble.is_some() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
        trouble.map_or(Ok(rows), Err)
    }

    /// Every record of a small keyspace, in the order of its keys.
    ///
    /// # Errors
    /// The disk's, or a damaged record.
    fn values<K: Key, V: Serialize + DeserializeOwned>(
        &self,
        keyspace: &Keyspace<K, V>,
    ) -> Result<Vec<V>, StoreError> {
        Ok(self
            .scan(keyspace, Scan::all())?
            .into_iter()
            .map(|(_, value)| value)
            .collect())
    }

    /// Every row whose key begins with these parts.
    ///
    /// # Errors
    /// The disk's, or a damaged record.
    fn entries_under<K: Key, V: Serialize + DeserializeOwned>(
        &self,
        keyspace: &Keyspace<K, V>,
        prefix: &impl Key,
    ) -> Result<Vec<(K, V)>, StoreError> {
        self.scan(keyspace, Scan::under(prefix))
    }

    /// Every key that begins with these parts.
    ///
    /// # Errors
    /// The disk's, or a damaged key.
    fn keys_under<K: Key, V: Serialize + DeserializeOwned>(
        &self,
        keyspace: &Keyspace<K, V>,
        prefix: &impl Key,
    ) -> Result<Vec<K>, StoreError> {
        Ok(self
            .entries_under(keyspace, prefix)?
            .into_iter()
            .map(|(key, _)| key)
            .collect())
    }
}

/// Whether a range has no room for a key: engines refuse ranges that end before they start.
fn is_empty(range: (Bound<&[u8]>, Bound<&[u8]>)) -> bool {
    let (Bound::Included(start) | Bound::Excluded(start)) = range.0 else {
        return false;
    };
    let (Bound::Included(end) | Bound::Excluded(end)) = range.1 else {
        return false;
    };
    start >= end
}

fn decode<K: Key, V: Serialize + DeserializeOwned>(
    keyspace: &Keyspace<K, V>,
    bytes: &[u8],
) -> Result<V, StoreError> {
    keyspace.decode(bytes).map_err(|cause| StoreError::Damaged {
        keyspace: keyspace.name(),
        cause,
    })
}

fn row<K: Key, V: Serialize + DeserializeOwned>(
    keyspace: &Keyspace<K, V>,
    mut key: &[u8],
    value: &[u8],
) -> Result<(K, V), StoreError> {
    let key = K::read(&mut key).ok_or_else(|| StoreError::Damaged {
        keyspace: keyspace.name(),
        cause: "the key has another shape".to_owned(),
    })?;
    Ok((key, decode(keyspace, value)?))
}

/// A consistent view of everything committed when it was taken. Cheap; not to be held for long.
pub struct Snapshot(Box<dyn KvRead + Send>);

impl Snapshot {
    /// A snapshot over an engine's view.
    #[must_use]
    pub fn new(view: Box<dyn KvRead + Send>) -> Self {
        Self(view)
    }
}

impl Read for Snapshot {
    fn view(&self) -> &dyn KvRead {
        &*self.0
    }
}

/// A change being made. It sees its own writes; one that fails leaves no trace.
pub struct Tx<'a> {
    batch: &'a dyn KvWrite,
    /// The number the log's next entry gets; shared by the changes of a round.
    next_seq: &'a Cell<u64>,
}

impl<'a> Tx<'a> {
    /// A change over a batch.
    #[must_use]
    pub fn new(batch: &'a dyn KvWrite, next_seq: &'a Cell<u64>) -> Self {
        Self { batch, next_seq }
    }

    /// Stores a record in place of what was there.
    ///
    /// # Errors
    /// The disk's.
    pub fn put<K: Key, V: Serialize + DeserializeOwned>(
        &mut self,
        keyspace: &Keyspace<K, V>,
        key: &K,
        value: &V,
    ) -> Result<(), StoreError> {
        let (key, value) = (key.to_bytes(), keyspace.encode(value));
        Ok(self.batch.put(keyspace.name(), &key, &value)?)
    }

    /// Removes a record, which need not be there.
    ///
    /// # Errors
    /// The disk's.
    pub fn remove<K: Key, V: Serialize + DeserializeOwned>(
        &mut self,
        keyspace: &Keyspace<K, V>,
        key: &K,
    ) -> Result<(), StoreError> {
        let key = key.to_bytes();
        Ok(self.batch.remove(keyspace.name(), &key)?)
    }

    /// Takes the next number of the event log.
    pub fn take_seq(&mut self) -> u64 {
        let seq = self.next_seq.get();
        self.next_seq.set(seq + 1);
        seq
    }
}

impl Read for Tx<'_> {
    fn view(&self) -> &dyn KvRead {
        self.batch
    }
}
