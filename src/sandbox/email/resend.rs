//! Resend: mail with keys that make it one, webhooks proved as Svix proves them, and mail to the
//! business that is told of and then asked for.

mod check;
mod hooks;
#[cfg(test)]
mod tests;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Reached;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter::News;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mailbox::Service;
use crate::sandbox::faults::Fate;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

const KEY_MAX: usize = 256;
/// How long a key names the same mail.
const KEY_SPAN_SECS: i64 = 24 * 3_600;
/// Where the files of mail to the business are fetched, below the vendor's own addresses.
const FILES: &str = "files";

/// The vendor.
#[derive(Debug)]
pub struct Resend;

/// A refusal in Resend's words.
fn fault(status: u16, name: &str, sentence: &str) -> HttpReply {
    call::json(
        status,
        &json!({"statusCode": status, "name": name, "message": sentence}),
    )
}

/// The proof of a webhook as Svix makes it. The secret is what follows `whsec_`.
#[must_use]
pub fn signature(secret: &str, id: &str, at: &str, body: &str) -> String {
    let key = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD.decode(key).unwrap_or_default();
    let proof = sign(&key, format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(proof))
}

impl Vendor for Resend {
    fn name(&self) -> &'static str {
        "resend"
    }

    fn channel(&self) -> &'static str {
        "email"
    }

    fn title(&self) -> &'static str {
        "Email, Resend"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("fromEmail").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        mailbox::ACTS
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| format!("{}/{name}", account.id);
        let key = format!("re_{}", seed.token(&what("key"), 32));
        let secret = seed.hex(&what("signing"), 24);
        account.keys.insert("token", key);
        account
            .keys
            .insert("signingKey", format!("whsec_{}", STANDARD.encode(secret)));
        mailbox::open(account, seed, "Camila Duarte", "camila@duarte.example");
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let mut settings = mailbox::settings(account, self.name(), base);
        settings.extend([
            ("resendApiKey", account.key("token").to_owned()),
            ("resendWebhookSecret", account.key("signingKey").to_owned()),
        ]);
        settings
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        // Links to files carry their own key.
        match call.path.strip_prefix(FILES) {
            Some(_) => call.query("account").as_deref() == Some(&account.id),
            None => call.bearer() == Some(account.key("token")),
        }
    }

    fn stranger(&self, call: &Call) -> HttpReply {
        match call.bearer() {
            Some(_) => fault(403, "invalid_api_key", "API key is invalid"),
            None => fault(
                401,
                "missing_api_key",
                "Missing API key in the authorization header",
            ),
        }
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        let parts = call.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let reply = match (call.method, parts.as_slice()) {
            (Method::Post, ["emails"]) => self.once(desk, call),
            (Method::Get, ["emails", "receiving", id]) => hooks::received(desk, id),
            (Method::Get, ["emails", "receiving", id, "attachments"]) => hooks::files(desk, id),
            (Method::Get, ["emails", "receiving", id, "attachments", file]) => {
                hooks::file(desk, id, file)
            }
            (Method::Get, ["emails", id]) => hooks::sent(desk, id),
            (Method::Get, ["domains"]) => {
                let own = desk.account.key("domain");
                let domain = json!({"id": "d91cd9bd-1176-453e-8fc1-35364d380206", "name": own,
                    "status": "verified", "region": "us-east-1", "created_at": desk.now.to_string()});
                call::json(200, &json!({"object": "list", "data": [domain]}))
            }
            (_, ["webhooks", rest @ ..]) => hooks::webhooks(desk, call, rest),
            (Method::Get, [FILES, id]) => match desk.file(id) {
                Some(file) => HttpReply {
                    status: 200,
                    headers: Headers::default().with("content-type", file.mime_type.clone()),
                    body: file.bytes.to_vec(),
                },
                None => call::text(
                    403,
                    "application/xml",
                    "<Error><Code>AccessDenied</Code></Error>",
                ),
            },
            _ => fault(404, "not_found", "The requested endpoint does not exist"),
        };
        reply.into()
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(secs) => {
                let sentence = "Too many requests. You can only make 2 requests per second.";
                let mut reply = fault(429, "rate_limit_exceeded", sentence);
                reply.headers = reply
                    .headers
                    .with("retry-after", secs.to_string())
                    .with("ratelimit-limit", "2")
                    .with("ratelimit-remaining", "0")
                    .with("ratelimit-reset", secs.to_string());
                reply
            }
            Fate::Refused => fault(403, "invalid_api_key", "API key is invalid"),
            _ => fault(500, "application_error", "An unexpected error occurred."),
        }
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        if matches!(act, Act::Marketing(_)) {
            return Err(NotPossible::here("Resend", "list to leave"));
        }
        mailbox::act(self, desk, customer, act)
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        mailbox::reached(self, desk, customer, bubble, reached);
    }

    fn request(&self, account: &Account, event: &Event, now: Timestamp) -> Option<HttpRequest> {
        if let Some(press) = mailbox::one_click(event) {
            return Some(press);
        }
        let (id, url) = event.mark.split_once(' ')?;
        // The id stays; the moment is that of the attempt.
        let at = now.as_secs().to_string();
        let url = if url.is_empty() {
            &account.hook.url
        } else {
            url
        };
        if url.is_empty() {
            return None;
        }
        let secret = if account.faults.secret_changed {
            STANDARD.encode("a secret of somebody else")
        } else {
            account.key("signingKey").to_owned()
        };
        let (url, _) = mailbox::signed_in(account, url);
        let headers = Headers::default()
            .with("content-type", "application/json")
            .with("user-agent", "Svix-Webhooks/1.0")
            .with("svix-id", id)
            .with("svix-timestamp", at.as_str())
            .with("svix-signature", signature(&secret, id, &at, &event.body));
        Some(mailbox::post(url, headers, event.body.clone().into_bytes()))
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[5, 300, 1_800, 7_200, 18_000, 36_000, 36_000],
            give_up_after: Duration::from_secs(99_305),
            ordered: false,
        }
    }
}

