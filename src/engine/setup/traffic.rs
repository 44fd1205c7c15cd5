//! What passed through the channels lately.

use std::collections::HashMap;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::ids::ChannelId;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::store::Direction;
use crate::store::records::messages;

/// Hours looked back on.
pub const HOURS: usize = 24;
/// Messages looked at; a busier day is counted from its newest ones alone.
const MESSAGES_MAX: usize = 50_000;
/// Messages read at a time.
const STEP: usize = 500;

/// Messages of each hour of the last day, oldest first.
pub type Hours = [u32; HOURS];

/// Messages from and to customers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BothWays {
    /// From customers.
    pub received: u32,
    /// To customers.
    pub sent: u32,
}

/// Counting what passed.
#[derive(Clone)]
pub struct Traffic(pub Context);

impl Traffic {
    /// The messages of the last 24 hours, by channel.
    ///
    /// # Errors
    /// The actor may not.
    pub fn last_day(&self, actor: &Actor) -> Result<HashMap<ChannelId, Hours>, EngineError> {
        let mut counted: HashMap<ChannelId, Hours> = HashMap::new();
        self.count(actor, |message, hour| {
            counted.entry(message.channel_id).or_default()[hour] += 1;
        })?;
        Ok(counted)
    }

    /// How many messages came and went on each channel in the last 24 hours. Reads many: call it off
    /// the event loop.
    ///
    /// # Errors
    /// The actor may not.
    pub fn both_ways(&self, actor: &Actor) -> Result<HashMap<ChannelId, BothWays>, EngineError> {
        let mut counted: HashMap<ChannelId, BothWays> = HashMap::new();
        self.count(actor, |message, _| {
            let ways = counted.entry(message.channel_id).or_default();
            match message.direction {
                Way::Inbound => ways.received += 1,
                Way::Outbound => ways.sent += 1,
            }
        })?;
        Ok(counted)
    }

    /// Calls `each` with the messages of the last day and the hours they fall in, newest first.
    fn count(
        &self,
        actor: &Actor,
        mut each: impl FnMut(&Message, usize),
    ) -> Result<(), EngineError> {
        actor.require(Permission::ReadChannels)?;
        let snapshot = self.0.store.snapshot()?;
        let now = self.0.clock.now();
        let mut after = None;
        for _ in 0..MESSAGES_MAX / STEP {
            let found = messages::by_age(&snapshot, after, Direction::Backward, STEP)?;
            let Some(last) = found.last() else { break };
            after = Some(last.id);
            let beyond = hour_of(last.created_at, now).is_none();
            for message in found.iter().filter(|message| !message.private) {
                if let Some(hour) = hour_of(message.created_at, now) {
                    each(message, hour);
                }
            }
            if beyond {
                break;
            }
        }
        Ok(())
    }
}

/// Which hour of the last day a moment lies in; none when it is longer ago.
fn hour_of(at: Timestamp, now: Timestamp) -> Option<usize> {
    const HOUR: Duration = Duration::from_secs(3_600);
    let ago = usize::try_from(now.since(at).as_secs() / HOUR.as_secs()).ok()?;
    (HOURS - 1).checked_sub(ago)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_hour_is_the_last() {
        let now = Timestamp::from_secs(1_000_000);
        let ago = |secs| hour_of(now.minus(Duration::from_secs(secs)), now);
        assert_eq!(ago(0), Some(23));
        assert_eq!(ago(3_599), Some(23));
        assert_eq!(ago(3_600), Some(22));
        assert_eq!(ago(24 * 3_600 - 1), Some(0));
        assert_eq!(ago(24 * 3_600), None);
    }
}
