//! What vendors tell of our own messages: written elsewhere, from before we were connected, or
//! seen up to a moment.

use std::time::Duration;

use serde_json::Value;

use crate::base::time::Timestamp;
use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::open;
use crate::engine::inbox::receipts;
use crate::engine::inbox::revised;
use crate::engine::ingest::done;
use crate::engine::ingest::known;
use crate::engine::ingest::media;
use crate::engine::ingest::message;
use crate::engine::ingest::senders;
use crate::engine::ingest::unheard;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::ids::ChannelId;
use crate::model::inbound::Echo;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::Past;
use crate::model::inbound::Receipt;
use crate::model::inbound::Watermark;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::store::Direction as Order;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::dedup;
use crate::store::records::identities;
use crate::store::records::messages;
use crate::store::records::outbox;

/// How many messages back a watermark is carried.
const WATERMARK_REACH: usize = 200;

/// How far the vendor's clock may be behind ours: a watermark is in the vendor's time.
const CLOCKS_DIFFER: Duration = Duration::from_secs(1);

/// Records a message of ours that was written elsewhere. One that we sent ourselves is only
/// confirmed, by the vendor's id or by our own that it carries.
///
/// # Errors
/// The disk's.
pub fn echo(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    echo: &Echo,
) -> Result<Recorded, EngineError> {
    if let Some(mut known) = sent(tx, pen, channel, &echo.external_id, echo.tag.as_deref())? {
        let at = echo.sent_at.unwrap_or(pen.now);
        let moved = receipts::hear(tx, pen, &mut known, Delivery::Sent, at, None)?;
        return Ok(Recorded {
            message_id: Some(known.id),
            duplicate: !moved,
        });
    }
    if is_part_of_ours(tx, pen, channel, echo)? {
        return Ok(known::nothing());
    }
    if is_under_way(tx, channel.id, &echo.to.address)? {
        hold(tx, pen, channel.id, echo)?;
        return Ok(known::nothing());
    }
    if let Some(mut ours) = unheard::find(tx, channel, echo)? {
        unheard::adopt(tx, pen, channel, &mut ours, echo)?;
        return Ok(recorded(&ours));
    }
    let message = append(tx, pen, channel, echo, Delivery::Sent, Source::BusinessApp)?;
    Ok(recorded(&message))
}

/// Whether it is a part of something we sent from here as one message, which stands there already.
fn is_part_of_ours(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel: &Channel,
    echo: &Echo,
) -> Result<bool, StoreError> {
    let Some(whole) = &echo.whole else {
        return Ok(false);
    };
    let known = sent(tx, pen, channel, whole, None)?;
    Ok(known.is_some_and(|message| message.source != Source::BusinessApp))
}

/// Whether a message of ours is with the vendor right now: an echo whose id nobody knows may be its.
fn is_under_way(tx: &Tx<'_>, channel: ChannelId, address: &str) -> Result<bool, StoreError> {
    let lane = outbox::of_lane(tx, channel, address, 1)?;
    Ok(lane.first().is_some_and(|row| row.begun))
}

/// Under which id echoes to an address wait until it is known whose they are.
fn held_under(address: &str) -> String {
    format!("held:{address}")
}

fn hold(tx: &mut Tx<'_>, pen: &Pen, channel: ChannelId, echo: &Echo) -> Result<(), StoreError> {
    let whole = serde_json::to_value(echo).unwrap_or_default();
    let held = Receipt {
        external_id: held_under(&echo.to.address),
        state: Delivery::Sent,
        at: echo.sent_at,
        error: None,
        tag: None,
        metadata: whole.as_object().cloned().unwrap_or_default(),
        address: None,
    };
    dedup::keep_early(tx, channel, &held, pen.now)
}

/// Records the echoes that waited for the end of an attempt: those of its message confirm it, the
/// others were written elsewhere.
///
/// # Errors
/// The disk's.
pub fn let_go(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
) -> Result<(), EngineError> {
    let held = dedup::take_early(tx, channel, &held_under(address), pen.now)?;
    if held.is_empty() {
        return Ok(());
    }
    let channel = find::channel_in(tx, channel)?;
    for one in held {
        if let Ok(found) = serde_json::from_value(Value::Object(one.metadata)) {
            echo(tx, pen, &channel, &found)?;
        }
    }
    Ok(())
}

/// The message of ours that a vendor's id stands for, or the one that carries `tag` as its own id
/// and whose vendor's id was not known: then it is from now on.
///
/// # Errors
/// The disk's.
pub fn sent(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel: &Channel,
    external_id: &str,
    tag: Option<&str>,
) -> Result<Option<Message>, StoreError> {
    let way = Direction::Outbound;
    let hours = dedup::RECEIPT_HOURS;
    if let Some(known) = dedup::find(tx, channel.id, way, external_id, pen.now, hours)? {
        return Ok(Some(known));
    }
    let Some(id) = tag.and_then(|tag| tag.parse().ok()) else {
        return Ok(None);
    };
    let tagged = messages::get(tx, id)?.filter(|message| {
        message.channel_id == channel.id && message.direction == Direction::Outbound
    });
    let Some(mut message) = tagged else {
        return Ok(None);
    };
    message.external_ids.push(external_id.to_owned());
    messages::update(tx, &message)?;
    dedup::remember(tx, channel.id, way, external_id, message.id, pen.now)?;
    Ok(Some(message))
}

