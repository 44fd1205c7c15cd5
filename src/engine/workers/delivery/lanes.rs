//! Which messages go out now: one of a lane at a time, lanes side by side, each account at its
//! pace. Pure: what is due and what ended is told.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::rules::retry::Whom;
use crate::engine::workers::delivery::pace::Pace;
use crate::engine::workers::delivery::pace::Rate;
use crate::model::ids::ChannelId;
use crate::model::message::RATE_LIMITED;
use crate::model::message::SendError;
use crate::model::outbound::Pacing;
use crate::store::records::outbox::Head;
use crate::store::records::outbox::LaneKey;

/// Messages of one account that are on their way at once.
pub const LANES_MAX: usize = 16;

/// Attempts of an account that come to nothing one after the other before it is taken to be out of
/// order.
const FAILURES_MAX: u32 = 10;

/// How close together two recipients must be too much for a vendor, so that it is taken to mean the
/// whole account.
const FLOOD_WITHIN: Duration = Duration::from_secs(1);

/// What came of an attempt, as far as the others must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The vendor took it, or as much of it as goes out at once.
    Taken {
        /// As how many messages the vendor counts it.
        calls: u32,
    },
    /// It is tried again.
    Waits {
        /// Who waits.
        whom: Whom,
        /// Until when.
        until: Timestamp,
        /// Why.
        error: SendError,
    },
    /// It is done with, one way or another.
    Settled,
}

/// What is on its way.
#[derive(Debug, Default)]
pub struct Lanes {
    accounts: BTreeMap<ChannelId, Standing>,
}

#[derive(Debug, Default)]
struct Standing {
    busy: BTreeSet<LaneKey>,
    pace: Pace,
    /// The paces of recipients that were written to lately, by what the vendor counts together.
    recipients: BTreeMap<String, Pace>,
    /// How many first rows waited for the pace of their recipient when they were last looked at:
    /// they stand before others that need not.
    held: usize,
    failures: u32,
    /// When the vendor last found one recipient to get too much at once.
    flooded_at: Option<Timestamp>,
}

/// How fast an account sends: all together, and to each recipient where the vendor minds that.
pub struct Speed<'a> {
    /// All together.
    pub all: Rate,
    /// To the recipient at an address.
    pub to: &'a dyn Fn(&str) -> Option<Pacing>,
}

/// What to do about one account.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The messages to start on.
    pub start: Vec<LaneKey>,
    /// When to look again, unless something ends before that.
    pub wake: Option<Timestamp>,
}

impl Lanes {
    /// How many first rows of an account must be looked at.
    #[must_use]
    pub fn look_at(&self, channel: ChannelId) -> usize {
        let passed = self
            .accounts
            .get(&channel)
            .map_or(0, |found| found.busy.len() + found.held);
        passed + LANES_MAX + 1
    }

    /// Chooses among the first rows of an account's lanes, the longest due first.
    pub fn choose(
        &mut self,
        channel: ChannelId,
        heads: Vec<Head>,
        speed: &Speed<'_>,
        now: Timestamp,
    ) -> Choice {
        let standing = self.accounts.entry(channel).or_default();
        standing.recipients.retain(|_, pace| !pace.is_rested(now));
        standing.held = 0;
        let mut choice = Choice::default();
        for head in heads {
            if standing.busy.contains(&head.key) {
                continue;
            }
            if standing.busy.len() >= LANES_MAX {
                break;
            }
            if head.due > now {
                choice.wake_at(head.due);
                break;
            }
            let pacing = (speed.to)(&head.key.1);
            if let Err(later) = standing.recipient_is_ready(pacing.as_ref(), now) {
                standing.held += 1;
                choice.wake_at(later);
                continue;
            }
            if let Err(later) = standing.pace.take(now, speed.all) {
                choice.wake_at(later);
                break;
            }
            standing.charge_recipient(pacing.as_ref(), 1, now);
            standing.busy.insert(head.key.clone());
            choice.start.push(head.key);
        }
        choice
    }

