//! Plivo. sms.md sections 2.5, 3.5, 4.1, 5 and 9.

mod lost;
mod sign;
pub mod table;

use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::RenderError;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::sms::Carrier;
use crate::channels::sms::Entry;
use crate::channels::sms::consent::Keyword;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::inbound;
use crate::channels::sms::inbound::Heard;
use crate::channels::sms::numbers;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::Class;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::Rule;
use crate::channels::sms::outgoing::basic;
use crate::channels::sms::outgoing::judged;
use crate::channels::sms::receipt;
use crate::channels::sms::throughput;
use crate::channels::sms::throughput::Origin;
use crate::channels::sms::trace::Trace;
use crate::channels::table::base;
use crate::channels::table::wrong;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::inbound::InboundEvent;
use crate::model::message::Delivery;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::refusal::Outcome;
use crate::model::rejection::FieldError;

const API: &str = "https://api.plivo.com";

/// Codes of its reports. What may pass is for a person to send again.
const REPORT_RULES: &[Rule] = &[
    (10, Class::Never, "invalid_request"),
    (20, Class::Retry, "network"),
    (30, Class::Never, "carrier_filter"),
    (40, Class::Never, "sender_not_allowed"),
    (50, Class::Never, "invalid_recipient"),
    (60, Class::Never, "loop"),
    (70, Class::Never, "unreachable"),
    (80, Class::Retry, "unreachable"),
    (90, Class::Retry, "unreachable"),
    (200, Class::Never, "opted_out"),
];

/// Files of one message at most.
const FILES_MAX: usize = 10;

/// What there is to know of Plivo.
pub const ENTRY: Entry = Entry {
    name: "plivo",
    settings: table::SETTINGS,
    pools: &["powerpackUuid"],
    guide: &table::GUIDE,
    speaks: &Plivo,
};

/// Plivo.
#[derive(Debug)]
pub struct Plivo;

impl Carrier for Plivo {
    fn answers_keywords(&self, _account: &Account) -> bool {
        true
    }

    fn per_second(&self, from: Origin) -> u32 {
        match from {
            Origin::ShortCode | Origin::Name => throughput::usual(from),
            Origin::American | Origin::TollFree | Origin::Foreign => 5,
        }
    }

    fn with_files(&self, _account: &Account) -> Option<&'static Capabilities> {
        Some(&table::WITH_FILES)
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let mut all = Vec::new();
        let id = account.text("authId").unwrap_or_default();
        let is_id = id.len() == 20
            && (id.starts_with("MA") || id.starts_with("SA"))
            && id.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_id {
            all.push(wrong("authId", "must be MA or SA and 18 more characters"));
        }
        if account.secret("authToken").is_none() {
            all.push(wrong("authToken", "is missing: Auth token"));
        }
        let (number, pool) = (account.text("phoneNumber"), account.text("powerpackUuid"));
        if number.is_none() && pool.is_none() {
            all.push(wrong("phoneNumber", "is missing: a number or a Powerpack"));
        }
        all
    }

    fn files_max(&self) -> usize {
        FILES_MAX
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let account = asked.account;
        let Some(reply) = asked.replies.first() else {
            let request = outgoing::get(api(account, ""), Some(credentials(account)));
            return Ok(Step::Ask {
                what: "credentials",
                call: Call::http(request),
            });
        };
        if let Some(refusal) = outgoing::by_status(reply, &sentence(reply)) {
            return Err(refusal);
        }
        Ok(Step::Done(Connected {
            warnings: vec![format!(
                "Set the message URL of the number's application at Plivo to {} (POST).",
                account.webhook_url
            )],
            ..Connected::default()
        }))
    }

    fn verify(&self, account: &Account, hook: &Webhook, _now: Timestamp) -> Result<(), NotGenuine> {
        sign::verify(account, hook)
    }

    /// A nonce that comes again may carry another body, which the older signature does not cover.
    fn once(&self, _account: &Account, hook: &Webhook) -> Option<String> {
        sign::nonce(hook).map(str::to_owned)
    }

    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        let told = Pairs::of(hook);
        if told.has("Status") {
            return report(&told, outgoing::tag_of(hook).as_deref())
                .into_iter()
                .collect();
        }
        let kind = told.get("Type").unwrap_or("sms");
        let says = told.has("Text") || told.has("Body") || told.has("MediaCount");
        if !matches!(kind, "sms" | "mms") || !says {
            return Vec::new();
        }
        inbound::events(account, &ENTRY, heard(&told))
    }

    fn send(&self, outgoing: &Outgoing<'_>) -> Result<Call, RenderError> {
        let account = outgoing.account;
        let mut body = json!({
            "dst": numbers::digits(outgoing.to),
            "type": "sms",
            "url": outgoing.tagged_status_url(),
            "method": "POST",
        });
        match account.text("powerpackUuid") {
            Some(pool) => body["powerpack_uuid"] = pool.into(),
            None => body["src"] = numbers::digits(outgoing.from.unwrap_or_default()).into(),
        }
        let files: Vec<&str> = outgoing.file_urls().collect();
        if !files.is_empty() {
            body["type"] = "mms".into();
            body["media_urls"] = files.into();
        }
        if !outgoing.text.is_empty() || outgoing.file.is_none() {
            body["text"] = outgoing.text.as_str().into();
        }
        Ok(Call::http(outgoing::post_json(
            api(account, "Message/"),
            Some(credentials(account)),
            &body,
        )))
    }

    fn read_reply(&self, reply: &HttpReply) -> Outcome {
        if let Some(refusal) = outgoing::by_status(reply, &sentence(reply)) {
            return Err(refusal);
        }
        let body = outgoing::json(reply);
        let id = Node::of(&body).at("message_uuid").first().text();
        Ok(id.into_iter().collect())
    }

    fn says_ok(&self) -> Option<(&'static str, &'static str)> {
        Some(("application/xml", "<Response></Response>"))
    }

    fn find_lost(&self, trace: &Trace<'_>, asked: &Asked<'_>) -> Option<Next<Vec<String>>> {
        Some(lost::next(trace, asked))
    }

    fn media_authorization(&self, account: &Account, host: &str) -> Option<String> {
        let own = url::Url::parse(base(account, "apiBaseUrl", API)).ok()?;
        let is_vendors =
            host == "plivo.com" || host.ends_with(".plivo.com") || Some(host) == own.host_str();
        is_vendors.then(|| credentials(account))
    }
}

