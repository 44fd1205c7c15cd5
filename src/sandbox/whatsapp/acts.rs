//! What customers do on the phone, and how the business hears of it.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Choice;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;
use crate::sandbox::queue::About;
use crate::sandbox::whatsapp::hooks;
use crate::sandbox::whatsapp::media;
use crate::sandbox::whatsapp::sends;

/// How long a message may be changed after it was sent.
const EDIT_SPAN: Duration = Duration::from_secs(15 * 60);
/// How long it may be taken back.
const REVOKE_SPAN: Duration = Duration::from_secs(60 * 3_600);

/// Does what a customer does.
///
/// # Errors
/// The app cannot do that, or not now.
pub fn acted(desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
    let id = sends::new_id(desk);
    match act {
        Act::Say { text, quoting } => {
            let words = json!({"text": {"body": text}});
            said(
                desk,
                customer,
                &id,
                "text",
                Body::text(text),
                words,
                quoting,
            );
        }
        Act::Send {
            sort,
            file,
            caption,
            quoting,
        } => send(desk, customer, &id, sort, file, &caption, quoting),
        Act::Album { files, caption } => {
            for (at, file) in files.into_iter().enumerate() {
                let id = sends::new_id(desk);
                let caption = if at == 0 { caption.as_str() } else { "" };
                send(desk, customer, &id, Sort::Image, file, caption, None);
            }
        }
        Act::Locate {
            latitude,
            longitude,
            name,
            address,
            quoting,
        } => {
            let mut place = json!({"latitude": latitude, "longitude": longitude});
            if !name.is_empty() {
                place["name"] = name.clone().into();
                place["address"] = address.clone().into();
            }
            let body = Body::Location {
                latitude,
                longitude,
                name,
                address,
            };
            let place = json!({ "location": place });
            said(desk, customer, &id, "location", body, place, quoting);
        }
        Act::Card { name, phone } => {
            let card = json!({ "contacts": [visiting_card(&name, &phone)] });
            let body = Body::Contacts(vec![(name, phone)]);
            said(desk, customer, &id, "contacts", body, card, None);
        }
        Act::Press { bubble, choice } => return press(desk, customer, &id, &bubble, choice),
        Act::React { bubble, emoji } => {
            mark(desk, customer, &bubble, |shown| {
                shown.reaction = (!emoji.is_empty()).then(|| emoji.clone());
            })?;
            opens(desk, customer);
            let reaction = json!({"reaction": {"message_id": bubble, "emoji": emoji}});
            hooks::message(desk, customer, &id, "reaction", reaction);
        }
        Act::Edit { bubble, text } => edit(desk, customer, &id, &bubble, &text)?,
        Act::Delete { bubble } => revoke(desk, customer, &id, &bubble)?,
        Act::Block(on) => {
            if let Some(chat) = desk.chat_mut(customer) {
                chat.blocked = on;
            }
        }
        Act::Marketing(on) => marketing(desk, customer, on),
        Act::Strange { kind } => strange(desk, customer, &id, &kind),
        Act::Echo { text } => echo(desk, customer, &id, &text),
        Act::Move { id: new } => moved(desk, customer, &id, &new)?,
        Act::Read => {}
        other => return Err(NotPossible::here("WhatsApp", other.name())),
    }
    Ok(())
}

/// The customer did something that opens the window.
fn opens(desk: &mut Desk<'_>, customer: &str) {
    let now = desk.now;
    if let Some(chat) = desk.chat_mut(customer) {
        chat.wrote_at = Some(now);
        chat.started = true;
        chat.seen = false;
    }
}

fn said(
    desk: &mut Desk<'_>,
    customer: &str,
    id: &str,
    kind: &str,
    body: Body,
    mut message: Value,
    quoting: Option<String>,
) {
    if let Some(quoted) = &quoting {
        let from = match desk.bubble(customer, quoted).map(|bubble| bubble.side) {
            Some(Side::Customer) => customer.to_owned(),
            _ => desk.account.key("displayNumber").to_owned(),
        };
        message["context"] = json!({"from": from, "id": quoted});
    }
    opens(desk, customer);
    let mut bubble = Bubble::new(id, Side::Customer, desk.now, body);
    bubble.quoting = quoting;
    bubble.reached = Reached::Delivered;
    if let Some(chat) = desk.chat_mut(customer) {
        chat.push(bubble);
    }
    let blocked = desk
        .account
        .kept
        .contains_key(&format!("blocked/{customer}"));
    if !blocked {
        hooks::message(desk, customer, id, kind, message);
    }
}

