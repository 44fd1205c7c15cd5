//! Messages that go out once more after their vendor took them: it says only later that it could not
//! fetch their file from where the sender said that it lies, or that there was no room for them.

use std::time::Duration;

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
use crate::model::parts::Parts;
use crate::model::refusal::FILES_HERE;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::outbox;

/// Under these names a message keeps the vendor's id of the try that failed so.
const BY_LINK: &str = "failedByLink";
const BY_MOMENT: &str = "failedByMoment";

/// How long what found no room waits.
const MOMENT: Duration = Duration::from_secs(60);

/// Sends a message once more where that is what a receipt calls for, and says whether the receipt
/// has done its work. The same receipt once more does nothing.
///
/// # Errors
/// The disk's.
pub fn again(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    row: &Capabilities,
    message: &mut Message,
    receipt: &Receipt,
) -> Result<bool, StoreError> {
    let mut before = [BY_LINK, BY_MOMENT].into_iter();
    if let Some(before) = before.find_map(|name| message.metadata.get(name)) {
        return Ok(*before == receipt.external_id);
    }
    let is_open = matches!(message.delivery, Delivery::Sent | Delivery::Pending);
    if !is_open || message.external_ids.len() > 1 {
        return Ok(false);
    }
    let error = receipt.error.as_ref();
    let (name, wait, handle) = match error.and_then(|error| row.telling(error)) {
        Some(Telling::OfLink) if has_link(message) => (BY_LINK, Duration::ZERO, Some(FILES_HERE)),
        Some(Telling::OfMoment) => (BY_MOMENT, MOMENT, None),
        _ => return Ok(false),
    };
    let before = receipt.external_id.clone().into();
    message.metadata.insert(name.to_owned(), before);
    message.external_ids.clear();
    message.parts = Parts::default();
    message.delivery = Delivery::Pending;
    message.error = None;
    message.updated_at = pen.now;
    messages::update(tx, message)?;
    let mut waiting = send::row(message, pen.now.plus(wait));
    let handle = handle.map(|name| (name.to_owned(), "1".to_owned()));
    waiting.handles.extend(handle);
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
