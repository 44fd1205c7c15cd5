//! What came of an attempt to the next one, or to giving up.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::message::SendError;
use crate::model::outbound::Outcome;

/// Pauses before each further attempt; when they are used up the message has failed.
const WAITS: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(3_600),
    Duration::from_secs(3 * 3_600),
    Duration::from_secs(6 * 3_600),
    Duration::from_secs(12 * 3_600),
];

/// The longest pause a vendor can ask of us at once.
const WAIT_MAX: Duration = Duration::from_secs(3_600);

/// How long a message is tried at all, however often a vendor asks us to wait.
const AGE_MAX: Duration = Duration::from_secs(24 * 3_600);

/// One attempt to send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Which one it was, from 1.
    pub number: u32,
    /// When the message was given to the queue, by a person's retry or for the first time.
    pub queued_at: Timestamp,
    /// The present.
    pub now: Timestamp,
    /// Spreads pauses so that queues do not come back all at once: 0 makes them a fifth shorter,
    /// 255 a fifth longer.
    pub spread: u8,
}

/// What happens to a message after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It is sent, under these ids of the vendor.
    Done(Vec<String>),
    /// It is tried again.
    Again {
        /// When.
        due: Timestamp,
        /// The number of the next attempt. A pause the vendor asked for costs none.
        attempt: u32,
        /// Why, for the person who waits.
        error: SendError,
    },
    /// It has failed.
    GiveUp(SendError),
    /// It is tried again once the account works: everything of the account waits until then.
    StopAccount(SendError),
}

/// Decides what happens after `attempt` ended in `outcome`.
#[must_use]
pub fn next(outcome: Outcome, attempt: Attempt) -> Next {
    match outcome {
        Outcome::Accepted(ids) => Next::Done(ids),
        Outcome::Never(error) => Next::GiveUp(error),
        Outcome::AccountRefused(error) => Next::StopAccount(error),
        Outcome::Later { error, wait } => later(error, wait, attempt),
    }
}

fn later(error: SendError, asked: Option<Duration>, attempt: Attempt) -> Next {
    if attempt.now.since(attempt.queued_at) >= AGE_MAX {
        return Next::GiveUp(error);
    }
    if let Some(asked) = asked {
        // Earlier than the vendor asked would be refused again: this pause is only lengthened.
        let pause = asked.clamp(Duration::from_secs(1), WAIT_MAX);
        let extra = pause / 5 * u32::from(attempt.spread) / 255;
        return Next::Again {
            due: attempt.now.plus(pause + extra),
            attempt: attempt.number,
            error,
        };
    }
    let index = usize::try_from(attempt.number.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(wait) = WAITS.get(index) else {
        return Next::GiveUp(error);
    };
    let spread = *wait * 4 / 5 + *wait * 2 / 5 * u32::from(attempt.spread) / 255;
    Next::Again {
        due: attempt.now.plus(spread),
        attempt: attempt.number + 1,
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUED: Timestamp = Timestamp::from_secs(1_000);

    fn error() -> SendError {
        SendError {
            reason: "temporary".into(),
            vendor_code: None,
            message: "The vendor is down.".into(),
            retryable: true,
        }
    }

    fn busy(wait: Option<u64>) -> Outcome {
        Outcome::Later {
            error: error(),
            wait: wait.map(Duration::from_secs),
        }
    }

    fn attempt(number: u32, age_secs: i64, spread: u8) -> Attempt {
        Attempt {
            number,
            queued_at: QUEUED,
            now: Timestamp::from_secs(1_000 + age_secs),
            spread,
        }
    }

    /// Milliseconds until the next attempt, and its number.
    fn pause(outcome: Outcome, attempt: Attempt) -> Option<(u128, u32)> {
        match next(outcome, attempt) {
            Next::Again {
                due,
                attempt: number,
                ..
            } => Some((due.since(attempt.now).as_millis(), number)),
            _ => None,
        }
    }

    #[test]
    fn pauses_grow_and_spread_and_end() {
        let cases = [
            (1, 0, Some((4_000, 2))),
            (1, 255, Some((6_000, 2))),
            (2, 0, Some((24_000, 3))),
            (3, 255, Some((144_000, 4))),
            (4, 0, Some((480_000, 5))),
            (5, 255, Some((4_320_000, 6))),
            (8, 0, Some((34_560_000, 9))),
            (9, 0, None),
            (u32::MAX, 0, None),
        ];
        for (number, spread, expected) in cases {
            assert_eq!(
                pause(busy(None), attempt(number, 10, spread)),
                expected,
                "{number}"
            );
        }
    }

    #[test]
    fn a_vendor_who_asks_for_patience_gets_it_within_reason() {
        let cases = [
            (30, 0, Some((30_000, 3))),
            (30, 255, Some((36_000, 3))),
            (0, 0, Some((1_000, 3))),
            (1_000_000, 0, Some((3_600_000, 3))),
        ];
        for (asked, spread, expected) in cases {
            assert_eq!(
                pause(busy(Some(asked)), attempt(3, 10, spread)),
                expected,
                "{asked}"
            );
        }
        assert_eq!(pause(busy(Some(1)), attempt(3, 24 * 3_600, 0)), None);
    }

    #[test]
    fn what_is_final_is_final() {
        let first = attempt(1, 0, 0);
        let ids = vec!["v1".to_owned()];
        assert_eq!(next(Outcome::Accepted(ids.clone()), first), Next::Done(ids));
        assert_eq!(next(Outcome::Never(error()), first), Next::GiveUp(error()));
        assert_eq!(
            next(Outcome::AccountRefused(error()), first),
            Next::StopAccount(error())
        );
    }
}
