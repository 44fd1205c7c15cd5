//! How Vonage proves that a webhook is its own. sms.md sections 2.3 and 2.4.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::base::crypto::Hash;
use crate::base::crypto::digest;
use crate::base::crypto::hash;
use crate::base::crypto::hex;
use crate::base::crypto::same;
use crate::base::crypto::sign_with;
use crate::base::http::Webhook;
use crate::base::jwt;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::sms::form::Pairs;
use crate::model::outbound::Account;

/// How far the carrier's clock may be from ours, in seconds.
const SKEW_MAX_SECS: u64 = 300;

/// Checks `sig`: the pairs in the order of their names, hashed with the secret.
///
/// # Errors
/// [`NotGenuine`].
pub fn signature(
    account: &Account,
    secret: &str,
    hook: &Webhook,
    now: Timestamp,
) -> Result<(), NotGenuine> {
    let pairs = Pairs::of(hook);
    let claim = pairs.get("sig").ok_or(NotGenuine)?.to_ascii_lowercase();
    let sent: i64 = pairs
        .get("timestamp")
        .and_then(|text| text.parse().ok())
        .ok_or(NotGenuine)?;
    if now.as_secs().abs_diff(sent) > SKEW_MAX_SECS {
        return Err(NotGenuine);
    }
    let sorted: BTreeMap<&str, &str> = pairs.iter().filter(|(name, _)| *name != "sig").collect();
    let mut text = String::new();
    for (name, value) in sorted {
        let value = value.replace(['&', '='], "_");
        text.extend(["&", name, "=", &value]);
    }
    let key = secret.as_bytes();
    let signature = match account.text("signatureMethod").unwrap_or("md5hash") {
        "md5" => sign_with(Hash::Md5, key, text.as_bytes()),
        "sha1" => sign_with(Hash::Sha1, key, text.as_bytes()),
        "sha256" => sign_with(Hash::Sha256, key, text.as_bytes()),
        "sha512" => sign_with(Hash::Sha512, key, text.as_bytes()),
        _ => hash(Hash::Md5, format!("{text}{secret}").as_bytes()),
    };
    let genuine = same(hex(&signature).as_bytes(), claim.as_bytes());
    genuine.then_some(()).ok_or(NotGenuine)
}

/// What a signed token of the Messages API says.
#[derive(Debug, Deserialize)]
struct Claims {
    iat: i64,
    iss: String,
    payload_hash: String,
    api_key: String,
    #[serde(default)]
    jti: Option<String>,
}

/// The id of the token of a webhook, which no other has.
#[must_use]
pub fn id(secret: &str, hook: &Webhook) -> Option<String> {
    let token = hook.headers.get("authorization")?.strip_prefix("Bearer ")?;
    let claims: Claims = jwt::read(token, secret.as_bytes()).ok()?;
    claims.jti
}

/// Checks the token of a webhook of the Messages API.
///
/// # Errors
/// [`NotGenuine`].
pub fn token(
    account: &Account,
    secret: &str,
    hook: &Webhook,
    now: Timestamp,
) -> Result<(), NotGenuine> {
    let header = hook.headers.get("authorization").ok_or(NotGenuine)?;
    let token = header.strip_prefix("Bearer ").ok_or(NotGenuine)?;
    let claims: Claims = jwt::read(token, secret.as_bytes()).map_err(|_| NotGenuine)?;
    let fits = |body: &[u8]| {
        same(
            hex(&digest(body)).as_bytes(),
            claims.payload_hash.as_bytes(),
        )
    };
    // A proxy may have written the body anew.
    let compact = || {
        let value: Option<Value> = serde_json::from_slice(&hook.body).ok();
        value.is_some_and(|value| fits(value.to_string().as_bytes()))
    };
    let genuine = claims.iss == "Vonage"
        && Some(claims.api_key.as_str()) == account.text("apiKey")
        && now.as_secs().abs_diff(claims.iat) <= SKEW_MAX_SECS
        && (fits(&hook.body) || compact());
    genuine.then_some(()).ok_or(NotGenuine)
}
