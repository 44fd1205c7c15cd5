//! Messages as the vendor shows them to the business: in updates and in answers.

use serde_json::Value;
use serde_json::json;

use crate::sandbox::account::Account;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Room;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;

use super::keyboard;
use super::rooms;

/// The bot as a sender.
#[must_use]
pub fn bot(account: &Account) -> Value {
    json!({
        "id": number(account.key("botId")), "is_bot": true, "first_name": account.name,
        "username": account.key("botUsername"),
    })
}

/// A text of digits as a number.
#[must_use]
pub fn number(digits: &str) -> i64 {
    digits.parse().unwrap_or(0)
}

/// A customer as a sender.
#[must_use]
pub fn user(customer: &Customer) -> Value {
    let (first, last) = customer
        .name
        .split_once(' ')
        .unwrap_or((&customer.name, ""));
    let mut user =
        json!({"id": number(rooms::member(customer)), "is_bot": false, "first_name": first});
    if !last.is_empty() {
        user["last_name"] = last.into();
    }
    if let Some(username) = &customer.username {
        user["username"] = username.clone().into();
    }
    if let Some(language) = &customer.language {
        user["language_code"] = language.clone().into();
    }
    user
}

/// A bubble as a message.
#[must_use]
pub fn of(desk: &Desk<'_>, customer: &Customer, bubble: &Bubble) -> Value {
    let mut message = json!({
        "message_id": number(&bubble.id), "from": rooms::author(desk.account, customer, bubble),
        "date": bubble.at.as_secs(),
    });
    rooms::place(customer, &mut message);
    if bubble.side == Side::Business
        && matches!(customer.room, Room::Lent { .. })
        && !is_owners(bubble)
    {
        message["sender_business_bot"] = bot(desk.account);
    }
    let quoted = bubble.quoting.as_deref();
    if let Some(original) = quoted.and_then(|quoted| desk.bubble(&customer.id, quoted)) {
        let mut original = original.clone();
        original.quoting = None;
        message["reply_to_message"] = of(desk, customer, &original);
    } else if let Some(opening) = rooms::opening(customer, bubble.at.as_secs()) {
        message["reply_to_message"] = opening;
    }
    if bubble.edited {
        message["edit_date"] = desk.now.as_secs().into();
    }
    if let Some(album) = bubble
        .mark
        .as_deref()
        .and_then(|mark| mark.strip_prefix("album "))
    {
        message["media_group_id"] = album.into();
    }
    if let Some(content) = content(desk, &bubble.body).as_object() {
        for (name, value) in content {
            message[name.as_str()] = value.clone();
        }
    }
    if bubble.mark.as_deref() == Some(OWN_NUMBER) {
        message["contact"]["user_id"] = message["from"]["id"].clone();
    }
    if let Some(id) = keyboard::poll_of(bubble) {
        let question = message["text"].take();
        let options = bubble.choices.iter();
        let counted = options.map(|one| json!({"text": one.title, "voter_count": 0}));
        message["poll"] = json!({
            "id": id, "question": question, "options": counted.collect::<Vec<_>>(),
            "total_voter_count": 0, "is_closed": false, "is_anonymous": false, "type": "regular",
        });
        if let Some(fields) = message.as_object_mut() {
            fields.shift_remove("text");
        }
    } else if bubble.offer == Offer::Buttons && !bubble.choices.is_empty() {
        message["reply_markup"] = json!({"inline_keyboard": keyboard(bubble)});
    }
    message
}

/// What marks a card that holds the number of whoever sent it.
pub const OWN_NUMBER: &str = "own number";

/// What marks a message that the owner of an account wrote by hand.
pub const BY_OWNER: &str = "by owner";

fn is_owners(bubble: &Bubble) -> bool {
    bubble.mark.as_deref() == Some(BY_OWNER)
}

fn keyboard(bubble: &Bubble) -> Vec<Vec<Value>> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for choice in &bubble.choices {
        while rows.len() <= choice.row {
            rows.push(Vec::new());
        }
        let mut button = json!({"text": choice.title});
        match &choice.press {
            Press::Reply(data) => button["callback_data"] = data.clone().into(),
            Press::Open(url) => button["url"] = url.clone().into(),
            _ => {}
        }
        rows[choice.row].push(button);
    }
    rows
}

