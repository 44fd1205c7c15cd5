//! What the server says to a visitor's browser: frames, and the bodies that share their parts.
//!
//! Nothing here knows agents' addresses or ids, private notes or metadata, so nothing of them can
//! reach a visitor.

use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::base::time::Timestamp;
use crate::channels::numbered;
use crate::channels::numbered::Links;
use crate::channels::webchat::frames::TypingState;
use crate::model::content::Button;
use crate::model::content::Card;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::content::Row;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::VisitorId;
use crate::model::ids::WebchatSessionId;

/// A frame on its way to a browser.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outgoing {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The id of the frame it answers.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub answers: Option<String>,
    /// Its place in the timeline; none for what is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What it says.
    pub payload: Value,
}

impl Outgoing {
    /// A frame about something that passes: typing, presence, availability.
    #[must_use]
    pub fn passing(kind: &'static str, payload: impl Serialize) -> Self {
        Self {
            kind,
            answers: None,
            seq: None,
            payload: plain(payload),
        }
    }

    /// A frame of the timeline.
    #[must_use]
    pub fn kept(kind: &'static str, seq: u64, payload: impl Serialize) -> Self {
        Self {
            seq: Some(seq),
            ..Self::passing(kind, payload)
        }
    }

    /// The answer to a frame; `id` is the one the client chose.
    #[must_use]
    pub fn answer(kind: &'static str, id: Option<String>, payload: impl Serialize) -> Self {
        Self {
            answers: id,
            ..Self::passing(kind, payload)
        }
    }

    /// The frame as text.
    #[must_use]
    pub fn text(&self) -> String {
        json!(self).to_string()
    }
}

/// A payload as JSON. Payloads are structs of ours with texts for keys, which always are JSON.
fn plain(payload: impl Serialize) -> Value {
    serde_json::to_value(payload).unwrap_or(Value::Null)
}

/// Who speaks, as a visitor may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Author {
    /// What kind of author.
    #[serde(rename = "type")]
    pub kind: AuthorKind,
    /// The name to show.
    pub name: Option<String>,
    /// The picture.
    pub avatar_url: Option<String>,
}

/// What kind of author speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum AuthorKind {
    Agent,
    Bot,
    System,
    Visitor,
}

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

/// Payload of `ack`: the visitor's message is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ack {
    /// The browser's id of the message.
    pub client_message_id: String,
    /// Ours.
    pub message_id: MessageId,
    /// Its place in the timeline.
    pub seq: u64,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// When it was stored.
    pub timestamp: Timestamp,
    /// Whether it had been stored before.
    pub duplicate: bool,
}

/// Payload of `receipt`: the visitor's messages up to a place were delivered or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptOut {
    /// The place.
    pub up_to: u64,
    /// `delivered` or `read`.
    pub status: &'static str,
}

/// Payload of `conversation`, and part of `welcome`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationOut {
    /// The conversation.
    pub id: ConversationId,
    /// `resolved` or another word for open.
    pub status: &'static str,
    /// Who answers.
    pub assignee: Option<Author>,
}

/// Payload of `typing` towards the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TypingOut {
    /// Whether it began or ended.
    pub state: TypingState,
    /// Who types.
    pub author: Author,
}

/// Whether somebody answers now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    /// The state.
    pub state: AvailabilityState,
    /// When it opens, while it is closed.
    pub next_open_at: Option<Timestamp>,
    /// How soon an answer usually comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_time: Option<ReplyTime>,
    /// The same in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_minutes: Option<u32>,
}

/// Whether somebody answers now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AvailabilityState {
    /// It is open and somebody, or a bot, is there.
    Online,
    /// It is open and nobody is there.
    Away,
    /// It is closed.
    Offline,
}

/// How soon an answer usually comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ReplyTime {
    Minutes,
    Hours,
    Day,
}

impl ReplyTime {
    /// The word for a usual number of minutes.
    #[must_use]
    pub const fn of_minutes(minutes: u32) -> Self {
        match minutes {
            0..=59 => Self::Minutes,
            60..=1_439 => Self::Hours,
            _ => Self::Day,
        }
    }
}

/// Everything that has no place in the timeline, complete: payload of `welcome` and `state` of the
/// long poll.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The session.
    pub session_id: WebchatSessionId,
    /// The present.
    pub server_time: Timestamp,
    /// Messages to the visitor that are not read.
    pub unread: u32,
    /// The current conversation.
    pub conversation: Option<ConversationOut>,
    /// Whether somebody answers now.
    pub availability: Availability,
    /// Who types.
    pub agent_typing: AgentTyping,
    /// Up to where the visitor's messages were read.
    pub last_read_by_agent_seq: u64,
}

/// Who types: nobody is `false`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentTyping(pub Option<Author>);

impl Serialize for AgentTyping {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(author) => author.serialize(to),
            None => to.serialize_bool(false),
        }
    }
}

