//! What a visitor's browser gets to see: entries of the timeline as frames, messages as payloads.
//!
//! Never in it: ids and addresses of ours, private notes, internal metadata, other people's data.

use std::collections::HashMap;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::text::Counting;
use crate::base::text::shorten;
use crate::base::time::Timestamp;
use crate::channels::webchat::files;
use crate::engine::links::Links;
use crate::engine::rules::choices;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Card;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::model::ids::WebchatSessionId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::SenderKind;
use crate::model::webchat::TimelineEntry;
use crate::model::webchat::TimelineEvent;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::conversations;
use crate::store::records::messages;
use crate::store::records::users;

/// How much of a button's title is shown, in characters.
const TITLE_MAX: usize = 40;

/// Whose eyes see it, and when: links to files open for one browser and one hour.
pub struct Eyes<'a> {
    /// The browser.
    pub session: WebchatSessionId,
    /// Makes links.
    pub links: &'a Links,
    /// The present.
    pub now: Timestamp,
}

/// An entry of the timeline as a frame; none for a message that is gone for good.
///
/// # Errors
/// The disk's.
pub fn frame(
    read: &impl Read,
    eyes: &Eyes<'_>,
    seq: u64,
    entry: &TimelineEntry,
) -> Result<Value, StoreError> {
    let (kind, payload) = match &entry.what {
        TimelineEvent::Message { message_id } => {
            let shown = messages::get(read, *message_id)?;
            match shown {
                Some(shown) => ("message", message(read, eyes, &shown)?),
                // It was erased; the place it had stays, so that numbers have no gap.
                None => ("message.deleted", json!({ "id": message_id })),
            }
        }
        TimelineEvent::Updated { message_id } => {
            let shown = messages::get(read, *message_id)?;
            ("message.updated", updated(eyes, *message_id, shown.as_ref()))
        }
        TimelineEvent::Deleted { message_id } => ("message.deleted", json!({ "id": message_id })),
        TimelineEvent::Receipt { up_to, status } => (
            "receipt",
            json!({ "upTo": up_to, "status": status.name() }),
        ),
        TimelineEvent::Conversation {
            conversation_id,
            status,
            assignee,
        } => (
            "conversation",
            json!({
                "id": conversation_id,
                "status": status.name(),
                "assignee": person(read, *assignee)?,
            }),
        ),
    };
    Ok(json!({ "type": kind, "seq": seq, "payload": payload }))
}

/// A message as its visitor sees it.
///
/// # Errors
/// The disk's.
pub fn message(
    read: &impl Read,
    eyes: &Eyes<'_>,
    message: &Message,
) -> Result<Value, StoreError> {
    let own = message.direction == Direction::Inbound;
    let mut shown = Map::new();
    shown.insert("id".to_owned(), message.id.to_string().into());
    shown.insert("author".to_owned(), author(message));
    shown.insert("timestamp".to_owned(), message.created_at.to_string().into());
    if message.deleted_at.is_some() {
        shown.insert("deleted".to_owned(), true.into());
        return Ok(shown.into());
    }
    let content = seen_content(message);
    shown.insert("content".to_owned(), content_of(eyes, &content));
    shown.insert("fallbackText".to_owned(), fallback(&content).into());
    if let Some(quoted) = message.reply_to {
        shown.insert("replyTo".to_owned(), quoted.to_string().into());
    }
    shown.insert("edited".to_owned(), message.edited_at.is_some().into());
    if own {
        if let Some(id) = &message.client_id {
            shown.insert("clientMessageId".to_owned(), id.clone().into());
        }
        shown.insert("status".to_owned(), own_status(read, message)?.into());
    } else if let Some(hints) = hints(message) {
        shown.insert("hints".to_owned(), hints);
    }
    if !message.reactions.is_empty() {
        shown.insert("reactions".to_owned(), reactions(message));
    }
    Ok(shown.into())
}

