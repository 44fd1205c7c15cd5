//! SendGrid: events and incoming mail, signed with a key of their own. email.md sections 2.2, 2.3,
//! 3.6 and 5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::ECDSA_P256_SHA256_ASN1;
use ring::signature::UnparsedPublicKey;
use serde_json::Value;

use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Meaning;
use crate::channels::email::hooks::Report;
use crate::channels::email::hooks::form::Form;
use crate::channels::email::hooks::json_of;
use crate::channels::email::hooks::rebuild::Part;
use crate::channels::email::hooks::rebuild::Parts;
use crate::channels::email::hooks::told_address;
use crate::channels::email::hooks::verify_secret;
use crate::channels::email::raw::Checks;
use crate::channels::email::raw::RawMail;
use crate::channels::email::reporting::sendgrid::PARSE_KEY;
use crate::channels::email::reporting::sendgrid::PARSE_SIGNED;
use crate::channels::node::Node;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::outbound::Account;
use crate::model::outbound::Switch;

const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";
/// How old a report may be: a repeat may keep its first time, and each is taken once only.
const OLDEST_SECS: u64 = 26 * 3_600;
/// How far its clock may be ahead.
const AHEAD_SECS: u64 = 10 * 60;
/// What stands before the point in a public key of this curve.
const KEY_HEAD_BYTES: usize = 26;
/// From which score on a mail is called spam.
const SPAM_FROM: f64 = 5.0;

/// Whether a webhook is SendGrid's.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
    if is_form(hook) && !account.is_on(PARSE_SIGNED, Switch::Off) {
        return verify_secret(account, hook);
    }
    let header = |name| hook.headers.get(name).ok_or(NotGenuine);
    let (signature, timestamp) = (header(SIGNATURE)?, header(TIMESTAMP)?);
    // Mail that comes in may be signed with a key of its own.
    let parsed = account.text(PARSE_KEY).filter(|_| is_form(hook));
    let key = parsed.or_else(|| account.text("sendgridWebhookPublicKey"));
    let key = key.ok_or(NotGenuine)?;
    let key = STANDARD.decode(key.trim()).map_err(|_| NotGenuine)?;
    let point = key.get(KEY_HEAD_BYTES..).ok_or(NotGenuine)?;
    let signature = STANDARD.decode(signature.trim()).map_err(|_| NotGenuine)?;
    let signed = [timestamp.as_bytes(), &hook.body].concat();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
    key.verify(&signed, &signature).map_err(|_| NotGenuine)?;
    let at = timestamp.trim().parse().map_err(|_| NotGenuine)?;
    let at = Timestamp::from_secs(at);
    let is_fresh = now.since(at).as_secs() <= OLDEST_SECS && at.since(now).as_secs() <= AHEAD_SECS;
    is_fresh.then_some(()).ok_or(NotGenuine)
}

fn is_form(hook: &Webhook) -> bool {
    let kind = hook.headers.get("content-type").unwrap_or_default();
    kind.to_ascii_lowercase().starts_with("multipart/form-data")
}

/// Every event of a batch that is about this channel.
#[must_use]
pub fn read(account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
    let body = json_of(hook);
    let own = account.channel_id.to_string();
    let elements = body.as_array().into_iter().flatten();
    let ours = elements.filter(|element| {
        let channel = element.get("linktor_channel_id").and_then(Value::as_str);
        channel.is_none_or(|channel| channel == own)
    });
    ours.flat_map(event).collect()
}

