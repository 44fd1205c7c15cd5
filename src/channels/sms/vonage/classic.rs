//! The SMS API of Vonage. sms.md sections 3.3, 4.1, 5 and 9.

use crate::base::time::Timestamp;
use crate::channels::node::Kept;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::inbound;
use crate::channels::sms::inbound::Heard;
use crate::channels::sms::numbers;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::Class;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::Rule;
use crate::channels::sms::outgoing::judged;
use crate::channels::sms::receipt;
use crate::channels::sms::segments;
use crate::channels::sms::segments::Alphabet;
use crate::channels::sms::vonage::ENTRY;
use crate::channels::sms::vonage::REST;
use crate::channels::sms::vonage::keys;
use crate::channels::table::base;
use crate::model::call::Call;
use crate::model::content::Content;
use crate::model::content::Unsupported;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundPiece;
use crate::model::message::Delivery;
use crate::model::outbound::Account;

/// The shortest and the longest a message may be tried, in milliseconds.
const TTL_MS: (u64, u64) = (20_000, 604_800_000);

/// The longest address for reports that the SMS API takes, in characters.
const CALLBACK_MAX: usize = 100;

/// Statuses of the SMS API's answers.
pub const SEND_RULES: &[Rule] = &[
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

/// A message, or a part of one.
#[must_use]
pub fn heard(account: &Account, told: &Pairs) -> Vec<InboundEvent> {
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
    let mut events = inbound::events(account, &ENTRY, heard);
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

fn moment(told: &Pairs) -> Option<Timestamp> {
    let seconds = told.get("timestamp").and_then(|text| text.parse().ok());
    seconds.map(Timestamp::from_secs).or_else(|| {
        let text = told.get("message-timestamp")?;
        Timestamp::parse(&format!("{}Z", text.replace(' ', "T")))
    })
}

/// How far a message of ours came; none where nothing is reported.
#[must_use]
pub fn report(told: &Pairs) -> Option<InboundEvent> {
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

/// The call that carries a text.
#[must_use]
pub fn send(outgoing: &Outgoing<'_>) -> Call {
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
    let validity = outgoing.validity_secs();
    let validity = validity.map(|secs| secs.saturating_mul(1_000).clamp(TTL_MS.0, TTL_MS.1));
    pairs.extend(validity.map(|ttl| ("ttl", ttl.to_string())));
    pairs.push(("client-ref", outgoing.id.clone()));
    let rest = base(account, "restBaseUrl", REST);
    Call::http(outgoing::post_form(
        format!("{rest}/sms/json"),
        None,
        &pairs,
    ))
}
