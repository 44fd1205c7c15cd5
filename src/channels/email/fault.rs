//! What follows from a refusal, whoever gave it. email.md section 9.

use std::time::Duration;

use crate::base::http::HttpReply;
use crate::model::contact::Shut;
use crate::model::message::RATE_LIMITED;
use crate::model::message::SendError;
use crate::model::refusal::Refusal;

/// How long a service is left alone whose quota of the day is used up.
pub const QUOTA_PAUSE: Duration = Duration::from_secs(60 * 60);

/// What follows from a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Tried again.
    Retry,
    /// The whole account waits, this long where the service says so.
    Rate,
    /// Final.
    Never,
    /// Final, and nobody can be reached at the address.
    Invalid,
    /// Final, and the service sends nothing more there because of what the person did.
    Suppressed,
    /// The account does not work.
    Account,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What follows.
    pub class: Class,
    /// Our word for it.
    pub reason: &'static str,
    /// The service's own code.
    pub code: String,
    /// The service's own words.
    pub sentence: String,
    /// How long it asks us to wait.
    pub wait: Option<Duration>,
}

impl Fault {
    /// A refusal without a time to wait.
    #[must_use]
    pub fn new(class: Class, reason: &'static str, code: impl Into<String>, words: &str) -> Self {
        Self {
            class,
            reason,
            code: code.into(),
            sentence: words.to_owned(),
            wait: None,
        }
    }

    /// The same, to be tried again after a while.
    #[must_use]
    pub fn after(mut self, wait: Option<Duration>) -> Self {
        self.wait = wait;
        self
    }

    /// As the engine understands it.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        let class = self.class;
        let sentence = if self.sentence.is_empty() {
            format!("The mail service answered {}.", self.code)
        } else {
            self.sentence
        };
        let code = Some(self.code).filter(|code| !code.is_empty());
        let error = SendError {
            retryable: matches!(class, Class::Retry | Class::Rate | Class::Account),
            ..SendError::lasting(self.reason, sentence).coded(code)
        };
        let wait = self.wait;
        match class {
            Class::Retry => Refusal::Later { error, wait },
            Class::Rate => Refusal::SlowDown { error, wait },
            Class::Never => Refusal::Never(error),
            Class::Account => Refusal::Account(error),
            Class::Invalid => Refusal::Shut {
                error,
                why: Shut::Unreachable,
            },
            Class::Suppressed => Refusal::Shut {
                error,
                why: Shut::OptedOut,
            },
        }
    }
}

/// What the status of an answer means by itself; none for one that is a success.
#[must_use]
pub fn by_status(reply: &HttpReply, code: &str, sentence: &str) -> Option<Fault> {
    let (class, reason) = match reply.status {
        200..=299 => return None,
        401 | 403 => (Class::Account, "credentials"),
        408 | 500.. => (Class::Retry, "temporary"),
        413 => (Class::Never, "too_large"),
        429 => (Class::Rate, RATE_LIMITED),
        _ => (Class::Never, "refused"),
    };
    let code = if code.is_empty() {
        reply.status.to_string()
    } else {
        code.to_owned()
    };
    Some(Fault::new(class, reason, code, sentence).after(retry_after(reply)))
}

/// How long the service asks us to wait.
#[must_use]
pub fn retry_after(reply: &HttpReply) -> Option<Duration> {
    let seconds = reply.headers.get("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// A settings mistake found by asking the service.
#[must_use]
pub fn misconfigured(sentence: &str) -> Refusal {
    Fault::new(Class::Account, "configuration", "", sentence).refusal()
}
