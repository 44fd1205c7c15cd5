//! News that a customer asked for on Messenger: a token by which the business may write at any time.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::desk::Desk;
use crate::sandbox::graph::Fault;
use crate::sandbox::page::Kind;
use crate::sandbox::page::acts::told;

/// For how long a token holds.
const HOLDS: Duration = Duration::from_secs(270 * 24 * 3_600);
/// Where tokens stand among what an account keeps.
const PLACE: &str = "news/";

/// A customer asks for news, or wants no more.
pub fn wanted(desk: &mut Desk<'_>, customer: &str, on: bool) {
    let held = desk.account.kept.iter().find_map(|(place, held)| {
        let token = place.strip_prefix(PLACE)?;
        (held["customer"] == customer).then(|| token.to_owned())
    });
    let is_known = held.is_some();
    let token = held.unwrap_or_else(|| desk.digits(19));
    let kept = json!({"customer": customer, "stopped": !on});
    desk.account.kept.insert(format!("{PLACE}{token}"), kept);
    let mut optin = json!({
        "type": "notification_messages",
        "notification_messages_token": token,
        "notification_messages_timezone": "America/Sao_Paulo",
        "token_expiry_timestamp": desk.now.plus(HOLDS).as_millis(),
        "user_token_status": "NOT_REFRESHED",
    });
    match (on, is_known) {
        (true, false) => {
            optin["title"] = "News from us".into();
            optin["payload"] = "NEWS".into();
        }
        (true, true) => optin["notification_messages_status"] = "RESUME_NOTIFICATIONS".into(),
        (false, _) => optin["notification_messages_status"] = "STOP_NOTIFICATIONS".into(),
    }
    told(desk, Kind::Messenger, customer, "optin", &optin);
}

/// Whom a token leads to; none where the recipient is named otherwise.
///
/// # Errors
/// Nobody asked for it, or wants it any more.
pub fn subscriber(desk: &Desk<'_>, recipient: &Value) -> Result<Option<String>, Fault> {
    let Some(token) = recipient["notification_messages_token"].as_str() else {
        return Ok(None);
    };
    let wrong = |sentence: &str| Fault::parameter(sentence).within(2_018_307);
    let held = desk.account.kept.get(&format!("{PLACE}{token}"));
    let held = held.ok_or_else(|| wrong("The notification messages token is not valid"))?;
    if held["stopped"] == true {
        return Err(wrong("The user has opted out of notification messages"));
    }
    Ok(held["customer"].as_str().map(str::to_owned))
}
