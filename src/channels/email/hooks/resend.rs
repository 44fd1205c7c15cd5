//! Resend: events and incoming mail, signed as Svix does. email.md sections 2.7, 3.6 and 5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Meaning;
use crate::channels::email::hooks::Report;
use crate::channels::email::hooks::is_near;
use crate::channels::email::hooks::json_of;
use crate::channels::email::hooks::moment;
use crate::channels::email::hooks::told_address;
use crate::channels::email::raw::RawMail;
use crate::channels::node::Node;
use crate::model::Opaque;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::outbound::Account;

/// How far its clock and ours may be apart.
const APART_SECS: u64 = 5 * 60;
/// Under which name a claim says which mail is to be asked for.
pub const MAIL: &str = "emailId";

/// Whether a webhook is Resend's.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
    let secret = account.secret("resendWebhookSecret").unwrap_or_default();
    let key = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD.decode(key).ok().filter(|key| !key.is_empty());
    let key = key.ok_or(NotGenuine)?;
    let header = |name| hook.headers.get(name).ok_or(NotGenuine);
    let (id, timestamp) = (header("svix-id")?, header("svix-timestamp")?);
    let mut signed = format!("{id}.{timestamp}.").into_bytes();
    signed.extend_from_slice(&hook.body);
    let expected = STANDARD.encode(sign(&key, &signed));
    let mut genuine = false;
    for claim in header("svix-signature")?.split_whitespace() {
        let claimed = claim.strip_prefix("v1,").unwrap_or_default();
        genuine |= same(claimed.as_bytes(), expected.as_bytes());
    }
    let at = timestamp.trim().parse().map(Timestamp::from_secs);
    let is_fresh = at.is_ok_and(|at| is_near(at, now, APART_SECS));
    (genuine && is_fresh).then_some(()).ok_or(NotGenuine)
}

/// What names a call, so that a repeat is known.
#[must_use]
pub fn once(hook: &Webhook) -> Option<String> {
    hook.headers.get("svix-id").map(str::to_owned)
}

/// What an event says.
#[must_use]
pub fn read(hook: &Webhook) -> Vec<InboundEvent> {
    let body = json_of(hook);
    let told = Node::of(&body);
    let word = told.word("type").unwrap_or_default();
    let data = told.at("data");
    let bounce = data.at("bounce");
    let is_passing = bounce.word("type").as_deref() == Some("Transient");
    let meaning = match word.as_str() {
        "email.sent" => Meaning::Reached(Delivery::Sent),
        "email.delivery_delayed" | "email.scheduled" => Meaning::Delayed,
        "email.delivered" => Meaning::Reached(Delivery::Delivered),
        "email.opened" | "email.clicked" => Meaning::Reached(Delivery::Read),
        "email.bounced" if is_passing => Meaning::Failed("bounced"),
        "email.bounced" => Meaning::Bounced("bounced"),
        "email.failed" => Meaning::Failed("failed"),
        "email.suppressed" => Meaning::Bounced("suppressed"),
        "email.complained" => Meaning::Complained,
        _ => return Vec::new(),
    };
    // With several recipients it does not say which of them it is about.
    let to: Vec<String> = data.at("to").items().filter_map(Node::text).collect();
    let address = match to.as_slice() {
        [one] => told_address(one),
        _ => None,
    };
    let tags = data.at("tags");
    let listed = tags
        .items()
        .find(|tag| tag.word("name").as_deref() == Some("linktor_message_id"))
        .and_then(|tag| tag.word("value"));
    let at = told.word("created_at");
    let report = Report {
        id: data.word("email_id").unwrap_or_default(),
        tag: tags.word("linktor_message_id").or(listed),
        address,
        at: at.and_then(|text| moment(&text)),
        note: bounce.word("message").or(data.at("failed").word("reason")),
        link: data.at("click").word("link"),
        event_id: None,
        word,
    };
    // The id under which it travels: answers name it.
    let wire = data
        .word("message_id")
        .filter(|_| report.word == "email.sent");
    let wire = wire.map(|id| Report {
        id: id.trim_matches(['<', '>']).to_owned(),
        ..report.clone()
    });
    let mut all = report.means(meaning);
    all.extend(wire.map(|wire| wire.means(meaning)).into_iter().flatten());
    all
}

/// The mail that an event tells of; it has to be asked for.
#[must_use]
pub fn mails(hook: &Webhook) -> Vec<Claim> {
    let body = json_of(hook);
    let told = Node::of(&body);
    if told.word("type").as_deref() != Some("email.received") {
        return Vec::new();
    }
    let data = told.at("data");
    let Some(id) = data.word("email_id") else {
        return Vec::new();
    };
    let at = data.word("created_at").or(told.word("created_at"));
    vec![Claim {
        mail: RawMail {
            envelope_from: data.word("from").as_deref().and_then(told_address),
            envelope_to: data.at("to").items().filter_map(Node::text).collect(),
            arrived_at: at.and_then(|text| moment(&text)),
            ..RawMail::default()
        },
        place: Opaque::from_iter([(MAIL.to_owned(), id.into())]),
    }]
}
