//! Twilio `SendGrid`. email.md sections 1.2, 2.2, 2.3, 4.3, 5, 8 and 9.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::email::address::Mailbox;
use crate::channels::email::compose::Letter;
use crate::channels::email::compose::json::call;
use crate::channels::email::compose::json::files;
use crate::channels::email::compose::mime::Unwritable;
use crate::channels::email::compose::mime::is_shown;
use crate::channels::email::fault;
use crate::channels::email::fault::Class;
use crate::channels::email::fault::Fault;
use crate::channels::email::hooks;
use crate::channels::email::hooks::Claim;
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
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;

const API: &str = "https://api.sendgrid.com";

/// `SendGrid`.
#[derive(Debug)]
pub struct SendGrid;

impl Provider for SendGrid {
    fn name(&self) -> &'static str {
        "sendgrid"
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let key = key(account, "apiKey");
        missing("apiKey", "API key", key).into_iter().collect()
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let question = ask(asked.account, Method::Get, "/v3/scopes");
        let proved = |reply: &HttpReply| {
            accepted(reply)?;
            let body = json(reply);
            let mut scopes = Node::of(&body).at("scopes").items();
            if scopes.any(|scope| scope.is("mail.send")) {
                return Ok(Connected::default());
            }
            Err(fault::misconfigured("The API key may not send mail."))
        };
        reporting::connected(asked, question, proved, reporting::sendgrid::set_up)
    }

    fn limits(&self, _account: &Account) -> Limits {
        Limits {
            bytes_max: 30 * MB,
            recipients_max: 1_000,
        }
    }

    fn send(&self, letter: &Letter<'_>) -> Result<Vec<Call>, Unwritable> {
        let request = carrying(ask(letter.account, Method::Post, "/v3/mail/send"));
        Ok(vec![call(letter, request, &mail(letter))])
    }

    /// As it does where the domain of the sender is not proved there.
    fn rewrites_ids(&self) -> bool {
        true
    }

    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        accepted(reply)?;
        let id = reply.headers.get("x-message-id").map(str::to_owned);
        Ok(id.into_iter().collect())
    }

    fn verify(
        &self,
        account: &Account,
        hook: &Webhook,
        _proof: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(), NotGenuine> {
        hooks::sendgrid::verify(account, hook, now)
    }

    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        hooks::sendgrid::read(account, hook)
    }

    fn mails(&self, _account: &Account, hook: &Webhook) -> Vec<Claim> {
        hooks::sendgrid::mails(hook)
    }
}

/// A mail in its JSON. What is empty is left out: it does not take empty lists.
fn mail(letter: &Letter<'_>) -> Value {
    let account = letter.account;
    let mut envelope = json!({
        "to": [person(&letter.to)],
        "custom_args": {
            "linktor_message_id": letter.message_id,
            "linktor_channel_id": account.channel_id.to_string(),
        },
    });
    for (name, all) in [("cc", &letter.cc), ("bcc", &letter.bcc)] {
        if !all.is_empty() {
            envelope[name] = all.iter().map(person).collect();
        }
    }
    if let Some(theirs) = &letter.theirs {
        envelope["dynamic_template_data"] = theirs.values.clone().into();
    }
    let headers: serde_json::Map<String, Value> = letter
        .told_headers()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let mut mail = json!({
        "personalizations": [envelope],
        "from": person(&letter.from),
        "headers": headers,
        "tracking_settings": {
            "click_tracking": { "enable": letter.clicks, "enable_text": false },
            "open_tracking": { "enable": letter.opens },
        },
    });
    if let Some(theirs) = &letter.theirs {
        mail["template_id"] = theirs.name.as_str().into();
    } else {
        mail["subject"] = letter.subject.as_str().into();
        // It takes no empty text, which a mail with nothing but a file has.
        let filled = |text: &str| if text.is_empty() { " " } else { text }.to_owned();
        mail["content"] = json!([
            { "type": "text/plain", "value": filled(&letter.text) },
            { "type": "text/html", "value": filled(&letter.html) },
        ]);
    }
    if let Some(reply_to) = &letter.reply_to {
        mail["reply_to"] = person(reply_to);
    }
    let attached = files(letter, |file, content| {
        let mut one = json!({
            "content": content,
            "type": file.mime_type,
            "filename": file.filename,
            "disposition": "attachment",
        });
        if let Some(id) = file
            .content_id
            .as_ref()
            .filter(|_| is_shown(file, &letter.html))
        {
            one["disposition"] = "inline".into();
            one["content_id"] = id.as_str().into();
        }
        one
    });
    if !attached.is_empty() {
        mail["attachments"] = attached.into();
    }
    mail
}

fn person(mailbox: &Mailbox) -> Value {
    match &mailbox.name {
        Some(name) => json!({ "email": mailbox.address, "name": name }),
        None => json!({ "email": mailbox.address }),
    }
}

pub(super) fn ask(account: &Account, method: Method, path: &str) -> HttpRequest {
    let url = format!("{}{path}", base(account, "apiBaseUrl", API));
    let key = key(account, "apiKey").unwrap_or_default();
    request(method, url, Some(format!("Bearer {key}")))
}

/// Whether the service did what it was asked.
fn accepted(reply: &HttpReply) -> Result<(), Refusal> {
    let body = json(reply);
    let first = Node::of(&body).at("errors").first();
    let words = first.word("message").unwrap_or_default();
    let Some(fault) = fault::by_status(reply, "", &words) else {
        return Ok(());
    };
    let fault = match reply.status {
        401 if words.contains("credits exceeded") => Fault {
            reason: "insufficient_funds",
            ..fault
        },
        403 if words.contains("verified Sender Identity") => Fault {
            class: Class::Never,
            reason: "sender_not_verified",
            ..fault
        },
        429 => {
            let wait = fault.wait.or(until_reset(reply));
            fault.after(wait)
        }
        _ => fault,
    };
    Err(fault.refusal())
}

/// How long until it takes calls again: it names the moment, and its own present.
fn until_reset(reply: &HttpReply) -> Option<Duration> {
    let reset = reply
        .headers
        .get("x-ratelimit-reset")?
        .trim()
        .parse()
        .ok()?;
    let now = jiff::fmt::rfc2822::parse(reply.headers.get("date")?).ok()?;
    let now = Timestamp::from_millis(now.timestamp().as_millisecond());
    let wait = Timestamp::from_secs(reset).since(now);
    Some(wait.max(Duration::from_secs(1)))
}
