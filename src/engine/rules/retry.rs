//! What came of an attempt to the next one, or to giving up.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::message::SendError;
use crate::model::refusal::Refusal;

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

/// How long a message is tried at all, from its first attempt on, however often a vendor asks us to wait.
const AGE_MAX: Duration = Duration::from_secs(24 * 3_600);

/// One attempt to send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Which one it was, from 1.
    pub number: u32,
    /// When the first of its attempts was: what waited for its turn before that does not count.
    pub first_at: Timestamp,
    /// The present.
    pub now: Timestamp,
    /// Spreads pauses so that queues do not come back all at once: 0 makes them a fifth shorter,
    /// 255 a fifth longer.
    pub spread: u8,
}

/// What happens to a message after an attempt that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is tried again.
    Again {
        /// When.
        due: Timestamp,
        /// The number of the next attempt. A pause the vendor asked for costs none.
        attempt: u32,
        /// Who waits until then.
        whom: Whom,
        /// Why, for the person who waits.
        error: SendError,
    },
    /// It has failed.
    GiveUp(SendError),
    /// It is tried again once the account works: everything of the account waits until then.
    StopAccount(SendError),
}

/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// The message, and what stands behind it in its lane.
    Lane,
    /// Everything of the account.
    Account,
}

/// Decides what happens after `attempt` was refused.
#[must_use]
pub fn after(refusal: Refusal, attempt: Attempt) -> Verdict {
    match refusal {
        // What could be put otherwise has been, when it comes here.
        Refusal::Never(_) | Refusal::Shut { .. } | Refusal::Reword { .. } => {
            Verdict::GiveUp(refusal.into_error())
        }
        Refusal::Account(_) => Verdict::StopAccount(refusal.into_error()),
        Refusal::Later { wait, .. } => later(refusal.into_error(), wait, Whom::Lane, attempt),
        Refusal::SlowDown { wait, .. } => later(refusal.into_error(), wait, Whom::Account, attempt),
    }
}

fn later(error: SendError, asked: Option<Duration>, whom: Whom, attempt: Attempt) -> Verdict {
    if attempt.now.since(attempt.first_at) >= AGE_MAX {
        return Verdict::GiveUp(error);
    }
    let Some((pause, number)) = pause(asked, attempt) else {
        return Verdict::GiveUp(error);
    };
    Verdict::Again {
        due: attempt.now.plus(pause),
        attempt: number,
        whom,
        error,
    }
}

/// How long to wait and the number of the next attempt; none when there are no more.
fn pause(asked: Option<Duration>, attempt: Attempt) -> Option<(Duration, u32)> {
    let spread = u32::from(attempt.spread);
    if let Some(asked) = asked {
        // Earlier than the vendor asked would be refused again: this pause is only lengthened.
        let pause = asked.clamp(Duration::from_secs(1), WAIT_MAX);
        return Some((pause + pause / 5 * spread / 255, attempt.number));
    }
    let index = usize::try_from(attempt.number.saturating_sub(1)).ok()?;
    let wait = *WAITS.get(index)?;
    Some((
        wait * 4 / 5 + wait * 2 / 5 * spread / 255,
        attempt.number + 1,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::message::ErrorClass;

    const FIRST: Timestamp = Timestamp::from_secs(1_000);

    fn error() -> SendError {
        SendError::passing("temporary", "The vendor is down.")
    }

    /// The error with what follows from it.
    fn judged(class: ErrorClass) -> SendError {
        let mut error = error();
        error.said.get_or_insert_default().class = Some(class);
        error
    }

    fn busy(wait: Option<u64>) -> Refusal {
        Refusal::Later {
            error: error(),
            wait: wait.map(Duration::from_secs),
        }
    }

    fn attempt(number: u32, age_secs: i64, spread: u8) -> Attempt {
        Attempt {
            number,
            first_at: FIRST,
            now: Timestamp::from_secs(1_000 + age_secs),
            spread,
        }
    }

    /// Milliseconds until the next attempt, and its number.
    fn pause(refusal: Refusal, attempt: Attempt) -> Option<(u128, u32)> {
        match after(refusal, attempt) {
            Verdict::Again {
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
        assert_eq!(
            after(Refusal::Never(error()), first),
            Verdict::GiveUp(judged(ErrorClass::Permanent))
        );
        assert_eq!(
            after(Refusal::Account(error()), first),
            Verdict::StopAccount(judged(ErrorClass::Credentials))
        );
    }

    #[test]
    fn a_vendor_who_is_pressed_by_all_gives_all_a_pause() {
        let refusal = Refusal::SlowDown {
            error: error(),
            wait: Some(Duration::from_secs(7)),
        };
        let waits = Verdict::Again {
            due: Timestamp::from_secs(1_007),
            attempt: 1,
            whom: Whom::Account,
            error: judged(ErrorClass::Rate),
        };
        assert_eq!(after(refusal, attempt(1, 0, 0)), waits);
    }
}
