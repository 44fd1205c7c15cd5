//! Where Mailgun posts, and what: events as JSON, mail to the business as a form.

use std::time::Duration;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::sandbox::account::Account;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::form;
use crate::sandbox::email::letter::Bounce;
use crate::sandbox::email::letter::News;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mailgun::fields;
use crate::sandbox::email::mailgun::said;
use crate::sandbox::email::mailgun::signature;
use crate::sandbox::email::mime;
use crate::sandbox::mail::Party;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;

const HOOKS: &str = "webhooks";
const ROUTES: &str = "routes";
const LOG: &str = "events";
/// Events that can be asked for later.
const LOG_MAX: usize = 300;
/// What is told of a mail that arrived.
pub const DELIVERED: &str = "delivered";
/// The names webhooks are registered by.
const IDS: [&str; 7] = [
    DELIVERED,
    "permanent_fail",
    "temporary_fail",
    "complained",
    "unsubscribed",
    "opened",
    "clicked",
];
/// How many addresses each of them may have.
const URLS_MAX: usize = 3;
const FORM: &str = "form ";
const JSON: &str = "json ";

fn kept<'a>(account: &'a Account, name: &str) -> &'a Value {
    account.kept.get(name).unwrap_or(&Value::Null)
}

fn field(call: &Call, name: &str) -> String {
    let found = fields(call).into_iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value).unwrap_or_default()
}

/// The webhooks of the domain.
pub fn webhooks(desk: &mut Desk<'_>, call: &Call, rest: &[&str]) -> HttpReply {
    let mut all: Map<String, Value> = kept(desk.account, HOOKS)
        .as_object()
        .cloned()
        .unwrap_or_default();
    let urls = |call: &Call| {
        let urls = fields(call).into_iter().filter(|(name, _)| name == "url");
        urls.map(|(_, url)| url).collect::<Vec<String>>()
    };
    let shown = |all: &Map<String, Value>, id: &str| json!({"message": "Webhook has been created", "webhook": all.get(id)});
    let reply = match (call.method, rest) {
        (Method::Get, []) => return call::json(200, &json!({ "webhooks": all })),
        (Method::Post, []) => {
            let id = field(call, "id");
            if !IDS.contains(&id.as_str()) {
                return said(400, &format!("Invalid webhook id: {id}"));
            }
            if all.contains_key(&id) {
                return said(400, "Webhook already exists");
            }
            let urls = urls(call);
            if urls.is_empty()
                || urls.len() > URLS_MAX
                || !urls.iter().all(|url| url.starts_with("http"))
            {
                return said(400, "Invalid webhook url");
            }
            all.insert(id.clone(), json!({ "urls": urls }));
            call::json(200, &shown(&all, &id))
        }
        (Method::Put, [id]) if all.contains_key(*id) => {
            all.insert((*id).to_owned(), json!({ "urls": urls(call) }));
            call::json(200, &shown(&all, id))
        }
        (Method::Delete, [id]) if all.remove(*id).is_some() => {
            said(200, "Webhook has been deleted")
        }
        _ => said(404, "Webhook not found"),
    };
    desk.account.kept.insert(HOOKS.to_owned(), all.into());
    reply
}

/// The routes of the account.
pub fn routes(desk: &mut Desk<'_>, call: &Call, rest: &[&str]) -> HttpReply {
    let mut all = kept(desk.account, ROUTES)
        .as_array()
        .cloned()
        .unwrap_or_default();
    let reply = match (call.method, rest) {
        (Method::Get, []) => {
            return call::json(200, &json!({"items": all, "total_count": all.len()}));
        }
        (Method::Post, []) => {
            let actions = fields(call)
                .into_iter()
                .filter(|(name, _)| name == "action");
            let actions: Vec<String> = actions.map(|(_, action)| action).collect();
            let expression = field(call, "expression");
            if actions.is_empty() || expression.is_empty() {
                return said(400, "expression and action parameters are required");
            }
            let route = json!({
                "id": desk.hex(24), "priority": 0, "description": field(call, "description"),
                "expression": expression, "actions": actions,
            });
            all.push(route.clone());
            call::json(
                200,
                &json!({"message": "Route has been created", "route": route}),
            )
        }
        (Method::Delete, [id]) => {
            all.retain(|route| route["id"] != *id);
            call::json(200, &json!({"message": "Route has been deleted", "id": id}))
        }
        _ => said(404, "Route not found"),
    };
    desk.account.kept.insert(ROUTES.to_owned(), all.into());
    reply
}

