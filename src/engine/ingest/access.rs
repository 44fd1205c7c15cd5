//! What people and vendors say of addresses that nothing may be sent to.

use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::open;
use crate::engine::inbox::send;
use crate::engine::ingest::apply;
use crate::engine::ingest::senders;
use crate::engine::people::closing::close;
use crate::engine::people::closing::reopen;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::contact::Shut;
use crate::model::content::Content;
use crate::model::inbound::Access;
use crate::model::inbound::Answer;
use crate::model::inbound::Consent;
use crate::model::inbound::InboundSender;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::dedup;
use crate::store::records::messages;
use crate::store::records::outbox;

/// Under which name a message says which one answered it by itself.
const ANSWERED: &str = "answeredBy";

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
    Ok(Recorded {
        message_id: None,
        duplicate: !changed,
    })
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
