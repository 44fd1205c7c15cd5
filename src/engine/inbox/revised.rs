//! Messages that say something else than they did, whoever changed them: one of us, or the customer.

use serde_json::Value;
use serde_json::json;

use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::engine::inbox::entries;
use crate::engine::inbox::visitor_timeline;
use crate::engine::rules::revising::Scope;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::conversation::Preview;
use crate::model::event::Event;
use crate::model::message::Message;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::messages;

/// Under which name a message keeps what it said before: a list of `{text, at}`, oldest first.
const HISTORY: &str = "editHistory";

/// How many former texts a message keeps.
const HISTORY_MAX: usize = 20;

/// Stores a message whose content or reactions changed, and says so.
///
/// # Errors
/// The disk's.
pub fn store(tx: &mut Tx<'_>, pen: &mut Pen, message: &Message) -> Result<(), StoreError> {
    messages::update(tx, message)?;
    refresh_preview(tx, message)?;
    pen.log(tx, Event::MessageUpdated(entries::event_of(message)))?;
    visitor_timeline::message_changed(tx, pen, message)
}

/// Lets a message say something else since `at`; its former words stay with it.
///
/// # Errors
/// The disk's.
pub fn replace(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &mut Message,
    content: Content,
    at: Timestamp,
) -> Result<(), StoreError> {
    remember(message, &content, at);
    message.content = content;
    message.edited_at = Some(at);
    message.updated_at = pen.now;
    store(tx, pen, message)
}

/// Keeps the words of a message that is about to say others, and until when it said them.
fn remember(message: &mut Message, next: &Content, at: Timestamp) {
    let words = message.content.words();
    if words.is_empty() || words == next.words() {
        return;
    }
    let entry = json!({ "text": words, "at": at });
    let held = message
        .metadata
        .entry(HISTORY)
        .or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(history) = held {
        history.push(entry);
        let extra = history.len().saturating_sub(HISTORY_MAX);
        history.drain(..extra);
    }
}

/// Takes away what a message said, for good: its place is all that stays. The bytes of its files
/// go with the next sweep.
///
/// # Errors
/// The disk's.
pub fn withdraw(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &mut Message,
    scope: Scope,
) -> Result<(), StoreError> {
    let had_file = message.content.media().is_some();
    message.content = Content::deleted();
    message.sent_as.clear();
    message.converted.clear();
    message.reactions.clear();
    message.metadata = Opaque::from_iter([("deleted".to_owned(), true.into())]);
    message.deleted_at = Some(pen.now);
    message.deleted_for_everyone = scope == Scope::Everyone;
    message.updated_at = pen.now;
    messages::update(tx, message)?;
    refresh_preview(tx, message)?;
    if had_file {
        conversations::look_for_files(tx, message.conversation_id)?;
    }
    pen.log(tx, Event::MessageDeleted(entries::event_of(message)))?;
    visitor_timeline::message_changed(tx, pen, message)
}

/// Lists show the newest thing said as it is said now.
fn refresh_preview(tx: &mut Tx<'_>, message: &Message) -> Result<(), StoreError> {
    let Some(mut conversation) = conversations::get(tx, message.conversation_id)? else {
        return Ok(());
    };
    let Some(last) = conversation
        .last
        .as_mut()
        .filter(|last| last.message_id == message.id)
    else {
        return Ok(());
    };
    let preview: Preview = entries::preview_of(message);
    if *last == preview {
        return Ok(());
    }
    *last = preview;
    conversations::put(tx, &conversation)
}
