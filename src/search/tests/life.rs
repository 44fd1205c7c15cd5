//! The index over time: changes, restarts, crashes, and the thread that follows the log.

use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use super::*;
use crate::search::indexer::Entries;
use crate::search::indexer::Feed;
use crate::search::indexer::FeedError;
use crate::search::indexer::Indexer;
use crate::search::indexer::Steps;

/// Long enough for a busy machine; every wait ends as soon as what it waits for is there.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tells a child process where to index until it is killed.
const CHILD_FOLDER: &str = "LINKTOR_TEST_SEARCH_CHILD";

#[test]
fn changes_replace_and_remove() {
    let shop = Shop::saying(&["red bag", "blue bag", "green bag"]);
    shop.add(vec![Doc::Message(message(2, "yellow bag"))]);
    assert_eq!(shop.find("bag"), [1, 2, 3]);
    assert_eq!(shop.find("blue "), Vec::<u32>::new());
    assert_eq!(shop.find("yellow "), [2]);
    shop.apply(vec![Change::Remove(message_key(1))]);
    assert_eq!(shop.find("bag"), [2, 3]);
    let other = MessageDoc {
        conversation: id(2),
        ..message(4, "other bag")
    };
    shop.apply(vec![
        Change::Add(Doc::Message(other)),
        Change::RemoveConversation(id(1)),
    ]);
    assert_eq!(shop.find("bag"), [4]);
    // Within one commit, the last word counts.
    shop.apply(vec![
        Change::Put(Doc::Message(message(5, "one zip"))),
        Change::Put(Doc::Message(message(5, "two zip"))),
        Change::Put(Doc::Message(message(6, "no zip"))),
        Change::Remove(message_key(6)),
    ]);
    assert_eq!(shop.find("zip"), [5]);
    assert_eq!(shop.find("two "), [5]);
}

#[test]
fn a_document_put_twice_is_there_once_whatever_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let search = open(folder.path());
    let put = |search: &Search, numbers: &[u32]| {
        let timed = |number: &u32| {
            Change::Put(Doc::Message(MessageDoc {
                id: crate::search::corpus::id(*number),
                ..message(*number, "the bag")
            }))
        };
        search
            .apply(numbers.iter().map(timed).collect(), 1)
            .unwrap();
    };
    put(&search, &[3, 5, 4, 5, 3]);
    search.commit().unwrap();
    assert_eq!(search.documents(), 3);
    drop(search);
    let search = open(folder.path());
    put(&search, &[5, 6, 6, 2]);
    search.commit().unwrap();
    assert_eq!(search.documents(), 5);
}

fn open(folder: &Path) -> Search {
    Search::open(folder, SearchConfig::default()).unwrap()
}

fn fill(search: &Search, numbers: std::ops::RangeInclusive<u32>) {
    for number in numbers {
        let doc = Doc::Message(message(number, "the bag"));
        search
            .apply(vec![Change::Add(doc)], u64::from(number))
            .unwrap();
    }
    search.commit().unwrap();
}

#[test]
fn a_reopened_index_stands_where_it_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let search = open(folder.path());
    assert_eq!(search.position(), 0);
    fill(&search, 1..=10);
    search
        .apply(vec![Change::Add(Doc::Message(message(11, "lost")))], 11)
        .unwrap();
    assert_eq!((search.position(), search.applied()), (10, 11));
    drop(search);
    let search = open(folder.path());
    assert_eq!((search.position(), search.applied()), (10, 10));
    assert_eq!(search.documents(), 10);
    search.rest().unwrap();
}

#[test]
fn a_missing_damaged_or_foreign_index_begins_anew() {
    let harms: [fn(&Path); 4] = [
        |folder| std::fs::remove_dir_all(folder).unwrap(),
        |folder| std::fs::write(folder.join("meta.json"), "{").unwrap(),
        |folder| {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path
                    .extension()
                    .is_some_and(|end| end == "term" || end == "fast")
                {
                    std::fs::write(path, "").unwrap();
                }
            }
        },
        |folder| {
            let meta = folder.join("meta.json");
            let text = std::fs::read_to_string(&meta).unwrap();
            std::fs::write(meta, text.replace("schema\\\":1", "schema\\\":0")).unwrap();
        },
    ];
    for (number, harm) in harms.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("index");
        let search = open(&folder);
        fill(&search, 1..=10);
        drop(search);
        harm(&folder);
        let search = open(&folder);
        assert_eq!(
            (search.position(), search.documents()),
            (0, 0),
            "harm {number}"
        );
        fill(&search, 1..=3);
        assert_eq!(
            (search.position(), search.documents()),
            (3, 3),
            "harm {number}"
        );
    }
}

/// Indexes until killed, when told to by the test below; else does nothing.
#[test]
fn child_that_is_killed() {
    let Ok(folder) = std::env::var(CHILD_FOLDER) else {
        return;
    };
    let search = open(Path::new(&folder));
    let start = u32::try_from(search.position()).unwrap() + 1;
    for first in (start..).step_by(7) {
        fill(&search, first..=first + 6);
        // Through the error stream, which the test harness leaves alone when told so.
        eprintln!("at {}", search.position());
    }
}

#[test]
fn a_killed_process_leaves_what_its_last_commit_says() {
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "search::tests::life::child_that_is_killed",
                "--nocapture",
            ])
            .env(CHILD_FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let told: Vec<String> = lines
            .map(Result::unwrap)
            .filter(|line| line.starts_with("at "))
            .take(3 * round)
            .collect();
        child.kill().unwrap();
        child.wait().unwrap();
        let told: u64 = told.last().unwrap()[3..].parse().unwrap();
        let search = open(folder.path());
        assert!(search.position() >= told, "{} < {told}", search.position());
        assert_eq!(search.documents(), search.position());
    }
}

