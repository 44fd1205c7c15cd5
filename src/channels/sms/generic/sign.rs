//! How a carrier proves that a webhook is its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::crypto::same;
use crate::base::crypto::signed_in_hex;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::sms::form::Pairs;
use crate::channels::webchat::hook;

/// Any of the ways in which a program may prove that it knows the secret.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(secret: &str, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
    let key = secret.as_bytes();
    if hook.headers.get(hook::SIGNATURE).is_some() {
        return hook::verify(key, hook, now);
    }
    for name in ["X-Signature", "X-Hub-Signature-256"] {
        if let Some(claim) = hook.headers.get(name) {
            let claim = claim.strip_prefix("sha256=").ok_or(NotGenuine)?;
            let genuine = signed_in_hex(key, &hook.body, claim);
            return genuine.then_some(()).ok_or(NotGenuine);
        }
    }
    let given = match hook.headers.get("authorization") {
        Some(header) => match header.split_once(' ') {
            Some(("Bearer", token)) => token.to_owned(),
            Some(("Basic", pair)) => password(pair).ok_or(NotGenuine)?,
            _ => return Err(NotGenuine),
        },
        None => Pairs::decoded(hook.query.as_bytes()).text("token"),
    };
    same(key, given.as_bytes()).then_some(()).ok_or(NotGenuine)
}

fn password(pair: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(pair).ok()?).ok()?;
    let (_, password) = decoded.split_once(':')?;
    Some(password.to_owned())
}
