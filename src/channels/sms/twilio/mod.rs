//! Twilio. sms.md sections 4.1 and 9.

pub mod caps;
mod connect;
mod lost;
mod sign;
mod table;
mod told;

use std::time::Duration;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::RenderError;
use crate::channels::node::Node;
use crate::channels::sms::Carrier;
use crate::channels::sms::Entry;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::inbound;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::Class;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::Rule;
use crate::channels::sms::outgoing::basic;
use crate::channels::sms::throughput;
use crate::channels::sms::throughput::Origin;
use crate::channels::sms::trace::Trace;
use crate::channels::table::base;
use crate::channels::table::wrong;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::content::TemplateUse;
use crate::model::inbound::InboundEvent;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;

const API: &str = "https://api.twilio.com";

/// The longest a message is tried, in seconds.
const VALIDITY_MAX_SECS: u64 = 36_000;

/// How long to wait when the queue of our number is full.
const QUEUE_FULL: Duration = Duration::from_secs(30);

/// What carriers of the network refuse because somebody did not register with them stands from here
/// on, one number for each reason.
const COMPLIANCE: std::ops::RangeInclusive<i64> = 30_450..=30_999;

/// An error of a call or a delivery as it is kept.
fn judged(code: Option<i64>, sentence: String) -> (Class, SendError) {
    let known = code.filter(|code| COMPLIANCE.contains(code));
    let (class, error) = outgoing::judged(RULES, known.map(|_| UNREGISTERED).or(code), sentence);
    (class, error.coded(code))
}

/// The code of a number that is not registered for what it sends.
const UNREGISTERED: i64 = 30_034;

/// Errors of calls, and of deliveries further down.
const RULES: &[Rule] = &[
    (20_003, Class::Account, "credentials"),
    (20_005, Class::Account, "account_suspended"),
    (20_429, Class::Rate, "rate_limited"),
    (21_211, Class::Never, "invalid_recipient"),
    (21_614, Class::Never, "invalid_recipient"),
    (21_635, Class::Never, "landline"),
    (21_217, Class::Never, "invalid_recipient"),
    (21_266, Class::Never, "invalid_recipient"),
    (21_606, Class::Never, "sender_not_allowed"),
    (21_603, Class::Never, "sender_not_allowed"),
    (21_212, Class::Never, "sender_not_allowed"),
    (21_659, Class::Never, "sender_not_allowed"),
    (21_660, Class::Never, "sender_not_allowed"),
    (21_408, Class::Never, "country_not_allowed"),
    (21_610, Class::OptedOut, "opted_out"),
    (21_612, Class::Never, "unroutable"),
    (21_608, Class::Never, "unverified_recipient"),
    (21_602, Class::Never, "invalid_request"),
    (21_617, Class::Never, "too_long"),
    (21_620, Class::Never, "media_failed"),
    (21_623, Class::Never, "media_failed"),
    (21_611, Class::Rate, "queue_full"),
    (30_001, Class::Retry, "queue_full"),
    (30_002, Class::Account, "account_suspended"),
    (30_003, Class::Never, "unreachable"),
    (30_004, Class::Never, "blocked"),
    (30_005, Class::Never, "unknown_number"),
    (30_006, Class::Never, "landline"),
    (30_007, Class::Never, "carrier_filter"),
    (30_008, Class::Never, "undelivered"),
    (30_010, Class::Never, "price"),
    (30_011, Class::Never, "media_not_supported"),
    (30_019, Class::Never, "media_too_large"),
    (30_032, Class::Never, "unregistered"),
    (30_034, Class::Never, "unregistered"),
    (12_300, Class::Never, "media_failed"),
    (11_200, Class::Never, "media_failed"),
];

/// What there is to know of Twilio.
pub const ENTRY: Entry = Entry {
    name: "twilio",
    settings: table::SETTINGS,
    pools: &[SERVICE],
    guide: &table::GUIDE,
    speaks: &Twilio,
};

/// The setting with a service that chooses among numbers.
const SERVICE: &str = "messagingServiceSid";

/// Twilio.
#[derive(Debug)]
pub struct Twilio;

impl Carrier for Twilio {
    /// Short codes outside of a service are left to us.
    fn answers_keywords(&self, account: &Account) -> bool {
        let number = account.text("phoneNumber").unwrap_or_default();
        account.text(SERVICE).is_some() || throughput::kind(number) != Origin::ShortCode
    }

