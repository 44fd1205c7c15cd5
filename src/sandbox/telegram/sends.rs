//! What a bot sends, changes and takes back.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::mime;
use crate::sandbox::call::Part;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Chat;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::KEPT;

use super::keyboard;
use super::markup;
use super::message;
use super::params::Fault;
use super::params::Params;
use super::updates::ok;

const TEXT_MAX: usize = 4_096;
const CAPTION_MAX: usize = 1_024;
const MB: usize = 1024 * 1024;
const PHOTO_MAX: usize = 10 * MB;
const UPLOAD_MAX: usize = 50 * MB;
const VCARD_MAX_BYTES: usize = 2_048;
/// Messages of one chat within the span: about one a second, and a burst.
const CHAT_MAX: usize = 20;
const CHAT_SPAN: Duration = Duration::from_secs(20);
/// How long typing shows.
const TYPING: Duration = Duration::from_secs(5);
/// How long a message can be deleted.
const DELETE_SPAN: Duration = Duration::from_secs(48 * 3_600);

/// The signs a bot may put on a message; variation marks are taken off first.
const SIGNS: &str = "\u{1f44d}\u{1f44e}\u{2764}\u{1f525}\u{1f970}\u{1f44f}\u{1f601}\u{1f914}\
    \u{1f92f}\u{1f631}\u{1f92c}\u{1f622}\u{1f389}\u{1f929}\u{1f92e}\u{1f4a9}\u{1f64f}\u{1f44c}\
    \u{1f54a}\u{1f921}\u{1f971}\u{1f974}\u{1f60d}\u{1f433}\u{1f31a}\u{1f32d}\u{1f4af}\u{1f923}\
    \u{26a1}\u{1f34c}\u{1f3c6}\u{1f494}\u{1f928}\u{1f610}\u{1f353}\u{1f37e}\u{1f48b}\u{1f595}\
    \u{1f608}\u{1f634}\u{1f62d}\u{1f913}\u{1f47b}\u{1f440}\u{1f383}\u{1f648}\u{1f607}\u{1f628}\
    \u{1f91d}\u{270d}\u{1f917}\u{1fae1}\u{1f385}\u{1f384}\u{2603}\u{1f485}\u{1f92a}\u{1f5ff}\
    \u{1f192}\u{1f498}\u{1f649}\u{1f984}\u{1f618}\u{1f48a}\u{1f64a}\u{1f60e}\u{1f47e}\u{1f937}\
    \u{1f621}";

/// The methods that carry a file: the parameter, and what it becomes.
pub const FILES: [(&str, &str, Sort); 7] = [
    ("sendPhoto", "photo", Sort::Image),
    ("sendVideo", "video", Sort::Video),
    ("sendAnimation", "animation", Sort::Video),
    ("sendAudio", "audio", Sort::Audio),
    ("sendVoice", "voice", Sort::Voice),
    ("sendDocument", "document", Sort::Document),
    ("sendSticker", "sticker", Sort::Sticker),
];

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The chat a method is about, if the bot may write there.
///
/// # Errors
/// There is none, or it may not.
pub fn chat<'a>(desk: &'a Desk<'_>, params: &Params<'_>) -> Result<&'a Chat, Fault> {
    let id = params
        .text("chat_id")
        .ok_or_else(|| Fault::bad("chat_id is empty"))?;
    let chat = desk.chat(&id).ok_or_else(|| Fault::bad("chat not found"))?;
    if chat.blocked {
        return Err(Fault::forbidden("bot was blocked by the user"));
    }
    if !chat.started {
        return Err(Fault::forbidden(
            "bot can't initiate conversation with a user",
        ));
    }
    Ok(chat)
}

/// Words with their styles, as a method gives them under two names.
fn words(
    params: &Params<'_>,
    name: &str,
    entities: &str,
) -> Result<(String, Vec<crate::sandbox::chat::Span>), Fault> {
    let text = params.text(name).unwrap_or_default();
    let mode = params.text("parse_mode");
    let (text, mut spans) = markup::read(&text, mode.as_deref())?;
    if mode.is_none()
        && let Some(listed) = params.nested(entities)
    {
        spans = markup::listed(&listed);
    }
    Ok((text.trim_end().to_owned(), spans))
}

/// `sendMessage`.
///
/// # Errors
/// What the vendor would say.
pub fn text(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    chat(desk, params)?;
    let body = body_of_text(params)?;
    send(desk, params, body, None).map(|message| ok(&message))
}