fn send(
    desk: &mut Desk<'_>,
    customer: &str,
    id: &str,
    sort: Sort,
    mut file: Chosen,
    caption: &str,
    quoting: Option<String>,
) {
    let kind = match sort {
        Sort::Voice => "audio",
        other => other.name(),
    };
    if sort == Sort::Voice && file.mime_type == "audio/ogg" {
        "audio/ogg; codecs=opus".clone_into(&mut file.mime_type);
    }
    let filename = file.filename.clone();
    let file = desk.keep(file, media::THEIRS_KEPT);
    let mut told = media::described(desk, &file);
    let captioned = matches!(sort, Sort::Image | Sort::Video | Sort::Document);
    if captioned && !caption.is_empty() {
        told.insert("caption".to_owned(), caption.into());
    }
    match sort {
        Sort::Voice | Sort::Audio => {
            told.insert("voice".to_owned(), (sort == Sort::Voice).into());
        }
        Sort::Document if !filename.is_empty() => {
            told.insert("filename".to_owned(), filename.clone().into());
        }
        Sort::Sticker => {
            told.insert("animated".to_owned(), false.into());
        }
        _ => {}
    }
    let body = Body::File {
        sort,
        place: Place::Stored(file),
        filename: Some(filename).filter(|name| !name.is_empty()),
        caption: if captioned {
            caption.to_owned()
        } else {
            String::new()
        },
        footer: None,
    };
    said(
        desk,
        customer,
        id,
        kind,
        body,
        json!({ kind: told }),
        quoting,
    );
}

fn visiting_card(name: &str, phone: &str) -> Value {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let first = name.split(' ').next().unwrap_or_default();
    json!({
        "name": {"formatted_name": name, "first_name": first},
        "phones": [{"phone": phone, "wa_id": digits, "type": "CELL"}],
    })
}

fn press(
    desk: &mut Desk<'_>,
    customer: &str,
    id: &str,
    bubble: &str,
    at: usize,
) -> Result<(), NotPossible> {
    let shown = desk
        .bubble(customer, bubble)
        .ok_or_else(NotPossible::gone)?;
    let cards = match &shown.body {
        Body::Cards { cards, .. } => cards.iter().flat_map(|card| &card.choices).collect(),
        _ => Vec::new(),
    };
    let choices: Vec<&Choice> = shown.choices.iter().chain(cards).collect();
    let choice = (*choices.get(at).ok_or_else(NotPossible::gone)?).clone();
    let (kind, message) = match choice.press {
        Press::Reply(payload) => (
            "interactive",
            json!({"interactive": {"type": "button_reply",
                "button_reply": {"id": payload, "title": choice.title}}}),
        ),
        Press::Row(payload) => {
            let mut row = json!({"id": payload, "title": choice.title});
            if !choice.description.is_empty() {
                row["description"] = choice.description.into();
            }
            (
                "interactive",
                json!({"interactive": {"type": "list_reply", "list_reply": row}}),
            )
        }
        Press::Template(payload) => (
            "button",
            json!({"button": {"payload": payload, "text": choice.title}}),
        ),
        Press::Place => {
            let place = Act::Locate {
                latitude: -23.5614,
                longitude: -46.6823,
                name: String::new(),
                address: String::new(),
                quoting: Some(bubble.to_owned()),
            };
            return acted(desk, customer, place);
        }
        Press::Number => {
            let name = desk.chat(customer).map(|chat| chat.customer.name.clone());
            let (name, phone) = (name.unwrap_or_default(), format!("+{customer}"));
            let mut card = visiting_card(&name, &phone);
            card["origin"] = "contact_request".into();
            let (body, card) = (
                Body::Contacts(vec![(name, phone)]),
                json!({"contacts": [card]}),
            );
            let asked = Some(bubble.to_owned());
            said(desk, customer, id, "contacts", body, card, asked);
            return Ok(());
        }
        Press::Open(_) | Press::Dial(_) | Press::Copy(_) | Press::Type => return Ok(()),
    };
    let body = Body::text(choice.title);
    said(
        desk,
        customer,
        id,
        kind,
        body,
        message,
        Some(bubble.to_owned()),
    );
    Ok(())
}

fn mark(
    desk: &mut Desk<'_>,
    customer: &str,
    bubble: &str,
    change: impl FnOnce(&mut Bubble),
) -> Result<(), NotPossible> {
    let chat = desk.chat_mut(customer);
    let shown = chat.and_then(|chat| chat.bubble_mut(bubble));
    change(shown.ok_or_else(NotPossible::gone)?);
    Ok(())
}

/// Changes a bubble that is the customer's own and still stands.
fn own(
    desk: &mut Desk<'_>,
    customer: &str,
    bubble: &str,
    change: impl FnOnce(&mut Bubble) -> Result<(), NotPossible>,
) -> Result<(), NotPossible> {
    let chat = desk.chat_mut(customer);
    let shown = chat.and_then(|chat| chat.bubble_mut(bubble));
    let shown = shown.filter(|shown| shown.side == Side::Customer && !shown.deleted);
    change(shown.ok_or_else(NotPossible::gone)?)
}

