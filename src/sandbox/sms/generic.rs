//! A carrier nobody knows by name: messages of JSON, reports in the words of the network, webhooks
//! signed with a shared secret. It stands for whatever a business describes in its settings.

#[cfg(test)]
mod tests;

use std::time::Duration;

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use serde_json::Value;
use serde_json::json;
use sha2::Sha256;

use crate::base::crypto::hex;
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
use crate::sandbox::chat::Body;
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
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

const TEXT_MAX: usize = 1_600;
const POST_TIMEOUT: Duration = Duration::from_secs(10);

/// The vendor.
#[derive(Debug)]
pub struct Generic;

/// The proof of a webhook: its time and its body, under the secret.
#[must_use]
pub fn signature(secret: &str, at: i64, body: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(format!("{at}.{body}").as_bytes());
    format!("t={at},v1={}", hex(&mac.finalize().into_bytes()))
}

fn fault(status: u16, sentence: &str) -> HttpReply {
    call::json(status, &json!({"status": "error", "error": sentence}))
}

impl Vendor for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn channel(&self) -> &'static str {
        "sms"
    }

    fn title(&self) -> &'static str {
        "SMS, any provider"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("phoneNumber").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        &["send", "album", "block"]
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| format!("{}/{name}", account.id);
        account.keys.extend([
            ("token", seed.token(&what("token"), 32)),
            ("webhookSecret", seed.token(&what("secret"), 32)),
        ]);
        line::open(account, seed, "Noah Okafor");
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let key = |name: &str| account.key(name).to_owned();
        let body = json!({
            "to": "{{to}}", "from": "{{from}}", "text": "{{text}}", "reference": "{{id}}",
            "media": "{{mediaUrl}}", "report": "{{callbackUrl}}",
        });
        let success = json!({"path": "/status", "equals": ["ok"]});
        vec![
            ("provider", "generic".to_owned()),
            ("phoneNumber", key("phoneNumber")),
            ("sendUrl", format!("{base}/messages")),
            ("bodyTemplate", body.to_string()),
            ("authType", "bearer".to_owned()),
            ("authToken", key("token")),
            ("successWhen", success.to_string()),
            ("idPath", "/id".to_owned()),
            ("errorPath", "/error".to_owned()),
            ("healthUrl", format!("{base}/health")),
            ("webhookSecret", key("webhookSecret")),
            ("apiBaseUrl", base.to_owned()),
        ]
    }

    /// Files that customers sent lie at addresses of their own, which anybody may open who knows them.
    fn is_of(&self, call: &Call, account: &Account) -> bool {
        let parts = call.segments();
        let is_file = parts.first().is_some_and(|part| part == "files");
        if is_file {
            parts.get(1).is_some_and(|part| *part == account.id)
        } else {
            call.bearer() == Some(account.key("token"))
        }
    }

    fn stranger(&self, _: &Call) -> HttpReply {
        fault(401, "unknown token")
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        let parts = call.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let reply = match (call.method, parts.as_slice()) {
            (Method::Get, ["health"]) => call::json(200, &json!({"status": "ok"})),
            (Method::Post, ["messages"]) => send(desk, call).unwrap_or_else(|refused| refused),
            (Method::Get, ["files", _, id]) => {
                files::held(desk, id).unwrap_or_else(|| fault(404, "no such file"))
            }
            _ => fault(404, "no such address"),
        };
        reply.into()
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(secs) => call::later(fault(429, "slow down"), secs),
            Fate::Refused => fault(401, "unknown token"),
            _ => fault(503, "out of order"),
        }
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        let Some(written) = line::written(desk, customer, act, Keywords::Business)? else {
            return Ok(());
        };
        let files = written.files.iter();
        let files: Vec<String> = files
            .map(|id| format!("{}/files/{}/{id}", desk.base, desk.account.id))
            .collect();
        let mut told = json!({
            "id": format!("in-{}", desk.hex(16)), "from": customer,
            "to": desk.account.key("phoneNumber"), "text": written.text,
            "timestamp": desk.now.to_string(),
        });
        if !files.is_empty() {
            told["mediaUrls"] = files.into();
        }
        let body = told.to_string();
        desk.post(About::Customer, customer, "inbound message", body);
        Ok(())
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        if reached == Reached::Delivered {
            let to = address(desk, customer, bubble);
            report(desk, customer, bubble, "DELIVRD", to);
        }
    }

    fn fetched(
        &self,
        desk: &mut Desk<'_>,
        customer: &str,
        bubble: &str,
        file: Result<&Chosen, &str>,
    ) {
        let to = address(desk, customer, bubble);
        if file.is_ok() {
            report(desk, customer, bubble, "ACCEPTD", to);
            desk.sent(customer, bubble);
        } else {
            if let Some(chat) = desk.chat_mut(customer) {
                chat.bubbles.retain(|known| known.id != bubble);
            }
            report(desk, customer, bubble, "REJECTD", to);
        }
    }

    fn request(&self, account: &Account, event: &Event, now: Timestamp) -> Option<HttpRequest> {
        let url = if event.mark.is_empty() {
            &account.hook.url
        } else {
            &event.mark
        };
        if url.is_empty() {
            return None;
        }
        let secret = account.signing("webhookSecret");
        let proof = signature(&secret, now.as_secs(), &event.body);
        Some(HttpRequest {
            method: Method::Post,
            url: url.clone(),
            headers: Headers::default()
                .with("content-type", "application/json")
                .with("x-linktor-signature", proof),
            authorization: None,
            body: event.body.clone().into_bytes(),
            timeout: POST_TIMEOUT,
        })
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[2, 10, 60, 300],
            give_up_after: Duration::from_secs(24 * 3_600),
            ordered: false,
        }
    }
}

