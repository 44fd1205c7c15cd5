//! How far each person of ours has read each conversation.

use serde::Deserialize;
use serde::Serialize;

use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::READ_MARKS;

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
