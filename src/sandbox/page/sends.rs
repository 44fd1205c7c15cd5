//! `POST /{page}/messages`: what a business sends, and the files it gives beforehand.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::mime;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::KEPT;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::page::Kind;
use crate::sandbox::page::check;
use crate::sandbox::page::comments;
use crate::sandbox::page::file_url;
use crate::sandbox::page::news;
use crate::sandbox::page::tell;
use crate::sandbox::page::threads;
use crate::sandbox::queue::About;
use crate::sandbox::vendor::Given;
use crate::sandbox::whatsapp::templates::filling;

const WINDOW: Duration = Duration::from_secs(24 * 3_600);
const HUMAN_WINDOW: Duration = Duration::from_secs(7 * 24 * 3_600);
const TYPING: Duration = Duration::from_secs(20);
/// Messages to one person within the span.
const PAIR_MAX: usize = 100;
const PAIR_SPAN: Duration = Duration::from_secs(60);
const MB: usize = 1024 * 1024;

/// A message's id.
#[must_use]
pub fn new_id(desk: &Desk<'_>, kind: Kind) -> String {
    let random = STANDARD
        .encode(desk.random.bytes::<36>())
        .replace(['+', '/', '='], "x");
    match kind {
        Kind::Messenger => format!("m_{random}"),
        Kind::Instagram => format!("aWdfZAG1f{random}"),
    }
}

/// A body of JSON, or a form whose fields are JSON.
fn read(call: &Call) -> Value {
    if call.parts().is_empty() {
        return Value::Object(call.json().unwrap_or_default());
    }
    let mut body = json!({});
    for part in call.parts().iter().filter(|part| part.filename.is_none()) {
        let text = part.text();
        body[part.name.as_str()] = serde_json::from_str(&text).unwrap_or(Value::String(text));
    }
    body
}

fn given_file(desk: &mut Desk<'_>, call: &Call, sort: &str) -> Result<Option<Place>, Fault> {
    let Some(part) = call.part("filedata") else {
        return Ok(None);
    };
    let max = if sort == "image" { 8 * MB } else { 25 * MB };
    if part.bytes.is_empty() || part.bytes.len() > max {
        return Err(Fault::parameter("The attachment is too large").within(2_018_109));
    }
    let named = part.mime_type.clone();
    let kind = named.unwrap_or_else(|| mime::sniff(&part.bytes).to_owned());
    let wrong = match sort {
        "image" => !kind.starts_with("image/"),
        "audio" => !kind.starts_with("audio/"),
        "video" => !kind.starts_with("video/"),
        _ => false,
    };
    if wrong {
        return Err(Fault::parameter("The attachment's type does not fit").within(2_018_047));
    }
    let file = Chosen {
        mime_type: kind,
        filename: part.filename.clone().unwrap_or_default(),
        bytes: Arc::from(part.bytes.clone()),
    };
    Ok(Some(Place::Stored(desk.keep(file, KEPT))))
}

/// `POST /{page}/message_attachments`.
///
/// # Errors
/// What the vendor would say.
pub fn attach(desk: &mut Desk<'_>, call: &Call) -> Result<Given, Fault> {
    let body = read(call);
    let attachment = &body["message"]["attachment"];
    let sort = attachment["type"].as_str().unwrap_or_default();
    let id = if let Some(Place::Stored(id)) = given_file(desk, call, sort)? {
        id
    } else {
        let url = attachment["payload"]["url"].as_str().unwrap_or_default();
        if !url.starts_with("http") {
            return Err(Fault::parameter("Upload attachment failure.").within(2_018_047));
        }
        let id = desk.digits(16);
        let place = format!("attachment/{id}");
        desk.account.kept.insert(place, url.into());
        id
    };
    Ok(graph::answer(200, &json!({ "attachment_id": id })).into())
}

