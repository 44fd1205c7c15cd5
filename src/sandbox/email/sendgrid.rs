//! SendGrid: mail through version 3 of its interface, events signed with an elliptic curve, and mail
//! to the business as a form.

mod check;
mod hooks;
#[cfg(test)]
mod tests;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::ECDSA_P256_SHA256_ASN1_SIGNING;
use ring::signature::EcdsaKeyPair;
use serde_json::Value;
use serde_json::json;

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
use crate::sandbox::email::form;
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

/// The key events are signed with: every sandbox's, for it proves nothing but that one's play.
const KEY: &[u8] = include_bytes!("keys/sendgrid.der");
/// The other half of it.
pub const PUBLIC_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERUgduu5OOC1bNJ+20eJKjTdNvLrAcDB6TzVQAw6pOvmfafuk12+BXEdhpdQn1cHon/oC2W4mmtuDDXB1KxII6w==";
/// What marks a mail to the business.
const PARSED: &str = "parse ";
/// What marks an event.
const EVENT: &str = "event ";

/// The vendor.
#[derive(Debug)]
pub struct SendGrid;

/// A refusal in SendGrid's words.
fn fault(status: u16, field: Option<&str>, sentence: &str) -> HttpReply {
    call::json(
        status,
        &json!({"errors": [{"message": sentence, "field": field, "help": null}]}),
    )
}

/// The proof of a webhook: over the time and the bytes as they travel.
fn signature(at: &str, body: &[u8]) -> String {
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, KEY, &random)
        .expect("the key is part of the program and is one");
    let signed = pair
        .sign(&random, &[at.as_bytes(), body].concat())
        .expect("the operating system gives randomness");
    STANDARD.encode(signed)
}

impl Vendor for SendGrid {
    fn name(&self) -> &'static str {
        "sendgrid"
    }

    fn channel(&self) -> &'static str {
        "email"
    }

    fn title(&self) -> &'static str {
        "Email, SendGrid"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("fromEmail").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        mailbox::ACTS
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| seed.token(&format!("{}/{name}", account.id), 43);
        let key = format!("SG.{}.{}", &what("id")[..22], what("key"));
        account.keys.insert("token", key);
        account.keys.insert("publicKey", PUBLIC_KEY.to_owned());
        mailbox::open(account, seed, "Hannah Weiss", "hannah@weiss.example");
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let mut settings = mailbox::settings(account, self.name(), base);
        settings.extend([
            ("apiKey", account.key("token").to_owned()),
            ("sendgridWebhookPublicKey", PUBLIC_KEY.to_owned()),
        ]);
        settings
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        call.bearer() == Some(account.key("token"))
    }

    fn stranger(&self, call: &Call) -> HttpReply {
        let sentence = match call.bearer() {
            Some(_) => "The provided authorization grant is invalid, expired, or revoked",
            None => "Permission denied, wrong credentials",
        };
        fault(401, None, sentence)
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        let parts = call.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        if let (Method::Post, ["v3", "mail", "send"]) = (call.method, parts.as_slice()) {
            return self.send(desk, call).into();
        }
        let Some(body) = call.json() else {
            return fault(400, None, "Bad Request").into();
        };
        let body = Value::Object(body);
        let reply = match (call.method, parts.as_slice()) {
            (Method::Get, ["v3", "scopes"]) => call::json(
                200,
                &json!({"scopes": [
                    "mail.send", "user.webhooks.event.settings.read",
                    "user.webhooks.event.settings.update", "user.webhooks.parse.settings.create",
                    "user.webhooks.parse.settings.read", "user.webhooks.parse.settings.update",
                ]}),
            ),
            (method, ["v3", "user", "webhooks", rest @ ..]) => {
                hooks::answer(desk, method, rest, &body)
            }
            (Method::Delete, ["v3", "suppression" | "asm", .., email]) => {
                desk.account
                    .kept
                    .remove(&format!("stopped/{}", email.to_lowercase()));
                call::text(204, "application/json", "")
            }
            _ => fault(404, None, "not found"),
        };
        reply.into()
    }

    fn disturbed(&self, fate: Fate, now: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(secs) => {
                let mut reply = fault(429, None, "too many requests");
                let reset = now.as_secs() + i64::from(secs);
                reply.headers = reply
                    .headers
                    .with("x-ratelimit-limit", "600")
                    .with("x-ratelimit-remaining", "0")
                    .with("x-ratelimit-reset", reset.to_string());
                reply
            }
            Fate::Refused => fault(
                401,
                None,
                "The provided authorization grant is invalid, expired, or revoked",
            ),
            _ => fault(500, None, "internal error"),
        }
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        mailbox::act(self, desk, customer, act)
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        mailbox::reached(self, desk, customer, bubble, reached);
    }

    fn request(&self, account: &Account, event: &Event, _: Timestamp) -> Option<HttpRequest> {
        if let Some(press) = mailbox::one_click(event) {
            return Some(press);
        }
        let parsed = event.mark.strip_prefix(PARSED);
        let at = parsed.or_else(|| event.mark.strip_prefix(EVENT))?;
        let place = if parsed.is_some() { "parse" } else { "event" };
        let url = hooks::target(account, place)?;
        let (url, authorization) = mailbox::signed_in(account, &url);
        let (kind, body) = if parsed.is_some() {
            let fields: Vec<Value> = serde_json::from_str(&event.body).unwrap_or_default();
            (form::content_type(), form::written(&fields))
        } else {
            (
                "application/json".to_owned(),
                event.body.clone().into_bytes(),
            )
        };
        let mut headers = Headers::default()
            .with("content-type", kind)
            .with("user-agent", "SendGrid Event API");
        if parsed.is_none() || hooks::signs_parsed(account) {
            // With the switch on, the proof is one of another moment.
            let proven = if account.faults.secret_changed {
                "0"
            } else {
                at
            };
            headers = headers
                .with(
                    "x-twilio-email-event-webhook-signature",
                    signature(proven, &body),
                )
                .with("x-twilio-email-event-webhook-timestamp", at);
        }
        if parsed.is_some() {
            headers = headers.with("authorization", authorization);
        }
        Some(mailbox::post(url, headers, body))
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[5, 30, 120, 600, 1_800, 3_600],
            give_up_after: Duration::from_secs(24 * 3_600),
            ordered: false,
        }
    }
}

impl SendGrid {
    fn send(&self, desk: &mut Desk<'_>, call: &Call) -> HttpReply {
        let mut sent = match check::checked(desk, call) {
            Ok(sent) => sent,
            Err(refusal) => return refusal,
        };
        let id = desk.random.base62(22);
        let suffix = format!("recvd-{}-1", desk.hex(10));
        for (at, one) in sent.iter_mut().enumerate() {
            one.tag["id"] = format!("{id}.{suffix}-{at}.0").into();
            if one.mail.message_id.is_empty() {
                one.mail.message_id = format!("{id}@geopod-ismtpd-1");
            }
        }
        for one in sent {
            mailbox::carry(self, desk, one, &id);
        }
        HttpReply {
            status: 202,
            headers: Headers::default().with("x-message-id", id),
            body: Vec::new(),
        }
    }
}

impl Service for SendGrid {
    fn tell(&self, desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
        hooks::tell(desk, to, tag, news, after);
    }

    fn pass_on(&self, desk: &mut Desk<'_>, customer: &str, written: &Written) {
        hooks::pass_on(desk, customer, written);
    }
}
