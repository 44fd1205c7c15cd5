//! What the three services of one company share: how calls prove themselves, how errors look, how
//! webhooks are written and signed.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::base::crypto::signed_in_hex;
use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::sandbox::account::Account;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::faults::Fate;
use crate::sandbox::queue::Event;
use crate::sandbox::vendor::Given;

/// The version whose shapes are spoken here.
pub const VERSION: &str = "v25.0";
/// How long a webhook may take.
const POST_TIMEOUT: Duration = Duration::from_secs(10);

/// An error as the vendor words it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The status of the answer.
    pub status: u16,
    /// The code.
    pub code: i64,
    /// The code within the code.
    pub subcode: Option<i64>,
    /// The sentence, without the code in front.
    pub message: String,
    /// A sentence for developers.
    pub details: Option<String>,
    /// A sentence for people.
    pub shown: Option<String>,
}

impl Fault {
    /// An error without a subcode.
    #[must_use]
    pub fn new(status: u16, code: i64, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            subcode: None,
            message: message.into(),
            details: None,
            shown: None,
        }
    }

    /// A parameter the vendor does not take.
    #[must_use]
    pub fn parameter(message: impl Into<String>) -> Self {
        Self::new(400, 100, message)
    }

    /// An id that does not exist or that the token may not see.
    #[must_use]
    pub fn no_object(id: &str) -> Self {
        Self::new(
            400,
            100,
            format!(
                "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due \
                 to missing permissions, or does not support this operation"
            ),
        )
        .within(33)
    }

    /// The same with a subcode.
    #[must_use]
    pub fn within(mut self, subcode: i64) -> Self {
        self.subcode = Some(subcode);
        self
    }

    /// The same with a sentence for developers.
    #[must_use]
    pub fn because(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// The same with a sentence for people.
    #[must_use]
    pub fn saying(mut self, shown: impl Into<String>) -> Self {
        self.shown = Some(shown.into());
        self
    }

    /// The answer that carries it.
    #[must_use]
    pub fn reply(&self, product: Option<&str>) -> HttpReply {
        let mut error = Map::new();
        let message = format!("(#{}) {}", self.code, self.message);
        error.insert("message".to_owned(), message.into());
        error.insert("type".to_owned(), "OAuthException".into());
        error.insert("code".to_owned(), self.code.into());
        if let Some(subcode) = self.subcode {
            error.insert("error_subcode".to_owned(), subcode.into());
        }
        if let Some(shown) = &self.shown {
            error.insert("error_user_title".to_owned(), self.message.clone().into());
            error.insert("error_user_msg".to_owned(), shown.clone().into());
        }
        if let Some(details) = &self.details {
            let data = match product {
                Some(product) => json!({"messaging_product": product, "details": details}),
                None => Value::from(details.clone()),
            };
            error.insert("error_data".to_owned(), data);
        }
        error.insert("fbtrace_id".to_owned(), trace(&error).into());
        answer(self.status, &json!({ "error": error }))
    }
}

/// A number to quote when asking the vendor; made of what it is about.
fn trace(error: &Map<String, Value>) -> String {
    let digest = sign(
        b"trace",
        Value::Object(error.clone()).to_string().as_bytes(),
    );
    format!("A{}", STANDARD.encode(&digest[..16]).trim_end_matches('='))
}

/// An answer with the headers every one of them has.
#[must_use]
pub fn answer(status: u16, body: &Value) -> HttpReply {
    let mut reply = call::json(status, body);
    reply.headers = reply
        .headers
        .with("facebook-api-version", VERSION)
        .with("x-fb-trace-id", "BsandboxTrace");
    reply
}

/// An answer with the headers that say how much of the allowance is used, where they are sent.
#[must_use]
pub fn counted(given: Given, account: &Account, business: &str, product: &str) -> Given {
    let percent = account.faults.usage_percent;
    let Given::Reply(mut reply) = given else {
        return given;
    };
    if percent > 0 {
        let app = json!({"call_count": percent, "total_time": 25, "total_cputime": 25});
        let business = json!({business: [{
            "type": product, "call_count": percent, "total_cputime": 1, "total_time": 1,
            "estimated_time_to_regain_access": 0,
        }]});
        reply.headers = reply
            .headers
            .with("x-app-usage", app.to_string())
            .with("x-business-use-case-usage", business.to_string());
    }
    Given::Reply(reply)
}

