//! How much went through a channel.

use std::collections::HashMap;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Direction as Way;
use crate::store::records::channels;
use crate::store::records::messages;

/// Messages read at a time.
const STEP: usize = 1_000;
/// Messages looked at for one answer, newest first: a busy month must not hold up the server.
const LOOK_MAX: usize = 200_000;

/// What went through a channel in a period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChannelStats {
    /// Messages from customers.
    pub received: u64,
    /// Messages to customers.
    pub sent: u64,
    /// Conversations opened.
    pub opened: u64,
    /// How long customers waited for a first answer, in seconds, on average.
    pub answer_secs: Option<f64>,
    /// The same by slot of time, oldest first.
    pub slots: Vec<Slot>,
    /// Whether there was more than could be looked at.
    pub is_partial: bool,
}

/// Messages in one slot of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Its beginning.
    pub start: Timestamp,
    /// Messages from customers.
    pub received: u64,
    /// Messages to customers.
    pub sent: u64,
}

/// Counting messages.
#[derive(Clone)]
pub struct Stats(pub Context);

impl Stats {
    /// What went through a channel in the last `period`, in slots of `slot`. Reads many messages:
    /// call it off the event loop.
    ///
    /// # Errors
    /// The actor may not; there is no such channel.
    pub fn of_channel(
        &self,
        actor: &Actor,
        channel: ChannelId,
        period: Duration,
        slot: Duration,
    ) -> Result<ChannelStats, EngineError> {
        actor.require(Permission::ReadChannels)?;
        let snapshot = self.0.store.snapshot()?;
        channels::get(&snapshot, channel)?
            .ok_or_else(|| Rejection::not_found(Code::ChannelNotFound, "channel"))?;
        let now = self.0.clock.now();
        let mut tally = Tally::new(now.minus(period), now, slot);
        let mut before: Option<MessageId> = None;
        let mut looked = 0;
        let mut found = Vec::new();
        'reading: while looked < LOOK_MAX {
            let rows = messages::by_age(&snapshot, before, Way::Backward, STEP)?;
            looked += STEP;
            let is_last = rows.len() < STEP;
            for message in rows {
                if message.created_at < tally.since {
                    break 'reading;
                }
                before = Some(message.id);
                if message.channel_id == channel && !message.private {
                    found.push(Seen::from(&message));
                }
            }
            if is_last {
                break;
            }
        }
        tally.stats.is_partial = looked >= LOOK_MAX;
        for seen in found.iter().rev() {
            tally.add(seen);
        }
        Ok(tally.finish())
    }
}

/// What is remembered of a message.
struct Seen {
    conversation: ConversationId,
    direction: Direction,
    first: bool,
    at: Timestamp,
}

impl From<&Message> for Seen {
    fn from(message: &Message) -> Self {
        Self {
            conversation: message.conversation_id,
            direction: message.direction,
            first: message.position == 1,
            at: message.created_at,
        }
    }
}

struct Tally {
    since: Timestamp,
    slot: Duration,
    stats: ChannelStats,
    waiting: HashMap<ConversationId, Timestamp>,
    waits: Vec<Duration>,
}

impl Tally {
    fn new(since: Timestamp, now: Timestamp, slot: Duration) -> Self {
        let mut slots = Vec::new();
        let mut start = since;
        while start < now && slots.len() < 1_000 {
            slots.push(Slot {
                start,
                received: 0,
                sent: 0,
            });
            start = start.plus(slot);
        }
        Self {
            since,
            slot,
            stats: ChannelStats {
                slots,
                ..ChannelStats::default()
            },
            waiting: HashMap::new(),
            waits: Vec::new(),
        }
    }

    fn add(&mut self, seen: &Seen) {
        let passed = seen.at.since(self.since).as_millis();
        let index = usize::try_from(passed / self.slot.as_millis().max(1)).unwrap_or(usize::MAX);
        let slot = self.stats.slots.get_mut(index);
        self.stats.opened += u64::from(seen.first);
        match seen.direction {
            Direction::Inbound => {
                self.stats.received += 1;
                if let Some(slot) = slot {
                    slot.received += 1;
                }
                self.waiting.entry(seen.conversation).or_insert(seen.at);
            }
            Direction::Outbound => {
                self.stats.sent += 1;
                if let Some(slot) = slot {
                    slot.sent += 1;
                }
                if let Some(since) = self.waiting.remove(&seen.conversation) {
                    self.waits.push(seen.at.since(since));
                }
            }
        }
    }

    fn finish(mut self) -> ChannelStats {
        let count = u32::try_from(self.waits.len()).unwrap_or(u32::MAX);
        let sum: Duration = self.waits.iter().sum();
        self.stats.answer_secs = (count > 0).then(|| sum.as_secs_f64() / f64::from(count));
        self.stats
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id as _;

    fn seen(conversation: u8, direction: Direction, first: bool, secs: i64) -> Seen {
        Seen {
            conversation: ConversationId::from_bytes([conversation; 16]),
            direction,
            first,
            at: Timestamp::from_secs(secs),
        }
    }

    #[test]
    fn waits_run_from_the_first_unanswered_message() {
        let hour = Duration::from_secs(3_600);
        let mut tally = Tally::new(Timestamp::from_secs(0), Timestamp::from_secs(7_200), hour);
        let rows = [
            seen(1, Direction::Inbound, true, 10),
            seen(1, Direction::Inbound, false, 20),
            seen(2, Direction::Inbound, true, 30),
            seen(1, Direction::Outbound, false, 70),
            seen(1, Direction::Outbound, false, 80),
            seen(2, Direction::Outbound, false, 3_630),
        ];
        for row in &rows {
            tally.add(row);
        }
        let stats = tally.finish();
        assert_eq!((stats.received, stats.sent, stats.opened), (3, 3, 2));
        assert_eq!(stats.answer_secs, Some(1_830.0));
        assert_eq!(stats.slots.len(), 2);
        assert_eq!((stats.slots[0].received, stats.slots[0].sent), (3, 2));
        assert_eq!((stats.slots[1].received, stats.slots[1].sent), (0, 1));
    }
}
