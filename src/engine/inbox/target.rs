//! Where a message of ours goes: into a conversation that is there, or one that is opened for it.

use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::drafts::Audience;
use crate::engine::inbox::heard;
use crate::engine::inbox::holding;
use crate::engine::inbox::moves;
use crate::engine::inbox::open;
use crate::engine::inbox::privately;
use crate::engine::rules::comments::Answer;
use crate::engine::rules::window;
use crate::engine::rules::window::Writing;
use crate::engine::sight;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::contact::Contact;
use crate::model::contact::Shut;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::inbound::EVERYTHING;
use crate::model::message::Message;
use crate::model::message::Source;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::identities;

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Into a conversation.
    Conversation(ConversationId),
    /// To an address on a channel: a number, a visitor, whatever the channel calls a person.
    Address(ChannelId, String),
    /// To a person on a channel where the person has an address.
    Contact(ChannelId, ContactId),
}

/// Where a message goes, with everything about it.
pub struct Place {
    /// The channel.
    pub channel: Channel,
    /// The conversation.
    pub conversation: Conversation,
}

/// The channel that something goes to.
///
/// # Errors
/// There is no such channel, or no such conversation in the actor's sight.
pub(super) fn channel(
    read: &impl Read,
    actor: &Actor,
    target: &Target,
) -> Result<Channel, EngineError> {
    let id = match target {
        Target::Conversation(id) => sight::conversation_in(read, actor, *id)?.channel_id,
        Target::Address(id, _) | Target::Contact(id, _) => *id,
    };
    find::channel_in(read, id)
}

/// Finds or opens the conversation that something goes into.
pub(super) fn place(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    target: &Target,
    audience: Audience,
) -> Result<Place, EngineError> {
    match target {
        Target::Conversation(id) => {
            let conversation = sight::conversation_in(tx, actor, *id)?;
            let contact = find::contact_in(tx, conversation.contact_id)?;
            let channel = find::channel_in(tx, conversation.channel_id)?;
            if audience == Audience::Customer {
                may_write(&channel, &contact)?;
                is_open(tx, &channel, &contact, &conversation.address)?;
            }
            Ok(Place {
                channel,
                conversation,
            })
        }
        Target::Address(channel, to) => {
            let channel = find::channel_in(tx, *channel)?;
            let known = identities::get(tx, channel.id, to.trim())?;
            let Some(identity) = known else {
                let message = format!("Nobody with the address {to} is known on this channel.");
                return Err(Rejection::new(Code::InvalidRecipient, message).into());
            };
            let contact = find::contact_in(tx, identity.contact_id)?;
            may_write(&channel, &contact)?;
            is_open(tx, &channel, &contact, &identity.address)?;
            let conversation = at(tx, pen, actor, &channel, &contact, &identity.address)?;
            Ok(Place {
                channel,
                conversation,
            })
        }
        Target::Contact(channel, contact) => {
            let channel = find::channel_in(tx, *channel)?;
            let contact = find::contact_in(tx, *contact)?;
            may_write(&channel, &contact)?;
            let address = find::address_on(tx, &contact, channel.id)?;
            is_open(tx, &channel, &contact, &address)?;
            let conversation = at(tx, pen, actor, &channel, &contact, &address)?;
            Ok(Place {
                channel,
                conversation,
            })
        }
    }
}

/// The conversation that a message to an address goes into: the live one, else a new one.
fn at(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    channel: &Channel,
    contact: &Contact,
    address: &str,
) -> Result<Conversation, EngineError> {
    match conversations::latest(tx, contact.id, channel.id)? {
        Some(live) if live.is_live() => {
            if sight::fence(tx, actor)?.shows(&live) {
                Ok(live)
            } else {
                Err(somebody_elses(contact).into())
            }
        }
        previous => begin(tx, pen, actor, channel, contact, address, previous.as_ref()),
    }
}

/// Opens a conversation for an actor, who keeps it where it would be out of their sight otherwise.
fn begin(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    channel: &Channel,
    contact: &Contact,
    address: &str,
    previous: Option<&Conversation>,
) -> Result<Conversation, EngineError> {
    let mut conversation = open::open(tx, pen, channel, contact, address, previous)?;
    if !sight::fence(tx, actor)?.shows(&conversation)
        && let Some(user) = actor.user_id()
    {
        let user = find::active_user_in(tx, user)?;
        moves::assign(tx, pen, &mut conversation, Some(&user), actor.name())?;
    }
    Ok(conversation)
}

fn somebody_elses(contact: &Contact) -> Rejection {
    let message = format!(
        "A colleague is in conversation with {} there.",
        contact.name
    );
    Rejection::new(Code::ConversationExists, message)
}

/// Where a message that is there already goes once more.
pub(super) fn again(tx: &Tx<'_>, message: &Message) -> Result<Place, EngineError> {
    let channel = find::channel_in(tx, message.channel_id)?;
    let contact = find::contact_in(tx, message.contact_id)?;
    may_write(&channel, &contact)?;
    is_open(tx, &channel, &contact, &message.to)?;
    let conversation = find::conversation_in(tx, message.conversation_id)?;
    Ok(Place {
        channel,
        conversation,
    })
}