/// What was told of a mail, for whoever missed it.
pub fn events(desk: &Desk<'_>, call: &Call) -> HttpReply {
    let asked = call.query("message-id").unwrap_or_default();
    let asked = mime::bare_id(&asked);
    let kind = call.query("event").unwrap_or_default();
    let all = kept(desk.account, LOG)
        .as_array()
        .cloned()
        .unwrap_or_default();
    let its = all.into_iter().filter(|event| {
        let is_kind = kind.is_empty() || event["event"] == kind.as_str();
        is_kind && (asked.is_empty() || event["message"]["headers"]["message-id"] == asked.as_str())
    });
    let its: Vec<Value> = its.collect();
    call::json(
        200,
        &json!({"items": its, "paging": {"next": "", "previous": ""}}),
    )
}

/// The webhook's name, the event's, and what else it says.
fn told(news: News<'_>) -> (&'static str, Value) {
    let failed = |bounce: Bounce, severity: &str, code: u16| {
        json!({
            "event": "failed", "severity": severity,
            "reason": if bounce == Bounce::Suppressed { "suppress-bounce" } else { "bounce" },
            "delivery-status": {"code": code, "enhanced-code": bounce.code(),
                "message": bounce.said(), "description": "", "attempt-no": 1},
        })
    };
    let reader = json!({"client-name": "sandbox", "client-type": "mobile browser",
        "device-type": "mobile", "user-agent": "Sandbox/1.0"});
    match news {
        News::Taken => ("accepted", json!({"event": "accepted"})),
        News::Delivered => (
            DELIVERED,
            json!({"event": DELIVERED, "delivery-status": {"code": 250, "message": "OK",
                "attempt-no": 1}}),
        ),
        News::Opened => ("opened", json!({"event": "opened", "client-info": reader})),
        News::Followed(url) => (
            "clicked",
            json!({"event": "clicked", "url": url, "client-info": reader}),
        ),
        News::Bounced(Bounce::Full) => ("temporary_fail", failed(Bounce::Full, "temporary", 452)),
        News::Bounced(Bounce::Suppressed) => (
            "permanent_fail",
            failed(Bounce::Suppressed, "permanent", 605),
        ),
        News::Bounced(bounce) => ("permanent_fail", failed(bounce, "permanent", 550)),
        News::Complained => ("complained", json!({"event": "complained"})),
        News::Unsubscribed => ("unsubscribed", json!({"event": "unsubscribed"})),
        // Mailgun tells nobody that somebody wants mail again.
        News::Resubscribed => ("", Value::Null),
    }
}

/// Tells what became of a mail.
#[expect(
    clippy::cast_precision_loss,
    reason = "Mailgun writes moments as fractions of seconds"
)]
pub fn tell(desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
    let (id, said) = told(news);
    let Value::Object(said) = said else {
        return;
    };
    let at = desk.now.plus(after).as_millis() as f64 / 1_000.0;
    let mut data = json!({
        "id": desk.random.base62(22), "timestamp": at, "recipient": to,
        "recipient-domain": to.rsplit_once('@').map_or("", |(_, domain)| domain),
        "message": {"headers": {"message-id": tag["id"], "to": to}, "attachments": []},
        "user-variables": tag["variables"], "tags": tag["tags"], "log-level": "info",
    });
    if let Value::Object(data) = &mut data {
        data.extend(said);
    }
    let mut log = kept(desk.account, LOG)
        .as_array()
        .cloned()
        .unwrap_or_default();
    log.push(data.clone());
    if log.len() > LOG_MAX {
        log.remove(0);
    }
    desk.account.kept.insert(LOG.to_owned(), log.into());
    let hooks = kept(desk.account, HOOKS);
    let urls: Vec<String> = match hooks[id]["urls"].as_array() {
        Some(urls) => urls
            .iter()
            .filter_map(|url| url.as_str().map(str::to_owned))
            .collect(),
        // Nothing is registered: everything goes where a person said, but what has no webhook.
        None if hooks.is_null() && IDS.contains(&id) => vec![String::new()],
        None => Vec::new(),
    };
    for url in urls {
        let event = Event {
            account: desk.account.id.clone(),
            lane: to.to_owned(),
            about: About::Receipt,
            title: id.to_owned(),
            body: json!({"signature": stamp(desk), "event-data": data}).to_string(),
            mark: format!("{JSON}{url}"),
            tries: 0,
        };
        desk.post_event(after, &event);
    }
}

fn stamp(desk: &Desk<'_>) -> Value {
    let token = format!("{}{}", desk.hex(25), desk.hex(25));
    json!({"timestamp": desk.now.as_secs().to_string(), "token": token, "signature": ""})
}

