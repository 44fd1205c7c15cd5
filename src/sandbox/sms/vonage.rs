//! Vonage: its older SMS interface and the newer one for messages of all kinds, each with its own
//! proof of webhooks.

mod application;
mod classic;
mod newer;
#[cfg(test)]
mod tests;

use std::time::Duration;

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use sha2::Sha256;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::jwt;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Reached;
use crate::sandbox::desk::Desk;
use crate::sandbox::faults::Fate;
use crate::sandbox::files::Chosen;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;
use crate::sandbox::sms::files;
use crate::sandbox::sms::line;
use crate::sandbox::sms::line::Keywords;
use crate::sandbox::sms::segments;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

const TEXT_MAX: usize = 3_200;
const POST_TIMEOUT: Duration = Duration::from_secs(10);
/// What marks a webhook of the newer interface.
const NEWER: &str = "v1 ";

/// What is kept while webhooks are those of an application.
const APPLICATION: &str = "application";

/// The vendor.
#[derive(Debug)]
pub struct Vonage;

/// The proof of the older interface: its values, sorted, under the secret.
#[must_use]
pub fn signature(secret: &str, values: &Map<String, Value>) -> String {
    let mut pairs: Vec<(&String, String)> = values
        .iter()
        .filter(|(name, _)| *name != "sig")
        .map(|(name, value)| {
            (
                name,
                value.as_str().unwrap_or_default().replace(['&', '='], "_"),
            )
        })
        .collect();
    pairs.sort();
    let mut text = String::new();
    for (name, value) in &pairs {
        for part in ["&", name.as_str(), "=", value.as_str()] {
            text.push_str(part);
        }
    }
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn date(desk: &Desk<'_>) -> String {
    desk.now
        .calendar()
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

fn bare(number: &str) -> &str {
    number.trim_start_matches('+')
}

/// Name and secret, wherever a call carries them.
fn login(call: &Call) -> Option<(String, String)> {
    if let Some(basic) = call.basic() {
        return Some(basic);
    }
    let fields = call.fields();
    let get = |name: &str| {
        let inside = fields.iter().find(|(known, _)| known == name);
        call.query(name)
            .or_else(|| inside.map(|(_, value)| value.clone()))
    };
    Some((get("api_key")?, get("api_secret")?))
}

impl Vendor for Vonage {
    fn name(&self) -> &'static str {
        "vonage"
    }

    fn channel(&self) -> &'static str {
        "sms"
    }

    fn title(&self) -> &'static str {
        "SMS, Vonage"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("phoneNumber").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        &["send", "block"]
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| format!("{}/{name}", account.id);
        account.keys.extend([
            ("apiKey", seed.hex(&what("key"), 8)),
            ("token", seed.token(&what("secret"), 16)),
            ("signatureSecret", seed.token(&what("signature"), 40)),
            ("applicationId", application::id(seed, &account.id)),
        ]);
        line::open(account, seed, "Emma Fischer");
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let key = |name: &str| account.key(name).to_owned();
        vec![
            ("provider", "vonage".to_owned()),
            ("phoneNumber", key("phoneNumber")),
            ("apiKey", key("apiKey")),
            ("apiSecret", key("token")),
            ("signatureSecret", key("signatureSecret")),
            ("signatureMethod", "sha256".to_owned()),
            ("applicationId", key("applicationId")),
            ("privateKey", application::KEY.to_owned()),
            ("restBaseUrl", base.to_owned()),
            ("apiBaseUrl", base.to_owned()),
        ]
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        let parts = call.segments();
        if parts.first().is_some_and(|part| part == "files") {
            // Where files of customers lie, anybody may open them who knows the address.
            return parts.get(1).is_some_and(|part| *part == account.id);
        }
        if call.bearer().is_some() {
            return application::is_of(call, account);
        }
        login(call).is_some_and(|(name, secret)| {
            name == account.key("apiKey") && secret == account.key("token")
        })
    }

    fn stranger(&self, call: &Call) -> HttpReply {
        if call.path == "sms/json" {
            return refused("4", "Bad Credentials");
        }
        newer::unknown()
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        if !application::holds(call, desk.now) {
            return newer::unknown().into();
        }
        let reply = match (call.method, call.path.as_str()) {
            (Method::Post, "sms/json") => classic::send(desk, call),
            (Method::Post, "v1/messages") => newer::send(desk, call),
            (Method::Get, "account/get-balance") => {
                call::json(200, &json!({"value": 10.28, "autoReload": false}))
            }
            (Method::Post, "account/settings") => {
                configure(desk, call);
                call::json(
                    200,
                    &json!({
                        "mo-callback-url": desk.account.hook.url, "max-outbound-request": 30,
                        "max-inbound-request": 30, "max-calls-per-second": 30,
                    }),
                )
            }
            (Method::Post, "number/update") => {
                configure(desk, call);
                call::json(
                    200,
                    &json!({"error-code": "200", "error-code-label": "success"}),
                )
            }
            (Method::Get, "account/numbers") => call::json(
                200,
                &json!({"count": 1, "numbers": [{
                    "country": "US", "msisdn": bare(desk.account.key("phoneNumber")),
                    "moHttpUrl": desk.account.hook.url, "type": "mobile-lvn",
                    "features": ["SMS", "MMS", "VOICE"],
                }]}),
            ),
            (Method::Get, path) if path.starts_with("files/") => newer::file(desk, path),
            _ => newer::problem(404, "Not Found", "There is no such address."),
        };
        reply.into()
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(secs) => call::later(
                newer::problem(429, "Rate Limit Hit", "Please wait, then retry."),
                secs,
            ),
            Fate::Refused => newer::problem(401, "Unauthorized", "Your credentials were revoked."),
            _ => newer::problem(
                500,
                "Internal Error",
                "There was an error processing your request.",
            ),
        }
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        if matches!(act, Act::Send { .. } | Act::Album { .. }) && !is_newer(desk.account) {
            return Err(NotPossible::here("this number", act.name()));
        }
        let Some(written) = line::written(desk, customer, act, Keywords::Business)? else {
            return Ok(());
        };
        if is_newer(desk.account) {
            newer::tell(desk, customer, &written);
            return Ok(());
        }
        let parts = segments::parts(&written.text);
        let reference = desk.digits(3);
        for (at, part) in parts.iter().enumerate() {
            let plain = segments::is_plain(&written.text);
            let keyword = written.text.split_whitespace().next().unwrap_or_default();
            let mut values = json!({
                "msisdn": bare(customer), "to": bare(desk.account.key("phoneNumber")),
                "messageId": desk.hex(16).to_uppercase(), "text": part,
                "type": if plain { "text" } else { "unicode" },
                "keyword": keyword.to_uppercase(), "api-key": desk.account.key("apiKey"),
                "message-timestamp": date(desk),
            });
            if parts.len() > 1 {
                values["concat"] = "true".into();
                values["concat-ref"] = reference.clone().into();
                values["concat-total"] = parts.len().to_string().into();
                values["concat-part"] = (at + 1).to_string().into();
            }
            desk.post(
                About::Customer,
                customer,
                "inbound message",
                values.to_string(),
            );
        }
        Ok(())
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        if reached == Reached::Delivered {
            receipt(desk, customer, bubble, "delivered");
        }
    }

    fn fetched(
        &self,
        desk: &mut Desk<'_>,
        customer: &str,
        bubble: &str,
        file: Result<&Chosen, &str>,
    ) {
        if files::check(files::VONAGE, file).is_ok() {
            receipt(desk, customer, bubble, "submitted");
            desk.sent(customer, bubble);
            return;
        }
        receipt(desk, customer, bubble, "rejected");
        if let Some(chat) = desk.chat_mut(customer) {
            chat.bubbles.retain(|known| known.id != bubble);
        }
    }

    fn request(&self, account: &Account, event: &Event, now: Timestamp) -> Option<HttpRequest> {
        let newer = event.mark.strip_prefix(NEWER);
        let url = newer.unwrap_or(&event.mark);
        let url = if url.is_empty() {
            account.hook.url.as_str()
        } else {
            url
        };
        if url.is_empty() {
            return None;
        }
        let secret = account.signing("signatureSecret");
        let mut headers = Headers::default().with("content-type", "application/json");
        let mut body = event.body.clone();
        let at = now.as_secs();
        let once = hex(&digest(format!("{body}{}", event.tries).as_bytes())[..16]);
        if newer.is_some() {
            let claims = json!({
                "iat": at, "jti": once, "iss": "Vonage",
                "payload_hash": hex(&digest(body.as_bytes())), "api_key": account.key("apiKey"),
            });
            let token = jwt::issue(&claims, secret.as_bytes());
            headers = headers.with("authorization", format!("Bearer {token}"));
        } else if let Ok(Value::Object(mut values)) = serde_json::from_str(&body) {
            values.insert("timestamp".to_owned(), at.to_string().into());
            values.insert("nonce".to_owned(), once.into());
            let proof = signature(&secret, &values);
            values.insert("sig".to_owned(), proof.into());
            body = Value::Object(values).to_string();
        }
        Some(HttpRequest {
            method: Method::Post,
            url: url.to_owned(),
            headers,
            authorization: None,
            body: body.into_bytes(),
            timeout: POST_TIMEOUT,
        })
    }

    fn pointed(&self, account: &mut Account) {
        account
            .kept
            .insert(APPLICATION.to_owned(), Value::Bool(true));
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[1, 5, 15, 60, 300],
            give_up_after: Duration::from_secs(24 * 3_600),
            ordered: false,
        }
    }
}

