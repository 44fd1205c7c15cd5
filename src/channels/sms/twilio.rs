//! Twilio. sms.md sections 2.2, 3.1, 4.1, 5 and 9.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::crypto::Hash;
use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::crypto::same;
use crate::base::crypto::sign_with;
use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::RenderError;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::sms::Carrier;
use crate::channels::sms::consent::Keyword;
use crate::channels::sms::form;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::inbound;
use crate::channels::sms::inbound::Heard;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::Class;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::Rule;
use crate::channels::sms::outgoing::basic;
use crate::channels::sms::outgoing::judged;
use crate::channels::sms::outgoing::status_url;
use crate::channels::sms::receipt;
use crate::channels::table::base;
use crate::channels::table::wrong;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Notice;
use crate::model::message::Delivery;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Call;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Outcome;
use crate::model::outbound::Refusal;
use crate::model::outbound::Step;
use crate::model::outbound::Switch;
use crate::model::rejection::FieldError;

const API: &str = "https://api.twilio.com";
const MESSAGING: &str = "https://messaging.twilio.com";
const SIGNATURE: &str = "X-Twilio-Signature";

/// Files of one message at most.
const FILES_MAX: usize = 10;

/// How long to wait when the queue of our number is full.
const QUEUE_FULL: Duration = Duration::from_secs(30);

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

/// Twilio.
#[derive(Debug)]
pub struct Twilio;

impl Carrier for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn answers_keywords(&self) -> bool {
        true
    }

    fn carries_files(&self, _account: &Account) -> bool {
        true
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
        connect(asked)
    }

    fn verify(&self, account: &Account, hook: &Webhook, _now: Timestamp) -> Result<(), NotGenuine> {
        verify(account, hook)
    }

    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        let told = Pairs::of(hook);
        match state(&told) {
            Some(state) => report(&told, state, outgoing::tag_of(hook).as_deref()),
            None => inbound::events(account, self, heard(&told)),
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
        if !outgoing.text.is_empty() || outgoing.file.is_none() {
            pairs.push(("Body", outgoing.text.clone()));
        }
        let file = outgoing.file.as_ref().map(|(_, url, _)| url.clone());
        pairs.extend(file.map(|url| ("MediaUrl", url)));
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

    fn media_authorization(&self, account: &Account, host: &str) -> Option<String> {
        let own = base(account, "apiBaseUrl", API);
        let own = url::Url::parse(own).ok()?;
        let is_vendors = host == "api.twilio.com" || Some(host) == own.host_str();
        is_vendors.then(|| credentials(account))
    }
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
fn answered(reply: &HttpReply) -> Result<serde_json::Value, Refusal> {
    let body = outgoing::json(reply);
    if (200..300).contains(&reply.status) {
        return Ok(body);
    }
    let root = Node::of(&body);
    let sentence = root.word("message").unwrap_or_default();
    let Some(code) = root.at("code").whole() else {
        return outgoing::by_status(reply, &sentence).map_or(Ok(body), Err);
    };
    let known = RULES.iter().any(|(known, ..)| *known == code);
    if !known && (reply.status >= 500 || matches!(reply.status, 401 | 408 | 425 | 429)) {
        return outgoing::by_status(reply, &sentence).map_or(Ok(body), Err);
    }
    let (class, error) = judged(RULES, Some(code), sentence);
    let wait = (code == 21_611).then_some(QUEUE_FULL);
    Err(outgoing::refusal(
        class,
        error,
        outgoing::retry_after(reply).or(wait),
    ))
}

/// One step of the dialogue that connects an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Account,
    Messages,
    Service,
    Number,
    Webhook,
}

fn plan(account: &Account) -> Vec<Ask> {
    let has_token = account.secret("authToken").is_some();
    let mut plan = vec![if has_token {
        Ask::Account
    } else {
        Ask::Messages
    }];
    if account.is_on("autoConfigureWebhook", Switch::On) {
        if account.text("messagingServiceSid").is_some() {
            plan.push(Ask::Service);
        } else {
            plan.extend([Ask::Number, Ask::Webhook]);
        }
    }
    plan
}

fn connect(asked: &Asked<'_>) -> Next<Connected> {
    let account = asked.account;
    let plan = plan(account);
    if let Some(first) = asked.replies.first() {
        let body = answered(first)?;
        let status = Node::of(&body).word("status");
        if let Some(status) = status.filter(|status| status != "active") {
            return Err(Refusal::Account(SendError {
                reason: "account_suspended".to_owned(),
                vendor_code: None,
                message: format!("The account is {status}."),
                retryable: true,
            }));
        }
    }
    let number = number(asked, &plan);
    let heard = asked.replies.len();
    // Without the number at the carrier there is nothing to point at us.
    let skip = plan.get(heard) == Some(&Ask::Webhook) && number.is_none();
    match plan.get(heard).filter(|_| !skip) {
        Some(ask) => Ok(Step::Ask {
            what: about(*ask),
            call: call(account, *ask, number.as_deref().unwrap_or_default()),
        }),
        None => Ok(Step::Done(Connected {
            warnings: warnings(asked, &plan),
            ..Connected::default()
        })),
    }
}

