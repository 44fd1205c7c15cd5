//! Amazon SES. email.md sections 1.2, 2.6, 4.6, 5, 8 and 9.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::secret::Secret;
use crate::base::sigv4::Signer;
use crate::base::sigv4::escaped;
use crate::base::time::Timestamp;
use crate::channels::Heeded;
use crate::channels::NotGenuine;
use crate::channels::email::compose::Letter;
use crate::channels::email::compose::mime;
use crate::channels::email::compose::mime::Unwritable;
use crate::channels::email::fault;
use crate::channels::email::fault::Class;
use crate::channels::email::fault::Fault;
use crate::channels::email::fault::QUOTA_PAUSE;
use crate::channels::email::hooks;
use crate::channels::email::hooks::Claim;
use crate::channels::email::hooks::Lying;
use crate::channels::email::hooks::ses::BUCKET;
use crate::channels::email::hooks::ses::KEY;
use crate::channels::email::hooks::ses::TOPICS;
use crate::channels::email::provider::Limits;
use crate::channels::email::provider::MB;
use crate::channels::email::provider::Provider;
use crate::channels::email::provider::carrying;
use crate::channels::email::provider::json;
use crate::channels::email::provider::request;
use crate::channels::node::Node;
use crate::channels::table::base;
use crate::channels::table::wrong;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::call::Piece;
use crate::model::call::Woven;
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

const SERVICE: &str = "ses";
/// The setting that keeps how many mails a second it takes of the account.
pub const RATE: &str = "sesMaxSendRate";
/// From which part of a day's mails on it is worth a word.
const NEARLY: f64 = 0.9;
/// What stands in the place of the mail until it goes out.
const MARK: &str = "@@mail@@";

/// Names of its errors, what follows, and our word for it.
const RULES: &[(&str, Class, &str)] = &[
    ("InvalidClientTokenId", Class::Account, "credentials"),
    ("SignatureDoesNotMatch", Class::Account, "credentials"),
    ("InvalidSignatureException", Class::Account, "credentials"),
    ("UnrecognizedClientException", Class::Account, "credentials"),
    ("ExpiredTokenException", Class::Account, "credentials"),
    ("AccessDeniedException", Class::Account, "credentials"),
    (
        "AccountSuspendedException",
        Class::Account,
        "account_suspended",
    ),
    (
        "SendingPausedException",
        Class::Account,
        "account_suspended",
    ),
    ("MessageRejected", Class::Never, "refused"),
    (
        "MailFromDomainNotVerifiedException",
        Class::Never,
        "sender_not_verified",
    ),
    ("BadRequestException", Class::Never, "invalid_request"),
    ("NotFoundException", Class::Never, "not_found"),
    ("ThrottlingException", Class::Rate, RATE_LIMITED),
    ("TooManyRequestsException", Class::Rate, RATE_LIMITED),
    ("LimitExceededException", Class::Rate, RATE_LIMITED),
];

/// Amazon SES.
#[derive(Debug)]
pub struct Ses;

