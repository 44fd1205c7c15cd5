//! Messages of ours whose answer got lost, told again by a vendor that hands nothing of ours back.

use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::receipts;
use crate::engine::ingest::done;
use crate::model::channel::Channel;
use crate::model::content::Content;
use crate::model::inbound::Echo;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::store::Direction as Order;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::dedup;
use crate::store::records::identities;
use crate::store::records::messages;

/// How many messages back one is looked for whose answer nobody heard.
const UNHEARD_REACH: usize = 50;

/// The message of ours an echo stands for whose answer nobody heard: a vendor that hands nothing of
/// ours back is recognized by what was said.
///
/// # Errors
/// The disk's.
pub fn find(tx: &Tx<'_>, channel: &Channel, echo: &Echo) -> Result<Option<Message>, StoreError> {
    let Some(identity) = identities::get(tx, channel.id, &echo.to.address)? else {
        return Ok(None);
    };
    let Some(conversation) = conversations::latest(tx, identity.contact_id, channel.id)? else {
        return Ok(None);
    };
    let recent = messages::near(tx, conversation.id, None, Order::Backward, UNHEARD_REACH)?;
    let is_it = |message: &Message| {
        let lacks_answer = message.direction == Direction::Outbound
            && !message.private
            && message.external_ids.is_empty()
            && matches!(message.delivery, Delivery::Unsure | Delivery::Sent);
        lacks_answer && says(message, &echo.content)
    };
    // The first of several that say the same was sent first.
    Ok(recent.into_iter().rev().find(is_it))
}

/// Whether a vendor that was sent a message would repeat it so.
fn says(message: &Message, echoed: &Content) -> bool {
    let is_same = |part: &Content| {
        part.words() == echoed.words() && (part.kind() == echoed.kind() || !part.words().is_empty())
    };
    if message.sent_as.is_empty() {
        is_same(&message.content)
    } else {
        message.sent_as.iter().any(is_same)
    }
}

/// A message turns out to have been sent, under the id of its echo.
///
/// # Errors
/// The disk's.
pub fn adopt(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    message: &mut Message,
    echo: &Echo,
) -> Result<(), EngineError> {
    let id = &echo.external_id;
    message.external_ids.push(id.clone());
    messages::update(tx, message)?;
    let way = Direction::Outbound;
    dedup::remember(tx, channel.id, way, id, message.id, pen.now)?;
    let at = echo.sent_at.unwrap_or(pen.now);
    receipts::hear(tx, pen, message, Delivery::Sent, at, None)?;
    for receipt in dedup::take_early(tx, channel.id, id, pen.now)? {
        let at = receipt.at.unwrap_or(pen.now);
        receipts::hear(tx, pen, message, receipt.state, at, receipt.error)?;
    }
    done::catch_up(tx, pen, channel.id, id)
}
