//! The server's set-up at Postmark, and what is posted to the addresses in it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::call;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter::Bounce;
use crate::sandbox::email::letter::News;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::postmark::STREAM;
use crate::sandbox::email::postmark::fault;
use crate::sandbox::email::postmark::moment;
use crate::sandbox::mail::Party;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;

const HOOKS: &str = "webhooks";
const INBOUND: &str = "inbound";
const RAW: &str = "raw";

fn kept<'a>(desk: &'a Desk<'_>, name: &str) -> &'a Value {
    desk.account.kept.get(name).unwrap_or(&Value::Null)
}

/// The server.
pub fn server(desk: &Desk<'_>) -> HttpReply {
    let domain = desk.account.key("domain");
    call::json(
        200,
        &json!({
            "ID": 1, "Name": desk.account.name, "Color": "purple", "DeliveryType": "Live",
            "ApiTokens": [desk.account.key("token")], "SmtpApiActivated": true,
            "RawEmailEnabled": kept(desk, RAW) == true,
            "InboundAddress": format!("inbound@{domain}"),
            "InboundHookUrl": kept(desk, INBOUND).as_str().unwrap_or_default(),
            "InboundDomain": domain, "InboundSpamThreshold": 0, "TrackOpens": false,
            "TrackLinks": "None",
        }),
    )
}

/// Changes the server.
pub fn change_server(desk: &mut Desk<'_>, body: &Value) -> HttpReply {
    for (name, place) in [("InboundHookUrl", INBOUND), ("RawEmailEnabled", RAW)] {
        if !body[name].is_null() {
            desk.account
                .kept
                .insert(place.to_owned(), body[name].clone());
        }
    }
    server(desk)
}

fn hooks(desk: &Desk<'_>) -> Vec<Value> {
    kept(desk, HOOKS).as_array().cloned().unwrap_or_default()
}

/// Every webhook.
pub fn list(desk: &Desk<'_>) -> HttpReply {
    call::json(200, &json!({ "Webhooks": hooks(desk) }))
}

/// One more webhook.
pub fn add(desk: &mut Desk<'_>, body: &Value) -> HttpReply {
    if !body["Url"]
        .as_str()
        .is_some_and(|url| url.starts_with("http"))
    {
        return fault(422, 606, "The webhook has no valid Url.");
    }
    if body["MessageStream"]
        .as_str()
        .is_some_and(|stream| stream != STREAM)
    {
        return fault(
            422,
            1_226,
            "The MessageStream does not exist on this server.",
        );
    }
    let mut all = hooks(desk);
    let id = all
        .iter()
        .filter_map(|hook| hook["ID"].as_u64())
        .max()
        .unwrap_or(0)
        + 1;
    let mut hook = body.clone();
    hook["ID"] = id.into();
    hook["MessageStream"] = STREAM.into();
    all.push(hook.clone());
    desk.account.kept.insert(HOOKS.to_owned(), all.into());
    call::json(200, &hook)
}

fn is(hook: &Value, id: &str) -> bool {
    hook["ID"]
        .as_u64()
        .is_some_and(|known| known.to_string() == id)
}

fn no_hook() -> HttpReply {
    fault(422, 602, "There is no webhook of this id.")
}

/// Changes a webhook.
pub fn change(desk: &mut Desk<'_>, id: &str, body: &Value) -> HttpReply {
    let mut all = hooks(desk);
    let Some(hook) = all.iter_mut().find(|hook| is(hook, id)) else {
        return no_hook();
    };
    for name in ["Url", "Triggers", "HttpAuth"] {
        if !body[name].is_null() {
            hook[name] = body[name].clone();
        }
    }
    let shown = hook.clone();
    desk.account.kept.insert(HOOKS.to_owned(), all.into());
    call::json(200, &shown)
}

/// Takes a webhook away.
pub fn remove(desk: &mut Desk<'_>, id: &str) -> HttpReply {
    let mut all = hooks(desk);
    let before = all.len();
    all.retain(|hook| !is(hook, id));
    if all.len() == before {
        return no_hook();
    }
    desk.account.kept.insert(HOOKS.to_owned(), all.into());
    call::json(
        200,
        &json!({"ErrorCode": 0, "Message": format!("Webhook {id} removed.")}),
    )
}

