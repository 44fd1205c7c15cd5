//! `POST /{number}/messages`: what a business sends, and what becomes of it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::whatsapp::check;
use crate::sandbox::whatsapp::check::Shown;
use crate::sandbox::whatsapp::hooks;
use crate::sandbox::whatsapp::media;
use crate::sandbox::whatsapp::number;
use crate::sandbox::whatsapp::templates;

/// How long one may write freely after the customer did.
const WINDOW: Duration = Duration::from_secs(24 * 3_600);
/// Messages to one person at once before the vendor says to slow down, and how long each of them takes
/// to be paid back.
const PAIR_MAX: u32 = 45;
const PAIR_EACH: Duration = Duration::from_secs(6);
/// Messages of one number in a second.
const NUMBER_MAX: usize = 80;
/// How long typing shows.
const TYPING: Duration = Duration::from_secs(25);
/// A moment, so that the answer is usually faster than the first receipt.
const SOON: Duration = Duration::from_millis(150);

/// A message's id.
#[must_use]
pub fn new_id(desk: &Desk<'_>) -> String {
    format!("wamid.{}", STANDARD.encode(desk.random.bytes::<28>()))
}

/// Answers the call.
///
/// # Errors
/// What the vendor would say.
pub fn answer(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    let body = call.json().ok_or_else(|| {
        Fault::parameter("The request body must be a JSON object").because("Invalid JSON")
    })?;
    if body.get("messaging_product").and_then(Value::as_str) != Some("whatsapp") {
        return Err(Fault::parameter(
            "The parameter messaging_product is required.",
        ));
    }
    if body.get("status").and_then(Value::as_str) == Some("read") {
        return seen(desk, &body);
    }
    if !number::is_registered(desk) {
        return Err(Fault::new(400, 133_010, "Phone number not registered"));
    }
    send(desk, &body)
}

/// Marks as read, and perhaps shows typing.
fn seen(desk: &mut Desk<'_>, body: &Map<String, Value>) -> Result<HttpReply, Fault> {
    let id = check::text(body, "message_id", 1_000)?;
    let typing = body.contains_key("typing_indicator");
    let until = desk.now.plus(TYPING);
    let holds = |bubble: &Bubble| bubble.id == id && bubble.side == Side::Customer;
    let mut chats = desk.account.chats.values_mut();
    let chat = chats.find(|chat| chat.bubbles.iter().any(holds));
    let chat = chat.ok_or_else(|| {
        check::invalid("Message ID is invalid or does not belong to this phone number")
    })?;
    chat.seen = true;
    for bubble in chat
        .bubbles
        .iter_mut()
        .filter(|bubble| bubble.side == Side::Customer)
    {
        bubble.reached = crate::sandbox::chat::Reached::Read;
    }
    if typing {
        chat.typing_until = Some(until);
    }
    Ok(graph::answer(200, &json!({"success": true})))
}

