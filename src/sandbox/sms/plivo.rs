//! Plivo: its messages, its callbacks and their proof, which leaves the body out.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

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
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::desk::Desk;
use crate::sandbox::faults::Fate;
use crate::sandbox::files::Chosen;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::seed::Seed;
use crate::sandbox::sms::files;
use crate::sandbox::sms::line;
use crate::sandbox::sms::line::Keyword;
use crate::sandbox::sms::line::Keywords;
use crate::sandbox::sms::segments;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

const TEXT_MAX: usize = 1_600;
/// Messages that are listed at once.
const LISTED_MAX: usize = 20;
const MEDIA_MAX: usize = 10;
const POST_TIMEOUT: Duration = Duration::from_secs(15);
const API_ID: &str = "db342550-7e9d-11e1-8ea7-1231380bc196";

/// The vendor.
#[derive(Debug)]
pub struct Plivo;

/// The proof of a call to an address: everything before the question mark, and the nonce.
#[must_use]
pub fn signature(token: &str, url: &str, nonce: &str) -> String {
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    STANDARD.encode(sign(token.as_bytes(), format!("{bare}{nonce}").as_bytes()))
}

fn fault(status: u16, sentence: &str) -> HttpReply {
    call::json(status, &json!({"api_id": API_ID, "error": sentence}))
}

fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn bare(number: &str) -> &str {
    number.trim_start_matches('+')
}

fn uuid(desk: &Desk<'_>) -> String {
    let hex = desk.hex(32);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

impl Vendor for Plivo {
    fn name(&self) -> &'static str {
        "plivo"
    }

    fn channel(&self) -> &'static str {
        "sms"
    }

    fn title(&self) -> &'static str {
        "SMS, Plivo"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("phoneNumber").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        &["send", "block"]
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| format!("{}/{name}", account.id);
        let id = seed.hex(&what("account"), 18).to_uppercase();
        account.keys.extend([
            ("authId", format!("MA{id}")),
            ("token", seed.token(&what("token"), 40)),
        ]);
        line::open(account, seed, "Jordan Blake");
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let key = |name: &str| account.key(name).to_owned();
        vec![
            ("provider", "plivo".to_owned()),
            ("phoneNumber", key("phoneNumber")),
            ("authId", key("authId")),
            ("authToken", key("token")),
            ("apiBaseUrl", base.to_owned()),
        ]
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        call.basic().is_some_and(|(name, password)| {
            name == account.key("authId") && password == account.key("token")
        })
    }

    fn stranger(&self, _: &Call) -> HttpReply {
        call::json(
            401,
            &json!({"api_id": API_ID, "error": "authentication failed"}),
        )
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        let parts = call.segments();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let own = desk.account.key("authId").to_owned();
        let reply = match (call.method, parts.as_slice()) {
            (Method::Get, ["v1", "Account", id]) if *id == own => call::json(
                200,
                &json!({
                    "account_type": "standard", "address": "", "api_id": API_ID, "auth_id": own,
                    "auto_recharge": false, "billing_mode": "prepaid", "cash_credits": "10.00000",
                    "name": desk.account.name, "state": null, "timezone": "UTC",
                }),
            ),
            (Method::Post, ["v1", "Account", id, "Message"]) if *id == own => send(desk, call),
            (Method::Get, ["v1", "Account", id, "Message"]) if *id == own => listed(desk, call),
            (Method::Get, ["v1", "Account", id, "Media", file]) if *id == own => {
                files::held(desk, file).unwrap_or_else(|| fault(404, "not found"))
            }
            _ => fault(404, "not found"),
        };
        reply.into()
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(secs) => call::later(fault(429, "too many requests"), secs),
            Fate::Refused => fault(401, "authentication failed"),
            _ => fault(500, "internal server error"),
        }
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        let Some(written) = line::written(desk, customer, act, Keywords::Carrier)? else {
            return Ok(());
        };
        let is_mms = !written.files.is_empty();
        let mut pairs = vec![
            pair("MessageUUID", uuid(desk)),
            pair("From", bare(customer)),
            pair("To", bare(desk.account.key("phoneNumber"))),
            pair("Type", if is_mms { "mms" } else { "sms" }),
            pair("Units", segments::parts(&written.text).len().to_string()),
            pair("TotalRate", "0.00000"),
            pair("TotalAmount", "0.00000"),
        ];
        if is_mms {
            pairs.push(pair("Body", &*written.text));
            pairs.push(pair("MediaCount", written.files.len().to_string()));
            for (at, file) in written.files.iter().enumerate() {
                let own = desk.account.key("authId");
                let url = format!("{}/v1/Account/{own}/Media/{file}/", desk.base);
                pairs.push(pair(&format!("Media{}", at + 1), url));
            }
        } else {
            pairs.push(pair("Text", &*written.text));
        }
        if let Some(keyword) = Keyword::of(&written.text) {
            let intent = match keyword {
                Keyword::Stop => "optout",
                Keyword::Start => "optin",
                Keyword::Help => "help",
            };
            pairs.push(pair("MessageIntent", intent));
        }
        desk.post(
            About::Customer,
            customer,
            "inbound message",
            call::form(&pairs),
        );
        Ok(())
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        if reached == Reached::Delivered {
            let tag = desk
                .bubble(customer, bubble)
                .and_then(|bubble| bubble.tag.clone());
            status(desk, customer, bubble, "delivered", tag);
        }
    }

    fn fetched(
        &self,
        desk: &mut Desk<'_>,
        customer: &str,
        bubble: &str,
        file: Result<&Chosen, &str>,
    ) {
        let tag = desk
            .bubble(customer, bubble)
            .and_then(|bubble| bubble.tag.clone());
        if files::check(files::PLIVO, file).is_ok() {
            status(desk, customer, bubble, "sent", tag);
            desk.sent(customer, bubble);
        } else {
            if let Some(chat) = desk.chat_mut(customer) {
                chat.bubbles.retain(|known| known.id != bubble);
            }
            status(desk, customer, bubble, "undelivered", tag);
        }
    }

    fn request(&self, account: &Account, event: &Event, _: Timestamp) -> Option<HttpRequest> {
        let url = if event.mark.is_empty() {
            &account.hook.url
        } else {
            &event.mark
        };
        if url.is_empty() {
            return None;
        }
        let nonce = crate::base::crypto::hex(
            &crate::base::crypto::digest(format!("{}{}", event.body, event.tries).as_bytes())[..10],
        );
        let proof = signature(&account.signing("token"), url, &nonce);
        let headers = Headers::default()
            .with("content-type", "application/x-www-form-urlencoded")
            .with("user-agent", "Plivo")
            .with("x-plivo-signature-v2", proof.clone())
            .with("x-plivo-signature-ma-v2", proof)
            .with("x-plivo-signature-v2-nonce", nonce);
        Some(HttpRequest {
            method: Method::Post,
            url: url.clone(),
            headers,
            authorization: None,
            body: event.body.clone().into_bytes(),
            timeout: POST_TIMEOUT,
        })
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[60, 120, 240],
            give_up_after: Duration::from_secs(420),
            ordered: false,
        }
    }
}

