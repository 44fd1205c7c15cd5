//! What customers do in the app, and which of it the bot hears.

use serde_json::Value;
use serde_json::json;

use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Room;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::KEPT;

use super::keyboard;
use super::message;
use super::rooms;
use super::updates;

/// Does what a customer does.
///
/// # Errors
/// The app cannot do that.
pub fn acted(desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
    match act {
        Act::Start { payload } => {
            let text = format!("/start {payload}");
            say(desk, customer, Body::text(text.trim_end()), None, None);
        }
        Act::Say { text, quoting } => say(desk, customer, Body::text(text), quoting, None),
        Act::Send {
            sort,
            file,
            caption,
            quoting,
        } => {
            let body = file_body(desk, sort, file, caption);
            say(desk, customer, body, quoting, None);
        }
        Act::Album { files, caption } => {
            let group = desk.digits(14);
            for (at, file) in files.into_iter().enumerate() {
                let caption = if at == 0 {
                    caption.clone()
                } else {
                    String::new()
                };
                let body = file_body(desk, Sort::Image, file, caption);
                say(desk, customer, body, None, Some(format!("album {group}")));
            }
        }
        Act::Locate {
            latitude,
            longitude,
            name,
            address,
            quoting,
        } => {
            let body = Body::Location {
                latitude,
                longitude,
                name,
                address,
            };
            say(desk, customer, body, quoting, None);
        }
        Act::Card { name, phone } => {
            say(
                desk,
                customer,
                Body::Contacts(vec![(name, phone)]),
                None,
                None,
            );
        }
        Act::Strange { kind } => {
            let note = format!("You sent a {kind}.");
            say(desk, customer, Body::Note(note), None, None);
        }
        Act::Press { bubble, choice } => return press(desk, customer, &bubble, choice),
        Act::React { bubble, emoji } => return react(desk, customer, &bubble, &emoji),
        Act::Edit { bubble, text } => return edit(desk, customer, &bubble, text),
        Act::Delete { bubble } => {
            let chat = desk.chat_mut(customer).ok_or_else(NotPossible::gone)?;
            chat.bubbles.retain(|known| known.id != bubble);
            // Other bots than those of a business account are not told.
            rooms::tell_deleted(desk, &who(desk, customer)?, &bubble);
        }
        Act::Block(on) => rooms::put_out(desk, &who(desk, customer)?, on),
        Act::Group => rooms::join(desk, &who(desk, customer)?),
        Act::Lend => rooms::lend(desk),
        Act::Aside { text } => {
            let body = rooms::of_another(Side::Other, text);
            say_as(desk, customer, Side::Other, body, None, None);
        }
        Act::Echo { text } => {
            let body = rooms::of_another(Side::Business, text);
            let mark = Some(message::BY_OWNER.to_owned());
            say_as(desk, customer, Side::Business, body, None, mark);
        }
        Act::Read => {}
        other => return Err(NotPossible::here("Telegram", other.name())),
    }
    Ok(())
}

fn file_body(desk: &mut Desk<'_>, sort: Sort, file: Chosen, caption: String) -> Body {
    let filename = Some(file.filename.clone()).filter(|name| !name.is_empty());
    Body::File {
        sort,
        place: Place::Stored(desk.keep(file, KEPT)),
        filename,
        caption: if sort == Sort::Sticker {
            String::new()
        } else {
            caption
        },
        footer: None,
    }
}

/// Who holds a phone.
fn who(desk: &Desk<'_>, customer: &str) -> Result<Customer, NotPossible> {
    let chat = desk.chat(customer).ok_or_else(NotPossible::gone)?;
    Ok(chat.customer.clone())
}

fn say(
    desk: &mut Desk<'_>,
    customer: &str,
    body: Body,
    quoting: Option<String>,
    mark: Option<String>,
) {
    say_as(desk, customer, Side::Customer, body, quoting, mark);
}

fn say_as(
    desk: &mut Desk<'_>,
    customer: &str,
    side: Side,
    body: Body,
    quoting: Option<String>,
    mark: Option<String>,
) {
    let now = desk.now;
    let Ok(who) = who(desk, customer) else {
        return;
    };
    let number = rooms::next_number(desk, &who);
    let Some(chat) = desk.chat_mut(customer) else {
        return;
    };
    chat.started = true;
    chat.wrote_at = Some(now);
    let mut bubble = Bubble::new(number.to_string(), side, now, body);
    bubble.quoting = quoting;
    bubble.mark = mark;
    bubble.reached = Reached::Delivered;
    chat.push(bubble.clone());
    let is_out = chat.blocked && who.room != Room::Private;
    if is_out || !rooms::is_told(desk, &who, &bubble) {
        return;
    }
    let told = message::of(desk, &who, &bubble);
    let (kind, _) = rooms::kinds(&who.room);
    updates::tell(desk, customer, kind, "message", &told);
}

