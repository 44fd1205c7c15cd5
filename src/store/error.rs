//! What can go wrong with the data folder.

use crate::store::kv::KvError;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full. Reads go on; writes are refused until there is room again.
    #[error("the disk is full: nothing was changed; free some space and try again")]
    Full,
    /// The disk failed. Reads go on as far as they can; writes are tried again.
    #[error("the disk failed while {doing}: {cause}")]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        cause: String,
    },
    /// Bytes that are not what we wrote.
    #[error("a record in {keyspace} cannot be read: {cause}")]
    Damaged {
        /// Where it stands.
        keyspace: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// More waits to be written than can be written soon.
    #[error("too much is waiting to be written; try again in a moment")]
    Busy,
    /// The change itself broke; nothing of it was kept.
    #[error("a change broke while {doing}; nothing of it was kept")]
    Panicked {
        /// What was being done.
        doing: &'static str,
    },
    /// The store is closing.
    #[error("linktor is stopping")]
    Closed,
    /// The folder cannot be used; the sentence says why and what to do.
    #[error("{0}")]
    Unusable(String),
}

impl StoreError {
    /// The same trouble in terms of what was being done.
    pub fn while_doing(doing: &'static str) -> impl Fn(KvError) -> Self {
        move |error| match error {
            KvError::Full => Self::Full,
            KvError::Failed(cause) => Self::Disk { doing, cause },
        }
    }
}

impl From<KvError> for StoreError {
    fn from(error: KvError) -> Self {
        Self::while_doing("reading or writing")(error)
    }
}
