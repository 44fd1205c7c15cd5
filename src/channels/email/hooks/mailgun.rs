//! Mailgun: events and incoming mail, signed by time and token. email.md sections 2.4, 3.6 and 5.

use serde_json::Value;

use crate::base::crypto::signed_in_hex;
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
use crate::channels::email::raw::Checks;
use crate::channels::email::raw::RawMail;
use crate::channels::node::Node;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::outbound::Account;

/// How old a call may be: it is repeated for eight hours, and each token is taken once only.
const OLDEST_SECS: u64 = 9 * 3_600;
/// Under which name a claim says where a mail is kept.
pub const KEPT: &str = "messageUrl";
/// How far its clock may be ahead.
const AHEAD_SECS: u64 = 15 * 60;

/// Time, token and signature.
struct Signed {
    timestamp: String,
    token: String,
    signature: String,
}

impl Signed {
    fn in_json(node: Node<'_>) -> Option<Self> {
        Some(Self {
            timestamp: node.word("timestamp")?,
            token: node.word("token")?,
            signature: node.word("signature")?,
        })
    }

    fn in_form(form: &Form) -> Option<Self> {
        Some(Self {
            timestamp: form.text("timestamp")?,
            token: form.text("token")?,
            signature: form.text("signature")?,
        })
    }

    fn holds(&self, key: &str, now: Timestamp) -> bool {
        let signed = format!("{}{}", self.timestamp, self.token);
        let at = self.timestamp.trim().parse().map(Timestamp::from_secs);
        signed_in_hex(key.as_bytes(), signed.as_bytes(), &self.signature)
            && at.is_ok_and(|at| {
                now.since(at).as_secs() <= OLDEST_SECS && at.since(now).as_secs() <= AHEAD_SECS
            })
    }
}

fn signed(hook: &Webhook) -> Vec<Signed> {
    if is_json(hook) {
        let body = json_of(hook);
        let told = Node::of(&body);
        let both = ["signature", "parent-signature"];
        return both
            .iter()
            .filter_map(|name| Signed::in_json(told.at(name)))
            .collect();
    }
    Signed::in_form(&Form::of(hook)).into_iter().collect()
}

fn is_json(hook: &Webhook) -> bool {
    let kind = hook.headers.get("content-type").unwrap_or_default();
    kind.to_ascii_lowercase().starts_with("application/json")
}

/// Whether a webhook is Mailgun's: by the key of the account, or of the one above it.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
    let key = account.secret("mailgunWebhookSigningKey");
    let key = key.filter(|key| !key.is_empty()).ok_or(NotGenuine)?;
    let genuine = signed(hook).iter().any(|signed| signed.holds(key, now));
    genuine.then_some(()).ok_or(NotGenuine)
}

/// The token of a call. Only it is signed and not the body, so it must not be taken twice.
#[must_use]
pub fn once(hook: &Webhook) -> Option<String> {
    Some(signed(hook).into_iter().next()?.token)
}

/// What an event says.
#[must_use]
pub fn read(hook: &Webhook) -> Vec<InboundEvent> {
    if !is_json(hook) {
        return Vec::new();
    }
    let body = json_of(hook);
    told(Node::of(&body).at("event-data"))
}

/// What an event says, by a webhook or in a list.
#[must_use]
pub fn told(told: Node<'_>) -> Vec<InboundEvent> {
    let word = told.word("event").unwrap_or_default();
    let is_temporary = told.word("severity").as_deref() == Some("temporary");
    let status = told.at("delivery-status");
    let bounced = status
        .word("enhanced-code")
        .is_some_and(|code| code.starts_with("5.1."))
        || told.word("reason").as_deref() == Some("suppress-bounce");
    let meaning = match word.as_str() {
        "accepted" => Meaning::Reached(Delivery::Sent),
        "delivered" => Meaning::Reached(Delivery::Delivered),
        "opened" | "clicked" => Meaning::Reached(Delivery::Read),
        "failed" if is_temporary => Meaning::Delayed,
        "failed" if bounced => Meaning::Bounced("bounced"),
        "failed" => Meaning::Failed("bounced"),
        "rejected" => Meaning::Failed("rejected"),
        "complained" => Meaning::Complained,
        "unsubscribed" => Meaning::Unsubscribed,
        _ => return Vec::new(),
    };
    let headers = told.at("message").at("headers");
    let note = status.word("message").or(status.word("description"));
    let report = Report {
        id: headers.word("message-id").unwrap_or_default(),
        tag: told.at("user-variables").word("linktor_message_id"),
        address: told.word("recipient").as_deref().and_then(told_address),
        at: told.at("timestamp").moment(),
        note: note.or(told.word("reason")),
        link: told.word("url"),
        event_id: told.word("id"),
        word,
    };
    report.means(meaning)
}

