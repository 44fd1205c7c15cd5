//! Postmark: one server with its token, a message stream, an inbound address and webhooks proved by a
//! name and a password in their address.

mod check;
mod hooks;
#[cfg(test)]
mod tests;

use std::time::Duration;

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
use crate::sandbox::email::letter::News;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::mailbox::Service;
use crate::sandbox::email::mime;
use crate::sandbox::faults::Fate;
use crate::sandbox::mail::Party;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

/// The only stream there is.
const STREAM: &str = "outbound";
/// Where a call carries its token.
const TOKEN: &str = "x-postmark-server-token";

/// The vendor.
#[derive(Debug)]
pub struct Postmark;

/// A refusal in Postmark's words.
#[must_use]
fn fault(status: u16, code: u32, sentence: &str) -> HttpReply {
    call::json(status, &json!({"ErrorCode": code, "Message": sentence}))
}

/// A moment with the seven digits Postmark writes.
fn moment(at: Timestamp) -> String {
    at.to_string().replace('Z', "0000Z")
}

impl Vendor for Postmark {
    fn name(&self) -> &'static str {
        "postmark"
    }

    fn channel(&self) -> &'static str {
        "email"
    }

    fn title(&self) -> &'static str {
        "Email, Postmark"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("fromEmail").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        mailbox::ACTS
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let hex = seed.hex(&format!("{}/token", account.id), 32);
        let parts = [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..],
        ];
        account.keys.insert("token", parts.join("-"));
        mailbox::open(account, seed, "Daniel Okafor", "daniel@okafor.example");
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let mut settings = mailbox::settings(account, self.name(), base);
        settings.extend([
            ("postmarkServerToken", account.key("token").to_owned()),
            ("postmarkMessageStream", STREAM.to_owned()),
        ]);
        settings
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        call.headers.get(TOKEN) == Some(account.key("token"))
    }

    fn stranger(&self, call: &Call) -> HttpReply {
        let sentence = match call.headers.get(TOKEN) {
            Some(_) => "Request does not contain a valid Server token.",
            None => {
                "No Account or Server API tokens were supplied in the HTTP headers. Please add a \
                 header for either X-Postmark-Server-Token or X-Postmark-Account-Token."
            }
        };
        fault(401, 10, sentence)
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        let parts = call.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let Some(body) = call.json() else {
            return fault(422, 402, "Received invalid JSON input.").into();
        };
        let body = Value::Object(body);
        let reply = match (call.method, parts.as_slice()) {
            (Method::Post, ["email"]) => self.send(desk, &body),
            (Method::Post, ["email", "withTemplate"]) => self.template(desk, &body),
            (Method::Get, ["server"]) => hooks::server(desk),
            (Method::Put, ["server"]) => hooks::change_server(desk, &body),
            (Method::Get, ["webhooks"]) => hooks::list(desk),
            (Method::Post, ["webhooks"]) => hooks::add(desk, &body),
            (Method::Put, ["webhooks", id]) => hooks::change(desk, id, &body),
            (Method::Delete, ["webhooks", id]) => hooks::remove(desk, id),
            (Method::Post, ["message-streams", stream, "suppressions", "delete"]) => {
                hooks::forgive(desk, stream, &body)
            }
            _ => call::text(404, "text/plain", ""),
        };
        reply.into()
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(_) => fault(429, 429, "Rate limit exceeded."),
            Fate::Refused => fault(401, 10, "Request does not contain a valid Server token."),
            _ => fault(500, 500, "An internal server error occurred."),
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
        let url = if event.mark.is_empty() {
            &account.hook.url
        } else {
            &event.mark
        };
        if url.is_empty() {
            return None;
        }
        let (url, authorization) = mailbox::signed_in(account, url);
        let headers = Headers::default()
            .with("content-type", "application/json")
            .with("user-agent", "Postmark")
            .with("authorization", authorization);
        Some(mailbox::post(url, headers, event.body.clone().into_bytes()))
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[60, 300, 600, 600, 600, 900, 1_800, 3_600, 7_200, 21_600],
            give_up_after: Duration::from_secs(37_260),
            ordered: false,
        }
    }

    /// What the business forbids is not told again.
    fn again(&self, event: &Event, status: Option<u16>) -> Option<Duration> {
        if status == Some(403) {
            return None;
        }
        self.ladder().wait(event.tries)
    }
}

impl Postmark {
    fn send(&self, desk: &mut Desk<'_>, body: &Value) -> HttpReply {
        let mut sent = match check::checked(desk, body) {
            Ok(sent) => sent,
            Err(refusal) => return refusal,
        };
        let recipients = sent.recipients();
        let inactive: Vec<String> = recipients
            .iter()
            .map(Party::key)
            .filter(|email| mailbox::is_stopped(desk.account, email).is_some())
            .collect();
        let listed = inactive.join(", ");
        if inactive.len() == recipients.len() {
            let sentence = format!(
                "You tried to send to recipient(s) that have been marked as inactive. Found inactive \
                 addresses: {listed}. Inactive recipients are ones that have generated a hard bounce, \
                 a spam complaint, or a manual suppression."
            );
            return fault(422, 406, &sentence);
        }
        for list in [&mut sent.mail.to, &mut sent.mail.cc, &mut sent.bcc] {
            list.retain(|party| !inactive.contains(&party.key()));
        }
        let id = mailbox::uuid(desk);
        if sent.mail.message_id.is_empty() {
            sent.mail.message_id = format!("{id}@mtasv.net");
        }
        sent.tag = json!({"id": id, "metadata": body["Metadata"], "tag": body["Tag"]});
        mailbox::carry(self, desk, sent, &id);
        let sentence = if inactive.is_empty() {
            "OK".to_owned()
        } else {
            format!("Message OK, but will not deliver to these inactive addresses: {listed}.")
        };
        call::json(
            200,
            &json!({
                "To": body["To"], "SubmittedAt": moment(desk.now), "MessageID": id,
                "ErrorCode": 0, "Message": sentence,
            }),
        )
    }

    /// The service's own templates: any alias is known, and what it says is its model.
    fn template(&self, desk: &mut Desk<'_>, body: &Value) -> HttpReply {
        let alias = body["TemplateAlias"].as_str().unwrap_or_default();
        if alias.is_empty() {
            return fault(422, 1_101, "The TemplateId or TemplateAlias is required.");
        }
        let Some(model) = body["TemplateModel"].as_object() else {
            return fault(422, 403, "The TemplateModel must be a JSON object.");
        };
        let lines = model.iter().map(|(name, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("{name}: {value}")
        });
        let mut plain = body.clone();
        plain["Subject"] = alias.into();
        plain["TextBody"] = lines.collect::<Vec<_>>().join("\n").into();
        self.send(desk, &plain)
    }
}

impl Service for Postmark {
    fn tell(&self, desk: &mut Desk<'_>, to: &str, tag: &Value, news: News<'_>, after: Duration) {
        hooks::tell(desk, to, tag, news, after);
    }

    fn pass_on(&self, desk: &mut Desk<'_>, customer: &str, written: &Written) {
        let headers = mime::headers(written.raw.as_bytes());
        hooks::pass_on(desk, customer, written, headers);
    }
}
