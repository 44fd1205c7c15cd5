//! Vonage: its SMS API, and its Messages API for who needs files. sms.md sections 2.3, 2.4, 3.3,
//! 3.4, 4.1, 5 and 9.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::RenderError;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::sms::Carrier;
use crate::channels::sms::form;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::inbound;
use crate::channels::sms::inbound::Heard;
use crate::channels::sms::numbers;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::Class;
use crate::channels::sms::outgoing::FileKind;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::Rule;
use crate::channels::sms::outgoing::basic;
use crate::channels::sms::outgoing::judged;
use crate::channels::sms::receipt;
use crate::channels::sms::segments;
use crate::channels::sms::segments::Alphabet;
use crate::channels::sms::vonage_sign;
use crate::channels::table::base;
use crate::channels::table::wrong;
use crate::model::content::Content;
use crate::model::content::Unsupported;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundPiece;
use crate::model::message::Delivery;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Call;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Outcome;
use crate::model::outbound::Refusal;
use crate::model::outbound::Step;
use crate::model::outbound::Switch;
use crate::model::rejection::FieldError;

const REST: &str = "https://rest.nexmo.com";
const API: &str = "https://api.nexmo.com";

/// The longest address for reports that the SMS API takes, in characters.
const CALLBACK_MAX: usize = 100;

/// Statuses of the SMS API's answers.
const SEND_RULES: &[Rule] = &[
    (1, Class::Rate, "rate_limited"),
    (2, Class::Never, "invalid_request"),
    (3, Class::Never, "invalid_request"),
    (4, Class::Account, "credentials"),
    (5, Class::Retry, "temporary"),
    (6, Class::Never, "invalid_request"),
    (7, Class::Never, "number_barred"),
    (8, Class::Account, "account_barred"),
    (9, Class::Account, "insufficient_funds"),
    (10, Class::Retry, "temporary"),
    (11, Class::Account, "http_disabled"),
    (12, Class::Never, "too_long"),
    (14, Class::Account, "signature"),
    (15, Class::Never, "sender_not_allowed"),
    (22, Class::Never, "invalid_request"),
    (23, Class::Never, "invalid_request"),
    (29, Class::Never, "unverified_recipient"),
    (32, Class::Account, "signature"),
    (33, Class::Never, "number_deactivated"),
];

/// Codes of its reports. What may pass is for a person to send again: it was charged already.
const REPORT_RULES: &[Rule] = &[
    (1, Class::Never, "unknown"),
    (2, Class::Retry, "unreachable"),
    (3, Class::Never, "unreachable"),
    (4, Class::Never, "barred"),
    (5, Class::Never, "portability"),
    (6, Class::Never, "carrier_filter"),
    (7, Class::Retry, "handset_busy"),
    (8, Class::Retry, "network"),
    (9, Class::Never, "opted_out"),
    (10, Class::Never, "illegal_message"),
    (11, Class::Never, "unroutable"),
    (12, Class::Never, "unreachable"),
    (13, Class::Never, "age_restricted"),
    (14, Class::Never, "blocked_by_carrier"),
    (15, Class::Never, "prepaid"),
    (50, Class::Never, "unregistered"),
    (51, Class::Never, "unregistered"),
    (52, Class::Never, "unregistered"),
    (53, Class::Never, "unregistered"),
    (54, Class::Never, "invalid_request"),
    (99, Class::Never, "undelivered"),
];

/// Vonage.
#[derive(Debug)]
pub struct Vonage;

