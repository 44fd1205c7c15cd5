//! How fast one account sends: so many calls a second, and not at all while the vendor wants quiet.

use std::time::Duration;

use crate::base::time::Timestamp;

const MICROS: i64 = 1_000_000;

/// The pace of one account. Calls come as fast as they may, in bursts of at most one second's worth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pace {
    /// When everything taken so far would have gone out at an even pace, in microseconds since 1970.
    spent_until: i64,
    /// Until when the vendor wants quiet.
    quiet_until: Timestamp,
}

impl Pace {
    /// Takes the next call, of which there may be `per_second`.
    ///
    /// # Errors
    /// Not before this moment.
    pub fn take(&mut self, now: Timestamp, per_second: u32) -> Result<(), Timestamp> {
        if now < self.quiet_until {
            return Err(self.quiet_until);
        }
        let micros = now.as_millis() * 1_000;
        let gap = gap(per_second);
        let spent = self.spent_until.max(micros);
        let ahead = spent + gap - micros - MICROS.max(gap);
        if ahead > 0 {
            // Rounded up: a moment too early would be refused again.
            let millis = u64::try_from(ahead).unwrap_or(0).div_ceil(1_000);
            return Err(now.plus(Duration::from_millis(millis)));
        }
        self.spent_until = spent + gap;
        Ok(())
    }

    /// Counts calls that were made beside those taken: the next ones wait for them.
    pub fn charge(&mut self, now: Timestamp, calls: u32, per_second: u32) {
        let spent = self.spent_until.max(now.as_millis() * 1_000);
        self.spent_until = spent + gap(per_second) * i64::from(calls);
    }

    /// Nothing goes out before a moment.
    pub fn be_quiet(&mut self, until: Timestamp) {
        self.quiet_until = self.quiet_until.max(until);
    }
}

fn gap(per_second: u32) -> i64 {
    MICROS / i64::from(per_second.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_000);

    /// How many calls go out within `millis`, trying each millisecond.
    fn sent(pace: &mut Pace, from: Timestamp, millis: u64, per_second: u32) -> usize {
        let moments = (0..millis).map(|ms| from.plus(Duration::from_millis(ms)));
        let at =
            |pace: &mut Pace, now| std::iter::from_fn(|| pace.take(now, per_second).ok()).count();
        moments.map(|now| at(pace, now)).sum()
    }

    #[test]
    fn a_burst_of_one_second_and_then_an_even_pace() {
        for (per_second, first, later) in
            [(1, 1, 1), (3, 3, 3), (80, 80, 80), (1_000, 1_000, 1_000)]
        {
            let mut pace = Pace::default();
            assert_eq!(sent(&mut pace, START, 1, per_second), first, "{per_second}");
            let next = START.plus(Duration::from_millis(1));
            assert_eq!(
                sent(&mut pace, next, 1_000, per_second),
                later,
                "{per_second}"
            );
        }
    }

    #[test]
    fn the_moment_named_is_the_first_that_works() {
        let mut pace = Pace::default();
        while pace.take(START, 7).is_ok() {}
        let Err(at) = pace.take(START, 7) else {
            unreachable!("the burst is spent");
        };
        assert!(pace.take(at.minus(Duration::from_millis(1)), 7).is_err());
        assert!(pace.take(at, 7).is_ok());
    }

    #[test]
    fn quiet_is_kept_and_never_shortened() {
        let mut pace = Pace::default();
        let until = START.plus(Duration::from_secs(30));
        pace.be_quiet(until);
        pace.be_quiet(START);
        assert_eq!(pace.take(START, 10), Err(until));
        assert_eq!(pace.take(until, 10), Ok(()));
    }

    #[test]
    fn extra_calls_are_waited_for() {
        let mut pace = Pace::default();
        pace.charge(START, 20, 10);
        assert_eq!(sent(&mut pace, START, 1_000, 10), 0);
        let later = START.plus(Duration::from_millis(1_100));
        assert!(pace.take(later, 10).is_ok());
    }
}
