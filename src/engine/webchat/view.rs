//! What a visitor's browser gets to see: entries of the timeline as frames, messages as payloads.

use std::collections::HashMap;

use serde_json::json;

use crate::channels::webchat::files;
use crate::channels::webchat::wire;
use crate::channels::webchat::wire::Author;
use crate::channels::webchat::wire::AuthorKind;
use crate::channels::webchat::wire::ConversationOut;
use crate::channels::webchat::wire::Hints;
use crate::channels::webchat::wire::MessageOut;
use crate::channels::webchat::wire::Outgoing;
use crate::channels::webchat::wire::ReactionBy;
use crate::channels::webchat::wire::ReactionOut;
use crate::channels::webchat::wire::ReceiptOut;
use crate::channels::webchat::wire::UpdatedOut;
use crate::engine::live::visitors as connected;
use crate::engine::webchat::faces::Pictures;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::ConversationId;
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
use crate::store::records::visitors;

/// Under this name a message of ours remembers what its visitor chose from it, where the choice
/// made no message of its own.
pub const CHOSEN: &str = "chosen";

/// Whose eyes see it, and when: links to files open for one browser and one hour.
pub struct Eyes<'a> {
    /// The browser.
    pub session: WebchatSessionId,
    /// Makes links and knows the present.
    pub pictures: Pictures<'a>,
    /// Whether they see that one of us has read something.
    pub receipts: bool,
}

impl Eyes<'_> {
    fn address(&self, media: &Media) -> Option<String> {
        let Pictures {
            links,
            base_url,
            now,
        } = self.pictures;
        let until = now.plus(files::LINK_LIFE);
        let session = self.session.to_string();
        let link = |id| files::link(links.key(), id, &session, until);
        media.media_id.map(|id| format!("{base_url}{}", link(id)))
    }
}

/// An entry of the timeline as a frame. Each has one, so that numbers have no gap.
///
/// # Errors
/// The disk's.
pub fn frame(
    read: &impl Read,
    eyes: &Eyes<'_>,
    seq: u64,
    entry: &TimelineEntry,
) -> Result<Outgoing, StoreError> {
    let gone = |id| Outgoing::kept("message.deleted", seq, json!({ "id": id }));
    Ok(match &entry.what {
        TimelineEvent::Message { message_id } => match messages::get(read, *message_id)? {
            Some(found) => Outgoing::kept("message", seq, message(read, eyes, &found)?),
            None => gone(*message_id),
        },
        TimelineEvent::Updated { message_id } => match messages::get(read, *message_id)? {
            Some(found) if found.deleted_at.is_none() => {
                Outgoing::kept("message.updated", seq, updated(eyes, &found))
            }
            _ => gone(*message_id),
        },
        TimelineEvent::Deleted { message_id } => gone(*message_id),
        TimelineEvent::Receipt { up_to, status } => {
            let (up_to, status) = (*up_to, status.name());
            Outgoing::kept("receipt", seq, ReceiptOut { up_to, status })
        }
        TimelineEvent::Conversation {
            conversation_id,
            status,
            assignee,
        } => {
            let payload = ConversationOut {
                id: *conversation_id,
                status: status.name(),
                assignee: person(read, eyes.pictures, *assignee)?,
            };
            Outgoing::kept("conversation", seq, payload)
        }
    })
}

/// A message as its visitor sees it.
///
/// # Errors
/// The disk's.
pub fn message(
    read: &impl Read,
    eyes: &Eyes<'_>,
    message: &Message,
) -> Result<MessageOut, StoreError> {
    let own = message.direction == Direction::Inbound;
    let deleted = message.deleted_at.is_some();
    let content = seen_content(message);
    let links = |media: &Media| eyes.address(media);
    Ok(MessageOut {
        id: message.id,
        author: author(read, eyes, message)?,
        content: (!deleted).then(|| wire::content(&content, &links)),
        fallback_text: if deleted {
            String::new()
        } else {
            wire::fallback_text(&content, &links)
        },
        reply_to: message.reply_to,
        timestamp: message.created_at,
        client_message_id: message.client_id.clone().filter(|_| own),
        edited: message.edited_at.is_some(),
        deleted,
        reactions: reactions(message),
        status: if own {
            Some(own_status(read, eyes, message)?)
        } else {
            None
        },
        chosen: message
            .metadata
            .get(CHOSEN)
            .and_then(|choice| choice.as_str())
            .map(str::to_owned),
        hints: hints(message).filter(|_| !own),
    })
}

/// Which choice was made from which message, as far as these messages tell.
#[must_use]
pub fn choices_made(shown: &[Message]) -> HashMap<String, String> {
    let postbacks = shown.iter().filter_map(|message| match &message.content {
        Content::Postback(postback) => Some((
            postback.source_message_id.clone()?,
            postback.payload.clone(),
        )),
        _ => None,
    });
    postbacks.collect()
}