/// Answers the call.
///
/// # Errors
/// What the vendor would say.
pub fn answer(kind: Kind, desk: &mut Desk<'_>, call: &Call) -> Result<Given, Fault> {
    let body = read(call);
    let comment = comments::writer(kind, desk, &body["recipient"])?;
    let is_private = comment.is_some();
    let subscriber = news::subscriber(desk, &body["recipient"])?;
    let is_news = subscriber.is_some();
    let customer = match (&body["recipient"]["id"], comment.or(subscriber)) {
        (_, Some(known)) => known,
        (Value::String(id), None) => id.clone(),
        (Value::Number(id), None) => id.to_string(),
        _ => {
            return Err(
                Fault::parameter("The parameter recipient is required").within(kind.wrong())
            );
        }
    };
    let Some(chat) = desk.chat(&customer) else {
        return Err(Fault::parameter("No matching user found").within(kind.nobody()));
    };
    if chat.blocked {
        return Err(
            Fault::new(400, 551, "This person isn't available right now.").within(1_545_041),
        );
    }
    let since = chat.wrote_at.map(|at| desk.now.since(at));
    if let Some(action) = body["sender_action"].as_str() {
        return act(kind, desk, &customer, action, &body).map(Given::from);
    }
    if threads::is_elsewhere(desk, &customer) {
        return Err(threads::not_ours(kind));
    }
    if !is_private && !is_news {
        window(kind, desk, &body, since)?;
    }
    let sort = body["message"]["attachment"]["type"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let given = given_file(desk, call, &sort)?;
    let mut message = body["message"].clone();
    if let Some(Place::Stored(id)) = &given {
        message["attachment"]["payload"] = json!({ "attachment_id": id });
    }
    let shown = {
        let find = |id: &str| match desk.account.kept.get(&format!("attachment/{id}")) {
            Some(url) => url.as_str().map(|url| Place::Linked(url.to_owned())),
            None => desk.file(id).map(|file| Place::Stored(file.id.clone())),
        };
        match message["template"].as_object() {
            Some(used) if kind == Kind::Messenger => approved(desk, used)?,
            _ => check::message(kind, &message, &find)?,
        }
    };
    if desk.count_sent(&customer, PAIR_SPAN) > PAIR_MAX {
        return Err(
            Fault::new(400, 613, "Calls to this api have exceeded the rate limit.")
                .within(2_018_338),
        );
    }
    if is_private {
        comments::answered(desk, &customer, &body["recipient"]);
    }
    let id = new_id(desk, kind);
    let tag = body["message"]["metadata"].as_str().map(str::to_owned);
    let quoting = body["reply_to"]["mid"].as_str().map(str::to_owned);
    let many = shown.bodies.len();
    for (at, bubble_body) in shown.bodies.into_iter().enumerate() {
        let link = match &bubble_body {
            Body::File {
                place: Place::Linked(url),
                ..
            } => Some(url.clone()),
            _ => None,
        };
        let own = if at == 0 {
            id.clone()
        } else {
            format!("{id}#{at}")
        };
        let mut bubble = Bubble::new(&own, Side::Business, desk.now, bubble_body);
        if at + 1 == many {
            bubble.choices.clone_from(&shown.choices);
            bubble.offer = shown.offer.clone();
        }
        bubble.quoting.clone_from(&quoting);
        bubble.tag.clone_from(&tag);
        if let Some(chat) = desk.chat_mut(&customer) {
            chat.push(bubble);
        }
        match link {
            Some(url) => desk.fetch(&customer, &own, &url),
            None => desk.sent(&customer, &own),
        }
    }
    echo(kind, desk, &customer, &id, &message, Author::App(tag));
    Ok(graph::answer(200, &json!({"recipient_id": customer, "message_id": id})).into())
}

/// An approved template with its values.
fn approved(desk: &Desk<'_>, used: &Map<String, Value>) -> Result<check::Shown, Fault> {
    let (filled, _) = filling::filled(desk, used)?;
    Ok(check::Shown {
        bodies: vec![filled.body],
        choices: filled.choices,
        offer: filled.offer,
    })
}

/// Who of the business said something.
#[derive(Debug, Clone)]
pub enum Author {
    /// This app, with what it gave along.
    App(Option<String>),
    /// A person with the vendor's own app.
    Person,
}

/// The business hears of what it said itself.
pub fn echo(
    kind: Kind,
    desk: &mut Desk<'_>,
    customer: &str,
    id: &str,
    said: &Value,
    author: Author,
) {
    let mut message = json!({"mid": id, "is_echo": true});
    if let Some(text) = said["text"].as_str() {
        message["text"] = text.into();
    }
    if said["attachment"].is_object() {
        message["attachments"] = json!([echoed(desk, &said["attachment"])]);
    }
    if said["template"].is_object() {
        message["attachments"] = json!([{"type": "template", "payload": said["template"]}]);
    }
    if let Some(many) = said["attachments"].as_array() {
        message["attachments"] = many.iter().map(|one| echoed(desk, one)).collect();
    }
    if kind == Kind::Messenger
        && let Author::App(tag) = author
    {
        message["app_id"] = desk.account.key("appId").parse::<i64>().unwrap_or(0).into();
        if let Some(tag) = tag {
            message["metadata"] = tag.into();
        }
    }
    let element = json!({
        "sender": {"id": desk.account.key(kind.entry())}, "recipient": {"id": customer},
        "timestamp": desk.now.as_millis(), "message": message,
    });
    tell(
        desk,
        kind,
        About::Customer,
        customer,
        "message echo",
        &element,
    );
}

/// An attachment as it is told back: a file by its address, whatever it was sent as.
fn echoed(desk: &Desk<'_>, attachment: &Value) -> Value {
    let id = match &attachment["payload"]["attachment_id"] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return attachment.clone(),
    };
    let kept = desk.account.kept.get(&format!("attachment/{id}"));
    let url = match kept.and_then(Value::as_str) {
        Some(url) => url.to_owned(),
        None => file_url(desk, &id),
    };
    json!({"type": attachment["type"], "payload": {"url": url}})
}

