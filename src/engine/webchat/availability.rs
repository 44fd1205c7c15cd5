//! Whether somebody answers now.

use crate::channels::webchat::wire::Availability;
use crate::channels::webchat::wire::AvailabilityState;
use crate::engine::rules::hours;
use crate::engine::rules::hours::Opening;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::site::Site;

impl Webchat {
    /// Whether somebody answers in a web chat now: it is open, and one of us is here.
    #[must_use]
    pub fn availability(&self, site: &Site) -> Availability {
        let now = self.context.clock.now();
        let opening = site
            .settings
            .business_hours
            .as_ref()
            .map_or(Opening::Open, |planned| hours::opening(planned, now));
        let (state, next_open_at) = match opening {
            Opening::Closed { next } => (AvailabilityState::Offline, next),
            Opening::Open if self.context.live.presence().count() > 0 => {
                (AvailabilityState::Online, None)
            }
            Opening::Open => (AvailabilityState::Away, None),
        };
        Availability {
            state,
            next_open_at,
            reply_time: None,
            reply_minutes: None,
        }
    }
}
