//! Postmark. email.md sections 1.2, 2.5, 4.5, 5, 8 and 9.

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
use crate::channels::email::hooks::told_address;
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
use crate::model::message::RATE_LIMITED;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;

const API: &str = "https://api.postmarkapp.com";
/// The setting that keeps the address at which it takes mail in.
const INBOUND: &str = "postmarkInboundAddress";
/// How long it is left alone when it is asked too much; it does not say.
const TOO_MUCH: Duration = Duration::from_secs(5);

/// Codes of its errors, what follows, and our word for it.
const RULES: &[(i64, Class, &str)] = &[
    (10, Class::Account, "credentials"),
    (100, Class::Retry, "temporary"),
    (300, Class::Never, "invalid_request"),
    (400, Class::Account, "sender_not_verified"),
    (401, Class::Account, "sender_not_verified"),
    (402, Class::Never, "invalid_request"),
    (403, Class::Never, "invalid_request"),
    (405, Class::Account, "insufficient_funds"),
    (406, Class::Suppressed, "suppressed"),
    (409, Class::Never, "invalid_request"),
    (410, Class::Never, "invalid_request"),
    (411, Class::Never, "forbidden_attachment"),
    (412, Class::Account, "account_suspended"),
    (413, Class::Never, "not_permitted"),
    (429, Class::Rate, RATE_LIMITED),
    (500, Class::Never, "refused"),
    (501, Class::Never, "refused"),
];

/// Postmark.
#[derive(Debug)]
pub struct Postmark;

impl Provider for Postmark {
    fn name(&self) -> &'static str {
        "postmark"
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let token = key(account, "postmarkServerToken");
        missing("postmarkServerToken", "Server token", token)
            .into_iter()
            .collect()
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let question = ask(asked.account, Method::Get, "/server");
        let proved = |reply: &HttpReply| {
            accepted(reply)?;
            let body = json(reply);
            let address = Node::of(&body).word("InboundAddress");
            let told = address.map(|address| (INBOUND.to_owned(), address.into()));
            Ok(Connected {
                settings: told.into_iter().collect(),
                ..Connected::default()
            })
        };
        reporting::connected(asked, question, proved, reporting::postmark::set_up)
    }

    fn limits(&self, _account: &Account) -> Limits {
        Limits {
            bytes_max: 10 * MB,
            recipients_max: 50,
        }
    }

    fn send(&self, letter: &Letter<'_>) -> Result<Vec<Call>, Unwritable> {
        let path = if letter.theirs.is_some() {
            "/email/withTemplate"
        } else {
            "/email"
        };
        let request = carrying(ask(letter.account, Method::Post, path));
        Ok(vec![call(letter, request, &mail(letter))])
    }

    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        accepted(reply)?;
        let body = json(reply);
        let told = Node::of(&body);
        let to = told.word("To").as_deref().and_then(told_address);
        let refused = to.is_some_and(|to| inactive(reply).contains(&to));
        if refused {
            return Err(suppressed(reply).refusal());
        }
        Ok(told.word("MessageID").into_iter().collect())
    }

    fn left_out(&self, reply: &HttpReply) -> Vec<(String, SendError)> {
        let error = suppressed(reply).refusal().error().clone();
        let all = inactive(reply).into_iter();
        all.map(|address| (address, error.clone())).collect()
    }

    fn verify(
        &self,
        account: &Account,
        hook: &Webhook,
        _proof: Option<&[u8]>,
        _now: Timestamp,
    ) -> Result<(), NotGenuine> {
        hooks::verify_secret(account, hook)
    }

    fn once(&self, hook: &Webhook) -> Option<String> {
        hooks::postmark::once(hook)
    }

    fn read(&self, _account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        hooks::postmark::read(hook)
    }

    fn mails(&self, _account: &Account, hook: &Webhook) -> Vec<Claim> {
        hooks::postmark::mails(hook)
    }
}

