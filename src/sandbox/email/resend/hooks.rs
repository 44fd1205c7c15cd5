//! Where Resend posts, and what: events, and word of mail to the business that is then asked for.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter::Bounce;
use crate::sandbox::email::letter::News;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mime;
use crate::sandbox::email::resend::FILES;
use crate::sandbox::email::resend::fault;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::KEPT;
use crate::sandbox::mail::Party;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;

const HOOKS: &str = "webhooks";
/// How long a link to a file works.
const LINK_SPAN: Duration = Duration::from_secs(3_600);

fn missing(what: &str) -> HttpReply {
    fault(404, "not_found", &format!("{what} not found"))
}

/// The webhooks of the account.
pub fn webhooks(desk: &mut Desk<'_>, call: &Call, rest: &[&str]) -> HttpReply {
    let kept = desk.account.kept.get(HOOKS).and_then(Value::as_array);
    let mut all = kept.cloned().unwrap_or_default();
    let reply = match (call.method, rest) {
        (Method::Get, []) => {
            return call::json(
                200,
                &json!({"object": "list", "has_more": false, "data": all}),
            );
        }
        (Method::Post, []) => {
            let Some(body) = call.json() else {
                return fault(
                    400,
                    "validation_error",
                    "The request body is not valid JSON.",
                );
            };
            let body = Value::Object(body);
            let events = body["events"].as_array().map_or(0, Vec::len);
            let endpoint = body["endpoint"].as_str().unwrap_or_default();
            if !endpoint.starts_with("http") || events == 0 {
                let sentence = "The `endpoint` must be an address and `events` must not be empty.";
                return fault(422, "validation_error", sentence);
            }
            let id = mailbox::uuid(desk);
            all.push(
                json!({"id": id, "endpoint": endpoint, "events": body["events"],
                "status": "enabled", "created_at": desk.now.to_string()}),
            );
            let secret = desk.account.key("signingKey");
            call::json(
                201,
                &json!({"object": "webhook", "id": id, "signing_secret": secret}),
            )
        }
        (Method::Get | Method::Patch, [id]) => {
            let Some(hook) = all.iter_mut().find(|hook| hook["id"] == *id) else {
                return missing("Webhook");
            };
            let body = call.json().unwrap_or_default();
            for name in ["endpoint", "events", "status"] {
                if let Some(value) = body.get(name) {
                    hook[name] = value.clone();
                }
            }
            let mut shown = hook.clone();
            shown["object"] = "webhook".into();
            shown["signing_secret"] = desk.account.key("signingKey").into();
            call::json(200, &shown)
        }
        (Method::Delete, [id]) => {
            all.retain(|hook| hook["id"] != *id);
            call::json(
                200,
                &json!({"object": "webhook", "id": id, "deleted": true}),
            )
        }
        _ => missing("Webhook"),
    };
    desk.account.kept.insert(HOOKS.to_owned(), all.into());
    reply
}

/// Posts to every webhook that hears of a kind, or to the one address a person set.
fn post(desk: &mut Desk<'_>, lane: &str, about: About, kind: &str, data: &Value, after: Duration) {
    let at = desk.now.plus(after);
    let body = json!({"type": kind, "created_at": at.to_string(), "data": data}).to_string();
    let kept = desk.account.kept.get(HOOKS).and_then(Value::as_array);
    let urls: Vec<String> = match kept {
        Some(all) if !all.is_empty() => {
            let hears = |hook: &&Value| {
                let events = hook["events"].as_array();
                events.is_some_and(|events| events.iter().any(|event| event == kind))
            };
            let its = all.iter().filter(hears);
            its.filter_map(|hook| hook["endpoint"].as_str().map(str::to_owned))
                .collect()
        }
        _ => vec![String::new()],
    };
    for url in urls {
        let event = Event {
            account: desk.account.id.clone(),
            lane: lane.to_owned(),
            about,
            title: kind.to_owned(),
            body: body.clone(),
            mark: format!("msg_{} {url}", desk.random.base62(27)),
            tries: 0,
        };
        desk.post_event(after, &event);
    }
}

/// Tells what became of a mail.
pub fn tell(desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
    let at = desk.now.plus(after).to_string();
    let reader = json!({"ipAddress": "203.0.113.7", "timestamp": at, "userAgent": "Sandbox/1.0"});
    let (kind, name, what) = match news {
        News::Taken => ("email.sent", "", Value::Null),
        News::Delivered => ("email.delivered", "", Value::Null),
        News::Opened => ("email.opened", "open", reader),
        News::Followed(url) => {
            let mut click = reader;
            click["link"] = url.into();
            ("email.clicked", "click", click)
        }
        News::Bounced(Bounce::Full) => ("email.delivery_delayed", "", Value::Null),
        News::Bounced(Bounce::Suppressed) => (
            "email.suppressed",
            "suppressed",
            json!({"message": Bounce::Suppressed.said(), "type": "OnAccountSuppressionList"}),
        ),
        News::Bounced(bounce) => (
            "email.bounced",
            "bounce",
            json!({"message": bounce.said(), "type": "Permanent", "subType": "General"}),
        ),
        News::Complained => ("email.complained", "", Value::Null),
        // The service keeps no list anybody could leave.
        News::Unsubscribed | News::Resubscribed => return,
    };
    let mut data = json!({
        "email_id": tag["id"], "message_id": tag["message_id"], "created_at": tag["at"],
        "from": tag["from"], "to": [to], "subject": tag["subject"], "tags": tag["tags"],
    });
    if !name.is_empty() {
        data[name] = what;
    }
    post(desk, to, About::Receipt, kind, &data, after);
}

