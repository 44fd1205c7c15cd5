//! What every service that carries mail has to say, and which there are: one file each, and one
//! line in [`PROVIDERS`].

use std::fmt::Debug;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::channels::Heeded;
use crate::channels::NotGenuine;
use crate::channels::email::caps;
use crate::channels::email::compose::Letter;
use crate::channels::email::compose::mime::Unwritable;
use crate::channels::email::fault;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Lying;
use crate::channels::email::mailgun;
use crate::channels::email::postmark;
use crate::channels::email::resend;
use crate::channels::email::sendgrid;
use crate::channels::email::ses;
use crate::channels::email::smtp;
use crate::channels::table::wrong;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::inbound::InboundEvent;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::refusal::Outcome;
use crate::model::rejection::FieldError;

/// How long a service may take for a call that carries no mail.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long it may take for one that does: files are large.
pub const MAIL_TIMEOUT: Duration = Duration::from_secs(5 * 60);
/// A megabyte, as services count.
pub const MB: u64 = 1_024 * 1_024;

/// Their names.
pub const NAMES: [&str; 6] = ["smtp", "sendgrid", "mailgun", "ses", "postmark", "resend"];

/// Every service.
const PROVIDERS: [&dyn Provider; 6] = [
    &smtp::Smtp,
    &sendgrid::SendGrid,
    &mailgun::Mailgun,
    &ses::Ses,
    &postmark::Postmark,
    &resend::Resend,
];

/// One service's way to say things.
pub trait Provider: Debug + Sync {
    /// The name that `provider` has for it.
    fn name(&self) -> &'static str;

    /// What is wrong with its own settings.
    fn check(&self, account: &Account) -> Vec<FieldError>;

    /// Proves the account and has it report to us.
    ///
    /// # Errors
    /// The service does not accept the account.
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected>;

    /// What mails through it can carry.
    fn capabilities(&self) -> &'static Capabilities {
        &caps::CAPABILITIES
    }

    /// Whether it is a service with an account, and no mere server.
    fn is_service(&self) -> bool {
        true
    }

    /// Whether mails travel, always or at times, under an id that it makes up itself.
    fn rewrites_ids(&self) -> bool {
        false
    }

    /// What it takes at most.
    fn limits(&self, account: &Account) -> Limits;

    /// Writes the calls that carry a mail.
    ///
    /// # Errors
    /// [`Unwritable`]: an address that the settings should not have let in.
    fn send(&self, letter: &Letter<'_>) -> Result<Vec<Call>, Unwritable>;

    /// Where something lies that its webhooks are checked with.
    fn proof_at(&self, account: &Account, hook: &Webhook) -> Option<String> {
        let _ = (account, hook);
        None
    }

    /// Checks that a webhook is its own. `proof` is what lies at [`proof_at`](Self::proof_at).
    ///
    /// # Errors
    /// [`NotGenuine`].
    fn verify(
        &self,
        account: &Account,
        hook: &Webhook,
        proof: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(), NotGenuine> {
        let _ = (account, hook, proof, now);
        Err(NotGenuine)
    }

    /// Asks what became of mails since yesterday, where it tells each thing once only, whether somebody
    /// listens or not.
    fn ask_missed(&self, account: &Account, now: Timestamp) -> Option<HttpRequest> {
        let _ = (account, now);
        None
    }

    /// What it answered to that.
    fn read_missed(&self, reply: &HttpReply) -> Vec<InboundEvent> {
        let _ = reply;
        Vec::new()
    }

    /// What names a webhook that must be taken once only.
    fn once(&self, hook: &Webhook) -> Option<String> {
        let _ = hook;
        None
    }

    /// What follows from a webhook beside facts.
    fn heed(&self, account: &Account, hook: &Webhook) -> Heeded {
        let _ = (account, hook);
        Heeded::default()
    }

    /// What became of mails, by a webhook.
    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        let _ = (account, hook);
        Vec::new()
    }

    /// The mails that a webhook brings.
    fn mails(&self, account: &Account, hook: &Webhook) -> Vec<Claim> {
        let _ = (account, hook);
        Vec::new()
    }

    /// Finds out where a mail lies that a webhook told of.
    ///
    /// # Errors
    /// It cannot be had, or not now.
    fn mail_at(&self, claim: &Claim, asked: &Asked<'_>) -> Next<Lying> {
        let _ = (claim, asked);
        Err(fault::misconfigured("The service keeps no mails."))
    }

    /// Reads what it answered to one of them: its ids of the mail, the one that reports name last.
    ///
    /// # Errors
    /// What became of it: later, or never.
    fn read_reply(&self, account: &Account, reply: &HttpReply) -> Outcome;

    /// Whom it sends nothing to although it took the mail, by the same answer, and why.
    fn left_out(&self, reply: &HttpReply) -> Vec<(String, SendError)> {
        let _ = reply;
        Vec::new()
    }
}

