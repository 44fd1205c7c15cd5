//! Sending: what is taken, and what is refused with a number.

use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Body;
use crate::sandbox::desk::Desk;
use crate::sandbox::sms::line;
use crate::sandbox::sms::segments;

use super::fault;
use super::sent;
use super::status_to;

const BODY_MAX: usize = 1_600;
const MEDIA_MAX: usize = 10;

/// The answer to a call that sends.
///
/// # Errors
/// The refusal.
pub fn send(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, HttpReply> {
    let fields = call.fields();
    let get = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let media: Vec<&str> = fields
        .iter()
        .filter(|(name, _)| name == "MediaUrl")
        .map(|(_, value)| value.as_str())
        .collect();
    let (to, template) = (get("To"), get("ContentSid"));
    // What the template says is known to its account alone.
    let filled = format!("{template} {}", get("ContentVariables"));
    let body = if template.is_empty() {
        get("Body")
    } else {
        filled.trim()
    };
    let service = get("MessagingServiceSid");
    let checks = [
        (to.is_empty(), 21_604, "A 'To' phone number is required."),
        (!line::is_number(to), 21_211, "Invalid 'To' Phone Number"),
        (
            get("From").is_empty() && service.is_empty(),
            21_603,
            "A 'From' phone number is required",
        ),
        (
            service.is_empty() && get("From") != desk.account.key("phoneNumber"),
            21_606,
            "The 'From' phone number provided is not a valid, message-capable Twilio phone number",
        ),
        (
            !service.is_empty() && service != desk.account.key("serviceSid"),
            21_701,
            "The Messaging Service does not exist",
        ),
        (
            to == desk.account.key("phoneNumber"),
            21_266,
            "'To' and 'From' number cannot be the same",
        ),
        (
            body.is_empty() && media.is_empty(),
            21_602,
            "Message body is required.",
        ),
        (
            body.chars().count() > BODY_MAX,
            21_617,
            "The concatenated message body exceeds the 1600 character limit",
        ),
        (
            media.len() > MEDIA_MAX,
            21_623,
            "Number of media files exceeds allowed limit",
        ),
        (
            media.iter().any(|url| !url.starts_with("http")),
            21_620,
            "Invalid media URL(s)",
        ),
        (
            line::is_stopped(desk, to),
            21_610,
            "Attempt to send to unsubscribed recipient",
        ),
    ];
    if let Some((_, code, sentence)) = checks.into_iter().find(|(wrong, ..)| *wrong) {
        return Err(fault(400, code, sentence));
    }
    let kind = if media.is_empty() { "SM" } else { "MM" };
    let sid = format!("{kind}{}", desk.hex(32));
    let tag = Some(get("StatusCallback").to_owned()).filter(|url| !url.is_empty());
    let shown = match media.first() {
        Some(url) => line::with_file(url, body),
        None => Body::text(body),
    };
    if !line::deliver(desk, to, &sid, shown, tag.clone()) {
        status_to(desk, to, &sid, "sent", None, tag.clone());
        status_to(desk, to, &sid, "undelivered", Some(30_003), tag);
    } else if let Some((url, more)) = media.split_first() {
        line::deliver_more(desk, to, &sid, more);
        desk.fetch(to, &sid, url);
    } else {
        sent(desk, to, &sid);
    }
    Ok(call::json(
        201,
        &json!({
            "sid": sid, "status": if service.is_empty() { "queued" } else { "accepted" },
            "num_segments": segments::parts(body).len().to_string(),
            "num_media": media.len().to_string(), "to": to, "body": body, "error_code": null,
            "error_message": null, "account_sid": desk.account.key("accountSid"),
            "direction": "outbound-api",
        }),
    ))
}