    /// Hears how an attempt ended. An account that must be taken to be out of order is told with
    /// the last reason.
    pub fn ended(
        &mut self,
        key: &LaneKey,
        ended: Ended,
        speed: &Speed<'_>,
        now: Timestamp,
    ) -> Option<SendError> {
        let standing = self.accounts.entry(key.0).or_default();
        standing.busy.remove(key);
        match ended {
            Ended::Taken { calls } => {
                standing.failures = 0;
                let more = calls.saturating_sub(1);
                standing.pace.charge(now, more, speed.all);
                standing.charge_recipient((speed.to)(&key.1).as_ref(), more, now);
                None
            }
            Ended::Waits {
                whom: Whom::Account,
                until,
                ..
            } => {
                standing.pace.be_quiet(until);
                None
            }
            // A vendor that wants one recipient spared works; if it wants several spared at once,
            // it is the account that is too fast.
            Ended::Waits { error, until, .. } if error.reason == RATE_LIMITED => {
                let before = standing.flooded_at.replace(now);
                if before.is_some_and(|before| now.since(before) <= FLOOD_WITHIN) {
                    standing.pace.be_quiet(until);
                }
                None
            }
            Ended::Waits { error, .. } => {
                standing.failures += 1;
                let is_out = standing.failures >= FAILURES_MAX;
                if is_out {
                    standing.failures = 0;
                }
                is_out.then_some(error)
            }
            Ended::Settled => None,
        }
    }
}

impl Standing {
    fn recipient_is_ready(&self, pacing: Option<&Pacing>, now: Timestamp) -> Result<(), Timestamp> {
        let Some(pacing) = pacing else {
            return Ok(());
        };
        let pace = self.recipients.get(&pacing.shared_by);
        pace.map_or(Ok(()), |pace| pace.ready(now, pacing.into()))
    }

    fn charge_recipient(&mut self, pacing: Option<&Pacing>, count: u32, now: Timestamp) {
        if let Some(pacing) = pacing.filter(|_| count > 0) {
            let pace = self.recipients.entry(pacing.shared_by.clone());
            pace.or_default().charge(now, count, pacing.into());
        }
    }
}

impl Choice {
    fn wake_at(&mut self, moment: Timestamp) {
        self.wake = [self.wake, Some(moment)].into_iter().flatten().min();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id as _;
    use crate::model::ids::MessageId;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    /// So many a second, whoever they go to.
    fn even(per_second: u32) -> Speed<'static> {
        Speed {
            all: Rate::per_second(per_second, 0),
            to: &|_| None,
        }
    }

    fn channel() -> ChannelId {
        ChannelId::from_bytes([1; 16])
    }

    fn head(lane: u8, due_in_secs: u64) -> Head {
        Head {
            due: NOW.plus(Duration::from_secs(due_in_secs)),
            key: (
                channel(),
                format!("lane {lane}"),
                MessageId::from_bytes([lane; 16]),
            ),
        }
    }

    fn heads(count: u8) -> Vec<Head> {
        (0..count).map(|lane| head(lane, 0)).collect()
    }

    fn failed(whom: Whom) -> Ended {
        Ended::Waits {
            whom,
            until: NOW.plus(Duration::from_secs(30)),
            error: SendError::passing("temporary", "Down."),
        }
    }

    #[test]
    fn lanes_run_side_by_side_and_no_more_than_allowed() {
        let mut lanes = Lanes::default();
        let first = lanes.choose(channel(), heads(40), &even(1_000), NOW);
        assert_eq!(first.start.len(), LANES_MAX);
        assert_eq!(
            lanes.choose(channel(), heads(40), &even(1_000), NOW).start,
            []
        );
        let done = first.start[3].clone();
        assert_eq!(lanes.look_at(channel()), 2 * LANES_MAX + 1);
        lanes.ended(&done, Ended::Taken { calls: 1 }, &even(1_000), NOW);
        let rest: Vec<Head> = heads(40)
            .into_iter()
            .filter(|head| head.key != done)
            .collect();
        let next = lanes.choose(channel(), rest, &even(1_000), NOW);
        assert_eq!(next.start, [head(16, 0).key]);
    }

    #[test]
    fn what_is_not_due_is_waited_for() {
        let mut lanes = Lanes::default();
        let choice = lanes.choose(channel(), vec![head(1, 0), head(2, 9)], &even(10), NOW);
        assert_eq!(choice.start, [head(1, 0).key]);
        assert_eq!(choice.wake, Some(NOW.plus(Duration::from_secs(9))));
    }

    #[test]
    fn recipients_spared_at_once_mean_the_account_and_never_break_it() {
        let flooded = || {
            let Ended::Waits { whom, until, error } = failed(Whom::Lane) else {
                unreachable!("it waits");
            };
            let reason = RATE_LIMITED.to_owned();
            Ended::Waits {
                whom,
                until,
                error: SendError { reason, ..error },
            }
        };
        let mut lanes = Lanes::default();
        let keys = lanes.choose(channel(), heads(2), &even(10), NOW).start;
        lanes.ended(&keys[0], flooded(), &even(10), NOW);
        assert_eq!(
            lanes
                .choose(channel(), vec![head(5, 0)], &even(10), NOW)
                .start
                .len(),
            1
        );
        lanes.ended(
            &keys[1],
            flooded(),
            &even(10),
            NOW.plus(Duration::from_secs(1)),
        );
        let held = lanes.choose(
            channel(),
            vec![head(6, 0)],
            &even(10),
            NOW.plus(Duration::from_secs(2)),
        );
        assert_eq!(held.start, []);
        let mut slow = Lanes::default();
        for round in 0..3 * u64::from(FAILURES_MAX) {
            let later = NOW.plus(Duration::from_secs(60 * (round + 1)));
            assert_eq!(
                slow.ended(&head(1, 0).key, flooded(), &even(10), later),
                None
            );
        }
    }