/// A mail of the business.
pub fn sent(desk: &Desk<'_>, id: &str) -> HttpReply {
    match desk.account.kept.get(&format!("sent/{id}")) {
        Some(tag) => call::json(
            200,
            &json!({
                "object": "email", "id": id, "message_id": tag["message_id"], "to": tag["to"],
                "from": tag["from"], "created_at": tag["at"], "subject": tag["subject"],
                "last_event": "delivered",
            }),
        ),
        None => missing("Email"),
    }
}

fn place(id: &str) -> String {
    format!("received/{id}")
}

fn link(desk: &Desk<'_>, file: &str) -> String {
    format!("{}/{FILES}/{file}?account={}", desk.base, desk.account.id)
}

/// A mail to the business: who asks gets all of it.
pub fn received(desk: &Desk<'_>, id: &str) -> HttpReply {
    let Some(kept) = desk.account.kept.get(&place(id)) else {
        return missing("Email");
    };
    let mut body = kept["whole"].clone();
    let raw = kept["raw"].as_str().unwrap_or_default();
    body["raw"] = json!({
        "download_url": link(desk, raw), "expires_at": desk.now.plus(LINK_SPAN).to_string(),
    });
    call::json(200, &body)
}

fn linked(desk: &Desk<'_>, one: &Value) -> Value {
    let mut one = one.clone();
    let id = one["id"].as_str().unwrap_or_default().to_owned();
    one["object"] = "attachment".into();
    one["download_url"] = link(desk, &id).into();
    one["expires_at"] = desk.now.plus(LINK_SPAN).to_string().into();
    one
}

fn attachments(desk: &Desk<'_>, id: &str) -> Option<Vec<Value>> {
    let kept = desk.account.kept.get(&place(id))?;
    kept["whole"]["attachments"].as_array().cloned()
}

/// The files of a mail to the business.
pub fn files(desk: &Desk<'_>, id: &str) -> HttpReply {
    match attachments(desk, id) {
        Some(all) => {
            let all: Vec<Value> = all.iter().map(|one| linked(desk, one)).collect();
            call::json(
                200,
                &json!({"object": "list", "has_more": false, "data": all}),
            )
        }
        None => missing("Email"),
    }
}

/// One of them.
pub fn file(desk: &Desk<'_>, id: &str, file: &str) -> HttpReply {
    let all = attachments(desk, id).unwrap_or_default();
    match all.iter().find(|one| one["id"] == file) {
        Some(one) => call::json(200, &linked(desk, one)),
        None => missing("Attachment"),
    }
}

/// Tells of a mail to the business, and keeps it for whoever asks.
pub fn pass_on(desk: &mut Desk<'_>, customer: &str, written: &Written) {
    let mail = &written.mail;
    let id = mailbox::uuid(desk);
    let raw = desk.keep(
        Chosen {
            mime_type: "message/rfc822".to_owned(),
            filename: "mail.eml".to_owned(),
            bytes: Arc::from(written.raw.as_bytes()),
        },
        KEPT,
    );
    let files: Vec<Value> = written
        .files
        .iter()
        .map(|one| {
            let id = desk.keep(one.file.clone(), KEPT);
            let inline = one.content_id.is_some();
            json!({"id": id, "filename": one.file.filename, "content_type": one.file.mime_type,
                "content_disposition": if inline { "inline" } else { "attachment" },
                "content_id": one.content_id, "size": one.file.bytes.len()})
        })
        .collect();
    let listed = |parties: &[Party]| {
        parties
            .iter()
            .map(|party| party.email.clone())
            .collect::<Vec<_>>()
    };
    let own: Vec<String> = written
        .own
        .iter()
        .map(|party| party.email.clone())
        .collect();
    let message_id = format!("<{}>", mail.message_id);
    let at = written.at.to_string();
    let thin = json!({
        "email_id": id, "created_at": at, "from": mail.from.to_string(), "to": own,
        "cc": listed(&mail.cc), "bcc": [], "message_id": message_id, "subject": mail.subject,
        "attachments": files,
    });
    let headers = mime::headers(written.raw.as_bytes()).into_iter();
    let headers: serde_json::Map<String, Value> = headers
        .map(|(name, value)| (name.to_ascii_lowercase(), value.into()))
        .collect();
    let whole = json!({
        "object": "email", "id": id, "to": listed(&mail.to), "from": mail.from.to_string(),
        "created_at": at, "subject": mail.subject, "html": mail.html, "text": mail.text,
        "headers": headers, "bcc": [], "cc": listed(&mail.cc), "reply_to": [],
        "message_id": message_id, "attachments": files,
    });
    desk.account
        .kept
        .insert(place(&id), json!({"whole": whole, "raw": raw}));
    post(
        desk,
        customer,
        About::Customer,
        "email.received",
        &thin,
        Duration::ZERO,
    );
}
