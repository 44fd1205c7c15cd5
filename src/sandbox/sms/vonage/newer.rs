//! The newer interface, which has one shape for all kinds of messages.

use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Body;
use crate::sandbox::desk::Desk;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;
use crate::sandbox::sms::files;
use crate::sandbox::sms::line;
use crate::sandbox::sms::line::Written;
use crate::sandbox::sms::segments;

use super::NEWER;
use super::TEXT_MAX;
use super::bare;
use super::receipt_of;

/// What fits under a file.
const CAPTION_MAX: usize = 2_000;

/// A message of a customer; what came in parts is joined.
pub fn tell(desk: &mut Desk<'_>, customer: &str, written: &Written) {
    let text = written.text.as_str();
    let id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(desk.random.bytes::<16>());
    let keyword = text.split_whitespace().next().unwrap_or_default();
    let mut body = json!({
        "channel": "sms", "message_uuid": id, "to": bare(desk.account.key("phoneNumber")),
        "from": bare(customer), "timestamp": desk.now.to_string(), "message_type": "text",
        "text": text, "usage": {"currency": "EUR", "price": "0.0333"},
        "sms": {
            "num_messages": segments::parts(text).len().to_string(),
            "keyword": keyword.to_uppercase(),
        },
    });
    if let Some(file) = written.files.first() {
        let kind = desk.file(file).map(|file| file.mime_type.clone());
        let kind = match kind.unwrap_or_default().split('/').next() {
            Some(kind @ ("image" | "video" | "audio")) => kind.to_owned(),
            _ => "file".to_owned(),
        };
        let url = format!("{}/files/{}/{file}", desk.base, desk.account.id);
        body["channel"] = "mms".into();
        body["message_type"] = kind.clone().into();
        body[kind] = json!({"url": url, "caption": text});
        if let Some(fields) = body.as_object_mut() {
            fields.shift_remove("text");
            fields.shift_remove("sms");
        }
    }
    let event = Event {
        account: desk.account.id.clone(),
        lane: customer.to_owned(),
        about: About::Customer,
        title: "inbound message".to_owned(),
        body: body.to_string(),
        mark: NEWER.to_owned(),
        tries: 0,
    };
    desk.post_event(Duration::ZERO, &event);
}

/// The bytes of a file that a customer sent.
#[must_use]
pub fn file(desk: &Desk<'_>, path: &str) -> HttpReply {
    let id = path.rsplit('/').next().unwrap_or_default();
    files::held(desk, id).unwrap_or_else(|| problem(404, "Not Found", "There is no such file."))
}

/// What it says to whom it does not know.
#[must_use]
pub fn unknown() -> HttpReply {
    problem(
        401,
        "Unauthorized",
        "You did not provide correct credentials.",
    )
}

/// What it says when it does not do something.
#[must_use]
pub fn problem(status: u16, title: &str, detail: &str) -> HttpReply {
    call::json(
        status,
        &json!({
            "type": format!("https://developer.vonage.com/api-errors#{}", title.to_lowercase().replace(' ', "-")),
            "title": title, "detail": detail, "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
        }),
    )
}

/// The answer to a call that sends.
pub fn send(desk: &mut Desk<'_>, call: &Call) -> HttpReply {
    let body = Value::Object(call.json().unwrap_or_default());
    let get = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let invalid = |detail: &str| problem(422, "Invalid params", detail);
    let (to, from, kind) = (get("to"), get("from"), get("message_type"));
    if !line::is_number(&line::plussed(&to)) {
        return invalid("The value of `to` is not a valid number.");
    }
    if bare(&from) != bare(desk.account.key("phoneNumber")) {
        return invalid("The value of `from` is no number of yours.");
    }
    if bare(&from) == bare(&to) {
        return invalid("`to` and `from` are the same.");
    }
    let is_sms = kind == "text";
    if get("channel") != if is_sms { "sms" } else { "mms" } {
        return invalid("The value of `channel` does not carry this `message_type`.");
    }
    let (shown, link) = match kind.as_str() {
        "text" if get("text").is_empty() || get("text").chars().count() > TEXT_MAX => {
            return invalid("`text` has 1 to 3200 characters.");
        }
        "text" => (Body::text(get("text")), None),
        "image" | "video" | "audio" | "file" | "vcard" => {
            let url = body[&kind]["url"].as_str().unwrap_or_default();
            if !url.starts_with("http") {
                return invalid("`url` must be an address.");
            }
            let caption = body[&kind]["caption"].as_str().unwrap_or_default();
            if caption.chars().count() > CAPTION_MAX {
                return invalid("`caption` has at most 2000 characters.");
            }
            (line::with_file(url, caption), Some(url.to_owned()))
        }
        _ => return invalid("`message_type` is not known."),
    };
    let customer = line::plussed(&to);
    let id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(desk.random.bytes::<16>());
    let tag = json!({
        "callback": get("webhook_url"), "reference": get("client_ref"), "ids": [id], "newer": true,
        "from": from,
    });
    if !line::deliver(desk, &customer, &id, shown, Some(tag.to_string())) {
        receipt_of(desk, &customer, &tag, "rejected");
    } else if let Some(url) = link {
        desk.fetch(&customer, &id, &url);
    } else {
        receipt_of(desk, &customer, &tag, "submitted");
        desk.sent(&customer, &id);
    }
    call::json(202, &json!({ "message_uuid": id }))
}
