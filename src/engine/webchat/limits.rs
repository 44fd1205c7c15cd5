//! How much one visitor or address may ask for: token buckets, in memory.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use crate::base::time::Timestamp;

/// What is limited, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Messages in a burst.
    Messages,
    /// Messages over a minute.
    MessagesPerMinute,
    /// Typing signals.
    Typing,
    /// Visited pages.
    Pages,
    /// Uploaded files.
    Uploads,
    /// Statements of who the visitor is.
    Identify,
    /// New browsers of an address.
    NewSessions,
    /// New sockets of an address.
    Upgrades,
    /// Reads of the public settings by an address.
    Config,
    /// New conversations of a visitor.
    Conversations,
    /// Every other frame of a connection.
    Frames,
}

impl Limit {
    /// How many at once, and the time in which that many come back.
    const fn terms(self) -> (u32, Duration) {
        const MINUTE: Duration = Duration::from_secs(60);
        match self {
            Self::Messages => (10, Duration::from_secs(10)),
            Self::MessagesPerMinute => (60, MINUTE),
            Self::Typing | Self::Pages => (1, Duration::from_secs(1)),
            Self::Uploads | Self::Identify => (10, MINUTE),
            Self::NewSessions => (20, MINUTE),
            Self::Upgrades => (30, MINUTE),
            Self::Config | Self::Frames => (120, MINUTE),
            Self::Conversations => (50, Duration::from_secs(24 * 3600)),
        }
    }
}

/// How many buckets are kept before full ones are thrown away.
const SWEEP_AT: usize = 20_000;

/// The buckets. A bucket that is full again need not be kept, so idle visitors cost nothing.
#[derive(Default)]
pub struct Limits(Mutex<HashMap<(Limit, String), Bucket>>);

struct Bucket {
    /// Milliseconds of credit.
    credit_ms: u64,
    at: Timestamp,
}

impl Limits {
    /// Takes one out of the bucket of `who`.
    ///
    /// # Errors
    /// How long to wait for the next one.
    pub fn take(&self, limit: Limit, who: &str, now: Timestamp) -> Result<(), Duration> {
        let (burst, period) = limit.terms();
        let full = millis(period);
        let price = full / u64::from(burst);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= SWEEP_AT {
            buckets.retain(|(limit, _), bucket| {
                let full = millis(limit.terms().1);
                bucket.credit_ms + millis(now.since(bucket.at)) < full
            });
        }
        let bucket = buckets.entry((limit, who.to_owned())).or_insert(Bucket {
            credit_ms: full,
            at: now,
        });
        bucket.credit_ms = full.min(bucket.credit_ms + millis(now.since(bucket.at)));
        bucket.at = now;
        match bucket.credit_ms.checked_sub(price) {
            Some(rest) => {
                bucket.credit_ms = rest;
                Ok(())
            }
            None => Err(Duration::from_millis(price - bucket.credit_ms)),
        }
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_comes_back_with_time() {
        let limits = Limits::default();
        let mut now = Timestamp::from_secs(1_000);
        for _ in 0..10 {
            assert_eq!(limits.take(Limit::Messages, "wcs_1", now), Ok(()));
        }
        assert_eq!(
            limits.take(Limit::Messages, "wcs_1", now),
            Err(Duration::from_secs(1))
        );
        assert_eq!(limits.take(Limit::Messages, "wcs_2", now), Ok(()));
        assert_eq!(limits.take(Limit::Typing, "wcs_1", now), Ok(()));
        now = now.plus(Duration::from_secs(2));
        assert_eq!(limits.take(Limit::Messages, "wcs_1", now), Ok(()));
        assert_eq!(limits.take(Limit::Messages, "wcs_1", now), Ok(()));
        assert!(limits.take(Limit::Messages, "wcs_1", now).is_err());
    }
}
