//! Where SendGrid posts, and what: events one by one, mail to the business as a form.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::sandbox::account::Account;
use crate::sandbox::call;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::form;
use crate::sandbox::email::letter::Bounce;
use crate::sandbox::email::letter::News;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::sendgrid::EVENT;
use crate::sandbox::email::sendgrid::PARSED;
use crate::sandbox::email::sendgrid::PUBLIC_KEY;
use crate::sandbox::email::sendgrid::fault;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;

const EVENTS: &str = "event settings";
const PARSE: &str = "parse settings";
const POLICY: &str = "security policy";
const POLICY_ID: &str = "6f1a2c44-0b55-4f5f-9a6d-2b1f1f6b7a10";

fn kept<'a>(account: &'a Account, name: &str) -> &'a Value {
    account.kept.get(name).unwrap_or(&Value::Null)
}

/// Where it posts: what the settings say, else what a person set for both.
#[must_use]
pub fn target(account: &Account, place: &str) -> Option<String> {
    let settings = kept(account, if place == "parse" { PARSE } else { EVENTS });
    let url = settings["url"].as_str().filter(|url| !url.is_empty());
    let url = url.unwrap_or(&account.hook.url);
    (!url.is_empty()).then(|| url.to_owned())
}

/// Whether mail to the business is signed too.
#[must_use]
pub fn signs_parsed(account: &Account) -> bool {
    kept(account, PARSE)["security_policy"] == POLICY_ID
}

/// The settings of the webhooks.
pub fn answer(desk: &mut Desk<'_>, method: Method, path: &[&str], body: &Value) -> HttpReply {
    match (method, path) {
        (Method::Get, ["event", "settings", "all"]) => {
            let known = kept(desk.account, EVENTS).clone();
            let all: Vec<Value> = [known].into_iter().filter(Value::is_object).collect();
            call::json(200, &json!({"max_allowed": 5, "webhooks": all}))
        }
        (Method::Get, ["event", "settings", ..]) => call::json(200, kept(desk.account, EVENTS)),
        (Method::Patch, ["event", "settings", "signed", ..]) => {
            let signed = json!({"public_key": PUBLIC_KEY});
            set(desk, EVENTS, &signed, 200);
            call::json(200, &json!({"id": "1", "public_key": PUBLIC_KEY}))
        }
        (Method::Post, ["event", "settings"]) => set(desk, EVENTS, body, 201),
        (Method::Patch, ["event", "settings", ..]) => set(desk, EVENTS, body, 200),
        (Method::Get, ["security", "policies"]) => {
            let known = kept(desk.account, POLICY).clone();
            let all: Vec<Value> = [known].into_iter().filter(Value::is_object).collect();
            call::json(200, &json!({ "policies": all }))
        }
        (Method::Post, ["security", "policies"]) => {
            let policy = json!({"id": POLICY_ID, "name": body["name"],
                "signature": {"public_key": PUBLIC_KEY}});
            desk.account.kept.insert(POLICY.to_owned(), policy.clone());
            call::json(200, &json!({ "policy": policy }))
        }
        (Method::Get, ["parse", "settings"]) => {
            let known = kept(desk.account, PARSE).clone();
            let all: Vec<Value> = [known].into_iter().filter(Value::is_object).collect();
            call::json(200, &json!({ "result": all }))
        }
        (Method::Post, ["parse", "settings"]) => parse(desk, body, 201),
        (Method::Get, ["parse", "settings", host]) => match kept(desk.account, PARSE) {
            known if known["hostname"] == *host => call::json(200, known),
            _ => fault(404, None, "not found"),
        },
        (Method::Patch, ["parse", "settings", host]) => {
            if kept(desk.account, PARSE)["hostname"] != *host {
                return fault(404, None, "not found");
            }
            parse(desk, body, 200)
        }
        _ => fault(404, None, "not found"),
    }
}

fn parse(desk: &mut Desk<'_>, body: &Value, status: u16) -> HttpReply {
    let policy = &body["security_policy"];
    let known = kept(desk.account, POLICY).is_object() && *policy == POLICY_ID;
    if !policy.is_null() && *policy != "" && !known {
        return fault(
            400,
            Some("security_policy"),
            "The security policy does not exist.",
        );
    }
    set(desk, PARSE, body, status)
}

fn set(desk: &mut Desk<'_>, place: &str, body: &Value, status: u16) -> HttpReply {
    if body["url"]
        .as_str()
        .is_some_and(|url| !url.is_empty() && !url.starts_with("http"))
    {
        return fault(400, Some("url"), "url must be a valid URL");
    }
    let mut settings = kept(desk.account, place).clone();
    if !settings.is_object() {
        settings = json!({"id": "1"});
    }
    if let (Value::Object(settings), Value::Object(body)) = (&mut settings, body) {
        settings.extend(body.clone());
    }
    desk.account.kept.insert(place.to_owned(), settings.clone());
    call::json(status, &settings)
}

