//! Vonage: its SMS API, and its Messages API. sms.md sections 2.3, 2.4 and 4.1.

pub mod caps;
mod classic;
mod connect;
mod messages;
mod sign;
mod table;

use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::jwt;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::RenderError;
use crate::channels::node;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::sms::Carrier;
use crate::channels::sms::Entry;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::outgoing;
use crate::channels::sms::outgoing::Outgoing;
use crate::channels::sms::outgoing::judged;
use crate::channels::sms::throughput;
use crate::channels::sms::throughput::Origin;
use crate::channels::table::wrong;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Switch;
use crate::model::refusal::Outcome;
use crate::model::rejection::FieldError;

const REST: &str = "https://rest.nexmo.com";

/// What there is to know of Vonage.
pub const ENTRY: Entry = Entry {
    name: "vonage",
    settings: table::SETTINGS,
    pools: &[],
    guide: &table::GUIDE,
    speaks: &Vonage,
};

/// Vonage.
#[derive(Debug)]
pub struct Vonage;

impl Carrier for Vonage {
    /// Its limit is that of the account, but for numbers in North America.
    fn per_second(&self, from: Origin) -> u32 {
        match from {
            Origin::Foreign => 30,
            other => throughput::usual(other),
        }
    }

    fn with_files(&self, account: &Account) -> Option<&'static Capabilities> {
        uses_messages(account).then_some(&caps::WITH_FILES)
    }

    fn row(&self) -> &'static Capabilities {
        &caps::VONAGE
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let mut all = Vec::new();
        if account.text("apiKey").is_none() {
            all.push(wrong("apiKey", "is missing: API key"));
        }
        if account.secret("apiSecret").is_none() {
            all.push(wrong("apiSecret", "is missing: API secret"));
        }
        if account.text("phoneNumber").is_none() {
            all.push(wrong("phoneNumber", "is missing: Number"));
        }
        match (account.text("applicationId"), account.secret("privateKey")) {
            (None, None) => {}
            (Some(_), Some(key)) if jwt::issue_with_rsa(&json!({}), key).is_some() => {}
            (Some(_), _) => all.push(wrong(
                "privateKey",
                "must be the private key of the application, RSA of 2,048 bits or more",
            )),
            (None, Some(_)) => all.push(wrong("applicationId", "goes with the private key")),
        }
        all
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        connect::next(asked)
    }

    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
        let secret = account.secret("signatureSecret").unwrap_or_default();
        if secret.is_empty() {
            let open = !account.is_on("requireSignature", Switch::On);
            return open.then_some(()).ok_or(NotGenuine);
        }
        if uses_messages(account) {
            sign::token(account, secret, hook, now)
        } else {
            sign::signature(account, secret, hook, now)
        }
    }

    /// Of a webhook without a token Vonage says that it is its own mistake, and that it comes again
    /// with one.
    fn turns_away_with(&self, account: &Account, hook: &Webhook) -> u16 {
        if uses_messages(account) && hook.headers.get("authorization").is_none() {
            503
        } else {
            403
        }
    }

    fn once(&self, account: &Account, hook: &Webhook) -> Option<String> {
        let secret = account.secret("signatureSecret")?;
        uses_messages(account)
            .then(|| sign::id(secret, hook))
            .flatten()
    }

    fn read(&self, account: &Account, hook: &Webhook) -> Vec<InboundEvent> {
        let body = node::document(&hook.body).unwrap_or_default();
        let root = Node::of(&body);
        if root.at("message_uuid").is_there() {
            return messages::read(account, root);
        }
        let told = Pairs::of(hook);
        if told.has("text") || told.has("data") {
            return classic::heard(account, &told);
        }
        classic::report(&told).into_iter().collect()
    }

    fn send(&self, outgoing: &Outgoing<'_>) -> Result<Call, RenderError> {
        Ok(if uses_messages(outgoing.account) {
            messages::send(outgoing)
        } else {
            classic::send(outgoing)
        })
    }

    /// Of a long text some parts may be taken and others not.
    fn remark(&self, reply: &HttpReply) -> Opaque {
        let body = outgoing::json(reply);
        let parts: Vec<_> = Node::of(&body).at("messages").items().collect();
        let refused = parts.iter().find(|part| !is_taken(**part));
        let mut kept = Kept::default();
        if let Some(refused) = refused.filter(|_| parts.iter().any(|part| is_taken(*part))) {
            kept.put("partialFailure", Some(true));
            kept.put("partialError", refused.word("error-text"));
        }
        kept.into_inner()
    }

    fn read_reply(&self, reply: &HttpReply) -> Outcome {
        let body = outgoing::json(reply);
        let root = Node::of(&body);
        let sentence = root.word("detail").or_else(|| root.word("title"));
        if let Some(refusal) = outgoing::by_status(reply, &sentence.unwrap_or_default()) {
            return Err(refusal);
        }
        if let Some(id) = root.word("message_uuid") {
            return Ok(vec![id]);
        }
        let parts = root.at("messages").items();
        let taken: Vec<String> = parts
            .filter(|part| is_taken(*part))
            .filter_map(|part| part.word("message-id"))
            .collect();
        if !taken.is_empty() {
            return Ok(taken);
        }
        let first = root.at("messages").first();
        let sentence = first
            .word("error-text")
            .unwrap_or_else(|| "Vonage did not say why.".to_owned());
        let (class, error) = judged(classic::SEND_RULES, first.at("status").whole(), sentence);
        Err(outgoing::refusal(
            class,
            error,
            outgoing::retry_after(reply),
        ))
    }
}

/// Whether a part of a long text was taken.
fn is_taken(part: Node<'_>) -> bool {
    part.at("status").is("0")
}

fn uses_messages(account: &Account) -> bool {
    account.text("api") == Some("messages")
}

fn keys(account: &Account) -> (&str, &str) {
    (
        account.text("apiKey").unwrap_or_default(),
        account.secret("apiSecret").unwrap_or_default(),
    )
}
