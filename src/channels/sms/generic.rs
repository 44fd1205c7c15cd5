//! Any other carrier that speaks HTTP: how, is said by the settings. sms.md section 7.5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::base::crypto::same;
use crate::base::crypto::signed_in_hex;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::RenderError;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::sms::Carrier;
use crate::channels::sms::form;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::inbound;
use crate::channels::sms::inbound::Heard;
use crate::channels::sms::numbers;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::basic;
use crate::channels::sms::receipt;
use crate::channels::sms::segments;
use crate::channels::sms::segments::Alphabet;
use crate::channels::table::wrong;
use crate::channels::webchat::hook;
use crate::model::inbound::InboundEvent;
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

/// Where the parts of a message stand in a webhook when nobody says otherwise.
const INBOUND: [(&str, &str); 6] = [
    ("id", "/id"),
    ("from", "/from"),
    ("to", "/to"),
    ("text", "/text"),
    ("timestamp", "/timestamp"),
    ("mediaUrls", "/mediaUrls"),
];

/// The same of a report.
const STATUS: [(&str, &str); 4] = [
    ("id", "/id"),
    ("status", "/status"),
    ("errorCode", "/errorCode"),
    ("errorMessage", "/errorMessage"),
];

/// Words of reports that many carriers share.
const WORDS: [(&str, Delivery); 14] = [
    ("ACCEPTD", Delivery::Sent),
    ("ENROUTE", Delivery::Sent),
    ("SENT", Delivery::Sent),
    ("SUBMITTED", Delivery::Sent),
    ("DELIVRD", Delivery::Delivered),
    ("DELIVERED", Delivery::Delivered),
    ("READ", Delivery::Read),
    ("EXPIRED", Delivery::Failed),
    ("UNDELIV", Delivery::Failed),
    ("UNDELIVERED", Delivery::Failed),
    ("REJECTD", Delivery::Failed),
    ("REJECTED", Delivery::Failed),
    ("DELETED", Delivery::Failed),
    ("FAILED", Delivery::Failed),
];

/// A carrier described by settings.
#[derive(Debug)]
pub struct Generic;

