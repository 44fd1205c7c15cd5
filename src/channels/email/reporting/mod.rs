//! Having services report to us: what connecting sets up there by itself, and the words for whoever has
//! to do it by hand. email.md section 1.3.
//!
//! Nothing here stops a channel: mails go out without it, so what a service does not let us do becomes a
//! warning. What others set up at the service stays as it is.

pub mod mailgun;
pub mod postmark;
pub mod resend;
pub mod sendgrid;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::secret::Secret;
use crate::channels::dialogue;
use crate::channels::dialogue::Pause;
use crate::channels::dialogue::Replies;
use crate::channels::email::provider::json;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::refusal::Refusal;

/// What the first call is about, for whoever reads that it failed.
const CREDENTIALS: &str = "credentials";
/// What the others are about.
const WEBHOOK: &str = "webhook";

/// The answers of a service to what it was asked to set up, one after the other.
pub struct Talk<'a>(Replies<'a>);

impl Talk<'_> {
    /// The answer to a call, as JSON; none where the service did not do it, with its status and words.
    ///
    /// # Errors
    /// [`Pause`]: the call was not made yet.
    fn ask(&mut self, request: HttpRequest) -> Result<Result<Value, No>, Pause> {
        let reply = self.0.reply(WEBHOOK, Call::http(request))?;
        let body = json(reply);
        Ok(if (200..300).contains(&reply.status) {
            Ok(body)
        } else {
            Err(No {
                status: reply.status,
                words: words(reply, &body),
            })
        })
    }
}

/// A service that did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct No {
    status: u16,
    words: String,
}

/// What a service says of why not, wherever it says it.
fn words(reply: &HttpReply, body: &Value) -> String {
    let said = [
        &body["errors"][0]["message"],
        &body["message"],
        &body["Message"],
    ];
    let said = said.into_iter().find_map(Value::as_str);
    let plain = || {
        let text = String::from_utf8_lossy(&reply.body);
        let line = text.lines().next().unwrap_or_default().trim();
        line.chars().take(200).collect()
    };
    said.map_or_else(plain, str::to_owned)
}

/// What came of setting things up.
#[derive(Debug, Default)]
pub struct SetUp {
    /// Settings that the service told.
    pub settings: Opaque,
    /// Secrets that it told.
    pub secrets: BTreeMap<String, Secret<String>>,
    /// What has to be done by hand.
    pub warnings: Vec<String>,
}

impl SetUp {
    /// Says what has to be done by hand, and why the service did not let us.
    fn by_hand(&mut self, what: &str, no: &No) {
        let why = no.words.trim_end_matches('.');
        let why = if why.is_empty() {
            no.status.to_string()
        } else {
            why.to_owned()
        };
        self.warnings.push(format!("{what} ({why})."));
    }
}

/// Connects an account: proves it by one question and has the service report to us then. `set_up` is
/// given what the service answered.
///
/// # Errors
/// The service does not accept the account.
pub fn connected(
    asked: &Asked<'_>,
    question: HttpRequest,
    proved: impl FnOnce(&HttpReply) -> Result<Connected, Refusal>,
    set_up: impl FnOnce(&Value, &Account, &mut Talk<'_>) -> Result<SetUp, Pause>,
) -> Next<Connected> {
    let walked = || {
        let mut replies = Replies::of(asked);
        let first = replies.reply(CREDENTIALS, Call::http(question))?;
        let mut connected = proved(first).map_err(Pause::Refused)?;
        let done = set_up(&json(first), asked.account, &mut Talk(replies))?;
        connected.settings.extend(done.settings);
        connected.secrets.extend(done.secrets);
        connected.warnings.extend(done.warnings);
        Ok(connected)
    };
    dialogue::next(walked())
}

/// Whether mail of customers comes in by webhooks of the service.
#[must_use]
pub fn takes_mail(account: &Account) -> bool {
    match account.text("inboundMode") {
        Some(mode) => mode == "webhook",
        None => account.text("imapHost").is_none(),
    }
}

/// Whether an address that is set up at a service leads to this channel, on whatever host and with
/// whatever name and password.
#[must_use]
pub fn is_ours(account: &Account, url: &str) -> bool {
    let path = |url: &str| url::Url::parse(url).ok().map(|url| url.path().to_owned());
    let (ours, theirs) = (path(&account.webhook_url), path(url));
    ours.zip(theirs)
        .is_some_and(|(ours, theirs)| theirs == ours || theirs == format!("{ours}/mime"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::email::tests::ours;

    #[test]
    fn addresses_of_ours_are_known_on_every_host() {
        let account = ours(&serde_json::json!({}));
        let path = url::Url::parse(&account.webhook_url).map(|url| url.path().to_owned());
        let path = path.unwrap_or_default();
        for (url, expected) in [
            (account.webhook_url.clone(), true),
            (format!("https://linktor:x@old.example{path}"), true),
            (format!("https://old.example{path}/mime"), true),
            (
                "https://old.example/webhooks/email/ch_other".to_owned(),
                false,
            ),
            (String::new(), false),
        ] {
            assert_eq!(is_ours(&account, &url), expected, "{url}");
        }
    }
}
