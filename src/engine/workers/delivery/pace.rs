//! How fast messages go out: so many in a while, and not at all while the vendor wants quiet.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::outbound::Pacing;

const MICROS: i64 = 1_000_000;

/// How fast messages may follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The time from one to the next at an even pace, in microseconds.
    gap: i64,
    /// The time's worth of messages that may go out at once, in microseconds.
    ahead: i64,
}

impl Rate {
    /// So many a second, of which `burst` may go out at once; 0 is one second's worth.
    #[must_use]
    pub fn per_second(count: u32, burst: u32) -> Self {
        let gap = MICROS / i64::from(count.max(1));
        let ahead = match burst {
            0 => MICROS.max(gap),
            burst => gap * i64::from(burst),
        };
        Self { gap, ahead }
    }
}

impl From<&Pacing> for Rate {
    fn from(pacing: &Pacing) -> Self {
        let gap = i64::try_from(pacing.every.as_micros()).unwrap_or(i64::MAX);
        Self {
            gap,
            ahead: gap.saturating_mul(i64::from(pacing.burst.max(1))),
        }
    }
}

/// The pace of one account, or of one recipient. Messages come as fast as they may, in bursts as
/// large as the rate allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pace {
    /// When everything taken so far would have gone out at an even pace, in microseconds since 1970.
    spent_until: i64,
    /// Until when the vendor wants quiet.
    quiet_until: Timestamp,
}

impl Pace {
    /// Whether the next message may go out.
    ///
    /// # Errors
    /// Not before this moment.
    pub fn ready(&self, now: Timestamp, rate: Rate) -> Result<(), Timestamp> {
        if now < self.quiet_until {
            return Err(self.quiet_until);
        }
        let micros = now.as_millis() * 1_000;
        let ahead = self.spent_until.max(micros) + rate.gap - micros - rate.ahead;
        if ahead > 0 {
            // Rounded up: a moment too early would be refused again.
            let millis = u64::try_from(ahead).unwrap_or(0).div_ceil(1_000);
            return Err(now.plus(Duration::from_millis(millis)));
        }
        Ok(())
    }

    /// Takes the next message.
    ///
    /// # Errors
    /// Not before this moment.
    pub fn take(&mut self, now: Timestamp, rate: Rate) -> Result<(), Timestamp> {
        self.ready(now, rate)?;
        self.charge(now, 1, rate);
        Ok(())
    }

    /// Counts messages that went out beside those taken: the next ones wait for them.
    pub fn charge(&mut self, now: Timestamp, count: u32, rate: Rate) {
        let spent = self.spent_until.max(now.as_millis() * 1_000);
        self.spent_until = spent + rate.gap * i64::from(count);
    }

    /// Nothing goes out before a moment.
    pub fn be_quiet(&mut self, until: Timestamp) {
        self.quiet_until = self.quiet_until.max(until);
    }

    /// Whether what went out makes nobody wait any more.
    #[must_use]
    pub fn is_rested(&self, now: Timestamp) -> bool {
        self.spent_until <= now.as_millis() * 1_000 && self.quiet_until <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_000);

    /// How many messages go out within `millis`, trying each millisecond.
    fn sent(pace: &mut Pace, from: Timestamp, millis: u64, rate: Rate) -> usize {
        let moments = (0..millis).map(|ms| from.plus(Duration::from_millis(ms)));
        let at = |pace: &mut Pace, now| std::iter::from_fn(|| pace.take(now, rate).ok()).count();
        moments.map(|now| at(pace, now)).sum()
    }

    #[test]
    fn a_burst_and_then_an_even_pace() {
        let slow = |burst, every| {
            Rate::from(&Pacing {
                shared_by: String::new(),
                burst,
                every: Duration::from_secs(every),
                between: Duration::ZERO,
            })
        };
        for (rate, first, later) in [
            (Rate::per_second(1, 0), 1, 1),
            (Rate::per_second(3, 0), 3, 3),
            (Rate::per_second(80, 0), 80, 80),
            (Rate::per_second(1_000, 0), 1_000, 1_000),
            (Rate::per_second(25, 5), 5, 25),
            (slow(3, 1), 3, 1),
            (slow(5, 4), 5, 0),
        ] {
            let mut pace = Pace::default();
            assert_eq!(sent(&mut pace, START, 1, rate), first, "{rate:?}");
            let next = START.plus(Duration::from_millis(1));
            assert_eq!(sent(&mut pace, next, 1_000, rate), later, "{rate:?}");
        }
    }

    #[test]
    fn the_moment_named_is_the_first_that_works() {
        let mut pace = Pace::default();
        let rate = Rate::per_second(7, 0);
        while pace.take(START, rate).is_ok() {}
        let Err(at) = pace.take(START, rate) else {
            unreachable!("the burst is spent");
        };
        let before = at.minus(Duration::from_millis(1));
        assert!(pace.take(before, rate).is_err() && !pace.is_rested(before));
        assert!(pace.take(at, rate).is_ok());
        assert!(pace.is_rested(at.plus(Duration::from_secs(2))));
    }

    #[test]
    fn quiet_is_kept_and_never_shortened() {
        let mut pace = Pace::default();
        let until = START.plus(Duration::from_secs(30));
        pace.be_quiet(until);
        pace.be_quiet(START);
        let rate = Rate::per_second(10, 0);
        assert_eq!(pace.take(START, rate), Err(until));
        assert_eq!(pace.take(until, rate), Ok(()));
    }

    #[test]
    fn extra_messages_are_waited_for() {
        let mut pace = Pace::default();
        let rate = Rate::per_second(10, 0);
        pace.charge(START, 20, rate);
        assert_eq!(sent(&mut pace, START, 1_000, rate), 0);
        let later = START.plus(Duration::from_millis(1_100));
        assert!(pace.take(later, rate).is_ok());
    }
}