/// Carries mail to addresses again.
pub fn forgive(desk: &mut Desk<'_>, stream: &str, body: &Value) -> HttpReply {
    if stream != STREAM {
        return fault(
            422,
            1_226,
            "The MessageStream does not exist on this server.",
        );
    }
    let asked = body["Suppressions"].as_array().cloned().unwrap_or_default();
    let mut told = Vec::new();
    for one in asked {
        let email = one["EmailAddress"]
            .as_str()
            .unwrap_or_default()
            .to_lowercase();
        desk.account.kept.remove(&format!("stopped/{email}"));
        told.push(json!({"EmailAddress": email, "Status": "Deleted", "Message": null}));
    }
    call::json(200, &json!({ "Suppressions": told }))
}

/// Posts to every webhook that is triggered, or to the one address a person set.
fn post(desk: &mut Desk<'_>, to: &str, trigger: &str, body: &Value, after: Duration) {
    let mut urls: Vec<String> = hooks(desk)
        .iter()
        .filter(|hook| hook["Triggers"][trigger]["Enabled"] == true)
        .filter_map(|hook| hook["Url"].as_str().map(str::to_owned))
        .collect();
    if urls.is_empty() && hooks(desk).is_empty() {
        urls.push(String::new());
    }
    for url in urls {
        let event = Event {
            account: desk.account.id.clone(),
            lane: to.to_owned(),
            about: About::Receipt,
            title: body["RecordType"].as_str().unwrap_or_default().to_owned(),
            body: body.to_string(),
            mark: url,
            tries: 0,
        };
        desk.post_event(after, &event);
    }
}

/// Tells what became of a mail.
pub fn tell(desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
    let at = moment(desk.now.plus(after));
    let metadata = match &tag["metadata"] {
        Value::Null => json!({}),
        known => known.clone(),
    };
    let mut body = json!({
        "RecordType": "", "MessageID": tag["id"], "Recipient": to, "MessageStream": STREAM,
        "Tag": tag["tag"].as_str().unwrap_or_default(), "Metadata": metadata, "ServerID": 1,
    });
    let mut set = |pairs: Value| {
        if let (Value::Object(body), Value::Object(pairs)) = (&mut body, pairs) {
            body.extend(pairs);
        }
    };
    let reader = json!({
        "UserAgent": "Sandbox/1.0", "Platform": "Mobile", "FirstOpen": true, "ReceivedAt": at,
        "Client": {"Name": "Sandbox", "Company": "", "Family": "Sandbox"},
        "OS": {"Name": "Sandbox", "Company": "", "Family": "Sandbox"}, "Geo": {},
    });
    let trigger = match news {
        // Postmark says that it took a mail only in its answer.
        News::Taken => return,
        News::Delivered => {
            set(
                json!({"RecordType": "Delivery", "DeliveredAt": at, "Details": "Test server accepted"}),
            );
            "Delivery"
        }
        News::Opened => {
            set(json!({"RecordType": "Open"}));
            set(reader);
            "Open"
        }
        News::Followed(url) => {
            set(reader);
            set(json!({"RecordType": "Click", "OriginalLink": url, "ClickLocation": "HTML"}));
            "Click"
        }
        News::Bounced(bounce) => {
            set(bounced(bounce, to, &at, desk.random.below(1_000_000_000)));
            "Bounce"
        }
        News::Complained => {
            let id = desk.random.below(1_000_000_000);
            set(json!({
                "RecordType": "SpamComplaint", "ID": id, "Type": "SpamComplaint",
                "TypeCode": 512, "Name": "Spam complaint", "Email": to, "BouncedAt": at,
                "Description": "The subscriber explicitly marked this message as spam.",
                "Details": "", "Inactive": true, "CanActivate": false, "DumpAvailable": false,
            }));
            "SpamComplaint"
        }
        News::Unsubscribed | News::Resubscribed => {
            let off = news == News::Unsubscribed;
            set(json!({
                "RecordType": "SubscriptionChange", "Origin": "Recipient", "ChangedAt": at,
                "SuppressSending": off,
                "SuppressionReason": if off { json!("ManualSuppression") } else { Value::Null },
            }));
            "SubscriptionChange"
        }
    };
    post(desk, to, trigger, &body, after);
}

