//! Where chats are held besides between two: groups with their topics, and accounts of people of the
//! business to which the bot is connected.
//!
//! A phone shows one topic of a group; the group is what all its phones show together, so a message
//! has one number in all of them.

#[cfg(test)]
mod tests;

use serde_json::Value;
use serde_json::json;

use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Chat;
use crate::sandbox::chat::Customer;
use crate::sandbox::chat::Room;
use crate::sandbox::chat::Side;
use crate::sandbox::desk::Desk;

use super::message;
use super::params::Fault;
use super::params::Params;
use super::updates;

/// What the name of a group's phone begins with.
const GROUP: &str = "g:";
/// What the name of the phone of somebody's customer begins with.
const LENT: &str = "b:";
/// The group that the bot is taken into: its title, and the topics it has by their opening message.
const TITLE: &str = "Aurora coffee club";
const TOPIC: (&str, &str) = ("2", "Deliveries");
/// Whose account the bot is connected to.
const OWNER: (i64, &str) = (5_550_099, "Rafael Lima");

/// The name of the phone of a group, or of one topic of it.
#[must_use]
pub fn group_phone(group: &str, topic: Option<&str>) -> String {
    match topic {
        Some(topic) => format!("{GROUP}{group}:{topic}"),
        None => format!("{GROUP}{group}"),
    }
}

/// Who holds a phone, by the vendor's number.
#[must_use]
pub fn member(customer: &Customer) -> &str {
    match &customer.room {
        Room::Private => &customer.id,
        Room::Group { member, .. } | Room::Lent { member, .. } => member,
    }
}

/// The phones that show the same chat as this one.
fn phones_of(account: &Account, customer: &Customer) -> Vec<String> {
    let Room::Group { id: group, .. } = &customer.room else {
        return vec![customer.id.clone()];
    };
    let shows = |chat: &&Chat| matches!(&chat.customer.room, Room::Group { id, .. } if id == group);
    let all = account.chats.values().filter(shows);
    all.map(|chat| chat.customer.id.clone()).collect()
}

/// When the bot wrote to a chat lately, whatever phone shows it.
#[must_use]
pub fn written(account: &Account, customer: &Customer) -> Vec<Timestamp> {
    let phones = phones_of(account, customer);
    let chats = phones.iter().filter_map(|id| account.chats.get(id));
    chats.flat_map(|chat| &chat.sent_at).copied().collect()
}

/// The number of the next message of a chat.
pub fn next_number(desk: &mut Desk<'_>, customer: &Customer) -> i64 {
    let phones = phones_of(desk.account, customer);
    let newest = phones.iter().filter_map(|id| desk.chat(id));
    let number = 1 + newest.map(|chat| chat.last_number).max().unwrap_or(0);
    if let Some(chat) = desk.chat_mut(&customer.id) {
        chat.last_number = number;
    }
    number
}

/// The chat a method is about, if the bot may write there.
///
/// # Errors
/// There is none, or it may not.
pub fn chat<'a>(desk: &'a Desk<'_>, params: &Params<'_>) -> Result<&'a Chat, Fault> {
    let id = params
        .text("chat_id")
        .ok_or_else(|| Fault::bad("chat_id is empty"))?;
    if let Some(connection) = params.text("business_connection_id") {
        return lent(desk, &connection, &id);
    }
    let group = desk.chat(&group_phone(&id, None));
    let Some(found) = group.or_else(|| desk.chat(&id)) else {
        let is_lent =
            desk.account.chats.values().any(
                |chat| matches!(&chat.customer.room, Room::Lent { member, .. } if *member == id),
            );
        return Err(if is_lent {
            Fault::forbidden("bot can't initiate conversation with a user")
        } else {
            Fault::bad("chat not found")
        });
    };
    if matches!(found.customer.room, Room::Group { .. }) {
        if found.blocked {
            return Err(Fault::forbidden("bot was kicked from the supergroup chat"));
        }
        return match params.text("message_thread_id") {
            Some(topic) => desk
                .chat(&group_phone(&id, Some(&topic)))
                .ok_or_else(|| Fault::bad("message thread not found")),
            None => Ok(found),
        };
    }
    if found.blocked {
        return Err(Fault::forbidden("bot was blocked by the user"));
    }
    if !found.started {
        return Err(Fault::forbidden(
            "bot can't initiate conversation with a user",
        ));
    }
    Ok(found)
}

