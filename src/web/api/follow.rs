//! Following the event log for a program, whatever carries to it what is read.

use actix_web::web::Data;

use crate::engine::error::EngineError;
use crate::model::event::EventRecord;
use crate::web::api::caller;
use crate::web::api::caller::ApiCaller;
use crate::web::api::event_out::Eyes;
use crate::web::api::organisation::tenant_of;
use crate::web::error::ApiError;
use crate::web::state::State;

/// Entries of the log read at a time.
pub const STEP: usize = 200;
/// Entries looked at for one answer: a rare filter gets an answer with nothing in it, and goes on.
const LOOK_MAX: usize = 10_000;

/// Somebody who reads the log from a place on.
pub struct Follower {
    /// Everything one may ask for.
    pub state: Data<State>,
    /// Who reads.
    pub caller: ApiCaller,
    /// The number of the last entry that was dealt with.
    pub after: u64,
}

impl Follower {
    /// About `limit` things drawn from the entries after the follower's place, and the place after
    /// them.
    ///
    /// # Errors
    /// The follower may not; `CURSOR_TOO_OLD`: what comes next is forgotten already;
    /// `INVALID_CURSOR`: the log has not come to the follower's place.
    pub fn read<T, D: IntoIterator<Item = T>>(
        &self,
        limit: usize,
        draw: impl Fn(&Eyes<'_>, &EventRecord) -> Result<D, EngineError>,
    ) -> Result<(Vec<T>, u64), ApiError> {
        let eyes = Eyes {
            state: &self.state,
            actor: &self.caller.actor,
            tenant: tenant_of(&self.state)?,
        };
        let (mut drawn, mut after, mut looked) = (Vec::new(), self.after, 0);
        while looked < LOOK_MAX {
            let excerpt = self
                .state
                .engine
                .events
                .after(&self.caller.actor, after, STEP)?;
            for entry in &excerpt.entries {
                if drawn.len() >= limit {
                    return Ok((drawn, after));
                }
                drawn.extend(draw(&eyes, entry)?);
                after = entry.seq;
            }
            after = excerpt.read_to;
            if excerpt.is_all {
                break;
            }
            looked += STEP;
        }
        Ok((drawn, after))
    }

    /// Looks who the follower is by now; false once it could not prove itself any more.
    pub fn renew(&mut self) -> bool {
        let now = caller::renewed(&self.state, &self.caller);
        let stands = now.is_some();
        if let Some(now) = now {
            self.caller = now;
        }
        stands
    }
}
