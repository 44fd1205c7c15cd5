//! What a bot says in words, places and cards, and how everything it sends comes to the phone.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Span;
use crate::sandbox::desk::Desk;

use super::flood;
use super::keyboard;
use super::markup;
use super::message;
use super::params::Fault;
use super::params::Params;
use super::rooms;
use super::rooms::chat;
use super::updates::ok;

const TEXT_MAX: usize = 4_096;
const VCARD_MAX_BYTES: usize = 2_048;
/// The longest question of a poll, its longest option, and how many there may be.
const QUESTION_MAX: usize = 300;
const OPTION_MAX: usize = 100;
const OPTIONS_MAX: usize = 12;
/// How long typing shows.
const TYPING: Duration = Duration::from_secs(5);

/// The length of a text as the vendor counts.
#[must_use]
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Words with their styles, as a method gives them under two names.
///
/// # Errors
/// Its marks cannot be read.
pub fn words(
    params: &Params<'_>,
    name: &str,
    entities: &str,
) -> Result<(String, Vec<Span>), Fault> {
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

/// The words of a message.
///
/// # Errors
/// They are none, or too many.
pub fn body_of_text(params: &Params<'_>) -> Result<Body, Fault> {
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

/// `sendPoll`: on the phone a question with its options.
///
/// # Errors
/// What the vendor would say.
pub fn poll(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    chat(desk, params)?;
    let question = params.text("question").unwrap_or_default();
    if !(1..=QUESTION_MAX).contains(&length(question.trim())) {
        return Err(Fault::bad(
            "poll question must be non-empty and not too long",
        ));
    }
    let listed = params.nested("options");
    let options = listed.as_ref().and_then(Value::as_array);
    let options: Vec<&str> = options
        .into_iter()
        .flatten()
        .map(|option| option["text"].as_str().unwrap_or_default())
        .collect();
    if options.len() < 2 {
        return Err(Fault::bad("poll must have at least 2 option"));
    }
    if options.len() > OPTIONS_MAX {
        return Err(Fault::bad("poll can't have more than 12 options"));
    }
    if options.iter().any(|text| text.trim().is_empty()) {
        return Err(Fault::bad("poll options must be non-empty"));
    }
    if options.iter().any(|text| length(text) > OPTION_MAX) {
        return Err(Fault::bad("poll options length must not exceed 100"));
    }
    let id = desk.digits(18);
    let mark = format!("{}{id}", keyboard::POLL);
    let sent = send(desk, params, Body::text(question), Some(mark))?;
    let customer = chat(desk, params)?.customer.clone();
    let number = sent["message_id"].to_string();
    let placed = desk.chat_mut(&customer.id);
    let Some(bubble) = placed.and_then(|chat| chat.bubble_mut(&number)) else {
        return Ok(ok(&sent));
    };
    bubble.choices = keyboard::options(&options);
    bubble.offer = Offer::Poll;
    let bubble = bubble.clone();
    Ok(ok(&message::of(desk, &customer, &bubble)))
}

/// Puts a message of the bot on the phone; it, as the vendor shows it.
///
/// # Errors
/// What the vendor would say.
pub fn send(
    desk: &mut Desk<'_>,
    params: &Params<'_>,
    body: Body,
    mark: Option<String>,
) -> Result<Value, Fault> {
    let customer = chat(desk, params)?.customer.clone();
    let (choices, offer) = keyboard::read(params.nested("reply_markup").as_ref())?;
    let quoting = quoted(desk, params, &customer.id)?;
    flood::admit(desk, &customer)?;
    let now = desk.now;
    let number = rooms::next_number(desk, &customer);
    let Some(chat) = desk.chat_mut(&customer.id) else {
        return Err(Fault::bad("chat not found"));
    };
    if offer == Offer::Keyboard {
        // There is one place for a keyboard: another one takes it, or the phone's own comes back.
        let shown = chat.bubbles.iter_mut();
        for earlier in shown.filter(|bubble| bubble.offer == Offer::Keyboard) {
            earlier.choices.clear();
        }
    }
    let mut bubble = Bubble::new(number.to_string(), Side::Business, now, body);
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

/// `readBusinessMessage`.
///
/// # Errors
/// What the vendor would say.
pub fn see(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let customer = chat(desk, params)?.customer.id.clone();
    if let Some(chat) = desk.chat_mut(&customer) {
        chat.seen = true;
    }
    Ok(ok(&json!(true)))
}
