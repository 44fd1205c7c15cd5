//! What happens, told to the bot: posted to its address, or kept until it asks.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::account::Account;
use crate::sandbox::account::Hook;
use crate::sandbox::call;
use crate::sandbox::desk::Desk;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;
use crate::sandbox::vendor::Given;

use super::params::Fault;
use super::params::Params;

/// The kinds that are never told unless they are asked for by name.
const UNASKED: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];
/// Updates given at once.
const LIMIT_MAX: i64 = 100;
/// The longest a bot may wait for one.
const TIMEOUT_MAX_SECS: i64 = 50;
/// The file with the certificate of a server that nobody else vouches for.
const CERTIFICATE: &str = "certificate";
/// Where the numbers of updates begin.
const FIRST: u64 = 870_000_000;

/// Whether a kind of update is wanted.
fn is_wanted(account: &Account, kind: &str) -> bool {
    match account
        .kept
        .get("allowed_updates")
        .and_then(Value::as_array)
    {
        Some(list) if !list.is_empty() => list.iter().any(|known| known == kind),
        _ => !UNASKED.contains(&kind),
    }
}

/// Tells the bot something, where it wants to hear of it.
pub fn tell(desk: &mut Desk<'_>, chat: &str, kind: &str, title: &str, update: &Value) {
    if !is_wanted(desk.account, kind) {
        return;
    }
    let known = desk.account.kept.get("updates").and_then(Value::as_u64);
    let id = known.unwrap_or(FIRST) + 1;
    desk.account.kept.insert("updates".to_owned(), id.into());
    let event = Event {
        account: desk.account.id.clone(),
        lane: chat.to_owned(),
        about: About::Customer,
        title: title.to_owned(),
        body: json!({"update_id": id, kind: update}).to_string(),
        mark: id.to_string(),
        tries: 0,
    };
    desk.post_event(Duration::ZERO, &event);
}

/// An answer of a method.
#[must_use]
pub fn ok(result: &Value) -> HttpReply {
    call::json(200, &json!({"ok": true, "result": result}))
}

/// `setWebhook`.
///
/// # Errors
/// The vendor does not post there.
pub fn set_webhook(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let url = params.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete_webhook(desk, params));
    }
    if !is_reachable(&url) {
        return Err(Fault::bad(
            "bad webhook: An HTTPS URL must be provided for webhook",
        ));
    }
    let secret = params.text("secret_token").unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if secret.len() > 256 || !secret.chars().all(plain) {
        return Err(Fault::bad("secret token contains unallowed characters"));
    }
    let certificate = params.file(CERTIFICATE);
    if certificate.is_some_and(|part| !is_certificate(&part.text())) {
        return Err(Fault::bad("bad webhook: failed to parse certificate"));
    }
    let has_own = certificate.is_some();
    desk.account
        .kept
        .insert(CERTIFICATE.to_owned(), has_own.into());
    if let Some(list) = params.nested("allowed_updates") {
        desk.account.kept.insert("allowed_updates".to_owned(), list);
    }
    if params.flag("drop_pending_updates") {
        drop_pending(desk);
    }
    let same = desk.account.hook.url == url;
    let max = params.int("max_connections").unwrap_or(40);
    desk.account
        .kept
        .insert("max_connections".to_owned(), max.into());
    desk.account.hook = Hook { url, secret };
    let said = if same {
        "Webhook is already set"
    } else {
        "Webhook was set"
    };
    let body = json!({"ok": true, "result": true, "description": said});
    Ok(call::json(200, &body))
}

fn is_certificate(pem: &str) -> bool {
    let frame = |word| format!("-----{word} CERTIFICATE-----");
    let pem = pem.trim();
    pem.starts_with(&frame("BEGIN")) && pem.ends_with(&frame("END"))
}

/// The vendor posts to secure addresses alone, except on its own machine: there it is a server that
/// somebody runs for themselves.
fn is_reachable(url: &str) -> bool {
    let Ok(url) = url.parse::<url::Url>() else {
        return false;
    };
    let own = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let port = url.port_or_known_default().unwrap_or(0);
    own || (url.scheme() == "https" && [443, 80, 88, 8443].contains(&port))
}

/// `deleteWebhook`.
pub fn delete_webhook(desk: &mut Desk<'_>, params: &Params<'_>) -> HttpReply {
    if params.flag("drop_pending_updates") {
        drop_pending(desk);
    }
    desk.account.hook = Hook::default();
    desk.account.kept.remove(CERTIFICATE);
    call::json(
        200,
        &json!({"ok": true, "result": true, "description": "Webhook was deleted"}),
    )
}

fn drop_pending(desk: &mut Desk<'_>) {
    let account = desk.account.id.clone();
    desk.queue.forget(&account, |_| true);
}

/// `getWebhookInfo`.
#[must_use]
pub fn webhook_info(desk: &Desk<'_>) -> HttpReply {
    let account = &desk.account;
    let pending = desk.queue.posts_of(&account.id);
    let certificate = account.kept.get(CERTIFICATE).and_then(Value::as_bool);
    let mut info = json!({
        "url": account.hook.url,
        "has_custom_certificate": certificate.unwrap_or_default(),
        "pending_update_count": pending,
    });
    for name in [
        "max_connections",
        "allowed_updates",
        "last_error_date",
        "last_error_message",
    ] {
        if let Some(value) = account.kept.get(name) {
            info[name] = value.clone();
        }
    }
    ok(&info)
}

/// `getUpdates`.
///
/// # Errors
/// Updates go to an address.
pub fn get_updates(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<Given, Fault> {
    if !desk.account.hook.url.is_empty() {
        return Err(Fault::conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
             webhook first",
        ));
    }
    if let Some(list) = params.nested("allowed_updates") {
        desk.account.kept.insert("allowed_updates".to_owned(), list);
    }
    let account = desk.account.id.clone();
    if let Some(offset) = params.int("offset") {
        let number = |event: &Event| event.mark.parse::<i64>().unwrap_or(0);
        desk.queue.forget(&account, |event| number(event) < offset);
    }
    let limit = params.int("limit").unwrap_or(LIMIT_MAX).clamp(1, LIMIT_MAX);
    let limit = usize::try_from(limit).unwrap_or(1);
    let pending = desk.queue.pending(&account, desk.now).take(limit);
    let found: Vec<Value> = pending
        .filter_map(|event| serde_json::from_str(&event.body).ok())
        .collect();
    let timeout = params
        .int("timeout")
        .unwrap_or(0)
        .clamp(0, TIMEOUT_MAX_SECS);
    if !found.is_empty() || timeout == 0 || desk.last_look {
        return Ok(ok(&Value::Array(found)).into());
    }
    let left = u64::try_from(timeout).unwrap_or(0);
    let secs = match desk.queue.next_of(&account, desk.now) {
        Some(next) => left.min(next.since(desk.now).as_secs() + 1),
        None => left,
    };
    Ok(Given::Hold { secs })
}
