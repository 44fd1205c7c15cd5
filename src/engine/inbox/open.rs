//! Finding the conversation a message belongs to, or opening one.

use crate::engine::context::Pen;
use crate::engine::inbox::moves;
use crate::engine::inbox::moves::Terms;
use crate::engine::rules::threads;
use crate::engine::rules::threads::Start;
use crate::engine::rules::threads::Thread;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::conversation::Conversation;
use crate::model::conversation::Move;
use crate::model::event::ConversationEvent;
use crate::model::event::Event;
use crate::model::user::User;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::teams;
use crate::store::records::users;

/// The conversation a customer's message goes into: the newest one while it is live or was
/// resolved not long ago, else a new one. A sleeping or resolved one wakes up.
///
/// # Errors
/// The disk's.
pub fn for_inbound(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    contact: &Contact,
    address: &str,
) -> Result<Conversation, StoreError> {
    let latest = conversations::latest(tx, contact.id, channel.id)?;
    let place = threads::thread(latest.as_slice(), Start::AsUsual, pen.now);
    match (place, latest) {
        (Thread::Continue(_) | Thread::Reopen(_), Some(mut found)) => {
            moves::make(
                tx,
                pen,
                &mut found,
                Move::CustomerWrote,
                Terms::default(),
                &contact.name,
            )?;
            address.clone_into(&mut found.address);
            Ok(found)
        }
        (_, previous) => arriving(tx, pen, channel, contact, address, previous.as_ref()),
    }
}

/// Opens a conversation that a customer begins: it goes where its channel says.
///
/// # Errors
/// The disk's.
pub fn arriving(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    contact: &Contact,
    address: &str,
    previous: Option<&Conversation>,
) -> Result<Conversation, StoreError> {
    let mut conversation = open(tx, pen, channel, contact, address, previous)?;
    route(tx, pen, channel, &mut conversation)?;
    Ok(conversation)
}

/// Gives a new conversation to whom its channel says. Whoever is not there any more, or not at work
/// here for now, is passed over: it waits in the queue then.
fn route(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    conversation: &mut Conversation,
) -> Result<(), StoreError> {
    let (routing, by) = (&channel.routing, &channel.name);
    if routing.is_empty() || conversation.hidden {
        return Ok(());
    }
    if let Some(team) = routing.team_id
        && let Some(team) = teams::get(tx, team)?
    {
        moves::give_to_team(tx, pen, conversation, Some(&team), by)?;
    }
    if let Some(user) = routing.assignee_id
        && let Some(user) = users::get(tx, user)?.filter(User::is_active)
    {
        moves::assign(tx, pen, conversation, Some(&user), by)?;
    }
    if !routing.tags.is_empty() {
        moves::label(tx, pen, conversation, routing.tags.clone(), by)?;
    }
    Ok(())
}

/// Opens a conversation.
///
/// # Errors
/// The disk's.
pub fn open(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    contact: &Contact,
    address: &str,
    previous: Option<&Conversation>,
) -> Result<Conversation, StoreError> {
    let conversation = Conversation {
        last_inbound_at: previous.and_then(|previous| previous.last_inbound_at),
        previous_id: previous.map(|previous| previous.id),
        hidden: contact.blocked,
        elsewhere: previous.is_some_and(|previous| previous.elsewhere),
        ..Conversation::new(pen.id(), channel, contact.id, address, pen.now)
    };
    conversations::put(tx, &conversation)?;
    let mut contact = contact.clone();
    contact.conversation_count += 1;
    contacts::put(tx, &contact)?;
    let event = ConversationEvent {
        conversation_id: conversation.id,
        contact_id: contact.id,
        channel_id: channel.id,
    };
    pen.log(tx, Event::ConversationCreated(event))?;
    Ok(conversation)
}