fn body_of_text(params: &Params<'_>) -> Result<Body, Fault> {
    let (text, spans) = words(params, "text", "entities")?;
    if text.trim().is_empty() {
        return Err(Fault::bad("message text is empty"));
    }
    if length(&text) > TEXT_MAX {
        return Err(Fault::bad("message is too long"));
    }
    Ok(Body::Text {
        header: None,
        text,
        spans,
        footer: None,
    })
}

fn caption(params: &Params<'_>) -> Result<String, Fault> {
    let (caption, _) = words(params, "caption", "caption_entities")?;
    if length(&caption) > CAPTION_MAX {
        return Err(Fault::bad("message caption is too long"));
    }
    Ok(caption)
}

/// A file a method names by an address, which the vendor fetches first.
#[must_use]
pub fn address(method: &str, params: &Params<'_>) -> Option<String> {
    let (_, name, _) = FILES
        .iter()
        .find(|(known, ..)| method.eq_ignore_ascii_case(known))?;
    let url = params.text(name)?;
    (url.starts_with("http://") || url.starts_with("https://")).then_some(url)
}

/// `sendPhoto` and its kin. `fetched` is the file, where the vendor had to fetch it.
///
/// # Errors
/// What the vendor would say.
pub fn file(
    desk: &mut Desk<'_>,
    params: &Params<'_>,
    name: &str,
    sort: Sort,
    fetched: Option<Chosen>,
) -> Result<HttpReply, Fault> {
    chat(desk, params)?;
    let caption = caption(params)?;
    let given = match (params.file(name), fetched) {
        (Some(part), _) => Some(chosen(part)),
        (None, fetched) => fetched,
    };
    let body = file_body(desk, params.text(name), given, sort, caption)?;
    send(desk, params, body, None).map(|message| ok(&message))
}

fn chosen(part: &Part) -> Chosen {
    let named = part.mime_type.clone();
    Chosen {
        mime_type: named.unwrap_or_else(|| mime::sniff(&part.bytes).to_owned()),
        filename: part.filename.clone().unwrap_or_default(),
        bytes: Arc::from(part.bytes.clone()),
    }
}

fn file_body(
    desk: &mut Desk<'_>,
    id: Option<String>,
    given: Option<Chosen>,
    sort: Sort,
    caption: String,
) -> Result<Body, Fault> {
    let (place, filename) = if let Some(file) = given {
        check(sort, &file)?;
        let filename = file.filename.clone();
        (Place::Stored(desk.keep(file, KEPT)), filename)
    } else {
        let id = id.unwrap_or_default();
        let id = id.strip_prefix("AgAC").unwrap_or(&id);
        let id = id.trim_start_matches('s').to_owned();
        let wrong = || Fault::bad("wrong file identifier/HTTP URL specified");
        let filename = desk.file(&id).ok_or_else(wrong)?.filename.clone();
        (Place::Stored(id), filename)
    };
    Ok(Body::File {
        sort,
        place,
        filename: Some(filename).filter(|name| !name.is_empty()),
        caption,
        footer: None,
    })
}

