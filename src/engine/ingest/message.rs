//! What a customer wrote, recorded once.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::open;
use crate::engine::inbox::receipts;
use crate::engine::inbox::visitor_timeline;
use crate::engine::ingest::done;
use crate::engine::ingest::known;
use crate::engine::ingest::media;
use crate::engine::ingest::people;
use crate::engine::ingest::presses;
use crate::engine::ingest::senders;
use crate::engine::rules::choices;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::content::Postback;
use crate::model::conversation::Conversation;
use crate::model::ids::MessageId;
use crate::model::inbound::InboundMessage;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::dedup;
use crate::store::records::messages;

/// Records what a customer wrote, once.
///
/// # Errors
/// The disk's.
pub fn record(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    inbound: &InboundMessage,
) -> Result<Recorded, EngineError> {
    keep(tx, pen, channel, row, (inbound, Source::Customer))
}

/// The same, from somewhere else too: a comment, say.
///
/// # Errors
/// The disk's.
pub fn keep(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    (inbound, source): (&InboundMessage, Source),
) -> Result<Recorded, EngineError> {
    let hours = known::repeat_hours(row);
    let event = dedup::Named {
        channel: channel.id,
        direction: Direction::Inbound,
        external_id: &inbound.external_id,
        sent_at: inbound.sent_at,
    };
    if let Some(message) = dedup::repeated(tx, &event, pen.now, hours)? {
        return Ok(known::duplicate_of(message.id));
    }
    let contact = senders::resolve(tx, pen, channel, &inbound.from)?;
    let mut conversation = open::for_inbound(tx, pen, channel, &contact, &inbound.from.address)?;
    let quoted = match &inbound.reply_to {
        Some(quoted) => known::find_any(tx, channel, quoted, pen)?,
        None => None,
    };
    let reply_to = quoted.as_ref().map(|message| message.id);
    let mut entry = entry(tx, pen, channel, &contact, &conversation, inbound, reply_to)?;
    entry.source = source;
    presses::complete(&mut entry.content, quoted.as_ref());
    let mut message = entries::append(tx, pen, &mut conversation, entry)?;
    dedup::remember_event(tx, &event, message.id, pen.now, hours)?;
    media::want(tx, pen, &mut message)?;
    presses::want(tx, pen, &message)?;
    if let Some(quoted) = quoted.filter(|_| row.is_some_and(|row| row.silent_after_taking)) {
        seen_by_answering(tx, pen, quoted, message.at)?;
    }
    people::want(tx, pen, row, &message)?;
    visitor_timeline::bring(tx, pen, &mut message)?;
    done::catch_up(tx, pen, channel.id, &inbound.external_id)?;
    Ok(Recorded {
        message_id: Some(message.id),
        duplicate: false,
    })
}

/// Who answers a message has read it, which is all that some vendors let us know.
fn seen_by_answering(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    mut quoted: Message,
    at: Timestamp,
) -> Result<(), StoreError> {
    if quoted.direction != Direction::Outbound || quoted.private {
        return Ok(());
    }
    quoted
        .metadata
        .insert("readInferred".to_owned(), true.into());
    messages::update(tx, &quoted)?;
    receipts::hear(tx, pen, &mut quoted, Delivery::Read, at, None)?;
    Ok(())
}

/// A customer's message as an entry of a conversation.
///
/// # Errors
/// The disk's.
pub fn entry(
    tx: &Tx<'_>,
    pen: &Pen,
    channel: &Channel,
    contact: &Contact,
    conversation: &Conversation,
    inbound: &InboundMessage,
    reply_to: Option<MessageId>,
) -> Result<Entry, StoreError> {
    Ok(Entry {
        direction: Direction::Inbound,
        private: false,
        sender: Sender {
            kind: SenderKind::Contact,
            id: Some(contact.id.to_string()),
            name: contact.name.clone(),
        },
        from: inbound.from.address.clone(),
        to: if inbound.to.is_empty() {
            channel.id.to_string()
        } else {
            inbound.to.clone()
        },
        content: meant(tx, conversation, &inbound.content, pen.now)?,
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: Delivery::Delivered,
        external_ids: vec![inbound.external_id.clone()],
        reply_to,
        client_id: None,
        source: Source::Customer,
        metadata: inbound.metadata.clone(),
        at: inbound.sent_at.unwrap_or(pen.now),
    })
}

/// How long a number is taken to answer the choices that were offered last.
const OPEN_FOR: Duration = Duration::from_secs(24 * 3_600);

/// A typed number or title turned back into the choice it means, of those that were offered last.
/// Whatever else is said on either side meanwhile leaves them open.
///
/// # Errors
/// The disk's.
pub fn meant(
    tx: &Tx<'_>,
    conversation: &Conversation,
    content: &Content,
    now: Timestamp,
) -> Result<Content, StoreError> {
    let (Content::Text(text), Some(id)) = (content, conversation.spelled_out) else {
        return Ok(content.clone());
    };
    let offer = messages::get(tx, id)?.filter(|offer| now.since(offer.created_at) < OPEN_FOR);
    let Some(offer) = offer else {
        return Ok(content.clone());
    };
    let offered = choices::offered(&offer.content);
    Ok(match choices::chosen(&text.text, &offered) {
        Some(choice) => Content::Postback(Postback {
            payload: choice.id.clone(),
            title: choice.title.clone(),
            source_message_id: Some(offer.id.to_string()),
            typed: Some(text.text.clone()),
        }),
        None => content.clone(),
    })
}
