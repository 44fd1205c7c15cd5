//! Deliveries that move on, whoever brings the news: a vendor, a visitor's browser, a worker.

use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::model::event::Event;
use crate::model::event::MessageStatus;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;

/// Whether a receipt says nothing of the whole: a message of several parts has come as far as the last
/// of them, while one that fails fails it all.
#[must_use]
pub fn is_of_earlier_part(message: &Message, external_id: &str, news: Delivery) -> bool {
    let ids = &message.external_ids;
    let is_last = ids.last().is_none_or(|last| last == external_id);
    news != Delivery::Failed && ids.len() > 1 && !is_last
}

/// Moves a message's delivery on by `news`; late and repeated news changes nothing. Whether the
/// state changed.
///
/// # Errors
/// The disk's.
pub fn hear(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &mut Message,
    news: Delivery,
    at: Timestamp,
    error: Option<SendError>,
) -> Result<bool, StoreError> {
    let before = message.delivery;
    if !message.hear(news, at) {
        return Ok(false);
    }
    if message.delivery == Delivery::Failed {
        message.error = error;
    }
    message.updated_at = pen.now;
    messages::update(tx, message)?;
    if message.delivery == before {
        return Ok(false);
    }
    let event = MessageStatus {
        message_id: message.id,
        conversation_id: message.conversation_id,
        status: message.delivery,
        at,
    };
    pen.log(tx, Event::MessageStatus(event))?;
    Ok(true)
}