fn api(account: &Account, path: &str) -> String {
    let id = account.text("authId").unwrap_or_default();
    format!(
        "{}/v1/Account/{id}/{path}",
        base(account, "apiBaseUrl", API)
    )
}

fn credentials(account: &Account) -> String {
    let token = account.secret("authToken").unwrap_or_default();
    basic(account.text("authId").unwrap_or_default(), token)
}

fn sentence(reply: &HttpReply) -> String {
    let body = outgoing::json(reply);
    Node::of(&body).word("error").unwrap_or_default()
}

fn heard(told: &Pairs) -> Heard {
    let count: usize = told.text("MediaCount").parse().unwrap_or(0);
    // Documented from 1; older accounts begin at 0.
    let file = |index: usize| {
        let url = told.get(&format!("Media{index}"))?.to_owned();
        Some((url.clone(), kind_of(&url).to_owned()))
    };
    let mut kept = Kept::default();
    let units = told.get("Units").and_then(|text| text.parse::<u32>().ok());
    kept.put("numSegments", units);
    kept.put("price", told.get("TotalAmount"));
    Heard {
        id: told.text("MessageUUID"),
        from: told.text("From"),
        to: told.text("To"),
        text: told
            .get("Text")
            .or(told.get("Body"))
            .unwrap_or_default()
            .to_owned(),
        files: (0..=count.min(FILES_MAX)).filter_map(file).collect(),
        at: None,
        keyword: told.get("MessageIntent").and_then(Keyword::named),
        kept,
    }
}

/// What a file is by the end of its address, which is all that is told.
fn kind_of(address: &str) -> &'static str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    match path.rsplit('.').next().unwrap_or_default() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "mp4" => "video/mp4",
        "3gp" => "video/3gpp",
        "mp3" => "audio/mpeg",
        "amr" => "audio/amr",
        "pdf" => "application/pdf",
        "vcf" => "text/vcard",
        _ => "image/unknown",
    }
}

fn report(told: &Pairs, tag: Option<&str>) -> Option<InboundEvent> {
    let word = told.text("Status");
    let state = match word.as_str() {
        "queued" => Some(Delivery::Pending),
        "sent" => Some(Delivery::Sent),
        "delivered" => Some(Delivery::Delivered),
        "undelivered" | "failed" | "rejected" => Some(Delivery::Failed),
        _ => None,
    };
    let code = told.get("ErrorCode").and_then(|code| code.parse().ok());
    let failed = state == Some(Delivery::Failed);
    let sentence = format!("Plivo reports that the message is {word}.");
    let error = failed.then(|| judged(REPORT_RULES, code, sentence).1);
    let id = told.get("ParentMessageUUID").or(told.get("MessageUUID"));
    receipt::of(
        id.unwrap_or_default().to_owned(),
        state,
        word,
        Kept::default(),
    )
    .failing(error)
    .tagged(tag)
    .event()
}
