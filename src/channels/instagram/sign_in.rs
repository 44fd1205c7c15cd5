//! Letting us into an account on a page of Instagram's. instagram.md section 1.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::secret::Secret;
use crate::channels::instagram::connect::TOKEN;
use crate::channels::instagram::connect::until;
use crate::channels::instagram::settings::Login;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::fault::Fault;
use crate::channels::meta::fault::taken;
use crate::channels::meta::graph::Graph;
use crate::channels::meta::graph::INSTAGRAM;
use crate::channels::meta::graph::escape;
use crate::channels::node::Node;
use crate::channels::table::wrong;
use crate::model::call::Call;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Renewed;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;
use crate::model::visit::Visit;

/// Where people let an app in.
const PAGES: &str = "https://www.instagram.com";

/// Where the code they bring back becomes a token.
const CODES: &str = "https://api.instagram.com";

/// What the account is asked for.
const SCOPE: &str = "instagram_business_basic,instagram_business_manage_messages";

/// The same where comments are taken in.
const COMMENTS: &str = ",instagram_business_manage_comments";

/// How long a token lasts whose end the vendor does not tell.
const USUAL: Duration = Duration::from_secs(60 * 24 * 3_600);

const TIMEOUT: Duration = Duration::from_secs(30);

/// The page on which a person lets us into the account; none where it is attached through a page.
///
/// # Errors
/// What is missing in the settings.
pub fn page(account: &Account, visit: &Visit) -> Result<Option<String>, Vec<FieldError>> {
    if Login::of(account) == Login::Page {
        return Ok(None);
    }
    let missing = |name: &str, what: &str| vec![wrong(name, what)];
    let id = client(account).ok_or_else(|| missing("instagramAppId", "is missing: App ID"))?;
    if secret(account).is_none() {
        let what = "is missing: Instagram app secret";
        return Err(missing("instagramAppSecret", what));
    }
    let base = account.text("authBaseUrl").unwrap_or(PAGES);
    let page = Url::parse(&format!("{}/oauth/authorize", base.trim_end_matches('/')));
    let mut page = page.map_err(|_| missing("authBaseUrl", "must be an address"))?;
    let more = if crate::channels::meta::direct::comments::are_taken(account) {
        COMMENTS
    } else {
        ""
    };
    let scope = format!("{SCOPE}{more}");
    page.query_pairs_mut().extend_pairs([
        ("client_id", id),
        ("redirect_uri", visit.back.as_str()),
        ("response_type", "code"),
        ("scope", scope.as_str()),
        ("state", visit.state.as_str()),
    ]);
    Ok(Some(page.into()))
}

/// Fetches the token that is given for the code with which a person came back: first one for an hour,
/// then one for sixty days.
///
/// # Errors
/// It is not given.
pub fn token(code: &str, visit: &Visit, asked: &Asked<'_>) -> Next<Renewed> {
    let account = asked.account;
    let (Some(id), Some(secret)) = (client(account), secret(account)) else {
        let words = "The app's ID and secret are missing.";
        return Err(Refusal::Account(SendError::passing("configuration", words)));
    };
    let ask = |call| Step::Ask {
        what: TOKEN,
        call: Call::http(call),
    };
    match asked.replies {
        [] => Ok(ask(exchange(account, (id, secret), code, visit))),
        [short] => {
            let short = first(short)?;
            let graph = Graph::with(account, INSTAGRAM, &short);
            Ok(ask(graph.get_unversioned(&format!(
                "access_token?grant_type=ig_exchange_token&client_secret={}&access_token={}",
                escape(secret),
                escape(&short)
            ))))
        }
        [_, long, ..] => {
            let told = taken(FAULTS, long)?;
            let told = Node::of(&told);
            let lasts = told.at("expires_in").whole();
            let lasts = lasts.and_then(|secs| u64::try_from(secs).ok());
            let given = told.word("access_token").ok_or_else(none_given)?;
            Ok(Step::Done(Renewed {
                secrets: BTreeMap::from([(TOKEN.to_owned(), Secret::new(given))]),
                settings: until(asked.now.plus(lasts.map_or(USUAL, Duration::from_secs))),
            }))
        }
    }
}

/// The app as Instagram knows it: it gives an app an ID of its own beside the one of the dashboard.
fn client(account: &Account) -> Option<&str> {
    account
        .text("instagramAppId")
        .or_else(|| account.text("appId"))
}

fn secret(account: &Account) -> Option<&str> {
    let named = |name| account.secret(name).filter(|secret| !secret.is_empty());
    named("instagramAppSecret").or_else(|| named("appSecret"))
}