impl Carrier for Vonage {
    fn name(&self) -> &'static str {
        "vonage"
    }

    fn carries_files(&self, account: &Account) -> bool {
        uses_messages(account)
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let mut all = Vec::new();
        if account.text("apiKey").is_none() {
            all.push(wrong("apiKey", "is missing: API key"));
        }
        if account.secret("apiSecret").is_none() {
            all.push(wrong("apiSecret", "is missing: API secret"));
        }
        if account.text("phoneNumber").is_none() {
            all.push(wrong("phoneNumber", "is missing: Number"));
        }
        all
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        connect(asked)
    }

    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
        let secret = account.secret("signatureSecret").unwrap_or_default();
        if secret.is_empty() {
            let open = !account.is_on("requireSignature", Switch::On);
            return open.then_some(()).ok_or(NotGenuine);
        }
        if uses_messages(account) {
            vonage_sign::token(account, secret, hook, now)
        } else {
            vonage_sign::signature(account, secret, hook, now)
        }
    }

    /// Of a webhook without a token Vonage says that it is its own mistake, and that it comes again
    /// with one.
    fn turns_away_with(&self, account: &Account, hook: &Webhook) -> u16 {
        if uses_messages(account) && hook.headers.get("authorization").is_none() {
            503
        } else {
            403
        }
    }

    fn once(&self, account: &Account, hook: &Webhook) -> Option<String> {
        let secret = account.secret("signatureSecret")?;
        uses_messages(account)
            .then(|| vonage_sign::id(secret, hook))
            .flatten()
    }

    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        let body: Value = serde_json::from_slice(&hook.body).unwrap_or_default();
        let root = Node::of(&body);
        if root.at("message_uuid").is_there() {
            return self.read_messages(account, root);
        }
        let told = Pairs::of(hook);
        if told.has("text") || told.has("data") {
            return self.heard_sms(account, &told);
        }
        report_sms(&told).into_iter().collect()
    }

    fn send(&self, outgoing: &Outgoing<'_>) -> Result<Call, RenderError> {
        Ok(if uses_messages(outgoing.account) {
            send_message(outgoing)
        } else {
            send_sms(outgoing)
        })
    }

    fn read_reply(&self, reply: &HttpReply) -> Outcome {
        let body = outgoing::json(reply);
        let root = Node::of(&body);
        let sentence = root.word("detail").or_else(|| root.word("title"));
        if let Some(refusal) = outgoing::by_status(reply, &sentence.unwrap_or_default()) {
            return Err(refusal);
        }
        if let Some(id) = root.word("message_uuid") {
            return Ok(vec![id]);
        }
        let parts: Vec<_> = root.at("messages").items().collect();
        let taken: Vec<String> = parts
            .iter()
            .filter(|part| part.at("status").is("0"))
            .filter_map(|part| part.word("message-id"))
            .collect();
        if !taken.is_empty() {
            return Ok(taken);
        }
        let first = root.at("messages").first();
        let sentence = first
            .word("error-text")
            .unwrap_or_else(|| "Vonage did not say why.".to_owned());
        let (class, error) = judged(SEND_RULES, first.at("status").whole(), sentence);
        Err(outgoing::refusal(
            class,
            error,
            outgoing::retry_after(reply),
        ))
    }
}

fn uses_messages(account: &Account) -> bool {
    account.text("api") == Some("messages")
}

fn keys(account: &Account) -> (&str, &str) {
    (
        account.text("apiKey").unwrap_or_default(),
        account.secret("apiSecret").unwrap_or_default(),
    )
}

