//! Tokens by which answers find their conversation, where they arrive at an address with one in it.

use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::THREAD_TOKENS;

/// The conversation that a token names; it may be gone meanwhile.
///
/// # Errors
/// The disk's.
pub fn get(
    read: &impl Read,
    channel: ChannelId,
    token: &str,
) -> Result<Option<ConversationId>, StoreError> {
    read.get(&THREAD_TOKENS, &(channel, token.to_owned()))
}

/// Remembers the token of a conversation.
///
/// # Errors
/// The disk's.
pub fn put(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    token: String,
    conversation: ConversationId,
) -> Result<(), StoreError> {
    tx.put(&THREAD_TOKENS, &(channel, token), &conversation)
}