/// Payload of `welcome`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// Everything that has no place in the timeline.
    #[serde(flatten)]
    pub state: State,
    /// Seconds of silence after which the client says that it is there.
    pub heartbeat: u32,
    /// The newest place in the timeline.
    pub cursor: u64,
    /// Whether the client starts afresh from the history.
    pub reset: bool,
    /// How many entries follow.
    pub missed: u64,
}

/// The answer to `POST` and `PATCH .../session`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionOut {
    /// The token, when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The session.
    pub session_id: WebchatSessionId,
    /// The visitor.
    pub visitor_id: VisitorId,
    /// Whether the identity was proved.
    pub verified: bool,
    /// Whether the token was good.
    pub resumed: bool,
    /// Why it was not: `token_invalid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// When the session ends by itself.
    pub expires_at: Timestamp,
    /// Where the socket is.
    pub ws: String,
    /// The newest place in the timeline.
    pub cursor: u64,
    /// Whether the client starts afresh from the history.
    #[serde(skip_serializing_if = "is_false")]
    pub reset: bool,
    /// Messages to the visitor that are not read.
    pub unread: u32,
    /// Whether the form comes first.
    pub prechat_required: bool,
    /// The current conversation.
    pub conversation: Option<ConversationOut>,
    /// Whether somebody answers now.
    pub availability: Availability,
    /// What the widget may offer.
    pub features: Features,
    /// What the visitor told us, to fill in forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserOut>,
    /// What came of a proof that is wrong or missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityOut>,
    /// The present.
    pub server_time: Timestamp,
}

/// What the widget may offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Features {
    /// Files.
    pub upload: bool,
    /// Signs of typing.
    pub typing: bool,
}

/// What the visitor told us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserOut {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// What came of a proof that is wrong or missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IdentityOut {
    /// Whether the identity was proved.
    pub verified: bool,
    /// `identity_unverified`.
    pub error: &'static str,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the serializer passes fields by reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
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
    use crate::base::id::Id as _;

    fn bia() -> Author {
        Author {
            kind: AuthorKind::Agent,
            name: Some("Bia".to_owned()),
            avatar_url: None,
        }
    }

    fn online() -> Availability {
        Availability {
            state: AvailabilityState::Online,
            next_open_at: None,
            reply_time: None,
            reply_minutes: None,
        }
    }

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

    #[test]
    fn frames_are_written_as_documented() {
        let receipt = Outgoing::kept(
            "receipt",
            124,
            ReceiptOut {
                up_to: 122,
                status: "read",
            },
        );
        assert_eq!(
            receipt.text(),
            r#"{"type":"receipt","seq":124,"payload":{"upTo":122,"status":"read"}}"#
        );
        let typing = Outgoing::passing(
            "typing",
            TypingOut {
                state: TypingState::Start,
                author: bia(),
            },
        );
        assert_eq!(
            typing.text(),
            r#"{"type":"typing","payload":{"state":"start","author":{"type":"agent","name":"Bia","avatarUrl":null}}}"#
        );
        let ack = Outgoing::answer(
            "ack",
            Some("f7".to_owned()),
            Ack {
                client_message_id: "cm_1".to_owned(),
                message_id: MessageId::from_bytes([0; 16]),
                seq: 122,
                conversation_id: ConversationId::from_bytes([0; 16]),
                timestamp: Timestamp::from_secs(0),
                duplicate: false,
            },
        );
        assert_eq!(
            ack.text(),
            r#"{"type":"ack","ref":"f7","payload":{"clientMessageId":"cm_1","messageId":"msg_00000000000000000000000000","seq":122,"conversationId":"conv_00000000000000000000000000","timestamp":"1970-01-01T00:00:00.000Z","duplicate":false}}"#
        );
    }

    #[test]
    fn a_welcome_is_complete() {
        let welcome = Welcome {
            state: State {
                session_id: WebchatSessionId::from_bytes([0; 16]),
                server_time: Timestamp::from_secs(0),
                unread: 2,
                conversation: Some(ConversationOut {
                    id: ConversationId::from_bytes([0; 16]),
                    status: "open",
                    assignee: Some(bia()),
                }),
                availability: online(),
                agent_typing: AgentTyping(None),
                last_read_by_agent_seq: 117,
            },
            heartbeat: 25,
            cursor: 121,
            reset: false,
            missed: 3,
        };
        let out = serde_json::to_value(&welcome).unwrap();
        assert_eq!(out["agentTyping"], json!(false));
        assert_eq!(
            out["availability"],
            json!({"state":"online","nextOpenAt":null})
        );
        assert_eq!(out["conversation"]["assignee"]["name"], json!("Bia"));
        let typing = serde_json::to_value(AgentTyping(Some(bia()))).unwrap();
        assert_eq!(typing["name"], json!("Bia"));
    }

    #[test]
    fn answers_come_in_minutes_hours_or_a_day() {
        let words = [0, 59, 60, 1_439, 1_440].map(ReplyTime::of_minutes);
        assert_eq!(
            words,
            [
                ReplyTime::Minutes,
                ReplyTime::Minutes,
                ReplyTime::Hours,
                ReplyTime::Hours,
                ReplyTime::Day
            ]
        );
    }
}
