//! Any other carrier that speaks HTTP: how, is said by the settings. sms.md section 7.5.

mod request;
mod sign;
mod table;
mod template;
mod told;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::RenderError;
use crate::channels::node::Node;
use crate::channels::sms::Carrier;
use crate::channels::sms::Entry;
use crate::channels::sms::caps;
use crate::channels::sms::guide;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::table::wrong;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::inbound::InboundEvent;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::outbound::Switch;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;

/// What there is to know of it.
pub const ENTRY: Entry = Entry {
    name: "generic",
    settings: table::SETTINGS,
    pools: &[],
    guide: &guide::SMS,
    speaks: &Generic,
};

/// A carrier described by settings.
#[derive(Debug)]
pub struct Generic;

impl Carrier for Generic {
    fn with_files(&self, account: &Account) -> Option<&'static Capabilities> {
        let template = request::template(account).to_string();
        template
            .contains("{{mediaUrl}}")
            .then_some(&caps::WITH_FILES)
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
                let request = request::with_headers(
                    account,
                    outgoing::get(url.to_owned(), request::authorization(account)),
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
        sign::verify(secret, hook, now)
    }

    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        told::read(account, hook)
    }

    fn send(&self, outgoing: &Outgoing<'_>) -> Result<Call, RenderError> {
        Ok(Call::http(request::request(outgoing)))
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

    fn says_ok(&self) -> Option<(&'static str, &'static str)> {
        Some(("application/json", r#"{"ok":true}"#))
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
    let sentence = if sentence.is_empty() {
        "The carrier did not take the message."
    } else {
        sentence
    };
    Refusal::Never(SendError::lasting("refused", sentence))
}

/// A value as text.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
