//! Resend. email.md sections 1.2, 2.7, 4.7, 5, 8 and 9.

use std::time::Duration;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::channels::email::address;
use crate::channels::email::fault;
use crate::channels::email::fault::Class;
use crate::channels::email::fault::Fault;
use crate::channels::email::fault::QUOTA_PAUSE;
use crate::channels::email::provider::Provider;
use crate::channels::email::provider::json;
use crate::channels::email::provider::key;
use crate::channels::email::provider::request;
use crate::channels::node::Node;
use crate::channels::table::base;
use crate::channels::table::wrong;
use crate::model::message::RATE_LIMITED;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Call;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Refusal;
use crate::model::outbound::Step;
use crate::model::rejection::FieldError;

const API: &str = "https://api.resend.com";
/// The error of a key that may send and do nothing else.
const RESTRICTED: &str = "restricted_api_key";

/// Status and name of its errors, what follows, and our word for it.
const RULES: &[(u16, &str, Class, &str)] = &[
    (401, "missing_api_key", Class::Account, "credentials"),
    (401, RESTRICTED, Class::Account, "credentials"),
    (403, "invalid_api_key", Class::Account, "credentials"),
    (403, "validation_error", Class::Never, "sender_not_verified"),
    (
        409,
        "concurrent_idempotent_requests",
        Class::Retry,
        "concurrent",
    ),
    (
        409,
        "invalid_idempotent_request",
        Class::Never,
        "invalid_request",
    ),
    (429, "daily_quota_exceeded", Class::Rate, "quota_exceeded"),
    (429, "monthly_quota_exceeded", Class::Rate, "quota_exceeded"),
    (429, "rate_limit_exceeded", Class::Rate, RATE_LIMITED),
];

/// Resend.
#[derive(Debug)]
pub struct Resend;

impl Provider for Resend {
    fn name(&self) -> &'static str {
        "resend"
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let missing = key(account, "resendApiKey").is_none();
        let missing = missing.then(|| wrong("resendApiKey", "is missing: API key"));
        missing.into_iter().collect()
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let account = asked.account;
        let Some(reply) = asked.replies.first() else {
            return Ok(Step::Ask {
                what: "credentials",
                call: Call::http(ask(account, Method::Get, "/domains")),
            });
        };
        let body = json(reply);
        if Node::of(&body).word("name").as_deref() == Some(RESTRICTED) {
            let only =
                "The API key may only send, so whether the domain is verified cannot be seen.";
            return Ok(Step::Done(Connected {
                warnings: vec![only.to_owned()],
                ..Connected::default()
            }));
        }
        accepted(reply)?;
        let own = address::own(account);
        let domain = address::domain_of(&own);
        let mut domains = Node::of(&body).at("data").items();
        let status = domains
            .find(|row| row.word("name").as_deref() == Some(domain))
            .and_then(|row| row.word("status"));
        if status.as_deref() != Some("verified") {
            let state = status.unwrap_or_else(|| "not known".to_owned());
            let sentence = format!("The domain {domain} is {state} at Resend.");
            return Err(fault::misconfigured(&sentence));
        }
        Ok(Step::Done(Connected::default()))
    }
}

fn ask(account: &Account, method: Method, path: &str) -> HttpRequest {
    let url = format!("{}{path}", base(account, "apiBaseUrl", API));
    let key = key(account, "resendApiKey").unwrap_or_default();
    request(method, url, Some(format!("Bearer {key}")))
}

/// Whether the service did what it was asked.
fn accepted(reply: &HttpReply) -> Result<(), Refusal> {
    let body = json(reply);
    let told = Node::of(&body);
    let name = told.word("name").unwrap_or_default();
    let words = told.word("message").unwrap_or_default();
    let Some(fault) = fault::by_status(reply, &name, &words) else {
        return Ok(());
    };
    let known = RULES
        .iter()
        .find(|(status, known, ..)| *status == reply.status && *known == name);
    let fault = match known {
        Some((_, _, class, reason)) => Fault {
            class: *class,
            reason,
            ..fault
        },
        None => fault,
    };
    let wait = match fault.reason {
        "quota_exceeded" => Some(QUOTA_PAUSE),
        "concurrent" => Some(Duration::from_secs(1)),
        _ => fault.wait,
    };
    Err(fault.after(wait).refusal())
}
