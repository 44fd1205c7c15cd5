//! When a customer was last heard of: what a vendor's reply window counts from.

use crate::base::time::Timestamp;
use crate::model::conversation::Conversation;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::conversations;

/// When the customer of a conversation last wrote on its channel, there or in a newer conversation.
///
/// # Errors
/// The disk's.
pub fn last(
    read: &impl Read,
    conversation: &Conversation,
) -> Result<Option<Timestamp>, StoreError> {
    let newest = conversations::latest(read, conversation.contact_id, conversation.channel_id)?;
    let there = newest.and_then(|newest| newest.last_inbound_at);
    Ok(there.max(conversation.last_inbound_at))
}
