//! Slowing down whoever guesses passwords: per account and per address.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use crate::base::time::Timestamp;

/// Tries that are free.
const FREE: u32 = 5;
/// The first pause; each further failure doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// Failures are forgotten after so long without another.
const MEMORY: Duration = Duration::from_secs(60 * 60);
/// Names remembered at most; the oldest go first.
const NAMES_MAX: usize = 20_000;

/// Failures by name: an account, or an address.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<String, Failures>>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Throttle {
    /// How long `name` must wait before another try; zero when it may try now.
    #[must_use]
    pub fn wait(&self, name: &str, now: Timestamp) -> Duration {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(name).map_or(Duration::ZERO, |failures| {
            let until = failures.last.plus(pause_after(failures.count));
            until.since(now)
        })
    }

    /// A try of `name` failed; how many there were by now.
    pub fn failed(&self, name: &str, now: Timestamp) -> u32 {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= NAMES_MAX {
            names.retain(|_, failures| now.since(failures.last) < MEMORY);
        }
        if names.len() >= NAMES_MAX {
            let oldest = names.iter().min_by_key(|(_, failures)| failures.last);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                names.remove(&oldest);
            }
        }
        let failures = names.entry(name.to_owned()).or_insert(Failures {
            count: 0,
            last: now,
        });
        if now.since(failures.last) >= MEMORY {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
        failures.count
    }

    /// A try of `name` succeeded: its failures are forgotten.
    pub fn succeeded(&self, name: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }
}

fn pause_after(failures: u32) -> Duration {
    match failures.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(more) => FIRST_PAUSE
            .saturating_mul(2u32.saturating_pow(more))
            .min(LONGEST_PAUSE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_quarter_of_an_hour() {
        let expected = [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900];
        for (failures, secs) in (0u32..).zip(expected) {
            assert_eq!(pause_after(failures).as_secs(), secs, "{failures}");
        }
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn names_wait_for_themselves_alone() {
        let throttle = Throttle::default();
        let mut now = Timestamp::from_secs(1_000);
        for _ in 0..5 {
            throttle.failed("ana", now);
        }
        assert_eq!(throttle.wait("ana", now).as_secs(), 30);
        assert_eq!(throttle.wait("bia", now), Duration::ZERO);
        now = now.plus(Duration::from_secs(31));
        assert_eq!(throttle.wait("ana", now), Duration::ZERO);
        throttle.failed("ana", now);
        assert_eq!(throttle.wait("ana", now).as_secs(), 60);
        throttle.succeeded("ana");
        assert_eq!(throttle.wait("ana", now), Duration::ZERO);
    }
}
