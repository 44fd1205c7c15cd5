//! Addresses that nothing may be sent to: the register that every sender obeys.
//!
//! It is kept with the address on its channel, so that somebody who wants no more texts can still
//! be mailed. What waits for such an address when it closes has failed; what is sent later is
//! refused before any vendor hears of it.

use crate::base::time::Timestamp;
use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::open;
use crate::engine::inbox::send;
use crate::engine::ingest::apply;
use crate::engine::ingest::senders;
use crate::engine::queue;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::contact::Closed;
use crate::model::contact::Shut;
use crate::model::content::Content;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::inbound::Access;
use crate::model::inbound::Answer;
use crate::model::inbound::Consent;
use crate::model::inbound::InboundSender;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::SendError;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::dedup;
use crate::store::records::identities;
use crate::store::records::messages;
use crate::store::records::outbox;

/// Under which name a message says which one answered it by itself.
const ANSWERED: &str = "answeredBy";

/// Closes an address; whether it was open. One that somebody closed in words stays so.
///
/// # Errors
/// The disk's.
pub fn close(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
    why: Shut,
    at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let Some(mut identity) = identities::get(tx, channel, address)? else {
        return Ok(false);
    };
    if identity
        .closed
        .is_some_and(|held| held.why == why || held.why == Shut::OptedOut)
    {
        return Ok(false);
    }
    identity.closed = Some(Closed {
        why,
        at: at.unwrap_or(pen.now),
    });
    identities::put(tx, &identity)?;
    let contact_id = identity.contact_id;
    pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
    abandon(tx, pen, channel, address, why)?;
    Ok(true)
}

/// Opens an address again that was closed for a reason; whether that changed anything.
///
/// # Errors
/// The disk's.
pub fn reopen(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
    why: Shut,
) -> Result<bool, StoreError> {
    let Some(mut identity) = identities::get(tx, channel, address)? else {
        return Ok(false);
    };
    if identity.closed.is_none_or(|held| held.why != why) {
        return Ok(false);
    }
    identity.closed = None;
    identities::put(tx, &identity)?;
    let contact_id = identity.contact_id;
    pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
    Ok(true)
}

/// Gives up what waits for an address. What is with the vendor already is not ours to stop.
fn abandon(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
    why: Shut,
) -> Result<(), StoreError> {
    let mut rows = outbox::of_lane(tx, channel, address, usize::MAX)?;
    rows.retain(|row| !row.begun);
    queue::abandon(tx, pen, rows, &refused(why))
}

fn refused(why: Shut) -> SendError {
    let (reason, message) = match why {
        Shut::OptedOut => ("opted_out", "The person asked not to be written to."),
        Shut::Unreachable => (
            "unreachable",
            "The person cannot be reached there any more.",
        ),
    };
    SendError {
        reason: reason.to_owned(),
        vendor_code: None,
        message: message.to_owned(),
        retryable: false,
    }
}

/// Writes down that somebody wants nothing from us at an address, or something again; the answer
/// goes out when that changed anything.
///
/// # Errors
/// The disk's.
pub fn of_consent(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    consent: &Consent,
) -> Result<Recorded, EngineError> {
    senders::resolve(tx, pen, channel, &consent.from)?;
    let address = &consent.from.address;
    let changed = if consent.is_given {
        reopen(tx, pen, channel.id, address, Shut::OptedOut)?
    } else {
        close(tx, pen, channel.id, address, Shut::OptedOut, consent.at)?
    };
    if let Some(words) = consent
        .answer
        .as_deref()
        .filter(|words| changed && !words.is_empty())
    {
        say(tx, pen, channel, &consent.from, words)?;
    }
    Ok(apply::nothing())
}

/// Writes down that an address can be written to no more, or again. Nobody is made of it.
///
/// # Errors
/// The disk's.
pub fn of_access(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    access: &Access,
) -> Result<Recorded, EngineError> {
    let address = &access.from.address;
    if access.is_open {
        reopen(tx, pen, channel.id, address, Shut::Unreachable)?;
    } else {
        close(tx, pen, channel.id, address, Shut::Unreachable, access.at)?;
    }
    Ok(apply::nothing())
}

/// Answers a message as the channel has it, once for each.
///
/// # Errors
/// The disk's.
pub fn of_answer(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    answer: &Answer,
) -> Result<Recorded, EngineError> {
    let (way, hours) = (Direction::Inbound, dedup::RECEIPT_HOURS);
    let asked = dedup::find(tx, channel.id, way, &answer.external_id, pen.now, hours)?;
    let Some(mut asked) = asked else {
        return Ok(apply::nothing());
    };
    if asked.metadata.contains_key(ANSWERED) {
        return Ok(apply::duplicate_of(asked.id));
    }
    let id = say(tx, pen, channel, &answer.to, &answer.text)?;
    asked
        .metadata
        .insert(ANSWERED.to_owned(), id.to_string().into());
    messages::update(tx, &asked)?;
    Ok(apply::nothing())
}

/// Puts words on their way that nobody of us wrote.
fn say(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    to: &InboundSender,
    words: &str,
) -> Result<crate::model::ids::MessageId, EngineError> {
    let contact = senders::resolve(tx, pen, channel, to)?;
    let latest = conversations::latest(tx, contact.id, channel.id)?;
    let mut conversation = match latest {
        Some(found) if found.is_live() => found,
        previous => open::open(tx, pen, channel, &contact, &to.address, previous.as_ref())?,
    };
    let waiting = conversation.waiting_since;
    let entry = Entry {
        direction: Direction::Outbound,
        private: false,
        sender: Sender {
            kind: SenderKind::System,
            id: None,
            name: channel.name.clone(),
        },
        from: channel.id.to_string(),
        to: to.address.clone(),
        content: Content::text(words),
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: Delivery::Pending,
        external_ids: Vec::new(),
        reply_to: None,
        client_id: None,
        source: Source::System,
        metadata: Opaque::new(),
        at: pen.now,
    };
    let message = entries::append(tx, pen, &mut conversation, entry)?;
    // A machine's words are no answer to whoever waits for a person.
    if waiting.is_some() {
        conversation.waiting_since = waiting;
        conversations::put(tx, &conversation)?;
    }
    outbox::push(tx, &send::row(&message, pen.now))?;
    Ok(message.id)
}
