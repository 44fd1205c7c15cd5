//! Visitors that a program of the business speaks for: proved by its signature, and the same people
//! as in a browser with a proof.

use crate::engine::context::Pen;
use crate::engine::webchat::arrivals;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::ids::MessageId;
use crate::model::ids::VisitorId;
use crate::model::inbound::InboundMessage;
use crate::model::webchat::Claims;
use crate::model::webchat::Visitor;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::visitors;

/// The message as one of the visitor with that id in the business's own systems.
///
/// # Errors
/// The disk's.
pub fn as_visitor(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    message: &InboundMessage,
) -> Result<InboundMessage, StoreError> {
    let mut spoken_for = message.clone();
    let Some(external_id) = &message.from.proof.external_id else {
        return Ok(spoken_for);
    };
    let known = visitors::by_external_id(tx, channel.id, external_id)?;
    let mut visitor = known.unwrap_or_else(|| Visitor {
        external_id: Some(external_id.clone()),
        ..arrivals::nobody(pen, channel)
    });
    let claims = Claims {
        name: message.from.name.clone(),
        email: message.from.proof.email.clone(),
        phone: None,
        avatar_url: message.from.avatar_url.clone(),
    };
    arrivals::claim(&mut visitor, &claims, &Opaque::new());
    visitor.last_seen_at = pen.now;
    visitors::put(tx, &visitor)?;
    spoken_for.from.address = visitor.id.to_string();
    Ok(spoken_for)
}

/// Notes where a visitor's message went.
///
/// # Errors
/// The disk's.
pub fn spoke(tx: &mut Tx<'_>, address: &str, message: MessageId) -> Result<(), StoreError> {
    let Ok(id) = address.parse::<VisitorId>() else {
        return Ok(());
    };
    let (visitor, message) = (visitors::get(tx, id)?, messages::get(tx, message)?);
    if let (Some(mut visitor), Some(message)) = (visitor, message) {
        visitor.contact_id = Some(message.contact_id);
        visitor.conversation_id = Some(message.conversation_id);
        visitors::put(tx, &visitor)?;
    }
    Ok(())
}
