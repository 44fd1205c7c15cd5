//! How soon visitors usually get an answer: the middle one of the last first answers.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::WebchatError;
use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::ids::ChannelId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::conversations;
use crate::store::records::conversations::Owner;

/// Conversations looked at in each status.
const LOOKED_AT: usize = 60;
/// Answers that count.
const COUNTED: usize = 30;
/// Fewer answers say nothing about the next one.
const ENOUGH: usize = 3;
/// How long what was found is good.
const FRESH: Duration = Duration::from_secs(300);

/// What was found last, by channel.
#[derive(Default)]
pub struct Replies(Mutex<HashMap<ChannelId, (Timestamp, Option<u32>)>>);

impl Webchat {
    /// Minutes a first answer usually takes in a web chat; none while there were too few.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn usual_reply(&self, channel: ChannelId) -> Result<Option<u32>, WebchatError> {
        let now = self.context.clock.now();
        let known = &self.shared.replies.0;
        let held = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, minutes)) = held.get(&channel)
            && now.since(*at) < FRESH
        {
            return Ok(*minutes);
        }
        drop(held);
        let minutes = middle(waits(&self.context.store.snapshot()?, channel)?);
        let mut held = known.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(channel, (now, minutes));
        Ok(minutes)
    }
}

/// The waits for a first answer in the latest conversations of a channel, the newest first.
fn waits(read: &impl Read, channel: ChannelId) -> Result<Vec<Duration>, StoreError> {
    let mut latest: Vec<Conversation> = Vec::new();
    for status in [Status::Open, Status::Pending, Status::Resolved] {
        for (_, id) in conversations::places(read, status, Owner::Anyone, None, LOOKED_AT)? {
            latest.extend(conversations::get(read, id)?);
        }
    }
    latest.retain(|found| found.channel_id == channel);
    latest.sort_by_key(|found| std::cmp::Reverse(found.last_message_at));
    let waited = |found: &Conversation| Some(found.first_reply_at?.since(found.first_message_at?));
    Ok(latest.iter().filter_map(waited).take(COUNTED).collect())
}

/// The middle wait in whole minutes, at least one.
fn middle(mut waits: Vec<Duration>) -> Option<u32> {
    if waits.len() < ENOUGH {
        return None;
    }
    waits.sort_unstable();
    let minutes = waits.get(waits.len() / 2)?.as_secs().div_ceil(60);
    Some(u32::try_from(minutes).unwrap_or(u32::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_answer_counts_once_there_are_three() {
        let secs = |all: &[u64]| all.iter().copied().map(Duration::from_secs).collect();
        let cases: [(&[u64], Option<u32>); 5] = [
            (&[], None),
            (&[30, 40], None),
            (&[1, 2, 3], Some(1)),
            (&[20, 100_000, 170], Some(3)),
            (&[7_200, 7_200, 60, 7_200], Some(120)),
        ];
        for (waits, expected) in cases {
            assert_eq!(middle(secs(waits)), expected, "{waits:?}");
        }
    }
}