fn bounced(bounce: Bounce, to: &str, at: &str, id: u64) -> Value {
    let (kind, code, name, about) = match bounce {
        Bounce::Gone | Bounce::Suppressed => (
            "HardBounce",
            1,
            "Hard bounce",
            "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        ),
        Bounce::Full => (
            "SoftBounce",
            4_096,
            "Soft bounce",
            "Unable to temporarily deliver message (i.e. mailbox full, account disabled).",
        ),
    };
    let hard = kind == "HardBounce";
    json!({
        "RecordType": "Bounce", "ID": id, "Type": kind, "TypeCode": code, "Name": name,
        "Email": to, "BouncedAt": at, "Description": about,
        "Details": format!("smtp;{}", bounce.said()), "Inactive": hard, "CanActivate": hard,
        "DumpAvailable": false, "Subject": "", "From": "",
    })
}

fn full(party: &Party) -> Value {
    json!({"Email": party.email, "Name": party.name, "MailboxHash": hash(&party.email)})
}

/// What stands behind the plus.
fn hash(email: &str) -> &str {
    let local = email.split('@').next().unwrap_or_default();
    local.split_once('+').map_or("", |(_, hash)| hash)
}

/// Passes on a mail to the inbound address.
pub fn pass_on(
    desk: &mut Desk<'_>,
    customer: &str,
    written: &Written,
    headers: Vec<(String, String)>,
) {
    let mail = &written.mail;
    let listed = |parties: &[Party]| parties.iter().map(full).collect::<Vec<_>>();
    let joined = |parties: &[Party]| {
        let all: Vec<String> = parties.iter().map(ToString::to_string).collect();
        all.join(", ")
    };
    let own = written.own.first().map_or("", |party| party.email.as_str());
    let date = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("date"));
    let date = date.map_or_else(String::new, |(_, value)| value.clone());
    let headers: Vec<Value> = headers
        .into_iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    let files: Vec<Value> = written
        .files
        .iter()
        .map(|one| {
            json!({
                "Name": one.file.filename, "Content": STANDARD.encode(&one.file.bytes),
                "ContentType": one.file.mime_type, "ContentLength": one.file.bytes.len(),
                "ContentID": one.content_id.clone().unwrap_or_default(),
            })
        })
        .collect();
    let own_words = mail.text.split("\n\nOn ").next().unwrap_or_default().trim();
    let mut body = json!({
        "FromName": mail.from.name, "MessageStream": "inbound", "From": mail.from.email,
        "FromFull": full(&mail.from), "To": joined(&mail.to), "ToFull": listed(&mail.to),
        "Cc": joined(&mail.cc), "CcFull": listed(&mail.cc), "Bcc": "", "BccFull": [],
        "OriginalRecipient": own, "MailboxHash": hash(own), "Subject": mail.subject,
        "MessageID": mailbox::uuid(desk), "ReplyTo": "", "Date": date, "TextBody": mail.text,
        "HtmlBody": mail.html.clone().unwrap_or_default(), "StrippedTextReply": own_words,
        "Tag": "", "Headers": headers, "Attachments": files,
    });
    if *kept(desk, RAW) == true {
        body["RawEmail"] = written.raw.replace("\r\n", "\n").into();
    }
    let event = Event {
        account: desk.account.id.clone(),
        lane: customer.to_owned(),
        about: About::Customer,
        title: "Inbound".to_owned(),
        body: body.to_string(),
        mark: kept(desk, INBOUND).as_str().unwrap_or_default().to_owned(),
        tries: 0,
    };
    desk.post_event(Duration::ZERO, &event);
}