/// The token a call carries.
#[must_use]
pub fn token(call: &Call) -> Option<String> {
    let bearer = call.bearer().map(str::to_owned);
    bearer.or_else(|| call.query("access_token"))
}

/// The parts of the path behind the version.
#[must_use]
pub fn path(call: &Call) -> Vec<String> {
    let mut parts = call.segments();
    let versioned = parts.first().is_some_and(|first| {
        let number = first.strip_prefix('v').unwrap_or_default();
        number.split_once('.').is_some_and(|(major, minor)| {
            major.parse::<u8>().is_ok() && minor.parse::<u8>().is_ok()
        })
    });
    if versioned {
        parts.remove(0);
    }
    parts
}

/// Checks the proof of the secret, where a call carries one.
///
/// # Errors
/// It is wrong.
pub fn check_proof(call: &Call, account: &Account) -> Result<(), Fault> {
    let (Some(proof), Some(token)) = (call.query("appsecret_proof"), token(call)) else {
        return Ok(());
    };
    if signed_in_hex(
        account.key("appSecret").as_bytes(),
        token.as_bytes(),
        &proof,
    ) {
        return Ok(());
    }
    Err(Fault::parameter(
        "Invalid appsecret_proof provided in the API argument",
    ))
}

/// The token of the app itself.
#[must_use]
pub fn app_token(account: &Account) -> String {
    format!("{}|{}", account.key("appId"), account.key("appSecret"))
}

/// Whether a call of an app is about this account: about its token, or something it names.
#[must_use]
pub fn is_about(call: &Call, account: &Account) -> bool {
    match call.query("input_token") {
        Some(asked) => asked == account.key("token"),
        None => path(call)
            .first()
            .is_some_and(|first| account.keys.values().any(|key| key == first)),
    }
}

/// A token nobody gave out.
#[must_use]
pub fn bad_token() -> HttpReply {
    Fault::new(
        401,
        190,
        "Error validating access token: The access token could not be decrypted",
    )
    .reply(None)
}

/// The answer to a disturbed call.
#[must_use]
pub fn disturbed(fate: Fate, limit: &Fault) -> HttpReply {
    match fate {
        Fate::Limited(secs) => {
            let mut reply = limit.reply(None);
            reply.headers = reply.headers.with("retry-after", secs.to_string());
            reply
        }
        Fate::Refused => Fault::new(
            401,
            190,
            "Error validating access token: Session has expired",
        )
        .within(463)
        .reply(None),
        _ => Fault::new(500, 2, "Service temporarily unavailable").reply(None),
    }
}

/// What is known of a token.
#[must_use]
pub fn debug_token(desk: &Desk<'_>, call: &Call, scopes: &[&str], kind: &str) -> HttpReply {
    let account = &desk.account;
    let asked = call.query("input_token").unwrap_or_default();
    let is_valid = asked == account.key("token") && !account.faults.token_refused;
    let left = account.faults.token_ends_in;
    let ends = if left.is_zero() {
        0
    } else {
        desk.now.plus(left).as_secs()
    };
    let lacking = usize::from(account.faults.permission_missing);
    let scopes = scopes.get(lacking..).unwrap_or_default();
    answer(
        200,
        &json!({"data": {
            "app_id": account.key("appId"), "type": kind, "application": "Aurora Coffee",
            "data_access_expires_at": 0, "expires_at": ends, "is_valid": is_valid, "scopes": scopes,
            "granular_scopes": [],
        }}),
    )
}