fn event(element: &Value) -> Vec<InboundEvent> {
    let told = Node::of(element);
    let word = told.word("event").unwrap_or_default();
    let meaning = match word.as_str() {
        "processed" => Meaning::Reached(Delivery::Sent),
        "deferred" => Meaning::Delayed,
        "delivered" => Meaning::Reached(Delivery::Delivered),
        // A proxy that fetches pictures ahead says nothing of a person.
        "open" if told.at("sg_machine_open").is_on() => return Vec::new(),
        "open" | "click" => Meaning::Reached(Delivery::Read),
        "bounce" if told.word("type").as_deref() == Some("blocked") => Meaning::Failed("blocked"),
        "bounce" => Meaning::Bounced("bounced"),
        "dropped" => Meaning::Failed("dropped"),
        "spamreport" => Meaning::Complained,
        "unsubscribe" | "group_unsubscribe" => Meaning::Unsubscribed,
        "group_resubscribe" => Meaning::Resubscribed,
        _ => return Vec::new(),
    };
    let id = told.word("sg_message_id").unwrap_or_default();
    let report = Report {
        // What it answered when it took the mail, and a place of its own behind a dot.
        id: id.split('.').next().unwrap_or_default().to_owned(),
        tag: told.word("linktor_message_id"),
        address: told.word("email").as_deref().and_then(told_address),
        at: told.at("timestamp").moment(),
        note: told.word("reason").or(told.word("response")),
        link: told.word("url"),
        event_id: told.word("sg_event_id"),
        word,
    };
    report.means(meaning)
}

/// The mail of an Inbound Parse call.
#[must_use]
pub fn mails(hook: &Webhook) -> Vec<Claim> {
    if !is_form(hook) {
        return Vec::new();
    }
    let form = Form::of(hook);
    let envelope: Value = form
        .bytes("envelope")
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    let told = Node::of(&envelope);
    let score = form
        .text("spam_score")
        .and_then(|text| text.trim().parse::<f64>().ok());
    let word = |name: &str| form.text(name).map(|text| text.trim().to_lowercase());
    // `{@example.com : pass}`, which only looks like JSON.
    let dkim = word("dkim").map(|text| {
        let verdict = if text.contains("pass") {
            "pass"
        } else {
            "fail"
        };
        verdict.to_owned()
    });
    let raw = form.bytes("email").map(<[u8]>::to_vec);
    let bytes = raw.or_else(|| rebuilt(&form));
    let Some(bytes) = bytes else {
        return Vec::new();
    };
    vec![Claim {
        mail: RawMail {
            bytes,
            envelope_from: told.at("from").text(),
            envelope_to: told.at("to").items().filter_map(Node::text).collect(),
            arrived_at: None,
            checks: Checks {
                spf: word("SPF"),
                dkim,
                dmarc: None,
                spam: score.is_some_and(|score| score >= SPAM_FROM),
                virus: false,
            },
        },
        ..Claim::default()
    }]
}

/// A mail of fields, each in the charset that is told beside them.
fn rebuilt(form: &Form) -> Option<Vec<u8>> {
    let charsets: Value = form
        .bytes("charsets")
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    let field = |name: &str| {
        let bytes = form.bytes(name)?;
        let charset = charsets
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("utf-8");
        let charset = encoding_rs::Encoding::for_label(charset.as_bytes());
        let (text, ..) = charset.unwrap_or(encoding_rs::UTF_8).decode(bytes);
        Some(text.into_owned())
    };
    let mut parts = Parts {
        text: field("text"),
        html: field("html"),
        ..Parts::default()
    };
    parts.read_headers(&form.text("headers").unwrap_or_default());
    for (name, header) in [("from", "From"), ("to", "To"), ("subject", "Subject")] {
        parts.complete(header, field(name));
    }
    let info: Value = form
        .bytes("attachment-info")
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    let files = form.iter().filter(|field| {
        let number = field.name.strip_prefix("attachment");
        number
            .is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()) && !number.is_empty())
    });
    parts.files = files
        .map(|file| {
            let told = Node::of(&info).at(&file.name);
            let usual = || "application/octet-stream".to_owned();
            Part {
                filename: told
                    .word("filename")
                    .or(file.filename.clone())
                    .unwrap_or_default(),
                mime_type: told
                    .word("type")
                    .or(file.content_type.clone())
                    .unwrap_or_else(usual),
                content_id: told
                    .word("content-id")
                    .map(|id| id.trim_matches(['<', '>']).to_owned()),
                bytes: file.value.clone(),
            }
        })
        .collect();
    (!parts.headers.is_empty()).then(|| parts.written())
}
