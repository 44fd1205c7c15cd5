//! What the changes of one round write, held back until all of them have run.
//!
//! A row that many of them write reaches the engine once, rows go in by the order of their keys,
//! and a change that declines takes what it wrote with it and nothing else.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::store::kv::ByKeyspace;
use crate::store::kv::Direction;
use crate::store::kv::KvError;
use crate::store::kv::KvRead;
use crate::store::kv::KvWrite;
use crate::store::kv::Range;
use crate::store::kv::Visit;

/// A key and its value; none where the row is removed.
type Row = (Vec<u8>, Option<Vec<u8>>);
/// Rows of one keyspace.
type Rows = BTreeMap<Vec<u8>, Option<Vec<u8>>>;
/// Rows by keyspace.
type Keyspaces = ByKeyspace<Rows>;

/// A batch whose rows are still in memory. It sees what it has written.
pub struct Round<'b> {
    batch: &'b dyn KvWrite,
    /// What is to be written.
    kept: RefCell<Keyspaces>,
    /// What the change that runs now has written.
    tried: RefCell<Keyspaces>,
}

impl<'b> Round<'b> {
    /// A round that ends in a batch.
    pub fn over(batch: &'b dyn KvWrite) -> Self {
        Self {
            batch,
            kept: RefCell::default(),
            tried: RefCell::default(),
        }
    }

    /// Keeps what was written since the last call of this or of [`forget`](Self::forget): how many
    /// bytes its keys and values have.
    pub fn keep(&self) -> usize {
        let mut kept = self.kept.borrow_mut();
        let mut bytes = 0;
        for (keyspace, rows) in self.tried.borrow_mut().drain() {
            let size = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| {
                key.len() + value.as_ref().map_or(0, Vec::len)
            };
            bytes += rows.iter().map(size).sum::<usize>();
            kept.entry(keyspace).or_default().extend(rows);
        }
        bytes
    }

    /// Forgets what was written since.
    pub fn forget(&self) {
        self.tried.borrow_mut().clear();
    }

    /// Hands what was kept to the batch: the keyspaces it writes to.
    ///
    /// # Errors
    /// The disk's. The batch is then spoiled.
    pub fn hand_over(self) -> Result<Vec<&'static str>, KvError> {
        let kept = self.kept.into_inner();
        for (keyspace, rows) in &kept {
            for (key, value) in rows {
                match value {
                    Some(value) => self.batch.put(keyspace, key, value)?,
                    None => self.batch.remove(keyspace, key)?,
                }
            }
        }
        Ok(kept.into_keys().collect())
    }

    /// The rows of a range that were written, in the order of their keys.
    fn written(&self, keyspace: &'static str, range: Range<'_>) -> Rows {
        let mut found = Rows::new();
        for layer in [&self.kept, &self.tried] {
            if let Some(rows) = layer.borrow().get(keyspace) {
                let rows = rows.range::<[u8], _>(range);
                found.extend(rows.map(|(key, value)| (key.clone(), value.clone())));
            }
        }
        found
    }

    fn write(&self, keyspace: &'static str, key: &[u8], value: Option<&[u8]>) {
        let mut tried = self.tried.borrow_mut();
        let rows = tried.entry(keyspace).or_default();
        rows.insert(key.to_vec(), value.map(<[u8]>::to_vec));
    }
}

impl KvRead for Round<'_> {
    fn get(&self, keyspace: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, KvError> {
        for layer in [&self.tried, &self.kept] {
            let layer = layer.borrow();
            if let Some(written) = layer.get(keyspace).and_then(|rows| rows.get(key)) {
                return Ok(written.clone());
            }
        }
        self.batch.get(keyspace, key)
    }

    fn scan(
        &self,
        keyspace: &'static str,
        range: Range<'_>,
        direction: Direction,
        visit: Visit<'_>,
    ) -> Result<(), KvError> {
        let written = self.written(keyspace, range);
        if written.is_empty() {
            return self.batch.scan(keyspace, range, direction, visit);
        }
        let mut both = Both {
            written: match direction {
                Direction::Forward => Box::new(written.into_iter()),
                Direction::Backward => Box::new(written.into_iter().rev()),
            },
            next: None,
            direction,
            visit,
        };
        both.advance();
        let mut flow = ControlFlow::Continue(());
        self.batch
            .scan(keyspace, range, direction, &mut |key, value| {
                flow = both.stored(key, value);
                flow
            })?;
        if flow.is_continue() {
            both.rest();
        }
        Ok(())
    }
}