/// The mail of a route's call.
#[must_use]
pub fn mails(hook: &Webhook) -> Vec<Claim> {
    if is_json(hook) {
        return Vec::new();
    }
    let form = Form::of(hook);
    let headers: Value = form
        .bytes("message-headers")
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    let raw = form.bytes("body-mime").map(<[u8]>::to_vec);
    // One that it keeps comes without its files: all of it is asked for.
    let kept = form.text("message-url").filter(|_| raw.is_none());
    let bytes = match &kept {
        Some(_) => Vec::new(),
        None => match raw.or_else(|| rebuilt(&form, &headers)) {
            Some(bytes) => bytes,
            None => return Vec::new(),
        },
    };
    let header = |name: &str| {
        let mut pairs = headers.as_array().into_iter().flatten();
        let found = pairs.find(|pair| {
            let known = pair.get(0).and_then(Value::as_str);
            known.is_some_and(|known| known.eq_ignore_ascii_case(name))
        })?;
        Some(found.get(1)?.as_str()?.to_lowercase())
    };
    let spf =
        header("X-Mailgun-Spf").or(form.text("X-Mailgun-Spf").map(|text| text.to_lowercase()));
    let flag = header("X-Mailgun-Sflag").or(form.text("X-Mailgun-Sflag"));
    vec![Claim {
        mail: RawMail {
            bytes,
            envelope_from: form.text("sender"),
            envelope_to: form
                .text("recipient")
                .map(|all| all.split(',').map(|one| one.trim().to_owned()).collect())
                .unwrap_or_default(),
            arrived_at: None,
            checks: Checks {
                spf,
                spam: flag.is_some_and(|flag| flag.eq_ignore_ascii_case("yes")),
                ..Checks::default()
            },
        },
        place: kept
            .map(|url| (KEPT.to_owned(), url.into()))
            .into_iter()
            .collect(),
    }]
}

fn rebuilt(form: &Form, headers: &Value) -> Option<Vec<u8>> {
    let pairs = headers.as_array().into_iter().flatten();
    let mut parts = Parts {
        headers: pairs
            .filter_map(|pair| {
                let text = |at| pair.get(at).and_then(Value::as_str).map(str::to_owned);
                Some((text(0)?, text(1)?))
            })
            .collect(),
        text: form.text("body-plain"),
        html: form.text("body-html"),
        files: Vec::new(),
    };
    for name in ["From", "To", "Subject", "Message-Id", "Date"] {
        parts.complete(name, form.text(name).or(form.text(&name.to_lowercase())));
    }
    let ids: Value = form
        .bytes("content-id-map")
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    let id_of = |field: &str| {
        let mut all = ids.as_object().into_iter().flatten();
        let (id, _) = all.find(|(_, name)| name.as_str() == Some(field))?;
        Some(id.trim_matches(['<', '>']).to_owned())
    };
    let files = form
        .iter()
        .filter(|field| field.name.starts_with("attachment-"));
    parts.files = files
        .filter(|field| field.filename.is_some())
        .map(|field| Part {
            filename: field.filename.clone().unwrap_or_default(),
            mime_type: field
                .content_type
                .clone()
                .unwrap_or_else(|| "application/octet-stream".to_owned()),
            content_id: id_of(&field.name),
            bytes: field.value.clone(),
        })
        .collect();
    (!parts.headers.is_empty()).then(|| parts.written())
}
