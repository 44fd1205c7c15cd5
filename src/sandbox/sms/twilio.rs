//! Twilio: its account and messages, its callbacks and how they are signed.

mod sends;
mod shown;
#[cfg(test)]
mod tests;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use serde_json::Value;
use serde_json::json;
use sha1::Sha1;

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
use crate::sandbox::sms::files::Trouble;
use crate::sandbox::sms::line;
use crate::sandbox::sms::line::Keyword;
use crate::sandbox::sms::line::Keywords;
use crate::sandbox::sms::segments;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

const SOON: Duration = Duration::from_millis(150);
const POST_TIMEOUT: Duration = Duration::from_secs(15);
const VERSION: &str = "2010-04-01";

/// The vendor.
#[derive(Debug)]
pub struct Twilio;

type Pairs = Vec<(String, String)>;

fn fault(status: u16, code: u32, message: &str) -> HttpReply {
    call::json(
        status,
        &json!({
            "code": code, "message": message, "status": status,
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
        }),
    )
}

/// The signature of a form posted to an address.
#[must_use]
pub fn signature(token: &str, url: &str, pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = pairs.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut text = url.to_owned();
    for (name, value) in sorted {
        text.push_str(name);
        text.push_str(value);
    }
    let mut mac =
        Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

impl Vendor for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn channel(&self) -> &'static str {
        "sms"
    }

    fn title(&self) -> &'static str {
        "SMS, Twilio"
    }

    fn subtitle(&self, account: &Account) -> String {
        account.key("phoneNumber").to_owned()
    }

    fn acts(&self) -> &'static [&'static str] {
        &["send", "album", "block"]
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let what = |name: &str| format!("{}/{name}", account.id);
        let hex = |name: &str| seed.hex(&what(name), 32);
        account.keys.extend([
            ("accountSid", format!("AC{}", hex("account"))),
            ("token", hex("token")),
            ("phoneSid", format!("PN{}", hex("number"))),
            ("serviceSid", format!("MG{}", hex("service"))),
        ]);
        line::open(account, seed, "Sam Rivera");
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let key = |name: &str| account.key(name).to_owned();
        vec![
            ("provider", "twilio".to_owned()),
            ("phoneNumber", key("phoneNumber")),
            ("accountSid", key("accountSid")),
            ("authToken", key("token")),
            ("apiBaseUrl", base.to_owned()),
            ("messagingBaseUrl", base.to_owned()),
        ]
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        call.basic().is_some_and(|(name, password)| {
            name == account.key("accountSid") && password == account.key("token")
        })
    }

    fn stranger(&self, _: &Call) -> HttpReply {
        fault(401, 20_003, "Authenticate")
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        routed(desk, call).unwrap_or_else(|reply| reply).into()
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        match fate {
            Fate::Limited(secs) => call::later(fault(429, 20_429, "Too Many Requests"), secs),
            Fate::Refused => fault(401, 20_003, "Authenticate"),
            _ => fault(503, 20_503, "Service is unavailable. Please try again"),
        }
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        let Some(written) = line::written(desk, customer, act, Keywords::Carrier)? else {
            return Ok(());
        };
        let kind = if written.files.is_empty() { "SM" } else { "MM" };
        let sid = format!("{kind}{}", desk.hex(32));
        let account = &desk.account;
        let mut pairs = vec![
            pair("ToCountry", "US"),
            pair("SmsMessageSid", &*sid),
            pair("NumMedia", written.files.len().to_string()),
            pair("SmsSid", &*sid),
            pair("SmsStatus", "received"),
            pair("Body", &*written.text),
            pair("To", account.key("phoneNumber")),
            pair(
                "NumSegments",
                segments::parts(&written.text).len().to_string(),
            ),
            pair("MessageSid", &*sid),
            pair("AccountSid", account.key("accountSid")),
            pair("From", customer),
            pair("ApiVersion", VERSION),
        ];
        if let Some(keyword) = Keyword::of(&written.text) {
            pairs.push(pair("OptOutType", keyword.name()));
        }
        for (at, file) in written.files.iter().enumerate() {
            let kind = desk.file(file).map(|file| file.mime_type.clone());
            let path = format!(
                "{VERSION}/Accounts/{}/Messages/{sid}/Media/ME{file}",
                account.key("accountSid")
            );
            pairs.push(pair(
                &format!("MediaUrl{at}"),
                format!("{}/{path}", desk.base),
            ));
            pairs.push(pair(
                &format!("MediaContentType{at}"),
                kind.unwrap_or_default(),
            ));
        }
        let body = call::form(&pairs);
        desk.post(About::Customer, customer, "message received", body);
        Ok(())
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        if reached == Reached::Delivered {
            status(desk, customer, bubble, "delivered", None);
        }
    }

    fn fetched(
        &self,
        desk: &mut Desk<'_>,
        customer: &str,
        bubble: &str,
        file: Result<&Chosen, &str>,
    ) {
        let Err(trouble) = files::check(files::TWILIO, file) else {
            sent(desk, customer, bubble);
            return;
        };
        let code = match trouble {
            Trouble::Gone => 11_200,
            Trouble::Kind => 12_300,
            Trouble::Size => 30_019,
        };
        if let Some(chat) = desk.chat_mut(customer) {
            let tag = chat.bubble(bubble).and_then(|bubble| bubble.tag.clone());
            chat.bubbles.retain(|known| known.id != bubble);
            status_to(desk, customer, bubble, "undelivered", Some(code), tag);
        }
    }

    fn request(&self, account: &Account, event: &Event, _: Timestamp) -> Option<HttpRequest> {
        let url = if event.mark.is_empty() {
            account.hook.url.clone()
        } else {
            event.mark.clone()
        };
        if url.is_empty() {
            return None;
        }
        let pairs: Pairs = call::pairs(event.body.as_bytes());
        let signature = signature(&account.signing("token"), &url, &pairs);
        let headers = Headers::default()
            .with(
                "content-type",
                "application/x-www-form-urlencoded; charset=UTF-8",
            )
            .with("user-agent", "TwilioProxy/1.1")
            .with("x-twilio-signature", signature);
        Some(HttpRequest {
            method: Method::Post,
            url,
            headers,
            authorization: None,
            body: event.body.clone().into_bytes(),
            timeout: POST_TIMEOUT,
        })
    }

    /// Not tried again: that is this carrier's rule.
    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[],
            give_up_after: Duration::ZERO,
            ordered: false,
        }
    }

    /// The answer to an incoming message is itself sent to whoever wrote it.
    fn heard(&self, desk: &mut Desk<'_>, event: &Event, answer: &HttpReply) {
        if event.about != About::Customer {
            return;
        }
        let kind = answer.headers.get("content-type").unwrap_or_default();
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let said = if kind.starts_with("text/plain") {
            text
        } else {
            let inside = text.split_once("<Message>").map_or("", |(_, rest)| rest);
            inside
                .split("</Message>")
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        if !said.trim().is_empty() {
            let id = format!("SM{}", desk.hex(32));
            line::deliver(desk, &event.lane, &id, Body::text(said.trim()), None);
        }
    }
}