/// What a service takes at most. email.md section 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a whole mail, its files written in letters.
    pub bytes_max: u64,
    /// Everybody whom one mail goes to.
    pub recipients_max: usize,
}

/// The service of an account: any mail server unless somebody chose another. None for a name nobody
/// here knows.
#[must_use]
pub fn provider(account: &Account) -> Option<&'static dyn Provider> {
    let name = account.text("provider").unwrap_or("smtp");
    PROVIDERS.into_iter().find(|known| known.name() == name)
}

/// How many mails a second go out: what somebody chose, else what the service told of the account, else
/// what is usual there. email.md section 9.
#[must_use]
pub fn pace(settings: &Opaque) -> u32 {
    let number = |name: &str| {
        let number = settings.get(name).and_then(Value::as_u64)?;
        u32::try_from(number).ok().filter(|number| *number > 0)
    };
    let name = settings.get("provider").and_then(Value::as_str);
    let usual = match name {
        Some("sendgrid") => 100,
        Some("postmark" | "mailgun") => 10,
        Some("resend") => 2,
        Some("ses") => number(ses::RATE).unwrap_or(1),
        _ => 1,
    };
    number("mailsPerSecond").unwrap_or(usual)
}

/// A secret of a service under its own name, or under the one that clients use for all of them.
#[must_use]
pub fn key<'a>(account: &'a Account, name: &str) -> Option<&'a str> {
    account.secret(name).or_else(|| account.secret("apiKey"))
}

/// A request to a service.
#[must_use]
pub fn request(method: Method, url: String, authorization: Option<String>) -> HttpRequest {
    HttpRequest {
        method,
        url,
        headers: Headers::default().with("accept", "application/json"),
        authorization: authorization.map(Secret::new),
        body: Vec::new(),
        timeout: TIMEOUT,
    }
}

/// A request that will carry a mail as JSON.
#[must_use]
pub fn carrying(mut request: HttpRequest) -> HttpRequest {
    request.headers = request.headers.with("content-type", "application/json");
    request.timeout = MAIL_TIMEOUT;
    request
}

/// A request with JSON as its body.
#[must_use]
pub fn with_json(mut request: HttpRequest, body: &Value) -> HttpRequest {
    request.headers = request.headers.with("content-type", "application/json");
    request.body = body.to_string().into_bytes();
    request
}

/// A request with a form as its body.
#[must_use]
pub fn with_form(mut request: HttpRequest, fields: &[(&str, &str)]) -> HttpRequest {
    let kind = "application/x-www-form-urlencoded";
    request.headers = request.headers.with("content-type", kind);
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    request.body = form.extend_pairs(fields).finish().into_bytes();
    request
}

/// What is wrong where a setting that a service needs is absent.
#[must_use]
pub fn missing(name: &str, label: &str, found: Option<&str>) -> Option<FieldError> {
    found
        .is_none()
        .then(|| wrong(name, &format!("is missing: {label}")))
}

/// The value of `Authorization` for a name and a password.
#[must_use]
pub fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

/// The body of an answer as JSON; null where it is none.
#[must_use]
pub fn json(reply: &HttpReply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_default()
}