/// Asks for the balance, which only works with the right keys; then finds our number to have it
/// report to us.
fn connect(asked: &Asked<'_>) -> Next<Connected> {
    let account = asked.account;
    let rest = base(account, "restBaseUrl", REST);
    let (key, secret) = keys(account);
    let login = |more: &[(&'static str, String)]| {
        let mut pairs: Vec<(&str, String)> = vec![
            ("api_key", key.to_owned()),
            ("api_secret", secret.to_owned()),
        ];
        pairs.extend(more.iter().cloned());
        pairs
    };
    let query = |more: &[(&'static str, String)]| {
        String::from_utf8(form::encoded(&login(more))).unwrap_or_default()
    };
    let own = numbers::digits(account.text("phoneNumber").unwrap_or_default()).to_owned();
    let points = account.is_on("autoConfigureWebhook", Switch::On)
        && !uses_messages(account)
        && own.bytes().all(|b| b.is_ascii_digit());
    let ask = |what, call| Ok(Step::Ask { what, call });
    match asked.replies {
        [] => {
            let url = format!("{rest}/account/get-balance?{}", query(&[]));
            ask("credentials", Call::http(outgoing::get(url, None)))
        }
        [balance] => {
            if let Some(refusal) = outgoing::by_status(balance, "") {
                return Err(refusal);
            }
            if Node::of(&outgoing::json(balance))
                .at("value")
                .number()
                .is_none()
            {
                return Err(Refusal::Account(unreadable()));
            }
            if !points {
                return Ok(Step::Done(connected(account, Some(by_hand(account)))));
            }
            let url = format!(
                "{rest}/account/numbers?{}",
                query(&[("pattern", own), ("search_pattern", "0".to_owned())])
            );
            ask("webhook", Call::http(outgoing::get(url, None)))
        }
        [_, found] => {
            let body = outgoing::json(found);
            let number = Node::of(&body).at("numbers").first();
            let Some(country) = number.word("country") else {
                let warning = format!("Vonage does not list the number. {}", by_hand(account));
                return Ok(Step::Done(connected(account, Some(warning))));
            };
            let pairs = login(&[
                ("country", country),
                ("msisdn", own),
                ("moHttpUrl", account.webhook_url.clone()),
            ]);
            let request = outgoing::post_form(format!("{rest}/number/update"), None, &pairs);
            ask("webhook", Call::http(request))
        }
        [_, _, updated, ..] => {
            let warning = outgoing::by_status(updated, "")
                .map(|refusal| format!("{} {}", refusal.error().message, by_hand(account)));
            Ok(Step::Done(connected(account, warning)))
        }
    }
}

fn by_hand(account: &Account) -> String {
    if uses_messages(account) {
        format!(
            "Set the inbound address of the application at Vonage to {} and the status address to {} (POST, version 1).",
            account.webhook_url,
            outgoing::status_url(account)
        )
    } else {
        format!(
            "Set the inbound webhook of the number at Vonage to {}.",
            account.webhook_url
        )
    }
}

fn connected(account: &Account, warning: Option<String>) -> Connected {
    let unsigned = account.secret("signatureSecret").is_none();
    let trust = unsigned.then(|| {
        if account.is_on("requireSignature", Switch::On) {
            "Without the signature secret nothing that comes in can be checked, so nothing is taken in."
        } else {
            "Anybody who knows the webhook address can pretend to be a customer: set the signature secret."
        }
        .to_owned()
    });
    Connected {
        warnings: warning.into_iter().chain(trust).collect(),
        ..Connected::default()
    }
}

fn unreadable() -> SendError {
    SendError {
        reason: "credentials".to_owned(),
        vendor_code: None,
        message: "Vonage did not tell the balance of the account.".to_owned(),
        retryable: true,
    }
}

impl Vonage {
    fn heard_sms(&self, account: &Account, told: &Pairs) -> Vec<InboundEvent> {
        let mut kept = Kept::default();
        kept.put("keyword", told.get("keyword"));
        for (field, name) in [
            ("concat-ref", "concatRef"),
            ("concat-part", "concatPart"),
            ("concat-total", "concatTotal"),
        ] {
            kept.put(name, told.get(field));
        }
        let is_binary = told.get("type") == Some("binary");
        let heard = Heard {
            id: told.text("messageId"),
            from: told.text("msisdn"),
            to: told.text("to"),
            text: told.text("text"),
            at: moment(told),
            kept,
            ..Heard::default()
        };
        let mut events = inbound::events(account, self, heard);
        if is_binary && let Some(InboundEvent::Message(message)) = events.first_mut() {
            let raw = ["data", "udh"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), told.get(name)?.into())));
            message.content = Content::Unsupported(Unsupported {
                kind: "sms.binary".to_owned(),
                raw: raw.collect(),
            });
            message.metadata.shift_remove("empty");
        }
        match part(told) {
            Some((group, number, total)) => events
                .into_iter()
                .map(|event| piece(event, &group, number, total))
                .collect(),
            None => events,
        }
    }

    /// The Messages API: a message, or a report.
    fn read_messages(&self, account: &Account, root: Node<'_>) -> Vec<InboundEvent> {
        if root.at("status").is_there() {
            return report_message(root).into_iter().collect();
        }
        // The former shape has everything a step deeper.
        let older = root.at("message").at("content");
        let body = if older.is_there() { older } else { root };
        let number = |name: &str| root.word(name).or_else(|| root.at(name).word("number"));
        let kind = body.word("message_type").or_else(|| body.word("type"));
        let kind = kind.unwrap_or_default();
        let mut kept = Kept::default();
        let pieces = root.at("sms").at("num_messages").whole();
        kept.put("numSegments", pieces);
        kept.put("keyword", root.at("sms").word("keyword"));
        kept.put_raw("price", root.at("usage").at("price"));
        let files = match kind.as_str() {
            "text" => Vec::new(),
            "content" => body
                .at("content")
                .items()
                .filter_map(|item| {
                    let kind = item.word("type").unwrap_or_default();
                    file(&kind, item)
                })
                .collect(),
            kind => file(kind, body.at(kind)).into_iter().collect(),
        };
        let caption = body.at(&kind).word("caption");
        let heard = Heard {
            id: root.word("message_uuid").unwrap_or_default(),
            from: number("from").unwrap_or_default(),
            to: number("to").unwrap_or_default(),
            text: body.word("text").or(caption).unwrap_or_default(),
            files,
            at: root
                .word("timestamp")
                .and_then(|text| Timestamp::parse(&text)),
            kept,
            ..Heard::default()
        };
        inbound::events(account, self, heard)
    }
}

