//! All facts of one webhook, in one transaction.

use std::time::Duration;

use serde_json::Value;

use crate::base::time::Timestamp;
use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::anew;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::heard;
use crate::engine::inbox::open;
use crate::engine::inbox::receipts;
use crate::engine::inbox::visitor_timeline;
use crate::engine::ingest::access;
use crate::engine::ingest::arriving;
use crate::engine::ingest::clicks;
use crate::engine::ingest::copies;
use crate::engine::ingest::done;
use crate::engine::ingest::mail_events;
use crate::engine::ingest::mailed;
use crate::engine::ingest::media;
use crate::engine::ingest::news;
use crate::engine::ingest::ours;
use crate::engine::ingest::people;
use crate::engine::ingest::pieces;
use crate::engine::ingest::presses;
use crate::engine::ingest::senders;
use crate::engine::ingest::votes;
use crate::engine::rules::choices;
use crate::engine::setup::aftermath;
use crate::engine::webchat::programs;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::content::Postback;
use crate::model::conversation::Conversation;
use crate::model::ids::MessageId;
use crate::model::inbound::EVENT_ID;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::opaque;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::dedup;
use crate::store::records::messages;
use crate::store::records::outbox;

/// How long vendors of an unknown kind may repeat an event, in hours.
const REPEAT_HOURS: u16 = 72;

/// Records facts, oldest first; one entry of the answer for each.
///
/// # Errors
/// The disk's.
pub fn all(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    mut channel: Channel,
    row: Option<&Capabilities>,
    events: &[InboundEvent],
) -> Result<Vec<Recorded>, EngineError> {
    let hours = repeat_hours(row);
    let mut recorded = Vec::with_capacity(events.len());
    for event in events {
        recorded.push(match event {
            InboundEvent::Message(message) if row.is_some_and(|row| row.own_transport) => {
                let message = programs::as_visitor(tx, pen, &channel, message)?;
                let one = record(tx, pen, &channel, row, &message)?;
                if let Some(id) = one.message_id.filter(|_| !one.duplicate) {
                    programs::spoke(tx, &message.from.address, id)?;
                }
                one
            }
            InboundEvent::Message(message) => record(tx, pen, &channel, row, message)?,
            InboundEvent::Comment(comment) => {
                let said = (comment, Source::Comment);
                keep(tx, pen, &channel, row, said)?
            }
            InboundEvent::Receipt(receipt) => hear(tx, pen, &channel, row, receipt)?,
            InboundEvent::Reaction(reaction) => done::react(tx, pen, &channel, reaction)?,
            InboundEvent::Edit(edit) => done::change(tx, pen, &channel, edit)?,
            InboundEvent::Delete(delete) => done::take_back(tx, pen, &channel, delete)?,
            InboundEvent::Watermark(mark) => ours::up_to(tx, pen, &channel, mark)?,
            InboundEvent::Echo(echo) => ours::echo(tx, pen, &channel, echo)?,
            InboundEvent::Past(past) => ours::past(tx, pen, &channel, hours, past)?,
            InboundEvent::Contact(person) => news::of_person(tx, pen, &channel, person)?,
            InboundEvent::Consent(consent) => {
                let heard = news::of_consent(tx, pen, &channel, consent)?;
                if row.is_some_and(|row| row.threads) && !heard.duplicate {
                    mail_events::of_consent(tx, pen, &channel, consent)?;
                }
                heard
            }
            InboundEvent::Access(heard) => access::of_access(tx, pen, &channel, row, heard)?,
            InboundEvent::Answer(answer) => access::of_answer(tx, pen, &channel, answer)?,
            InboundEvent::Notice(notice) => news::of_account(tx, pen, &mut channel, notice)?,
            InboundEvent::Template(news) => news::of_template(tx, pen, &mut channel, news)?,
            InboundEvent::Piece(piece) => pieces::hear(tx, pen, &channel, row, piece)?,
            InboundEvent::Mail(mail) => arriving::of_mail(tx, pen, &channel, mail)?,
            InboundEvent::Vote(vote) => votes::hear(tx, pen, &channel, row, vote)?,
            // Answered once everything is on disk.
            InboundEvent::Tap(_) => nothing(),
        });
    }
    if recorded
        .iter()
        .any(|one| one.message_id.is_some() && !one.duplicate)
    {
        note_inbound(tx, &mut channel, pen)?;
    }
    Ok(recorded)
}