/// One of us as visitors know people.
///
/// # Errors
/// The disk's.
pub fn person(
    read: &impl Read,
    pictures: Pictures<'_>,
    id: Option<UserId>,
) -> Result<Option<Author>, StoreError> {
    let user = match id {
        Some(id) => users::get(read, id)?,
        None => None,
    };
    Ok(user.map(|user| pictures.author(&user)))
}

/// Whoever types, as visitors know people.
#[must_use]
pub fn typist(typist: connected::Author) -> Author {
    Author {
        kind: if typist.bot {
            AuthorKind::Bot
        } else {
            AuthorKind::Agent
        },
        name: Some(typist.name),
        avatar_url: None,
    }
}

/// A conversation as its visitor sees it.
///
/// # Errors
/// The disk's.
pub fn conversation(
    read: &impl Read,
    pictures: Pictures<'_>,
    id: Option<ConversationId>,
) -> Result<Option<ConversationOut>, StoreError> {
    let found = match id {
        Some(id) => conversations::get(read, id)?,
        None => None,
    };
    let Some(found) = found else {
        return Ok(None);
    };
    Ok(Some(ConversationOut {
        id: found.id,
        status: found.status.name(),
        assignee: person(read, pictures, found.assignee)?,
    }))
}

fn author(read: &impl Read, eyes: &Eyes<'_>, message: &Message) -> Result<Author, StoreError> {
    let sender = &message.sender;
    let (kind, name) = match sender.kind {
        SenderKind::Contact => (AuthorKind::Visitor, None),
        SenderKind::Agent => (AuthorKind::Agent, Some(sender.name.clone())),
        SenderKind::Bot => (AuthorKind::Bot, Some(sender.name.clone())),
        SenderKind::System => (AuthorKind::System, Some(sender.name.clone())),
    };
    let user = sender.id.as_deref().and_then(|id| id.parse().ok());
    let user = match user.filter(|_| kind == AuthorKind::Agent) {
        Some(id) => users::get(read, id)?,
        None => None,
    };
    Ok(Author {
        kind,
        name,
        avatar_url: user.and_then(|user| eyes.pictures.of(&user)),
    })
}

fn updated(eyes: &Eyes<'_>, message: &Message) -> UpdatedOut {
    let links = |media: &Media| eyes.address(media);
    UpdatedOut {
        id: message.id,
        content: wire::content(&seen_content(message), &links),
        reactions: reactions(message),
        edited: message.edited_at.is_some(),
        edited_at: message.edited_at,
    }
}

fn reactions(message: &Message) -> Vec<ReactionOut> {
    let marks = message.reactions.iter().map(|mark| ReactionOut {
        emoji: mark.emoji.clone(),
        by: if mark.by == SenderKind::Contact {
            ReactionBy::Visitor
        } else {
            ReactionBy::Agent
        },
    });
    marks.collect()
}

/// How far the visitor's own message came with us, as far as visitors are told.
fn own_status(
    read: &impl Read,
    eyes: &Eyes<'_>,
    message: &Message,
) -> Result<&'static str, StoreError> {
    let conversation = conversations::get(read, message.conversation_id)?;
    let seen = conversation.is_some_and(|found| message.position <= found.seen_position);
    Ok(if seen && eyes.receipts {
        Delivery::Read.name()
    } else if is_handled(read, message)? {
        Delivery::Delivered.name()
    } else {
        Delivery::Sent.name()
    })
}

/// Whether a program of ours has answered a visitor's message.
fn is_handled(read: &impl Read, message: &Message) -> Result<bool, StoreError> {
    let Some((id, seq)) = visitors::seq_of(read, message.id)? else {
        return Ok(false);
    };
    Ok(visitors::get(read, id)?.is_some_and(|visitor| seq <= visitor.handled))
}

/// What the widget is told about how to show choices.
fn hints(message: &Message) -> Option<Hints> {
    if message.content.choices().is_empty() {
        return None;
    }
    let single = message.metadata.get("singleUse");
    let single = single.and_then(serde_json::Value::as_bool);
    Some(Hints {
        single_use: single.unwrap_or(message.sender.kind == SenderKind::Bot),
        display: asks_for_rating(message).then_some("rating"),
    })
}

/// Whether a message asks for a rating.
#[must_use]
pub fn asks_for_rating(message: &Message) -> bool {
    let display = message.metadata.get("display");
    display.and_then(serde_json::Value::as_str) == Some("rating")
}

/// What was really sent, where that differs and is still one piece.
pub(super) fn seen_content(message: &Message) -> Content {
    match message.sent_as.as_slice() {
        [] => message.content.clone(),
        [one] => one.clone(),
        parts => {
            let words = parts.iter().map(|part| match part {
                Content::Text(text) => Some(text.text.as_str()),
                _ => None,
            });
            let words: Option<Vec<&str>> = words.collect();
            words.map_or_else(
                || message.content.clone(),
                |words| Content::text(words.join("\n\n")),
            )
        }
    }
}
