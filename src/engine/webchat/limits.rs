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
    /// Copies of chats that are mailed for an address.
    Copies,
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
            Self::Copies => (5, Duration::from_secs(24 * 3600)),
        }
    }
}

impl Limit {
    /// What one costs, in milliseconds of credit.
    fn price(self) -> i64 {
        let (burst, period) = self.terms();
        millis(period) / i64::from(burst)
    }
}

/// How many buckets are kept before full ones are thrown away.
const SWEEP_AT: usize = 20_000;

/// The buckets. A bucket that is full again need not be kept, so idle visitors cost nothing.
#[derive(Default)]
pub struct Limits(Mutex<HashMap<(Limit, String), Bucket>>);

struct Bucket {
    /// Milliseconds of credit; below zero after a burst that was charged when it was over.
    credit_ms: i64,
    at: Timestamp,
}

impl Limits {
    /// Takes one out of the bucket of `who`.
    ///
    /// # Errors
    /// How long to wait for the next one.
    pub fn take(&self, limit: Limit, who: &str, now: Timestamp) -> Result<(), Duration> {
        self.check(limit, who, now)?;
        self.charge(limit, who, now);
        Ok(())
    }

    /// Whether there is one to take.
    ///
    /// # Errors
    /// How long to wait for the next one.
    pub fn check(&self, limit: Limit, who: &str, now: Timestamp) -> Result<(), Duration> {
        let price = limit.price();
        let missing = self.with(limit, who, now, |bucket| price - bucket.credit_ms);
        match u64::try_from(missing) {
            Ok(missing) if missing > 0 => Err(Duration::from_millis(missing)),
            _ => Ok(()),
        }
    }

    /// Takes one for something that happened, even if there was none: whoever asks next waits the
    /// longer.
    pub fn charge(&self, limit: Limit, who: &str, now: Timestamp) {
        let price = limit.price();
        self.with(limit, who, now, |bucket| bucket.credit_ms -= price);
    }

    fn with<T>(
        &self,
        limit: Limit,
        who: &str,
        now: Timestamp,
        act: impl FnOnce(&mut Bucket) -> T,
    ) -> T {
        let full = millis(limit.terms().1);
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
        act(bucket)
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    /// webchat.md section 9.
    #[test]
    fn each_limit_lets_through_what_the_document_says() {
        let minute = Duration::from_secs(60);
        let cases = [
            (Limit::Messages, 10, Duration::from_secs(10)),
            (Limit::MessagesPerMinute, 60, minute),
            (Limit::Typing, 1, Duration::from_secs(1)),
            (Limit::Pages, 1, Duration::from_secs(1)),
            (Limit::Uploads, 10, minute),
            (Limit::Identify, 10, minute),
            (Limit::NewSessions, 20, minute),
            (Limit::Upgrades, 30, minute),
            (Limit::Config, 120, minute),
            (Limit::Conversations, 50, Duration::from_secs(24 * 3_600)),
        ];
        for (limit, burst, period) in cases {
            let limits = Limits::default();
            let start = Timestamp::from_secs(1_000);
            for number in 0..burst {
                assert_eq!(
                    limits.take(limit, "who", start),
                    Ok(()),
                    "{limit:?} {number}"
                );
            }
            let wait = limits.take(limit, "who", start).unwrap_err();
            assert_eq!(wait, period / burst, "{limit:?}");
            let later = start.plus(period);
            for number in 0..burst {
                assert_eq!(
                    limits.take(limit, "who", later),
                    Ok(()),
                    "{limit:?} {number}"
                );
            }
            assert!(limits.take(limit, "who", later).is_err(), "{limit:?}");
        }
    }

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
        limits.charge(Limit::Messages, "wcs_1", now);
        now = now.plus(Duration::from_secs(1));
        assert!(
            limits.take(Limit::Messages, "wcs_1", now).is_err(),
            "a debt"
        );
    }
}
