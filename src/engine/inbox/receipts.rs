//! Deliveries that move on, whoever brings the news: a vendor, a visitor's browser, a worker.

use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::model::event::Event;
use crate::model::event::MessageStatus;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;

/// Moves a message on by what a vendor tells of it, or of one of the parts it went out as. Whether
/// the state changed.
///
/// # Errors
/// The disk's.
pub fn of_part(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &mut Message,
    receipt: &Receipt,
) -> Result<bool, StoreError> {
    let ids = &message.external_ids;
    let mut news = Some(receipt.state);
    if ids.len() > 1 || message.parts.before > 0 {
        let index = ids.iter().position(|id| *id == receipt.external_id);
        let parts = &mut message.parts;
        news = index.and_then(|index| parts.hear(index, ids.len(), receipt.state));
        messages::update(tx, message)?;
    }
    let Some(news) = news else {
        return Ok(false);
    };
    let at = receipt.at.unwrap_or(pen.now);
    hear(tx, pen, message, news, at, receipt.error.clone())
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