fn status(desk: &mut Desk<'_>, customer: &str, bubble: &str, word: &str, url: Option<String>) {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return;
    };
    let pairs = [
        pair("MessageUUID", bubble),
        pair("From", bare(desk.account.key("phoneNumber"))),
        pair("To", bare(customer)),
        pair("Type", "sms"),
        pair("Status", word),
        pair("Units", "1"),
        pair(
            "ErrorCode",
            if word == "undelivered" { "20" } else { "000" },
        ),
        pair("Sequence", "1"),
        pair("ParentMessageUUID", bubble),
        pair("PartInfo", "1 of 1"),
    ];
    let event = Event {
        account: desk.account.id.clone(),
        lane: customer.to_owned(),
        about: About::Receipt,
        title: format!("status {word}"),
        body: call::form(&pairs),
        mark: url,
        tries: 0,
    };
    desk.post_event(Duration::from_millis(100), &event);
}

/// What was sent to a number between two moments, the newest first, without its words.
fn listed(desk: &Desk<'_>, call: &Call) -> HttpReply {
    let query = |name: &str| call.query(name).unwrap_or_default();
    let to = line::plussed(&query("to_number"));
    let bound = |name: &str| {
        let text = query(&format!("message_time__{name}"));
        Timestamp::parse(&format!("{}Z", text.replace(' ', "T")))
    };
    let (from, until) = (bound("gte"), bound("lte"));
    let chat = desk.chat(&to);
    let ours = chat.into_iter().flat_map(|chat| chat.from(Side::Business));
    let mut ours: Vec<_> = ours
        .filter(|one| from.is_none_or(|from| one.at >= from))
        .filter(|one| until.is_none_or(|until| one.at <= until))
        .collect();
    ours.sort_by_key(|one| std::cmp::Reverse(one.at));
    let objects = ours.into_iter().take(LISTED_MAX).map(|one| {
        let is_file = matches!(one.body, Body::File { .. });
        json!({
            "message_uuid": one.id, "message_direction": "outbound", "message_state": "sent",
            "message_type": if is_file { "mms" } else { "sms" }, "to_number": bare(&to),
            "from_number": bare(desk.account.key("phoneNumber")), "message_time": one.at.to_string(),
        })
    });
    let objects: Vec<Value> = objects.collect();
    call::json(
        200,
        &json!({"api_id": API_ID, "meta": {"limit": 20, "offset": 0}, "objects": objects}),
    )
}

