//! How Vonage's newer interface and we prove ourselves to each other: our calls with the key of an
//! application, its webhooks with the secret of the account.

use std::fmt::Write;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use linktor::sandbox::chat::Side;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::on_a_server_with;

/// A key that no application has.
const FOREIGN: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/sms/keys/application.pem"
));

async fn turns(line: &Line<'_>, status: &str) -> Value {
    line.until(&format!("the channel is {status}"), async || {
        let now = line.channel_now().await;
        (now["status"] == status).then_some(now)
    })
    .await
}

/// Changes the secret that would be the other proof of our calls; what it was.
fn with_secret(line: &Line<'_>, secret: &str) -> String {
    let account = line.vendor.account;
    let was = line.server.sandbox().change(account, |account| {
        account.keys.insert("token", secret.to_owned())
    });
    was.flatten().unwrap()
}

#[test]
fn the_key_of_an_application_is_proof_enough_while_its_token_holds() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("vonage-2")).await;
        let secret = with_secret(&line, "another one");
        let sent = line.write("proved by a key").await;
        line.stands(&sent, "delivered").await;
        // At the vendor it is later than the token holds.
        server.sandbox().advance(Duration::from_secs(16 * 60));
        let late = line.write("too late").await;
        turns(&line, "error").await;
        assert_eq!(line.shown(Side::Business), ["proved by a key"]);
        assert!(line.wire().iter().any(|(_, status, _)| *status == 401));
        // Whether an account works is asked with the secret.
        with_secret(&line, &secret);
        server.sandbox().clock().reset();
        line.stands(&late, "delivered").await;
        assert_eq!(line.shown(Side::Business), ["proved by a key", "too late"]);
    });
}

#[test]
fn another_key_is_no_proof() {
    on_a_server_with(with_sandbox, async |server| {
        let foreign = json!({ "privateKey": FOREIGN });
        let mut line = Line::with(server, vendor("vonage-2"), &foreign).await;
        line.greet().await;
        line.write("signed with a foreign key").await;
        let now = turns(&line, "error").await;
        assert_eq!(line.shown(Side::Business), Vec::<String>::new());
        let why = now["errorMessage"].as_str().unwrap();
        assert!(why.contains("credentials"), "{why}");
    });
}

/// A token of the vendor.
fn token(secret: &str, claims: &Value) -> String {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    let proof = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signed}.{proof}")
}

fn digest(body: &str) -> String {
    let bytes = Sha256::digest(body.as_bytes());
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

#[test]
fn a_webhook_is_taken_with_the_token_of_its_own_body_alone() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("vonage-2")).await;
        let (secret, key, own) = server.sandbox().look(|world| {
            let held = &world.accounts["vonage-2"];
            let key = |name: &str| held.key(name).to_owned();
            (key("signatureSecret"), key("apiKey"), key("phoneNumber"))
        });
        let url = line.channel["webhookUrl"].as_str().unwrap();
        let path = url.strip_prefix(server.url()).unwrap();
        let from = line.customer.trim_start_matches('+');
        let body = |text: &str| {
            json!({"channel":"sms","message_uuid":text,"to":own.trim_start_matches('+'),"from":from,
                "timestamp":"2024-01-15T10:30:00.000Z","message_type":"text","text":text})
            .to_string()
        };
        let now = server.now().as_secs();
        let good = |text: &str| {
            json!({"iat":now,"jti":text,"iss":"Vonage","payload_hash":digest(&body(text)),
                "api_key":key.clone()})
        };
        let with = |text: &str, name: &str, value: Value| {
            let mut claims = good(text);
            claims[name] = value;
            claims
        };
        let cases = [
            ("right", secret.as_str(), good("right"), 204),
            ("other key", "another secret", good("other key"), 403),
            (
                "other body",
                &secret,
                with("other body", "payload_hash", digest("{}").into()),
                403,
            ),
            (
                "too old",
                &secret,
                with("too old", "iat", (now - 301).into()),
                403,
            ),
            (
                "from the future",
                &secret,
                with("from the future", "iat", (now + 301).into()),
                403,
            ),
            (
                "other account",
                &secret,
                with("other account", "api_key", "ffff0000".into()),
                403,
            ),
            (
                "other sender",
                &secret,
                with("other sender", "iss", "Somebody".into()),
                403,
            ),
            // A token is good for one webhook.
            ("again", &secret, with("again", "jti", "right".into()), 403),
            ("last", &secret, good("last"), 204),
        ];
        for (text, secret, claims, status) in cases {
            let bearer = format!("Bearer {}", token(secret, &claims));
            let api = server.anonymous().with("authorization", &bearer);
            let bytes = Some(body(text).into_bytes());
            let reply = api.send(Method::POST, path, bytes).await;
            assert_eq!(reply.status, status, "{text}: {}", reply.text());
        }
        let heard = line.hears(3).await;
        let mut texts: Vec<_> = heard
            .iter()
            .map(|one| one["text"].as_str().unwrap())
            .collect();
        texts.sort_unstable();
        assert_eq!(texts, ["hello", "last", "right"]);
    });
}