/// The app's own token, for whoever knows its secret.
#[must_use]
pub fn access_token(call: &Call, account: &Account) -> HttpReply {
    let given = call.query("client_secret").unwrap_or_default();
    if given != account.key("appSecret") {
        return Fault::new(400, 1, "Error validating client secret.").reply(None);
    }
    let token = app_token(account);
    answer(200, &json!({"access_token": token, "token_type": "bearer"}))
}

/// Text as it goes over the wire: ASCII alone, with slashes escaped. Signatures are made over this.
#[must_use]
pub fn escaped(value: &Value) -> String {
    let plain = value.to_string();
    let mut text = String::with_capacity(plain.len());
    for letter in plain.chars() {
        match letter {
            '/' => text.push_str("\\/"),
            letter if letter.is_ascii() => text.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let [high, low] = unit.to_be_bytes();
                    text.push_str("\\u");
                    text.push_str(&hex(&[high, low]));
                }
            }
        }
    }
    text
}

/// The request that carries a webhook.
#[must_use]
pub fn request(account: &Account, event: &Event, secret: &str) -> Option<HttpRequest> {
    if account.hook.url.is_empty() {
        return None;
    }
    let signature = hex(&sign(secret.as_bytes(), event.body.as_bytes()));
    let headers = Headers::default()
        .with("content-type", "application/json")
        .with("user-agent", "facebookexternalua")
        .with("facebook-api-version", VERSION)
        .with("x-hub-signature-256", format!("sha256={signature}"));
    Some(HttpRequest {
        method: Method::Post,
        url: account.hook.url.clone(),
        headers,
        authorization: None,
        body: event.body.clone().into_bytes(),
        timeout: POST_TIMEOUT,
    })
}

/// The number an address must say back to be taken.
const CHALLENGE: &str = "1158201444";

/// The question whether an address is the business's own.
#[must_use]
pub fn question(url: &str, verify_token: &str) -> HttpRequest {
    let fields = [
        ("hub.mode", "subscribe"),
        ("hub.challenge", CHALLENGE),
        ("hub.verify_token", verify_token),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let joint = if url.contains('?') { '&' } else { '?' };
    HttpRequest {
        method: Method::Get,
        url: format!("{url}{joint}{}", call::form(&fields)),
        headers: Headers::default().with("user-agent", "facebookplatform/1.0"),
        authorization: None,
        body: Vec::new(),
        timeout: POST_TIMEOUT,
    }
}

/// Whether that was answered rightly.
#[must_use]
pub fn is_right(answer: &HttpReply) -> bool {
    answer.status == 200 && answer.body == CHALLENGE.as_bytes()
}

/// Why an address was not taken.
#[must_use]
pub fn not_verified(answer: Option<&HttpReply>) -> HttpReply {
    let said = answer.map_or(0, |answer| answer.status);
    Fault::parameter(format!(
        "Callback verification failed with the following errors: HTTP Status Code = {said}; HTTP \
         Message = the challenge was not echoed"
    ))
    .within(2_200_000)
    .reply(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_the_wire_is_signed_as_the_contract_computed_it() {
        let body = escaped(&json!({"object":"page","entry":[{"id":"1234567890",
            "time":1_458_692_752_478_i64,"messaging":[{"sender":{"id":"PSID_1"},
            "recipient":{"id":"1234567890"},"timestamp":1_458_692_752_478_i64,
            "message":{"mid":"m_TEST1","text":"Ol\u{e1} \u{1f600} https://example.com/a"}}]}]}));
        assert_eq!(body.len(), 251);
        assert_eq!(
            hex(&sign(b"0123456789abcdef0123456789abcdef", body.as_bytes())),
            "032e88aff7c7548fef2ba469cf15190e05ac80193ae91d8a5f3c266f0fa5e8aa"
        );
    }

    #[test]
    fn the_version_is_no_part_of_the_path() {
        let call = |path| call::tests::call(Method::Get, path, "", &Value::Null);
        assert_eq!(path(&call("v25.0/1/messages")), ["1", "messages"]);
        assert_eq!(path(&call("1/messages")), ["1", "messages"]);
        assert_eq!(path(&call("vote/1")), ["vote", "1"]);
    }
}
