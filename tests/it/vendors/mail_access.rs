//! Access to a mail server by tokens: a person signs in at the provider, and what ends is renewed.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use super::PUBLIC;
use super::email::through;
use super::reachable;
use super::send;
use super::until;
use crate::support::exim::Exim;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Call;
use crate::support::vendor::Vendor;

const CALLBACK: &str = "/app/oauth/callback";

/// Who gives out tokens: `stale` for a code, which no server believes, and `fresh` afterwards.
async fn provider() -> Vendor {
    Vendor::open(|call| {
        let body = call.body();
        let body = match body["grant_type"].as_str() {
            Some("authorization_code") => {
                json!({"access_token": "stale", "expires_in": 3600, "refresh_token": "r1"})
            }
            Some("refresh_token") if body["refresh_token"] == "r1" => {
                json!({"access_token": "fresh", "expires_in": 3600, "refresh_token": "r2"})
            }
            _ => return Some((400, json!({"error": "invalid_grant"}))),
        };
        Some((200, body))
    })
    .await
}

/// A channel that signs in by tokens and has none yet.
async fn channel(server: &Server, exim: &Exim, provider: &Vendor) -> Value {
    let config = through(
        exim,
        &json!({
            "smtpAuth": "oauth2", "oauthProvider": "custom", "oauthClientId": "id",
            "oauthAuthUrl": format!("{}/authorize", provider.url),
            "oauthTokenUrl": format!("{}/token", provider.url),
        }),
    );
    let body = json!({ "type": "email", "name": "Desk", "config": config });
    server.api().post("/channels", body).await.ok()
}

/// The pairs of an address.
fn pairs(url: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().into_owned().collect()
}

fn back(state: &str, more: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("state", state);
    format!("{CALLBACK}?{}&{more}", query.finish())
}

#[test]
fn a_person_lets_us_in_and_a_token_that_is_refused_is_renewed_once() {
    on_a_server_with(reachable, async |server| {
        let (exim, provider) = (Exim::open().await, provider().await);
        let channel = channel(server, &exim, &provider).await;
        let id = channel["id"].as_str().unwrap();
        let agent = server.agent(OWNER).await;
        let page = format!("/app/settings/channels/{id}/sign-in");
        let left = agent.open(&page).await;
        assert_eq!(left.status, 303, "{}", left.text());
        let asked = pairs(left.header("location"));
        assert!(left.header("location").starts_with(&provider.url));
        assert_eq!(asked["redirect_uri"], format!("{PUBLIC}{CALLBACK}"));
        assert_eq!(asked["code_challenge_method"], "S256");

        // What another session brings back is not taken, nor what nobody began.
        let stranger = server.agent(OWNER).await;
        for (who, state) in [(&stranger, asked["state"].as_str()), (&agent, "AAAA")] {
            let refused = who.open(&back(state, "code=c")).await;
            assert_eq!(refused.status, 400, "{}", refused.text());
        }
        let no = agent
            .open(&back(&asked["state"], "error=access_denied"))
            .await;
        assert!(no.text().contains("access_denied"), "{}", no.text());
        assert!(provider.heard("/token").is_empty());

        let done = agent.open(&back(&asked["state"], "code=c")).await;
        assert_eq!(done.status, 303, "{}", done.text());
        let now = server.api().get(&format!("/channels/{id}")).await.ok();
        assert_eq!(now["connectionStatus"], "connected", "{now}");
        assert!(
            !now.to_string().contains("\"r2\""),
            "secrets stay here: {now}"
        );
        let grants = provider.heard("/token");
        let grants: Vec<Value> = grants.iter().map(Call::body).collect();
        assert_eq!(grants.len(), 2, "{grants:?}");
        assert_eq!(grants[0]["code"], "c");
        let verifier = grants[0]["code_verifier"].as_str().unwrap();
        assert_eq!(challenge(verifier), asked["code_challenge"]);
        assert_eq!(grants[1]["refresh_token"], "r1");

        let sent = send(server, &channel, "ana@example.com", text("Hello")).await;
        until(server, &sent.ok(), "sent").await;
        assert_eq!(provider.heard("/token").len(), 2, "it still holds");
    });
}

#[test]
fn programs_let_a_channel_in_at_google_and_at_microsoft() {
    on_a_server_with(reachable, async |server| {
        let exim = Exim::open().await;
        for (name, page, scope, consent) in [
            (
                "google",
                "https://accounts.google.com/o/oauth2/v2/auth?",
                "https://mail.google.com/",
                Some("consent"),
            ),
            (
                "microsoft",
                "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?",
                "https://outlook.office.com/SMTP.Send offline_access",
                None,
            ),
        ] {
            let provider = provider().await;
            let config = through(
                &exim,
                &json!({
                    "smtpAuth": "oauth2", "oauthProvider": name, "oauthClientId": "id",
                    "fromEmail": format!("{name}@aurora.example"),
                    "oauthTokenUrl": format!("{}/token", provider.url),
                }),
            );
            let api = server.api();
            let body = json!({ "type": "email", "name": name, "config": config });
            let channel = api.post("/channels", body).await.ok();
            let path = format!("/channels/{}/sign-in", channel["id"].as_str().unwrap());
            let nowhere = api.post(&path, json!({ "redirectUri": "ftp://x.example" }));
            nowhere.await.refused(400, "VALIDATION_ERROR");
            let back = "https://shop.example/back";
            let begun = api.post(&path, json!({ "redirectUri": back })).await.ok();
            let url = begun["url"].as_str().unwrap();
            assert!(url.starts_with(page), "{url}");
            let asked = pairs(url);
            assert_eq!(asked["redirect_uri"], back);
            assert!(
                asked["scope"].ends_with(scope),
                "{name}: {}",
                asked["scope"]
            );
            assert_eq!(asked.get("prompt").map(String::as_str), consent);

            let complete = format!("{path}/complete");
            let forged = api.post(&complete, json!({ "state": "AAAA", "code": "c" }));
            forged.await.refused(400, "VALIDATION_ERROR");
            assert!(provider.heard("/token").is_empty());
            let returned = json!({ "state": asked["state"], "code": "c" });
            let done = api.post(&complete, returned).await.ok();
            assert_eq!(done["connectionStatus"], "connected", "{done}");
            assert!(!done.to_string().contains("\"r2\""), "secrets stay here");
            let grants = provider.heard("/token");
            let first = grants[0].body();
            assert_eq!(
                (&first["code"], &first["redirect_uri"]),
                (&json!("c"), &json!(back))
            );
            let verifier = first["code_verifier"].as_str().unwrap();
            assert_eq!(challenge(verifier), asked["code_challenge"]);
        }
    });
}

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": words })
}

fn challenge(verifier: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(verifier);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
}
