//! Twilio SendGrid. email.md sections 1.2, 2.2, 2.3, 4.3, 5, 8 and 9.

use std::time::Duration;

use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::time::Timestamp;
use crate::channels::email::fault;
use crate::channels::email::fault::Class;
use crate::channels::email::fault::Fault;
use crate::channels::email::provider::Provider;
use crate::channels::email::provider::json;
use crate::channels::email::provider::key;
use crate::channels::email::provider::request;
use crate::channels::node::Node;
use crate::channels::table::base;
use crate::channels::table::wrong;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Call;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Refusal;
use crate::model::outbound::Step;
use crate::model::rejection::FieldError;

const API: &str = "https://api.sendgrid.com";

/// SendGrid.
#[derive(Debug)]
pub struct SendGrid;

impl Provider for SendGrid {
    fn name(&self) -> &'static str {
        "sendgrid"
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let missing = key(account, "apiKey").is_none();
        let missing = missing.then(|| wrong("apiKey", "is missing: API key"));
        missing.into_iter().collect()
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let account = asked.account;
        let Some(reply) = asked.replies.first() else {
            let url = api(account, "/v3/scopes");
            let call = Call::http(request(Method::Get, url, Some(credentials(account))));
            return Ok(Step::Ask {
                what: "credentials",
                call,
            });
        };
        accepted(reply, asked.now)?;
        let body = json(reply);
        let mut scopes = Node::of(&body).at("scopes").items();
        if !scopes.any(|scope| scope.is("mail.send")) {
            return Err(fault::misconfigured("The API key may not send mail."));
        }
        Ok(Step::Done(Connected::default()))
    }
}

fn api(account: &Account, path: &str) -> String {
    format!("{}{path}", base(account, "apiBaseUrl", API))
}

fn credentials(account: &Account) -> String {
    format!("Bearer {}", key(account, "apiKey").unwrap_or_default())
}

/// Whether the service did what it was asked.
fn accepted(reply: &HttpReply, now: Timestamp) -> Result<(), Refusal> {
    let body = json(reply);
    let first = Node::of(&body).at("errors").first();
    let words = first.word("message").unwrap_or_default();
    let Some(fault) = fault::by_status(reply, "", &words) else {
        return Ok(());
    };
    let fault = match reply.status {
        401 if words.contains("credits exceeded") => Fault {
            reason: "insufficient_funds",
            ..fault
        },
        403 if words.contains("verified Sender Identity") => Fault {
            class: Class::Never,
            reason: "sender_not_verified",
            ..fault
        },
        429 => {
            let reset = reply.headers.get("x-ratelimit-reset");
            let reset = reset.and_then(|text| text.trim().parse().ok());
            let wait = reset.map(|at| Timestamp::from_secs(at).since(now));
            fault.after(wait.map(|wait| wait.max(Duration::from_secs(1))))
        }
        _ => fault,
    };
    Err(fault.refusal())
}
