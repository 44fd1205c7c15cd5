//! How the delivery of our messages goes on.

use serde_json::Value;

use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::anew;
use crate::engine::inbox::heard;
use crate::engine::inbox::receipts;
use crate::engine::ingest::clicks;
use crate::engine::ingest::copies;
use crate::engine::ingest::known;
use crate::engine::ingest::mail_events;
use crate::engine::ingest::mailed;
use crate::engine::ingest::ours;
use crate::engine::setup::aftermath;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::inbound::EVENT_ID;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::opaque;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::dedup;
use crate::store::records::messages;
use crate::store::records::outbox;

/// Records how the delivery of a message of ours goes on.
///
/// # Errors
/// The disk's.
pub fn hear(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    receipt: &Receipt,
) -> Result<Recorded, EngineError> {
    let named = receipt.metadata.get(EVENT_ID).and_then(Value::as_str);
    if let Some(name) = named
        && !dedup::first_time(tx, channel.id, &format!("event {name}"), pen.now)?
    {
        return Ok(known::nothing());
    }
    let (id, tag) = (&receipt.external_id, receipt.tag.as_deref());
    let threads = row.is_some_and(|row| row.threads);
    let Some(message) = ours::sent(tx, pen, channel, id, tag)? else {
        if threads && mailed::bounced(tx, pen, receipt)? {
            return Ok(known::nothing());
        }
        dedup::keep_early(tx, channel.id, receipt, pen.now)?;
        return Ok(known::nothing());
    };
    if threads && clicks::wait(tx, pen, channel, &message, receipt)? {
        return Ok(known::nothing());
    }
    // While parts of it are still to go it is too early to say how far it came.
    if message.calls_taken > 0 && receipt.state != Delivery::Failed {
        dedup::keep_early(tx, channel.id, receipt, pen.now)?;
        return Ok(known::nothing());
    }
    count(tx, pen, channel, row, message, receipt)
}

/// Has the further parts of a message stay here: one of them failed. Whoever tries it again sends all
/// of it.
fn spare_the_rest(tx: &mut Tx<'_>, message: &mut Message) -> Result<(), StoreError> {
    message.calls_taken = 0;
    let key = (message.channel_id, message.to.clone(), message.id);
    match outbox::get(tx, &key)? {
        Some(row) => outbox::remove(tx, &row),
        None => Ok(()),
    }
}

/// Moves a message on by news of it, unless a program did what they tell of.
///
/// # Errors
/// The disk's.
pub fn count(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    mut message: Message,
    receipt: &Receipt,
) -> Result<Recorded, EngineError> {
    let at = receipt.at.unwrap_or(pen.now);
    let error = receipt.error.clone();
    let threads = row.is_some_and(|row| row.threads);
    if threads && clicks::by_machine(&message, receipt, at) {
        return Ok(known::duplicate_of(message.id));
    }
    if !receipt.metadata.is_empty() {
        let stands = copies::stands(&message, receipt);
        let mut told = receipt.metadata.clone();
        told.shift_remove(EVENT_ID);
        opaque::fold(&mut message.metadata, &told);
        if let (Some(address), Some(state)) = (&receipt.address, stands) {
            copies::keep(&mut message.metadata, address, state);
        }
        messages::update(tx, &message)?;
    }
    if threads {
        mail_events::of_receipt(tx, pen, channel, &message, receipt)?;
    }
    if copies::is_of_copy(&message, receipt.address.as_deref()) {
        return Ok(known::duplicate_of(message.id));
    }
    if threads {
        message.delivery = copies::before(message.delivery, receipt.state);
    }
    if let Some(row) = row
        && anew::again(tx, pen, row, &mut message, receipt)?
    {
        return Ok(known::duplicate_of(message.id));
    }
    if message.calls_taken > 0 {
        spare_the_rest(tx, &mut message)?;
    }
    let moved = if threads {
        receipts::hear(tx, pen, &mut message, receipt.state, at, error)?
    } else {
        receipts::of_part(tx, pen, &mut message, receipt)?
    };
    if let Some(row) = row.filter(|_| moved) {
        heard::too_late(tx, pen, row, &message, receipt.error.as_ref())?;
        if let Some(error) = &receipt.error {
            aftermath::of(tx, pen, channel.id, row, error)?;
        }
    }
    Ok(Recorded {
        message_id: Some(message.id),
        duplicate: !moved,
    })
}