impl KvWrite for Round<'_> {
    fn put(&self, keyspace: &'static str, key: &[u8], value: &[u8]) -> Result<(), KvError> {
        self.write(keyspace, key, Some(value));
        Ok(())
    }

    fn remove(&self, keyspace: &'static str, key: &[u8]) -> Result<(), KvError> {
        self.write(keyspace, key, None);
        Ok(())
    }
}

/// Shows stored rows and written ones as one order; a written row hides the stored one.
struct Both<'v> {
    written: Box<dyn Iterator<Item = Row>>,
    /// The written row whose turn is next.
    next: Option<Row>,
    direction: Direction,
    visit: Visit<'v>,
}

impl Both<'_> {
    fn advance(&mut self) {
        self.next = self.written.next();
    }

    /// A row that is stored, after the written ones that stand before it.
    fn stored(&mut self, key: &[u8], value: &[u8]) -> ControlFlow<()> {
        while let Some((written, _)) = &self.next {
            let written = written.as_slice();
            let is_before = match self.direction {
                Direction::Forward => written < key,
                Direction::Backward => written > key,
            };
            if written == key {
                return self.show_written();
            }
            if !is_before {
                break;
            }
            self.show_written()?;
        }
        (self.visit)(key, value)
    }

    fn show_written(&mut self) -> ControlFlow<()> {
        let shown = match &self.next {
            Some((key, Some(value))) => (self.visit)(key, value),
            _ => ControlFlow::Continue(()),
        };
        self.advance();
        shown
    }

    /// The written rows behind the last stored one.
    fn rest(&mut self) {
        while self.next.is_some() {
            if self.show_written().is_break() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::ops::Bound;

    use proptest::prelude::*;

    use super::*;
    use crate::store::kv::KvEngine as _;
    use crate::store::kv::Verdict;
    use crate::store::kv::memory::Memory;

    const ROWS: &str = "some/rows";

    /// What is done to one of a few keys: a value put, or none.
    type Step = (u8, Option<u8>);

    fn apply(to: &dyn KvWrite, steps: &[Step]) {
        for (key, value) in steps {
            match value {
                Some(value) => to.put(ROWS, &[*key], &[*value]).unwrap(),
                None => to.remove(ROWS, &[*key]).unwrap(),
            }
        }
    }

    fn seen(view: &dyn KvRead, from: u8, direction: Direction, limit: usize) -> Vec<(u8, u8)> {
        let mut rows = Vec::new();
        let start = [from];
        let range = (Bound::Included(start.as_slice()), Bound::Unbounded);
        view.scan(ROWS, range, direction, &mut |key, value| {
            rows.push((key[0], value[0]));
            if rows.len() >= limit {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
        rows
    }

    fn same_view(one: &dyn KvRead, other: &dyn KvRead) {
        for key in 0..8 {
            assert_eq!(one.get(ROWS, &[key]), other.get(ROWS, &[key]), "{key}");
            for direction in [Direction::Forward, Direction::Backward] {
                for limit in [1, 3, 100] {
                    let expected = seen(other, key, direction, limit);
                    assert_eq!(seen(one, key, direction, limit), expected);
                }
            }
        }
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        prop::collection::vec((0..8u8, prop::option::of(any::<u8>())), 0..12)
    }

    proptest! {
        #[test]
        fn a_round_reads_and_ends_as_if_it_had_written_at_once(
            before in steps(),
            changes in prop::collection::vec((steps(), any::<bool>()), 0..6),
        ) {
            let (held_back, at_once) = (Memory::default(), Memory::default());
            for engine in [&held_back, &at_once] {
                engine.write(&mut |batch| {
                    apply(batch, &before);
                    Verdict::Commit
                }).unwrap();
            }
            at_once.write(&mut |plain| {
                held_back.write(&mut |batch| {
                    let round = Round::over(batch);
                    for (steps, is_kept) in &changes {
                        apply(&round, steps);
                        if *is_kept {
                            apply(plain, steps);
                            same_view(&round, plain);
                            round.keep();
                        } else {
                            round.forget();
                        }
                        same_view(&round, plain);
                    }
                    round.hand_over().unwrap();
                    Verdict::Commit
                }).unwrap();
                Verdict::Commit
            }).unwrap();
            same_view(&*held_back.snapshot().unwrap(), &*at_once.snapshot().unwrap());
        }
    }
}
