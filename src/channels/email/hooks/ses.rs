//! Amazon SES through SNS: events and incoming mail. email.md sections 2.6, 3.6 and 5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Meaning;
use crate::channels::email::hooks::Report;
use crate::channels::email::hooks::moment;
use crate::channels::email::hooks::sns::Envelope;
use crate::channels::email::hooks::sns::Purpose;
use crate::channels::email::hooks::sns::is_amazons;
use crate::channels::email::hooks::told_address;
use crate::channels::email::hooks::verify_secret;
use crate::channels::email::raw::RawMail;
use crate::channels::node::Node;
use crate::model::Opaque;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Notice;
use crate::model::message::Delivery;
use crate::model::outbound::Account;

/// The setting that names the topics that may report.
pub const TOPICS: &str = "sesTopicArns";
/// Under which names a claim says where a mail lies.
pub const BUCKET: &str = "bucket";
/// See [`BUCKET`].
pub const KEY: &str = "objectKey";

/// Whether a webhook is Amazon's, and of one of our topics. Where none is known yet our own secret
/// must be right.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(
    account: &Account,
    hook: &Webhook,
    certificate: Option<&[u8]>,
    now: Timestamp,
) -> Result<(), NotGenuine> {
    let envelope = Envelope::of(hook).ok_or(NotGenuine)?;
    envelope.verify(certificate.ok_or(NotGenuine)?, now)?;
    let topics = topics(account);
    if topics.is_empty() {
        return verify_secret(account, hook);
    }
    topics
        .contains(&envelope.topic())
        .then_some(())
        .ok_or(NotGenuine)
}

