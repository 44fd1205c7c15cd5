//! Mailgun. email.md sections 1.2, 2.4, 4.4, 5, 8 and 9.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::email::address::Mailbox;
use crate::channels::email::compose::Holding;
use crate::channels::email::compose::Letter;
use crate::channels::email::compose::mime;
use crate::channels::email::compose::mime::Names;
use crate::channels::email::compose::mime::Unwritable;
use crate::channels::email::compose::template::Theirs;
use crate::channels::email::fault;
use crate::channels::email::fault::Class;
use crate::channels::email::fault::Fault;
use crate::channels::email::hooks;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Lying;
use crate::channels::email::provider::Limits;
use crate::channels::email::provider::MAIL_TIMEOUT;
use crate::channels::email::provider::MB;
use crate::channels::email::provider::Provider;
use crate::channels::email::provider::basic;
use crate::channels::email::provider::json;
use crate::channels::email::provider::key;
use crate::channels::email::provider::missing;
use crate::channels::email::provider::request;
use crate::channels::email::reporting;
use crate::channels::node::Node;
use crate::channels::table::base;
use crate::model::call::Call;
use crate::model::call::Field;
use crate::model::call::FieldValue;
use crate::model::call::Form;
use crate::model::call::Piece;
use crate::model::call::Woven;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;

const US: &str = "https://api.mailgun.net";
const EU: &str = "https://api.eu.mailgun.net";
/// How far back it is asked for deliveries, which it reports once: a day and the time between two looks.
const MISSED: Duration = Duration::from_secs(26 * 3_600);
/// How long it is left alone when it is asked too much; it does not say.
const TOO_MUCH: Duration = Duration::from_secs(30);

/// Mailgun.
#[derive(Debug)]
pub struct Mailgun;