impl Provider for Ses {
    fn name(&self) -> &'static str {
        SERVICE
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let mut all = Vec::new();
        let region = account.text("sesRegion").unwrap_or_default();
        let is_region = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if region.is_empty() {
            all.push(wrong("sesRegion", "is missing: Region"));
        } else if !region.chars().all(is_region) {
            all.push(wrong("sesRegion", "must be a region such as eu-west-1"));
        }
        if account.text("sesAccessKeyId").is_none() {
            all.push(wrong("sesAccessKeyId", "is missing: Access key id"));
        }
        if account.secret("sesSecretKey").is_none() {
            all.push(wrong("sesSecretKey", "is missing: Secret access key"));
        }
        all
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let account = asked.account;
        let Some(reply) = asked.replies.first() else {
            let request = request(Method::Get, api(account, "/v2/email/account"), None);
            let call = Call::http(signed(account, request, asked.now));
            return Ok(Step::Ask {
                what: "credentials",
                call,
            });
        };
        accepted(reply)?;
        let body = json(reply);
        let told = Node::of(&body);
        if !told.at("SendingEnabled").is_on() {
            return Err(fault::misconfigured(
                "Sending is switched off for this account at Amazon.",
            ));
        }
        let mut warnings = Vec::new();
        if !told.at("ProductionAccessEnabled").is_on() {
            let sandbox = "The account is in Amazon's sandbox: only verified addresses get mail. Ask Amazon for production access.";
            warnings.push(sandbox.to_owned());
        }
        let quota = told.at("SendQuota");
        let number = |name: &str| quota.at(name).number().filter(|number| *number >= 1.0);
        if let (Some(most), Some(sent)) = (number("Max24HourSend"), number("SentLast24Hours"))
            && sent >= most * NEARLY
        {
            let words = format!("{sent} of the {most} mails that Amazon takes in a day are sent.");
            warnings.push(words);
        }
        let rate = number("MaxSendRate").and_then(whole);
        let rate = rate.map(|rate| (RATE.to_owned(), rate.into()));
        Ok(Step::Done(Connected {
            settings: rate.into_iter().collect(),
            warnings,
            ..Connected::default()
        }))
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
        let account = letter.account;
        let everybody = letter.everybody();
        let all: Vec<&str> = everybody.iter().map(|one| one.address.as_str()).collect();
        let mut mail = json!({
            "FromEmailAddress": letter.from.address,
            "Destination": { "ToAddresses": all },
            "Content": { "Raw": { "Data": MARK } },
            "EmailTags": [{ "Name": "linktor_message_id", "Value": letter.message_id }],
        });
        if let Some(set) = account.text("sesConfigurationSet") {
            mail["ConfigurationSetName"] = set.into();
        }
        let mut carried = mime::written(letter)?;
        if let Some(theirs) = &letter.theirs {
            // It writes the mail itself, and takes no files with it.
            carried.clear();
            let headers = letter.told_headers().skip(1);
            let headers: Vec<Value> = headers
                .map(|(name, value)| json!({ "Name": name, "Value": value }))
                .collect();
            mail["Content"] = json!({ "Template": {
                "TemplateName": theirs.name,
                "TemplateData": Value::Object(theirs.values.clone()).to_string(),
                "Headers": headers,
            } });
        }
        let text = vec![Piece::Bytes(mail.to_string().into_bytes())];
        let body = mime::splice(text, MARK, Piece::Packed(carried));
        Ok(vec![Call::Woven(Box::new(Woven {
            request: carrying(request(
                Method::Post,
                api(account, "/v2/email/outbound-emails"),
                None,
            )),
            body,
            signer: Some(signer(account, SERVICE)),
        }))])
    }

    /// The id under which it travels, which it made itself; and its own, which reports name.
    fn read_reply(&self, account: &Account, reply: &HttpReply) -> Outcome {
        accepted(reply)?;
        let body = json(reply);
        let Some(id) = Node::of(&body).word("MessageId") else {
            return Ok(Vec::new());
        };
        let domain = match region(account) {
            "us-east-1" => "email.amazonses.com".to_owned(),
            region => format!("{region}.amazonses.com"),
        };
        Ok(vec![format!("{id}@{domain}"), id])
    }

    fn verify(
        &self,
        account: &Account,
        hook: &Webhook,
        proof: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(), NotGenuine> {
        hooks::ses::verify(account, hook, proof, now)
    }

    fn proof_at(&self, account: &Account, hook: &Webhook) -> Option<String> {
        hooks::ses::proof_at(account, hook)
    }

    fn once(&self, hook: &Webhook) -> Option<String> {
        hooks::ses::once(hook)
    }

    /// A topic that asks is told that we want to hear it; the first one is the one we know then.
    fn heed(&self, account: &Account, hook: &Webhook) -> Heeded {
        let Some((url, topic)) = hooks::ses::subscription(account, hook) else {
            return Heeded::default();
        };
        let mut settings = Opaque::new();
        let known = account.settings.get(TOPICS).and_then(Value::as_array);
        if known.is_none_or(Vec::is_empty) {
            settings.insert(TOPICS.to_owned(), vec![topic].into());
        }
        Heeded {
            calls: vec![Call::http(request(Method::Get, url, None))],
            settings,
        }
    }

    fn read(&self, _account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        hooks::ses::read(hook)
    }

    fn mails(&self, account: &Account, hook: &Webhook) -> Vec<Claim> {
        hooks::ses::mails(account, hook)
    }

    fn mail_at(&self, claim: &Claim, asked: &Asked<'_>) -> Next<Lying> {
        let account = asked.account;
        let word = |name| {
            claim
                .place
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let usual = format!("https://s3.{}.amazonaws.com", region(account));
        let key: Vec<String> = word(KEY).split('/').map(escaped).collect();
        let url = format!(
            "{}/{}/{}",
            base(account, "mediaBaseUrl", &usual),
            escaped(word(BUCKET)),
            key.join("/")
        );
        Ok(Step::Done(Lying::At(Source {
            url: signer(account, "s3").signed_url(&url, asked.now),
            authorization: None,
            digest: None,
        })))
    }
}

/// A rate in whole mails.
fn whole(rate: f64) -> Option<u32> {
    format!("{:.0}", rate.floor()).parse().ok()
}

/// The region of an account.
fn region(account: &Account) -> &str {
    account.text("sesRegion").unwrap_or_default()
}

fn api(account: &Account, path: &str) -> String {
    let usual = format!("https://email.{}.amazonaws.com", region(account));
    format!("{}{path}", base(account, "apiBaseUrl", &usual))
}

/// Who signs for an account, for one of Amazon's services.
pub(super) fn signer(account: &Account, service: &'static str) -> Signer {
    let secret = |name: &str| {
        account
            .secret(name)
            .map(|text| Secret::new(text.to_owned()))
    };
    Signer {
        key_id: account
            .text("sesAccessKeyId")
            .unwrap_or_default()
            .to_owned(),
        secret: secret("sesSecretKey").unwrap_or_default(),
        session: secret("sesSessionToken"),
        region: region(account).to_owned(),
        service,
    }
}

fn signed(account: &Account, request: HttpRequest, now: Timestamp) -> HttpRequest {
    signer(account, SERVICE).signed(request, now)
}

/// Whether the service did what it was asked.
fn accepted(reply: &HttpReply) -> Result<(), Refusal> {
    let body = json(reply);
    let told = Node::of(&body);
    let words = told
        .word("message")
        .or(told.word("Message"))
        .unwrap_or_default();
    let name = reply.headers.get("x-amzn-errortype").map(str::to_owned);
    let name = name.or(told.word("__type")).unwrap_or_default();
    // A name may come with a space before it and an address behind it.
    let name = name.rsplit('#').next().unwrap_or_default();
    let name = name.split(':').next().unwrap_or_default();
    let Some(fault) = fault::by_status(reply, name, &words) else {
        return Ok(());
    };
    let known = RULES.iter().find(|(known, ..)| *known == name);
    let fault = match known {
        Some((_, class, reason)) => Fault {
            class: *class,
            reason,
            ..fault
        },
        None => fault,
    };
    let used_up = fault.class == Class::Rate && words.contains("Daily message quota exceeded");
    let fault = if used_up {
        Fault {
            reason: "quota_exceeded",
            wait: Some(QUOTA_PAUSE),
            ..fault
        }
    } else {
        fault
    };
    Err(fault.refusal())
}