fn check(sort: Sort, file: &Chosen) -> Result<(), Fault> {
    let max = if sort == Sort::Image {
        PHOTO_MAX
    } else {
        UPLOAD_MAX
    };
    if file.bytes.len() > max {
        return Err(Fault {
            code: 413,
            description: "Request Entity Too Large".to_owned(),
            retry_after: None,
        });
    }
    if file.bytes.is_empty() {
        return Err(Fault::bad("file must be non-empty"));
    }
    let sniffed = mime::sniff(&file.bytes);
    let pictures = ["image/jpeg", "image/png", "image/webp", "image/gif"];
    if sort == Sort::Image && !pictures.contains(&sniffed) {
        return Err(Fault::bad("IMAGE_PROCESS_FAILED"));
    }
    if sort == Sort::Image
        && let Some((width, height)) = mime::dimensions(&file.bytes)
        && (width + height > 10_000 || width > 20 * height.max(1) || height > 20 * width.max(1))
    {
        return Err(Fault::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    Ok(())
}

/// `sendMediaGroup`.
///
/// # Errors
/// What the vendor would say.
pub fn album(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    chat(desk, params)?;
    let media = params.nested("media").unwrap_or(Value::Null);
    let items = media.as_array().map_or(&[][..], Vec::as_slice);
    if !(2..=10).contains(&items.len()) {
        return Err(Fault::bad("media group must include 2-10 items"));
    }
    let group = desk.digits(14);
    let mut messages = Vec::new();
    for item in items {
        let sort = match item["type"].as_str().unwrap_or_default() {
            "photo" => Sort::Image,
            "video" => Sort::Video,
            "audio" => Sort::Audio,
            "document" => Sort::Document,
            _ => return Err(Fault::bad("unknown media type")),
        };
        let source = item["media"].as_str().unwrap_or_default().to_owned();
        let part = source
            .strip_prefix("attach://")
            .and_then(|name| params.file(name));
        let caption = item["caption"].as_str().unwrap_or_default().to_owned();
        if length(&caption) > CAPTION_MAX {
            return Err(Fault::bad("message caption is too long"));
        }
        let body = file_body(desk, Some(source), part.map(chosen), sort, caption)?;
        messages.push(send(desk, params, body, Some(format!("album {group}")))?);
    }
    Ok(ok(&Value::Array(messages)))
}

/// `sendLocation` and `sendVenue`.
///
/// # Errors
/// What the vendor would say.
pub fn place(desk: &mut Desk<'_>, params: &Params<'_>, venue: &str) -> Result<HttpReply, Fault> {
    chat(desk, params)?;
    let (Some(latitude), Some(longitude)) = (params.number("latitude"), params.number("longitude"))
    else {
        return Err(Fault::bad("latitude and longitude must be numbers"));
    };
    let required = |name: &str| {
        let text = params.text(name).unwrap_or_default();
        if text.is_empty() && venue == "venue" {
            return Err(Fault::bad(&format!("venue {name} must be non-empty")));
        }
        Ok(text)
    };
    let body = Body::Location {
        latitude,
        longitude,
        name: required("title")?,
        address: required("address")?,
    };
    send(desk, params, body, None).map(|message| ok(&message))
}

/// `sendContact`.
///
/// # Errors
/// What the vendor would say.
pub fn contact(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    chat(desk, params)?;
    let required = |name: &str| {
        let text = params.text(name).filter(|text| !text.is_empty());
        text.ok_or_else(|| Fault::bad(&format!("{name} must be non-empty")))
    };
    let (phone, first) = (required("phone_number")?, required("first_name")?);
    if params.text("vcard").unwrap_or_default().len() > VCARD_MAX_BYTES {
        return Err(Fault::bad("vCard is too long"));
    }
    let last = params.text("last_name").unwrap_or_default();
    let name = format!("{first} {last}").trim().to_owned();
    let body = Body::Contacts(vec![(name, phone)]);
    send(desk, params, body, None).map(|message| ok(&message))
}

fn send(
    desk: &mut Desk<'_>,
    params: &Params<'_>,
    body: Body,
    mark: Option<String>,
) -> Result<Value, Fault> {
    let customer = chat(desk, params)?.customer.clone();
    let (choices, offer) = keyboard::read(params.nested("reply_markup").as_ref())?;
    let quoting = quoted(desk, params, &customer.id)?;
    if desk.count_sent(&customer.id, CHAT_SPAN) > CHAT_MAX {
        let oldest = desk
            .chat(&customer.id)
            .and_then(|chat| chat.sent_at.front().copied());
        let waited = oldest.map_or(0, |at| desk.now.since(at).as_secs());
        let left = CHAT_SPAN.as_secs().saturating_sub(waited).max(1);
        return Err(Fault::flood(u32::try_from(left).unwrap_or(1)));
    }
    let now = desk.now;
    let Some(chat) = desk.chat_mut(&customer.id) else {
        return Err(Fault::bad("chat not found"));
    };
    chat.last_number += 1;
    let mut bubble = Bubble::new(chat.last_number.to_string(), Side::Business, now, body);
    bubble.choices = choices;
    bubble.offer = offer;
    bubble.quoting = quoting;
    bubble.mark = mark;
    let id = bubble.id.clone();
    chat.push(bubble.clone());
    desk.sent(&customer.id, &id);
    Ok(message::of(desk, &customer, &bubble))
}

fn quoted(desk: &Desk<'_>, params: &Params<'_>, customer: &str) -> Result<Option<String>, Fault> {
    let given = params.nested("reply_parameters");
    let id = given
        .as_ref()
        .and_then(|given| given["message_id"].as_i64());
    let id = id.or_else(|| params.int("reply_to_message_id"));
    let Some(id) = id.map(|id| id.to_string()) else {
        return Ok(None);
    };
    if desk.bubble(customer, &id).is_some() {
        return Ok(Some(id));
    }
    let lenient = given.is_some_and(|given| given["allow_sending_without_reply"] == true)
        || params.flag("allow_sending_without_reply");
    if lenient {
        Ok(None)
    } else {
        Err(Fault::bad("message to be replied not found"))
    }
}

/// A message the bot may change.
fn own<'a>(
    desk: &'a mut Desk<'_>,
    params: &Params<'_>,
    what: &str,
) -> Result<&'a mut Bubble, Fault> {
    let customer = chat(desk, params)?.customer.id.clone();
    let id = params.text("message_id").unwrap_or_default();
    let missing = || Fault::bad(&format!("message to {what} not found"));
    let chat = desk.chat_mut(&customer).ok_or_else(missing)?;
    let bubble = chat
        .bubble_mut(&id)
        .filter(|bubble| !bubble.deleted)
        .ok_or_else(missing)?;
    if bubble.side != Side::Business {
        return Err(Fault::bad("message can't be edited"));
    }
    Ok(bubble)
}

