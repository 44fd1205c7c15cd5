//! Webhooks as the vendor words them.

use std::time::Duration;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::account::Account;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph;
use crate::sandbox::queue::About;

/// The envelope of a change.
#[must_use]
pub fn envelope(account: &Account, field: &str, value: &Value) -> String {
    graph::escaped(&json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": account.key("businessAccountId"),
            "changes": [{"value": value, "field": field}],
        }],
    }))
}

/// The part of a value that names the number.
#[must_use]
pub fn about(account: &Account) -> Map<String, Value> {
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": account.key("displayNumber"),
            "phone_number_id": account.key("phoneNumberId"),
        },
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The id of the account a person has beside their number.
#[must_use]
pub fn user_id(customer: &str) -> String {
    format!("US.{customer}00000000")
}

/// Posts what a customer wrote: `message` is what its kind adds to the common part.
pub fn message(desk: &mut Desk<'_>, customer: &str, id: &str, kind: &str, message: Value) {
    let Some(chat) = desk.chat(customer) else {
        return;
    };
    let mut value = about(desk.account);
    value.insert(
        "contacts".to_owned(),
        json!([{
            "profile": {"name": chat.customer.name},
            "wa_id": customer,
            "user_id": user_id(customer),
        }]),
    );
    let mut whole = json!({
        "from": customer, "from_user_id": user_id(customer), "id": id,
        "timestamp": desk.now.as_secs().to_string(), "type": kind,
    });
    if let (Some(whole), Value::Object(more)) = (whole.as_object_mut(), message) {
        whole.extend(more);
    }
    value.insert("messages".to_owned(), json!([whole]));
    let body = envelope(desk.account, "messages", &Value::Object(value));
    desk.post(About::Customer, customer, &format!("message {kind}"), body);
}

/// Posts how far a message came.
pub fn status(desk: &mut Desk<'_>, customer: &str, bubble: &str, status: &str, more: Value) {
    status_after(desk, Duration::ZERO, customer, bubble, status, more);
}

/// The same after a while.
pub fn status_after(
    desk: &mut Desk<'_>,
    after: Duration,
    customer: &str,
    bubble: &str,
    status: &str,
    more: Value,
) {
    let mut whole = json!({
        "id": bubble, "status": status, "timestamp": desk.now.plus(after).as_secs().to_string(),
        "recipient_id": customer, "recipient_user_id": user_id(customer),
    });
    if let (Some(whole), Value::Object(more)) = (whole.as_object_mut(), more) {
        whole.extend(more);
    }
    let mut value = about(desk.account);
    value.insert("statuses".to_owned(), json!([whole]));
    let body = envelope(desk.account, "messages", &Value::Object(value));
    let title = format!("status {status}");
    desk.post_after(after, About::Receipt, customer, &title, body);
}
