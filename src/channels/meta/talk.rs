//! Dialogues with Meta: what it says no to, in the words of the channel.

use serde_json::Value;

use crate::base::http::HttpReply;
pub use crate::channels::dialogue::Pause;
use crate::channels::dialogue::Replies;
pub use crate::channels::dialogue::next;
pub use crate::channels::dialogue::refused;
use crate::channels::meta::fault::Fault;
use crate::channels::meta::fault::Rule;
use crate::channels::meta::fault::taken;
use crate::model::call::Call;
use crate::model::outbound::Asked;

/// A dialogue under way.
#[derive(Debug)]
pub struct Talk<'a> {
    replies: Replies<'a>,
    faults: &'static [Rule],
}

impl<'a> Talk<'a> {
    /// A dialogue as far as it has come, with the errors of its channel.
    #[must_use]
    pub fn of(asked: &Asked<'a>, faults: &'static [Rule]) -> Self {
        Self {
            replies: Replies::of(asked),
            faults,
        }
    }

    /// Asks something that must succeed; the answer.
    ///
    /// # Errors
    /// It has to be asked first; the vendor refused.
    pub fn must(&mut self, what: &'static str, call: Call) -> Result<Value, Pause> {
        let reply = self.replies.reply(what, call)?;
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
        let reply = self.replies.reply(what, call)?;
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
}

/// What the vendor said where it did not do as asked.
#[derive(Debug)]
pub struct Declined<'a> {
    /// The error.
    pub fault: Fault,
    reply: &'a HttpReply,
}
