//! The frames that programs hear over their sockets.

use std::collections::HashSet;

use serde_json::Value;
use serde_json::json;

use crate::engine::error::EngineError;
use crate::engine::inbox::counting::Counts;
use crate::engine::live::presence::Place;
use crate::model::event::Change;
use crate::model::event::Event;
use crate::model::event::EventRecord;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::model::rejection::Rejection;
use crate::web::api::event_out::Eyes;
use crate::web::api::event_out::seen;

/// How many conversations wait, after it changed.
pub(super) fn queue(counts: Counts, event_id: u64) -> Value {
    json!({
        "type": "queue",
        "open": counts.open,
        "pending": counts.pending,
        "snoozed": counts.snoozed,
        "resolved": counts.resolved,
        "unassigned": counts.unassigned,
        "eventId": event_id,
    })
}

/// Whether an event may change how many conversations wait.
pub(super) const fn moves_queue(event: &Event) -> bool {
    match event {
        Event::ConversationCreated(_) | Event::ConversationDeleted(_) => true,
        Event::ConversationChanged(changed) => matches!(
            changed.change,
            Change::Status { .. } | Change::Assignee { .. } | Change::Team { .. }
        ),
        _ => false,
    }
}

/// A person of ours came or went.
pub(super) fn presence(user_id: UserId, is_here: bool) -> Value {
    let status = if is_here { "online" } else { "offline" };
    json!({ "type": "presence", "userId": user_id, "status": status })
}

/// Who of ours looks at a conversation.
pub(super) fn viewers(id: ConversationId, viewers: &[Place]) -> Value {
    let viewers: Vec<Value> = viewers
        .iter()
        .map(|one| json!({ "userId": one.user_id, "name": one.name, "isWriting": one.writing }))
        .collect();
    json!({ "type": "presence", "conversationId": id, "viewers": viewers })
}

/// A refusal.
pub(super) fn error(refused: &Rejection) -> Value {
    json!({ "type": "error", "code": refused.code.as_str(), "message": refused.message })
}

/// An entry of the log; none where it is not for this reader, or not for programs.
///
/// # Errors
/// The store's.
pub(super) fn drawn(
    eyes: &Eyes<'_>,
    entry: &EventRecord,
    subscribed: &HashSet<ConversationId>,
) -> Result<Option<Value>, EngineError> {
    let frame = match &entry.event {
        Event::MessageCreated(event) if !event.private => {
            eyes.message(event.message_id).map(|message| {
                json!({
                    "type": "message",
                    "conversationId": event.conversation_id,
                    "message": message,
                })
            })
        }
        Event::MessageStatus(event)
            if subscribed.contains(&event.conversation_id) && !entry.event.names().is_empty() =>
        {
            Ok(json!({
                "type": "message_status",
                "conversationId": event.conversation_id,
                "messageId": event.message_id,
                "status": event.status.name(),
                "timestamp": event.at,
            }))
        }
        Event::ConversationCreated(event) => updated(eyes, event.conversation_id),
        Event::ConversationChanged(event) => updated(eyes, event.conversation_id),
        _ => return Ok(None),
    };
    let mut frame = seen(frame)?;
    if let Some(frame) = &mut frame {
        frame["eventId"] = entry.seq.into();
    }
    Ok(frame)
}

fn updated(eyes: &Eyes<'_>, id: ConversationId) -> Result<Value, EngineError> {
    let conversation = eyes.conversation(id)?;
    Ok(json!({
        "type": "conversation_update",
        "conversationId": id,
        "status": conversation["status"],
        "assignedTo": conversation["assignedTo"],
        "metadata": conversation["metadata"],
    }))
}
