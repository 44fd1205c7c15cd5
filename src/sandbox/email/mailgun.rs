//! Mailgun: one domain, mail as parts or as it travels, webhooks with an HMAC over a time and a
//! token, and routes that hand mail on.

mod check;
mod hooks;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

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
use crate::sandbox::email::letter::Sent;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mailbox::Service;
use crate::sandbox::faults::Fate;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

/// The answer to a call without the right key, which is no JSON.
const FORBIDDEN: &str = "Forbidden";

/// The vendor.
#[derive(Debug)]
pub struct Mailgun;

/// A sentence as Mailgun says it.
fn said(status: u16, sentence: &str) -> HttpReply {
    call::json(status, &json!({ "message": sentence }))
}

/// The proof of a webhook: it leaves the body out.
#[must_use]
pub fn signature(key: &str, at: &str, token: &str) -> String {
    hex(&sign(key.as_bytes(), format!("{at}{token}").as_bytes()))
}

/// The fields of a call, whichever kind of form it is.
fn fields(call: &Call) -> Vec<(String, String)> {
    if call.parts().is_empty() {
        return call.fields();
    }
    let texts = call.parts().iter().filter(|part| part.filename.is_none());
    texts.map(|part| (part.name.clone(), part.text())).collect()
}

impl Vendor for Mailgun {
    fn name(&self) -> &'static str {
        "mailgun"
    }

    fn channel(&self) -> &'static str {
        "email"
    }

    fn title(&self) -> &'static str {
        "Email, Mailgun"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("fromEmail").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        mailbox::ACTS
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| seed.hex(&format!("{}/{name}", account.id), 32);
        let (key, signing) = (what("key"), what("signing"));
        account
            .keys
            .insert("token", format!("{key}-1b2c3d4e-5f6a7b8c"));
        account.keys.insert("signingKey", signing);
        mailbox::open(account, seed, "Tom Becker", "tom@becker.example");
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let mut settings = mailbox::settings(account, self.name(), base);
        let key = |name: &str| account.key(name).to_owned();
        settings.extend([
            ("mailgunApiKey", key("token")),
            ("mailgunDomain", key("domain")),
            ("mailgunWebhookSigningKey", key("signingKey")),
        ]);
        settings
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        call.basic()
            .is_some_and(|(name, key)| name == "api" && key == account.key("token"))
    }

    fn stranger(&self, call: &Call) -> HttpReply {
        if call.path.trim_matches('/').is_empty() {
            return call::text(200, "text/html", "Mailgun Magnificent API");
        }
        call::text(401, "text/plain; charset=utf-8", FORBIDDEN)
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        let parts = call.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let own = desk.account.key("domain").to_owned();
        let no_domain = |domain: &str| said(404, &format!("Domain not found: {domain}"));
        let reply = match (call.method, parts.as_slice()) {
            (Method::Post, ["v3", domain, "messages" | "messages.mime"]) if *domain != own => {
                no_domain(domain)
            }
            (Method::Post, ["v3", _, "messages.mime"]) => {
                let checked = check::raw(desk, call);
                self.send(desk, checked)
            }
            (Method::Post, ["v3", _, "messages"]) => {
                let checked = check::parts(desk, call);
                self.send(desk, checked)
            }
            (Method::Get, ["v3" | "v4", "domains", domain]) if *domain == own => call::json(
                200,
                &json!({
                    "domain": {"name": own, "state": "active", "type": "custom",
                        "smtp_login": format!("postmaster@{own}"), "wildcard": false,
                        "spam_action": "disabled", "web_scheme": "https", "web_prefix": "email"},
                    "sending_dns_records": [], "receiving_dns_records": [],
                }),
            ),
            (_, ["v3", "domains", domain, "webhooks", rest @ ..]) if *domain == own => {
                hooks::webhooks(desk, call, rest)
            }
            (_, ["v3" | "v4", "domains", domain, ..]) => no_domain(domain),
            (_, ["v3", "routes", rest @ ..]) => hooks::routes(desk, call, rest),
            (Method::Get, ["v3", domain, "events"]) if *domain == own => hooks::events(desk, call),
            (
                Method::Delete,
                [
                    "v3",
                    domain,
                    "bounces" | "complaints" | "unsubscribes",
                    email,
                ],
            ) if *domain == own => {
                desk.account
                    .kept
                    .remove(&format!("stopped/{}", email.to_lowercase()));
                said(200, "Bounced addresses for this domain have been removed")
            }
            // A wrong path is greeted, which surprises programs that look at the status alone.
            _ => call::text(200, "text/html", "Mailgun Magnificent API"),
        };
        reply.into()
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(secs) => {
                let mut reply = said(429, "Too many requests. Please try again later.");
                reply.headers = reply.headers.with("retry-after", secs.to_string());
                reply
            }
            Fate::Refused => call::text(401, "text/plain; charset=utf-8", FORBIDDEN),
            _ => said(500, "Internal Server Error"),
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
        let (url, kind, body) = hooks::proven(account, event)?;
        if url.is_empty() {
            return None;
        }
        let (url, _) = mailbox::signed_in(account, &url);
        let headers = Headers::default()
            .with("content-type", kind)
            .with("user-agent", "mailgun/sandbox");
        Some(mailbox::post(url, headers, body))
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[300, 600, 900, 3_600, 7_200, 14_400],
            give_up_after: Duration::from_secs(27_000),
            ordered: false,
        }
    }

    /// Deliveries are told once, and so is what the business refuses.
    fn again(&self, event: &Event, status: Option<u16>) -> Option<Duration> {
        if status == Some(406) || event.title == hooks::DELIVERED {
            return None;
        }
        self.ladder().wait(event.tries)
    }
}

impl Mailgun {
    fn send(&self, desk: &mut Desk<'_>, checked: Result<Sent, HttpReply>) -> HttpReply {
        let mut sent = match checked {
            Ok(sent) => sent,
            Err(refusal) => return refusal,
        };
        if sent.mail.message_id.is_empty() {
            let id = format!("{}.{}", desk.now.as_secs(), desk.hex(16));
            sent.mail.message_id = format!("{id}@{}", desk.account.key("domain"));
        }
        let id = sent.mail.message_id.clone();
        sent.tag["id"] = id.clone().into();
        mailbox::carry(self, desk, sent, &id);
        call::json(
            200,
            &json!({"id": format!("<{id}>"), "message": "Queued. Thank you."}),
        )
    }
}

impl Service for Mailgun {
    fn tell(&self, desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
        hooks::tell(desk, to, tag, news, after);
    }

    fn pass_on(&self, desk: &mut Desk<'_>, customer: &str, written: &Written) {
        hooks::pass_on(desk, customer, written);
    }
}
