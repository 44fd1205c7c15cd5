//! Requests to the vendor's interface: where they go, in which version, and as whom. meta section 1.

use std::time::Duration;

use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use crate::base::http::Headers;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::secret::Secret;
use crate::channels::meta::sign::proof;
use crate::model::call::Call;
use crate::model::call::Field;
use crate::model::call::Form;
use crate::model::outbound::Account;

/// Where most of the vendor's interface lives.
pub const FACEBOOK: &str = "https://graph.facebook.com";

/// Where accounts that log in with Instagram itself are served.
pub const INSTAGRAM: &str = "https://graph.instagram.com";

/// The version asked for when the operator names none. A call without a version would get the
/// oldest one the app may use.
pub const VERSION: &str = "v25.0";

/// How long the vendor may take for a call, in seconds, when the operator says nothing.
const TIMEOUT_SECS: u64 = 30;

/// The same for a call that carries a file.
const FILE_SECS: u64 = 120;

/// Hosts of the vendor that serve files. Others are not asked: a forged webhook must not make us
/// fetch what it likes, let alone carry a token there.
const MEDIA_HOSTS: [&str; 6] = [
    "fbsbx.com",
    "fbcdn.net",
    "facebook.com",
    "whatsapp.net",
    "instagram.com",
    "cdninstagram.com",
];

/// The vendor's interface as one account uses it.
#[derive(Debug)]
pub struct Graph {
    base: String,
    version: String,
    token: String,
    proof: Option<String>,
    seconds: Option<u64>,
}

impl Graph {
    /// The interface at the account's address, else at `base`, with the token that stands under
    /// `token_name`. Where the app's secret is known, calls prove it; only Instagram's own host
    /// does not take that.
    #[must_use]
    pub fn of(account: &Account, base: &str, token_name: &str) -> Self {
        Self::with(
            account,
            base,
            account.secret(token_name).unwrap_or_default(),
        )
    }

    /// The same with a token of its own.
    #[must_use]
    pub fn with(account: &Account, base: &str, token: &str) -> Self {
        let secret = account
            .secret("appSecret")
            .filter(|secret| !secret.is_empty());
        let seconds = account
            .settings
            .get("requestTimeoutSecs")
            .and_then(Value::as_u64);
        Self {
            base: account
                .text("apiBaseUrl")
                .unwrap_or(base)
                .trim_end_matches('/')
                .to_owned(),
            version: version(account),
            token: token.to_owned(),
            proof: secret
                .filter(|_| base != INSTAGRAM)
                .map(|secret| proof(secret, token)),
            seconds,
        }
    }

    /// The vendor's interface as the app itself uses it, to ask about tokens; none where the app is
    /// not known.
    #[must_use]
    pub fn of_app(account: &Account) -> Option<Self> {
        let secret = account
            .secret("appSecret")
            .filter(|secret| !secret.is_empty())?;
        let token = format!("{}|{secret}", account.text("appId")?);
        Some(Self::with(account, FACEBOOK, &token))
    }

    /// Asks for something. `path` begins after the version and may carry a query.
    #[must_use]
    pub fn get(&self, path: &str) -> HttpRequest {
        self.request(Method::Get, path, None)
    }

    /// Sends JSON.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> HttpRequest {
        self.request(Method::Post, path, Some(body))
    }

    /// Does something that needs no body.
    #[must_use]
    pub fn act(&self, path: &str) -> HttpRequest {
        self.request(Method::Post, path, None)
    }

    /// Removes something.
    #[must_use]
    pub fn delete(&self, path: &str) -> HttpRequest {
        self.request(Method::Delete, path, None)
    }

    /// Removes what a body names.
    #[must_use]
    pub fn delete_with(&self, path: &str, body: &Value) -> HttpRequest {
        self.request(Method::Delete, path, Some(body))
    }

    /// Asks for something that has no version.
    #[must_use]
    pub fn get_unversioned(&self, path: &str) -> HttpRequest {
        HttpRequest {
            url: self.proved(format!("{}/{path}", self.base)),
            ..self.get(path)
        }
    }

    /// Hands something over that carries a stored file, which takes its time.
    #[must_use]
    pub fn form(&self, path: &str, fields: Vec<Field>) -> Call {
        let request = HttpRequest {
            timeout: Duration::from_secs(self.seconds.unwrap_or(FILE_SECS)),
            ..self.act(path)
        };
        Call::Form(Box::new(Form { request, fields }))
    }

    fn request(&self, method: Method, path: &str, body: Option<&Value>) -> HttpRequest {
        let mut headers = Headers::default().with("accept", "application/json");
        if body.is_some() {
            headers = headers.with("content-type", "application/json");
        }
        HttpRequest {
            method,
            url: self.url(path),
            headers,
            authorization: Some(Secret::new(format!("Bearer {}", self.token))),
            body: body
                .map(|body| body.to_string().into_bytes())
                .unwrap_or_default(),
            timeout: Duration::from_secs(self.seconds.unwrap_or(TIMEOUT_SECS)),
        }
    }

    fn url(&self, path: &str) -> String {
        self.proved(format!("{}/{}/{path}", self.base, self.version))
    }

    fn proved(&self, url: String) -> String {
        match &self.proof {
            None => url,
            Some(proof) => {
                let joint = if url.contains('?') { '&' } else { '?' };
                format!("{url}{joint}appsecret_proof={proof}")
            }
        }
    }
}