/// Where the reports of a message go.
fn address(desk: &Desk<'_>, customer: &str, bubble: &str) -> Option<String> {
    desk.bubble(customer, bubble)?.tag.clone()
}

/// Posts how far a message came, in the words of the network.
fn report(desk: &mut Desk<'_>, customer: &str, bubble: &str, word: &str, to: Option<String>) {
    let Some(url) = to else {
        return;
    };
    let mut told = json!({"id": bubble, "status": word});
    if matches!(word, "UNDELIV" | "REJECTD") {
        told["errorCode"] = "27".into();
        told["errorMessage"] = "Absent subscriber".into();
    }
    let event = Event {
        account: desk.account.id.clone(),
        lane: customer.to_owned(),
        about: About::Receipt,
        title: format!("report {word}"),
        body: told.to_string(),
        mark: url,
        tries: 0,
    };
    desk.post_event(Duration::from_millis(100), &event);
}

fn send(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, HttpReply> {
    let body = Value::Object(call.json().ok_or_else(|| fault(400, "no JSON"))?);
    let get = |name: &str| body[name].as_str().unwrap_or_default();
    let (to, text, media) = (get("to"), get("text"), get("media"));
    let own = desk.account.key("phoneNumber");
    let checks = [
        (!line::is_number(to), 422, "to is no number"),
        (get("from") != own, 422, "from is no number of yours"),
        (to == own, 422, "to and from are the same"),
        (text.is_empty() && media.is_empty(), 422, "nothing to say"),
        (
            text.chars().count() > TEXT_MAX,
            422,
            "text is longer than 1600 characters",
        ),
        (
            !media.is_empty() && !media.starts_with("http"),
            422,
            "media is no address",
        ),
    ];
    if let Some((_, status, sentence)) = checks.into_iter().find(|(wrong, ..)| *wrong) {
        return Err(fault(status, sentence));
    }
    let id = format!("out-{}", desk.hex(16));
    let report_to = Some(get("report").to_owned()).filter(|url| !url.is_empty());
    let shown = if media.is_empty() {
        Body::text(text)
    } else {
        line::with_file(media, text)
    };
    if !line::deliver(desk, to, &id, shown, report_to.clone()) {
        report(desk, to, &id, "UNDELIV", report_to);
    } else if media.is_empty() {
        report(desk, to, &id, "ACCEPTD", report_to);
        desk.sent(to, &id);
    } else {
        desk.fetch(to, &id, media);
    }
    Ok(call::json(200, &json!({"status": "ok", "id": id})))
}
