//! Conversations that nothing happened in for days.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::store::Snapshot;
use crate::store::records::conversations;

/// Conversations read at a time.
const STEP: usize = 500;
/// The length of a day.
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// So many days before a moment.
#[must_use]
pub fn days_before(now: Timestamp, days: u16) -> Timestamp {
    now.minus(DAY * u32::from(days))
}

/// Whether a conversation is idle since before a moment: the customer has to say something and
/// does not. One that waits for us is never resolved over the customer's head.
#[must_use]
pub fn is_idle(conversation: &Conversation, since: Timestamp) -> bool {
    conversation.status == Status::Open
        && conversation.waiting_since.is_none()
        && conversation.last_message_at < since
}

/// Whether a conversation is over since before a moment. What a blocked person wrote nobody
/// resolves.
#[must_use]
pub fn is_over(conversation: &Conversation, since: Timestamp) -> bool {
    (conversation.status == Status::Resolved || conversation.hidden)
        && conversation.last_message_at < since
}

/// The conversations from before a moment that are as wanted, oldest first.
///
/// # Errors
/// The disk's.
pub fn old_ones(
    snapshot: &Snapshot,
    since: Timestamp,
    limit: usize,
    wanted: impl Fn(&Conversation, Timestamp) -> bool,
) -> Result<Vec<ConversationId>, EngineError> {
    let mut found = Vec::new();
    let mut after = None;
    while found.len() < limit {
        let step = conversations::scan(snapshot, after, STEP)?;
        after = step.last().map(|last| last.id);
        let is_last = step.len() < STEP;
        for conversation in step {
            // They stand by age: from here on all are younger.
            if conversation.created_at >= since {
                return Ok(found);
            }
            if wanted(&conversation, since) {
                found.push(conversation.id);
            }
        }
        if is_last {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}