/// Posts how far a message came, to where its sender asked for it.
fn status(desk: &mut Desk<'_>, customer: &str, bubble: &str, word: &str, error: Option<u32>) {
    let tag = desk
        .bubble(customer, bubble)
        .and_then(|bubble| bubble.tag.clone());
    status_to(desk, customer, bubble, word, error, tag);
}

fn status_to(
    desk: &mut Desk<'_>,
    customer: &str,
    bubble: &str,
    word: &str,
    error: Option<u32>,
    tag: Option<String>,
) {
    let service = desk
        .account
        .kept
        .get("statusCallback")
        .and_then(Value::as_str);
    let Some(url) = tag
        .or_else(|| service.map(str::to_owned))
        .filter(|url| !url.is_empty())
    else {
        return;
    };
    let mut pairs = vec![
        pair("SmsSid", bubble),
        pair("SmsStatus", word),
        pair("MessageStatus", word),
        pair("To", customer),
        pair("MessageSid", bubble),
        pair("AccountSid", desk.account.key("accountSid")),
        pair("From", desk.account.key("phoneNumber")),
        pair("ApiVersion", VERSION),
    ];
    if let Some(code) = error {
        pairs.push(pair("ErrorCode", code.to_string()));
    }
    let event = Event {
        account: desk.account.id.clone(),
        lane: customer.to_owned(),
        about: About::Receipt,
        title: format!("status {word}"),
        body: call::form(&pairs),
        mark: url,
        tries: 0,
    };
    let after = if word == "sent" { SOON } else { Duration::ZERO };
    desk.post_event(after, &event);
}

fn sent(desk: &mut Desk<'_>, customer: &str, id: &str) {
    status(desk, customer, id, "sent", None);
    desk.sent(customer, id);
}

fn routed(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, HttpReply> {
    let missing = || fault(404, 20_404, "The requested resource was not found");
    let parts = call.segments();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let own = desk.account.key("accountSid").to_owned();
    match (call.method, parts.as_slice()) {
        (Method::Post, ["v1", "Services", service])
            if *service == desk.account.key("serviceSid") =>
        {
            configure(desk, call, "InboundRequestUrl");
            Ok(call::json(
                200,
                &json!({"sid": service, "account_sid": own}),
            ))
        }
        (Method::Get, [VERSION, "Accounts", file]) if *file == format!("{own}.json") => {
            Ok(call::json(
                200,
                &json!({"sid": own, "friendly_name": desk.account.name, "status": "active", "type": "Full"}),
            ))
        }
        (method, [VERSION, "Accounts", account, rest @ ..]) if *account == own => {
            match (method, rest) {
                (Method::Post, ["Messages.json"]) => sends::send(desk, call),
                (Method::Get, ["Messages.json"]) => Ok(shown::listed(desk, call)),
                (Method::Get, ["Messages", file]) => shown::shown(desk, file).ok_or_else(missing),
                (Method::Get, ["Messages", _, "Media", media]) => {
                    shown::fetch(desk, media).ok_or_else(missing)
                }
                (Method::Delete, ["Messages", _, "Media", _]) => {
                    Ok(call::text(204, "text/plain", ""))
                }
                (Method::Get, ["IncomingPhoneNumbers.json"]) => Ok(shown::numbers(desk, call)),
                (Method::Post, ["IncomingPhoneNumbers", _]) => {
                    configure(desk, call, "SmsUrl");
                    Ok(call::json(200, &shown::number(desk)))
                }
                _ => Err(missing()),
            }
        }
        _ => Err(missing()),
    }
}

fn configure(desk: &mut Desk<'_>, call: &Call, name: &str) {
    for (field, value) in call.fields() {
        if field == name {
            desk.account.hook.url = value;
        } else if field == "StatusCallback" {
            desk.account
                .kept
                .insert("statusCallback".to_owned(), value.into());
        }
    }
}
