//! What a carrier tells, read as the settings say where it stands.

use serde_json::Value;

use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::node;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::sms::form;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::generic::ENTRY;
use crate::channels::sms::generic::as_text;
use crate::channels::sms::inbound;
use crate::channels::sms::inbound::Heard;
use crate::channels::sms::outgoing;
use crate::channels::sms::receipt;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::message::SendError;
use crate::model::outbound::Account;

/// Where the parts of a message stand in a webhook when nobody says otherwise.
const INBOUND: [(&str, &str); 6] = [
    ("id", "/id"),
    ("from", "/from"),
    ("to", "/to"),
    ("text", "/text"),
    ("timestamp", "/timestamp"),
    ("mediaUrls", "/mediaUrls"),
];

/// The same of a report.
const STATUS: [(&str, &str); 4] = [
    ("id", "/id"),
    ("status", "/status"),
    ("errorCode", "/errorCode"),
    ("errorMessage", "/errorMessage"),
];

/// Words of reports that many carriers share.
const WORDS: [(&str, Delivery); 14] = [
    ("ACCEPTD", Delivery::Sent),
    ("ENROUTE", Delivery::Sent),
    ("SENT", Delivery::Sent),
    ("SUBMITTED", Delivery::Sent),
    ("DELIVRD", Delivery::Delivered),
    ("DELIVERED", Delivery::Delivered),
    ("READ", Delivery::Read),
    ("EXPIRED", Delivery::Failed),
    ("UNDELIV", Delivery::Failed),
    ("UNDELIVERED", Delivery::Failed),
    ("REJECTD", Delivery::Failed),
    ("REJECTED", Delivery::Failed),
    ("DELETED", Delivery::Failed),
    ("FAILED", Delivery::Failed),
];

/// Reads a webhook: a message, or a report.
#[must_use]
pub fn read(account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
    let body = body(hook);
    let state = pick(account, "statusMap", &STATUS, &body, "status");
    let says = pick(account, "inboundMap", &INBOUND, &body, "text");
    let files = files(account, &body);
    match state {
        Some(word) if says.is_none() && files.is_empty() => {
            let tag = outgoing::tag_of(hook);
            report(account, &body, word, tag.as_deref())
                .into_iter()
                .collect()
        }
        _ => {
            let part = |name| pick(account, "inboundMap", &INBOUND, &body, name);
            let heard = Heard {
                id: part("id").unwrap_or_default(),
                from: part("from").unwrap_or_default(),
                to: part("to").unwrap_or_default(),
                text: says.unwrap_or_default(),
                files,
                at: part("timestamp").and_then(|text| moment(&text)),
                ..Heard::default()
            };
            inbound::events(account, &ENTRY, heard)
        }
    }
}

/// What a webhook says, as JSON: pairs of a form or a query become fields.
fn body(hook: &Webhook) -> Value {
    let is_json = hook.method == Method::Post && !form::is_form(hook);
    let read = node::document(&hook.body).filter(|_| is_json);
    read.unwrap_or_else(|| {
        let pairs = Pairs::of(hook);
        Value::Object(
            pairs
                .iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    })
}

/// A part of a webhook, where the settings or the usual table say it stands.
fn pick(
    account: &Account,
    table: &str,
    usual: &[(&str, &str)],
    body: &Value,
    name: &str,
) -> Option<String> {
    let found = place(account, table, usual, body, name)?;
    Some(as_text(found)).filter(|_| !found.is_null() && !found.is_array())
}

fn place<'a>(
    account: &Account,
    table: &str,
    usual: &[(&str, &str)],
    body: &'a Value,
    name: &str,
) -> Option<&'a Value> {
    let set = account
        .settings
        .get(table)
        .and_then(|map| map.get(name)?.as_str());
    let usual = usual
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, path)| *path);
    body.pointer(set.or(usual)?)
}

fn files(account: &Account, body: &Value) -> Vec<(String, String)> {
    let found = place(account, "inboundMap", &INBOUND, body, "mediaUrls");
    let urls = found.and_then(Value::as_array).into_iter().flatten();
    urls.filter_map(Value::as_str)
        .map(|url| (url.to_owned(), "image/unknown".to_owned()))
        .collect()
}

/// A moment as RFC 3339, or as seconds or milliseconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    let number = Value::from(text);
    Timestamp::parse(text).or_else(|| Node::of(&number).moment())
}

fn report(
    account: &Account,
    body: &Value,
    word: String,
    tag: Option<&str>,
) -> Option<InboundEvent> {
    let part = |name| pick(account, "statusMap", &STATUS, body, name);
    let own = account
        .settings
        .get("statusValues")
        .and_then(|map| map.get(&word)?.as_str());
    let wanted = own.unwrap_or(&word);
    let state = WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(wanted))
        .map(|(_, state)| *state);
    let failed = state == Some(Delivery::Failed);
    let error = failed.then(|| {
        SendError::lasting(
            "undelivered",
            part("errorMessage")
                .unwrap_or_else(|| format!("The carrier reports that the message is {word}.")),
        )
        .coded(part("errorCode"))
    });
    receipt::of(part("id")?, state, word, Kept::default())
        .failing(error)
        .tagged(tag)
        .event()
}