/// The command a text begins with and the names in it, as the vendor marks them.
fn entities(text: &str) -> Vec<Value> {
    let mut marks = Vec::new();
    let mut offset = 0;
    for word in text.split(' ') {
        let mark = |kind: &str, word: &str| json!({"type": kind, "offset": offset, "length": word.encode_utf16().count()});
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let named = |word: &str| word.len() > 1 && word[1..].chars().all(plain);
        let bare = word.trim_end_matches(|c: char| !plain(c));
        if offset == 0 && bare.starts_with('/') && named(&bare.replace('@', "_")) {
            marks.push(mark("bot_command", bare));
        } else if bare.starts_with('@') && named(bare) {
            marks.push(mark("mention", bare));
        }
        offset += word.encode_utf16().count() + 1;
    }
    marks
}

fn content(desk: &Desk<'_>, body: &Body) -> Value {
    match body {
        Body::Text { text, .. } => {
            let mut content = json!({ "text": text });
            let entities = entities(text);
            if !entities.is_empty() {
                content["entities"] = entities.into();
            }
            content
        }
        Body::File {
            sort,
            place,
            filename,
            caption,
            ..
        } => {
            let mut content = file(desk, *sort, place, filename.as_deref());
            if !caption.is_empty() {
                content["caption"] = caption.clone().into();
            }
            content
        }
        Body::Location {
            latitude,
            longitude,
            name,
            address,
        } => {
            let place = json!({"latitude": latitude, "longitude": longitude});
            if name.is_empty() {
                json!({ "location": place })
            } else {
                json!({"location": place, "venue": {"location": place, "title": name, "address": address}})
            }
        }
        Body::Contacts(cards) => {
            let (name, phone) = cards.first().cloned().unwrap_or_default();
            let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
            json!({"contact": {"phone_number": phone, "first_name": first, "last_name": last}})
        }
        // A chat of a bot has no mail.
        Body::Mail(_) => json!({ "text": body.words() }),
        Body::Cards { text, .. } => json!({ "text": text }),
        Body::Note(_) => json!({
            "poll": {"id": "5204321", "question": "Espresso or filter?", "total_voter_count": 0,
                "options": [{"text": "Espresso", "voter_count": 0}, {"text": "Filter", "voter_count": 0}],
                "is_closed": false, "is_anonymous": true, "type": "regular"},
        }),
    }
}

/// The vendor's name for a stored file.
#[must_use]
pub fn file_id(id: &str) -> String {
    format!("AgAC{id}")
}

fn file(desk: &Desk<'_>, sort: Sort, place: &Place, filename: Option<&str>) -> Value {
    let Place::Stored(id) = place else {
        return json!({});
    };
    let (size, mime) = desk.file(id).map_or((0, String::new()), |file| {
        (file.bytes.len(), file.mime_type.clone())
    });
    let plain = json!({
        "file_id": file_id(id), "file_unique_id": format!("u{id}"), "file_size": size,
    });
    let with = |more: Value| {
        let mut whole = plain.clone();
        if let (Some(whole), Value::Object(more)) = (whole.as_object_mut(), more) {
            whole.extend(more);
        }
        whole
    };
    let name = filename.unwrap_or("file");
    match sort {
        Sort::Image => {
            let small = with(
                json!({"file_id": format!("AgACs{id}"), "width": 90, "height": 67, "file_size": 1_200}),
            );
            json!({"photo": [small, with(json!({"width": 1_280, "height": 960}))]})
        }
        Sort::Video => json!({"video": with(json!({
            "width": 640, "height": 480, "duration": 3, "mime_type": mime, "file_name": name}))}),
        Sort::Audio => json!({"audio": with(json!({
            "duration": 3, "mime_type": mime, "file_name": name}))}),
        Sort::Voice => json!({"voice": with(json!({"duration": 3, "mime_type": "audio/ogg"}))}),
        Sort::Sticker => json!({"sticker": with(json!({
            "width": 512, "height": 512, "is_animated": false, "is_video": false,
            "type": "regular", "emoji": "\u{2615}"}))}),
        Sort::Document => json!({"document": with(json!({"mime_type": mime, "file_name": name}))}),
    }
}