/// A mail in its JSON. What is empty is left out.
fn mail(letter: &Letter<'_>) -> Value {
    let account = letter.account;
    let mut headers: Vec<Value> = letter
        .told_headers()
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect();
    // Without this it puts an id of its own in the place of ours.
    headers.push(json!({ "Name": "X-PM-KeepID", "Value": "true" }));
    let links = if letter.clicks { "HtmlAndText" } else { "None" };
    let mut mail = json!({
        "From": person(&letter.from),
        "To": person(&letter.to),
        "MessageStream": stream(account),
        "Headers": headers,
        "Metadata": { "linktor_message_id": letter.message_id },
        "TrackOpens": letter.opens,
        "TrackLinks": links,
    });
    if let Some(theirs) = &letter.theirs {
        mail["TemplateAlias"] = theirs.name.as_str().into();
        mail["TemplateModel"] = theirs.values.clone().into();
    } else {
        mail["Subject"] = letter.subject.as_str().into();
        mail["TextBody"] = letter.text.as_str().into();
        mail["HtmlBody"] = letter.html.as_str().into();
    }
    for (name, all) in [("Cc", &letter.cc), ("Bcc", &letter.bcc)] {
        if !all.is_empty() {
            let all: Vec<String> = all.iter().map(person).collect();
            mail[name] = all.join(", ").into();
        }
    }
    if let Some(reply_to) = &letter.reply_to {
        mail["ReplyTo"] = person(reply_to).into();
    }
    let attached = files(letter, |file, content| {
        let mut one = json!({
            "Name": file.filename,
            "Content": content,
            "ContentType": file.mime_type,
        });
        if let Some(id) = file
            .content_id
            .as_ref()
            .filter(|_| is_shown(file, &letter.html))
        {
            one["ContentID"] = format!("cid:{id}").into();
        }
        one
    });
    if !attached.is_empty() {
        mail["Attachments"] = attached.into();
    }
    mail
}

/// The addresses that it does not write to any more, where it names some of those of a mail that it
/// took.
fn inactive(reply: &HttpReply) -> Vec<String> {
    let body = json(reply);
    let words = Node::of(&body).word("Message").unwrap_or_default();
    let listed = words.split_once("inactive addresses:");
    let taken = (200..300).contains(&reply.status);
    let listed = listed.filter(|_| taken).map_or("", |(_, all)| all);
    let all = listed.split([',', ';', ' ']).map(str::trim);
    let all = all.filter(|one| !one.is_empty());
    all.map_while(|one| told_address(one.trim_end_matches('.')))
        .collect()
}

fn suppressed(reply: &HttpReply) -> Fault {
    let body = json(reply);
    let words = Node::of(&body).word("Message").unwrap_or_default();
    Fault::new(Class::Suppressed, "suppressed", "406", &words)
}

fn person(mailbox: &Mailbox) -> String {
    mailbox.quoted()
}

/// The stream that mails go out in.
pub(super) fn stream(account: &Account) -> &str {
    account.text("postmarkMessageStream").unwrap_or("outbound")
}

pub(super) fn ask(account: &Account, method: Method, path: &str) -> HttpRequest {
    let url = format!("{}{path}", base(account, "apiBaseUrl", API));
    let mut request = request(method, url, None);
    let token = key(account, "postmarkServerToken").unwrap_or_default();
    request.headers = request.headers.with("x-postmark-server-token", token);
    request
}

/// Whether the service did what it was asked.
fn accepted(reply: &HttpReply) -> Result<(), Refusal> {
    let body = json(reply);
    let told = Node::of(&body);
    let code = told.at("ErrorCode").whole();
    let words = told.word("Message").unwrap_or_default();
    let shown = code.map(|code| code.to_string()).unwrap_or_default();
    let Some(fault) = fault::by_status(reply, &shown, &words) else {
        return Ok(());
    };
    // What stands between us and the service answers in HTML.
    if reply.status == 403 && code.is_none() {
        let blocked = "Something on the way to Postmark refuses the call.";
        return Err(Fault::new(Class::Retry, "blocked", "403", blocked).refusal());
    }
    let known = RULES.iter().find(|(known, ..)| Some(*known) == code);
    let fault = match known {
        Some((_, class, reason)) if reply.status < 500 => Fault {
            class: *class,
            reason,
            ..fault
        },
        _ => fault,
    };
    let wait = fault
        .wait
        .or((fault.class == Class::Rate).then_some(TOO_MUCH));
    Err(fault.after(wait).refusal())
}