/// Records a message from before we were connected: it is nobody's turn because of it and nobody
/// has it unread. Where its place was already held by something that could not be shown, as for a
/// file that comes later, it takes that place.
///
/// # Errors
/// The disk's.
pub fn past(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    hours: u16,
    past: &Past,
) -> Result<Recorded, EngineError> {
    let (external_id, content) = match past {
        Past::Inbound(message) => (&message.external_id, &message.content),
        Past::Outbound { message, .. } => (&message.external_id, &message.content),
    };
    if let Some(mut known) = known::find_any(tx, channel, external_id, pen)? {
        if matches!(known.content, Content::Unsupported(_)) && known.content != *content {
            known.content = content.clone();
            known.updated_at = pen.now;
            revised::store(tx, pen, &known)?;
            media::want(tx, pen, &mut known)?;
            return Ok(recorded(&known));
        }
        return Ok(known::duplicate_of(known.id));
    }
    match past {
        Past::Inbound(message) => theirs(tx, pen, channel, hours, message),
        Past::Outbound { message, state } => {
            let source = Source::Imported;
            let message = append(tx, pen, channel, message, *state, source)?;
            Ok(recorded(&message))
        }
    }
}

fn theirs(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    hours: u16,
    inbound: &InboundMessage,
) -> Result<Recorded, EngineError> {
    let contact = senders::resolve(tx, pen, channel, &inbound.from)?;
    let address = &inbound.from.address;
    let mut conversation = thread(tx, pen, channel, &contact, address)?;
    let before = conversation.clone();
    let mut entry = message::entry(tx, pen, channel, &contact, &conversation, inbound, None)?;
    entry.source = Source::Imported;
    let mut message = entries::append(tx, pen, &mut conversation, entry)?;
    let after = Conversation {
        inbound_count: before.inbound_count,
        waiting_since: before.waiting_since,
        ..conversation
    };
    conversations::put(tx, &after)?;
    let event = dedup::Named {
        channel: channel.id,
        direction: Direction::Inbound,
        external_id: &inbound.external_id,
        sent_at: inbound.sent_at,
    };
    dedup::remember_event(tx, &event, message.id, pen.now, hours)?;
    media::want(tx, pen, &mut message)?;
    Ok(recorded(&message))
}

fn append(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    echo: &Echo,
    delivery: Delivery,
    source: Source,
) -> Result<Message, EngineError> {
    let contact = senders::resolve(tx, pen, channel, &echo.to)?;
    let mut conversation = thread(tx, pen, channel, &contact, &echo.to.address)?;
    let reply_to = match &echo.reply_to {
        Some(quoted) => known::find_any(tx, channel, quoted, pen)?,
        None => None,
    };
    let entry = Entry {
        direction: Direction::Outbound,
        private: false,
        sender: Sender {
            kind: SenderKind::Agent,
            id: None,
            name: channel.name.clone(),
        },
        from: echo.from.clone(),
        to: echo.to.address.clone(),
        content: echo.content.clone(),
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery,
        external_ids: vec![echo.external_id.clone()],
        reply_to: reply_to.map(|message| message.id),
        client_id: None,
        source,
        metadata: echo.metadata.clone(),
        at: echo.sent_at.unwrap_or(pen.now),
    };
    let mut message = entries::append(tx, pen, &mut conversation, entry)?;
    let way = Direction::Outbound;
    let id = &echo.external_id;
    dedup::remember(tx, channel.id, way, id, message.id, pen.now)?;
    for receipt in dedup::take_early(tx, channel.id, id, pen.now)? {
        let at = receipt.at.unwrap_or(pen.now);
        receipts::hear(tx, pen, &mut message, receipt.state, at, receipt.error)?;
    }
    media::want(tx, pen, &mut message)?;
    done::catch_up(tx, pen, channel.id, id)?;
    Ok(message)
}

/// The conversation that what happened elsewhere goes into: the newest live one, else a new one.
fn thread(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    contact: &Contact,
    address: &str,
) -> Result<Conversation, StoreError> {
    match conversations::latest(tx, contact.id, channel.id)? {
        Some(found) if found.is_live() => Ok(found),
        previous => open::open(tx, pen, channel, contact, address, previous.as_ref()),
    }
}

/// Moves on everything sent to an address up to a moment, or up to a message where the vendor names
/// one we know.
///
/// # Errors
/// The disk's.
pub fn up_to(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    mark: &Watermark,
) -> Result<Recorded, EngineError> {
    let Some(identity) = identities::get(tx, channel.id, &mark.address)? else {
        return Ok(known::nothing());
    };
    let Some(conversation) = conversations::latest(tx, identity.contact_id, channel.id)? else {
        return Ok(known::nothing());
    };
    let named = match &mark.external_id {
        Some(id) => sent(tx, pen, channel, id, None)?,
        None => None,
    };
    let up_to = named
        .and_then(|message| taken_at(&message))
        .unwrap_or(mark.up_to);
    let recent = messages::near(tx, conversation.id, None, Order::Backward, WATERMARK_REACH)?;
    let mut newest = known::nothing();
    for mut message in recent {
        let is_covered = message.direction == Direction::Outbound
            && !message.private
            && taken_at(&message).is_some_and(|at| at <= up_to);
        if is_covered && receipts::hear(tx, pen, &mut message, mark.state, mark.up_to, None)? {
            newest.message_id = newest.message_id.or(Some(message.id));
        }
    }
    Ok(newest)
}

/// When the vendor took a message at the earliest, as far as we know; none for one it did not take.
/// Of one we sent, that is when its call began: the answer may have taken long.
fn taken_at(message: &Message) -> Option<Timestamp> {
    let heard = message.reached(Delivery::Sent)?;
    match message.source {
        Source::BusinessApp => Some(message.at),
        _ => Some(message.called_at.unwrap_or(heard).minus(CLOCKS_DIFFER)),
    }
}

const fn recorded(message: &Message) -> Recorded {
    Recorded {
        message_id: Some(message.id),
        duplicate: false,
    }
}
