//! Moments, and the clock they are read from.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// A moment: milliseconds since 1970-01-01 UTC. RFC 3339 in JSON, a number in stored records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `millis` milliseconds after 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The moment `secs` seconds after 1970.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// This moment and `span` more.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// This moment less `span`.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// Reads an RFC 3339 moment, with any offset.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|moment| Self(moment.as_millisecond()))
    }

    /// The first moment of its month, UTC.
    #[must_use]
    pub fn month_start(self) -> Self {
        let day = jiff::tz::TimeZone::UTC.to_datetime(self.calendar()).date();
        let midnight = day
            .first_of_month()
            .to_datetime(jiff::civil::Time::midnight());
        let start = jiff::tz::TimeZone::UTC.to_timestamp(midnight);
        start.map_or(self, |start| Self::from_millis(start.as_millisecond()))
    }

    /// The first moment of the month after its own, UTC.
    #[must_use]
    pub fn next_month_start(self) -> Self {
        const MORE_THAN_A_MONTH: Duration = Duration::from_secs(32 * 86_400);
        self.month_start().plus(MORE_THAN_A_MONTH).month_start()
    }

    /// The same moment in the calendar library's terms, for work with zones.
    #[must_use]
    pub fn calendar(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.calendar())
    }
}

impl std::fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.collect_str(self)
        } else {
            to.serialize_i64(self.0)
        }
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Timestamp;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an RFC 3339 time such as 2026-01-31T12:00:00Z")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse(text)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }

            fn visit_i64<E: serde::de::Error>(self, millis: i64) -> Result<Timestamp, E> {
                Ok(Timestamp(millis))
            }

            fn visit_u64<E: serde::de::Error>(self, millis: u64) -> Result<Timestamp, E> {
                Ok(Timestamp(i64::try_from(millis).unwrap_or(i64::MAX)))
            }
        }
        from.deserialize_any(Visitor)
    }
}

/// Where the present is read from: the system, or somebody's own hand.
#[derive(Clone, Debug)]
pub struct Clock(Option<Arc<watch::Sender<Hand>>>);

/// What moves a clock that was made to be moved.
#[derive(Clone, Copy, Debug)]
enum Hand {
    /// It stands at this moment, in milliseconds since 1970.
    Stands(i64),
    /// It was let go of and runs with the system.
    Runs,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `start` until it is moved with [`Clock::advance`].
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        let hand = Hand::Stands(start.as_millis());
        Self(Some(Arc::new(watch::Sender::new(hand))))
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self.hand() {
            Hand::Stands(millis) => Timestamp(millis),
            Hand::Runs => Timestamp(jiff::Timestamp::now().as_millisecond()),
        }
    }

    fn hand(&self) -> Hand {
        self.0.as_ref().map_or(Hand::Runs, |held| *held.borrow())
    }

    /// Moves a manual clock forward; one that runs does not obey.
    pub fn advance(&self, span: Duration) {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        self.turn(|hand| {
            if let Hand::Stands(millis) = hand {
                *millis = millis.saturating_add(span);
            }
        });
    }

    /// Lets a manual clock run with the system from now on.
    pub fn let_go(&self) {
        self.turn(|hand| *hand = Hand::Runs);
    }

    fn turn(&self, turn: impl FnOnce(&mut Hand)) {
        if let Some(held) = &self.0 {
            held.send_modify(turn);
        }
    }

    /// Waits until a moment has come.
    pub async fn until(&self, moment: Timestamp) {
        if let Some(held) = &self.0 {
            let mut hand = held.subscribe();
            let come = |hand: &Hand| match hand {
                Hand::Stands(millis) => *millis >= moment.0,
                Hand::Runs => true,
            };
            // The hand is held by this very clock, so it is not let go of while we look at it.
            drop(hand.wait_for(come).await);
        }
        if matches!(self.hand(), Hand::Runs) {
            tokio::time::sleep(moment.since(self.now())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_moment_is_text_in_json_and_a_number_in_records() {
        let moment = Timestamp::from_millis(1_705_314_600_250);
        assert_eq!(
            serde_json::to_string(&moment).unwrap(),
            "\"2024-01-15T10:30:00.250Z\""
        );
        assert_eq!(
            serde_json::from_str::<Timestamp>("\"2024-01-15T07:30:00.25-03:00\"").unwrap(),
            moment
        );
        let bytes = rmp_serde::to_vec(&moment).unwrap();
        assert_eq!(rmp_serde::from_slice::<Timestamp>(&bytes).unwrap(), moment);
        assert!(serde_json::from_str::<Timestamp>("\"yesterday\"").is_err());
    }

    #[test]
    fn months_begin_and_end_where_the_calendar_says() {
        let cases = [
            (
                "2026-01-31T23:59:59Z",
                "2026-01-01T00:00:00Z",
                "2026-02-01T00:00:00Z",
            ),
            (
                "2026-02-01T00:00:00Z",
                "2026-02-01T00:00:00Z",
                "2026-03-01T00:00:00Z",
            ),
            (
                "2025-12-15T12:00:00Z",
                "2025-12-01T00:00:00Z",
                "2026-01-01T00:00:00Z",
            ),
        ];
        for (moment, start, next) in cases {
            let at = |text| Timestamp::parse(text).unwrap();
            assert_eq!(at(moment).month_start(), at(start), "{moment}");
            assert_eq!(at(moment).next_month_start(), at(next), "{moment}");
        }
    }

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let clock = Clock::manual(Timestamp::from_secs(10));
        assert_eq!(clock.now(), Timestamp::from_secs(10));
        clock.clone().advance(Duration::from_secs(5));
        assert_eq!(clock.now(), Timestamp::from_secs(15));
    }

    #[tokio::test]
    async fn a_clock_that_is_let_go_of_runs_with_the_system() {
        use futures_util::FutureExt as _;
        let real = Clock::system();
        let clock = Clock::manual(real.now().minus(Duration::from_secs(3_600)));
        let before = real.now();
        let mut waiting = std::pin::pin!(clock.until(before));
        assert!(waiting.as_mut().now_or_never().is_none());
        clock.let_go();
        waiting.await;
        assert!(clock.now() >= before);
        let here = clock.now();
        clock.advance(Duration::from_secs(3_600));
        assert!(clock.now() < here.plus(Duration::from_secs(3_600)));
    }

    #[tokio::test]
    async fn a_moment_of_a_manual_clock_comes_by_hand() {
        use futures_util::FutureExt as _;
        let clock = Clock::manual(Timestamp::from_secs(10));
        assert!(
            clock
                .until(Timestamp::from_secs(10))
                .now_or_never()
                .is_some()
        );
        let mut later = std::pin::pin!(clock.until(Timestamp::from_secs(12)));
        assert!(later.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!(later.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        assert!(later.now_or_never().is_some());
    }
}
