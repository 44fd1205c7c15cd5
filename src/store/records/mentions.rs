//! Where people of ours were named in notes.

use serde::Deserialize;
use serde::Serialize;

use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::MENTIONS;

/// The newest note of a conversation that names somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The note. Ids sort by time.
    pub message_id: MessageId,
    /// Whether the person has looked since.
    pub seen: bool,
}

/// Where a person was named in a conversation.
///
/// # Errors
/// The disk's.
pub fn get(
    read: &impl Read,
    user: UserId,
    conversation: ConversationId,
) -> Result<Option<Mention>, StoreError> {
    read.get(&MENTIONS, &(user, conversation))
}

/// Every conversation in which a person was named, the newest note first.
///
/// # Errors
/// The disk's.
pub fn of_user(
    read: &impl Read,
    user: UserId,
) -> Result<Vec<(ConversationId, Mention)>, StoreError> {
    let found = read.entries_under(&MENTIONS, &user)?.into_iter();
    let mut all: Vec<_> = found.map(|((_, id), mention)| (id, mention)).collect();
    all.sort_by_key(|(_, mention)| std::cmp::Reverse(mention.message_id));
    Ok(all)
}

/// Notes that a person was named, or has looked.
///
/// # Errors
/// The disk's.
pub fn put(
    tx: &mut Tx<'_>,
    user: UserId,
    conversation: ConversationId,
    mention: Mention,
) -> Result<(), StoreError> {
    tx.put(&MENTIONS, &(user, conversation), &mention)
}

/// Forgets that a person was named in a conversation.
///
/// # Errors
/// The disk's.
pub fn forget(
    tx: &mut Tx<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<(), StoreError> {
    tx.remove(&MENTIONS, &(user, conversation))
}

/// Forgets who was named in a conversation: nobody who does not take part in it.
///
/// # Errors
/// The disk's.
pub fn forget_conversation(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<(), StoreError> {
    for user in &conversation.participants {
        tx.remove(&MENTIONS, &(*user, conversation.id))?;
    }
    Ok(())
}

/// Forgets where a person was named.
///
/// # Errors
/// The disk's.
pub fn forget_user(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    for (conversation, _) in of_user(tx, user)? {
        tx.remove(&MENTIONS, &(user, conversation))?;
    }
    Ok(())
}