    #[test]
    fn a_vendor_who_wants_quiet_holds_up_the_account_alone() {
        let mut lanes = Lanes::default();
        let choice = lanes.choose(channel(), heads(1), &even(10), NOW);
        lanes.ended(&choice.start[0], failed(Whom::Account), &even(10), NOW);
        let until = NOW.plus(Duration::from_secs(30));
        let held = lanes.choose(channel(), heads(2), &even(10), NOW);
        assert_eq!((held.start.len(), held.wake), (0, Some(until)));
        let other = ChannelId::from_bytes([2; 16]);
        assert_eq!(lanes.choose(other, heads(1), &even(10), NOW).start.len(), 1);
        assert_eq!(
            lanes
                .choose(channel(), heads(2), &even(10), until)
                .start
                .len(),
            2
        );
    }

    #[test]
    fn failures_in_a_row_mean_that_the_account_is_out_of_order() {
        let mut lanes = Lanes::default();
        let key = head(1, 0).key;
        let fail = |lanes: &mut Lanes| {
            lanes
                .ended(&key, failed(Whom::Lane), &even(10), NOW)
                .is_some()
        };
        let many = FAILURES_MAX - 1;
        assert!((0..many).all(|_| !fail(&mut lanes)));
        lanes.ended(&key, Ended::Taken { calls: 1 }, &even(10), NOW);
        assert!((0..many).all(|_| !fail(&mut lanes)));
        assert!(fail(&mut lanes));
        assert!(!fail(&mut lanes), "counting begins anew");
    }

    #[test]
    fn who_got_much_waits_and_the_others_behind_go_on() {
        // Two lanes of one group, which the vendor counts together, and one person's.
        let pacing = |to: &str| Pacing {
            shared_by: to.replace("lane 2", "lane 1"),
            burst: 2,
            every: Duration::from_secs(4),
            between: Duration::ZERO,
        };
        let speed = Speed {
            all: Rate::per_second(1_000, 0),
            to: &|to| Some(pacing(to)),
        };
        let mut lanes = Lanes::default();
        let all = || vec![head(1, 0), head(2, 0), head(3, 0)];
        let start = |lanes: &mut Lanes, secs: u64| {
            let now = NOW.plus(Duration::from_secs(secs));
            let choice = lanes.choose(channel(), all(), &speed, now);
            for key in &choice.start {
                lanes.ended(key, Ended::Taken { calls: 1 }, &speed, now);
            }
            let names = choice.start.into_iter().map(|(_, name, _)| name);
            (names.collect::<Vec<_>>(), choice.wake)
        };
        let at = |secs| Some(NOW.plus(Duration::from_secs(secs)));
        assert_eq!(start(&mut lanes, 0).0, ["lane 1", "lane 2", "lane 3"]);
        assert_eq!(start(&mut lanes, 0), (vec!["lane 3".to_owned()], at(4)));
        assert_eq!(start(&mut lanes, 1), (Vec::new(), at(4)));
        // What is held is looked past.
        assert_eq!(lanes.look_at(channel()), 3 + LANES_MAX + 1);
        assert_eq!(start(&mut lanes, 4).0, ["lane 1", "lane 3"]);
        assert_eq!(start(&mut lanes, 60).0, ["lane 1", "lane 2", "lane 3"]);
    }

    #[test]
    fn what_the_vendor_counts_as_several_is_waited_for_as_several() {
        let speed = Speed {
            all: Rate::per_second(1_000, 0),
            to: &|to| {
                Some(Pacing {
                    shared_by: to.to_owned(),
                    burst: 3,
                    every: Duration::from_secs(1),
                    between: Duration::ZERO,
                })
            },
        };
        let mut lanes = Lanes::default();
        let first = lanes.choose(channel(), heads(1), &speed, NOW).start;
        lanes.ended(&first[0], Ended::Taken { calls: 10 }, &speed, NOW);
        let held = lanes.choose(channel(), heads(1), &speed, NOW);
        let until = NOW.plus(Duration::from_secs(8));
        assert_eq!((held.start, held.wake), (Vec::new(), Some(until)));
        assert_eq!(
            lanes.choose(channel(), heads(1), &speed, until).start.len(),
            1
        );
    }
}