fn topics(account: &Account) -> Vec<String> {
    let known = account.settings.get(TOPICS).and_then(Value::as_array);
    let known = known.into_iter().flatten().filter_map(Value::as_str);
    known
        .filter(|topic| !topic.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Where the certificate lies that a webhook is checked with.
#[must_use]
pub fn proof_at(account: &Account, hook: &Webhook) -> Option<String> {
    placed(account, &Envelope::of(hook)?.certificate()?)
}

/// Where something of Amazon's lies; in tests that is below another address.
fn placed(account: &Account, url: &str) -> Option<String> {
    let Some(base) = account.text("snsCertBaseUrl") else {
        return Some(url.to_owned());
    };
    let url = url::Url::parse(url).ok()?;
    let below = &url[url::Position::BeforePath..];
    Some(format!("{}{below}", base.trim_end_matches('/')))
}

/// What names an envelope, so that a repeat is known.
#[must_use]
pub fn once(hook: &Webhook) -> Option<String> {
    Envelope::of(hook)?.word("MessageId")
}

/// The address that says that we want what is said on a topic, and the topic; none for other
/// webhooks.
#[must_use]
pub fn subscription(account: &Account, hook: &Webhook) -> Option<(String, String)> {
    let envelope = Envelope::of(hook)?;
    let url = envelope
        .word("SubscribeURL")
        .filter(|url| is_amazons(url))?;
    let is_asked = envelope.purpose() == Some(Purpose::Subscription);
    let url = placed(account, &url).filter(|_| is_asked)?;
    Some((url, envelope.topic()))
}

/// What an envelope says.
#[must_use]
pub fn read(hook: &Webhook) -> Vec<InboundEvent> {
    let Some(envelope) = Envelope::of(hook) else {
        return Vec::new();
    };
    match envelope.purpose() {
        Some(Purpose::Notification) => event(&envelope.message()),
        Some(Purpose::Unsubscribed) => vec![InboundEvent::Notice(Notice {
            kind: "subscription".to_owned(),
            effect: Effect::Warn,
            text: "Amazon SNS reports nothing more: the subscription of the topic was ended."
                .to_owned(),
            address: None,
            data: Opaque::new(),
            at: None,
            holds: None,
        })],
        Some(Purpose::Subscription) | None => Vec::new(),
    }
}

fn event(message: &Value) -> Vec<InboundEvent> {
    let told = Node::of(message);
    let word = told.word("eventType").or(told.word("notificationType"));
    let word = word.unwrap_or_default();
    let (name, listed) = match word.as_str() {
        "Bounce" => ("bounce", "bouncedRecipients"),
        "Complaint" => ("complaint", "complainedRecipients"),
        "Delivery" => ("delivery", "recipients"),
        "DeliveryDelay" => ("deliveryDelay", "delayedRecipients"),
        "Reject" => ("reject", ""),
        "Rendering Failure" => ("failure", ""),
        "Open" => ("open", ""),
        "Click" => ("click", ""),
        "Send" => ("send", ""),
        "Subscription" => ("subscription", ""),
        _ => return Vec::new(),
    };
    let detail = told.at(name);
    let meaning = match word.as_str() {
        "Send" => Meaning::Reached(Delivery::Sent),
        "DeliveryDelay" => Meaning::Delayed,
        "Delivery" => Meaning::Reached(Delivery::Delivered),
        "Open" | "Click" => Meaning::Reached(Delivery::Read),
        "Complaint" => Meaning::Complained,
        "Subscription" => Meaning::Unsubscribed,
        "Reject" | "Rendering Failure" => Meaning::Failed("rejected"),
        _ => match detail.word("bounceType").as_deref() {
            Some("Permanent") => Meaning::Bounced("bounced"),
            // Somebody who is away answers so too.
            _ => Meaning::Delayed,
        },
    };
    let mail = told.at("mail");
    let tag = mail.at("tags").at("linktor_message_id").first().text();
    let person = |row: Node<'_>| row.text().or(row.word("emailAddress"));
    let mut about: Vec<(Option<String>, Option<String>)> = detail
        .at(listed)
        .items()
        .map(|row| {
            let address = person(row).as_deref().and_then(told_address);
            (address, row.word("diagnosticCode"))
        })
        .collect();
    if about.is_empty() {
        // These do not say whom they are about, which is plain where there was one only.
        let to: Vec<String> = mail
            .at("destination")
            .items()
            .filter_map(Node::text)
            .collect();
        let address = match to.as_slice() {
            [one] => told_address(one),
            _ => None,
        };
        about.push((address, None));
    }
    let at = detail.word("timestamp").or(mail.word("timestamp"));
    let at = at.and_then(|text| moment(&text));
    let words = [
        "smtpResponse",
        "reason",
        "errorMessage",
        "bounceSubType",
        "delayType",
    ];
    let words = words.iter().find_map(|name| detail.word(name));
    let reports = about.into_iter().map(|(address, diagnosis)| Report {
        id: mail.word("messageId").unwrap_or_default(),
        tag: tag.clone(),
        address,
        at,
        note: diagnosis.or(words.clone()),
        link: detail.word("link"),
        event_id: None,
        word: word.clone(),
    });
    reports.flat_map(|report| report.means(meaning)).collect()
}

/// The mail in an envelope, or where it lies.
#[must_use]
pub fn mails(account: &Account, hook: &Webhook) -> Vec<Claim> {
    let Some(envelope) = Envelope::of(hook) else {
        return Vec::new();
    };
    let message = envelope.message();
    let told = Node::of(&message);
    if told.word("notificationType").as_deref() != Some("Received") {
        return Vec::new();
    }
    let receipt = told.at("receipt");
    let action = receipt.at("action");
    let verdict = |name: &str| {
        let status = receipt.at(name).word("status")?.to_lowercase();
        Some(if status == "fail" {
            "fail"
        } else if status == "pass" {
            "pass"
        } else {
            "none"
        })
    };
    let kept = |name: &str| verdict(name).map(str::to_owned);
    let mail = told.at("mail");
    let mut raw = RawMail {
        envelope_from: mail.word("source"),
        envelope_to: receipt
            .at("recipients")
            .items()
            .filter_map(Node::text)
            .collect(),
        arrived_at: mail.word("timestamp").and_then(|text| moment(&text)),
        ..RawMail::default()
    };
    raw.checks.spf = kept("spfVerdict");
    raw.checks.dkim = kept("dkimVerdict");
    raw.checks.dmarc = kept("dmarcVerdict");
    raw.checks.spam = verdict("spamVerdict") == Some("fail");
    raw.checks.virus = verdict("virusVerdict") == Some("fail");
    if let Some(content) = told.at("content").text() {
        raw.bytes = match action.word("encoding").as_deref() {
            Some("BASE64") => STANDARD.decode(content.trim()).unwrap_or_default(),
            _ => content.into_bytes(),
        };
        return vec![Claim {
            mail: raw,
            ..Claim::default()
        }];
    }
    let (bucket, key) = (action.word("bucketName"), action.word("objectKey"));
    let Some((bucket, key)) = bucket.zip(key) else {
        return Vec::new();
    };
    // Whoever may report may not send us to any bucket of the account.
    if account
        .text("sesInboundBucket")
        .is_some_and(|own| own != bucket)
    {
        return Vec::new();
    }
    vec![Claim {
        mail: raw,
        place: Opaque::from_iter([
            (BUCKET.to_owned(), bucket.into()),
            (KEY.to_owned(), key.into()),
        ]),
    }]
}
