//! Whether somebody answers now, and how soon.

use crate::channels::webchat::wire::Availability;
use crate::channels::webchat::wire::AvailabilityState;
use crate::channels::webchat::wire::ReplyTime;
use crate::engine::rules::hours;
use crate::engine::rules::hours::Opening;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::site::Site;

impl Webchat {
    /// Whether somebody answers in a web chat now: it is open, and one of us is here.
    ///
    /// # Errors
    /// The store's.
    pub fn availability(&self, site: &Site) -> Result<Availability, WebchatError> {
        let now = self.context.clock.now();
        let opening = site
            .settings
            .business_hours
            .as_ref()
            .map_or(Opening::Open, |planned| hours::opening(planned, now));
        let (state, next_open_at) = match opening {
            Opening::Closed { next } => (AvailabilityState::Offline, next),
            Opening::Open if self.is_staffed()? => (AvailabilityState::Online, None),
            Opening::Open => (AvailabilityState::Away, None),
        };
        let minutes = self.usual_reply(site.channel.id)?;
        Ok(Availability {
            state,
            next_open_at,
            reply_time: minutes.map(ReplyTime::of_minutes),
            reply_minutes: minutes.filter(|minutes| *minutes < 60),
        })
    }
}