/// A part of a path, or a value of a query: ids are the vendor's and may hold anything.
#[must_use]
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The address under which a file of the vendor may be fetched; none for one that is not the
/// vendor's. Where the account names a `mediaBaseUrl`, every file is fetched there.
#[must_use]
pub fn media_url(account: &Account, url: &str) -> Option<String> {
    let given = url::Url::parse(url).ok()?;
    if let Some(base) = account.text("mediaBaseUrl") {
        let path = &given[url::Position::BeforePath..url::Position::AfterQuery];
        return Some(format!("{}{path}", base.trim_end_matches('/')));
    }
    let host = given.host_str()?;
    let is_vendors = MEDIA_HOSTS.iter().any(|known| {
        host.strip_suffix(known)
            .is_some_and(|rest| rest.ends_with('.'))
    });
    (given.scheme() == "https" && is_vendors && given.port().is_none()).then(|| given.to_string())
}

fn version(account: &Account) -> String {
    let named = account.text("apiVersion").unwrap_or(VERSION);
    if named.starts_with('v') {
        named.to_owned()
    } else {
        format!("v{named}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use serde_json::json;

    #[test]
    fn calls_go_to_a_version_and_prove_who_we_are() {
        let secrets = [
            ("token", "EAATESTTOKEN123"),
            ("appSecret", "0123456789abcdef0123456789abcdef"),
        ];
        let proof = "02810c917b3e327d0bc6ccf57ac73ac327c135ce03a538f1a157997bb973e258";
        let plain = account(json!({}), &secrets[..1]);
        let proving = account(json!({}), &secrets);
        let own = account(
            json!({"apiBaseUrl":"http://127.0.0.1:9/","apiVersion":"26.0","requestTimeoutSecs":5}),
            &secrets[..1],
        );
        let cases = [
            (
                &plain,
                FACEBOOK,
                "1/messages",
                "https://graph.facebook.com/v25.0/1/messages".to_owned(),
            ),
            (
                &proving,
                FACEBOOK,
                "me",
                format!("https://graph.facebook.com/v25.0/me?appsecret_proof={proof}"),
            ),
            (
                &proving,
                FACEBOOK,
                "me?fields=id",
                format!("https://graph.facebook.com/v25.0/me?fields=id&appsecret_proof={proof}"),
            ),
            (
                &proving,
                INSTAGRAM,
                "me",
                "https://graph.instagram.com/v25.0/me".to_owned(),
            ),
            (
                &own,
                FACEBOOK,
                "me",
                "http://127.0.0.1:9/v26.0/me".to_owned(),
            ),
        ];
        for (account, base, path, expected) in cases {
            let request = Graph::of(account, base, "token").get(path);
            assert_eq!(request.url, expected);
            let credential = request.authorization.map(|secret| secret.reveal().clone());
            assert_eq!(credential.as_deref(), Some("Bearer EAATESTTOKEN123"));
        }
        let request = Graph::of(&own, FACEBOOK, "token").post("x", &json!({"a":1}));
        assert_eq!(request.timeout, Duration::from_secs(5));
        assert_eq!(request.body, br#"{"a":1}"#);
        assert_eq!(
            request.headers.get("content-type"),
            Some("application/json")
        );
    }

    #[test]
    fn files_are_fetched_from_the_vendor_or_from_where_the_operator_says() {
        let plain = account(json!({}), &[]);
        let moved = account(json!({"mediaBaseUrl":"http://127.0.0.1:9/"}), &[]);
        let url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&hash=a%2Bb";
        let cases = [
            (&plain, url, Some(url)),
            (
                &plain,
                "https://scontent.xx.fbcdn.net/v/1.jpg",
                Some("https://scontent.xx.fbcdn.net/v/1.jpg"),
            ),
            (&plain, "http://lookaside.fbsbx.com/1", None),
            (&plain, "https://evilfbsbx.com/1", None),
            (&plain, "https://fbsbx.com.evil.example/1", None),
            (&plain, "https://a.fbsbx.com:8443/1", None),
            (&plain, "https://10.0.0.1/1", None),
            (&plain, "file:///etc/passwd", None),
            (&plain, "", None),
            (
                &moved,
                url,
                Some("http://127.0.0.1:9/whatsapp_business/attachments/?mid=1&hash=a%2Bb"),
            ),
            (
                &moved,
                "https://anywhere.example/a?b#c",
                Some("http://127.0.0.1:9/a?b"),
            ),
        ];
        for (account, url, expected) in cases {
            assert_eq!(media_url(account, url).as_deref(), expected, "{url}");
        }
    }
}
