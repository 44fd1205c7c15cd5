//! Dialogues with the vendor, written as if every question were answered at once.
//!
//! A dialogue is walked from its beginning each time. A question that was answered before hands
//! back its answer; the first that was not ends the walk with the call that is to be made.

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::channels::meta::fault::Fault;
use crate::channels::meta::fault::Rule;
use crate::channels::meta::fault::taken;
use crate::model::message::SendError;
use crate::model::outbound::Asked;
use crate::model::outbound::Call;
use crate::model::outbound::Next;
use crate::model::outbound::Refusal;
use crate::model::outbound::Step;

/// Why a walk stops before its end.
#[derive(Debug)]
pub enum Pause {
    /// This has to be asked first.
    Ask(&'static str, Call),
    /// The vendor refused.
    Refused(Refusal),
}

/// A dialogue under way.
#[derive(Debug)]
pub struct Talk<'a> {
    replies: std::slice::Iter<'a, HttpReply>,
    faults: &'static [Rule],
}

impl<'a> Talk<'a> {
    /// A dialogue as far as it has come, with the errors of its channel.
    #[must_use]
    pub fn of(asked: &Asked<'a>, faults: &'static [Rule]) -> Self {
        Self {
            replies: asked.replies.iter(),
            faults,
        }
    }

    /// Asks something that must succeed; the answer.
    ///
    /// # Errors
    /// It has to be asked first; the vendor refused.
    pub fn must(&mut self, what: &'static str, call: Call) -> Result<Value, Pause> {
        let reply = self.reply(what, call)?;
        taken(self.faults, reply).map_err(Pause::Refused)
    }

    /// Asks something that may be refused; the answer, or what the vendor said.
    ///
    /// # Errors
    /// It has to be asked first.
    pub fn may(
        &mut self,
        what: &'static str,
        call: Call,
    ) -> Result<Result<Value, Declined<'a>>, Pause> {
        let reply = self.reply(what, call)?;
        Ok(match Fault::read(reply) {
            Some(fault) => Err(Declined { fault, reply }),
            None => Ok(serde_json::from_slice(&reply.body).unwrap_or_default()),
        })
    }

    /// Ends the dialogue with what the vendor said.
    #[must_use]
    pub fn refuse(&self, declined: &Declined<'_>) -> Pause {
        Pause::Refused(declined.fault.refusal(self.faults, declined.reply))
    }

    fn reply(&mut self, what: &'static str, call: Call) -> Result<&'a HttpReply, Pause> {
        self.replies.next().ok_or(Pause::Ask(what, call))
    }
}

/// What the vendor said where it did not do as asked.
#[derive(Debug)]
pub struct Declined<'a> {
    /// The error.
    pub fault: Fault,
    reply: &'a HttpReply,
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
