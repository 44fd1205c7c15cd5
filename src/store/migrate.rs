//! Numbered steps from any older data to today's.
//!
//! A record whose shape changed is read through its keyspace's upgrade function and needs no step.
//! A step is for what must be moved: an index that is new, a key that is built otherwise. Each runs
//! in one transaction together with the number it leads to, so a step happens once or not at all.

use std::path::PathBuf;

use crate::model::conversation::Conversation;
use crate::store::StoreError;
use crate::store::key::Key as _;
use crate::store::keyspaces::META;
use crate::store::kv::KvEngine;
use crate::store::kv::Verdict;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::read_marks;
use crate::store::tx::Read as _;
use crate::store::tx::Scan;
use crate::store::tx::Snapshot;
use crate::store::tx::Tx;

/// Where the version of the data stands.
const VERSION: &str = "data_version";
/// The version of data that no step has touched.
const FIRST: u64 = 1;

/// Moves data from one version to the next.
pub type Step = fn(&mut Tx<'_>) -> Result<(), StoreError>;

/// The steps in order: the first leads from version 1 to 2.
pub const STEPS: &[Step] = &[lists_of_teams, what_was_left_behind, files_of_conversations];

/// Conversations read at a time.
const STEP_ROWS: usize = 500;

/// Takes every conversation in its turn.
fn each_conversation(
    tx: &mut Tx<'_>,
    mut work: impl FnMut(&mut Tx<'_>, &Conversation) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let found = conversations::scan(tx, after, STEP_ROWS)?;
        let Some(last) = found.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for conversation in &found {
            work(tx, conversation)?;
        }
    }
}

/// Version 2 lists and counts conversations by team.
fn lists_of_teams(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    each_conversation(tx, conversations::list_by_team)
}

/// Version 3 carries the customer's last word over into the next conversation, counts the
/// conversations of contacts anew, keeps one head a lane, and no marks and queued messages of what
/// was deleted.
fn what_was_left_behind(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    each_conversation(tx, conversations::inherit_last_inbound)?;
    let mut after = None;
    loop {
        let found = contacts::by_age(tx, Scan::all().after(after.as_ref()).limit(STEP_ROWS))?;
        let Some((last, _)) = found.last() else { break };
        after = Some(*last);
        for (id, _) in &found {
            contacts::recount(tx, *id)?;
        }
    }
    for row in outbox::list(tx)? {
        if messages::get(tx, row.message_id)?.is_none() {
            outbox::remove(tx, &row)?;
        }
    }
    outbox::set_heads(tx)?;
    read_marks::forget_orphans(tx)
}

/// Version 4 knows of each conversation whether a file was sent in it.
fn files_of_conversations(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    each_conversation(tx, |tx, one| conversations::look_for_files(tx, one.id))
}

/// Brings data to the version of this program. Before the first step `keep` is called to put a copy
/// of the data aside.
///
/// # Errors
/// The data is of a newer linktor; the copy or a step failed, and then what was done before stays.
pub fn migrate(
    engine: &dyn KvEngine,
    steps: &[Step],
    keep: impl FnOnce(u64) -> Result<PathBuf, StoreError>,
) -> Result<(), StoreError> {
    let newest = newest(steps);
    let snapshot = Snapshot::new(engine.snapshot()?);
    let Some(found) = snapshot.get(&META, &VERSION.to_owned())? else {
        return in_one(engine, |tx| put_version(tx, newest));
    };
    drop(snapshot);
    may_be_read(found, newest)?;
    let todo = steps.iter().zip(FIRST..).skip_while(|(_, at)| *at < found);
    if found < newest {
        let copy = keep(found)?;
        tracing::info!(
            "upgrading the data from version {found} to {newest}; a copy is in {}",
            copy.display()
        );
    }
    for (step, at) in todo {
        in_one(engine, |tx| {
            step(tx)?;
            put_version(tx, at + 1)
        })?;
    }
    Ok(())
}

/// The version to which steps lead.
const fn newest(steps: &[Step]) -> u64 {
    FIRST + steps.len() as u64
}

fn may_be_read(found: u64, newest: u64) -> Result<(), StoreError> {
    if found > newest {
        return Err(StoreError::Unusable(format!(
            "the data is of version {found} and this linktor only knows {newest}; start the newer linktor again, or restore a backup made before its upgrade"
        )));
    }
    Ok(())
}

/// Checks a row of [`META`] in a backup: whether it says that the data is of a newer linktor.
///
/// # Errors
/// It does, or says nothing that can be read.
pub(super) fn check_row(key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    if key != VERSION.to_owned().to_bytes() {
        return Ok(());
    }
    let found = META.decode(value);
    let found =
        found.map_err(|error| StoreError::Unusable(format!("the version of the data: {error}")))?;
    may_be_read(found, newest(STEPS))
}

fn put_version(tx: &mut Tx<'_>, version: u64) -> Result<(), StoreError> {
    tx.put(&META, &VERSION.to_owned(), &version)
}

fn in_one(
    engine: &dyn KvEngine,
    change: impl Fn(&mut Tx<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut outcome = Ok(());
    engine.write(&mut |batch| {
        let next_seq = std::cell::Cell::new(0);
        outcome = change(&mut Tx::new(batch, &next_seq));
        if outcome.is_ok() {
            Verdict::Commit
        } else {
            Verdict::Abort
        }
    })?;
    outcome
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::store::kv::redb::Redb;

    const ADD: Step = |tx| tx.put(&META, &"added".to_owned(), &1);
    const DOUBLE: Step = |tx| {
        let added = tx.get(&META, &"added".to_owned())?.unwrap_or_default();
        tx.put(&META, &"added".to_owned(), &(added * 2))
    };
    const FAIL: Step = |tx| {
        tx.put(&META, &"added".to_owned(), &99)?;
        Err(StoreError::Busy)
    };

    struct Case {
        _dir: tempfile::TempDir,
        engine: Redb,
        copies: Vec<u64>,
    }

    impl Case {
        /// Data of the first version.
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let engine = Redb::open(&dir.path().join("data"), 1024 * 1024).unwrap();
            let mut case = Self {
                _dir: dir,
                engine,
                copies: Vec::new(),
            };
            case.migrate(&[]).unwrap();
            case
        }

        fn migrate(&mut self, steps: &[Step]) -> Result<(), StoreError> {
            migrate(&self.engine, steps, |version| {
                self.copies.push(version);
                Ok(PathBuf::new())
            })
        }

        fn read(&self, name: &str) -> Option<u64> {
            let snapshot = Snapshot::new(self.engine.snapshot().unwrap());
            snapshot.get(&META, &name.to_owned()).unwrap()
        }
    }

    #[test]
    fn each_step_happens_once_and_a_copy_is_made_first() {
        let mut case = Case::new();
        case.migrate(&[ADD]).unwrap();
        case.migrate(&[ADD, DOUBLE, DOUBLE]).unwrap();
        case.migrate(&[ADD, DOUBLE, DOUBLE]).unwrap();
        assert_eq!(case.read("added"), Some(4));
        assert_eq!(case.read(VERSION), Some(4));
        assert_eq!(case.copies, [1, 2]);
    }

    #[test]
    fn a_step_that_fails_leaves_what_was_before_it() {
        let mut case = Case::new();
        assert!(case.migrate(&[ADD, FAIL]).is_err());
        assert_eq!(case.read("added"), Some(1));
        assert_eq!(case.read(VERSION), Some(2));
        case.migrate(&[ADD, DOUBLE]).unwrap();
        assert_eq!(case.read("added"), Some(2));
    }

    #[test]
    fn newer_data_is_refused_with_both_numbers() {
        let mut case = Case::new();
        case.migrate(&[ADD, DOUBLE]).unwrap();
        let error = case.migrate(&[]).unwrap_err().to_string();
        assert!(
            error.contains("version 3") && error.contains("only knows 1"),
            "{error}"
        );
    }
}