/// `editMessageText`, `editMessageCaption` and `editMessageReplyMarkup`.
///
/// # Errors
/// What the vendor would say.
pub fn edit(desk: &mut Desk<'_>, params: &Params<'_>, what: &str) -> Result<HttpReply, Fault> {
    let (choices, _) = keyboard::read(params.nested("reply_markup").as_ref())?;
    let text = match what {
        "text" => Some(body_of_text(params)?),
        _ => None,
    };
    let caption = caption(params)?;
    let bubble = own(desk, params, "edit")?;
    let before = (bubble.body.clone(), bubble.choices.clone());
    match (&mut bubble.body, text) {
        (body, Some(text)) => *body = text,
        (Body::File { caption: held, .. }, None) if what == "caption" => *held = caption,
        _ => {}
    }
    bubble.choices = choices;
    if before == (bubble.body.clone(), bubble.choices.clone()) {
        return Err(Fault::bad(
            "message is not modified: specified new message content and reply markup are exactly \
             the same as a current content and reply markup of the message",
        ));
    }
    bubble.edited |= what != "markup";
    bubble.offer = Offer::Buttons;
    let bubble = bubble.clone();
    let customer = chat(desk, params)?.customer.clone();
    Ok(ok(&message::of(desk, &customer, &bubble)))
}

/// `deleteMessage` and `deleteMessages`.
///
/// # Errors
/// What the vendor would say.
pub fn delete(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let customer = chat(desk, params)?.customer.id.clone();
    let many = params.nested("message_ids");
    let many = many.as_ref().and_then(Value::as_array);
    let ids: Vec<String> = match many {
        Some(ids) if ids.len() > 100 => return Err(Fault::bad("too many messages to delete")),
        Some(ids) => ids.iter().map(ToString::to_string).collect(),
        None => params.text("message_id").into_iter().collect(),
    };
    let now = desk.now;
    let mut gone = 0;
    if let Some(chat) = desk.chat_mut(&customer) {
        for id in &ids {
            let Some(at) = chat.bubbles.iter().position(|bubble| bubble.id == *id) else {
                continue;
            };
            if now.since(chat.bubbles[at].at) > DELETE_SPAN {
                return Err(Fault::bad("message can't be deleted"));
            }
            chat.bubbles.remove(at);
            gone += 1;
        }
    }
    if gone == 0 && many.is_none() {
        return Err(Fault::bad("message to delete not found"));
    }
    Ok(ok(&json!(true)))
}

/// `setMessageReaction`.
///
/// # Errors
/// What the vendor would say.
pub fn react(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let customer = chat(desk, params)?.customer.id.clone();
    let given = params.nested("reaction").unwrap_or_else(|| json!([]));
    let emoji = given[0]["emoji"].as_str().map(str::to_owned);
    if let Some(emoji) = &emoji {
        let mut letters = emoji.chars();
        let known = letters.next().is_some_and(|first| SIGNS.contains(first));
        if !known || emoji.contains('\u{fe0f}') {
            return Err(Fault::bad("REACTION_INVALID"));
        }
    }
    let id = params.text("message_id").unwrap_or_default();
    let missing = || Fault::bad("message to react not found");
    let chat = desk.chat_mut(&customer).ok_or_else(missing)?;
    chat.bubble_mut(&id).ok_or_else(missing)?.business_reaction = emoji;
    Ok(ok(&json!(true)))
}

/// `sendChatAction`.
///
/// # Errors
/// What the vendor would say.
pub fn action(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let customer = chat(desk, params)?.customer.id.clone();
    if params.text("action").is_none_or(|action| action.is_empty()) {
        return Err(Fault::bad("wrong parameter action in request"));
    }
    let until = desk.now.plus(TYPING);
    if let Some(chat) = desk.chat_mut(&customer) {
        chat.typing_until = Some(until);
    }
    Ok(ok(&json!(true)))
}
