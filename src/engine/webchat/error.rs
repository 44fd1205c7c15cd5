//! Why a visitor's request was not done.

use crate::engine::error::EngineError;
use crate::model::rejection;
use crate::model::rejection::Rejection;
use crate::store::StoreError;
use crate::store::blobs::BlobError;

pub use crate::channels::webchat::problem::Code;
pub use crate::channels::webchat::problem::Flaw;
pub use crate::channels::webchat::problem::Problem;

/// Why a visitor's request was not done.
#[derive(Debug, thiserror::Error)]
pub enum WebchatError {
    /// It is understood and declined; the visitor's browser knows what to do.
    #[error(transparent)]
    Refused(#[from] Problem),
    /// Ours to fix. Never shown, logged once at the edge.
    #[error(transparent)]
    Broken(EngineError),
}

impl WebchatError {
    /// What the browser is told. What is ours to fix is logged here, once, and told to nobody.
    #[must_use]
    pub fn told(&self) -> Problem {
        match self {
            Self::Refused(problem) => problem.clone(),
            Self::Broken(EngineError::Passing(message)) => {
                tracing::debug!("{message}");
                Problem::new(Code::Unavailable, *message).retry_after(2)
            }
            Self::Broken(error) => {
                tracing::error!("a web chat's request failed: {error}");
                Problem::new(Code::Internal, "Something broke on our side.")
            }
        }
    }
}

impl From<StoreError> for WebchatError {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.into())
    }
}

impl From<EngineError> for WebchatError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(rejection) => Self::Refused(as_problem(&rejection)),
            broken => Self::Broken(broken),
        }
    }
}

impl From<BlobError> for WebchatError {
    fn from(error: BlobError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<Rejection> for WebchatError {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(as_problem(&rejection))
    }
}

/// A refusal of the engine in the web chat's own words.
fn as_problem(rejection: &Rejection) -> Problem {
    let code = match rejection.code {
        rejection::Code::PayloadTooLarge | rejection::Code::ContentTooLong => Code::TooLarge,
        rejection::Code::UnsupportedMediaType => Code::UnsupportedMedia,
        rejection::Code::UnsupportedContentType => Code::UnsupportedContent,
        rejection::Code::ContactBlocked => Code::VisitorBlocked,
        rejection::Code::ChannelDisabled | rejection::Code::ChannelNotFound => {
            Code::ChannelDisabled
        }
        rejection::Code::ConversationNotFound
        | rejection::Code::MessageNotFound
        | rejection::Code::ResourceNotFound => Code::NotFound,
        rejection::Code::RateLimitExceeded => Code::RateLimited,
        _ => Code::Validation,
    };
    let mut problem = Problem::new(code, rejection.message.clone());
    problem.retry_after = rejection.retry_after_secs;
    problem
}
