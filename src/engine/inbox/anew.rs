//! Messages whose vendor says only later that it could not fetch their file from where the sender
//! said that it lies: they go out once more, with the file handed over.

use crate::engine::context::Pen;
use crate::engine::inbox::send;
use crate::model::capability::Capabilities;
use crate::model::capability::Telling;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::event::MessageStatus;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::refusal::FILES_HERE;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::outbox;

/// Under this name a message keeps the vendor's id of the try that failed so.
const BEFORE: &str = "failedByLink";

/// Sends a message once more where that is what a receipt calls for, and says whether the receipt
/// has done its work. The same receipt once more does nothing.
///
/// # Errors
/// The disk's.
pub fn by_upload(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    row: &Capabilities,
    message: &mut Message,
    receipt: &Receipt,
) -> Result<bool, StoreError> {
    if let Some(before) = message.metadata.get(BEFORE) {
        return Ok(*before == receipt.external_id);
    }
    let error = receipt.error.as_ref();
    let is_of_link = error.and_then(|error| row.telling(error)) == Some(Telling::OfLink);
    let is_open = matches!(message.delivery, Delivery::Sent | Delivery::Pending);
    if !is_of_link || !is_open || message.external_ids.len() > 1 || !has_link(message) {
        return Ok(false);
    }
    let before = receipt.external_id.clone().into();
    message.metadata.insert(BEFORE.to_owned(), before);
    message.external_ids.clear();
    message.delivery = Delivery::Pending;
    message.error = None;
    message.updated_at = pen.now;
    messages::update(tx, message)?;
    let mut waiting = send::row(message, pen.now);
    waiting
        .handles
        .insert(FILES_HERE.to_owned(), "1".to_owned());
    outbox::push(tx, &waiting)?;
    let event = MessageStatus {
        message_id: message.id,
        conversation_id: message.conversation_id,
        status: Delivery::Pending,
        at: pen.now,
    };
    pen.log(tx, Event::MessageStatus(event))?;
    Ok(true)
}

/// Whether a message carries a file that lies somewhere else.
fn has_link(message: &Message) -> bool {
    let parts = if message.sent_as.is_empty() {
        std::slice::from_ref(&message.content)
    } else {
        &message.sent_as
    };
    let mut files = parts.iter().filter_map(Content::media);
    files.any(|file| file.media_id.is_none() && file.url.is_some())
}
