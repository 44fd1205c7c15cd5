//! Mailgun. email.md sections 1.2, 2.4, 4.4, 5, 8 and 9.

use std::fmt::Write as _;
use std::time::Duration;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::email::compose::Letter;
use crate::channels::email::compose::mime;
use crate::channels::email::compose::mime::Names;
use crate::channels::email::compose::mime::Unwritable;
use crate::channels::email::fault;
use crate::channels::email::fault::Class;
use crate::channels::email::fault::Fault;
use crate::channels::email::hooks;
use crate::channels::email::hooks::Claim;
use crate::channels::email::provider::Limits;
use crate::channels::email::provider::MB;
use crate::channels::email::provider::Provider;
use crate::channels::email::provider::basic;
use crate::channels::email::provider::json;
use crate::channels::email::provider::key;
use crate::channels::email::provider::mail_request;
use crate::channels::email::provider::request;
use crate::channels::node::Node;
use crate::channels::table::base;
use crate::channels::table::wrong;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Call;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Outcome;
use crate::model::outbound::Piece;
use crate::model::outbound::Refusal;
use crate::model::outbound::Step;
use crate::model::outbound::Woven;
use crate::model::rejection::FieldError;

const US: &str = "https://api.mailgun.net";
const EU: &str = "https://api.eu.mailgun.net";
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
        let mut all = Vec::new();
        if key(account, "mailgunApiKey").is_none() {
            all.push(wrong("mailgunApiKey", "is missing: API key"));
        }
        if account.text("mailgunDomain").is_none() {
            all.push(wrong("mailgunDomain", "is missing: Domain"));
        }
        all
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let account = asked.account;
        let Some(reply) = asked.replies.first() else {
            let url = api(account, &format!("/v3/domains/{}", domain(account)));
            let call = Call::http(request(Method::Get, url, Some(credentials(account))));
            return Ok(Step::Ask {
                what: "credentials",
                call,
            });
        };
        accepted(reply)?;
        let body = json(reply);
        let state = Node::of(&body).at("domain").word("state");
        if state.as_deref() != Some("active") {
            let state = state.unwrap_or_else(|| "not known".to_owned());
            let sentence = format!("The domain {} is {state}.", domain(account));
            return Err(fault::misconfigured(&sentence));
        }
        Ok(Step::Done(Connected::default()))
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
        let path = format!("/v3/{}/messages.mime", domain(account));
        let boundary = Names::of(letter).boundary("form");
        let mut request = mail_request(api(account, &path), Some(credentials(account)));
        request.headers = Headers::default().with("accept", "application/json").with(
            "content-type",
            format!("multipart/form-data; boundary={boundary}"),
        );
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

    fn once(&self, hook: &Webhook) -> Option<String> {
        hooks::mailgun::once(hook)
    }

    fn read(&self, _account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        hooks::mailgun::read(hook)
    }

    fn mails(&self, _account: &Account, hook: &Webhook) -> Vec<Claim> {
        hooks::mailgun::mails(hook)
    }
}

fn api(account: &Account, path: &str) -> String {
    let usual = if account.text("mailgunRegion") == Some("eu") {
        EU
    } else {
        US
    };
    format!("{}{path}", base(account, "apiBaseUrl", usual))
}

fn domain(account: &Account) -> &str {
    account.text("mailgunDomain").unwrap_or_default()
}

fn credentials(account: &Account) -> String {
    basic("api", key(account, "mailgunApiKey").unwrap_or_default())
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