const fn about(ask: Ask) -> &'static str {
    match ask {
        Ask::Account | Ask::Messages => "credentials",
        Ask::Service | Ask::Number | Ask::Webhook => "webhook",
    }
}

/// The carrier's id of our number, once it was told.
fn number(asked: &Asked<'_>, plan: &[Ask]) -> Option<String> {
    let at = plan.iter().position(|ask| *ask == Ask::Number)?;
    let body = outgoing::json(asked.replies.get(at)?);
    Node::of(&body)
        .at("incoming_phone_numbers")
        .first()
        .word("sid")
}

fn call(account: &Account, ask: Ask, number: &str) -> Call {
    let authorization = Some(credentials(account));
    let hook = || account.webhook_url.clone();
    let post = "POST".to_owned();
    let request = match ask {
        Ask::Account => {
            let sid = account.text("accountSid").unwrap_or_default();
            let base = base(account, "apiBaseUrl", API);
            outgoing::get(
                format!("{base}/2010-04-01/Accounts/{sid}.json"),
                authorization,
            )
        }
        Ask::Messages => outgoing::get(api(account, "Messages.json?PageSize=1"), authorization),
        Ask::Number => {
            let own = account.text("phoneNumber").unwrap_or_default();
            let query = form::encoded(&[("PhoneNumber", own.to_owned())]);
            let query = String::from_utf8(query).unwrap_or_default();
            outgoing::get(
                api(account, &format!("IncomingPhoneNumbers.json?{query}")),
                authorization,
            )
        }
        Ask::Webhook => outgoing::post_form(
            api(account, &format!("IncomingPhoneNumbers/{number}.json")),
            authorization,
            &[
                ("SmsUrl", hook()),
                ("SmsMethod", post),
                // An application set there would be asked in our place.
                ("SmsApplicationSid", String::new()),
            ],
        ),
        Ask::Service => {
            let service = account.text("messagingServiceSid").unwrap_or_default();
            let base = base(account, "messagingBaseUrl", MESSAGING);
            outgoing::post_form(
                format!("{base}/v1/Services/{service}"),
                authorization,
                &[
                    ("InboundRequestUrl", hook()),
                    ("InboundMethod", post),
                    ("StatusCallback", status_url(account)),
                    ("UseInboundWebhookOnNumber", "false".to_owned()),
                ],
            )
        }
    };
    Call::http(request)
}

fn warnings(asked: &Asked<'_>, plan: &[Ask]) -> Vec<String> {
    let account = asked.account;
    let mut warnings = Vec::new();
    if account.secret("authToken").is_none() {
        warnings.push(
            "Without the auth token nothing that comes in can be checked, so nothing is taken in."
                .to_owned(),
        );
    }
    let by_hand = format!(
        "Set the webhook for incoming messages at Twilio to {} (POST).",
        account.webhook_url
    );
    for (ask, reply) in plan.iter().zip(asked.replies).skip(1) {
        if let Err(refusal) = answered(reply) {
            warnings.push(format!("{} {by_hand}", refusal.error().message));
        } else if *ask == Ask::Number && number(asked, plan).is_none() {
            warnings.push(format!("Twilio does not list the number. {by_hand}"));
        }
    }
    warnings
}

/// Checks the signature of the address and, of a form, of every pair in it.
fn verify(account: &Account, hook: &Webhook) -> Result<(), NotGenuine> {
    let claim = hook.headers.get(SIGNATURE).ok_or(NotGenuine)?;
    let tokens = ["authToken", "authTokenSecondary"];
    let tokens: Vec<_> = tokens
        .iter()
        .filter_map(|name| account.secret(name))
        .filter(|token| !token.is_empty())
        .collect();
    let query = Pairs::decoded(hook.query.as_bytes());
    let tail = match query.get("bodySHA256") {
        Some(claimed) => {
            if !same(hex(&digest(&hook.body)).as_bytes(), claimed.as_bytes()) {
                return Err(NotGenuine);
            }
            String::new()
        }
        None if hook.method == Method::Post => joined(&Pairs::decoded(&hook.body)),
        None => String::new(),
    };
    let mut genuine = false;
    for token in tokens {
        for address in addresses(account, &hook.query) {
            let message = format!("{address}{tail}");
            let signature = sign_with(Hash::Sha1, token.as_bytes(), message.as_bytes());
            genuine |= same(STANDARD.encode(signature).as_bytes(), claim.as_bytes());
        }
    }
    genuine.then_some(()).ok_or(NotGenuine)
}

