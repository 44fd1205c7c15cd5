//! A visitor says something: one transaction from the frame to the message, its entry in the
//! timeline and its place in a conversation.

mod content;
mod opening;

use crate::base::time::Timestamp;
use crate::channels::webchat::content::Said;
use crate::engine::context::Pen;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::visitor_timeline;
use crate::engine::ingest::done;
use crate::engine::webchat::arrivals::refuse_blocked;
use crate::engine::webchat::contacts as behind;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::saying::content::content_of;
use crate::engine::webchat::saying::content::understood;
pub use crate::engine::webchat::saying::opening::ENDED;
use crate::engine::webchat::saying::opening::began;
use crate::engine::webchat::saying::opening::place;
use crate::engine::webchat::saying::opening::spoke_first;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::event::Custom;
use crate::model::event::Event;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::WebchatSessionId;
use crate::model::message::Delivery;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::webchat::Visitor;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::messages;
use crate::store::records::visitors;
use crate::store::records::visitors::ClientMessage;

/// A message of a visitor on its way in.
#[derive(Debug, Clone)]
pub struct Saying {
    /// The id the browser gave it.
    pub client_id: String,
    /// The digest of its content: the same id with another one is a conflict.
    pub digest: [u8; 32],
    /// What it says.
    pub said: Said,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// What is kept with it: page, language, browser.
    pub metadata: Opaque,
    /// The proactive message it answers, which comes before it in the conversation.
    pub proactive: Option<Proactive>,
    /// Whether a required form is still to be filled in.
    pub form_due: bool,
}

/// A proactive message of ours that a visitor saw before any conversation existed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proactive {
    /// Its id among the settings.
    pub id: String,
    /// Its words.
    pub text: String,
    /// The name it came under.
    pub author: String,
}

/// What a browser gets for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// The message.
    pub message_id: MessageId,
    /// Its entry in the timeline.
    pub seq: u64,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// When it was stored.
    pub at: Timestamp,
    /// Whether it had been stored before.
    pub duplicate: bool,
}

/// Stores what a visitor says. The visitor is read again from the transaction where it changes.
///
/// # Errors
/// The disk's; `visitor_blocked`, `id_conflict`, `prechat_required`, `not_found`,
/// `invalid_postback`.
pub fn say(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    session: WebchatSessionId,
    mut visitor: Visitor,
    saying: &Saying,
) -> Result<Ack, WebchatError> {
    refuse_blocked(tx, &visitor)?;
    if let Some(ack) = said_before(tx, &visitor, saying)? {
        return Ok(ack);
    }
    if saying.form_due {
        let message = "Please fill in the form first.";
        return Err(Problem::new(Code::PrechatRequired, message).into());
    }
    if let Said::Reaction { emoji, target } = &saying.said {
        let ack = react(tx, pen, &mut visitor, emoji, *target)?;
        remember(tx, &visitor, saying, &ack)?;
        return Ok(ack);
    }
    let content = content_of(tx, session, &visitor, &saying.said)?;
    let reply_to = match saying.reply_to {
        Some(id) => Some(in_timeline(tx, &visitor, id)?.id),
        None => None,
    };
    let contact = behind::of_visitor(tx, pen, channel, &mut visitor)?;
    let (mut conversation, begun) = place(tx, pen, channel, &contact, &visitor)?;
    visitor.conversation_id = Some(conversation.id);
    visitor.last_seen_at = pen.now;
    visitors::put(tx, &visitor)?;
    if begun {
        began(tx, pen, &mut conversation, &visitor)?;
    }
    if let Some(proactive) = &saying.proactive {
        spoke_first(tx, pen, channel, &mut conversation, &visitor, proactive)?;
    }
    let content = understood(tx, &conversation, content)?;
    let entry = entry(pen, channel, &contact, &visitor, saying, content, reply_to);
    let mut message = entries::append(tx, pen, &mut conversation, entry)?;
    let seq = bring(tx, pen, &mut message)?;
    clicked(tx, pen, &message, &visitor)?;
    note_inbound(tx, channel, pen)?;
    let ack = Ack {
        message_id: message.id,
        seq,
        conversation_id: conversation.id,
        at: message.created_at,
        duplicate: false,
    };
    remember(tx, &visitor, saying, &ack)?;
    Ok(ack)
}

/// The answer an earlier copy of the same message got.
fn said_before(
    tx: &Tx<'_>,
    visitor: &Visitor,
    saying: &Saying,
) -> Result<Option<Ack>, WebchatError> {
    let Some(used) = visitors::client_message(tx, visitor.id, &saying.client_id)? else {
        return Ok(None);
    };
    if used.content != saying.digest {
        let message = "This clientMessageId was used for another message; take a new one.";
        return Err(Problem::new(Code::IdConflict, message).into());
    }
    let message = messages::get(tx, used.message_id)?.ok_or_else(not_found)?;
    // A merge of timelines gives messages new numbers.
    let seq = visitors::seq_of(tx, message.id)?.map_or(used.seq, |(_, seq)| seq);
    Ok(Some(Ack {
        message_id: message.id,
        seq,
        conversation_id: message.conversation_id,
        at: message.created_at,
        duplicate: true,
    }))
}