/// Which part of a long text a webhook is: the reference, its number, of how many.
fn part(told: &Pairs) -> Option<(String, u32, u32)> {
    let number = |name: &str| told.get(name).and_then(|text| text.parse::<u32>().ok());
    let group = told.get("concat-ref")?.to_owned();
    let (part, total) = (number("concat-part")?, number("concat-total")?);
    (total > 1).then_some((group, part, total))
}

/// A message that is only a part; what follows from its words, as if it were all, does not.
fn piece(event: InboundEvent, group: &str, number: u32, total: u32) -> InboundEvent {
    match event {
        InboundEvent::Message(message) => InboundEvent::Piece(InboundPiece {
            group: group.to_owned(),
            number,
            total,
            message,
        }),
        other => other,
    }
}

fn file(kind: &str, item: Node<'_>) -> Option<(String, String)> {
    let usual = match kind {
        "image" => "image/*",
        "audio" => "audio/*",
        "video" => "video/*",
        "vcard" => "text/vcard",
        _ => "",
    };
    Some((item.word("url")?, usual.replace("/*", "/unknown")))
}

fn moment(told: &Pairs) -> Option<Timestamp> {
    let seconds = told.get("timestamp").and_then(|text| text.parse().ok());
    seconds.map(Timestamp::from_secs).or_else(|| {
        let text = told.get("message-timestamp")?;
        Timestamp::parse(&format!("{}Z", text.replace(' ', "T")))
    })
}

fn report_sms(told: &Pairs) -> Option<InboundEvent> {
    let word = told.get("status")?.to_owned();
    let state = match word.as_str() {
        "accepted" | "buffered" => Some(Delivery::Sent),
        "delivered" => Some(Delivery::Delivered),
        "expired" | "failed" | "rejected" => Some(Delivery::Failed),
        _ => None,
    };
    let mut kept = Kept::default();
    kept.put("price", told.get("price"));
    let code = told.get("err-code").and_then(|code| code.parse().ok());
    let failed = state == Some(Delivery::Failed);
    let sentence = format!("Vonage reports that the message is {word}.");
    let error = failed.then(|| judged(REPORT_RULES, code, sentence).1);
    receipt::of(told.text("messageId"), state, word, kept)
        .failing(error)
        .at(moment(told))
        .tagged(told.get("client-ref"))
        .event()
}