/// The chat of somebody's customer, if the bot is still connected there.
fn lent<'a>(desk: &'a Desk<'_>, connection: &str, id: &str) -> Result<&'a Chat, Fault> {
    let chat = desk
        .chat(&format!("{LENT}{connection}:{id}"))
        .ok_or_else(|| Fault::bad("business connection not found"))?;
    if chat.blocked {
        return Err(Fault::bad("BUSINESS_CONNECTION_INVALID"));
    }
    if !chat.started {
        return Err(Fault::bad("BUSINESS_PEER_INVALID"));
    }
    Ok(chat)
}

/// The phone that shows a message of the chat a method is about: a call names no topic.
///
/// # Errors
/// There is no such chat.
pub fn holder(desk: &Desk<'_>, params: &Params<'_>, message: &str) -> Result<String, Fault> {
    let customer = &chat(desk, params)?.customer;
    let phones = phones_of(desk.account, customer);
    let shows = |id: &&String| desk.bubble(id, message).is_some();
    let found = phones.iter().find(shows).cloned();
    Ok(found.unwrap_or_else(|| customer.id.clone()))
}

/// The phone of an account's customer that shows a message: such a call names no chat.
#[must_use]
pub fn holder_of_connection(desk: &Desk<'_>, connection: &str, message: &str) -> Option<String> {
    let begins = format!("{LENT}{connection}:");
    let mut all = desk.account.chats.values();
    let found =
        all.find(|chat| chat.customer.id.starts_with(&begins) && chat.bubble(message).is_some());
    found.map(|chat| chat.customer.id.clone())
}

/// What stands in a message for its chat, and where in it.
pub fn place(customer: &Customer, message: &mut Value) {
    message["chat"] = chat_value(customer);
    match &customer.room {
        Room::Group {
            topic: Some((topic, _)),
            ..
        } => {
            message["message_thread_id"] = message::number(topic).into();
            message["is_topic_message"] = true.into();
        }
        Room::Lent { connection, .. } => {
            message["business_connection_id"] = connection.clone().into();
        }
        _ => {}
    }
}

/// A chat as the vendor shows it.
#[must_use]
pub fn chat_value(customer: &Customer) -> Value {
    if let Room::Group { id, title, .. } = &customer.room {
        return json!({
            "id": message::number(id), "title": title, "type": "supergroup", "is_forum": true,
        });
    }
    let mut chat = message::user(customer);
    if let Some(map) = chat.as_object_mut() {
        map.remove("is_bot");
        map.remove("language_code");
    }
    chat["type"] = "private".into();
    chat
}

/// Who wrote a bubble.
#[must_use]
pub fn author(account: &Account, customer: &Customer, bubble: &Bubble) -> Value {
    match (bubble.side, &customer.room) {
        (Side::Business, Room::Lent { .. }) => owner(),
        (Side::Business, _) => message::bot(account),
        (Side::Other, _) => {
            json!({"id": 5_550_042, "is_bot": false, "first_name": "Sofia", "last_name": "Lindqvist"})
        }
        _ => message::user(customer),
    }
}

/// The opening of a topic, which all its messages answer that answer nothing else.
#[must_use]
pub fn opening(customer: &Customer, at_secs: i64) -> Option<Value> {
    let Room::Group {
        topic: Some((topic, name)),
        ..
    } = &customer.room
    else {
        return None;
    };
    let mut opening = json!({
        "message_id": message::number(topic), "from": owner(), "date": at_secs,
        "forum_topic_created": {"name": name, "icon_color": 7_322_096},
    });
    place(customer, &mut opening);
    Some(opening)
}

fn owner() -> Value {
    let (first, last) = OWNER.1.split_once(' ').unwrap_or((OWNER.1, ""));
    json!({"id": OWNER.0, "is_bot": false, "first_name": first, "last_name": last})
}

/// The kinds of update in which a chat's messages and their changes are told.
#[must_use]
pub const fn kinds(room: &Room) -> (&'static str, &'static str) {
    match room {
        Room::Lent { .. } => ("business_message", "edited_business_message"),
        _ => ("message", "edited_message"),
    }
}

/// Whether the bot hears of a message: in groups a bot is told of what is meant for it alone.
#[must_use]
pub fn is_told(desk: &Desk<'_>, customer: &Customer, bubble: &Bubble) -> bool {
    if !matches!(customer.room, Room::Group { .. }) || hears_all(desk.account) {
        return true;
    }
    let words = bubble.body.words();
    let name = format!("@{}", desk.account.key("botUsername"));
    let answered = bubble.quoting.as_deref();
    let answered = answered.and_then(|id| desk.bubble(&customer.id, id));
    words.starts_with('/')
        || words.to_lowercase().contains(&name.to_lowercase())
        || answered.is_some_and(|answered| answered.side == Side::Business)
}

