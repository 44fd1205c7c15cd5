//! Files at the vendors: what customers and businesses sent, for as long as the vendor keeps it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::base::time::Timestamp;

/// All files together; the oldest make room for new ones.
const ALL_MAX_BYTES: usize = 96 * 1024 * 1024;
/// Files at most, however small.
const COUNT_MAX: usize = 2_000;

/// A stored file.
#[derive(Debug, Clone)]
pub struct File {
    /// Its id, unique in the sandbox; vendors add their own dress.
    pub id: String,
    /// The account it belongs to.
    pub account: String,
    /// The content type its sender named.
    pub mime_type: String,
    /// The name its sender gave it; may be empty.
    pub filename: String,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// When the vendor throws it away.
    pub until: Timestamp,
}

/// Every file.
#[derive(Debug, Default)]
pub struct Files {
    held: VecDeque<File>,
    bytes: usize,
}

impl Files {
    /// Keeps a file; the oldest go where there is no room.
    pub fn put(&mut self, file: File) {
        self.bytes += file.bytes.len();
        self.held.push_back(file);
        while (self.bytes > ALL_MAX_BYTES || self.held.len() > COUNT_MAX) && self.held.len() > 1 {
            if let Some(gone) = self.held.pop_front() {
                self.bytes -= gone.bytes.len();
            }
        }
    }

    /// A file that is still kept.
    #[must_use]
    pub fn get(&self, id: &str, now: Timestamp) -> Option<&File> {
        let found = self.held.iter().rev().find(|file| file.id == id)?;
        (now < found.until).then_some(found)
    }

    /// Throws a file away; whether it was there.
    pub fn remove(&mut self, account: &str, id: &str) -> bool {
        let before = self.held.len();
        self.held
            .retain(|file| file.id != id || file.account != account);
        self.bytes = self.held.iter().map(|file| file.bytes.len()).sum();
        self.held.len() < before
    }
}

/// What a phone sends: a file as the person chose it.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The content type.
    pub mime_type: String,
    /// The name; may be empty.
    pub filename: String,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

/// How long files are kept that no vendor's rule says otherwise of.
pub const KEPT: Duration = Duration::from_secs(30 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, size: usize) -> File {
        File {
            id: id.to_owned(),
            account: "whatsapp".to_owned(),
            mime_type: "image/png".to_owned(),
            filename: String::new(),
            bytes: vec![0; size].into(),
            until: Timestamp::from_secs(100),
        }
    }

    #[test]
    fn old_files_make_room_and_expired_ones_are_gone() {
        let mut files = Files::default();
        let now = Timestamp::from_secs(1);
        files.put(file("a", 60 * 1024 * 1024));
        files.put(file("b", 60 * 1024 * 1024));
        assert!(files.get("a", now).is_none());
        assert!(files.get("b", now).is_some());
        assert!(files.get("b", Timestamp::from_secs(100)).is_none());
        assert!(!files.remove("telegram", "b"));
        assert!(files.remove("whatsapp", "b"));
        assert!(files.get("b", now).is_none());
    }
}
