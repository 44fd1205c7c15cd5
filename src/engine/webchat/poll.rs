//! The long poll: what a socket would say, for browsers that cannot have one.

use std::time::Duration;

use serde::Serialize;

use crate::channels::webchat::wire::Outgoing;
use crate::channels::webchat::wire::State;
use crate::engine::live::visitors::Guest;
use crate::engine::live::visitors::Kind;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::receipts::Mark;
use crate::engine::webchat::timeline::MISSED_MAX;

/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(25);

/// What is new for a browser that polls.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Polled {
    /// Entries of the timeline, as frames.
    events: Vec<Outgoing>,
    /// The last of them, or the newest there is.
    cursor: u64,
    /// Whether the browser starts afresh from the history.
    reset: bool,
    /// Everything that has no number, complete.
    state: State,
}

impl Webchat {
    /// Answers with what came after a place: at once when there is something, else when it comes,
    /// or with nothing after the wait. A second poll of a browser ends the first.
    ///
    /// # Errors
    /// The store's; those of a token that ends meanwhile.
    pub async fn poll(
        &self,
        caller: Caller,
        after: u64,
        wait: Duration,
    ) -> Result<Polled, WebchatError> {
        self.mark(&caller, Mark::Delivered(after)).await?;
        let guest = Guest {
            visitor: caller.visitor.id,
            session: caller.session.id,
            channel: caller.site.channel.id,
            conversation: caller.visitor.conversation_id,
            visible: true,
            kind: Kind::Poll,
        };
        let seat = Seat {
            webchat: self.clone(),
            bell: self.arrive(guest),
            guest,
        };
        // Read after taking the seat: what comes in between has rung already.
        let polled = self.polled(&caller, after).await?;
        if polled.reset || !polled.events.is_empty() || wait.is_zero() {
            return Ok(polled);
        }
        let news = tokio::time::timeout(wait.min(WAIT_MAX), seat.bell.rung()).await;
        if news.is_err() {
            return Ok(polled);
        }
        self.polled(&caller, after).await
    }

    async fn polled(&self, caller: &Caller, after: u64) -> Result<Polled, WebchatError> {
        let caller = self.caller_by_hash(&caller.site, &caller.session.token_hash)?;
        let newest = caller.visitor.newest;
        let afresh = caller.session.generation != caller.visitor.generation;
        let reset = afresh || after > newest || newest.saturating_sub(after) > MISSED_MAX;
        if afresh {
            self.knows_generation(&caller).await?;
        }
        let limit = usize::try_from(MISSED_MAX).unwrap_or(usize::MAX);
        let events = if reset {
            Vec::new()
        } else {
            self.frames_after(&caller, after, limit)?
        };
        let last = events.last().and_then(|frame| frame.seq);
        Ok(Polled {
            cursor: last.unwrap_or(newest),
            events,
            reset,
            state: self.state(&caller)?,
        })
    }
}

/// A poll's place among the visitor's connections, given back whichever way it ends.
struct Seat {
    webchat: Webchat,
    bell: std::sync::Arc<crate::engine::live::visitors::Bell>,
    guest: Guest,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.webchat.depart(self.guest.visitor, &self.bell);
    }
}
