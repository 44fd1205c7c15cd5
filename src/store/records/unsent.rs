//! What people of ours have begun to write and not sent.

use crate::model::ids::ConversationId;
use crate::model::ids::MediaId;
use crate::model::ids::UserId;
use crate::model::unsent::Unsent;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::UNSENT;
use crate::store::keyspaces::UNSENT_OF_USER;

/// What a person has begun to write in a conversation; nothing, mostly.
///
/// # Errors
/// The disk's.
pub fn get(
    read: &impl Read,
    user: UserId,
    conversation: ConversationId,
) -> Result<Unsent, StoreError> {
    Ok(read
        .get(&UNSENT, &(conversation, user))?
        .unwrap_or_default())
}

/// The conversations in which a person has begun to write, the oldest first.
///
/// # Errors
/// The disk's.
pub fn of_user(read: &impl Read, user: UserId) -> Result<Vec<ConversationId>, StoreError> {
    let keys = read.keys_under(&UNSENT_OF_USER, &user)?;
    Ok(keys
        .into_iter()
        .map(|(_, conversation)| conversation)
        .collect())
}

/// What everybody has begun to write in a conversation.
///
/// # Errors
/// The disk's.
pub fn in_conversation(
    read: &impl Read,
    conversation: ConversationId,
) -> Result<Vec<(UserId, Unsent)>, StoreError> {
    let found = read.entries_under(&UNSENT, &conversation)?;
    Ok(found
        .into_iter()
        .map(|((_, user), unsent)| (user, unsent))
        .collect())
}

/// The files that wait to be sent, of everybody.
///
/// # Errors
/// The disk's.
pub fn files(read: &impl Read) -> Result<Vec<MediaId>, StoreError> {
    let all = read.values(&UNSENT)?.into_iter();
    Ok(all
        .flat_map(|unsent| [unsent.reply.files, unsent.note.files].concat())
        .collect())
}

/// Keeps what a person has begun to write; what is empty is forgotten.
///
/// # Errors
/// The disk's.
pub fn put(
    tx: &mut Tx<'_>,
    user: UserId,
    conversation: ConversationId,
    unsent: &Unsent,
) -> Result<(), StoreError> {
    if unsent.is_empty() {
        tx.remove(&UNSENT_OF_USER, &(user, conversation))?;
        return tx.remove(&UNSENT, &(conversation, user));
    }
    tx.put(&UNSENT_OF_USER, &(user, conversation), &())?;
    tx.put(&UNSENT, &(conversation, user), unsent)
}

/// Forgets what anybody has begun to write in a conversation.
///
/// # Errors
/// The disk's.
pub fn forget_conversation(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
) -> Result<(), StoreError> {
    for (_, user) in tx.keys_under(&UNSENT, &conversation)? {
        put(tx, user, conversation, &Unsent::default())?;
    }
    Ok(())
}

/// Forgets what a person has begun to write anywhere.
///
/// # Errors
/// The disk's.
pub fn forget_user(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    for conversation in of_user(tx, user)? {
        put(tx, user, conversation, &Unsent::default())?;
    }
    Ok(())
}
