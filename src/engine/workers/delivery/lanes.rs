//! Which messages go out now: one of a lane at a time, lanes side by side, each account at its
//! pace. Pure: what is due and what ended is told.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::rules::retry::Whom;
use crate::engine::workers::delivery::pace::Pace;
use crate::model::ids::ChannelId;
use crate::model::message::RATE_LIMITED;
use crate::model::message::SendError;
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
    /// The vendor took it, in so many calls.
    Taken {
        /// How many.
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
    failures: u32,
    /// When the vendor last found one recipient to get too much at once.
    flooded_at: Option<Timestamp>,
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
        let busy = self
            .accounts
            .get(&channel)
            .map_or(0, |found| found.busy.len());
        busy + LANES_MAX + 1
    }

    /// Chooses among the first rows of an account's lanes, the longest due first.
    pub fn choose(
        &mut self,
        channel: ChannelId,
        heads: Vec<Head>,
        per_second: u32,
        now: Timestamp,
    ) -> Choice {
        let standing = self.accounts.entry(channel).or_default();
        let mut choice = Choice::default();
        for head in heads {
            if standing.busy.contains(&head.key) {
                continue;
            }
            if standing.busy.len() >= LANES_MAX {
                break;
            }
            if head.due > now {
                choice.wake = Some(head.due);
                break;
            }
            if let Err(later) = standing.pace.take(now, per_second) {
                choice.wake = Some(later);
                break;
            }
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
        per_second: u32,
        now: Timestamp,
    ) -> Option<SendError> {
        let standing = self.accounts.entry(key.0).or_default();
        standing.busy.remove(key);
        match ended {
            Ended::Taken { calls } => {
                standing.failures = 0;
                standing
                    .pace
                    .charge(now, calls.saturating_sub(1), per_second);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id as _;
    use crate::model::ids::MessageId;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

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
            error: SendError {
                reason: "temporary".into(),
                vendor_code: None,
                message: "Down.".into(),
                retryable: true,
            },
        }
    }

    #[test]
    fn lanes_run_side_by_side_and_no_more_than_allowed() {
        let mut lanes = Lanes::default();
        let first = lanes.choose(channel(), heads(40), 1_000, NOW);
        assert_eq!(first.start.len(), LANES_MAX);
        assert_eq!(lanes.choose(channel(), heads(40), 1_000, NOW).start, []);
        let done = first.start[3].clone();
        assert_eq!(lanes.look_at(channel()), 2 * LANES_MAX + 1);
        lanes.ended(&done, Ended::Taken { calls: 1 }, 1_000, NOW);
        let rest: Vec<Head> = heads(40)
            .into_iter()
            .filter(|head| head.key != done)
            .collect();
        let next = lanes.choose(channel(), rest, 1_000, NOW);
        assert_eq!(next.start, [head(16, 0).key]);
    }

    #[test]
    fn what_is_not_due_is_waited_for() {
        let mut lanes = Lanes::default();
        let choice = lanes.choose(channel(), vec![head(1, 0), head(2, 9)], 10, NOW);
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
        let keys = lanes.choose(channel(), heads(2), 10, NOW).start;
        lanes.ended(&keys[0], flooded(), 10, NOW);
        assert_eq!(
            lanes
                .choose(channel(), vec![head(5, 0)], 10, NOW)
                .start
                .len(),
            1
        );
        lanes.ended(&keys[1], flooded(), 10, NOW.plus(Duration::from_secs(1)));
        let held = lanes.choose(
            channel(),
            vec![head(6, 0)],
            10,
            NOW.plus(Duration::from_secs(2)),
        );
        assert_eq!(held.start, []);
        let mut slow = Lanes::default();
        for round in 0..3 * u64::from(FAILURES_MAX) {
            let later = NOW.plus(Duration::from_secs(60 * (round + 1)));
            assert_eq!(slow.ended(&head(1, 0).key, flooded(), 10, later), None);
        }
    }

    #[test]
    fn a_vendor_who_wants_quiet_holds_up_the_account_alone() {
        let mut lanes = Lanes::default();
        let choice = lanes.choose(channel(), heads(1), 10, NOW);
        lanes.ended(&choice.start[0], failed(Whom::Account), 10, NOW);
        let until = NOW.plus(Duration::from_secs(30));
        let held = lanes.choose(channel(), heads(2), 10, NOW);
        assert_eq!((held.start.len(), held.wake), (0, Some(until)));
        let other = ChannelId::from_bytes([2; 16]);
        assert_eq!(lanes.choose(other, heads(1), 10, NOW).start.len(), 1);
        assert_eq!(lanes.choose(channel(), heads(2), 10, until).start.len(), 2);
    }

    #[test]
    fn failures_in_a_row_mean_that_the_account_is_out_of_order() {
        let mut lanes = Lanes::default();
        let key = head(1, 0).key;
        let fail = |lanes: &mut Lanes| lanes.ended(&key, failed(Whom::Lane), 10, NOW).is_some();
        let many = FAILURES_MAX - 1;
        assert!((0..many).all(|_| !fail(&mut lanes)));
        lanes.ended(&key, Ended::Taken { calls: 1 }, 10, NOW);
        assert!((0..many).all(|_| !fail(&mut lanes)));
        assert!(fail(&mut lanes));
        assert!(!fail(&mut lanes), "counting begins anew");
    }
}
