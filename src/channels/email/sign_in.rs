//! Letting us into a mailbox on a page of Google's, Microsoft's or another's. email.md section 1.3.

use url::Url;

use crate::base::crypto::base64url;
use crate::base::crypto::digest;
use crate::channels::email::address;
use crate::channels::email::fault;
use crate::channels::email::oauth;
use crate::channels::table::wrong;
use crate::model::call::Call;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Renewed;
use crate::model::outbound::Step;
use crate::model::rejection::FieldError;
use crate::model::visit::Visit;

/// What Google is asked for.
const GOOGLE_SCOPE: &str = "https://mail.google.com/";
/// What Microsoft is asked for.
const MICROSOFT_SCOPE: &str = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access";

/// The page on which a person lets us into the mailbox; none where nobody gives out tokens for it.
///
/// # Errors
/// What is missing in the settings.
pub fn page(account: &Account, visit: &Visit) -> Result<Option<String>, Vec<FieldError>> {
    let Some(provider) = account.text("oauthProvider") else {
        return Ok(None);
    };
    let missing = |name: &str, what: &str| vec![wrong(name, what)];
    let id = account.text("oauthClientId");
    let id = id.ok_or_else(|| missing("oauthClientId", "is missing: Client id"))?;
    let page = address_of(account, provider);
    let page = page.ok_or_else(|| missing("oauthAuthUrl", "is missing: Address of the page"))?;
    let page = Url::parse(&page);
    let mut page = page.map_err(|_| missing("oauthAuthUrl", "must be an address"))?;
    if oauth::token_url(account).is_none() {
        return Err(missing("oauthTokenUrl", "is missing: Address of tokens"));
    }
    let challenge = base64url(&digest(visit.verifier.reveal().as_bytes()));
    let own = address::own(account);
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", id),
        ("redirect_uri", visit.back.as_str()),
        ("state", visit.state.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("login_hint", own.as_str()),
    ];
    fields.extend(scope(account, provider).map(|scope| ("scope", scope)));
    if provider == "google" {
        // Without these two it gives no refresh token to whom it gave one before.
        fields.extend([("access_type", "offline"), ("prompt", "consent")]);
    }
    page.query_pairs_mut().extend_pairs(fields);
    Ok(Some(page.into()))
}

fn address_of(account: &Account, provider: &str) -> Option<String> {
    if let Some(url) = account.text("oauthAuthUrl") {
        return Some(url.to_owned());
    }
    match provider {
        "google" => Some("https://accounts.google.com/o/oauth2/v2/auth".to_owned()),
        "microsoft" => {
            let tenant = account.text("oauthTenant").unwrap_or("common");
            let host = "https://login.microsoftonline.com";
            Some(format!("{host}/{tenant}/oauth2/v2.0/authorize"))
        }
        _ => None,
    }
}

fn scope<'a>(account: &'a Account, provider: &str) -> Option<&'a str> {
    account.text("oauthScope").or(match provider {
        "google" => Some(GOOGLE_SCOPE),
        "microsoft" => Some(MICROSOFT_SCOPE),
        _ => None,
    })
}