/// Whether the vendor would take `content` now: the channel is connected, and the customer wrote
/// as lately as the channel wants, or in public: then that is the comment to be answered. A channel
/// in error takes messages: they wait for its return.
pub(super) fn may_send(
    tx: &Tx<'_>,
    place: &Place,
    row: &Capabilities,
    (content, writer, answer): (&Content, (Source, &Opaque), Answer),
    now: Timestamp,
) -> Result<Option<MessageId>, EngineError> {
    if row.own_transport {
        return Ok(None);
    }
    if place.channel.state == ChannelState::Inactive {
        let message = format!(
            "The channel {} is not connected. Connect it to write.",
            place.channel.name
        );
        return Err(Rejection::new(Code::ChannelNotConnected, message).into());
    }
    holding::may_send(&place.conversation)?;
    in_window(tx, place, row, (content, writer, answer), now)
}

/// Whether the customer wrote as lately as the channel wants, or in public: then that is the comment
/// to be answered.
pub(super) fn in_window(
    read: &impl Read,
    place: &Place,
    row: &Capabilities,
    (content, writer, answer): (&Content, (Source, &Opaque), Answer),
    now: Timestamp,
) -> Result<Option<MessageId>, EngineError> {
    let heard = heard::last(read, &place.conversation)?;
    let writing = Writing {
        settings: &place.channel.settings,
        source: writer.0,
        address: &place.conversation.address,
        metadata: writer.1,
    };
    let wide = window::for_writer(row, writing);
    let Err(closed) = window::may_send(content, &wide, heard, now) else {
        return Ok(None);
    };
    let comment = privately::comment(read, &place.conversation, row, answer, now)?;
    comment.map(Some).ok_or_else(|| closed.into())
}

/// Whether anything may go out to a contact on a channel.
fn may_write(channel: &Channel, contact: &Contact) -> Result<(), Rejection> {
    if contact.blocked {
        let message = format!("{} is blocked. Unblock the contact to write.", contact.name);
        return Err(Rejection::new(Code::ContactBlocked, message));
    }
    if contact.opted_out.iter().any(|topic| topic == EVERYTHING) {
        let message = format!("{} does not want to be written to.", contact.name);
        return Err(Rejection::new(Code::ContactOptedOut, message));
    }
    if !channel.enabled {
        let message = format!("The channel {} is switched off.", channel.name);
        return Err(Rejection::new(Code::ChannelDisabled, message));
    }
    Ok(())
}

/// Whether the person at an address lets us write there.
fn is_open(
    tx: &Tx<'_>,
    channel: &Channel,
    contact: &Contact,
    address: &str,
) -> Result<(), EngineError> {
    let identity = identities::get(tx, channel.id, address)?;
    let Some(closed) = identity.and_then(|identity| identity.closed) else {
        return Ok(());
    };
    let (code, what) = match closed.why {
        Shut::OptedOut => (Code::ContactOptedOut, "asked not to be written to there"),
        Shut::Unreachable => (Code::ContactUnreachable, "cannot be reached there any more"),
    };
    let message = format!("{} {what}, since {}.", contact.name, closed.at);
    Err(Rejection::new(code, message).into())
}

/// Starts a conversation with a contact without a message yet.
///
/// # Errors
/// `CONVERSATION_EXISTS` while one is live; the contact has no address there.
pub fn start(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    channel: ChannelId,
    contact: ContactId,
) -> Result<Conversation, EngineError> {
    let channel = find::channel_in(tx, channel)?;
    let contact = find::contact_in(tx, contact)?;
    may_write(&channel, &contact)?;
    let address = find::address_on(tx, &contact, channel.id)?;
    let latest = conversations::latest(tx, contact.id, channel.id)?;
    if let Some(live) = live_one(tx, actor, &contact, latest.as_ref())? {
        let message = format!(
            "There is already an open conversation with {}: {}.",
            contact.name, live.id
        );
        return Err(Rejection::new(Code::ConversationExists, message).into());
    }
    begin(
        tx,
        pen,
        actor,
        &channel,
        &contact,
        &address,
        latest.as_ref(),
    )
}

/// The conversation with a contact that is open on a channel, if one is.
///
/// # Errors
/// There is no such contact; the conversation is not for the actor.
pub fn open_with(
    tx: &Tx<'_>,
    actor: &Actor,
    channel: ChannelId,
    contact: ContactId,
) -> Result<Option<Conversation>, EngineError> {
    let contact = find::contact_in(tx, contact)?;
    let latest = conversations::latest(tx, contact.id, channel)?;
    Ok(live_one(tx, actor, &contact, latest.as_ref())?.cloned())
}

fn live_one<'c>(
    tx: &Tx<'_>,
    actor: &Actor,
    contact: &Contact,
    latest: Option<&'c Conversation>,
) -> Result<Option<&'c Conversation>, EngineError> {
    let live = latest.filter(|found| found.is_live());
    if let Some(live) = live
        && !sight::fence(tx, actor)?.shows(live)
    {
        return Err(somebody_elses(contact).into());
    }
    Ok(live)
}