fn remember(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    saying: &Saying,
    ack: &Ack,
) -> Result<(), StoreError> {
    let used = ClientMessage {
        message_id: ack.message_id,
        seq: ack.seq,
        content: saying.digest,
    };
    visitors::put_client_message(tx, visitor.id, &saying.client_id, &used)
}

fn not_found() -> Problem {
    Problem::new(Code::NotFound, "There is no such message in this chat.")
}

/// A message of the visitor's own timeline: ids are no credentials.
///
/// # Errors
/// The disk's; `not_found`.
pub fn in_timeline(
    read: &impl Read,
    visitor: &Visitor,
    id: MessageId,
) -> Result<Message, WebchatError> {
    let (owner, _) = visitors::seq_of(read, id)?.ok_or_else(not_found)?;
    let owner = visitor_timeline::visitor_of(read, &owner.to_string())?;
    if owner.is_none_or(|owner| owner.id != visitor.id) {
        return Err(not_found().into());
    }
    Ok(messages::get(read, id)?.ok_or_else(not_found)?)
}

/// Brings a message into its visitor's timeline; its number there.
fn bring(tx: &mut Tx<'_>, pen: &mut Pen, message: &mut Message) -> Result<u64, StoreError> {
    Ok(visitor_timeline::bring(tx, pen, message)?.unwrap_or_default())
}

fn entry(
    pen: &Pen,
    channel: &Channel,
    contact: &Contact,
    visitor: &Visitor,
    saying: &Saying,
    content: Content,
    reply_to: Option<MessageId>,
) -> Entry {
    let mut metadata = saying.metadata.clone();
    metadata.insert("profileName".to_owned(), contact.name.clone().into());
    metadata.insert("verified".to_owned(), visitor.external_id.is_some().into());
    Entry {
        direction: Way::Inbound,
        private: false,
        sender: Sender {
            kind: SenderKind::Contact,
            id: Some(contact.id.to_string()),
            name: contact.name.clone(),
        },
        from: visitor.id.to_string(),
        to: channel.id.to_string(),
        content,
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: Delivery::Delivered,
        external_ids: vec![saying.client_id.clone()],
        reply_to,
        client_id: Some(saying.client_id.clone()),
        source: Source::Customer,
        metadata,
        at: pen.now,
    }
}

/// Says that a button was pressed.
fn clicked(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &Message,
    visitor: &Visitor,
) -> Result<(), StoreError> {
    let Content::Postback(postback) = &message.content else {
        return Ok(());
    };
    let source = postback.source_message_id.clone().unwrap_or_default();
    let event = Custom {
        name: "webchat.button.clicked".to_owned(),
        contact_id: Some(message.contact_id),
        conversation_id: Some(message.conversation_id),
        data: Opaque::from_iter([
            ("messageId".to_owned(), source.into()),
            ("buttonId".to_owned(), postback.payload.clone().into()),
            ("visitor".to_owned(), visitor.id.to_string().into()),
        ]),
    };
    pen.log(tx, Event::Custom(event)).map(drop)
}

/// Puts a reaction on a message, or takes it back: one for each visitor and message.
fn react(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    visitor: &mut Visitor,
    emoji: &str,
    target: MessageId,
) -> Result<Ack, WebchatError> {
    let mut message = in_timeline(tx, visitor, target)?;
    let author = visitor.id.to_string();
    done::mark(&mut message, SenderKind::Contact, &author, emoji, pen);
    messages::update(tx, &message)?;
    pen.log(tx, Event::MessageUpdated(entries::event_of(&message)))?;
    let what = crate::model::webchat::TimelineEvent::Updated {
        message_id: message.id,
    };
    let seq = visitor_timeline::append(tx, pen, visitor, what)?;
    Ok(Ack {
        message_id: message.id,
        seq,
        conversation_id: message.conversation_id,
        at: pen.now,
        duplicate: false,
    })
}

/// The channel's last inbound time, kept to the minute so that a busy channel is not rewritten
/// with every message.
fn note_inbound(tx: &mut Tx<'_>, channel: &Channel, pen: &Pen) -> Result<(), StoreError> {
    let minute = std::time::Duration::from_secs(60);
    if channel
        .last_inbound_at
        .is_some_and(|last| pen.now.since(last) < minute)
    {
        return Ok(());
    }
    if let Some(mut channel) = channels::get(tx, channel.id)? {
        channel.last_inbound_at = Some(pen.now);
        channels::put(tx, &channel)?;
    }
    Ok(())
}