fn send(desk: &mut Desk<'_>, call: &Call) -> HttpReply {
    let body = Value::Object(call.json().unwrap_or_default());
    let get = |name: &str| match &body[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let (src, dst, text) = (get("src"), get("dst"), get("text"));
    let empty = Vec::new();
    let media = body["media_urls"].as_array().unwrap_or(&empty);
    let customer = line::plussed(&dst);
    let own = desk.account.key("phoneNumber");
    let checks = [
        (
            src.is_empty() && get("powerpack_uuid").is_empty(),
            "src parameter not present",
        ),
        (dst.is_empty(), "dst parameter not present"),
        (
            !line::is_number(&customer),
            "dst is not a valid phone number",
        ),
        (
            !src.is_empty() && line::plussed(&src) != own,
            "src is not a number of this account",
        ),
        (customer == own, "src and destination cannot overlap"),
        (
            text.is_empty() && media.is_empty(),
            "text parameter not present",
        ),
        (text.chars().count() > TEXT_MAX, "text is too long"),
        (media.len() > MEDIA_MAX, "too many media_urls"),
        (
            line::is_stopped(desk, &customer),
            "the destination has opted out",
        ),
    ];
    if let Some((_, sentence)) = checks.into_iter().find(|(wrong, _)| *wrong) {
        return fault(400, sentence);
    }
    let id = uuid(desk);
    let tag = Some(get("url")).filter(|url| !url.is_empty());
    let links: Vec<&str> = media.iter().filter_map(Value::as_str).collect();
    let shown = match links.first() {
        Some(url) => line::with_file(url, &text),
        None => Body::text(text),
    };
    if !line::deliver(desk, &customer, &id, shown, tag.clone()) {
        status(desk, &customer, &id, "undelivered", tag);
    } else if let Some((url, more)) = links.split_first() {
        line::deliver_more(desk, &customer, &id, more);
        desk.fetch(&customer, &id, url);
    } else {
        status(desk, &customer, &id, "sent", tag);
        desk.sent(&customer, &id);
    }
    call::json(
        202,
        &json!({"api_id": API_ID, "message": "message(s) queued", "message_uuid": [id]}),
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::sandbox::bench::Bench;
    use crate::sandbox::bench::words;

    #[test]
    fn addresses_are_signed_as_the_contract_computed_it() {
        assert_eq!(
            signature("my_auth_token", "https://answer.url", "12345"),
            "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc="
        );
        assert_eq!(
            signature(
                "plivo_auth_token",
                "https://linktor.example.com/webhooks/sms/ch_sms_2?x=1",
                "05429567804466091622"
            ),
            "GviFtUVFj0DBTEKfCpK/IRcmfmiinjk3Qopvn00HMr4="
        );
    }

    fn send(bench: &mut Bench, text: &str) -> (u16, Value) {
        let account = &bench.account;
        let login = format!("{}:{}", account.key("authId"), account.key("token"));
        let body = json!({
            "src": bare(account.key("phoneNumber")), "dst": bare(&bench.customer()), "text": text,
            "type": "sms", "url": "http://127.0.0.1:9/status",
        });
        let call = Call {
            method: Method::Post,
            path: format!("v1/Account/{}/Message/", account.key("authId")),
            query: String::new(),
            headers: Headers::default()
                .with("authorization", format!("Basic {}", STANDARD.encode(login))),
            body: call::Body::Bytes(body.to_string().into_bytes()),
        };
        let reply = bench.reply(&call);
        (reply.status, serde_json::from_slice(&reply.body).unwrap())
    }

    #[test]
    fn messages_are_queued_sent_and_delivered_until_somebody_says_stop() {
        let mut bench = Bench::of(Plivo);
        assert_eq!(send(&mut bench, "Hi").0, 202);
        let events = bench.pass(Duration::from_secs(10));
        let titles: Vec<&str> = events.iter().map(|event| event.title.as_str()).collect();
        assert_eq!(titles, ["status sent", "status delivered"]);
        assert_eq!(words(bench.last()), "Hi");
        assert_eq!(send(&mut bench, "").0, 400);
        bench.say("stop");
        let told = bench.pass(Duration::from_secs(10));
        assert!(told[0].body.contains("MessageIntent=optout"));
        assert_eq!(
            send(&mut bench, "Hi").1["error"],
            "the destination has opted out"
        );
    }
}