/// Which choice was made from which message, as far as these messages tell.
#[must_use]
pub fn chosen(shown: &[Message]) -> HashMap<String, String> {
    let mut chosen = HashMap::new();
    for message in shown {
        if let Content::Postback(postback) = &message.content
            && let Some(source) = &postback.source_message_id
        {
            chosen.insert(source.clone(), postback.payload.clone());
        }
    }
    chosen
}

/// One of us as visitors know people: by name.
///
/// # Errors
/// The disk's.
pub fn person(read: &impl Read, id: Option<UserId>) -> Result<Value, StoreError> {
    let user = match id {
        Some(id) => users::get(read, id)?,
        None => None,
    };
    Ok(user.map_or(Value::Null, |user| {
        json!({ "name": user.name, "avatarUrl": null, "type": "agent" })
    }))
}

/// A conversation as its visitor sees it.
///
/// # Errors
/// The disk's.
pub fn conversation(
    read: &impl Read,
    id: Option<ConversationId>,
) -> Result<Value, StoreError> {
    let found = match id {
        Some(id) => conversations::get(read, id)?,
        None => None,
    };
    let Some(found) = found else {
        return Ok(Value::Null);
    };
    Ok(json!({
        "id": found.id,
        "status": found.status.name(),
        "assignee": person(read, found.assignee)?,
    }))
}

fn author(message: &Message) -> Value {
    let kind = match message.sender.kind {
        SenderKind::Contact => return json!({ "type": "visitor", "name": null }),
        SenderKind::Agent => "agent",
        SenderKind::Bot => "bot",
        SenderKind::System => "system",
    };
    json!({ "type": kind, "name": message.sender.name, "avatarUrl": null })
}

fn updated(eyes: &Eyes<'_>, id: MessageId, message: Option<&Message>) -> Value {
    let Some(message) = message.filter(|message| message.deleted_at.is_none()) else {
        return json!({ "id": id, "reactions": [] });
    };
    let mut shown = json!({
        "id": id,
        "content": content_of(eyes, &seen_content(message)),
        "reactions": reactions(message),
        "edited": message.edited_at.is_some(),
    });
    if let Some(at) = message.edited_at {
        shown["editedAt"] = at.to_string().into();
    }
    shown
}

fn reactions(message: &Message) -> Value {
    let marks = message.reactions.iter().map(|mark| {
        let by = if mark.by == SenderKind::Contact {
            "visitor"
        } else {
            "agent"
        };
        json!({ "emoji": mark.emoji, "by": by })
    });
    marks.collect()
}

/// Whether one of us has read the visitor's own message.
fn own_status(read: &impl Read, message: &Message) -> Result<&'static str, StoreError> {
    let conversation = conversations::get(read, message.conversation_id)?;
    let seen = conversation.is_some_and(|found| message.position <= found.seen_position);
    Ok(if seen { Delivery::Read } else { Delivery::Sent }.name())
}

/// What the widget is told about how to show choices.
fn hints(message: &Message) -> Option<Value> {
    if message.content.choices().is_empty() {
        return None;
    }
    let said = |name: &str| message.metadata.get(name);
    let single = said("singleUse").and_then(Value::as_bool);
    let single = single.unwrap_or(message.sender.kind == SenderKind::Bot);
    let mut hints = json!({ "singleUse": single });
    if let Some(display) = said("display").and_then(Value::as_str) {
        hints["display"] = display.into();
    }
    Some(hints)
}

/// What was really sent, where that differs and is still one piece.
fn seen_content(message: &Message) -> Content {
    match message.sent_as.as_slice() {
        [] => message.content.clone(),
        [one] => one.clone(),
        parts => {
            let words: Option<Vec<&str>> = parts
                .iter()
                .map(|part| match part {
                    Content::Text(text) => Some(text.text.as_str()),
                    _ => None,
                })
                .collect();
            words.map_or_else(
                || message.content.clone(),
                |words| Content::text(words.join("\n\n")),
            )
        }
    }
}

