//! Proving where a call comes from: the signature of webhooks, the hand-shake over a new address,
//! and our own proof beside a token. meta sections 3, 4 and 6.

use crate::base::crypto::hex;
use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::crypto::signed_in_hex;
use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::channels::NotGenuine;
use crate::model::outbound::Account;
use crate::model::outbound::Switch;

/// The header that carries the signature.
pub const SIGNATURE: &str = "X-Hub-Signature-256";

const CHALLENGE_MAX: usize = 256;

/// Checks `sha256=<hex HMAC-SHA256 of the raw body>` against the app secrets that stand under
/// `secret_names`: one of them must fit. There is no time in it, so a repeat cannot be told from
/// the first call; ids take care of those.
///
/// An account without any secret takes nothing in, unless `allowUnsignedWebhooks` says so.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(account: &Account, secret_names: &[&str], hook: &Webhook) -> Result<(), NotGenuine> {
    if hook.method != Method::Post {
        return Err(NotGenuine);
    }
    let secrets: Vec<_> = secret_names
        .iter()
        .filter_map(|name| account.secret(name))
        .filter(|secret| !secret.is_empty())
        .collect();
    if secrets.is_empty() && account.is_on("allowUnsignedWebhooks", Switch::Off) {
        return Ok(());
    }
    let claim = claim(hook).ok_or(NotGenuine)?;
    // Every secret is tried, so that the time taken says nothing about which one fits.
    let genuine = secrets.iter().fold(false, |fits, secret| {
        fits | signed_in_hex(secret.as_bytes(), &hook.body, claim)
    });
    genuine.then_some(()).ok_or(NotGenuine)
}

/// The hex digits of a header that stands there exactly once.
fn claim(hook: &Webhook) -> Option<&str> {
    let mut all = hook
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(SIGNATURE));
    let (_, value) = all.next()?;
    if all.next().is_some() {
        return None;
    }
    value.strip_prefix("sha256=")
}

/// The answer to the vendor's question whether this address is ours: the challenge and nothing
/// else, if it knows our verify token. Every GET is such a question.
#[must_use]
pub fn greet(account: &Account, hook: &Webhook) -> Option<HttpReply> {
    if hook.method != Method::Get {
        return None;
    }
    let asked = Asked::read(&hook.query);
    let expected = account.secret("verifyToken").unwrap_or_default();
    let knows_us = !expected.is_empty() && same(expected.as_bytes(), asked.token.as_bytes());
    Some(if asked.mode != "subscribe" || !knows_us {
        plain(403, String::new())
    } else if is_challenge(&asked.challenge) {
        plain(200, asked.challenge)
    } else {
        plain(400, String::new())
    })
}

/// Proves beside a token that we also know the app's secret: the value of `appsecret_proof`.
#[must_use]
pub fn proof(app_secret: &str, token: &str) -> String {
    hex(&sign(app_secret.as_bytes(), token.as_bytes()))
}

#[derive(Default)]
struct Asked {
    mode: String,
    token: String,
    challenge: String,
}

impl Asked {
    fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "hub.mode" => asked.mode = value.into_owned(),
                "hub.verify_token" => asked.token = value.into_owned(),
                "hub.challenge" => asked.challenge = value.into_owned(),
                _ => {}
            }
        }
        asked
    }
}

