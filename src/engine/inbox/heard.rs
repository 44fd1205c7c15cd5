//! When a customer was last heard of: what a vendor's reply window counts from.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::model::capability::Capabilities;
use crate::model::conversation::Conversation;
use crate::model::event::Change;
use crate::model::event::ConversationChanged;
use crate::model::event::Event;
use crate::model::message::Message;
use crate::model::message::OUTSIDE_WINDOW;
use crate::model::message::SendError;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;

/// When the customer of a conversation last wrote on its channel, there or in a newer conversation.
///
/// # Errors
/// The disk's.
pub fn last(
    read: &impl Read,
    conversation: &Conversation,
) -> Result<Option<Timestamp>, StoreError> {
    let newest = conversations::latest(read, conversation.contact_id, conversation.channel_id)?;
    let there = newest.and_then(|newest| newest.last_inbound_at);
    Ok(there.max(conversation.last_inbound_at))
}

/// Takes the vendor's word that its window was closed for a message, though we thought otherwise:
/// the customer counts as heard so long ago that it is. Whoever wrote since has opened it again.
///
/// # Errors
/// The disk's.
pub fn too_late(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    row: &Capabilities,
    message: &Message,
    error: Option<&SendError>,
) -> Result<(), StoreError> {
    let said_so = error.is_some_and(|error| error.reason == OUTSIDE_WINDOW);
    let Some(hours) = row.window_hours.filter(|_| said_so) else {
        return Ok(());
    };
    let ended = pen.now.minus(Duration::from_secs(u64::from(hours) * 3_600));
    let Some(conversation) = conversations::get(tx, message.conversation_id)? else {
        return Ok(());
    };
    let newest = conversations::latest(tx, message.contact_id, message.channel_id)?;
    let newest = newest.filter(|newest| newest.id != conversation.id);
    for mut held in newest.into_iter().chain([conversation]) {
        let heard = held.last_inbound_at;
        if heard.is_none_or(|heard| heard <= ended || heard > message.created_at) {
            continue;
        }
        held.last_inbound_at = Some(ended);
        held.revision += 1;
        held.updated_at = pen.now;
        conversations::put(tx, &held)?;
        let changed = ConversationChanged {
            conversation_id: held.id,
            change: Change::Details,
        };
        pen.log(tx, Event::ConversationChanged(changed))?;
    }
    Ok(())
}