fn window(kind: Kind, desk: &Desk<'_>, body: &Value, since: Option<Duration>) -> Result<(), Fault> {
    let outside = || {
        Fault::new(400, 10, "This message is sent outside of allowed window.")
            .within(kind.outside())
    };
    let since = since.ok_or_else(outside)?;
    let open = since < WINDOW && !desk.account.faults.window_closed;
    match (body["messaging_type"].as_str(), body["tag"].as_str()) {
        (Some("MESSAGE_TAG"), Some("HUMAN_AGENT")) if since < HUMAN_WINDOW => Ok(()),
        (Some("MESSAGE_TAG"), Some("HUMAN_AGENT")) => Err(outside()),
        (Some("MESSAGE_TAG"), _) => {
            Err(Fault::parameter("This message tag is not supported").within(1_893_061))
        }
        (Some("UTILITY"), None)
            if kind == Kind::Messenger && body["message"]["template"].is_object() =>
        {
            Ok(())
        }
        (_, Some(_)) => {
            Err(Fault::parameter("A tag needs the messaging type MESSAGE_TAG").within(kind.wrong()))
        }
        _ if open => Ok(()),
        _ => Err(outside()),
    }
}

fn act(
    kind: Kind,
    desk: &mut Desk<'_>,
    customer: &str,
    action: &str,
    body: &Value,
) -> Result<crate::base::http::HttpReply, Fault> {
    let until = desk.now.plus(TYPING);
    let target = body["payload"]["message_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let Some(chat) = desk.chat_mut(customer) else {
        return Err(Fault::parameter("No matching user found").within(kind.nobody()));
    };
    match action {
        "typing_on" => chat.typing_until = Some(until),
        "typing_off" => chat.typing_until = None,
        "mark_seen" => {
            for bubble in &mut chat.bubbles {
                if bubble.side == Side::Customer {
                    bubble.reached = crate::sandbox::chat::Reached::Read;
                }
            }
        }
        "react" | "unreact" => {
            let missing = || Fault::parameter("The message does not exist").within(kind.wrong());
            let bubble = chat.bubble_mut(&target).ok_or_else(missing)?;
            let sign = match body["payload"]["reaction"].as_str().unwrap_or("love") {
                "love" => "\u{2764}",
                other => other,
            };
            bubble.business_reaction = (action == "react").then(|| sign.to_owned());
        }
        _ => return Err(Fault::parameter("The sender action is not known").within(kind.wrong())),
    }
    Ok(graph::answer(200, &json!({ "recipient_id": customer })))
}

/// The vendor's word for a sort of file.
#[must_use]
pub const fn word(sort: Sort) -> &'static str {
    match sort {
        Sort::Image | Sort::Sticker => "image",
        Sort::Video => "video",
        Sort::Audio | Sort::Voice => "audio",
        Sort::Document => "file",
    }
}