/// Whether a challenge can be handed back without becoming anything else in a browser.
fn is_challenge(text: &str) -> bool {
    (1..=CHALLENGE_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn plain(status: u16, body: String) -> HttpReply {
    HttpReply {
        status,
        headers: Headers::default().with("content-type", "text/plain; charset=utf-8"),
        body: body.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use serde_json::json;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const A: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"Sheena Nelson"},"wa_id":"16505551234"}],"messages":[{"from":"16505551234","id":"wamid.TEST1","timestamp":"1749416383","type":"text","text":{"body":"Hello"}}]},"field":"messages"}]}]}"#;
    const B: &str = r#"{"object":"page","entry":[{"id":"1234567890","time":1458692752478,"messaging":[{"sender":{"id":"PSID_1"},"recipient":{"id":"1234567890"},"timestamp":1458692752478,"message":{"mid":"m_TEST1","text":"Ol\u00e1 \ud83d\ude00 https:\/\/example.com\/a"}}]}]}"#;
    const C: &str = r#"{"object":"instagram","entry":[{"id":"17841405822304914","time":1569262486134,"messaging":[{"sender":{"id":"900100200300"},"recipient":{"id":"17841405822304914"},"timestamp":1569262485349,"message":{"mid":"aWdfZAG1fTEST1","text":"hi"}}]}]}"#;
    const A_SIGNED: &str = "73749ec73b6d1cb04b23685cd784ce3636ea19fded1bd69fff1ad4727715ff48";
    const B_SIGNED: &str = "032e88aff7c7548fef2ba469cf15190e05ac80193ae91d8a5f3c266f0fa5e8aa";
    const C_SIGNED: &str = "7548d564c01f71478da00932dd8dd577883d715c3e611c5bbb105651dbb8b1e3";
    const D_SIGNED: &str = "b326604c0dc7364c8b688556189c0a510e5150cd4628736be814c7c9898f899d";

    fn hook(method: Method, headers: Headers, body: &str) -> Webhook {
        Webhook {
            method,
            headers,
            query: String::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn signed(digest: &str) -> Headers {
        Headers::default().with("x-hub-signature-256", format!("sha256={digest}"))
    }

    fn genuine(secret: &str, headers: Headers, body: &str) -> bool {
        let account = account(json!({}), &[("appSecret", secret)]);
        verify(&account, &["appSecret"], &hook(Method::Post, headers, body)).is_ok()
    }

    #[test]
    fn every_published_vector_holds() {
        assert_eq!((A.len(), B.len(), C.len()), (423, 251, 239));
        let other = "fedcba9876543210fedcba9876543210";
        let cases = [
            (SECRET, A, A_SIGNED),
            (SECRET, B, B_SIGNED),
            (other, C, C_SIGNED),
            (SECRET, "{}", D_SIGNED),
        ];
        for (secret, body, digest) in cases {
            assert!(genuine(secret, signed(digest), body), "{body}");
            let upper = signed(&digest.to_uppercase());
            assert!(genuine(secret, upper, body), "either case: {body}");
            assert!(!genuine("wrong", signed(digest), body), "{body}");
            let longer = format!("{body} ");
            assert!(!genuine(secret, signed(digest), &longer), "{body}");
        }
    }

    /// The same JSON written anew is another body: the bytes count, not what they mean.
    #[test]
    fn a_body_written_anew_does_not_fit() {
        let value: serde_json::Value = serde_json::from_str(B).unwrap_or_default();
        let utf8 = value.to_string();
        let escaped = B.replace("\\/", "/");
        let cases = [
            (
                utf8,
                236,
                "33660f6cd0b4a8976b4853a5b447905f99e2486e90e1a32968b3144ebc440d39",
            ),
            (
                escaped,
                248,
                "ad6762faffcb47e8f9bb5db9f80922d9c3ee6546777876ae9c1af1447e7c1e09",
            ),
        ];
        for (body, length, digest) in cases {
            assert_eq!(body.len(), length);
            assert!(genuine(SECRET, signed(digest), &body), "{body}");
            assert!(!genuine(SECRET, signed(B_SIGNED), &body), "{body}");
        }
    }

    #[test]
    fn a_header_that_is_missing_twice_there_or_old_proves_nothing() {
        let old = "sha1=8c8f27233044b04acd63585b725d74d3d04c8294";
        let cases = [
            Headers::default(),
            Headers::default().with("X-Hub-Signature", old),
            Headers::default().with(SIGNATURE, old),
            Headers::default().with(SIGNATURE, A_SIGNED),
            Headers::default().with(SIGNATURE, format!("sha256= {A_SIGNED}")),
            Headers::default().with(SIGNATURE, format!("sha256={A_SIGNED}0")),
            Headers::default().with(SIGNATURE, "sha256="),
            signed(A_SIGNED).with(SIGNATURE, format!("sha256={A_SIGNED}")),
        ];
        for headers in cases {
            assert!(!genuine(SECRET, headers.clone(), A), "{headers:?}");
        }
        assert!(genuine(
            SECRET,
            signed(A_SIGNED).with("X-Hub-Signature", "sha1=0"),
            A
        ));
    }

    #[test]
    fn without_a_secret_nothing_is_taken_in_unless_the_operator_says_so() {
        let open = json!({"allowUnsignedWebhooks": true});
        let cases = [
            (account(json!({}), &[]), false),
            (account(json!({}), &[("appSecret", "")]), false),
            (account(open.clone(), &[]), true),
            (account(open, &[("appSecret", SECRET)]), false),
        ];
        let unsigned = hook(Method::Post, Headers::default(), A);
        for (account, expected) in cases {
            let taken = verify(&account, &["appSecret"], &unsigned).is_ok();
            assert_eq!(taken, expected, "{:?}", account.settings);
        }
        let account = account(json!({}), &[("appSecret", SECRET)]);
        let put = hook(Method::Put, signed(A_SIGNED), A);
        assert_eq!(verify(&account, &["appSecret"], &put), Err(NotGenuine));
    }

    #[test]
    fn either_of_two_secrets_fits() {
        let names = ["appSecret", "instagramAppSecret"];
        let post = hook(Method::Post, signed(D_SIGNED), "{}");
        for name in names {
            let account = account(json!({}), &[("appSecret", "x"), (name, SECRET)]);
            assert_eq!(verify(&account, &names, &post), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_new_address_is_confirmed_to_who_knows_the_token() {
        let account = account(json!({}), &[("verifyToken", "tok")]);
        let longest = "a".repeat(256);
        let too_long = "a".repeat(257);
        let cases = [
            (
                "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=tok",
                200,
                "1158201444",
            ),
            (
                &format!("hub.mode=subscribe&hub.challenge={longest}&hub.verify_token=tok"),
                200,
                longest.as_str(),
            ),
            (
                &format!("hub.mode=subscribe&hub.challenge={too_long}&hub.verify_token=tok"),
                400,
                "",
            ),
            (
                "hub.mode=subscribe&hub.challenge=%3Cb%3E&hub.verify_token=tok",
                400,
                "",
            ),
            ("hub.mode=subscribe&hub.verify_token=tok", 400, ""),
            (
                "hub.mode=subscribe&hub.challenge=1&hub.verify_token=TOK",
                403,
                "",
            ),
            (
                "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=tok",
                403,
                "",
            ),
            ("hub.challenge=1&hub.verify_token=tok", 403, ""),
            ("", 403, ""),
        ];
        for (query, status, body) in cases {
            let mut get = hook(Method::Get, Headers::default(), "");
            query.clone_into(&mut get.query);
            let reply = greet(&account, &get);
            let found = reply
                .as_ref()
                .map(|reply| (reply.status, reply.body.as_slice()));
            assert_eq!(found, Some((status, body.as_bytes())), "{query}");
            let kind = reply.and_then(|reply| reply.headers.get("content-type").map(str::to_owned));
            assert!(kind.is_some_and(|kind| kind.starts_with("text/plain")));
        }
        assert!(greet(&account, &hook(Method::Post, Headers::default(), "")).is_none());
    }

    #[test]
    fn an_account_without_verify_token_confirms_nothing() {
        let mut get = hook(Method::Get, Headers::default(), "");
        get.query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token=".to_owned();
        let reply = greet(&account(json!({}), &[]), &get);
        assert_eq!(reply.map(|reply| reply.status), Some(403));
    }

    #[test]
    fn the_published_proof_of_a_token() {
        assert_eq!(
            proof(SECRET, "EAATESTTOKEN123"),
            "02810c917b3e327d0bc6ccf57ac73ac327c135ce03a538f1a157997bb973e258"
        );
    }
}
