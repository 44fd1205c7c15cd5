//! The web chat's visitors, their browsers and their timelines.

use serde::Deserialize;
use serde::Serialize;

use crate::model::ids::ChannelId;
use crate::model::ids::MessageId;
use crate::model::ids::VisitorId;
use crate::model::ids::WebchatSessionId;
use crate::model::webchat::TimelineEntry;
use crate::model::webchat::Visitor;
use crate::model::webchat::WebchatSession;
use crate::store::Direction;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::VISITOR_BY_EXTERNAL_ID;
use crate::store::keyspaces::VISITOR_CLIENT_IDS;
use crate::store::keyspaces::VISITOR_MESSAGE_SEQ;
use crate::store::keyspaces::VISITOR_TIMELINE;
use crate::store::keyspaces::VISITORS;
use crate::store::keyspaces::WEBCHAT_SESSION_BY_TOKEN;
use crate::store::keyspaces::WEBCHAT_SESSIONS;
use crate::store::keyspaces::WEBCHAT_SESSIONS_OF_VISITOR;

/// What a client's message id was used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMessage {
    /// The message made of it.
    pub message_id: MessageId,
    /// Its entry in the timeline.
    pub seq: u64,
    /// The digest of its content: other content under the same id is a conflict.
    pub content: [u8; 32],
}

/// One visitor, as stored: a merged one is answered as its own tombstone.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: VisitorId) -> Result<Option<Visitor>, StoreError> {
    read.get(&VISITORS, &id)
}

/// The visitor proved to be this person of the business's own systems.
///
/// # Errors
/// The disk's.
pub fn by_external_id(
    read: &impl Read,
    channel: ChannelId,
    external_id: &str,
) -> Result<Option<Visitor>, StoreError> {
    match read.get(&VISITOR_BY_EXTERNAL_ID, &(channel, external_id.to_owned()))? {
        Some(id) => get(read, id),
        None => Ok(None),
    }
}

/// Stores a visitor.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, visitor: &Visitor) -> Result<(), StoreError> {
    if let Some(external_id) = &visitor.external_id {
        let key = (visitor.channel_id, external_id.clone());
        tx.put(&VISITOR_BY_EXTERNAL_ID, &key, &visitor.id)?;
    }
    tx.put(&VISITORS, &visitor.id, visitor)
}

/// Appends an entry to a visitor's timeline and counts it; the visitor is changed, not stored.
///
/// # Errors
/// The disk's.
pub fn append(
    tx: &mut Tx<'_>,
    visitor: &mut Visitor,
    entry: &TimelineEntry,
) -> Result<u64, StoreError> {
    visitor.newest += 1;
    tx.put(&VISITOR_TIMELINE, &(visitor.id, visitor.newest), entry)?;
    Ok(visitor.newest)
}

/// Entries of a timeline next to a place, which is left out.
///
/// # Errors
/// The disk's.
pub fn timeline(
    read: &impl Read,
    visitor: VisitorId,
    from: Option<u64>,
    direction: Direction,
    limit: usize,
) -> Result<Vec<(u64, TimelineEntry)>, StoreError> {
    let scan = Scan::under(&visitor)
        .after(from.map(|seq| (visitor, seq)).as_ref())
        .direction(direction)
        .limit(limit);
    let rows = read.scan(&VISITOR_TIMELINE, scan)?;
    Ok(rows
        .into_iter()
        .map(|((_, seq), entry)| (seq, entry))
        .collect())
}

/// Removes a timeline, when it became part of another.
///
/// # Errors
/// The disk's.
pub fn clear_timeline(tx: &mut Tx<'_>, visitor: VisitorId) -> Result<(), StoreError> {
    for (key, _) in tx.entries_under(&VISITOR_TIMELINE, &visitor)? {
        tx.remove(&VISITOR_TIMELINE, &key)?;
    }
    Ok(())
}

/// The entry of a timeline that brought a message.
///
/// # Errors
/// The disk's.
pub fn seq_of(
    read: &impl Read,
    message: MessageId,
) -> Result<Option<(VisitorId, u64)>, StoreError> {
    read.get(&VISITOR_MESSAGE_SEQ, &message)
}

/// Remembers the entry that brought a message.
///
/// # Errors
/// The disk's.
pub fn put_seq(
    tx: &mut Tx<'_>,
    message: MessageId,
    visitor: VisitorId,
    seq: u64,
) -> Result<(), StoreError> {
    tx.put(&VISITOR_MESSAGE_SEQ, &message, &(visitor, seq))
}

/// What a client's message id was used for.
///
/// # Errors
/// The disk's.
pub fn client_message(
    read: &impl Read,
    visitor: VisitorId,
    client_id: &str,
) -> Result<Option<ClientMessage>, StoreError> {
    read.get(&VISITOR_CLIENT_IDS, &(visitor, client_id.to_owned()))
}

/// Remembers what a client's message id was used for.
///
/// # Errors
/// The disk's.
pub fn put_client_message(
    tx: &mut Tx<'_>,
    visitor: VisitorId,
    client_id: &str,
    used: &ClientMessage,
) -> Result<(), StoreError> {
    tx.put(&VISITOR_CLIENT_IDS, &(visitor, client_id.to_owned()), used)
}

/// One browser.
///
/// # Errors
/// The disk's.
pub fn session(
    read: &impl Read,
    id: WebchatSessionId,
) -> Result<Option<WebchatSession>, StoreError> {
    read.get(&WEBCHAT_SESSIONS, &id)
}

/// The browser with this token.
///
/// # Errors
/// The disk's.
pub fn session_by_token(
    read: &impl Read,
    hash: &[u8; 32],
) -> Result<Option<WebchatSession>, StoreError> {
    match read.get(&WEBCHAT_SESSION_BY_TOKEN, hash)? {
        Some(id) => session(read, id),
        None => Ok(None),
    }
}

/// Stores a browser in place of what was there, its token too.
///
/// # Errors
/// The disk's.
pub fn put_session(tx: &mut Tx<'_>, new: &WebchatSession) -> Result<(), StoreError> {
    if let Some(old) = session(tx, new.id)? {
        if old.token_hash != new.token_hash {
            tx.remove(&WEBCHAT_SESSION_BY_TOKEN, &old.token_hash)?;
        }
        if old.visitor_id != new.visitor_id {
            tx.remove(&WEBCHAT_SESSIONS_OF_VISITOR, &(old.visitor_id, old.id))?;
        }
    }
    tx.put(&WEBCHAT_SESSION_BY_TOKEN, &new.token_hash, &new.id)?;
    tx.put(&WEBCHAT_SESSIONS_OF_VISITOR, &(new.visitor_id, new.id), &())?;
    tx.put(&WEBCHAT_SESSIONS, &new.id, new)
}

/// Removes a browser for good.
///
/// # Errors
/// The disk's.
pub fn remove_session(tx: &mut Tx<'_>, old: &WebchatSession) -> Result<(), StoreError> {
    tx.remove(&WEBCHAT_SESSION_BY_TOKEN, &old.token_hash)?;
    tx.remove(&WEBCHAT_SESSIONS_OF_VISITOR, &(old.visitor_id, old.id))?;
    tx.remove(&WEBCHAT_SESSIONS, &old.id)
}

/// Every browser, for the janitor.
///
/// # Errors
/// The disk's.
pub fn sessions(read: &impl Read) -> Result<Vec<WebchatSession>, StoreError> {
    read.values(&WEBCHAT_SESSIONS)
}