/// Whether the newer interface brings what customers write: its addresses are those of an application
/// and typed in by a person, while the older one is told the address of each number.
fn is_newer(account: &Account) -> bool {
    account.kept.contains_key(APPLICATION)
}

fn refused(status: &str, text: &str) -> HttpReply {
    call::json(
        200,
        &json!({"message-count": "1", "messages": [{"status": status, "error-text": text}]}),
    )
}

fn configure(desk: &mut Desk<'_>, call: &Call) {
    for (name, value) in call.fields() {
        match name.as_str() {
            "moCallBackUrl" | "moHttpUrl" => {
                desk.account.kept.remove(APPLICATION);
                desk.account.hook.url = value;
            }
            "drCallBackUrl" => {
                desk.account
                    .kept
                    .insert("receipts".to_owned(), value.into());
            }
            _ => {}
        }
    }
}

fn receipt(desk: &mut Desk<'_>, customer: &str, bubble: &str, status: &str) {
    let tag = desk
        .bubble(customer, bubble)
        .and_then(|bubble| bubble.tag.clone());
    let tag: Value = tag
        .and_then(|tag| serde_json::from_str(&tag).ok())
        .unwrap_or(Value::Null);
    receipt_of(desk, customer, &tag, status);
}

/// One receipt a part, to where the message asked, else to where the account says.
fn receipt_of(desk: &mut Desk<'_>, customer: &str, tag: &Value, status: &str) {
    let own = desk
        .account
        .kept
        .get("receipts")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let asked = tag["callback"].as_str().unwrap_or_default();
    let url = if asked.is_empty() { own } else { asked }.to_owned();
    if url.is_empty() {
        return;
    }
    let newer = tag["newer"] == true;
    let ids: Vec<String> = tag["ids"]
        .as_array()
        .map(|ids| {
            ids.iter()
                .filter_map(|id| id.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default();
    for id in ids {
        let values = if newer {
            let mut values = json!({
                "message_uuid": id, "to": bare(customer), "from": tag["from"],
                "timestamp": desk.now.to_string(), "status": status, "channel": "sms",
                "client_ref": tag["reference"],
            });
            if status == "rejected" {
                values["error"] = json!({"type": "https://developer.vonage.com/api-errors/messages#1260",
                    "title": 1_260, "detail": "Destination unreachable"});
            }
            values
        } else {
            json!({
                "msisdn": bare(customer), "to": tag["from"], "network-code": "23410",
                "messageId": id, "price": "0.0333", "status": status,
                "scts": desk.now.calendar().strftime("%y%m%d%H%M").to_string(),
                "err-code": if status == "delivered" { "0" } else { "1" },
                "api-key": desk.account.key("apiKey"), "client-ref": tag["reference"],
                "message-timestamp": date(desk),
            })
        };
        let event = Event {
            account: desk.account.id.clone(),
            lane: customer.to_owned(),
            about: About::Receipt,
            title: format!("receipt {status}"),
            body: values.to_string(),
            mark: if newer {
                format!("{NEWER}{url}")
            } else {
                url.clone()
            },
            tries: 0,
        };
        desk.post_event(Duration::from_millis(100), &event);
    }
}
