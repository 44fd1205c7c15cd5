//! What became of a call: what a vendor took, or why it did not, and what follows from that.

use std::time::Duration;

use crate::model::contact::Shut;
use crate::model::message::ErrorClass;
use crate::model::message::SendError;

/// What came of a call that carries a message: the vendor took it under these ids, or did not.
pub type Outcome = Result<Vec<String>, Refusal>;

/// Why a vendor did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not now: the vendor is down or busy.
    Later {
        /// Why, for the person who waits.
        error: SendError,
        /// How long the vendor asks us to wait.
        wait: Option<Duration>,
    },
    /// Not now: this one recipient gets too much. Each further pause is four times as long.
    Crowded {
        /// Why, for the person who waits.
        error: SendError,
        /// How long the vendor asks us to wait.
        wait: Option<Duration>,
    },
    /// Not now, nor anything else of this account: the vendor asks us to slow down.
    SlowDown {
        /// Why, for the person who waits.
        error: SendError,
        /// How long the vendor asks us to wait.
        wait: Option<Duration>,
    },
    /// Never: trying again would change nothing.
    Never(SendError),
    /// The whole account is refused: everything of the channel waits until it works again.
    Account(SendError),
    /// Never, and nothing else to this address until the customer lets us in again.
    Shut {
        /// Why, for the person who wrote the message.
        error: SendError,
        /// What the customer did.
        why: Shut,
    },
    /// Not in this form. The message is written once more, with this among
    /// [`Sending::handles`]; when that was known already it has failed.
    Reword {
        /// Why, for the person who waits.
        error: SendError,
        /// What the vendor wants.
        wish: Box<Wish>,
    },
}

/// The name of the wish that files are handed over, and not fetched by the vendor from where they lie.
pub const FILES_HERE: &str = "filesHere";

/// What a vendor wants otherwise in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Under which name it is known.
    pub name: &'static str,
    /// What is known: what the vendor does not take, or what it wants instead.
    pub value: String,
}

impl Refusal {
    /// Why, for the person who waits.
    #[must_use]
    pub const fn error(&self) -> &SendError {
        match self {
            Self::Later { error, .. }
            | Self::Crowded { error, .. }
            | Self::SlowDown { error, .. }
            | Self::Shut { error, .. }
            | Self::Reword { error, .. }
            | Self::Never(error)
            | Self::Account(error) => error,
        }
    }

    /// What follows from it.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Later { .. } => ErrorClass::Retry,
            Self::Crowded { .. } | Self::SlowDown { .. } => ErrorClass::Rate,
            Self::Never(_) | Self::Shut { .. } | Self::Reword { .. } => ErrorClass::Permanent,
            Self::Account(_) => ErrorClass::Credentials,
        }
    }

    /// Whether it may pass by itself.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Later { .. } | Self::Crowded { .. } | Self::SlowDown { .. }
        )
    }

    /// Why, with what follows from it.
    #[must_use]
    pub fn into_error(self) -> SendError {
        let class = self.class();
        let mut error = self.error().clone();
        error.said.get_or_insert_default().class = Some(class);
        error
    }
}
