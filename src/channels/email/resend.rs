//! Resend. email.md sections 1.2, 2.7, 4.7, 5, 8 and 9.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::sigv4::escaped;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::email::address;
use crate::channels::email::address::Mailbox;
use crate::channels::email::caps;
use crate::channels::email::compose::Letter;
use crate::channels::email::compose::json::call;
use crate::channels::email::compose::json::files;
use crate::channels::email::compose::mime::Unwritable;
use crate::channels::email::compose::mime::is_shown;
use crate::channels::email::fault;
use crate::channels::email::fault::Class;
use crate::channels::email::fault::Fault;
use crate::channels::email::fault::QUOTA_PAUSE;
use crate::channels::email::hooks;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Lying;
use crate::channels::email::provider::Limits;
use crate::channels::email::provider::MB;
use crate::channels::email::provider::Provider;
use crate::channels::email::provider::carrying;
use crate::channels::email::provider::json;
use crate::channels::email::provider::key;
use crate::channels::email::provider::missing;
use crate::channels::email::provider::request;
use crate::channels::email::reporting;
use crate::channels::node::Node;
use crate::channels::table::base;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::inbound::InboundEvent;
use crate::model::message::RATE_LIMITED;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Source;
use crate::model::outbound::Step;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;

const API: &str = "https://api.resend.com";
/// The error of a key that may send and do nothing else.
const RESTRICTED: &str = "restricted_api_key";

/// Status and name of its errors, what follows, and our word for it.
const RULES: &[(u16, &str, Class, &str)] = &[
    (401, "missing_api_key", Class::Account, "credentials"),
    (401, RESTRICTED, Class::Account, "credentials"),
    (403, "invalid_api_key", Class::Account, "credentials"),
    (403, "validation_error", Class::Never, "sender_not_verified"),
    (
        409,
        "concurrent_idempotent_requests",
        Class::Retry,
        "concurrent",
    ),
    (
        409,
        "invalid_idempotent_request",
        Class::Never,
        "invalid_request",
    ),
    (429, "daily_quota_exceeded", Class::Rate, "quota_exceeded"),
    (429, "monthly_quota_exceeded", Class::Rate, "quota_exceeded"),
    (429, "rate_limit_exceeded", Class::Rate, RATE_LIMITED),
];

/// Resend.
#[derive(Debug)]
pub struct Resend;

impl Provider for Resend {
    fn name(&self) -> &'static str {
        "resend"
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let key = key(account, "resendApiKey");
        missing("resendApiKey", "API key", key)
            .into_iter()
            .collect()
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let question = ask(asked.account, Method::Get, "/domains");
        let proved = |reply: &HttpReply| proved(asked.account, reply);
        reporting::connected(asked, question, proved, reporting::resend::set_up)
    }

    fn capabilities(&self) -> &'static Capabilities {
        &caps::REPEATABLE
    }

    fn rewrites_ids(&self) -> bool {
        true
    }

    fn limits(&self, _account: &Account) -> Limits {
        Limits {
            bytes_max: 40 * MB,
            recipients_max: 50,
        }
    }

    fn send(&self, letter: &Letter<'_>) -> Result<Vec<Call>, Unwritable> {
        let mut request = carrying(ask(letter.account, Method::Post, "/emails"));
        request.headers = request
            .headers
            .with("idempotency-key", letter.message_id.as_str());
        Ok(vec![call(letter, request, &mail(letter))])
    }

    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        accepted(reply)?;
        let body = json(reply);
        Ok(Node::of(&body).word("id").into_iter().collect())
    }

    fn verify(
        &self,
        account: &Account,
        hook: &Webhook,
        _proof: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(), NotGenuine> {
        hooks::resend::verify(account, hook, now)
    }

    fn once(&self, hook: &Webhook) -> Option<String> {
        hooks::resend::once(hook)
    }

    fn read(&self, _account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        hooks::resend::read(hook)
    }

    fn mails(&self, _account: &Account, hook: &Webhook) -> Vec<Claim> {
        hooks::resend::mails(hook)
    }

    fn mail_at(&self, claim: &Claim, asked: &Asked<'_>) -> Next<Lying> {
        let id = claim.place.get(hooks::resend::MAIL).and_then(Value::as_str);
        let Some(reply) = asked.replies.first() else {
            let path = format!("/emails/receiving/{}", escaped(id.unwrap_or_default()));
            return Ok(Step::Ask {
                what: "mail",
                call: Call::http(ask(asked.account, Method::Get, &path)),
            });
        };
        accepted(reply)?;
        let body = json(reply);
        let url = Node::of(&body).at("raw").word("download_url");
        let gone = Fault::new(
            Class::Never,
            "mail_gone",
            "",
            "Resend does not have the mail.",
        );
        Ok(Step::Done(Lying::At(Source {
            url: url.ok_or_else(|| gone.refusal())?,
            authorization: None,
            digest: None,
        })))
    }
}

