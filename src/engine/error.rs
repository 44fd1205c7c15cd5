//! Why the engine did not do what it was asked.

use crate::model::rejection::Rejection;
use crate::store::StoreError;
use crate::store::blobs::BlobError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The request is understood and declined; the text is for the person who asked.
    #[error(transparent)]
    Refused(#[from] Rejection),
    /// Trouble that passes by itself: a full disk, too much to write at once, stopping. Nothing was
    /// stored; the text says to try again.
    #[error("{0}")]
    Passing(&'static str),
    /// Ours to fix. Never shown, logged once at the edge.
    #[error(transparent)]
    Store(StoreError),
    /// Anything else that is ours to fix.
    #[error("{0}")]
    Broken(String),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => {
                Self::Passing("The server's disk is full. Nothing was stored; try again later.")
            }
            StoreError::Busy => {
                Self::Passing("The server is busy. Nothing was stored; try again in a moment.")
            }
            StoreError::Closed => {
                Self::Passing("The server is stopping. Nothing was stored; try again in a moment.")
            }
            other => Self::Store(other),
        }
    }
}

impl From<BlobError> for EngineError {
    fn from(error: BlobError) -> Self {
        use crate::model::rejection::Code;
        match error {
            BlobError::TooLarge { max_bytes } => {
                let limit = max_bytes / (1024 * 1024);
                let message = format!("The file is larger than the limit of {limit} MB.");
                Rejection::new(Code::PayloadTooLarge, message).into()
            }
            BlobError::Interrupted(cause) => {
                let message = format!("The file did not arrive whole: {cause}. Send it again.");
                Rejection::new(Code::ValidationError, message).into()
            }
            BlobError::Store(error) => error.into(),
        }
    }
}