/// Whether privacy mode is off.
#[must_use]
pub fn hears_all(account: &Account) -> bool {
    account.kept.get("hears_all").is_some_and(|on| on == true)
}

/// The customer takes the bot into a group with a topic; each has a phone from then on.
pub fn join(desk: &mut Desk<'_>, customer: &Customer) {
    let group = format!("-100{}", desk.account.key("botId"));
    let topics = [None, Some(TOPIC)];
    for topic in topics {
        let phone = desk.account.phone(Customer {
            id: group_phone(&group, topic.map(|(id, _)| id)),
            room: Room::Group {
                member: member(customer).to_owned(),
                id: group.clone(),
                title: TITLE.to_owned(),
                topic: topic.map(|(id, name)| (id.to_owned(), name.to_owned())),
            },
            ..customer.clone()
        });
        phone.started = true;
        phone.last_number = phone.last_number.max(message::number(TOPIC.0));
    }
    let taken = |chat: &Chat| chat.customer.clone();
    if let Some(customer) = desk.chat(&group_phone(&group, None)).map(taken) {
        let (old, new) = ("left", "member");
        tell_membership(desk, &customer, old, new);
    }
}

/// Somebody writes to a person of the business whose account the bot is connected to.
pub fn lend(desk: &mut Desk<'_>) {
    let connection = format!("bc{}", desk.account.key("botId"));
    let member = "5550003";
    let phone = Customer {
        id: format!("{LENT}{connection}:{member}"),
        name: "Lena Brandt".to_owned(),
        username: None,
        language: Some("de".to_owned()),
        room: Room::Lent {
            member: member.to_owned(),
            connection,
            owner: OWNER.1.to_owned(),
        },
    };
    desk.account.phone(phone.clone());
    tell_connection(desk, &phone, true);
}

/// The bot is put out, or taken in again.
pub fn put_out(desk: &mut Desk<'_>, customer: &Customer, out: bool) {
    for id in phones_of(desk.account, customer) {
        if let Some(chat) = desk.chat_mut(&id) {
            chat.blocked = out;
        }
    }
    if matches!(customer.room, Room::Lent { .. }) {
        tell_connection(desk, customer, !out);
        return;
    }
    let (old, new) = if out {
        ("member", "kicked")
    } else {
        ("kicked", "member")
    };
    tell_membership(desk, customer, old, new);
}

fn tell_membership(desk: &mut Desk<'_>, customer: &Customer, old: &str, new: &str) {
    let bot = message::bot(desk.account);
    let is = |status: &str| json!({"user": bot, "status": status});
    let told = json!({
        "chat": chat_value(customer), "from": message::user(customer), "date": desk.now.as_secs(),
        "old_chat_member": is(old), "new_chat_member": is(new),
    });
    updates::tell(desk, &customer.id, "my_chat_member", "chat member", &told);
}

fn tell_connection(desk: &mut Desk<'_>, customer: &Customer, is_on: bool) {
    let Room::Lent { connection, .. } = &customer.room else {
        return;
    };
    let rights = json!({"can_reply": true, "can_read_messages": true});
    let told = json!({
        "id": connection, "user": owner(), "user_chat_id": OWNER.0, "date": desk.now.as_secs(),
        "rights": rights, "is_enabled": is_on,
    });
    let kind = "business_connection";
    updates::tell(desk, &customer.id, kind, "business connection", &told);
}

/// The customer of somebody's account takes a message back, of which the bot hears.
pub fn tell_deleted(desk: &mut Desk<'_>, customer: &Customer, message: &str) {
    let Room::Lent { connection, .. } = &customer.room else {
        return;
    };
    let told = json!({
        "business_connection_id": connection, "chat": chat_value(customer),
        "message_ids": [message::number(message)],
    });
    let kind = "deleted_business_messages";
    updates::tell(desk, &customer.id, kind, "deleted messages", &told);
}

/// A text of somebody else than whoever holds the phone.
#[must_use]
pub fn of_another(side: Side, text: String) -> Body {
    let header = (side == Side::Other).then(|| "Sofia Lindqvist".to_owned());
    Body::Text {
        header,
        text,
        spans: Vec::new(),
        footer: None,
    }
}
