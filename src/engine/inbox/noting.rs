//! Notes among us that come with another change.

use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::send::sender;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Source;
use crate::store::Tx;

/// Leaves a note among us in a conversation.
///
/// # Errors
/// The disk's.
pub(super) fn note(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    actor: &Actor,
    text: String,
) -> Result<(), EngineError> {
    let entry = Entry {
        direction: Direction::Outbound,
        private: true,
        sender: sender(actor, Source::Api),
        from: conversation.channel_id.to_string(),
        to: conversation.address.clone(),
        content: Content::text(text),
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: Delivery::Read,
        external_ids: Vec::new(),
        reply_to: None,
        client_id: None,
        source: Source::Api,
        metadata: Opaque::new(),
        at: pen.now,
    };
    entries::append(tx, pen, conversation, entry)?;
    Ok(())
}
