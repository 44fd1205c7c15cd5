//! What a bot changes, takes back and puts a sign on.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Side;
use crate::sandbox::desk::Desk;

use super::files::caption;
use super::keyboard;
use super::message;
use super::params::Fault;
use super::params::Params;
use super::rooms;
use super::rooms::chat;
use super::sends::body_of_text;
use super::updates::ok;

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

/// A message the bot may change.
fn own<'a>(
    desk: &'a mut Desk<'_>,
    params: &Params<'_>,
    what: &str,
) -> Result<&'a mut Bubble, Fault> {
    let id = params.text("message_id").unwrap_or_default();
    let phone = rooms::holder(desk, params, &id)?;
    let missing = || Fault::bad(&format!("message to {what} not found"));
    let chat = desk.chat_mut(&phone).ok_or_else(missing)?;
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
    let phone = rooms::holder(desk, params, &bubble.id)?;
    let missing = || Fault::bad("message to edit not found");
    let customer = desk.chat(&phone).ok_or_else(missing)?.customer.clone();
    Ok(ok(&message::of(desk, &customer, &bubble)))
}

/// `deleteMessage` and `deleteMessages`.
///
/// # Errors
/// What the vendor would say.
pub fn delete(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    chat(desk, params)?;
    let is_one = params.nested("message_ids").is_none();
    let mut gone = 0;
    for id in named(params)? {
        let phone = rooms::holder(desk, params, &id)?;
        gone += usize::from(take_back(desk, &phone, &id)?);
    }
    if gone == 0 && is_one {
        return Err(Fault::bad("message to delete not found"));
    }
    Ok(ok(&json!(true)))
}

/// `deleteBusinessMessages`.
///
/// # Errors
/// What the vendor would say.
pub fn delete_lent(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let connection = params.text("business_connection_id").unwrap_or_default();
    for id in named(params)? {
        let phone = rooms::holder_of_connection(desk, &connection, &id);
        let phone = phone.ok_or_else(|| Fault::bad("message to delete not found"))?;
        take_back(desk, &phone, &id)?;
    }
    Ok(ok(&json!(true)))
}

/// The messages a method names.
fn named(params: &Params<'_>) -> Result<Vec<String>, Fault> {
    let many = params.nested("message_ids");
    match many.as_ref().and_then(Value::as_array) {
        Some(ids) if ids.len() > 100 => Err(Fault::bad("too many messages to delete")),
        Some(ids) => Ok(ids.iter().map(ToString::to_string).collect()),
        None => Ok(params.text("message_id").into_iter().collect()),
    }
}

/// Takes a message off a phone; whether it was there.
fn take_back(desk: &mut Desk<'_>, phone: &str, id: &str) -> Result<bool, Fault> {
    let now = desk.now;
    let Some(chat) = desk.chat_mut(phone) else {
        return Ok(false);
    };
    let Some(at) = chat.bubbles.iter().position(|bubble| bubble.id == id) else {
        return Ok(false);
    };
    if now.since(chat.bubbles[at].at) > DELETE_SPAN {
        return Err(Fault::bad("message can't be deleted"));
    }
    chat.bubbles.remove(at);
    Ok(true)
}

/// `setMessageReaction`.
///
/// # Errors
/// What the vendor would say.
pub fn react(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
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
    let phone = rooms::holder(desk, params, &id)?;
    let missing = || Fault::bad("message to react not found");
    let chat = desk.chat_mut(&phone).ok_or_else(missing)?;
    chat.bubble_mut(&id).ok_or_else(missing)?.business_reaction = emoji;
    Ok(ok(&json!(true)))
}