/// The pairs of a form in the order of their names, each distinct value once, nothing between them.
fn joined(pairs: &Pairs) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in pairs.iter() {
        sorted.entry(name).or_default().insert(value);
    }
    let mut all = String::new();
    for (name, values) in sorted {
        for value in values {
            all.push_str(name);
            all.push_str(value);
        }
    }
    all
}

/// Every address a webhook may have been called under: for messages and for reports, with and
/// without the port, of which the vendor is not sure.
fn addresses(account: &Account, query: &str) -> Vec<String> {
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    };
    let mut all = Vec::new();
    for address in [account.webhook_url.clone(), status_url(account)] {
        all.extend(ports(&address).map(|address| format!("{address}{query}")));
        all.push(format!("{address}{query}"));
    }
    all
}

fn ports(address: &str) -> impl Iterator<Item = String> + use<> {
    let parsed = url::Url::parse(address).ok();
    let with = parsed.as_ref().and_then(|url| {
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        Some(format!("{}://{host}:{port}{}", url.scheme(), url.path()))
    });
    let without = parsed.as_ref().and_then(|url| {
        Some(format!(
            "{}://{}{}",
            url.scheme(),
            url.host_str()?,
            url.path()
        ))
    });
    [with, without].into_iter().flatten()
}

fn heard(told: &Pairs) -> Heard {
    let count: usize = told.text("NumMedia").parse().unwrap_or(0);
    let file = |index: usize| {
        let url = told.get(&format!("MediaUrl{index}"))?.to_owned();
        Some((url, told.text(&format!("MediaContentType{index}"))))
    };
    let mut kept = Kept::default();
    for (field, name) in [
        ("FromCity", "fromCity"),
        ("FromState", "fromState"),
        ("FromZip", "fromZip"),
        ("FromCountry", "fromCountry"),
        ("ToCountry", "toCountry"),
    ] {
        kept.put(name, told.get(field));
    }
    let segments = told
        .get("NumSegments")
        .and_then(|text| text.parse::<u32>().ok());
    kept.put("numSegments", segments);
    Heard {
        id: told.text("MessageSid"),
        from: told.text("From"),
        to: told.text("To"),
        text: told.text("Body"),
        files: (0..count.min(FILES_MAX)).filter_map(file).collect(),
        at: None,
        keyword: told.get("OptOutType").and_then(Keyword::named),
        kept,
    }
}

/// The state that a webhook reports; none for one that brings a message.
fn state(told: &Pairs) -> Option<String> {
    let status = told.get("MessageStatus").map(str::to_owned);
    status.or_else(|| {
        let word = told.get("SmsStatus")?;
        let is_inbound = matches!(word, "received" | "receiving");
        (!is_inbound).then(|| word.to_owned())
    })
}

fn report(told: &Pairs, state: String, tag: Option<&str>) -> Vec<InboundEvent> {
    let reached = match state.as_str() {
        "accepted" | "scheduled" | "queued" | "sending" => Some(Delivery::Pending),
        "sent" => Some(Delivery::Sent),
        "delivered" | "partially_delivered" => Some(Delivery::Delivered),
        "read" => Some(Delivery::Read),
        "undelivered" | "failed" | "canceled" => Some(Delivery::Failed),
        _ => None,
    };
    let code = told.get("ErrorCode").and_then(|code| code.parse().ok());
    let failed = reached == Some(Delivery::Failed);
    let sentence = told.get("ErrorMessage").map_or_else(
        || format!("Twilio reports that the message is {state}."),
        str::to_owned,
    );
    let (class, error) = judged(RULES, code.filter(|code| *code != 0), sentence);
    let mut kept = Kept::default();
    kept.put("partial", (state == "partially_delivered").then_some(true));
    let broken = (failed && class == Class::Account).then(|| {
        InboundEvent::Notice(Notice {
            kind: "accountSuspended".to_owned(),
            effect: Effect::Break,
            text: error.message.clone(),
            address: None,
            data: crate::model::Opaque::new(),
            at: None,
            holds: None,
        })
    });
    let receipt = receipt::of(told.text("MessageSid"), reached, state, kept)
        .failing(failed.then_some(error))
        .tagged(tag)
        .event();
    receipt.into_iter().chain(broken).collect()
}
