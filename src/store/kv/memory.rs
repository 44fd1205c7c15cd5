//! The same behaviour without a disk: what the seam promises, in the plainest form.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::store::kv::Direction;
use crate::store::kv::KvEngine;
use crate::store::kv::KvError;
use crate::store::kv::KvRead;
use crate::store::kv::KvWrite;
use crate::store::kv::Range;
use crate::store::kv::Verdict;
use crate::store::kv::Visit;

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;
/// Keyspaces are shared between views until one is written to.
type Keyspaces = BTreeMap<&'static str, Arc<Rows>>;

/// Keyspaces in memory.
#[derive(Debug, Default)]
pub struct Memory {
    committed: RwLock<Keyspaces>,
    /// Held by the one batch at a time.
    writing: Mutex<()>,
}

impl Memory {
    fn committed(&self) -> Keyspaces {
        let committed = self.committed.read();
        committed.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl KvEngine for Memory {
    fn snapshot(&self) -> Result<Box<dyn KvRead + Send>, KvError> {
        Ok(Box::new(View(RefCell::new(self.committed()))))
    }

    fn write(&self, fill: &mut dyn FnMut(&dyn KvWrite) -> Verdict) -> Result<(), KvError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = View(RefCell::new(self.committed()));
        if fill(&batch) == Verdict::Commit {
            let mut committed = self
                .committed
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            *committed = batch.0.into_inner();
        }
        Ok(())
    }

    fn revive(&self) -> Result<(), KvError> {
        Ok(())
    }
}

/// A view, and a batch that changes its own copy.
struct View(RefCell<Keyspaces>);

impl KvRead for View {
    fn get(&self, keyspace: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        let keyspaces = self.0.borrow();
        Ok(keyspaces
            .get(keyspace)
            .and_then(|rows| rows.get(key).cloned()))
    }

    fn scan(
        &self,
        keyspace: &'static str,
        range: Range<'_>,
        direction: Direction,
        visit: Visit<'_>,
    ) -> Result<(), KvError> {
        let Some(rows) = self.0.borrow().get(keyspace).cloned() else {
            return Ok(());
        };
        let mut rows = rows.range::<[u8], (Bound<&[u8]>, Bound<&[u8]>)>(range);
        loop {
            let row = match direction {
                Direction::Forward => rows.next(),
                Direction::Backward => rows.next_back(),
            };
            let Some((key, value)) = row else {
                return Ok(());
            };
            if let ControlFlow::Break(()) = visit(key, value) {
                return Ok(());
            }
        }
    }
}

impl KvWrite for View {
    fn put(&self, keyspace: &'static str, key: &[u8], value: &[u8]) -> Result<(), KvError> {
        let mut keyspaces = self.0.borrow_mut();
        Arc::make_mut(keyspaces.entry(keyspace).or_default()).insert(key.into(), value.into());
        Ok(())
    }

    fn remove(&self, keyspace: &'static str, key: &[u8]) -> Result<(), KvError> {
        let mut keyspaces = self.0.borrow_mut();
        Arc::make_mut(keyspaces.entry(keyspace).or_default()).remove(key);
        Ok(())
    }
}