fn report_message(root: Node<'_>) -> Option<InboundEvent> {
    let word = root.word("status")?;
    let state = match word.as_str() {
        "submitted" => Some(Delivery::Sent),
        "delivered" => Some(Delivery::Delivered),
        "read" => Some(Delivery::Read),
        "rejected" | "undeliverable" => Some(Delivery::Failed),
        _ => None,
    };
    let told = root.at("error");
    let error = (state == Some(Delivery::Failed)).then(|| SendError {
        reason: "undelivered".to_owned(),
        vendor_code: told.word("title"),
        message: told
            .word("detail")
            .unwrap_or_else(|| format!("Vonage reports that the message is {word}.")),
        retryable: false,
    });
    let mut kept = Kept::default();
    kept.put_raw("price", root.at("usage").at("price"));
    receipt::of(root.word("message_uuid")?, state, word, kept)
        .failing(error)
        .at(root
            .word("timestamp")
            .and_then(|text| Timestamp::parse(&text)))
        .tagged(root.word("client_ref").as_deref())
        .event()
}

fn send_sms(outgoing: &Outgoing<'_>) -> Call {
    let account = outgoing.account;
    let (key, secret) = keys(account);
    let alphabet = segments::count(&outgoing.text).alphabet;
    let kind = match alphabet {
        Alphabet::Gsm7 => "text",
        Alphabet::Ucs2 => "unicode",
    };
    let mut pairs = vec![
        ("api_key", key.to_owned()),
        ("api_secret", secret.to_owned()),
        (
            "from",
            numbers::digits(outgoing.from.unwrap_or_default()).to_owned(),
        ),
        ("to", numbers::digits(outgoing.to).to_owned()),
        ("text", outgoing.text.clone()),
        ("type", kind.to_owned()),
        ("status-report-req", "1".to_owned()),
    ];
    let callback = outgoing.status_url();
    if callback.len() <= CALLBACK_MAX {
        pairs.push(("callback", callback));
    }
    pairs.push(("client-ref", outgoing.id.clone()));
    let rest = base(account, "restBaseUrl", REST);
    Call::http(outgoing::post_form(
        format!("{rest}/sms/json"),
        None,
        &pairs,
    ))
}

fn send_message(outgoing: &Outgoing<'_>) -> Call {
    let account = outgoing.account;
    let (key, secret) = keys(account);
    let mut body = json!({
        "to": numbers::digits(outgoing.to),
        "from": numbers::digits(outgoing.from.unwrap_or_default()),
        "client_ref": outgoing.id,
        "webhook_url": outgoing.status_url(),
        "webhook_version": "v1",
    });
    match &outgoing.file {
        None => {
            body["channel"] = "sms".into();
            body["message_type"] = "text".into();
            body["text"] = outgoing.text.as_str().into();
            body["sms"] = json!({"encoding_type": "auto"});
        }
        Some((_, url, kind)) => {
            let kind = match kind {
                FileKind::Image => "image",
                FileKind::Video => "video",
                FileKind::Audio => "audio",
                FileKind::Document => "file",
            };
            body["channel"] = "mms".into();
            body["message_type"] = kind.into();
            body[kind] = json!({"url": url});
            if !outgoing.text.is_empty() {
                body[kind]["caption"] = outgoing.text.as_str().into();
            }
        }
    }
    let api = base(account, "apiBaseUrl", API);
    Call::http(outgoing::post_json(
        format!("{api}/v1/messages"),
        Some(basic(key, secret)),
        &body,
    ))
}
