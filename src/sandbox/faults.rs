//! What can be broken on purpose, one set of switches an account.

use std::time::Duration;

/// The switches of an account. All off, nothing is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// Every so many calls are answered with a server error; 0 is never.
    pub broken_every: u32,
    /// Every so many calls get no answer; 0 is never.
    pub silent_every: u32,
    /// How long such a call is held before the connection is cut.
    pub silent_for: Duration,
    /// Whether the vendor does what such a call asked for all the same.
    pub silent_but_done: bool,
    /// Every so many calls are told to come back later; 0 is never.
    pub limited_every: u32,
    /// In how many seconds.
    pub limited_secs: u32,
    /// Whether every token is refused as expired.
    pub token_refused: bool,
    /// How long the vendor says that tokens still hold; zero is for ever.
    pub token_ends_in: Duration,
    /// Whether the vendor says that tokens lack a permission.
    pub permission_missing: bool,
    /// How much of what it allows the vendor says is used, in percent; 0 where it says nothing.
    pub usage_percent: u32,
    /// Whether the vendor holds every window to be closed.
    pub window_closed: bool,
    /// Whether webhooks are signed with a secret the business does not know.
    pub secret_changed: bool,
    /// How often each webhook is sent; 1 is once.
    pub copies: u32,
    /// By how much webhooks are late.
    pub late: Duration,
    /// Whether every other webhook is overtaken by the next.
    pub swapped: bool,
    /// Whether receipts get lost on the way.
    pub receipts_lost: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            broken_every: 0,
            silent_every: 0,
            silent_for: Duration::from_secs(30),
            silent_but_done: false,
            limited_every: 0,
            limited_secs: 5,
            token_refused: false,
            token_ends_in: Duration::ZERO,
            permission_missing: false,
            usage_percent: 0,
            window_closed: false,
            secret_changed: false,
            copies: 1,
            late: Duration::ZERO,
            swapped: false,
            receipts_lost: false,
        }
    }
}

/// What becomes of a call before the vendor looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is looked at.
    Fair,
    /// A server error.
    Broken,
    /// Too many calls; come back in so many seconds.
    Limited(u32),
    /// The token has expired.
    Refused,
    /// Held, then cut.
    Silent {
        /// How long it is held.
        held: Duration,
        /// Whether what it asked for is done.
        done: bool,
    },
}

impl Faults {
    /// The fate of an account's call of this number, counted from 1.
    #[must_use]
    pub fn fate(&self, number: u64) -> Fate {
        let hit = |every: u32| every > 0 && number.is_multiple_of(u64::from(every));
        if self.token_refused {
            Fate::Refused
        } else if hit(self.silent_every) {
            Fate::Silent {
                held: self.silent_for,
                done: self.silent_but_done,
            }
        } else if hit(self.broken_every) {
            Fate::Broken
        } else if hit(self.limited_every) {
            Fate::Limited(self.limited_secs)
        } else {
            Fate::Fair
        }
    }

    /// How much later a webhook of this number is sent, on top of its own time.
    #[must_use]
    pub fn delay(&self, number: u64) -> Duration {
        /// Long enough for the next one to pass.
        const OVERTAKEN: Duration = Duration::from_millis(1_500);
        if self.swapped && number % 2 == 1 {
            self.late + OVERTAKEN
        } else {
            self.late
        }
    }

    /// Whether anything is broken.
    #[must_use]
    pub fn any(&self) -> bool {
        let quiet = Self {
            silent_for: self.silent_for,
            silent_but_done: self.silent_but_done,
            limited_secs: self.limited_secs,
            ..Self::default()
        };
        *self != quiet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_breaks_every_so_many_calls_and_an_expired_token_all_of_them() {
        let third = Faults {
            broken_every: 3,
            ..Faults::default()
        };
        let fates: Vec<_> = (1..=6).map(|number| third.fate(number)).collect();
        let broken = fates.iter().filter(|fate| **fate == Fate::Broken).count();
        assert_eq!((broken, fates[2]), (2, Fate::Broken));
        let refused = Faults {
            token_refused: true,
            ..third
        };
        assert!((1..=6).all(|number| refused.fate(number) == Fate::Refused));
        assert!(!Faults::default().any());
        assert!(refused.any());
    }

    #[test]
    fn swapped_webhooks_let_the_next_one_pass() {
        let swapped = Faults {
            swapped: true,
            late: Duration::from_secs(2),
            ..Faults::default()
        };
        assert!(swapped.delay(1) > swapped.delay(2));
        assert_eq!(swapped.delay(2), Duration::from_secs(2));
    }
}