/// What became of a mail, in SendGrid's words.
fn said(news: News<'_>) -> Value {
    match news {
        News::Taken => json!({"event": "processed"}),
        News::Delivered => json!({"event": "delivered", "response": "250 2.0.0 OK"}),
        News::Opened => json!({
            "event": "open", "sg_machine_open": false, "sg_content_type": "html",
            "useragent": "Sandbox/1.0", "ip": "203.0.113.7",
        }),
        News::Followed(url) => json!({
            "event": "click", "url": url, "url_offset": {"index": 0, "type": "html"},
            "useragent": "Sandbox/1.0", "ip": "203.0.113.7",
        }),
        News::Bounced(Bounce::Suppressed) => {
            json!({"event": "dropped", "reason": "Bounced Address"})
        }
        News::Bounced(Bounce::Full) => json!({
            "event": "deferred", "response": Bounce::Full.said(), "attempt": "1",
        }),
        News::Bounced(bounce) => json!({
            "event": "bounce", "type": "bounce", "status": bounce.code(), "reason": bounce.said(),
            "bounce_classification": "Invalid Address",
        }),
        News::Complained => json!({"event": "spamreport"}),
        News::Unsubscribed => json!({"event": "group_unsubscribe", "asm_group_id": 1}),
        News::Resubscribed => json!({"event": "group_resubscribe", "asm_group_id": 1}),
    }
}

/// Tells what became of a mail.
pub fn tell(desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
    let at = desk.now.plus(after).as_secs();
    let mut body = json!({"email": to, "timestamp": at});
    if let (Value::Object(body), Value::Object(said)) = (&mut body, said(news)) {
        body.extend(said);
        body.insert("sg_event_id".to_owned(), desk.random.base62(22).into());
        body.insert("sg_message_id".to_owned(), tag["id"].clone());
        if !tag["categories"].is_null() {
            body.insert("category".to_owned(), tag["categories"].clone());
        }
        // They arrive beside the service's own fields.
        body.extend(tag["args"].as_object().cloned().unwrap_or_default());
    }
    let event = Event {
        account: desk.account.id.clone(),
        lane: to.to_owned(),
        about: About::Receipt,
        title: body["event"].as_str().unwrap_or_default().to_owned(),
        body: format!("{}\r\n", json!([body])),
        mark: format!("{EVENT}{at}"),
        tries: 0,
    };
    desk.post_event(after, &event);
}

/// Passes on a mail: as it travelled, unless the settings say that it is to be taken apart.
pub fn pass_on(desk: &mut Desk<'_>, customer: &str, written: &Written) {
    let mail = &written.mail;
    let own: Vec<&str> = written
        .own
        .iter()
        .map(|party| party.email.as_str())
        .collect();
    let envelope = json!({"to": own, "from": mail.from.email}).to_string();
    let domain = mail
        .from
        .email
        .rsplit_once('@')
        .map_or("", |(_, domain)| domain);
    let listed = |parties: &[crate::sandbox::mail::Party]| {
        let all: Vec<String> = parties.iter().map(ToString::to_string).collect();
        all.join(", ")
    };
    let mut fields = vec![
        form::text("to", listed(&mail.to)),
        form::text("cc", listed(&mail.cc)),
        form::text("from", mail.from.to_string()),
        form::text("subject", mail.subject.clone()),
        form::text("envelope", envelope),
        form::text("sender_ip", "203.0.113.7"),
        form::text("SPF", "pass"),
        form::text("dkim", format!("{{@{domain} : pass}}")),
        form::text("spam_score", "0.1"),
        form::text("spam_report", "Spam detection software has found nothing."),
        form::text(
            "charsets",
            r#"{"to":"UTF-8","from":"UTF-8","subject":"UTF-8","cc":"UTF-8","text":"UTF-8","html":"UTF-8"}"#,
        ),
    ];
    if kept(desk.account, PARSE)["send_raw"] == false {
        let head = written.raw.split("\r\n\r\n").next().unwrap_or_default();
        fields.push(form::text("headers", format!("{head}\r\n")));
        fields.push(form::text("text", mail.text.clone()));
        fields.push(form::text("html", mail.html.clone().unwrap_or_default()));
        fields.push(form::text("attachments", written.files.len().to_string()));
        let mut info = serde_json::Map::new();
        for (at, one) in written.files.iter().enumerate() {
            let name = format!("attachment{}", at + 1);
            let about = json!({"filename": one.file.filename, "name": one.file.filename,
                "type": one.file.mime_type});
            info.insert(name.clone(), about);
            fields.push(form::file(&name, &one.file));
        }
        fields.push(form::text(
            "attachment-info",
            Value::Object(info).to_string(),
        ));
    } else {
        fields.push(form::text("email", written.raw.clone()));
    }
    let event = Event {
        account: desk.account.id.clone(),
        lane: customer.to_owned(),
        about: About::Customer,
        title: "inbound parse".to_owned(),
        body: Value::Array(fields).to_string(),
        mark: format!("{PARSED}{}", written.at.as_secs()),
        tries: 0,
    };
    desk.post_event(Duration::ZERO, &event);
}