impl Carrier for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn carries_files(&self, account: &Account) -> bool {
        template(account).to_string().contains("{{mediaUrl}}")
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let mut all = Vec::new();
        let is_address = |text: &str| text.starts_with("http://") || text.starts_with("https://");
        match account.text("sendUrl") {
            None => all.push(wrong("sendUrl", "is missing: Address for sending")),
            Some(url) if !is_address(url) => {
                all.push(wrong("sendUrl", "must be an http or https address"));
            }
            Some(_) => {}
        }
        let has_body = account.text("bodyFormat") != Some("query");
        let template = account.settings.get("bodyTemplate");
        if has_body && template.is_none_or(|template| !template.is_object()) {
            all.push(wrong(
                "bodyTemplate",
                "is missing: what to send, such as {\"to\":\"{{to}}\",\"text\":\"{{text}}\"}",
            ));
        }
        for (table, name) in [
            ("inboundMap", true),
            ("statusMap", true),
            ("headers", false),
        ] {
            let wrong_at = account
                .settings
                .get(table)
                .and_then(Value::as_object)
                .and_then(|map| {
                    map.iter().find(|(_, value)| {
                        !value
                            .as_str()
                            .is_some_and(|text| !name || text.starts_with('/'))
                    })
                });
            if let Some((key, _)) = wrong_at {
                all.push(wrong(
                    &format!("{table}.{key}"),
                    "must be a JSON pointer such as /id",
                ));
            }
        }
        let secret = account.secret("webhookSecret").unwrap_or_default();
        if secret.is_empty() && !account.is_on("insecureWebhook", Switch::Off) {
            all.push(wrong(
                "webhookSecret",
                "is missing: without it anybody could pretend to be a customer",
            ));
        }
        all
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let account = asked.account;
        let Some(url) = account.text("healthUrl") else {
            return Ok(Step::Done(Connected::default()));
        };
        match asked.replies.first() {
            None => {
                let request = with_headers(
                    account,
                    outgoing::get(url.to_owned(), authorization(account)),
                );
                Ok(Step::Ask {
                    what: "healthUrl",
                    call: Call::http(request),
                })
            }
            Some(reply) => match outgoing::by_status(reply, "") {
                Some(refusal) => Err(refusal),
                None => Ok(Step::Done(Connected::default())),
            },
        }
    }

    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
        let secret = account.secret("webhookSecret").unwrap_or_default();
        if secret.is_empty() {
            let open = account.is_on("insecureWebhook", Switch::Off);
            return open.then_some(()).ok_or(NotGenuine);
        }
        verify(secret, hook, now)
    }

    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        let body = body(hook);
        let state = pick(account, "statusMap", &STATUS, &body, "status");
        let says = pick(account, "inboundMap", &INBOUND, &body, "text");
        let files = files(account, &body);
        match state {
            Some(word) if says.is_none() && files.is_empty() => {
                report(account, &body, word).into_iter().collect()
            }
            _ => {
                let part = |name| pick(account, "inboundMap", &INBOUND, &body, name);
                let heard = Heard {
                    id: part("id").unwrap_or_default(),
                    from: part("from").unwrap_or_default(),
                    to: part("to").unwrap_or_default(),
                    text: says.unwrap_or_default(),
                    files,
                    at: part("timestamp").and_then(|text| moment(&text)),
                    ..Heard::default()
                };
                inbound::events(account, self, heard)
            }
        }
    }

    fn send(&self, outgoing: &Outgoing<'_>) -> Result<Call, RenderError> {
        Ok(Call::http(request(outgoing)))
    }

    fn read_reply(&self, reply: &HttpReply) -> Outcome {
        // What counts as success is a setting: see `read_reply_of`.
        match outgoing::by_status(reply, "") {
            Some(refusal) => Err(refusal),
            None => Ok(Vec::new()),
        }
    }

    fn read_reply_of(&self, account: &Account, reply: &HttpReply) -> Outcome {
        answered(account, reply)
    }

    fn says_ok(&self) -> Option<&'static str> {
        Some(r#"{"ok":true}"#)
    }
}

fn template(account: &Account) -> Value {
    account
        .settings
        .get("bodyTemplate")
        .cloned()
        .unwrap_or_default()
}

/// The request that carries a message, with every placeholder filled in.
fn request(outgoing: &Outgoing<'_>) -> HttpRequest {
    let account = outgoing.account;
    let filled = filled(&template(account), outgoing);
    let url = account.text("sendUrl").unwrap_or_default();
    let url = in_address(url, outgoing);
    let pairs: Vec<(&str, String)> = filled
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), as_text(value)))
        .collect();
    let login = authorization(account);
    let mut request = match account.text("bodyFormat") {
        Some("form") => outgoing::post_form(url, login, &pairs),
        Some("query") => {
            let joint = if url.contains('?') { '&' } else { '?' };
            let query = String::from_utf8(form::encoded(&pairs)).unwrap_or_default();
            let url = if query.is_empty() {
                url
            } else {
                format!("{url}{joint}{query}")
            };
            HttpRequest {
                method: Method::Post,
                ..outgoing::get(url, login)
            }
        }
        _ => outgoing::post_json(url, login, &filled),
    };
    request.method = match account.text("sendMethod") {
        Some("GET") => Method::Get,
        Some("PUT") => Method::Put,
        _ => Method::Post,
    };
    if let (Some("query"), Some(name), Some(token)) = (
        account.text("authType"),
        account.text("authName"),
        account.secret("authToken"),
    ) {
        let joint = if request.url.contains('?') { '&' } else { '?' };
        let pair = String::from_utf8(form::encoded(&[(name, token.to_owned())]));
        request.url = format!("{}{joint}{}", request.url, pair.unwrap_or_default());
    }
    with_headers(account, request)
}