impl Resend {
    /// Takes a mail; the same key names the same mail for a day.
    fn once(&self, desk: &mut Desk<'_>, call: &Call) -> HttpReply {
        let Some(key) = call.headers.get("idempotency-key") else {
            return self.send(desk, call);
        };
        if key.is_empty() || key.len() > KEY_MAX {
            let sentence = "The idempotency key must be between 1-256 chars.";
            return fault(400, "invalid_idempotency_key", sentence);
        }
        let place = format!("key/{key}");
        let print = hex(&digest(call.bytes()));
        if let Some(known) = desk.account.kept.get(&place) {
            let age = desk.now.as_secs() - known["at"].as_i64().unwrap_or(0);
            if age < KEY_SPAN_SECS {
                if known["print"] == print.as_str() {
                    return call::json(200, &json!({ "id": known["id"] }));
                }
                let sentence = "This idempotency key has been used on a request with a different body \
                                in the last 24 hours.";
                return fault(409, "invalid_idempotent_request", sentence);
            }
        }
        let reply = self.send(desk, call);
        if reply.status == 200 {
            let told: Value = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
            let known = json!({"id": told["id"], "print": print, "at": desk.now.as_secs()});
            desk.account.kept.insert(place, known);
        }
        reply
    }

    fn send(&self, desk: &mut Desk<'_>, call: &Call) -> HttpReply {
        let mut sent = match check::checked(desk, call) {
            Ok(sent) => sent,
            Err(refusal) => return refusal,
        };
        let id = mailbox::uuid(desk);
        // The carrier gives the mail its id.
        sent.mail.message_id = format!("0100{}-000000@email.amazonses.com", desk.hex(20));
        sent.tag["id"] = id.clone().into();
        sent.tag["message_id"] = format!("<{}>", sent.mail.message_id).into();
        sent.tag["from"] = sent.mail.from.to_string().into();
        sent.tag["subject"] = sent.mail.subject.clone().into();
        sent.tag["at"] = desk.now.to_string().into();
        let place = format!("sent/{id}");
        desk.account.kept.insert(place, sent.tag.clone());
        mailbox::carry(self, desk, sent, &id);
        call::json(200, &json!({ "id": id }))
    }
}

impl Service for Resend {
    fn tell(&self, desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
        hooks::tell(desk, to, tag, news, after);
    }

    fn pass_on(&self, desk: &mut Desk<'_>, customer: &str, written: &Written) {
        hooks::pass_on(desk, customer, written);
    }
}
