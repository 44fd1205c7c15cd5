//! What the business can look at: its numbers, its messages and the files in them.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::desk::Desk;
use crate::sandbox::sms::files;

/// The number of the account.
#[must_use]
pub fn number(desk: &Desk<'_>) -> Value {
    json!({
        "sid": desk.account.key("phoneSid"), "phone_number": desk.account.key("phoneNumber"),
        "sms_url": desk.account.hook.url, "sms_method": "POST", "sms_application_sid": "",
        "capabilities": {"sms": true, "mms": true, "voice": true},
    })
}

/// The numbers of the account that were asked for.
#[must_use]
pub fn numbers(desk: &Desk<'_>, call: &Call) -> HttpReply {
    let asked = call.query("PhoneNumber");
    let ours = asked.is_none_or(|asked| asked == desk.account.key("phoneNumber"));
    let found: Vec<Value> = ours.then(|| number(desk)).into_iter().collect();
    call::json(200, &json!({ "incoming_phone_numbers": found }))
}

fn message(desk: &Desk<'_>, customer: &str, id: &str) -> Option<Value> {
    let bubble = desk.bubble(customer, id)?;
    let status = match bubble.reached {
        Reached::Taken => "sent",
        Reached::Delivered | Reached::Read => "delivered",
    };
    let media = i32::from(matches!(bubble.body, Body::File { .. }));
    let created = bubble.at.calendar();
    let created = created.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    Some(json!({
        "sid": id, "status": status, "to": customer, "from": desk.account.key("phoneNumber"),
        "body": bubble.body.words(), "direction": "outbound-api", "error_code": null,
        "account_sid": desk.account.key("accountSid"), "num_media": media.to_string(),
        "date_created": created, "date_sent": created,
    }))
}

/// A message of the business; none where there is none.
#[must_use]
pub fn shown(desk: &Desk<'_>, file: &str) -> Option<HttpReply> {
    let id = file.strip_suffix(".json")?;
    let holder = desk
        .account
        .chats
        .iter()
        .find(|(_, chat)| chat.bubble(id).is_some());
    Some(call::json(200, &message(desk, holder?.0, id)?))
}

/// The messages of the business, perhaps to one number.
#[must_use]
pub fn listed(desk: &Desk<'_>, call: &Call) -> HttpReply {
    let to = call.query("To");
    let chats = desk.account.chats.iter();
    let chats = chats.filter(|(id, _)| to.as_ref().is_none_or(|to| to == *id));
    let ours = chats.flat_map(|(id, chat)| chat.from(Side::Business).map(move |one| (id, one)));
    let mut ours: Vec<_> = ours.collect();
    ours.sort_by_key(|(_, bubble)| std::cmp::Reverse(bubble.at));
    let newest_first = ours.into_iter().take(50);
    let found: Vec<Value> = newest_first
        .filter_map(|(id, bubble)| message(desk, id, &bubble.id))
        .collect();
    call::json(
        200,
        &json!({"messages": found, "page": 0, "page_size": 50, "next_page_uri": null}),
    )
}

/// The bytes of a file that came in; none where there is none.
#[must_use]
pub fn fetch(desk: &Desk<'_>, media: &str) -> Option<HttpReply> {
    files::held(desk, media.strip_prefix("ME")?)
}
