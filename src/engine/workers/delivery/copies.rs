//! Copies of a mail: what goes to others once the customer has it.
//!
//! Each waits in the lane of whom it goes to, so that one who is refused or put off holds up nobody
//! and nobody gets a mail twice. How it stands is kept with the message, by address.

use crate::base::time::Timestamp;
use crate::engine::inbox::send;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::OutboxRow;

/// Puts the copies of a message that the customer has into their lanes. Whoever has one already, or
/// may have it, gets no other.
///
/// # Errors
/// The disk's.
pub fn push(
    tx: &mut Tx<'_>,
    message: &Message,
    whom: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let failed = Delivery::Failed.name();
    for address in whom {
        let known = message.recipient(address);
        if known.is_some_and(|known| known.get("status").is_none_or(|status| status != failed)) {
            continue;
        }
        let copy = OutboxRow {
            address: address.clone(),
            is_copy: true,
            ..send::row(message, now)
        };
        outbox::push(tx, &copy)?;
    }
    Ok(())
}

/// Writes down how a copy stands that the vendor did not take.
///
/// # Errors
/// The disk's.
pub fn note(
    tx: &mut Tx<'_>,
    row: &OutboxRow,
    message: &mut Message,
    state: Delivery,
    error: &SendError,
) -> Result<(), StoreError> {
    message.note_recipient(&row.address, state, Some(error));
    messages::update(tx, message)
}