    fn with_files(&self, _account: &Account) -> Option<&'static Capabilities> {
        Some(&caps::WITH_FILES)
    }

    fn files_max(&self) -> usize {
        told::FILES_MAX
    }

    fn row(&self) -> &'static Capabilities {
        &caps::TWILIO
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let mut all = Vec::new();
        let sid = |name: &str, prefix: &str| {
            account.text(name).is_none_or(|text| {
                text.strip_prefix(prefix).is_some_and(|rest| {
                    rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit())
                })
            })
        };
        if account.text("accountSid").is_none() {
            all.push(wrong("accountSid", "is missing: Account SID"));
        }
        for (name, prefix) in [
            ("accountSid", "AC"),
            ("apiKeySid", "SK"),
            ("messagingServiceSid", "MG"),
        ] {
            if !sid(name, prefix) {
                all.push(wrong(
                    name,
                    &format!("must be {prefix} and 32 hexadecimal digits"),
                ));
            }
        }
        let key = account.text("apiKeySid").is_some();
        if key != account.secret("apiKeySecret").is_some() {
            all.push(wrong("apiKeySecret", "goes with the SID of the API key"));
        }
        if account.secret("authToken").is_none() && !key {
            all.push(wrong("authToken", "is missing: Auth token"));
        }
        if account.text("phoneNumber").is_none() && account.text("messagingServiceSid").is_none() {
            all.push(wrong(
                "phoneNumber",
                "is missing: a number or a messaging service",
            ));
        }
        all
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        connect::next(asked)
    }

    fn verify(&self, account: &Account, hook: &Webhook, _now: Timestamp) -> Result<(), NotGenuine> {
        sign::verify(account, hook)
    }

    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        let told = Pairs::of(hook);
        match told::state(&told) {
            Some(state) => told::report(&told, state, outgoing::tag_of(hook).as_deref()),
            None => inbound::events(account, &ENTRY, told::heard(&told)),
        }
    }

    fn send(&self, outgoing: &Outgoing<'_>) -> Result<Call, RenderError> {
        let account = outgoing.account;
        let mut pairs = vec![("To", outgoing.to.to_owned())];
        if let Some(service) = account.text("messagingServiceSid") {
            pairs.push(("MessagingServiceSid", service.to_owned()));
            let chosen = outgoing
                .from
                .filter(|from| account.text("phoneNumber") != Some(from));
            pairs.extend(chosen.map(|from| ("From", from.to_owned())));
        } else {
            pairs.push(("From", outgoing.from.unwrap_or_default().to_owned()));
        }
        if let Some(template) = outgoing.template {
            pairs.push(("ContentSid", template.name.clone()));
            pairs.push(("ContentVariables", variables(template).to_string()));
        } else if !outgoing.text.is_empty() || outgoing.file.is_none() {
            pairs.push(("Body", outgoing.text.clone()));
        }
        pairs.extend(outgoing.file_urls().map(|url| ("MediaUrl", url.to_owned())));
        if outgoing.file.is_none()
            && outgoing.wants("sendAsMms")
            && outgoing::goes_as_mms(account, outgoing.to)
        {
            pairs.push(("SendAsMms", "true".to_owned()));
        }
        let validity = outgoing.validity_secs();
        let validity = validity.map(|secs| secs.clamp(1, VALIDITY_MAX_SECS).to_string());
        pairs.extend(validity.map(|secs| ("ValidityPeriod", secs)));
        pairs.push(("StatusCallback", outgoing.tagged_status_url()));
        let url = api(account, "Messages.json");
        Ok(Call::http(outgoing::post_form(
            url,
            Some(credentials(account)),
            &pairs,
        )))
    }

    fn read_reply(&self, reply: &HttpReply) -> Outcome {
        let body = answered(reply)?;
        Ok(Node::of(&body).word("sid").into_iter().collect())
    }

    fn find_lost(&self, trace: &Trace<'_>, asked: &Asked<'_>) -> Option<Next<Vec<String>>> {
        Some(lost::next(trace, asked))
    }

    fn media_authorization(&self, account: &Account, host: &str) -> Option<String> {
        let own = base(account, "apiBaseUrl", API);
        let own = url::Url::parse(own).ok()?;
        let is_vendors = host == "api.twilio.com" || Some(host) == own.host_str();
        is_vendors.then(|| credentials(account))
    }
}

/// What a template is filled in with, by the number of its place.
fn variables(template: &TemplateUse) -> Value {
    let parameters = template.components.iter();
    let parameters = parameters.filter_map(|part| part.get("parameters")?.as_array());
    let texts = parameters.flatten().filter_map(|one| one.get("text"));
    let numbered = texts.enumerate();
    let fields = numbered.map(|(at, text)| ((at + 1).to_string(), text.clone()));
    Value::Object(fields.collect())
}

fn api(account: &Account, path: &str) -> String {
    let sid = account.text("accountSid").unwrap_or_default();
    let base = base(account, "apiBaseUrl", API);
    format!("{base}/2010-04-01/Accounts/{sid}/{path}")
}

/// An API key where there is one, else the account itself.
fn credentials(account: &Account) -> String {
    let key = account
        .text("apiKeySid")
        .zip(account.secret("apiKeySecret"));
    let (name, password) = key.unwrap_or_else(|| {
        (
            account.text("accountSid").unwrap_or_default(),
            account.secret("authToken").unwrap_or_default(),
        )
    });
    basic(name, password)
}

/// The body of an answer, or why there is none.
fn answered(reply: &HttpReply) -> Result<Value, Refusal> {
    let body = outgoing::json(reply);
    if (200..300).contains(&reply.status) {
        return Ok(body);
    }
    let root = Node::of(&body);
    let sentence = root.word("message").unwrap_or_default();
    let Some(code) = root.at("code").whole() else {
        return outgoing::by_status(reply, &sentence).map_or(Ok(body), Err);
    };
    let known = RULES.iter().any(|(known, ..)| *known == code) || COMPLIANCE.contains(&code);
    if !known && (reply.status >= 500 || matches!(reply.status, 401 | 408 | 425 | 429)) {
        return outgoing::by_status(reply, &sentence).map_or(Ok(body), Err);
    }
    let (class, error) = judged(Some(code), sentence);
    let wait = (code == 21_611).then_some(QUEUE_FULL);
    Err(outgoing::refusal(
        class,
        error,
        outgoing::retry_after(reply).or(wait),
    ))
}
