//! Dialogues with a vendor, written as if every question were answered at once.
//!
//! A dialogue is walked from its beginning each time. A question that was answered before hands
//! back its answer; the first that was not ends the walk with the call that is to be made.

use crate::base::http::HttpReply;
use crate::model::call::Call;
use crate::model::message::SendError;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;

/// Why a walk stops before its end.
#[derive(Debug)]
pub enum Pause {
    /// This has to be asked first.
    Ask(&'static str, Call),
    /// The vendor refused.
    Refused(Refusal),
}

/// The answers that there are, one after the other.
#[derive(Debug)]
pub struct Replies<'a>(std::slice::Iter<'a, HttpReply>);

impl<'a> Replies<'a> {
    /// A dialogue as far as it has come.
    #[must_use]
    pub fn of(asked: &Asked<'a>) -> Self {
        Self(asked.replies.iter())
    }

    /// The answer to a call.
    ///
    /// # Errors
    /// It has to be asked first.
    pub fn reply(&mut self, what: &'static str, call: Call) -> Result<&'a HttpReply, Pause> {
        self.0.next().ok_or(Pause::Ask(what, call))
    }
}

/// How a dialogue goes on after a walk.
///
/// # Errors
/// The vendor refused.
pub fn next<T>(walked: Result<T, Pause>) -> Next<T> {
    match walked {
        Ok(done) => Ok(Step::Done(done)),
        Err(Pause::Ask(what, call)) => Ok(Step::Ask { what, call }),
        Err(Pause::Refused(refusal)) => Err(refusal),
    }
}

/// The end of a dialogue that we end ourselves, before or instead of the vendor.
#[must_use]
pub fn refused(reason: &str, message: String) -> Pause {
    Pause::Refused(Refusal::Never(SendError::lasting(reason, message)))
}