/// The words of rich content for clients that cannot show it: the text, and its choices numbered.
fn fallback(content: &Content) -> String {
    let mut lines = Vec::new();
    let words = match content {
        Content::Postback(postback) => postback.title.as_str(),
        other => other.words(),
    };
    if !words.is_empty() {
        lines.push(words.to_owned());
    }
    if let Some(media) = content.media().filter(|_| words.is_empty()) {
        lines.extend(media.filename.clone());
    }
    for choice in choices::offered(content) {
        lines.push(format!("{}. {}", choice.number, choice.title));
    }
    lines.join("\n")
}

/// Content in the shapes of the protocol's page.
fn content_of(eyes: &Eyes<'_>, content: &Content) -> Value {
    let kind = content.kind();
    let mut shown = match content {
        Content::Text(text) => {
            let mut shown = json!({ "text": text.text });
            if !text.quick_replies.is_empty() {
                let replies = text.quick_replies.iter();
                shown["quickReplies"] = replies
                    .map(|reply| json!({ "id": reply.id, "title": title(&reply.title) }))
                    .collect();
            }
            shown
        }
        Content::Image(media)
        | Content::Video(media)
        | Content::Audio(media)
        | Content::Document(media)
        | Content::Sticker(media) => file(eyes, media),
        Content::Location(place) => json!(place),
        Content::Contacts(cards) => json!(cards),
        Content::Buttons(buttons) => json!({
            "header": buttons.header,
            "text": buttons.text,
            "footer": buttons.footer,
            "buttons": buttons_of(&buttons.buttons),
        }),
        Content::List(list) => json!(list),
        Content::Carousel(carousel) => {
            let cards: Value = carousel.cards.iter().map(|card| card_of(eyes, card)).collect();
            json!({ "text": carousel.text, "cards": cards })
        }
        Content::Template(template) => {
            return json!({ "type": "text", "text": template.text.as_deref().unwrap_or(&template.name) });
        }
        Content::Postback(postback) => json!({
            "payload": postback.payload,
            "title": postback.title,
            "sourceMessageId": postback.source_message_id,
        }),
        Content::Reaction(_)
        | Content::StoryMention(_)
        | Content::StoryReply(_)
        | Content::Call(_)
        | Content::Event(_)
        | Content::Unsupported(_) => {
            return json!({ "type": "text", "text": content.words() });
        }
    };
    shown["type"] = kind.into();
    drop_nulls(&mut shown);
    shown
}

fn card_of(eyes: &Eyes<'_>, card: &Card) -> Value {
    json!({
        "title": card.title,
        "description": card.description,
        "imageUrl": card.image.as_ref().and_then(|image| address(eyes, image)),
        "buttons": buttons_of(&card.buttons),
    })
}

fn buttons_of(buttons: &[Button]) -> Value {
    let shown = buttons.iter().map(|button| match button.kind {
        ButtonKind::Reply => {
            json!({ "type": "reply", "id": button.id, "title": title(&button.title) })
        }
        ButtonKind::Url => {
            json!({ "type": "url", "title": title(&button.title), "url": button.url })
        }
        ButtonKind::Call => {
            json!({ "type": "call", "title": title(&button.title), "phone": button.phone })
        }
        ButtonKind::Location => json!({ "type": "location", "title": title(&button.title) }),
    });
    shown.collect()
}

fn title(text: &str) -> String {
    shorten(text, TITLE_MAX, Counting::Characters)
}

fn file(eyes: &Eyes<'_>, media: &Media) -> Value {
    json!({
        "url": address(eyes, media),
        "mimeType": media.mime_type,
        "filename": media.filename,
        "size": media.size_bytes,
        "caption": media.caption,
        "width": media.width,
        "height": media.height,
        "durationMs": media.duration_ms,
        "voice": media.voice.then_some(true),
    })
}

/// Where a file opens for these eyes.
fn address(eyes: &Eyes<'_>, media: &Media) -> Option<String> {
    match media.media_id {
        Some(id) => {
            let until = eyes.now.plus(files::LINK_LIFE);
            let session = eyes.session.to_string();
            let link = files::link(eyes.links.key(), id, &session, until);
            Some(format!("{}{link}", eyes.links.public_url()))
        }
        None => media.url.clone(),
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
