//! Appending to a conversation: the one way by which messages, notes and history lines get in.

use crate::base::text::preview;
use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::content::EventLine;
use crate::model::conversation::Conversation;
use crate::model::conversation::Preview;
use crate::model::event::Event;
use crate::model::event::MessageEvent;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::model::message::Step;
use crate::model::parts::Parts;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::messages;

/// How much of a message stands in lists, in characters.
const PREVIEW_MAX: usize = 160;

/// Something to append to a conversation.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Which way it goes.
    pub direction: Direction,
    /// Whether it stays among us.
    pub private: bool,
    /// Who wrote it.
    pub sender: Sender,
    /// The address it comes from.
    pub from: String,
    /// The address it goes to.
    pub to: String,
    /// What it says.
    pub content: Content,
    /// What the channel gets instead, one entry a part, when that differs.
    pub sent_as: Vec<Content>,
    /// How it was converted.
    pub converted: Vec<String>,
    /// How its delivery stands.
    pub delivery: Delivery,
    /// The vendor's ids.
    pub external_ids: Vec<String>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// The id the sender's program gave it.
    pub client_id: Option<String>,
    /// Where it was written.
    pub source: Source,
    /// What the channel or an API client keeps with it.
    pub metadata: Opaque,
    /// When it was written.
    pub at: Timestamp,
}

/// Appends to a conversation and stores both, with the event. The conversation's other fields go
/// to disk as they are given.
///
/// # Errors
/// The disk's.
pub fn append(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    entry: Entry,
) -> Result<Message, StoreError> {
    let message = message(pen, conversation, entry);
    count(tx, conversation, &message)?;
    conversation.positions = message.position;
    conversation.updated_at = pen.now;
    conversation.revision += 1;
    messages::insert(tx, &message)?;
    conversations::put(tx, conversation)?;
    pen.log(tx, Event::MessageCreated(event_of(&message)))?;
    Ok(message)
}

/// What an event says of a message.
#[must_use]
pub fn event_of(message: &Message) -> MessageEvent {
    MessageEvent {
        message_id: message.id,
        conversation_id: message.conversation_id,
        contact_id: message.contact_id,
        channel_id: message.channel_id,
        direction: message.direction,
        private: message.private,
    }
}

fn message(pen: &mut Pen, conversation: &Conversation, entry: Entry) -> Message {
    Message {
        id: pen.id(),
        conversation_id: conversation.id,
        contact_id: conversation.contact_id,
        channel_id: conversation.channel_id,
        channel_kind: conversation.channel_kind.clone(),
        position: conversation.positions + 1,
        direction: entry.direction,
        private: entry.private,
        sender: entry.sender,
        from: entry.from,
        to: entry.to,
        content: entry.content,
        sent_as: entry.sent_as,
        converted: entry.converted,
        delivery: entry.delivery,
        steps: vec![Step {
            state: entry.delivery,
            at: pen.now,
        }],
        error: None,
        external_ids: entry.external_ids,
        reply_to: entry.reply_to,
        client_id: entry.client_id,
        source: entry.source,
        reactions: Vec::new(),
        metadata: entry.metadata,
        at: entry.at,
        created_at: pen.now,
        updated_at: pen.now,
        edited_at: None,
        deleted_at: None,
        calls_taken: 0,
        attempts: Vec::new(),
        handled_at: None,
        deleted_for_everyone: false,
        called_at: None,
        parts: Parts::default(),
    }
}

/// What a new entry does to a conversation's counts, preview and waiting time.
fn count(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    message: &Message,
) -> Result<(), StoreError> {
    if matches!(message.content, Content::Event(_)) {
        return Ok(());
    }
    conversation.last = Some(preview_of(message));
    conversation.last_message_at = message.created_at;
    conversation.has_file |= message.content.media().is_some();
    if message.private {
        return Ok(());
    }
    let month = message.created_at.month_start();
    counters::add(tx, Counter::Month(month), 1)?;
    conversation.message_count += 1;
    conversation
        .first_message_at
        .get_or_insert(message.created_at);
    match message.direction {
        Direction::Inbound => {
            conversation.inbound_count += 1;
            // By the vendor's clock: news that come hours late open no fresh window. What was said
            // in public opens none.
            let heard = message.at.min(message.created_at);
            let heard = Some(heard).filter(|_| message.source != Source::Comment);
            conversation.last_inbound_at = conversation.last_inbound_at.max(heard);
            conversation.waiting_since.get_or_insert(message.created_at);
            counters::add(tx, Counter::Inbound, 1)
        }
        Direction::Outbound => {
            conversation.waiting_since = None;
            // What offers nothing leaves open what was offered before.
            if !message.content.choices().is_empty() {
                conversation.spelled_out = Some(message.id).filter(|_| !message.sent_as.is_empty());
            }
            if message.sender.kind == SenderKind::Agent {
                conversation
                    .first_reply_at
                    .get_or_insert(message.created_at);
            }
            counters::add(tx, Counter::Outbound, 1)
        }
    }
}

/// The choices of a message to the customer, if it has any, come back as words.
///
/// # Errors
/// The disk's.
pub fn may_be_typed(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    message: &Message,
) -> Result<(), StoreError> {
    if message.private || message.content.choices().is_empty() {
        return Ok(());
    }
    conversation.spelled_out = Some(message.id);
    conversations::put(tx, conversation)
}

/// A message small enough for a list.
#[must_use]
pub fn preview_of(message: &Message) -> Preview {
    let file = message
        .content
        .media()
        .and_then(|media| media.filename.as_deref());
    let words = message.content.words();
    let text = if words.is_empty() {
        file.unwrap_or_default()
    } else {
        words
    };
    Preview {
        message_id: message.id,
        kind: if message.deleted_at.is_some() {
            "deleted".to_owned()
        } else {
            message.content.kind().to_owned()
        },
        text: preview(text, PREVIEW_MAX),
        direction: message.direction,
        sender: message.sender.kind,
        sender_name: message.sender.name.clone(),
        private: message.private,
        at: message.created_at,
    }
}

/// A line of the conversation's own history.
#[must_use]
pub fn history_line(now: Timestamp, by: &str, line: EventLine) -> Entry {
    Entry {
        direction: Direction::Outbound,
        private: true,
        sender: Sender {
            kind: SenderKind::System,
            id: None,
            name: by.to_owned(),
        },
        from: String::new(),
        to: String::new(),
        content: Content::Event(EventLine {
            by: by.to_owned(),
            ..line
        }),
        sent_as: Vec::new(),
        converted: Vec::new(),
        delivery: Delivery::Read,
        external_ids: Vec::new(),
        reply_to: None,
        client_id: None,
        source: Source::System,
        metadata: Opaque::new(),
        at: now,
    }
}