/// Fetches the tokens that are given for the code with which a person came back.
///
/// # Errors
/// They are not given.
pub fn tokens(code: &str, visit: &Visit, asked: &Asked<'_>) -> Next<Renewed> {
    let account = asked.account;
    if let Some(reply) = asked.replies.first() {
        let granted = oauth::granted(reply, asked.now)?;
        if !granted.secrets.contains_key(oauth::REFRESH) && account.secret(oauth::REFRESH).is_none()
        {
            return Err(fault::misconfigured(
                "No refresh token was given out: take the access of this client away at the provider, then sign in again.",
            ));
        }
        return Ok(Step::Done(granted));
    }
    let missing = |what: &str| fault::misconfigured(&format!("{what} is missing."));
    let url = oauth::token_url(account).ok_or_else(|| missing("The address of tokens"))?;
    let id = account.text("oauthClientId");
    let id = id.ok_or_else(|| missing("The client id"))?;
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", visit.back.as_str()),
        ("client_id", id),
    ];
    fields.extend(
        account
            .secret("oauthClientSecret")
            .map(|secret| ("client_secret", secret)),
    );
    fields.push(("code_verifier", visit.verifier.reveal()));
    Ok(Step::Ask {
        what: "accessToken",
        call: Call::http(oauth::posted(url, &fields)),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::base::http::Headers;
    use crate::base::http::HttpReply;
    use crate::base::secret::Secret;
    use crate::base::time::Timestamp;
    use crate::channels::meta::tests::account;

    fn visit() -> Visit {
        Visit {
            back: "https://desk.example/back".to_owned(),
            state: "s".to_owned(),
            // RFC 7636, appendix B.
            verifier: Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned()),
        }
    }

    fn asked(url: &str) -> BTreeMap<String, String> {
        Url::parse(url)
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect()
    }

    #[test]
    fn each_is_asked_on_its_own_page_for_what_it_knows() {
        let google = json!({
            "oauthProvider": "google", "oauthClientId": "id", "fromEmail": "support@acme.example",
        });
        let page_of = |settings| page(&account(settings, &[]), &visit()).unwrap().unwrap();
        let url = page_of(google);
        assert!(url.starts_with("https://accounts.google.com/o/oauth2/v2/auth?"));
        let fields = asked(&url);
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", "id"),
            ("redirect_uri", "https://desk.example/back"),
            ("state", "s"),
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
            ("code_challenge_method", "S256"),
            ("scope", GOOGLE_SCOPE),
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("login_hint", "support@acme.example"),
        ] {
            assert_eq!(fields[name], value, "{name}");
        }
        let microsoft = json!({
            "oauthProvider": "microsoft", "oauthClientId": "id", "oauthTenant": "acme",
        });
        let url = page_of(microsoft);
        let begin = "https://login.microsoftonline.com/acme/oauth2/v2.0/authorize?";
        assert!(url.starts_with(begin), "{url}");
        assert_eq!(asked(&url)["scope"], MICROSOFT_SCOPE);
        assert!(!asked(&url).contains_key("prompt"));
        let custom = json!({"oauthProvider": "custom", "oauthClientId": "id"});
        let refused = page(&account(custom, &[]), &visit()).unwrap_err();
        assert_eq!(refused[0].field, "oauthAuthUrl");
        assert_eq!(page(&account(json!({}), &[]), &visit()), Ok(None));
    }

    #[test]
    fn a_code_becomes_tokens_and_access_that_ends_for_good_is_refused() {
        let settings = json!({"oauthProvider": "google", "oauthClientId": "id"});
        let account = account(settings, &[("oauthClientSecret", "c")]);
        let step = |replies: &[HttpReply]| {
            let asked = Asked {
                account: &account,
                replies,
                now: Timestamp::from_secs(1_767_268_800),
            };
            tokens("4/x", &visit(), &asked)
        };
        let Ok(Step::Ask {
            call: Call::Http(request),
            ..
        }) = step(&[])
        else {
            unreachable!("the code is given back");
        };
        let body = String::from_utf8(request.body).unwrap();
        let expected = "grant_type=authorization_code&code=4%2Fx&redirect_uri=https%3A%2F%2Fdesk.example%2Fback&client_id=id&client_secret=c&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(body, expected);
        let reply = |body: serde_json::Value| HttpReply {
            status: 200,
            headers: Headers::default(),
            body: body.to_string().into_bytes(),
        };
        let whole = json!({"access_token": "a", "expires_in": 3600, "refresh_token": "r"});
        let Ok(Step::Done(granted)) = step(&[reply(whole)]) else {
            unreachable!("tokens are given out");
        };
        assert_eq!(granted.secrets[oauth::REFRESH].reveal(), "r");
        let for_an_hour = json!({"access_token": "a", "expires_in": 3600});
        assert!(step(&[reply(for_an_hour)]).is_err());
    }
}