/// Whom a message is for: their digits, however they were written.
fn recipient(body: &Map<String, Value>) -> Result<(String, String), Fault> {
    let number = body.get("to").map(|to| match to {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    if let Some(number) = number.filter(|number| !number.is_empty()) {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        if !(7..=15).contains(&digits.len()) {
            return Err(check::invalid("to is not a valid WhatsApp number"));
        }
        return Ok((number, digits));
    }
    let user = body
        .get("recipient")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let known = user
        .strip_prefix("US.")
        .and_then(|rest| rest.strip_suffix("00000000"));
    match known {
        Some(digits) => Ok((user.to_owned(), digits.to_owned())),
        None if user.is_empty() => Err(check::missing("to")),
        None => Err(check::invalid("recipient is not a known user id")),
    }
}

/// What a message is, before anybody is asked whether it may go.
enum Wanted {
    Shown(Shown, String),
    Reaction { target: String, emoji: String },
}

fn wanted(desk: &Desk<'_>, body: &Map<String, Value>) -> Result<Wanted, Fault> {
    match body.get("type").and_then(Value::as_str) {
        Some("reaction") => {
            let reaction = body.get("reaction").and_then(Value::as_object);
            let reaction = reaction.ok_or_else(|| check::missing("reaction"))?;
            let emoji = reaction
                .get("emoji")
                .and_then(Value::as_str)
                .unwrap_or_default();
            Ok(Wanted::Reaction {
                target: check::text(reaction, "message_id", 1_000)?,
                emoji: emoji.to_owned(),
            })
        }
        Some("template") => {
            let template = body.get("template").and_then(Value::as_object);
            let template = template.ok_or_else(|| check::missing("template"))?;
            let (shown, category) = templates::filling::filled(desk, template)?;
            Ok(Wanted::Shown(shown, category))
        }
        _ => {
            let find = |file: &Map<String, Value>, sort: Sort| media::find(desk, file, sort);
            Ok(Wanted::Shown(
                check::message(body, &find)?,
                "service".to_owned(),
            ))
        }
    }
}

fn send(desk: &mut Desk<'_>, body: &Map<String, Value>) -> Result<HttpReply, Fault> {
    let (input, customer) = recipient(body)?;
    let wanted = wanted(desk, body)?;
    if customer == desk.account.key("displayNumber") {
        return Err(Fault::new(400, 131_021, "Recipient cannot be sender")
            .because("Sender and recipient phone number is the same."));
    }
    limits(desk, &customer)?;
    let id = new_id(desk);
    let tag = body.get("biz_opaque_callback_data").cloned();
    let more = |mut map: Value| {
        if let (Some(map), Some(tag)) = (map.as_object_mut(), &tag) {
            map.insert("biz_opaque_callback_data".to_owned(), tag.clone());
        }
        map
    };
    match (wanted, refusal(desk, &customer, body)) {
        (_, Some(why)) => {
            let errors = more(json!({"errors": [why]}));
            hooks::status_after(desk, SOON, &customer, &id, "failed", errors);
        }
        (Wanted::Reaction { target, emoji }, None) => {
            let chat = desk.chat_mut(&customer);
            let bubble = chat.and_then(|chat| chat.bubble_mut(&target));
            let bubble = bubble.ok_or_else(|| check::invalid("message_id is unknown"))?;
            bubble.business_reaction = (!emoji.is_empty()).then_some(emoji);
            hooks::status_after(desk, SOON, &customer, &id, "sent", more(json!({})));
        }
        (Wanted::Shown(shown, category), None) => {
            show(desk, body, &customer, &id, shown, category);
        }
    }
    let user = hooks::user_id(&customer);
    Ok(graph::answer(
        200,
        &json!({
            "messaging_product": "whatsapp",
            "contacts": [{"input": input, "wa_id": customer, "user_id": user}],
            "messages": [{"id": id, "message_status": "accepted"}],
        }),
    ))
}

/// What a message of a kind costs.
#[must_use]
pub fn pricing(category: &str) -> Value {
    let free = category == "service";
    json!({
        "billable": !free, "pricing_model": "PMP", "category": category,
        "type": if free { "free_customer_service" } else { "regular" },
    })
}

fn show(
    desk: &mut Desk<'_>,
    body: &Map<String, Value>,
    customer: &str,
    id: &str,
    shown: Shown,
    category: String,
) {
    let quoting = body
        .get("context")
        .and_then(|context| context.get("message_id"));
    let links = links(&shown.body);
    let mut bubble = Bubble::new(id, Side::Business, desk.now, shown.body);
    bubble.choices = shown.choices;
    bubble.offer = shown.offer;
    bubble.quoting = quoting.and_then(Value::as_str).map(str::to_owned);
    bubble.mark = Some(category);
    let tag = body.get("biz_opaque_callback_data").and_then(Value::as_str);
    bubble.tag = tag.map(str::to_owned);
    if let Some(chat) = desk.chat_mut(customer) {
        chat.push(bubble);
    }
    if links.is_empty() {
        sent(desk, customer, id);
    }
    for link in links {
        desk.fetch(customer, id, &link);
    }
}

/// A message is complete and on its way.
pub fn sent(desk: &mut Desk<'_>, customer: &str, id: &str) {
    let Some(bubble) = desk.bubble(customer, id) else {
        return;
    };
    let mut more = json!({"pricing": pricing(bubble.mark.as_deref().unwrap_or_default())});
    if let Some(tag) = &bubble.tag {
        more["biz_opaque_callback_data"] = tag.clone().into();
    }
    hooks::status_after(desk, SOON, customer, id, "sent", more);
    desk.sent(customer, id);
}

/// The addresses a bubble's files are at, where they are not stored yet.
#[must_use]
pub fn links(body: &Body) -> Vec<String> {
    let link = |place: &Place| match place {
        Place::Linked(url) => Some(url.clone()),
        Place::Stored(_) => None,
    };
    match body {
        Body::File { place, .. } => link(place).into_iter().collect(),
        Body::Cards { cards, .. } => {
            let images = cards.iter().filter_map(|card| card.image.as_ref());
            images.filter_map(link).collect()
        }
        _ => Vec::new(),
    }
}

/// Limits that are told at once.
fn limits(desk: &mut Desk<'_>, customer: &str) -> Result<(), Fault> {
    let now = desk.now;
    let sent = &mut desk.account.sent_at;
    while sent
        .front()
        .is_some_and(|at| now.since(*at) >= Duration::from_secs(1))
    {
        sent.pop_front();
    }
    if sent.len() >= NUMBER_MAX {
        return Err(Fault::new(429, 130_429, "Rate limit hit").because(
            "Message failed to send because there were too many messages sent from this phone \
             number in a short period of time",
        ));
    }
    sent.push_back(now);
    let Some(chat) = desk.account.chats.get_mut(customer) else {
        return Ok(());
    };
    let paid_until = chat.paid_until.max(now).plus(PAIR_EACH);
    if paid_until.since(now) > PAIR_EACH * PAIR_MAX {
        return Err(Fault::new(
            400,
            131_056,
            "(Business Account, Consumer Account) pair rate limit hit",
        )
        .because(
            "Message failed to send because there were too many messages sent from this phone \
             number to the same phone number in a short period of time.",
        ));
    }
    chat.paid_until = paid_until;
    Ok(())
}

fn failure(code: i64, title: &str, details: &str) -> Value {
    json!({
        "code": code, "title": title, "message": title, "error_data": {"details": details},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    })
}

/// What is only told later, in a receipt.
fn refusal(desk: &Desk<'_>, customer: &str, body: &Map<String, Value>) -> Option<Value> {
    let Some(chat) = desk.chat(customer).filter(|chat| !chat.blocked) else {
        return Some(failure(
            131_026,
            "Message undeliverable",
            "Message Undeliverable.",
        ));
    };
    if body.get("type").and_then(Value::as_str) == Some("template") {
        let name = body
            .get("template")
            .and_then(|template| template.get("name"));
        let stopped = desk
            .account
            .kept
            .contains_key(&format!("stopped/{customer}"));
        let marketing = name
            .and_then(Value::as_str)
            .is_some_and(|name| templates::is_marketing(desk, name));
        return (stopped && marketing).then(|| {
            failure(
                131_050,
                "User stopped marketing messages",
                "The user has opted out of marketing messages from this business.",
            )
        });
    }
    let open = chat.wrote_at.is_some_and(|at| desk.now.since(at) < WINDOW);
    let open = open && !desk.account.faults.window_closed;
    (!open).then(|| {
        failure(
            131_047,
            "Re-engagement message",
            "Message failed to send because more than 24 hours have passed since the customer \
             last replied to this number.",
        )
    })
}

/// A file the vendor could not fetch, or did not want.
pub fn unfetched(desk: &mut Desk<'_>, customer: &str, bubble: &str, why: &str) {
    let tag = desk
        .bubble(customer, bubble)
        .and_then(|bubble| bubble.tag.clone());
    let mut more = json!({"errors": [failure(131_053, "Media upload error", why)]});
    if let (Some(tag), Some(more)) = (tag, more.as_object_mut()) {
        more.insert("biz_opaque_callback_data".to_owned(), tag.into());
    }
    if let Some(chat) = desk.chat_mut(customer) {
        chat.bubbles.retain(|known| known.id != bubble);
    }
    hooks::status(desk, customer, bubble, "failed", more);
}
