//! How far each person of ours has read each conversation.

use serde::Deserialize;
use serde::Serialize;

use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::READ_MARKS;
use crate::store::records::conversations;
use crate::store::records::users;

/// How far somebody has read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMark {
    /// How many of the customer's messages were read.
    pub inbound_count: u32,
    /// The position of the newest entry that was seen.
    pub position: u32,
}

/// How far a person has read a conversation.
///
/// # Errors
/// The disk's.
pub fn get(
    read: &impl Read,
    user: UserId,
    conversation: ConversationId,
) -> Result<ReadMark, StoreError> {
    Ok(read
        .get(&READ_MARKS, &(user, conversation))?
        .unwrap_or_default())
}

/// How many of the customer's messages a person has not read.
///
/// # Errors
/// The disk's.
pub fn unread(
    read: &impl Read,
    user: UserId,
    conversation: &Conversation,
) -> Result<u32, StoreError> {
    let mark = get(read, user, conversation.id)?;
    Ok(conversation
        .inbound_count
        .saturating_sub(mark.inbound_count))
}

/// Stores how far a person has read.
///
/// # Errors
/// The disk's.
pub fn put(
    tx: &mut Tx<'_>,
    user: UserId,
    conversation: ConversationId,
    mark: ReadMark,
) -> Result<(), StoreError> {
    tx.put(&READ_MARKS, &(user, conversation), &mark)
}

/// Forgets how far anybody has read a conversation.
///
/// # Errors
/// The disk's.
pub fn forget_conversation(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
) -> Result<(), StoreError> {
    for user in users::list(tx)? {
        tx.remove(&READ_MARKS, &(user.id, conversation))?;
    }
    Ok(())
}

/// Forgets how far somebody has read anything.
///
/// # Errors
/// The disk's.
pub fn forget_user(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    for key in tx.keys_under(&READ_MARKS, &user)? {
        tx.remove(&READ_MARKS, &key)?;
    }
    Ok(())
}

/// Forgets every mark of a person or a conversation that is not there: one step of an upgrade.
///
/// # Errors
/// The disk's.
pub fn forget_orphans(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    for (key, _) in tx.scan(&READ_MARKS, Scan::all())? {
        if users::get(tx, key.0)?.is_none() || conversations::get(tx, key.1)?.is_none() {
            tx.remove(&READ_MARKS, &key)?;
        }
    }
    Ok(())
}
