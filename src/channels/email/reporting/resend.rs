//! Resend: one webhook for everything, proved by a secret that it makes up.

use serde_json::Value;
use serde_json::json;

use crate::base::http::Method;
use crate::base::secret::Secret;
use crate::channels::dialogue::Pause;
use crate::channels::email::provider::with_json;
use crate::channels::email::reporting::No;
use crate::channels::email::reporting::SetUp;
use crate::channels::email::reporting::Talk;
use crate::channels::email::reporting::is_ours;
use crate::channels::email::resend::ask;
use crate::model::outbound::Account;

/// What we want to hear of.
const EVENTS: [&str; 11] = [
    "email.sent",
    "email.delivered",
    "email.delivery_delayed",
    "email.scheduled",
    "email.opened",
    "email.clicked",
    "email.bounced",
    "email.failed",
    "email.suppressed",
    "email.complained",
    "email.received",
];
/// The setting that keeps its secret.
const SECRET: &str = "resendWebhookSecret";
/// What is to be done where the key does not let us.
const BY_HAND: &str = "Resend was not told where to report: add a webhook at Webhooks with the address of this channel and all events of email, and enter its signing secret here";

/// Sets up what Resend posts to us.
///
/// # Errors
/// [`Pause`].
pub fn set_up(_: &Value, account: &Account, talk: &mut Talk<'_>) -> Result<SetUp, Pause> {
    let mut done = SetUp::default();
    match secret(account, talk)? {
        Ok(Some(secret)) if account.secret(SECRET) != Some(&secret) => {
            done.secrets.insert(SECRET.to_owned(), Secret::new(secret));
        }
        Ok(_) => {}
        // Who entered the secret has set things up by hand.
        Err(_) if account.secret(SECRET).is_some() => {}
        Err(no) => done.by_hand(BY_HAND, &no),
    }
    Ok(done)
}

/// The secret of our webhook, which is added where there is none.
fn secret(account: &Account, talk: &mut Talk<'_>) -> Result<Result<Option<String>, No>, Pause> {
    let listed = match talk.ask(ask(account, Method::Get, "/webhooks"))? {
        Ok(listed) => listed,
        Err(no) => return Ok(Err(no)),
    };
    let mut all = listed["data"].as_array().into_iter().flatten();
    let own = all.find(|hook| is_ours(account, hook["endpoint"].as_str().unwrap_or_default()));
    let body = json!({ "endpoint": account.webhook_url, "events": EVENTS });
    let told = match own.and_then(|hook| hook["id"].as_str()) {
        Some(id) => {
            let path = format!("/webhooks/{id}");
            if own.is_some_and(|hook| hook["endpoint"] != account.webhook_url.as_str()) {
                let moved = with_json(ask(account, Method::Patch, &path), &body);
                if let Err(no) = talk.ask(moved)? {
                    return Ok(Err(no));
                }
            }
            talk.ask(ask(account, Method::Get, &path))?
        }
        None => talk.ask(with_json(ask(account, Method::Post, "/webhooks"), &body))?,
    };
    Ok(told.map(|told| told["signing_secret"].as_str().map(str::to_owned)))
}
