//! Postmark: events and incoming mail, known by name and password. email.md sections 2.5, 3.6 and 5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Meaning;
use crate::channels::email::hooks::Report;
use crate::channels::email::hooks::json_of;
use crate::channels::email::hooks::moment;
use crate::channels::email::hooks::rebuild::Part;
use crate::channels::email::hooks::rebuild::Parts;
use crate::channels::email::hooks::told_address;
use crate::channels::email::raw::RawMail;
use crate::channels::node::Node;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;

/// Bounces that are none: an answer by a machine, a changed address, a subscription.
const NO_BOUNCES: [&str; 4] = [
    "AutoResponder",
    "AddressChange",
    "Subscribe",
    "OpenRelayTest",
];
/// Bounces that may pass.
const PASSING: [&str; 3] = ["Transient", "SoftBounce", "DnsError"];

/// What names an event, so that a repeat is known.
#[must_use]
pub fn once(hook: &Webhook) -> Option<String> {
    let body = json_of(hook);
    let told = Node::of(&body);
    let word = |name: &str| told.word(name).unwrap_or_default();
    let id = told.word("MessageID")?;
    let times = ["DeliveredAt", "ReceivedAt", "ChangedAt", "BouncedAt"];
    let time = times.iter().find_map(|name| told.word(name));
    Some(format!(
        "{}/{id}/{}{}/{}/{}",
        word("RecordType"),
        word("Recipient"),
        word("Email"),
        word("ID"),
        time.unwrap_or_default()
    ))
}

/// What an event says.
#[must_use]
pub fn read(hook: &Webhook) -> Vec<InboundEvent> {
    let body = json_of(hook);
    let told = Node::of(&body);
    let record = told.word("RecordType").unwrap_or_default();
    let kind = told.word("Type").unwrap_or_default();
    let dead = told.at("Inactive").is_on();
    let meaning = match record.as_str() {
        "Delivery" => Meaning::Reached(Delivery::Delivered),
        "Open" | "Click" => Meaning::Reached(Delivery::Read),
        "Bounce" if NO_BOUNCES.contains(&kind.as_str()) => return Vec::new(),
        "Bounce" if PASSING.contains(&kind.as_str()) && !dead => Meaning::Delayed,
        "Bounce" if kind == "SpamComplaint" => Meaning::Complained,
        "Bounce" if dead || kind == "BadEmailAddress" => Meaning::Bounced("bounced"),
        "Bounce" => Meaning::Failed("bounced"),
        "SpamComplaint" => Meaning::Complained,
        "SubscriptionChange" if told.at("SuppressSending").is_on() => Meaning::Unsubscribed,
        "SubscriptionChange" => Meaning::Resubscribed,
        _ => return Vec::new(),
    };
    let times = ["DeliveredAt", "ReceivedAt", "BouncedAt", "ChangedAt"];
    let at: Option<Timestamp> = times
        .iter()
        .find_map(|name| told.word(name))
        .and_then(|text| moment(&text));
    let address = told.word("Recipient").or(told.word("Email"));
    let report = Report {
        id: told.word("MessageID").unwrap_or_default(),
        tag: told.at("Metadata").word("linktor_message_id"),
        address: address.as_deref().and_then(told_address),
        at,
        note: told.word("Description").or(told.word("Details")),
        link: told.word("OriginalLink"),
        event_id: None,
        word: if kind.is_empty() { record } else { kind },
    };
    report.means(meaning)
}

/// The mail of an inbound call.
#[must_use]
pub fn mails(hook: &Webhook) -> Vec<Claim> {
    let body = json_of(hook);
    let told = Node::of(&body);
    if !told.at("FromFull").is_there() {
        return Vec::new();
    }
    let bytes = told.word("RawEmail").map(String::into_bytes);
    let spam = headers(told).any(|(name, value)| {
        name.eq_ignore_ascii_case("X-Spam-Status") && value.to_lowercase().starts_with("yes")
    });
    let mut mail = RawMail {
        bytes: bytes.unwrap_or_else(|| rebuilt(told)),
        envelope_from: told.at("FromFull").word("Email"),
        envelope_to: told.word("OriginalRecipient").into_iter().collect(),
        ..RawMail::default()
    };
    mail.checks.spam = spam;
    vec![Claim {
        mail,
        ..Claim::default()
    }]
}

fn headers(told: Node<'_>) -> impl Iterator<Item = (String, String)> {
    told.at("Headers")
        .items()
        .filter_map(|row| Some((row.word("Name")?, row.word("Value")?)))
}

fn rebuilt(told: Node<'_>) -> Vec<u8> {
    let mut parts = Parts {
        headers: headers(told).collect(),
        text: told.word("TextBody"),
        html: told.word("HtmlBody"),
        files: Vec::new(),
    };
    let person = |row: Node<'_>| {
        let address = row.word("Email")?;
        Some(match row.word("Name") {
            Some(name) => format!("\"{}\" <{address}>", name.replace('"', "'")),
            None => address,
        })
    };
    let people = |name: &str| -> Option<String> {
        let all: Vec<String> = told.at(name).items().filter_map(person).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    parts.complete("From", person(told.at("FromFull")));
    parts.complete("To", people("ToFull"));
    parts.complete("Cc", people("CcFull"));
    parts.complete("Reply-To", told.word("ReplyTo"));
    parts.complete("Subject", told.word("Subject"));
    parts.complete("Date", told.word("Date"));
    parts.files = told
        .at("Attachments")
        .items()
        .filter_map(|file| {
            Some(Part {
                filename: file.word("Name").unwrap_or_default(),
                mime_type: file
                    .word("ContentType")
                    .unwrap_or_else(|| "application/octet-stream".to_owned()),
                content_id: file.word("ContentID").map(|id| {
                    id.trim_start_matches("cid:")
                        .trim_matches(['<', '>'])
                        .to_owned()
                }),
                bytes: STANDARD.decode(file.word("Content")?).ok()?,
            })
        })
        .collect();
    parts.written()
}
