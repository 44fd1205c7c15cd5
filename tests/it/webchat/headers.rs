//! What the answers of the web chat let browsers keep and share.

use reqwest::Method;
use serde_json::json;

use crate::support::api::Api;
use crate::support::reply::Reply;
use crate::support::server::on_a_server;

const SHOP: &str = "https://shop.example.com";
const YEAR: &str = "public, max-age=31536000, immutable";

/// That a browser which has it already is answered by a word.
async fn is_known(api: &Api, address: &str, held: &Reply) {
    let tag = held.header("etag");
    assert!(!tag.is_empty(), "{address} has no tag");
    let again = api.with("if-none-match", tag);
    let again = again.send(Method::GET, address, None).await;
    assert_eq!(
        (again.status, again.text().as_str()),
        (304, ""),
        "{address}"
    );
}

#[test]
fn scripts_are_anybody_s_and_are_kept_as_long_as_they_may_be() {
    on_a_server(async |server| {
        let site = server.website(json!({ "allowedOrigins": [SHOP] })).await;
        let anybody = server.anonymous();
        let config = format!("/webchat/v1/{}/config", site["id"].as_str().unwrap());
        let told = anybody.send(Method::GET, &config, None).await.json();
        let app = format!("/v1/widget/{}/app.js", told["hash"].as_str().unwrap());
        let cases = [
            ("/v1/linktor.js", "public, max-age=3600"),
            (app.as_str(), YEAR),
        ];
        for (address, cache) in cases {
            let held = anybody.send(Method::GET, address, None).await;
            let told = [
                "cache-control",
                "access-control-allow-origin",
                "cross-origin-resource-policy",
            ];
            let told = told.map(|name| held.header(name));
            assert_eq!(
                (held.status, told),
                (200, [cache, "*", "cross-origin"]),
                "{address}"
            );
            is_known(&anybody, address, &held).await;
        }
        let gone = app.replacen("/v1/widget/", "/v1/widget/0", 1);
        assert_eq!(anybody.send(Method::GET, &gone, None).await.status, 404);
    });
}

#[test]
fn settings_are_kept_a_minute_and_have_two_addresses() {
    on_a_server(async |server| {
        let site = server.website(json!({ "allowedOrigins": [SHOP] })).await;
        let id = site["id"].as_str().unwrap();
        let shop = server.anonymous().with("origin", SHOP);
        let addresses = [
            format!("/webchat/v1/{id}/config"),
            format!("/api/v1/webchat/{id}/config"),
        ];
        let mut told = Vec::new();
        for address in &addresses {
            let held = shop.send(Method::GET, address, None).await;
            let names = ["cache-control", "access-control-allow-origin"];
            let kept = names.map(|name| held.header(name));
            assert_eq!(
                (held.status, kept),
                (200, ["public, max-age=60", SHOP]),
                "{address}"
            );
            assert!(held.header("vary").to_lowercase().contains("origin"));
            is_known(&shop, address, &held).await;
            told.push(held.json());
        }
        assert_eq!(told[0], told[1]);
    });
}

#[test]
fn a_page_may_ask_with_a_token_and_never_with_cookies() {
    on_a_server(async |server| {
        let site = server.website(json!({ "allowedOrigins": [SHOP] })).await;
        let id = site["id"].as_str().unwrap();
        let shop = server.anonymous().with("origin", SHOP);
        let address = format!("/webchat/v1/{id}/messages");
        let told = shop.send(Method::OPTIONS, &address, None).await;
        assert_eq!(told.status, 204);
        let expected = [
            ("access-control-allow-origin", SHOP),
            ("access-control-allow-methods", "GET,POST,PATCH,DELETE"),
            (
                "access-control-allow-headers",
                "authorization,content-type,x-linktor-client",
            ),
            ("access-control-max-age", "600"),
            ("access-control-allow-credentials", ""),
        ];
        for (name, value) in expected {
            assert_eq!(told.header(name).replace(", ", ","), value, "{name}");
        }
        let page = server
            .anonymous()
            .send(Method::GET, &format!("/chat/{id}"), None)
            .await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.ends_with(&format!("frame-ancestors 'self' {SHOP}")),
            "{policy}"
        );
        assert_eq!(page.header("x-frame-options"), "");
    });
}