fn exchange(account: &Account, app: (&str, &str), code: &str, visit: &Visit) -> HttpRequest {
    let base = account.text("authBaseUrl").unwrap_or(CODES);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", app.0),
            ("client_secret", app.1),
            ("grant_type", "authorization_code"),
            ("redirect_uri", visit.back.as_str()),
            ("code", code),
        ])
        .finish();
    HttpRequest {
        method: Method::Post,
        url: format!("{}/oauth/access_token", base.trim_end_matches('/')),
        headers: Headers::default()
            .with("accept", "application/json")
            .with("content-type", "application/x-www-form-urlencoded"),
        authorization: None,
        body: body.into_bytes(),
        timeout: TIMEOUT,
    }
}

/// The token for an hour. It stands in a list in some answers, and errors have a shape of their own
/// here.
fn first(reply: &HttpReply) -> Result<String, Refusal> {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let told = Node::of(&body);
    if let Some(words) = told.word("error_message") {
        let error = SendError::passing("token_invalid", words).coded(told.word("code"));
        return Err(Refusal::Account(error));
    }
    if let Some(fault) = Fault::read(reply) {
        return Err(fault.refusal(FAULTS, reply));
    }
    let given = told.word("access_token");
    given
        .or_else(|| told.at("data").first().word("access_token"))
        .ok_or_else(none_given)
}

fn none_given() -> Refusal {
    let words = "Instagram gave out no access token.";
    Refusal::Account(SendError::passing("token_invalid", words))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use serde_json::json;

    use super::*;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;

    fn visit() -> Visit {
        Visit {
            back: "https://desk.example/back".to_owned(),
            state: "s".to_owned(),
            verifier: Secret::new("v".to_owned()),
        }
    }

    fn ours(settings: Value) -> Account {
        account(settings, &[("instagramAppSecret", "s"), ("appSecret", "m")])
    }

    #[test]
    fn a_person_lets_us_in_on_instagrams_page() {
        let page = |settings| page(&ours(settings), &visit());
        let url = page(json!({"loginType":"instagram","appId":"1","instagramAppId":"2"}));
        let expected = "https://www.instagram.com/oauth/authorize?client_id=2&redirect_uri=https%3A%2F%2Fdesk.example%2Fback&response_type=code&scope=instagram_business_basic%2Cinstagram_business_manage_messages&state=s";
        assert_eq!(url.unwrap().unwrap(), expected);
        let own = json!({"loginType":"instagram","appId":"1","comments":true,"authBaseUrl":"http://127.0.0.1:9/"});
        let url = page(own).unwrap().unwrap();
        assert!(url.starts_with("http://127.0.0.1:9/oauth/authorize?client_id=1&"));
        assert!(url.contains("manage_comments"), "{url}");
        assert_eq!(page(json!({"pageId":"1"})), Ok(None));
        let missing = page(json!({"loginType":"instagram"})).unwrap_err();
        assert_eq!(missing[0].field, "instagramAppId");
    }

    #[test]
    fn a_code_becomes_a_token_for_sixty_days() {
        let ours = ours(json!({"loginType":"instagram","appId":"1"}));
        let held =
            |answers: &[(u16, Value)]| hold(&ours, answers, |asked| token("c", &visit(), asked));
        let long = (
            200,
            json!({"access_token":"IGLONG","token_type":"bearer","expires_in":5_183_944}),
        );
        for short in [
            json!({"access_token":"IGSHORT","user_id":"17841405822304914"}),
            json!({"data":[{"access_token":"IGSHORT","user_id":"17841405822304914"}]}),
        ] {
            let (calls, given) = held(&[(200, short), long.clone()]);
            let expected = [
                "POST https://api.instagram.com/oauth/access_token client_id=1&client_secret=s&grant_type=authorization_code&redirect_uri=https%3A%2F%2Fdesk.example%2Fback&code=c",
                "GET https://graph.instagram.com/access_token?grant_type=ig_exchange_token&client_secret=s&access_token=IGSHORT",
            ];
            assert_eq!(calls, expected);
            let given = given.unwrap();
            assert_eq!(given.secrets[TOKEN].reveal(), "IGLONG");
            assert_eq!(given.settings["expiresAt"], "2026-03-02T11:59:04.000Z");
        }
        let used = (
            400,
            json!({"error_type":"OAuthException","code":400,"error_message":"This authorization code has been used"}),
        );
        let (_, refused) = held(&[used]);
        assert!(
            matches!(refused, Err(Refusal::Account(error)) if error.message.contains("has been used"))
        );
    }
}
