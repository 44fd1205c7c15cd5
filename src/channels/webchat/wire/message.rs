//! A message as a visitor's browser gets it, and its content.

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::base::time::Timestamp;
use crate::channels::numbered;
use crate::channels::numbered::Links;
use crate::channels::webchat::wire::Author;
use crate::channels::webchat::wire::is_false;
use crate::channels::webchat::wire::plain;
use crate::model::content::Button;
use crate::model::content::Card;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::content::Row;
use crate::model::ids::MessageId;

/// Payload of `message`, and an entry of the history.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageOut {
    /// The message.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Author,
    /// What it says, as [`content`] writes it; none once it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Value>,
    /// The same in plain words, for widgets that do not know the type.
    pub fallback_text: String,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// When it was stored.
    pub timestamp: Timestamp,
    /// The id a browser of this visitor gave it.
    pub client_message_id: Option<String>,
    /// Whether it was changed.
    pub edited: bool,
    /// Whether it was taken back.
    #[serde(skip_serializing_if = "is_false")]
    pub deleted: bool,
    /// Reactions to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ReactionOut>,
    /// `sent`, `delivered` or `read`, on the visitor's own messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// What the visitor chose from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
    /// How the widget shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hints: Option<Hints>,
}

/// How the widget shows a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hints {
    /// Whether its buttons go out of use after one choice.
    pub single_use: bool,
    /// `rating` draws stars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<&'static str>,
}

/// A reaction, as a visitor sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReactionOut {
    /// The emoji.
    pub emoji: String,
    /// Whose: the visitor's or ours.
    pub by: ReactionBy,
}

/// Whose reaction it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ReactionBy {
    Visitor,
    Agent,
}

/// Payload of `message.updated`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdatedOut {
    /// The message.
    pub id: MessageId,
    /// What it says now.
    pub content: Value,
    /// Reactions to it; none takes the last one away.
    pub reactions: Vec<ReactionOut>,
    /// Whether its content was changed.
    pub edited: bool,
    /// When.
    pub edited_at: Option<Timestamp>,
}

