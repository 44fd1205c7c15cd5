//! How often each keyspace was written to: what was read of one and kept in memory is good for as
//! long as its number stands.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

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

    /// Counts a commit that wrote to these keyspaces.
    pub fn written(&self, keyspaces: &[&'static str]) {
        let mut numbers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for keyspace in keyspaces {
            *numbers.by_keyspace.entry(keyspace).or_default() += 1;
        }
    }

    /// Counts for every keyspace, where it is not known what reached the disk.
    pub fn doubt(&self) {
        let mut numbers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        numbers.doubts += 1;
    }
}

#[cfg(test)]
mod tests {
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
}
