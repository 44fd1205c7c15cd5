//! How often each keyspace was written to: what was read of one and kept in memory is good for as
//! long as its number stands, and whoever waits for rows of one is woken by its commits alone.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::RwLockWriteGuard;

use tokio::sync::watch;

/// Numbers by keyspace. They grow before whoever made a change is answered, and begin anew with
/// each start.
#[derive(Debug, Clone, Default)]
pub struct Editions(Arc<RwLock<Numbers>>);

#[derive(Debug, Default)]
struct Numbers {
    /// Of the keyspaces written to since the start.
    by_keyspace: HashMap<&'static str, u64>,
    /// Counts for all: after trouble nobody knows what was written.
    doubts: u64,
    waiting: Vec<Waiting>,
}

/// Somebody who waits for commits to some keyspaces.
#[derive(Debug)]
struct Waiting {
    keyspaces: Vec<&'static str>,
    word: watch::Sender<()>,
}

impl Editions {
    /// The number of a keyspace now. Ask before reading, never after: what is read may then be newer
    /// than its number, which only costs reading it again.
    #[must_use]
    pub fn of(&self, keyspace: &'static str) -> u64 {
        let numbers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let own = numbers.by_keyspace.get(keyspace).copied();
        numbers.doubts + own.unwrap_or_default()
    }

    /// Word of each commit from now on that writes to one of these keyspaces, until the writer ends.
    #[must_use]
    pub fn word_of(&self, keyspaces: &[&'static str]) -> watch::Receiver<()> {
        let (word, heard) = watch::channel(());
        let mut numbers = self.numbers();
        numbers.waiting.retain(|waiting| !waiting.word.is_closed());
        numbers.waiting.push(Waiting {
            keyspaces: keyspaces.to_vec(),
            word,
        });
        heard
    }

    /// Counts a commit that wrote to these keyspaces.
    pub fn written(&self, keyspaces: &[&'static str]) {
        let mut numbers = self.numbers();
        for keyspace in keyspaces {
            *numbers.by_keyspace.entry(keyspace).or_default() += 1;
        }
        for waiting in &numbers.waiting {
            if waiting.keyspaces.iter().any(|one| keyspaces.contains(one)) {
                waiting.word.send_replace(());
            }
        }
    }

    /// Counts for every keyspace, where it is not known what reached the disk.
    pub fn doubt(&self) {
        let mut numbers = self.numbers();
        numbers.doubts += 1;
        for waiting in &numbers.waiting {
            waiting.word.send_replace(());
        }
    }

    /// Nothing is written any more: lets go of all who wait.
    pub fn end(&self) {
        self.numbers().waiting.clear();
    }

    fn numbers(&self) -> RwLockWriteGuard<'_, Numbers> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_number_moves_with_its_keyspace_and_with_doubt() {
        let editions = Editions::default();
        let (one, other) = (editions.of("one"), editions.of("other"));
        editions.written(&["one"]);
        assert_ne!(editions.of("one"), one);
        assert_eq!(editions.of("other"), other);
        let one = editions.of("one");
        editions.doubt();
        assert_ne!(editions.of("one"), one);
        assert_ne!(editions.of("other"), other);
    }

    #[test]
    fn who_waits_for_a_keyspace_hears_of_its_commits_alone() {
        let editions = Editions::default();
        let mut heard = editions.word_of(&["one", "two"]);
        let news = |heard: &mut watch::Receiver<()>| {
            let changed = heard.has_changed();
            heard.mark_unchanged();
            changed
        };
        assert!(!news(&mut heard).unwrap());
        editions.written(&["other"]);
        assert!(!news(&mut heard).unwrap());
        editions.written(&["other", "two"]);
        assert!(news(&mut heard).unwrap());
        editions.doubt();
        assert!(news(&mut heard).unwrap());
        editions.end();
        assert!(news(&mut heard).is_err());
    }
}
