//! `kill -9` at random instants: nothing acknowledged is lost, and the log stays gapless.
//!
//! The test starts its own binary again as a child that writes and says what was acknowledged.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use crate::base::random::Random;
use crate::store::DEFAULT_CACHE_BYTES;
use crate::store::Store;
use crate::store::tests::Acknowledged;
use crate::store::tests::put;

/// Tells the child which folder to write to.
const FOLDER: &str = "LINKTOR_TEST_CRASH_FOLDER";
/// Tells the child where its numbers begin.
const FIRST: &str = "LINKTOR_TEST_CRASH_FIRST";
/// The child's tasks that write at the same time.
const WRITERS: u64 = 8;
/// How often the child is killed.
const KILLS: u64 = 25;
/// The most acknowledgements that are waited for before a kill.
const ACKNOWLEDGEMENTS_MAX: u64 = 300;
/// Every child has numbers of its own.
const NUMBERS_OF_A_CHILD: u64 = 1_000_000;

/// Not a test of its own: the child, when it is started as one.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let first = std::env::var(FIRST).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(write_until_killed(Path::new(&folder), first));
}

async fn write_until_killed(folder: &Path, first: u64) {
    let store = Store::open(folder, DEFAULT_CACHE_BYTES).unwrap();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write_one_by_one(store.clone(), first + writer)))
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

async fn write_one_by_one(store: Store, first: u64) {
    for number in (first..).step_by(usize::try_from(WRITERS).unwrap()) {
        let seq = put(&store, &format!("n{number}"), number).await.unwrap();
        let said = format!("acknowledged {number} {seq}\n");
        std::io::stdout().write_all(said.as_bytes()).unwrap();
    }
}

fn start(folder: &Path, first: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::tests::crash::child", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a line acknowledges; none for lines of the test harness and for one that was cut off.
fn acknowledged(line: &str) -> Option<(u64, u64)> {
    let mut words = line
        .strip_suffix('\n')?
        .split_once("acknowledged ")?
        .1
        .split(' ');
    let number = words.next()?.parse().ok()?;
    Some((number, words.next()?.parse().ok()?))
}

#[test]
fn killing_the_process_loses_nothing_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let random = Random::seeded(2);
    let mut all = Acknowledged::default();
    for kill in 0..KILLS {
        let mut child = start(dir.path(), kill * NUMBERS_OF_A_CHILD);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let mut left = random.below(ACKNOWLEDGEMENTS_MAX);
        // After the kill the pipe still holds what was said before it: that counts too.
        while lines.read_line(&mut line).unwrap() > 0 {
            if let Some((number, seq)) = acknowledged(&line) {
                all.push(number, seq);
                left = left.saturating_sub(1);
            }
            if left == 0 {
                child.kill().unwrap();
            }
            line.clear();
        }
        child.wait().unwrap();
        let store = Store::open(dir.path(), DEFAULT_CACHE_BYTES).unwrap();
        all.check(&store);
        store.close();
    }
    assert!(all.0.len() > 500, "the children hardly wrote anything");
}