fn marketing(desk: &mut Desk<'_>, customer: &str, on: bool) {
    let place = format!("stopped/{customer}");
    if on {
        desk.account.kept.remove(&place);
    } else {
        desk.account.kept.insert(place, true.into());
    }
    let mut value = hooks::about(desk.account);
    let preference = json!([{
        "wa_id": customer, "user_id": hooks::user_id(customer), "category": "marketing_messages",
        "value": if on { "resume" } else { "stop" }, "detail": "User changed the preference",
        "timestamp": desk.now.as_secs(),
    }]);
    value.insert("user_preferences".to_owned(), preference);
    let body = hooks::envelope(desk.account, "user_preferences", &Value::Object(value));
    desk.post(About::Customer, customer, "user preferences", body);
}

/// Something the vendor does not pass on.
fn strange(desk: &mut Desk<'_>, customer: &str, id: &str, kind: &str) {
    let message = json!({
        "errors": [{
            "code": 131_051, "title": "Message type unknown", "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }],
        "unsupported": {"type": kind},
    });
    let body = Body::Note(format!("You sent a {kind}."));
    said(desk, customer, id, "unsupported", body, message, None);
}

/// Somebody of the business writes with the app on its own phone.
fn echo(desk: &mut Desk<'_>, customer: &str, id: &str, text: &str) {
    let bubble = Bubble::new(id, Side::Business, desk.now, Body::text(text));
    if let Some(chat) = desk.chat_mut(customer) {
        chat.push(bubble);
    }
    let mut value = hooks::about(desk.account);
    let echo = json!([{
        "from": desk.account.key("displayNumber"), "to": customer,
        "to_user_id": hooks::user_id(customer), "id": id,
        "timestamp": desk.now.as_secs().to_string(), "type": "text", "text": {"body": text},
    }]);
    value.insert("message_echoes".to_owned(), echo);
    let body = hooks::envelope(desk.account, "smb_message_echoes", &Value::Object(value));
    desk.post(About::Customer, customer, "message echo", body);
}

fn moved(desk: &mut Desk<'_>, customer: &str, id: &str, new: &str) -> Result<(), NotPossible> {
    let digits: String = new.chars().filter(char::is_ascii_digit).collect();
    if !(7..=15).contains(&digits.len()) || desk.chat(&digits).is_some() {
        return Err(NotPossible(
            "A new number has 7 to 15 digits and nobody has it yet.".to_owned(),
        ));
    }
    let mut chat = desk
        .account
        .chats
        .remove(customer)
        .ok_or_else(NotPossible::gone)?;
    chat.customer.id.clone_from(&digits);
    desk.account.chats.insert(digits.clone(), chat);
    let mut value = hooks::about(desk.account);
    let system = json!([{
        "from": customer, "id": id, "timestamp": desk.now.as_secs().to_string(), "type": "system",
        "system": {
            "type": "user_changed_number", "wa_id": digits,
            "body": format!("User A changed from {customer} to {digits}"),
        },
    }]);
    value.insert("messages".to_owned(), system);
    let body = hooks::envelope(desk.account, "messages", &Value::Object(value));
    desk.post(About::Customer, &digits, "message system", body);
    Ok(())
}

fn edit(
    desk: &mut Desk<'_>,
    customer: &str,
    id: &str,
    bubble: &str,
    text: &str,
) -> Result<(), NotPossible> {
    let now = desk.now;
    own(desk, customer, bubble, |shown| {
        if now.since(shown.at) > EDIT_SPAN {
            let sentence = "WhatsApp lets one edit for 15 minutes.";
            return Err(NotPossible(sentence.to_owned()));
        }
        shown.body = Body::text(text);
        shown.edited = true;
        Ok(())
    })?;
    let edit = json!({"edit": {"original_message_id": bubble, "message": {
        "type": "text", "text": {"body": text}, "context": {"id": "M0"},
    }}});
    hooks::message(desk, customer, id, "edit", edit);
    Ok(())
}

fn revoke(desk: &mut Desk<'_>, customer: &str, id: &str, bubble: &str) -> Result<(), NotPossible> {
    let now = desk.now;
    own(desk, customer, bubble, |shown| {
        if now.since(shown.at) > REVOKE_SPAN {
            let sentence = "It is too old to be deleted for everyone.";
            return Err(NotPossible(sentence.to_owned()));
        }
        shown.deleted = true;
        Ok(())
    })?;
    let revoke = json!({"revoke": {"original_message_id": bubble}});
    hooks::message(desk, customer, id, "revoke", revoke);
    Ok(())
}
