//! What the seam promises, asked of every engine.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::ops::Bound;
use std::ops::ControlFlow;

use proptest::prelude::*;

use crate::base::random::Random;
use crate::store::kv::Direction;
use crate::store::kv::KvEngine;
use crate::store::kv::KvError;
use crate::store::kv::KvRead;
use crate::store::kv::KvWrite;
use crate::store::kv::Range;
use crate::store::kv::Verdict;
use crate::store::kv::faulty::FaultyDisk;
use crate::store::kv::memory::Memory;
use crate::store::kv::redb::Redb;

const CACHE_BYTES: usize = 1024 * 1024;
const A: &str = "a";
const B: &str = "b";
const EVERYTHING: Range<'static> = (Bound::Unbounded, Bound::Unbounded);

type Row = (Vec<u8>, Vec<u8>);

fn engines() -> [(&'static str, Box<dyn KvEngine>); 2] {
    let redb = Redb::over(Box::new(FaultyDisk::default()), CACHE_BYTES).unwrap();
    [
        ("memory", Box::new(Memory::default())),
        ("redb", Box::new(redb)),
    ]
}

fn write(engine: &dyn KvEngine, verdict: Verdict, fill: impl Fn(&dyn KvWrite)) {
    engine
        .write(&mut |batch| {
            fill(batch);
            verdict
        })
        .unwrap();
}

fn rows(
    view: &(impl KvRead + ?Sized),
    keyspace: &'static str,
    range: Range<'_>,
    direction: Direction,
    limit: usize,
) -> Vec<Row> {
    let mut rows = Vec::new();
    view.scan(keyspace, range, direction, &mut |key, value| {
        rows.push((key.to_vec(), value.to_vec()));
        if rows.len() == limit {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .unwrap();
    rows
}

fn keys(view: &dyn KvRead, range: Range<'_>, direction: Direction, limit: usize) -> Vec<Vec<u8>> {
    let rows = rows(view, A, range, direction, limit);
    rows.into_iter().map(|(key, _)| key).collect()
}

#[test]
fn a_batch_sees_itself_and_others_see_it_once_it_is_committed() {
    for (name, engine) in engines() {
        let before = engine.snapshot().unwrap();
        write(&*engine, Verdict::Commit, |batch| {
            batch.put(A, b"k", b"1").unwrap();
            batch.put(B, b"k", b"2").unwrap();
            assert_eq!(batch.get(A, b"k").unwrap().unwrap(), b"1", "{name}");
            let early = engine.snapshot().unwrap();
            assert_eq!(early.get(A, b"k").unwrap(), None, "{name}");
        });
        let after = engine.snapshot().unwrap();
        assert_eq!(before.get(A, b"k").unwrap(), None, "{name}");
        assert_eq!(after.get(A, b"k").unwrap().unwrap(), b"1", "{name}");
        assert_eq!(after.get(B, b"k").unwrap().unwrap(), b"2", "{name}");
        write(&*engine, Verdict::Commit, |batch| {
            batch.remove(A, b"k").unwrap();
            batch.remove(A, b"never there").unwrap();
            assert_eq!(batch.get(A, b"k").unwrap(), None, "{name}");
        });
        assert_eq!(after.get(A, b"k").unwrap().unwrap(), b"1", "{name}");
        let last = engine.snapshot().unwrap();
        assert_eq!(last.get(A, b"k").unwrap(), None, "{name}");
    }
}

#[test]
fn an_aborted_batch_leaves_nothing() {
    for (name, engine) in engines() {
        write(&*engine, Verdict::Commit, |batch| {
            batch.put(A, b"k", b"1").unwrap();
        });
        write(&*engine, Verdict::Abort, |batch| {
            batch.put(A, b"k", b"2").unwrap();
            batch.put(B, b"k", b"2").unwrap();
        });
        let view = engine.snapshot().unwrap();
        assert_eq!(view.get(A, b"k").unwrap().unwrap(), b"1", "{name}");
        assert_eq!(view.get(B, b"k").unwrap(), None, "{name}");
    }
}

#[test]
fn scans_keep_order_bounds_and_stops() {
    use Direction::Backward;
    use Direction::Forward;
    let cases: [(Range<'_>, Direction, usize, &[&[u8]]); 6] = [
        (EVERYTHING, Forward, 9, &[b"", b"a", b"a\0", b"b", b"\xff"]),
        (EVERYTHING, Backward, 2, &[b"\xff", b"b"]),
        (
            (Bound::Excluded(b"a"), Bound::Excluded(b"b")),
            Forward,
            9,
            &[b"a\0"],
        ),
        (
            (Bound::Included(b"a"), Bound::Included(b"b")),
            Backward,
            9,
            &[b"b", b"a\0", b"a"],
        ),
        (
            (Bound::Included(b"c"), Bound::Unbounded),
            Forward,
            9,
            &[b"\xff"],
        ),
        ((Bound::Unbounded, Bound::Excluded(b"")), Forward, 9, &[]),
    ];
    for (name, engine) in engines() {
        assert!(rows(&*engine.snapshot().unwrap(), A, EVERYTHING, Forward, 9).is_empty());
        write(&*engine, Verdict::Commit, |batch| {
            for key in [&b"b"[..], b"", b"\xff", b"a\0", b"a"] {
                batch.put(A, key, b"").unwrap();
            }
        });
        let view = engine.snapshot().unwrap();
        for (range, direction, limit, expected) in &cases {
            let found = keys(&*view, *range, *direction, *limit);
            assert_eq!(found, *expected, "{name} {range:?} {direction:?}");
        }
    }
}

/// One batch: rows to put or, without a value, to remove; and what becomes of it.
type Batch = (Vec<(bool, u8, Option<u8>)>, bool);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The embedded engine shows what the plain one shows, whatever is written to both.
    #[test]
    fn engines_agree(
        batches in proptest::collection::vec(
            (proptest::collection::vec((any::<bool>(), 0..20u8, any::<Option<u8>>()), 0..12), any::<bool>()),
            0..8,
        ),
        from in 0..20u8,
        to in 0..20u8,
        limit in 1..9usize,
    ) {
        let engines = engines();
        for (_, engine) in &engines {
            for batch in &batches {
                run(&**engine, batch);
            }
        }
        let [(_, memory), (_, redb)] = &engines;
        let (memory, redb) = (memory.snapshot().unwrap(), redb.snapshot().unwrap());
        let (from, to) = ([from.min(to)], [from.max(to)]);
        for keyspace in [A, B] {
            for direction in [Direction::Forward, Direction::Backward] {
                for range in [EVERYTHING, (Bound::Included(&from[..]), Bound::Excluded(&to[..]))] {
                    prop_assert_eq!(
                        rows(&*memory, keyspace, range, direction, limit),
                        rows(&*redb, keyspace, range, direction, limit)
                    );
                }
            }
        }
    }
}

fn run(engine: &dyn KvEngine, (rows, commit): &Batch) {
    let verdict = if *commit {
        Verdict::Commit
    } else {
        Verdict::Abort
    };
    write(engine, verdict, |batch| {
        for (first, key, value) in rows {
            let keyspace = if *first { A } else { B };
            match value {
                Some(value) => batch.put(keyspace, &[*key], &[*value]).unwrap(),
                None => batch.remove(keyspace, &[*key]).unwrap(),
            }
        }
    });
}

/// Rewrites a few pages, then counts; none when the disk failed.
fn count(engine: &Redb, number: u8) -> Option<()> {
    let fill = |batch: &dyn KvWrite| -> Result<(), KvError> {
        for key in 0..40u8 {
            batch.put(A, &[key], &[number; 400])?;
        }
        batch.put(B, b"count", &[number])
    };
    let mut filled = Ok(());
    let written = engine.write(&mut |batch| {
        filled = fill(batch);
        if filled.is_ok() {
            Verdict::Commit
        } else {
            Verdict::Abort
        }
    });
    written.and(filled).ok()
}

#[test]
fn pages_that_a_failed_sync_left_in_memory_are_not_built_on() {
    for seed in 0..200u64 {
        let random = Random::seeded(seed);
        let disk = FaultyDisk::default();
        let engine = Redb::over(Box::new(disk.clone()), CACHE_BYTES).unwrap();
        (1..=5).for_each(|number| count(&engine, number).unwrap());
        disk.fail_syncs(usize::from(seed % 2 == 0), 1);
        assert!(count(&engine, 6).is_none());
        engine.revive().unwrap();
        disk.die_after(usize::try_from(random.below(40)).unwrap());
        let kept = (7..).take_while(|number| count(&engine, *number).is_some());
        let kept = kept.last().unwrap_or(5);
        let disk = disk.after_power_cut(&random);
        let engine = Redb::over(Box::new(disk), CACHE_BYTES).unwrap();
        let view = engine.snapshot().unwrap();
        let found = view.get(B, b"count").unwrap().unwrap()[0];
        assert!(found >= kept, "{found} is older than {kept}");
        for (_, value) in rows(&*view, A, EVERYTHING, Direction::Forward, usize::MAX) {
            assert_eq!(value, [found; 400], "rows of two batches are mixed");
        }
    }
}