fn with_headers(account: &Account, mut request: HttpRequest) -> HttpRequest {
    let more = account.settings.get("headers").and_then(Value::as_object);
    for (name, value) in more.into_iter().flatten() {
        if let Some(value) = value.as_str() {
            request.headers = request.headers.with(name, value);
        }
    }
    if let (Some("header"), Some(name), Some(token)) = (
        account.text("authType"),
        account.text("authName"),
        account.secret("authToken"),
    ) {
        request.headers = request.headers.with(name, token);
    }
    request
}

fn authorization(account: &Account) -> Option<String> {
    match account.text("authType")? {
        "basic" => {
            let password = account.secret("authPassword").unwrap_or_default();
            Some(basic(
                account.text("authUsername").unwrap_or_default(),
                password,
            ))
        }
        "bearer" => Some(format!("Bearer {}", account.secret("authToken")?)),
        _ => None,
    }
}

/// What a placeholder stands for.
fn meaning(name: &str, outgoing: &Outgoing<'_>) -> Option<Value> {
    let count = || segments::count(&outgoing.text);
    Some(match name {
        "to" => outgoing.to.into(),
        "toDigits" => numbers::digits(outgoing.to).into(),
        "from" => outgoing.from.unwrap_or_default().into(),
        "text" => outgoing.text.as_str().into(),
        "id" => outgoing.id.as_str().into(),
        "unicode" | "unicode:bool" => (count().alphabet == Alphabet::Ucs2).into(),
        "segments" | "segments:int" => count().segments.into(),
        "mediaUrl" => match &outgoing.file {
            Some((_, url, _)) => url.as_str().into(),
            None => "".into(),
        },
        "callbackUrl" => outgoing.status_url().into(),
        _ => return None,
    })
}