/// A channel's last inbound time, kept to the second so that a burst does not rewrite it each time.
///
/// # Errors
/// The disk's.
pub fn note_inbound(tx: &mut Tx<'_>, channel: &mut Channel, pen: &Pen) -> Result<(), StoreError> {
    let second = std::time::Duration::from_secs(1);
    if channel
        .last_inbound_at
        .is_none_or(|last| pen.now.since(last) >= second)
    {
        channel.last_inbound_at = Some(pen.now);
        channels::put(tx, channel)?;
    }
    Ok(())
}

/// A fact that had been recorded before.
#[must_use]
pub const fn duplicate_of(id: MessageId) -> Recorded {
    Recorded {
        message_id: Some(id),
        duplicate: true,
    }
}

/// A fact that made or changed no message.
#[must_use]
pub const fn nothing() -> Recorded {
    Recorded {
        message_id: None,
        duplicate: false,
    }
}

/// How long the vendor of a channel may repeat an event, in hours.
#[must_use]
pub fn repeat_hours(row: Option<&Capabilities>) -> u16 {
    row.map_or(REPEAT_HOURS, |row| row.repeat_hours)
}

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

fn keep(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    (inbound, source): (&InboundMessage, Source),
) -> Result<Recorded, EngineError> {
    let hours = repeat_hours(row);
    let event = dedup::Named {
        channel: channel.id,
        direction: Direction::Inbound,
        external_id: &inbound.external_id,
        sent_at: inbound.sent_at,
    };
    if let Some(message) = dedup::repeated(tx, &event, pen.now, hours)? {
        return Ok(duplicate_of(message.id));
    }
    let contact = senders::resolve(tx, pen, channel, &inbound.from)?;
    let mut conversation = open::for_inbound(tx, pen, channel, &contact, &inbound.from.address)?;
    let quoted = match &inbound.reply_to {
        Some(quoted) => find_any(tx, channel, quoted, pen)?,
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

/// The message a vendor's id stands for, whichever way it went.
///
/// # Errors
/// The disk's.
pub fn find_any(
    tx: &Tx<'_>,
    channel: &Channel,
    external_id: &str,
    pen: &Pen,
) -> Result<Option<Message>, StoreError> {
    for way in [Direction::Outbound, Direction::Inbound] {
        let hours = dedup::RECEIPT_HOURS;
        let found = dedup::find(tx, channel.id, way, external_id, pen.now, hours)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn hear(
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
        return Ok(nothing());
    }
    let (id, tag) = (&receipt.external_id, receipt.tag.as_deref());
    let threads = row.is_some_and(|row| row.threads);
    let Some(message) = ours::sent(tx, pen, channel, id, tag)? else {
        if threads && mailed::bounced(tx, pen, receipt)? {
            return Ok(nothing());
        }
        dedup::keep_early(tx, channel.id, receipt, pen.now)?;
        return Ok(nothing());
    };
    if threads && clicks::wait(tx, pen, channel, &message, receipt)? {
        return Ok(nothing());
    }
    // While parts of it are still to go it is too early to say how far it came.
    if message.calls_taken > 0 && receipt.state != Delivery::Failed {
        dedup::keep_early(tx, channel.id, receipt, pen.now)?;
        return Ok(nothing());
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
        return Ok(duplicate_of(message.id));
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
        return Ok(duplicate_of(message.id));
    }
    if threads {
        message.delivery = copies::before(message.delivery, receipt.state);
    }
    if let Some(row) = row
        && anew::again(tx, pen, row, &mut message, receipt)?
    {
        return Ok(duplicate_of(message.id));
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
