//! The vendors' clock: the server's, moved forward by as much as a person or a test asks for.
//!
//! Windows close, links expire and tokens end by this clock. Moving it leaves the server's own alone,
//! which is how the two come to disagree about whether one may still write.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::base::time::Clock;
use crate::base::time::Timestamp;

/// The server's clock and how far ahead of it the vendors are.
#[derive(Debug, Clone)]
pub struct SandboxClock {
    base: Clock,
    ahead: Arc<watch::Sender<Duration>>,
}

impl SandboxClock {
    /// A clock that agrees with `base` until it is moved.
    #[must_use]
    pub fn new(base: Clock) -> Self {
        Self {
            base,
            ahead: Arc::new(watch::Sender::new(Duration::ZERO)),
        }
    }

    /// The present at the vendors.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.base.now().plus(self.ahead())
    }

    /// How far ahead of the server the vendors are.
    #[must_use]
    pub fn ahead(&self) -> Duration {
        *self.ahead.borrow()
    }

    /// Moves the vendors forward.
    pub fn advance(&self, span: Duration) {
        self.ahead.send_modify(|ahead| *ahead += span);
    }

    /// Lets the vendors agree with the server again.
    pub fn reset(&self) {
        self.ahead.send_replace(Duration::ZERO);
    }

    /// Waits until a moment has come at the vendors, or the clock was moved.
    pub async fn until(&self, moment: Timestamp) {
        let mut moved = self.ahead.subscribe();
        let here = moment.minus(self.ahead());
        tokio::select! {
            () = self.base.until(here) => {}
            // The sender is held by this very clock.
            _ = moved.changed() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn moving_it_wakes_whoever_waits_and_leaves_the_server_alone() {
        let base = Clock::manual(Timestamp::from_secs(100));
        let clock = SandboxClock::new(base.clone());
        let mut waiting = std::pin::pin!(clock.until(Timestamp::from_secs(200)));
        assert!(waiting.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_secs(100));
        assert!(waiting.now_or_never().is_some());
        assert_eq!(clock.now(), Timestamp::from_secs(200));
        assert_eq!(base.now(), Timestamp::from_secs(100));
        clock.reset();
        assert_eq!(clock.now(), base.now());
    }
}