/// Content as the widget reads it. `links` gives the address of a file on the server's own origin;
/// a file without one keeps the address it came from.
#[must_use]
pub fn content(content: &Content, links: Links<'_>) -> Value {
    let mut out = match content {
        Content::Image(media)
        | Content::Video(media)
        | Content::Audio(media)
        | Content::Document(media)
        | Content::Sticker(media) => file(media, links),
        Content::Buttons(buttons) => json!({
            "header": buttons.header, "text": buttons.text, "footer": buttons.footer,
            "buttons": buttons.buttons.iter().map(button).collect::<Vec<_>>(),
        }),
        Content::List(list) => json!({
            "header": list.header, "text": list.text, "footer": list.footer,
            "buttonText": list.button_text,
            "sections": list.sections.iter().map(|section| json!({
                "title": section.title,
                "rows": section.rows.iter().map(row).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        }),
        Content::Carousel(carousel) => json!({
            "text": carousel.text,
            "cards": carousel.cards.iter().map(|one| card(one, links)).collect::<Vec<_>>(),
        }),
        Content::Text(text) if text.quick_replies.is_empty() => json!({ "text": text.text }),
        Content::Unsupported(_) => json!({}),
        other => plain(other),
    };
    drop_nulls(&mut out);
    if let Value::Object(fields) = &mut out {
        fields.insert("type".to_owned(), content.kind().into());
    }
    out
}

/// The same in plain words: the text, and the choices with numbers.
#[must_use]
pub fn fallback_text(content: &Content, links: Links<'_>) -> String {
    if let Some(text) = numbered::text(content, 1, links) {
        return text;
    }
    let words = content.words();
    let name = content.media().and_then(|media| media.filename.as_deref());
    match name {
        Some(name) => numbered::framed(Some(name), words, None),
        None => words.to_owned(),
    }
}

fn file(media: &Media, links: Links<'_>) -> Value {
    json!({
        "url": address(media, links),
        "mimeType": media.mime_type,
        "filename": media.filename,
        "size": media.size_bytes,
        "caption": media.caption,
        "width": media.width,
        "height": media.height,
        "durationMs": media.duration_ms,
        "voice": media.voice.then_some(true),
        "thumbnailUrl": media.thumbnail_url,
    })
}

fn address(media: &Media, links: Links<'_>) -> Option<String> {
    links(media).or_else(|| media.url.clone())
}

/// A button with what belongs to its kind alone.
fn button(button: &Button) -> Value {
    json!({
        "type": button.kind,
        "id": (!button.id.is_empty()).then_some(&button.id),
        "title": button.title,
        "url": button.url,
        "phone": button.phone,
    })
}

fn row(row: &Row) -> Value {
    json!({ "id": row.id, "title": row.title, "description": row.description })
}

fn card(card: &Card, links: Links<'_>) -> Value {
    json!({
        "title": card.title,
        "description": card.description,
        "imageUrl": card.image.as_ref().and_then(|image| address(image, links)),
        "buttons": card.buttons.iter().map(button).collect::<Vec<_>>(),
    })
}

/// Absent and null mean the same to the widget; absent is shorter.
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn contents_are_written_as_documented() {
        // What is stored, and what the widget gets.
        let cases = [
            (
                json!({"type":"text","text":"Hi"}),
                json!({"type":"text","text":"Hi"}),
            ),
            (
                json!({"type":"text","text":"Hi","quickReplies":[{"id":"q1","title":"Talk to sales"}]}),
                json!({"type":"text","text":"Hi","quickReplies":[{"id":"q1","title":"Talk to sales"}]}),
            ),
            (
                json!({"type":"image","url":"https://x/a.png","mimeType":"image/png","filename":"a.png","sizeBytes":1234,"caption":"c","width":640,"height":480}),
                json!({"type":"image","url":"/webchat/files/a","mimeType":"image/png","filename":"a.png","size":1234,"caption":"c","width":640,"height":480}),
            ),
            (
                json!({"type":"audio","filename":"a","mimeType":"audio/ogg","sizeBytes":1,"voice":true,"durationMs":4200}),
                json!({"type":"audio","url":"/webchat/files/a","filename":"a","mimeType":"audio/ogg","size":1,"voice":true,"durationMs":4200}),
            ),
            (
                json!({"type":"location","latitude":-23.55,"longitude":-46.63,"name":"Aurora"}),
                json!({"type":"location","latitude":-23.55,"longitude":-46.63,"name":"Aurora"}),
            ),
            (
                json!({"type":"contacts","contacts":[{"name":"Paula","phones":["+5511"],"emails":[]}]}),
                json!({"type":"contacts","contacts":[{"name":"Paula","phones":["+5511"],"emails":[]}]}),
            ),
            (
                json!({"type":"buttons","text":"t","buttons":[{"type":"reply","id":"b1","title":"Refund"},{"type":"url","title":"Shop","url":"https://s"},{"type":"location","title":"Where?"}]}),
                json!({"type":"buttons","text":"t","buttons":[{"type":"reply","id":"b1","title":"Refund"},{"type":"url","title":"Shop","url":"https://s"},{"type":"location","title":"Where?"}]}),
            ),
            (
                json!({"type":"list","header":"h","text":"t","buttonText":"Choose","sections":[{"title":"s","rows":[{"id":"r1","title":"R","description":"d"}]}]}),
                json!({"type":"list","header":"h","text":"t","buttonText":"Choose","sections":[{"title":"s","rows":[{"id":"r1","title":"R","description":"d"}]}]}),
            ),
            (
                json!({"type":"carousel","text":"t","cards":[{"title":"T","image":{"url":"https://x/i"},"buttons":[{"id":"c1","title":"Add"}]}]}),
                json!({"type":"carousel","text":"t","cards":[{"title":"T","imageUrl":"/webchat/files/a","buttons":[{"type":"reply","id":"c1","title":"Add"}]}]}),
            ),
            (
                json!({"type":"unsupported","kind":"poll","raw":{"secret":1}}),
                json!({"type":"unsupported"}),
            ),
        ];
        for (stored, expected) in cases {
            let stored: Content = serde_json::from_value(stored).unwrap();
            let out = content(&stored, &|_| Some("/webchat/files/a".to_owned()));
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn fallback_text_is_words_and_numbers() {
        let cases = [
            (json!({"type":"text","text":"Hi"}), "Hi"),
            (
                json!({"type":"text","text":"Hi","quickReplies":[{"id":"q","title":"Talk"}]}),
                "Hi\n\n1. Talk",
            ),
            (
                json!({"type":"document","filename":"a.pdf","caption":"Read"}),
                "a.pdf\nRead",
            ),
        ];
        for (stored, expected) in cases {
            let stored: Content = serde_json::from_value(stored).unwrap();
            assert_eq!(fallback_text(&stored, &|_| None), expected);
        }
    }
}
