//! Long talks in bad weather: everything breaks and mends at random, and in the end both sides hold
//! the same. `LINKTOR_SOAK_SECS` says for how long (20 by itself), `LINKTOR_SOAK_SEED` where the dice
//! begin, `LINKTOR_SOAK_KINDS` of which channels (`telegram,sms`; all by itself); a failure names the
//! seed of its round.

use std::time::Duration;
use std::time::Instant;

use linktor::sandbox::faults::Faults;

use crate::sandbox::ledger::Order;
use crate::sandbox::ledger::agrees;
use crate::sandbox::line::Line;
use crate::sandbox::line::VENDORS;
use crate::sandbox::line::Vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::on_a_server_with;

/// Steps of one round.
const STEPS: u32 = 60;
/// For how long, in seconds, when nobody says otherwise.
const SECS: u64 = 20;
/// Where the dice begin when nobody says otherwise.
const SEED: u64 = 0x005e_ed0f_c0ff;

/// Dice that fall the same way each time (xorshift).
struct Dice(u64);

impl Dice {
    fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn few(&mut self, bound: u32) -> u32 {
        u32::try_from(self.below(u64::from(bound))).unwrap()
    }

    fn often(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    /// One call in two to four, or none.
    fn every(&mut self) -> u32 {
        if self.often(3) { 2 + self.few(3) } else { 0 }
    }

    /// Any mixture of what mends in the end.
    fn faults(&mut self, line: &Line<'_>) -> Faults {
        Faults {
            broken_every: self.every(),
            silent_every: self.every(),
            silent_for: Duration::from_millis(2),
            silent_but_done: self.often(2),
            limited_every: self.every(),
            limited_secs: 1 + self.few(5),
            token_refused: self.often(8),
            // A carrier that does not come again loses what we do not take.
            secret_changed: line.vendor.comes_again && self.often(8),
            copies: 1 + self.few(3),
            late: Duration::from_millis(self.below(3_000)),
            swapped: self.often(4),
            receipts_lost: false,
            window_closed: false,
            token_ends_in: Duration::ZERO,
            permission_missing: false,
            usage_percent: 0,
        }
    }
}

fn number(name: &str, usual: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn after_long_talks_in_bad_weather_both_sides_hold_the_same() {
    let end = Instant::now() + Duration::from_secs(number("LINKTOR_SOAK_SECS", SECS));
    let mut seed = number("LINKTOR_SOAK_SEED", SEED);
    while Instant::now() < end {
        round(seed);
        seed += 1;
    }
}

/// The vendors of the channels that somebody wants to try.
fn wanted() -> Vec<&'static Vendor> {
    let kinds = std::env::var("LINKTOR_SOAK_KINDS").unwrap_or_default();
    let is_wanted = |kind: &str| kinds.is_empty() || kinds.split(',').any(|one| one == kind);
    let all = VENDORS.iter().filter(|vendor| is_wanted(vendor.kind));
    let all: Vec<_> = all.collect();
    assert!(!all.is_empty(), "nobody has a channel of {kinds}");
    all
}

fn round(seed: u64) {
    on_a_server_with(with_sandbox, async |server| {
        let mut dice = Dice::of(seed);
        let mut lines = Vec::new();
        for vendor in wanted() {
            lines.push(Line::open(server, vendor).await);
        }
        let count = u64::try_from(lines.len()).unwrap();
        for step in 0..STEPS {
            let line = &lines[usize::try_from(dice.below(count)).unwrap()];
            match dice.below(8) {
                0 | 1 => line.break_with(&dice.faults(line)),
                2 => line.mend(),
                3 | 4 => line.say(&format!("customer {step}")),
                5 if line.vendor.pictures => line.show_picture(),
                _ => {
                    line.write(&format!("business {step}")).await;
                }
            }
            server.pass(Duration::from_millis(500 + dice.below(2_000)));
        }
        for line in &lines {
            line.mend();
        }
        let what = format!("the round of seed {seed:#x}");
        agrees(&lines, Order::Mended, &what).await;
    });
}
