//! Messages, found by id and by their place in a conversation.
//!
//! Bodies stand in one keyspace by id, which rises with time, so that new ones go to its right
//! edge; a conversation's timeline holds only ids.

use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::store::Direction;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::HANDLED;
use crate::store::keyspaces::Keyspace;
use crate::store::keyspaces::MESSAGES;
use crate::store::keyspaces::TIMELINE;
use crate::store::keyspaces::UNDELIVERED;

/// One message.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: MessageId) -> Result<Option<Message>, StoreError> {
    read.get(&MESSAGES, &id)
}

/// Messages of a conversation next to a position, which is left out: older or newer ones, nearest
/// first.
///
/// # Errors
/// The disk's.
pub fn near(
    read: &impl Read,
    conversation: ConversationId,
    from: Option<u32>,
    direction: Direction,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let scan = Scan::under(&conversation)
        .after(from.map(|position| (conversation, position)).as_ref())
        .direction(direction)
        .limit(limit);
    let mut found = Vec::new();
    for (_, id) in read.scan(&TIMELINE, scan)? {
        found.extend(get(read, id)?);
    }
    Ok(found)
}

/// Messages by age in the whole installation, from after `after`.
///
/// # Errors
/// The disk's.
pub fn by_age(
    read: &impl Read,
    after: Option<MessageId>,
    direction: Direction,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let scan = Scan::all()
        .after(after.as_ref())
        .direction(direction)
        .limit(limit);
    Ok(read
        .scan(&MESSAGES, scan)?
        .into_iter()
        .map(|(_, message)| message)
        .collect())
}

/// Stores a new message at its position.
///
/// # Errors
/// The disk's.
pub fn insert(tx: &mut Tx<'_>, message: &Message) -> Result<(), StoreError> {
    tx.put(
        &TIMELINE,
        &(message.conversation_id, message.position),
        &message.id,
    )?;
    if matches!(message.delivery, Delivery::Failed | Delivery::Unsure) {
        list_undelivered(tx, message)?;
    }
    tx.put(&MESSAGES, &message.id, message)
}

/// Stores a changed message; conversation and position stay.
///
/// # Errors
/// The disk's.
pub fn update(tx: &mut Tx<'_>, message: &Message) -> Result<(), StoreError> {
    list_undelivered(tx, message)?;
    tx.put(&MESSAGES, &message.id, message)
}

fn list_undelivered(tx: &mut Tx<'_>, message: &Message) -> Result<(), StoreError> {
    let is_undelivered = matches!(message.delivery, Delivery::Failed | Delivery::Unsure)
        && message.deleted_at.is_none();
    let is_handled = message.handled_at.is_some();
    list_in(tx, &UNDELIVERED, message.id, is_undelivered && !is_handled)?;
    list_in(tx, &HANDLED, message.id, is_undelivered && is_handled)
}

/// Most messages never stand in such a list, and looking costs less than writing.
fn list_in(
    tx: &mut Tx<'_>,
    list: &Keyspace<MessageId, ()>,
    id: MessageId,
    belongs: bool,
) -> Result<(), StoreError> {
    match (belongs, tx.get(list, &id)?.is_some()) {
        (true, false) => tx.put(list, &id, &()),
        (false, true) => tx.remove(list, &id),
        _ => Ok(()),
    }
}

/// Messages that did not go out and wait for somebody, from before `before`, the newest first.
///
/// # Errors
/// The disk's.
pub fn undelivered(
    read: &impl Read,
    before: Option<MessageId>,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    listed(read, &UNDELIVERED, before, limit)
}

/// How a message stands that did not go out and waits for somebody; none where it does not.
///
/// # Errors
/// The disk's.
pub fn waits_as(read: &impl Read, id: MessageId) -> Result<Option<Delivery>, StoreError> {
    if read.get(&UNDELIVERED, &id)?.is_none() {
        return Ok(None);
    }
    Ok(get(read, id)?.map(|message| message.delivery))
}

/// Messages that did not go out, about which nothing more is to be done; in the same order.
///
/// # Errors
/// The disk's.
pub fn handled(
    read: &impl Read,
    before: Option<MessageId>,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    listed(read, &HANDLED, before, limit)
}

fn listed(
    read: &impl Read,
    list: &Keyspace<MessageId, ()>,
    before: Option<MessageId>,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let scan = Scan::all()
        .after(before.as_ref())
        .direction(Direction::Backward)
        .limit(limit);
    let mut found = Vec::new();
    for (id, ()) in read.scan(list, scan)? {
        found.extend(get(read, id)?);
    }
    Ok(found)
}

/// Removes a message for good.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, message: &Message) -> Result<(), StoreError> {
    tx.remove(&TIMELINE, &(message.conversation_id, message.position))?;
    tx.remove(&UNDELIVERED, &message.id)?;
    tx.remove(&HANDLED, &message.id)?;
    tx.remove(&MESSAGES, &message.id)
}
