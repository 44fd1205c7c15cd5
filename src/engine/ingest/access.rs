//! What people and vendors say of addresses that nothing may be sent to.

use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::moves;
use crate::engine::inbox::moves::Terms;
use crate::engine::inbox::open;
use crate::engine::inbox::send;
use crate::engine::ingest::known;
use crate::engine::ingest::senders;
use crate::engine::people::closing::close;
use crate::engine::people::closing::close_anybodys;
use crate::engine::people::closing::reopen;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::contact::Identity;
use crate::model::contact::Shut;
use crate::model::content::Content;
use crate::model::content::EventLine;
use crate::model::conversation::Conversation;
use crate::model::conversation::Move;
use crate::model::inbound::Access;
use crate::model::inbound::Answer;
use crate::model::inbound::Consent;
use crate::model::inbound::Extent;
use crate::model::inbound::InboundSender;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::dedup;
use crate::store::records::identities;
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

/// Writes down that an address can be written to no more, or again, with all within it that it stands
/// for. Nobody is made of it but a room that lets us in, with which a conversation begins, and who got
/// a copy of a mail that came back.
///
/// # Errors
/// The disk's.
pub fn of_access(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    access: &Access,
) -> Result<Recorded, EngineError> {
    let address = &access.from.address;
    let is_room = access.extent == Extent::Room;
    if is_room && access.is_open {
        enter(tx, pen, channel, access)?;
    }
    let mut meant = match access.extent {
        Extent::Alone => Vec::new(),
        Extent::Room | Extent::Within => {
            identities::beginning(tx, channel.id, &format!("{address}:"))?
        }
    };
    // Mail also goes to people who never were written to alone, and comes back from them.
    if row.is_some_and(|row| row.threads) && !access.is_open {
        let why = Shut::Unreachable;
        close_anybodys(tx, pen, channel.id, address, why, access.at)?;
        return Ok(known::nothing());
    }
    if access.extent != Extent::Within {
        meant.extend(identities::get(tx, channel.id, address)?);
    }
    for identity in meant {
        let to = &identity.address;
        if access.is_open {
            reopen(tx, pen, channel.id, to, Shut::Unreachable)?;
            continue;
        }
        close(tx, pen, channel.id, to, Shut::Unreachable, access.at)?;
        if is_room {
            leave(tx, pen, &identity, access)?;
        }
    }
    Ok(known::nothing())
}

/// Begins a conversation with a room, unless one is under way: we may write there from now on.
fn enter(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    access: &Access,
) -> Result<(), EngineError> {
    let room = senders::resolve(tx, pen, channel, &access.from)?;
    let latest = conversations::latest(tx, room.id, channel.id)?;
    let is_live = latest.as_ref().is_some_and(Conversation::is_live);
    if is_live {
        return Ok(());
    }
    let address = &access.from.address;
    let mut talk = open::open(tx, pen, channel, &room, address, latest.as_ref())?;
    let heard = access.at.unwrap_or(pen.now).min(pen.now);
    talk.last_inbound_at = talk.last_inbound_at.max(Some(heard));
    let line = EventLine {
        name: "letIn".to_owned(),
        detail: Some(channel.name.clone()),
        ..EventLine::default()
    };
    let by = access.by.as_deref().unwrap_or(&room.name);
    entries::append(tx, pen, &mut talk, entries::history_line(pen.now, by, line))?;
    Ok(())
}

/// Ends what was talked about in a room, or a part of it, that put us out.
fn leave(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    identity: &Identity,
    access: &Access,
) -> Result<(), EngineError> {
    let latest = conversations::latest(tx, identity.contact_id, identity.channel_id)?;
    let Some(mut talk) = latest.filter(|talk| talk.address == identity.address) else {
        return Ok(());
    };
    let by = access.by.clone().unwrap_or_default();
    moves::make(tx, pen, &mut talk, Move::Resolve, Terms::default(), &by)?;
    Ok(())
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
        return Ok(known::nothing());
    };
    if asked.metadata.contains_key(ANSWERED) {
        return Ok(known::duplicate_of(asked.id));
    }
    let id = say(tx, pen, channel, &answer.to, &answer.text)?;
    asked
        .metadata
        .insert(ANSWERED.to_owned(), id.to_string().into());
    messages::update(tx, &asked)?;
    Ok(known::nothing())
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
