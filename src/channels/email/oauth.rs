//! Access to mailboxes that is given out by Google, Microsoft and others, and ends after an hour.
//! email.md section 1.3.

use std::time::Duration;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::channels::email::fault;
use crate::channels::email::fault::Class;
use crate::channels::email::fault::Fault;
use crate::channels::email::provider::json;
use crate::channels::email::provider::request;
use crate::channels::email::provider::with_form;
use crate::channels::node::Node;
use crate::model::call::Call;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Renewed;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;

/// The secret that opens the mailbox.
pub const ACCESS: &str = "oauthAccessToken";
/// The secret that gets a new one.
pub(super) const REFRESH: &str = "oauthRefreshToken";
/// The setting that says when the access ends.
const ENDS: &str = "oauthAccessEndsAt";
/// How long before its end access is renewed.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// How long access holds where nobody says.
const USUAL: u64 = 3_600;

/// Forgets the access of an account, so that it is renewed next; whether it can be.
pub fn forget(account: &mut Account) -> bool {
    let can = is_used(account) && account.secret(REFRESH).is_some();
    if can {
        account.secrets.remove(ACCESS);
    }
    can
}

/// Renews the access of an account that signs in with tokens; done at once where none is needed or
/// it still holds.
///
/// # Errors
/// It is not renewed: a person has to sign in again.
pub fn refresh(asked: &Asked<'_>) -> Next<Renewed> {
    let account = asked.account;
    if !is_used(account) || holds(account, asked.now) {
        return Ok(Step::Done(Renewed::default()));
    }
    let Some(reply) = asked.replies.first() else {
        return Ok(Step::Ask {
            what: "accessToken",
            call: Call::http(ask(account)?),
        });
    };
    granted(reply, asked.now).map(Step::Done)
}

/// Whether mail goes or comes by a token.
fn is_used(account: &Account) -> bool {
    let by_token = |name| account.text(name) == Some("oauth2");
    by_token("smtpAuth") || by_token("imapAuth")
}

fn holds(account: &Account, now: Timestamp) -> bool {
    let end = account.text(ENDS).and_then(Timestamp::parse);
    account.secret(ACCESS).is_some() && end.is_some_and(|end| end > now.plus(AHEAD))
}

/// Where tokens are given out.
pub(super) fn token_url(account: &Account) -> Option<String> {
    if let Some(url) = account.text("oauthTokenUrl") {
        return Some(url.to_owned());
    }
    match account.text("oauthProvider")? {
        "google" => Some("https://oauth2.googleapis.com/token".to_owned()),
        "microsoft" => {
            let tenant = account.text("oauthTenant").unwrap_or("common");
            let host = "https://login.microsoftonline.com";
            Some(format!("{host}/{tenant}/oauth2/v2.0/token"))
        }
        _ => None,
    }
}

fn ask(account: &Account) -> Result<HttpRequest, Refusal> {
    let missing = |what: &str| fault::misconfigured(&format!("{what} is missing."));
    let url = token_url(account).ok_or_else(|| missing("The address of tokens"))?;
    let token = account
        .secret(REFRESH)
        .ok_or_else(|| fault::misconfigured("Nobody has signed in to the mailbox yet."))?;
    let id = account
        .text("oauthClientId")
        .ok_or_else(|| missing("The client id"))?;
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", id),
    ];
    fields.extend(
        account
            .secret("oauthClientSecret")
            .map(|secret| ("client_secret", secret)),
    );
    fields.extend(account.text("oauthScope").map(|scope| ("scope", scope)));
    Ok(posted(url, &fields))
}

/// A form that is posted where tokens are given out.
pub(super) fn posted(url: String, fields: &[(&str, &str)]) -> HttpRequest {
    with_form(request(Method::Post, url, None), fields)
}

