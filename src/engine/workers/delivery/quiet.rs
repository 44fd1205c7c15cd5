//! Messages that became due while it is quiet where they go.

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::quiet;
use crate::engine::workers::delivery::outcome::found;
use crate::engine::workers::delivery::outcome::log_status;
use crate::model::channel::Channel;
use crate::model::conversation::Conversation;
use crate::model::message::Message;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::LaneKey;
use crate::store::records::outbox::OutboxRow;

/// Until when a message has to wait, because it is quiet; none where it need not. One that went out in
/// part goes on.
///
/// # Errors
/// The disk's.
pub fn until(
    read: &impl Read,
    row: &OutboxRow,
    message: &Message,
    place: (&Channel, &Conversation),
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    if !row.keeps_quiet || message.calls_taken > 0 {
        return Ok(None);
    }
    let (channel, conversation) = place;
    let over = quiet::over(read, channel, conversation.contact_id, now)?;
    Ok((over > now).then_some(over))
}

/// Has a message wait until it is not quiet any more. What stands behind it goes first.
///
/// # Errors
/// The store's.
pub async fn wait(context: &Context, key: &LaneKey, until: Timestamp) -> Result<(), EngineError> {
    let key = key.clone();
    let stamp = context.stamp();
    context
        .store
        .write("waiting until it is not quiet any more", move |tx| {
            let mut pen = stamp.pen();
            let Some((row, mut message)) = found(tx, &key)? else {
                return Ok(());
            };
            outbox::give_way(tx, &row, until)?;
            let kept = &mut message.metadata;
            kept.insert(quiet::NOT_BEFORE.to_owned(), until.to_string().into());
            message.error = None;
            message.updated_at = pen.now;
            messages::update(tx, &message)?;
            Ok(log_status(tx, &mut pen, &message)?)
        })
        .await
}