/// A template with its placeholders filled in, leaf by leaf: what is filled in can never become
/// structure. A leaf that is one typed placeholder becomes a number or a truth.
fn filled(template: &Value, outgoing: &Outgoing<'_>) -> Value {
    match template {
        Value::String(text) => {
            let only = text
                .strip_prefix("{{")
                .and_then(|rest| rest.strip_suffix("}}"));
            let typed = only.filter(|name| name.contains(':') && !name.contains('{'));
            match typed.and_then(|name| meaning(name, outgoing)) {
                Some(value) => value,
                None => replaced(text, outgoing, str::to_owned).into(),
            }
        }
        Value::Array(items) => items.iter().map(|item| filled(item, outgoing)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), filled(value, outgoing)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// An address with its placeholders filled in, so that none of them can lead elsewhere.
fn in_address(url: &str, outgoing: &Outgoing<'_>) -> String {
    replaced(url, outgoing, |text| {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
    })
}

fn replaced(text: &str, outgoing: &Outgoing<'_>, written: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match meaning(name.trim(), outgoing) {
            Some(value) => out.push_str(&written(&as_text(&value))),
            None => out.extend(["{{", name, "}}"]),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads an answer as `successWhen`, `idPath` and `errorPath` say.
fn answered(account: &Account, reply: &HttpReply) -> Outcome {
    let body = outgoing::json(reply);
    let at = |name: &str| {
        let path = account.text(name)?;
        let found = body.pointer(path)?;
        Some(as_text(found)).filter(|text| !text.is_empty())
    };
    let sentence = at("errorPath").unwrap_or_default();
    let rule = account.settings.get("successWhen");
    let rule = Node::of(rule.unwrap_or(&Value::Null));
    let statuses: Vec<_> = rule.at("status").items().filter_map(Node::whole).collect();
    let status_fits = if statuses.is_empty() {
        (200..300).contains(&reply.status)
    } else {
        statuses.contains(&i64::from(reply.status))
    };
    if !status_fits {
        return Err(outgoing::by_status(reply, &sentence).unwrap_or_else(|| refused(&sentence)));
    }
    if let Some(path) = rule.word("path") {
        let found = body.pointer(&path).map(as_text).unwrap_or_default();
        if !rule.at("equals").items().any(|wanted| wanted.is(&found)) {
            return Err(refused(&sentence));
        }
    }
    Ok(at("idPath").into_iter().collect())
}

fn refused(sentence: &str) -> Refusal {
    Refusal::Never(SendError {
        reason: "refused".to_owned(),
        vendor_code: None,
        message: if sentence.is_empty() {
            "The carrier did not take the message.".to_owned()
        } else {
            sentence.to_owned()
        },
        retryable: false,
    })
}

/// Any of the ways in which a program may prove that it knows the secret.
fn verify(secret: &str, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
    let key = secret.as_bytes();
    if hook.headers.get(hook::SIGNATURE).is_some() {
        return hook::verify(key, hook, now);
    }
    for name in ["X-Signature", "X-Hub-Signature-256"] {
        if let Some(claim) = hook.headers.get(name) {
            let claim = claim.strip_prefix("sha256=").ok_or(NotGenuine)?;
            let genuine = signed_in_hex(key, &hook.body, claim);
            return genuine.then_some(()).ok_or(NotGenuine);
        }
    }
    let given = match hook.headers.get("authorization") {
        Some(header) => match header.split_once(' ') {
            Some(("Bearer", token)) => token.to_owned(),
            Some(("Basic", pair)) => password(pair).ok_or(NotGenuine)?,
            _ => return Err(NotGenuine),
        },
        None => Pairs::decoded(hook.query.as_bytes()).text("token"),
    };
    same(key, given.as_bytes()).then_some(()).ok_or(NotGenuine)
}

fn password(pair: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(pair).ok()?).ok()?;
    let (_, password) = decoded.split_once(':')?;
    Some(password.to_owned())
}

/// What a webhook says, as JSON: pairs of a form or a query become fields.
fn body(hook: &Webhook) -> Value {
    let is_json = hook.method == Method::Post && !form::is_form(hook);
    let read = serde_json::from_slice(&hook.body).ok().filter(|_| is_json);
    read.unwrap_or_else(|| {
        let pairs = Pairs::of(hook);
        Value::Object(
            pairs
                .iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    })
}

/// A part of a webhook, where the settings or the usual table say it stands.
fn pick(
    account: &Account,
    table: &str,
    usual: &[(&str, &str)],
    body: &Value,
    name: &str,
) -> Option<String> {
    let found = place(account, table, usual, body, name)?;
    Some(as_text(found)).filter(|_| !found.is_null() && !found.is_array())
}

fn place<'a>(
    account: &Account,
    table: &str,
    usual: &[(&str, &str)],
    body: &'a Value,
    name: &str,
) -> Option<&'a Value> {
    let set = account
        .settings
        .get(table)
        .and_then(|map| map.get(name)?.as_str());
    let usual = usual
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, path)| *path);
    body.pointer(set.or(usual)?)
}

fn files(account: &Account, body: &Value) -> Vec<(String, String)> {
    let found = place(account, "inboundMap", &INBOUND, body, "mediaUrls");
    let urls = found.and_then(Value::as_array).into_iter().flatten();
    urls.filter_map(Value::as_str)
        .map(|url| (url.to_owned(), "image/unknown".to_owned()))
        .collect()
}

/// A moment as RFC 3339, or as seconds or milliseconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    let number = Value::from(text);
    Timestamp::parse(text).or_else(|| Node::of(&number).moment())
}

fn report(account: &Account, body: &Value, word: String) -> Option<InboundEvent> {
    let part = |name| pick(account, "statusMap", &STATUS, body, name);
    let own = account
        .settings
        .get("statusValues")
        .and_then(|map| map.get(&word)?.as_str());
    let wanted = own.unwrap_or(&word);
    let state = WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(wanted))
        .map(|(_, state)| *state);
    let failed = state == Some(Delivery::Failed);
    let error = failed.then(|| SendError {
        reason: "undelivered".to_owned(),
        vendor_code: part("errorCode"),
        message: part("errorMessage")
            .unwrap_or_else(|| format!("The carrier reports that the message is {word}.")),
        retryable: false,
    });
    receipt::of(part("id")?, state, word, Kept::default())
        .failing(error)
        .event()
}