/// What was given out. Some give a new refresh token each time, and the old one ends then.
pub(super) fn granted(reply: &HttpReply, now: Timestamp) -> Result<Renewed, Refusal> {
    let body = json(reply);
    let told = Node::of(&body);
    let code = told.word("error").unwrap_or_default();
    if matches!(
        code.as_str(),
        "invalid_grant" | "invalid_client" | "unauthorized_client"
    ) {
        let words = told.word("error_description").unwrap_or_default();
        let sentence = format!("Sign in again: the access to the mailbox has ended. {words}");
        return Err(Fault::new(Class::Account, "credentials", code, sentence.trim()).refusal());
    }
    let words = told.word("error_description").unwrap_or_default();
    if let Some(fault) = fault::by_status(reply, &code, &words) {
        return Err(fault.refusal());
    }
    let access = told.word("access_token");
    let access = access.ok_or_else(|| fault::misconfigured("No access token was given out."))?;
    let seconds = told.at("expires_in").whole();
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
    let end = now.plus(Duration::from_secs(seconds.unwrap_or(USUAL)));
    let mut renewed = Renewed::default();
    renewed
        .secrets
        .insert(ACCESS.to_owned(), Secret::new(access));
    if let Some(next) = told.word("refresh_token") {
        renewed
            .secrets
            .insert(REFRESH.to_owned(), Secret::new(next));
    }
    let end = Value::from(end.to_string());
    renewed.settings.insert(ENDS.to_owned(), end);
    Ok(renewed)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use serde_json::json;

    use super::*;
    use crate::base::http::Headers;
    use crate::channels::meta::tests::account;

    const NOW: Timestamp = Timestamp::from_secs(1_767_268_800);

    fn mailbox(more: &Value, secrets: &[(&str, &str)]) -> Account {
        let mut all = json!({
            "smtpAuth": "oauth2", "oauthProvider": "microsoft", "oauthClientId": "id",
        });
        let fields = all.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        account(all, secrets)
    }

    fn step(account: &Account, replies: &[HttpReply]) -> Next<Renewed> {
        refresh(&Asked {
            account,
            replies,
            now: NOW,
        })
    }

    fn reply(status: u16, body: &Value) -> HttpReply {
        HttpReply {
            status,
            headers: Headers::default(),
            body: body.to_string().into_bytes(),
        }
    }

    #[test]
    fn access_is_renewed_five_minutes_before_its_end_and_not_earlier() {
        let asks = |account: &Account| matches!(step(account, &[]), Ok(Step::Ask { .. }));
        let both = [(ACCESS, "a"), (REFRESH, "r")];
        let ends = |at: &str| mailbox(&json!({ ENDS: at }), &both);
        assert!(!asks(&ends("2026-01-01T12:05:00.001Z")));
        assert!(asks(&ends("2026-01-01T12:05:00.000Z")));
        assert!(asks(&mailbox(&json!({}), &both)));
        let by_password = mailbox(&json!({ "smtpAuth": "password" }), &both);
        assert!(!asks(&by_password));
        assert!(asks(&mailbox(
            &json!({ "smtpAuth": "password", "imapAuth": "oauth2" }),
            &both
        )));
        let without = mailbox(&json!({}), &[]);
        assert!(matches!(step(&without, &[]), Err(Refusal::Account(_))));
    }

    #[test]
    fn each_is_asked_where_it_gives_out_tokens() {
        let cases = [
            (
                json!({}),
                "https://login.microsoftonline.com/common/oauth2/v2.0/token",
            ),
            (
                json!({ "oauthTenant": "acme" }),
                "https://login.microsoftonline.com/acme/oauth2/v2.0/token",
            ),
            (
                json!({ "oauthProvider": "google" }),
                "https://oauth2.googleapis.com/token",
            ),
            (
                json!({ "oauthProvider": "custom", "oauthTokenUrl": "https://a.example/t" }),
                "https://a.example/t",
            ),
        ];
        for (more, url) in cases {
            let account = mailbox(&more, &[(REFRESH, "r"), ("oauthClientSecret", "s")]);
            let request = ask(&account).unwrap();
            assert_eq!(request.url, url);
            let body = String::from_utf8(request.body).unwrap();
            let expected = "grant_type=refresh_token&refresh_token=r&client_id=id&client_secret=s";
            assert_eq!(body, expected);
        }
    }

    #[test]
    fn a_new_refresh_token_is_kept_and_an_ended_one_asks_for_a_person() {
        let account = mailbox(&json!({}), &[(REFRESH, "r")]);
        let body = json!({ "access_token": "new", "expires_in": 3_599, "refresh_token": "next" });
        let Ok(Step::Done(renewed)) = step(&account, &[reply(200, &body)]) else {
            unreachable!("it is renewed");
        };
        assert_eq!(renewed.secrets[ACCESS].reveal(), "new");
        assert_eq!(renewed.secrets[REFRESH].reveal(), "next");
        assert_eq!(renewed.settings[ENDS], "2026-01-01T12:59:59.000Z");
        let ended = reply(400, &json!({ "error": "invalid_grant" }));
        assert!(matches!(step(&account, &[ended]), Err(Refusal::Account(_))));
        let busy = reply(503, &json!({}));
        assert!(matches!(
            step(&account, &[busy]),
            Err(Refusal::Later { .. })
        ));
    }
}
