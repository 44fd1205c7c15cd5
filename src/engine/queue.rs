//! Messages that wait to go out and never will: their person or their channel is gone.

use crate::engine::context::Pen;
use crate::model::event::Event;
use crate::model::event::MessageStatus;
use crate::model::message::Delivery;
use crate::model::message::SendError;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::OutboxRow;

/// Takes rows out of the queue for good; their messages have failed, and say why.
///
/// # Errors
/// The disk's.
pub fn abandon(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    rows: Vec<OutboxRow>,
    why: &SendError,
) -> Result<(), StoreError> {
    for row in rows {
        outbox::remove(tx, &row)?;
        let Some(mut message) = messages::get(tx, row.message_id)? else {
            continue;
        };
        if row.is_copy {
            message.note_recipient(&row.address, Delivery::Failed, Some(why));
            messages::update(tx, &message)?;
            continue;
        }
        if !message.hear(Delivery::Failed, pen.now) {
            continue;
        }
        message.error = Some(why.clone());
        messages::update(tx, &message)?;
        let status = MessageStatus {
            message_id: message.id,
            conversation_id: message.conversation_id,
            status: message.delivery,
            at: pen.now,
        };
        pen.log(tx, Event::MessageStatus(status))?;
    }
    Ok(())
}