impl Provider for Mailgun {
    fn name(&self) -> &'static str {
        "mailgun"
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let key = missing("mailgunApiKey", "API key", key(account, "mailgunApiKey"));
        let domain = missing("mailgunDomain", "Domain", account.text("mailgunDomain"));
        key.into_iter().chain(domain).collect()
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let own = domain(asked.account);
        let question = ask(asked.account, Method::Get, &format!("/v3/domains/{own}"));
        let proved = |reply: &HttpReply| {
            accepted(reply)?;
            let body = json(reply);
            let state = Node::of(&body).at("domain").word("state");
            if state.as_deref() == Some("active") {
                return Ok(Connected::default());
            }
            let state = state.unwrap_or_else(|| "not known".to_owned());
            Err(fault::misconfigured(&format!(
                "The domain {own} is {state}."
            )))
        };
        reporting::connected(asked, question, proved, reporting::mailgun::set_up)
    }

    fn limits(&self, _account: &Account) -> Limits {
        Limits {
            bytes_max: 25 * MB,
            recipients_max: 1_000,
        }
    }

    /// The mail as we write it: so its headers are ours.
    fn send(&self, letter: &Letter<'_>) -> Result<Vec<Call>, Unwritable> {
        let account = letter.account;
        if let Some(theirs) = &letter.theirs {
            return Ok(vec![templated(letter, theirs)]);
        }
        let path = format!("/v3/{}/messages.mime", domain(account));
        let boundary = Names::of(letter).boundary("form");
        let mut request = ask(account, Method::Post, &path);
        request.timeout = MAIL_TIMEOUT;
        let kind = format!("multipart/form-data; boundary={boundary}");
        request.headers = request.headers.with("content-type", kind);
        let clicks = if letter.clicks { "yes" } else { "no" };
        let opens = if letter.opens { "yes" } else { "no" };
        let mut fields: Vec<(&str, &str)> = letter
            .everybody()
            .into_iter()
            .map(|one| ("to", one.address.as_str()))
            .collect();
        fields.extend([
            ("v:linktor_message_id", letter.message_id.as_str()),
            ("o:tracking-opens", opens),
            ("o:tracking-clicks", clicks),
        ]);
        let mut head = String::new();
        for (name, value) in fields {
            // Writing to a text cannot fail.
            let _ = write!(
                head,
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        let _ = write!(
            head,
            "--{boundary}\r\nContent-Disposition: form-data; name=\"message\"; filename=\"message.eml\"\r\n\
             Content-Type: message/rfc822\r\n\r\n"
        );
        let mut body = vec![Piece::Bytes(head.into_bytes())];
        body.extend(mime::written(letter)?);
        body.push(Piece::Bytes(format!("\r\n--{boundary}--\r\n").into_bytes()));
        Ok(vec![Call::Woven(Box::new(Woven {
            request,
            body,
            signer: None,
        }))])
    }

    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        accepted(reply)?;
        let body = json(reply);
        let id = Node::of(&body).word("id");
        let id = id.map(|id| id.trim_matches(['<', '>']).to_owned());
        Ok(id.into_iter().collect())
    }

    fn verify(
        &self,
        account: &Account,
        hook: &Webhook,
        _proof: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(), NotGenuine> {
        hooks::mailgun::verify(account, hook, now)
    }

    fn ask_missed(&self, account: &Account, now: Timestamp) -> Option<HttpRequest> {
        let since = now.minus(MISSED).as_millis() / 1_000;
        let wanted = format!("event=delivered&begin={since}&ascending=yes&limit=300");
        let path = format!("/v3/{}/events?{wanted}", domain(account));
        Some(ask(account, Method::Get, &path))
    }

    fn read_missed(&self, reply: &HttpReply) -> Vec<InboundEvent> {
        let body = json(reply);
        let events = Node::of(&body).at("items").items();
        events.flat_map(hooks::mailgun::told).collect()
    }

    fn once(&self, hook: &Webhook) -> Option<String> {
        hooks::mailgun::once(hook)
    }

    fn read(&self, _account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        hooks::mailgun::read(hook)
    }

    fn mails(&self, _account: &Account, hook: &Webhook) -> Vec<Claim> {
        hooks::mailgun::mails(hook)
    }

    /// A mail that it keeps for three days. The address comes in what nobody signs, so it is asked
    /// only where it is Mailgun's.
    fn mail_at(&self, claim: &Claim, asked: &Asked<'_>) -> Next<Lying> {
        let url = claim
            .place
            .get(hooks::mailgun::KEPT)
            .and_then(Value::as_str);
        let url = url.filter(|url| is_mailguns(asked.account, url));
        let gone = || {
            Fault::new(
                Class::Never,
                "mail_gone",
                "",
                "Mailgun does not have the mail.",
            )
        };
        let url = url.ok_or_else(|| gone().refusal())?;
        let Some(reply) = asked.replies.first() else {
            let key = key(asked.account, "mailgunApiKey").unwrap_or_default();
            let mut request = request(Method::Get, url.to_owned(), Some(basic("api", key)));
            request.headers = Headers::default().with("accept", "message/rfc2822");
            return Ok(Step::Ask {
                what: "mail",
                call: Call::http(request),
            });
        };
        accepted(reply)?;
        let body = json(reply);
        let raw = Node::of(&body).word("body-mime");
        let raw = raw.ok_or_else(|| gone().refusal())?;
        Ok(Step::Done(Lying::Here(raw.into_bytes())))
    }
}

/// The call of a mail that it writes itself, from a template that lies there.
fn templated(letter: &Letter<'_>, theirs: &Theirs) -> Call {
    let path = format!("/v3/{}/messages", domain(letter.account));
    let mut request = ask(letter.account, Method::Post, &path);
    request.timeout = MAIL_TIMEOUT;
    let noticed = |is_on| if is_on { "yes" } else { "no" };
    let listed = |all: &[Mailbox]| {
        let all: Vec<String> = all.iter().map(Mailbox::quoted).collect();
        all.join(", ")
    };
    let mut texts = vec![
        ("from".to_owned(), letter.from.quoted()),
        ("to".to_owned(), letter.to.quoted()),
        ("cc".to_owned(), listed(&letter.cc)),
        ("bcc".to_owned(), listed(&letter.bcc)),
        ("template".to_owned(), theirs.name.clone()),
        (
            "t:variables".to_owned(),
            Value::Object(theirs.values.clone()).to_string(),
        ),
        ("v:linktor_message_id".to_owned(), letter.message_id.clone()),
        (
            "o:tracking-opens".to_owned(),
            noticed(letter.opens).to_owned(),
        ),
        (
            "o:tracking-clicks".to_owned(),
            noticed(letter.clicks).to_owned(),
        ),
    ];
    let reply_to = letter.reply_to.iter().map(|to| ("Reply-To", to.quoted()));
    let headers = letter.told_headers().chain(reply_to);
    texts.extend(headers.map(|(name, value)| (format!("h:{name}"), value)));
    texts.retain(|(_, value)| !value.is_empty());
    let texts = texts.into_iter().map(|(name, value)| Field {
        name,
        value: FieldValue::Text(value),
    });
    let files = letter.files.iter().filter_map(|file| match file.holding {
        Holding::Stored(media_id) => Some(Field {
            name: "attachment".to_owned(),
            value: FieldValue::File {
                media_id,
                filename: file.filename.clone(),
                mime_type: file.mime_type.clone(),
            },
        }),
        Holding::Here(_) => None,
    });
    let fields = texts.chain(files).collect();
    Call::Form(Box::new(Form { request, fields }))
}

pub(super) fn ask(account: &Account, method: Method, path: &str) -> HttpRequest {
    let usual = if account.text("mailgunRegion") == Some("eu") {
        EU
    } else {
        US
    };
    let url = format!("{}{path}", base(account, "apiBaseUrl", usual));
    let key = key(account, "mailgunApiKey").unwrap_or_default();
    request(method, url, Some(basic("api", key)))
}

/// Whether an address is one of Mailgun's, so that it may be asked with the key of the account.
fn is_mailguns(account: &Account, url: &str) -> bool {
    let parsed = |url: &str| url::Url::parse(url).ok();
    let Some(url) = parsed(url) else {
        return false;
    };
    let own = account.text("apiBaseUrl").and_then(parsed);
    let is_own = own.is_some_and(|own| own.origin() == url.origin());
    let host = url.host_str().unwrap_or_default();
    is_own || (url.scheme() == "https" && host.ends_with(".mailgun.net"))
}

pub(super) fn domain(account: &Account) -> &str {
    account.text("mailgunDomain").unwrap_or_default()
}

/// Whether the service did what it was asked.
fn accepted(reply: &HttpReply) -> Result<(), Refusal> {
    let body = json(reply);
    let plain = || String::from_utf8_lossy(&reply.body).trim().to_owned();
    let words = Node::of(&body).word("message").unwrap_or_else(plain);
    // An address that leads nowhere is greeted like this, with a success.
    if reply.status == 200 && body.is_null() {
        let sentence = format!("The API address is wrong: it says {words}.");
        return Err(fault::misconfigured(&sentence));
    }
    let Some(fault) = fault::by_status(reply, "", &words) else {
        return Ok(());
    };
    let fault = match reply.status {
        404 => Fault {
            class: Class::Account,
            reason: "domain_not_found",
            ..fault
        },
        429 => {
            let wait = fault.wait.or(Some(TOO_MUCH));
            fault.after(wait)
        }
        _ => fault,
    };
    Err(fault.refusal())
}
