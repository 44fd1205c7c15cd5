//! What a web chat visitor gets to know: entries of the visitor's own gapless timeline.
//!
//! Each function does nothing when the conversation's address is no visitor of ours, so callers
//! need not know which channels have visitors.

use crate::engine::context::Pen;
use crate::engine::inbox::unread_mail;
use crate::model::conversation::Conversation;
use crate::model::event::Event;
use crate::model::event::VisitorTimeline;
use crate::model::ids::VisitorId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::webchat::TimelineEntry;
use crate::model::webchat::TimelineEvent;
use crate::model::webchat::Visitor;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::visitors;

/// The visitor a conversation is with; those merged into another lead there.
///
/// # Errors
/// The disk's.
pub fn visitor_of(read: &impl Read, address: &str) -> Result<Option<Visitor>, StoreError> {
    let Ok(id) = address.parse::<VisitorId>() else {
        return Ok(None);
    };
    let mut found = visitors::get(read, id)?;
    while let Some(Visitor {
        merged_into: Some(next),
        ..
    }) = found
    {
        found = visitors::get(read, next)?;
    }
    Ok(found)
}

/// Appends an entry, stores the visitor and tells the log.
///
/// # Errors
/// The disk's.
pub fn append(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    visitor: &mut Visitor,
    what: TimelineEvent,
) -> Result<u64, StoreError> {
    let seq = visitors::append(tx, visitor, &TimelineEntry { what, at: pen.now })?;
    visitors::put(tx, visitor)?;
    let timeline = VisitorTimeline {
        channel_id: visitor.channel_id,
        visitor_id: visitor.id,
        newest: seq,
    };
    pen.log(tx, Event::VisitorTimeline(timeline))?;
    Ok(seq)
}

/// Brings a message to its visitor. One of ours gets its external id, `wc:{visitor}:{seq}`.
///
/// # Errors
/// The disk's.
pub fn bring(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &mut Message,
) -> Result<Option<u64>, StoreError> {
    let outbound = message.direction == Direction::Outbound;
    let address = if outbound { &message.to } else { &message.from };
    let Some(mut visitor) = visitor_of(tx, address)? else {
        return Ok(None);
    };
    if outbound {
        visitor.unread += 1;
        unread_mail::want(tx, pen, &mut visitor, message.created_at)?;
    }
    let seq = show(tx, pen, &mut visitor, message)?;
    if outbound {
        message.external_ids = vec![format!("wc:{}:{seq}", visitor.id)];
        messages::update(tx, message)?;
    }
    Ok(Some(seq))
}

/// Puts a message at the end of its visitor's timeline.
///
/// # Errors
/// The disk's.
pub fn show(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    visitor: &mut Visitor,
    message: &Message,
) -> Result<u64, StoreError> {
    let message_id = message.id;
    let seq = append(tx, pen, visitor, TimelineEvent::Message { message_id })?;
    visitors::put_seq(tx, message_id, visitor.id, seq)?;
    Ok(seq)
}

/// Tells the visitor that a message changed or was taken back.
///
/// # Errors
/// The disk's.
pub fn message_changed(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &Message,
) -> Result<(), StoreError> {
    let Some((id, _)) = visitors::seq_of(tx, message.id)? else {
        return Ok(());
    };
    let Some(mut visitor) = visitor_of(tx, &id.to_string())? else {
        return Ok(());
    };
    let message_id = message.id;
    let what = match message.deleted_at {
        Some(_) => TimelineEvent::Deleted { message_id },
        None => TimelineEvent::Updated { message_id },
    };
    append(tx, pen, &mut visitor, what).map(drop)
}

/// Tells the visitor how the conversation stands and who answers.
///
/// # Errors
/// The disk's.
pub fn conversation_changed(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &Conversation,
) -> Result<(), StoreError> {
    let Some(mut visitor) = visitor_of(tx, &conversation.address)? else {
        return Ok(());
    };
    let what = TimelineEvent::Conversation {
        conversation_id: conversation.id,
        status: conversation.status,
        assignee: conversation.assignee,
    };
    append(tx, pen, &mut visitor, what).map(drop)
}

/// Tells the visitor that one of us saw the messages up to this one; whether it came from a visitor
/// at all.
///
/// # Errors
/// The disk's.
pub fn seen(tx: &mut Tx<'_>, pen: &mut Pen, newest: &Message) -> Result<bool, StoreError> {
    let Some((mut visitor, up_to)) = writer_of(tx, newest)? else {
        return Ok(false);
    };
    let status = Delivery::Read;
    let receipt = TimelineEvent::Receipt { up_to, status };
    append(tx, pen, &mut visitor, receipt).map(|_| true)
}

/// Tells the visitor that a program of ours has the messages up to this one, once.
///
/// # Errors
/// The disk's.
pub fn handled(tx: &mut Tx<'_>, pen: &mut Pen, newest: &Message) -> Result<(), StoreError> {
    let Some((mut visitor, up_to)) = writer_of(tx, newest)? else {
        return Ok(());
    };
    if up_to > visitor.handled {
        visitor.handled = up_to;
        let status = Delivery::Delivered;
        let receipt = TimelineEvent::Receipt { up_to, status };
        append(tx, pen, &mut visitor, receipt)?;
    }
    Ok(())
}

/// The visitor a message came from, and its entry there.
fn writer_of(read: &impl Read, message: &Message) -> Result<Option<(Visitor, u64)>, StoreError> {
    let Some((id, seq)) = visitors::seq_of(read, message.id)? else {
        return Ok(None);
    };
    Ok(visitor_of(read, &id.to_string())?.map(|visitor| (visitor, seq)))
}