/// The address, the content type and the body of a webhook with its proof.
#[must_use]
pub fn proven(account: &Account, event: &Event) -> Option<(String, String, Vec<u8>)> {
    let prove = |stamp: &Value| {
        let text = |name: &str| stamp[name].as_str().unwrap_or_default().to_owned();
        signature(
            &account.signing("signingKey"),
            &text("timestamp"),
            &text("token"),
        )
    };
    let or_hand = |url: &str| {
        if url.is_empty() {
            account.hook.url.clone()
        } else {
            url.to_owned()
        }
    };
    let mut body: Value = serde_json::from_str(&event.body).ok()?;
    if let Some(url) = event.mark.strip_prefix(JSON) {
        body["signature"]["signature"] = prove(&body["signature"]).into();
        let kind = "application/json".to_owned();
        return Some((or_hand(url), kind, body.to_string().into_bytes()));
    }
    let url = or_hand(event.mark.strip_prefix(FORM)?);
    let stamp = &body["signature"];
    let mut fields = body["fields"].as_array().cloned().unwrap_or_default();
    // The whole mail only goes to addresses that end in this word.
    let raw = url
        .split(['?', '#'])
        .next()
        .is_some_and(|path| path.ends_with("mime"));
    let left_out = if raw { "parsed" } else { "raw" };
    fields.retain(|field| field["only"] != left_out);
    for name in ["timestamp", "token"] {
        fields.push(form::text(name, stamp[name].as_str().unwrap_or_default()));
    }
    fields.push(form::text("signature", prove(stamp)));
    Some((url, form::content_type(), form::written(&fields)))
}

/// The addresses mail to the business is handed on to: those of the first route that fits, else the
/// one a person set.
fn handed_on(account: &Account, own: &Party) -> Vec<String> {
    let Some(routes) = kept(account, ROUTES).as_array() else {
        return vec![String::new()];
    };
    let inside = |text: &str| {
        let (_, rest) = text.split_once('(')?;
        let (inner, _) = rest.rsplit_once(')')?;
        Some(inner.trim_matches(['"', '\'']).to_owned())
    };
    let fits = |route: &Value| {
        let expression = route["expression"].as_str().unwrap_or_default();
        let pattern = inside(expression).unwrap_or_default();
        let matched = regex::Regex::new(&format!("^(?:{pattern})$"));
        expression == "catch_all()" || matched.is_ok_and(|known| known.is_match(&own.email))
    };
    let actions = routes.iter().find(|route| fits(route));
    let actions = actions.and_then(|route| route["actions"].as_array());
    let forwards = actions.into_iter().flatten().filter_map(|action| {
        let action = action.as_str()?;
        action
            .starts_with("forward")
            .then(|| inside(action))
            .flatten()
    });
    forwards.collect()
}

/// Passes on a mail.
pub fn pass_on(desk: &mut Desk<'_>, customer: &str, written: &Written) {
    let mail = &written.mail;
    let only = |mut field: Value, kind: &str| {
        field["only"] = kind.into();
        field
    };
    let head: Vec<Value> = mime::headers(written.raw.as_bytes())
        .into_iter()
        .map(|(name, value)| json!([name, value]))
        .collect();
    let stripped = mail.text.split("\n\nOn ").next().unwrap_or_default().trim();
    for own in &written.own {
        let mut fields = vec![
            form::text("recipient", own.email.clone()),
            form::text("sender", mail.from.email.clone()),
            form::text("from", mail.from.to_string()),
            form::text("subject", mail.subject.clone()),
            form::text("Message-Id", format!("<{}>", mail.message_id)),
            form::text("message-headers", Value::Array(head.clone()).to_string()),
            form::text("X-Mailgun-Sflag", "No"),
            form::text("X-Mailgun-Sscore", "-0.1"),
            form::text("X-Mailgun-Spf", "Pass"),
            only(form::text("body-mime", written.raw.clone()), "raw"),
            only(form::text("body-plain", mail.text.clone()), "parsed"),
            only(
                form::text("body-html", mail.html.clone().unwrap_or_default()),
                "parsed",
            ),
            only(form::text("stripped-text", stripped), "parsed"),
            only(
                form::text("attachment-count", written.files.len().to_string()),
                "parsed",
            ),
        ];
        for (at, one) in written.files.iter().enumerate() {
            fields.push(only(
                form::file(&format!("attachment-{}", at + 1), &one.file),
                "parsed",
            ));
        }
        let body = json!({"signature": stamp(desk), "fields": fields}).to_string();
        for url in handed_on(desk.account, own) {
            let event = Event {
                account: desk.account.id.clone(),
                lane: customer.to_owned(),
                about: About::Customer,
                title: "route".to_owned(),
                body: body.clone(),
                mark: format!("{FORM}{url}"),
                tries: 0,
            };
            desk.post_event(Duration::ZERO, &event);
        }
    }
}