/// An entry about a message that is deleted by now.
const GONE: &str = "gone";

/// A log in memory; entry `n` says message `n`. The second part is how many are forgotten.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>, Arc<AtomicU64>);

impl Log {
    fn push(&self, text: &str) -> u64 {
        let mut entries = self.0.lock().unwrap();
        entries.push(text.to_owned());
        entries.len() as u64
    }
}

impl Feed for Log {
    fn read_after(&self, seq: u64, limit: usize) -> Result<Entries, FeedError> {
        let entries = self.0.lock().unwrap();
        if seq < self.1.load(Ordering::SeqCst) || seq > entries.len() as u64 {
            return Ok(Entries::Elsewhere);
        }
        let all = entries.iter().zip(1_u32..).map(|(text, number)| {
            if text == "unreadable" {
                return Err("the disk is on fire".into());
            }
            let doc = Doc::Message(message(number, text));
            Ok((u64::from(number), vec![Change::Add(doc)]))
        });
        all.skip(usize::try_from(seq).unwrap())
            .take(limit)
            .collect::<Result<_, _>>()
            .map(Entries::Next)
    }

    fn everything(&self) -> Result<(u64, Steps<'_>), FeedError> {
        let entries = self.0.lock().unwrap().clone();
        let last = entries.len() as u64;
        let there = (1_u32..).zip(entries).filter(|(_, text)| text != GONE);
        let steps = there.map(|(number, text)| {
            let doc = Doc::Message(message(number, &text));
            Ok(vec![Change::Put(doc)])
        });
        Ok((last, Box::new(steps)))
    }

    fn last(&self) -> u64 {
        self.0.lock().unwrap().len() as u64
    }
}

fn follow(folder: &Path, log: &Log) -> (Arc<Search>, Indexer) {
    let search = Arc::new(open(folder));
    let indexer = Indexer::start(Arc::clone(&search), Box::new(log.clone())).unwrap();
    (search, indexer)
}

#[test]
fn the_indexer_follows_the_log_and_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    for _ in 0..2_500 {
        log.push("the bag");
    }
    let (search, indexer) = follow(folder.path(), &log);
    assert!(indexer.wait_for(2_500, PATIENCE));
    let last = log.push("one more bag");
    indexer.waker().wake();
    assert!(indexer.wait_for(last, PATIENCE));
    let progress = indexer.progress();
    assert_eq!((progress.position, progress.last), (last, last));
    assert_eq!(search.documents(), last);
    indexer.stop();
    drop(search);

    let last = log.push("after the restart");
    let (search, indexer) = follow(folder.path(), &log);
    assert!(indexer.wait_for(last, PATIENCE));
    assert_eq!(search.documents(), last);
}

#[test]
fn the_indexer_commits_what_it_has_when_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (search, indexer) = follow(folder.path(), &log);
    let first = log.push("the bag");
    indexer.waker().wake();
    assert!(indexer.wait_for(first, PATIENCE));
    indexer.stop();
    assert_eq!(search.position(), search.applied());
}

#[test]
fn a_deleted_folder_is_filled_again_while_running() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("index");
    let log = Log::default();
    for _ in 0..50 {
        log.push("the bag");
    }
    let (search, indexer) = follow(&folder, &log);
    assert!(indexer.wait_for(50, PATIENCE));
    std::fs::remove_dir_all(&folder).unwrap();
    let last = log.push("one more bag");
    indexer.waker().wake();
    assert!(indexer.wait_for(last, PATIENCE));
    assert_eq!(search.documents(), last);
    assert!(search.is_intact());
}

#[test]
fn an_index_the_log_does_not_reach_back_to_is_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    log.push("the bag");
    let (search, indexer) = follow(folder.path(), &log);
    assert!(indexer.wait_for(1, PATIENCE));
    indexer.stop();
    drop(search);
    // Meanwhile message 1 is deleted, and the entry that said so is forgotten.
    log.0.lock().unwrap()[0] = GONE.to_owned();
    log.push("a hat");
    let last = log.push("a coat");
    log.1.store(2, Ordering::SeqCst);

    let (search, indexer) = follow(folder.path(), &log);
    assert!(indexer.wait_for(last, PATIENCE));
    assert_eq!(search.documents(), 2);
    let last = log.push("a scarf");
    indexer.waker().wake();
    assert!(indexer.wait_for(last, PATIENCE));
    assert_eq!(search.documents(), 3);
}

#[test]
fn an_index_of_another_log_is_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    for _ in 0..5 {
        log.push("the bag");
    }
    let (search, indexer) = follow(folder.path(), &log);
    assert!(indexer.wait_for(5, PATIENCE));
    indexer.stop();
    drop(search);
    // An older copy of the database takes the place of this one.
    log.0.lock().unwrap().truncate(2);

    let (search, indexer) = follow(folder.path(), &log);
    let started = Instant::now();
    while indexer.progress().position != 2 {
        assert!(started.elapsed() < PATIENCE, "{:?}", indexer.progress());
        std::thread::yield_now();
    }
    assert_eq!(search.documents(), 2);
    let last = log.push("a hat");
    indexer.waker().wake();
    assert!(indexer.wait_for(last, PATIENCE));
    assert_eq!(search.documents(), last);
}

#[test]
fn a_log_that_cannot_be_read_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    log.push("unreadable");
    let (search, indexer) = follow(folder.path(), &log);
    log.0.lock().unwrap()[0] = "the bag".to_owned();
    assert!(indexer.wait_for(1, PATIENCE));
    assert_eq!(search.documents(), 1);
}
