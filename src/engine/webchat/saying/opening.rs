//! The conversation a message goes into, and what comes with its beginning.

use crate::engine::context::Pen;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::open;
use crate::engine::webchat::saying::Proactive;
use crate::engine::webchat::saying::bring;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::event::Custom;
use crate::model::event::Event;
use crate::model::message::Delivery;
use crate::model::message::Direction as Way;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::webchat::Visitor;
use crate::store::Direction;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::messages;
use crate::store::records::visitors;

/// Under this name a conversation remembers that its visitor ended it.
pub const ENDED: &str = "endedByVisitor";

/// The conversation the message goes into; whether it is new.
pub(super) fn place(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    contact: &Contact,
    visitor: &Visitor,
) -> Result<(Conversation, bool), StoreError> {
    let address = visitor.id.to_string();
    let latest = conversations::latest(tx, contact.id, channel.id)?;
    let before = latest.as_ref().map(|latest| latest.id);
    let ended = latest
        .as_ref()
        .is_some_and(|latest| !latest.is_live() && latest.metadata.contains_key(ENDED));
    let conversation = if ended {
        open::arriving(tx, pen, channel, contact, &address, latest.as_ref())?
    } else {
        open::for_inbound(tx, pen, channel, contact, &address)?
    };
    let begun = before != Some(conversation.id);
    Ok((conversation, begun))
}

/// What goes with the beginning of a conversation: the form's answers, and word of it.
pub(super) fn began(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    visitor: &Visitor,
) -> Result<(), StoreError> {
    if let Some(prechat) = &visitor.prechat {
        let answers = serde_json::Value::Object(prechat.clone());
        conversation.metadata.insert("prechat".to_owned(), answers);
    }
    let event = Custom {
        name: "webchat.conversation.started".to_owned(),
        contact_id: Some(conversation.contact_id),
        conversation_id: Some(conversation.id),
        data: Opaque::from_iter([("visitorId".to_owned(), visitor.id.to_string().into())]),
    };
    pen.log(tx, Event::Custom(event)).map(drop)
}

/// Under this name a message remembers which proactive one it is.
const PROACTIVE: &str = "proactiveId";

/// Stores the proactive message a visitor answers as what it was: our first word. Whoever answers it
/// in several messages has seen it once.
pub(super) fn spoke_first(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    conversation: &mut Conversation,
    visitor: &Visitor,
    proactive: &Proactive,
) -> Result<(), StoreError> {
    if is_our_last_word(tx, conversation, proactive)? {
        return Ok(());
    }
    let entry = Entry {
        direction: Way::Outbound,
        private: false,
        sender: Sender {
            kind: SenderKind::Bot,
            id: None,
            name: proactive.author.clone(),
        },
        from: channel.id.to_string(),
        to: visitor.id.to_string(),
        content: Content::text(proactive.text.clone()),
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: Delivery::Read,
        external_ids: Vec::new(),
        reply_to: None,
        client_id: None,
        source: Source::Bot,
        metadata: Opaque::from_iter([(PROACTIVE.to_owned(), proactive.id.clone().into())]),
        at: pen.now,
    };
    let mut message = entries::append(tx, pen, conversation, entry)?;
    bring(tx, pen, &mut message)?;
    // The visitor has seen it already: it is what the answer is about.
    if let Some(mut visitor) = visitors::get(tx, visitor.id)? {
        visitor.unread = visitor.unread.saturating_sub(1);
        visitors::put(tx, &visitor)?;
    }
    Ok(())
}

/// How many messages of the visitor may stand after a proactive one that is still being answered.
const ANSWERS_MAX: usize = 20;

/// Whether a proactive message is what we said last in a conversation.
fn is_our_last_word(
    read: &impl Read,
    conversation: &Conversation,
    proactive: &Proactive,
) -> Result<bool, StoreError> {
    let recent = messages::near(
        read,
        conversation.id,
        None,
        Direction::Backward,
        ANSWERS_MAX,
    )?;
    let last = recent
        .iter()
        .find(|message| message.direction == Way::Outbound && !message.private);
    Ok(last.is_some_and(|last| {
        let id = last.metadata.get(PROACTIVE).and_then(|id| id.as_str());
        id == Some(proactive.id.as_str())
    }))
}
