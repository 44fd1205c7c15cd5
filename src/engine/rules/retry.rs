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

/// The first pause where one recipient gets too much, and how many times longer each further one is.
const CROWDED: (Duration, u32) = (Duration::from_secs(1), 4);

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
        Refusal::Later { wait, .. } => {
            let pause = patience(wait, attempt).or_else(|| growing(attempt));
            later(refusal.into_error(), pause, Whom::Lane, attempt)
        }
        Refusal::Crowded { wait, .. } => {
            let pause = patience(wait, attempt).or_else(|| fourfold(attempt));
            later(refusal.into_error(), pause, Whom::Lane, attempt)
        }
        Refusal::SlowDown { wait, .. } => {
            let pause = patience(wait, attempt).or_else(|| growing(attempt));
            later(refusal.into_error(), pause, Whom::Account, attempt)
        }
    }
}

/// How long to wait and the number of the next attempt.
type Pause = (Duration, u32);

fn later(error: SendError, pause: Option<Pause>, whom: Whom, attempt: Attempt) -> Verdict {
    let is_old = attempt.now.since(attempt.first_at) >= AGE_MAX;
    let Some((pause, number)) = pause.filter(|_| !is_old) else {
        return Verdict::GiveUp(error);
    };
    Verdict::Again {
        due: attempt.now.plus(pause),
        attempt: number,
        whom,
        error,
    }
}

/// The pause the vendor asks for, which costs no attempt.
fn patience(asked: Option<Duration>, attempt: Attempt) -> Option<Pause> {
    Some((lengthened(asked?, attempt), attempt.number))
}

/// Earlier than the vendor asks would be refused again: such a pause is only lengthened.
fn lengthened(pause: Duration, attempt: Attempt) -> Duration {
    let pause = pause.clamp(Duration::from_secs(1), WAIT_MAX);
    pause + pause / 5 * u32::from(attempt.spread) / 255
}

/// Pauses for one who gets too much; none when there are no more attempts.
fn fourfold(attempt: Attempt) -> Option<Pause> {
    let before = attempt.number.saturating_sub(1);
    let is_left = usize::try_from(before).is_ok_and(|before| before < WAITS.len());
    let (first, times) = CROWDED;
    let pause = is_left.then(|| first * times.saturating_pow(before))?;
    Some((lengthened(pause, attempt), attempt.number + 1))
}

/// Pauses for a vendor in trouble; none when there are no more attempts.
fn growing(attempt: Attempt) -> Option<Pause> {
    let spread = u32::from(attempt.spread);
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

    /// 4^n seconds, n from 0, as WhatsApp wants it (whatsapp.md section 9).
    #[test]
    fn who_gets_too_much_is_left_alone_for_longer_each_time() {
        let crowded = |wait: Option<u64>| Refusal::Crowded {
            error: error(),
            wait: wait.map(Duration::from_secs),
        };
        let cases = [
            (1, 0, Some((1_000, 2))),
            (1, 255, Some((1_200, 2))),
            (2, 0, Some((4_000, 3))),
            (3, 0, Some((16_000, 4))),
            (4, 0, Some((64_000, 5))),
            (6, 0, Some((1_024_000, 7))),
            (7, 0, Some((3_600_000, 8))),
            (8, 0, Some((3_600_000, 9))),
            (9, 0, None),
            (u32::MAX, 0, None),
        ];
        for (number, spread, expected) in cases {
            let next = pause(crowded(None), attempt(number, 10, spread));
            assert_eq!(next, expected, "{number}");
        }
        let asked = pause(crowded(Some(30)), attempt(3, 10, 0));
        assert_eq!(asked, Some((30_000, 3)));
        assert_eq!(pause(crowded(None), attempt(2, 24 * 3_600, 0)), None);
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