fn press(desk: &mut Desk<'_>, customer: &str, id: &str, at: usize) -> Result<(), NotPossible> {
    let bubble = desk
        .bubble(customer, id)
        .ok_or_else(NotPossible::gone)?
        .clone();
    let choice = bubble
        .choices
        .get(at)
        .ok_or_else(NotPossible::gone)?
        .clone();
    let who = desk
        .chat(customer)
        .ok_or_else(NotPossible::gone)?
        .customer
        .clone();
    if let Some(poll) = keyboard::poll_of(&bubble) {
        let vote = format!("vote/{poll}/{customer}");
        let poll = poll.to_owned();
        // The same once more takes the vote back.
        let kept = &mut desk.account.kept;
        let chosen = if kept.remove(&vote) == Some(at.into()) {
            Vec::new()
        } else {
            kept.insert(vote, at.into());
            vec![at]
        };
        let told = json!({
            "poll_id": poll, "user": message::user(&who), "option_ids": chosen,
        });
        updates::tell(desk, customer, "poll_answer", "poll answer", &told);
        return Ok(());
    }
    match choice.press {
        Press::Reply(data) => {
            let query = desk.digits(17);
            let at = desk.now.as_millis();
            desk.account
                .kept
                .insert(format!("callback/{query}"), at.into());
            let told = json!({
                "id": query, "from": message::user(&who), "chat_instance": "-882900112233",
                "data": data, "message": message::of(desk, &who, &bubble),
            });
            updates::tell(desk, customer, "callback_query", "callback query", &told);
        }
        Press::Type => {
            say(desk, customer, Body::text(choice.title), None, None);
        }
        Press::Place => {
            let body = Body::Location {
                latitude: -23.5614,
                longitude: -46.6823,
                name: String::new(),
                address: String::new(),
            };
            say(desk, customer, body, Some(id.to_owned()), None);
        }
        Press::Number => {
            let card = (who.name.clone(), "5511988880002".to_owned());
            let (quoting, mark) = (Some(id.to_owned()), Some(message::OWN_NUMBER.to_owned()));
            say(desk, customer, Body::Contacts(vec![card]), quoting, mark);
        }
        _ => {}
    }
    Ok(())
}

fn react(desk: &mut Desk<'_>, customer: &str, id: &str, emoji: &str) -> Result<(), NotPossible> {
    let chat = desk.chat_mut(customer).ok_or_else(NotPossible::gone)?;
    let who = chat.customer.clone();
    let bubble = chat.bubble_mut(id).ok_or_else(NotPossible::gone)?;
    let new = (!emoji.is_empty()).then(|| emoji.to_owned());
    let old = std::mem::replace(&mut bubble.reaction, new.clone());
    let list = |emoji: Option<String>| -> Vec<Value> {
        let signs = emoji.into_iter();
        signs
            .map(|emoji| json!({"type": "emoji", "emoji": emoji}))
            .collect()
    };
    let told = json!({
        "chat": rooms::chat_value(&who), "message_id": message::number(id),
        "user": message::user(&who), "date": desk.now.as_secs(),
        "old_reaction": list(old), "new_reaction": list(new),
    });
    // In groups administrators alone are told, and of other people's accounts nobody.
    let is_told = match who.room {
        Room::Private => true,
        Room::Group { .. } => rooms::hears_all(desk.account),
        Room::Lent { .. } => false,
    };
    if is_told {
        updates::tell(desk, customer, "message_reaction", "reaction", &told);
    }
    Ok(())
}

fn edit(desk: &mut Desk<'_>, customer: &str, id: &str, text: String) -> Result<(), NotPossible> {
    let chat = desk.chat_mut(customer).ok_or_else(NotPossible::gone)?;
    let who = chat.customer.clone();
    let bubble = chat
        .bubble_mut(id)
        .filter(|bubble| bubble.side == Side::Customer);
    let bubble = bubble.ok_or_else(NotPossible::gone)?;
    match &mut bubble.body {
        Body::File { caption, .. } => *caption = text,
        body => *body = Body::text(text),
    }
    bubble.edited = true;
    let bubble = bubble.clone();
    if rooms::is_told(desk, &who, &bubble) {
        let told = message::of(desk, &who, &bubble);
        let (_, kind) = rooms::kinds(&who.room);
        updates::tell(desk, customer, kind, "edited message", &told);
    }
    Ok(())
}