/// Whether the account may send from its domain. A key that may do nothing else cannot tell.
fn proved(account: &Account, reply: &HttpReply) -> Result<Connected, Refusal> {
    let body = json(reply);
    if Node::of(&body).word("name").as_deref() == Some(RESTRICTED) {
        let only = "The API key may only send, so whether the domain is verified cannot be seen.";
        return Ok(Connected {
            warnings: vec![only.to_owned()],
            ..Connected::default()
        });
    }
    accepted(reply)?;
    let own = address::own(account);
    let domain = address::domain_of(&own);
    let mut domains = Node::of(&body).at("data").items();
    let status = domains
        .find(|row| row.word("name").as_deref() == Some(domain))
        .and_then(|row| row.word("status"));
    if status.as_deref() == Some("verified") {
        return Ok(Connected::default());
    }
    let state = status.unwrap_or_else(|| "not known".to_owned());
    let sentence = format!("The domain {domain} is {state} at Resend.");
    Err(fault::misconfigured(&sentence))
}

/// A mail in its JSON. What is empty is left out, and so is an id: it makes up its own.
fn mail(letter: &Letter<'_>) -> Value {
    let headers = letter.headers.iter().cloned();
    let headers: serde_json::Map<String, Value> = headers
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let mut mail = json!({
        "from": letter.from.quoted(),
        "to": [letter.to.quoted()],
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "headers": headers,
        "tags": [{ "name": "linktor_message_id", "value": letter.message_id }],
    });
    for (name, all) in [("cc", &letter.cc), ("bcc", &letter.bcc)] {
        if !all.is_empty() {
            mail[name] = all.iter().map(Mailbox::quoted).collect();
        }
    }
    if let Some(reply_to) = &letter.reply_to {
        mail["reply_to"] = reply_to.quoted().into();
    }
    let attached = files(letter, |file, content| {
        // A type that disagrees with the name's ending would make it drop the file silently.
        let mut one = json!({ "filename": file.filename, "content": content });
        if let Some(id) = file
            .content_id
            .as_ref()
            .filter(|_| is_shown(file, &letter.html))
        {
            one["content_id"] = id.as_str().into();
        }
        one
    });
    if !attached.is_empty() {
        mail["attachments"] = attached.into();
    }
    mail
}

pub(super) fn ask(account: &Account, method: Method, path: &str) -> HttpRequest {
    let url = format!("{}{path}", base(account, "apiBaseUrl", API));
    let key = key(account, "resendApiKey").unwrap_or_default();
    request(method, url, Some(format!("Bearer {key}")))
}

/// Whether the service did what it was asked.
fn accepted(reply: &HttpReply) -> Result<(), Refusal> {
    let body = json(reply);
    let told = Node::of(&body);
    let name = told.word("name").unwrap_or_default();
    let words = told.word("message").unwrap_or_default();
    let Some(fault) = fault::by_status(reply, &name, &words) else {
        return Ok(());
    };
    let known = RULES
        .iter()
        .find(|(status, known, ..)| *status == reply.status && *known == name);
    let fault = match known {
        Some((_, _, class, reason)) => Fault {
            class: *class,
            reason,
            ..fault
        },
        None => fault,
    };
    let wait = match fault.reason {
        "quota_exceeded" => Some(QUOTA_PAUSE),
        "concurrent" => Some(Duration::from_secs(1)),
        _ => fault.wait,
    };
    Err(fault.after(wait).refusal())
}
