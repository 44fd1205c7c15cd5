//! What can go wrong with the index.

use std::path::PathBuf;

/// Why the index did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index failed.
    #[error("the search index failed while {doing}")]
    Index {
        /// What was being done.
        doing: &'static str,
        /// What the library says.
        #[source]
        source: tantivy::TantivyError,
    },
    /// The folder of the index failed.
    #[error("the folder of the search index, {}, cannot be used", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The page asked for does not begin at a place of ours.
    #[error("this place belongs to another search; start again without it")]
    BadPlace,
}

impl SearchError {
    pub(super) fn index(doing: &'static str, source: tantivy::TantivyError) -> Self {
        Self::Index { doing, source }
    }
}
