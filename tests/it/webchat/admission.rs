//! Where calls may come from, whose they are, and how often they may come.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use tokio_tungstenite::tungstenite;

use crate::support::browser::Browser;
use crate::support::browser::words;
use crate::support::server::on_a_server;

const LIST: [&str; 2] = ["https://shop.example.com", "*.partner.example"];

async fn dialled(browser: &Browser) -> u16 {
    match browser.dial().await {
        Ok(_) => 101,
        Err(tungstenite::Error::Http(refusal)) => refusal.status().as_u16(),
        Err(other) => unreachable!("{other}"),
    }
}

#[test]
fn only_pages_on_the_list_may_talk() {
    on_a_server(async |server| {
        let site = server.website(json!({ "allowedOrigins": LIST })).await;
        let ana = server.visitor(&site).await;
        let cases = [
            ("https://shop.example.com", true),
            ("https://SHOP.example.com", true),
            (server.url(), true),
            ("https://a.b.partner.example", true),
            ("https://partner.example", false),
            ("https://evilpartner.example", false),
            ("http://shop.example.com", false),
            ("https://shop.example.com:8443", false),
            ("https://shop.example.com.evil.example", false),
            ("null", false),
        ];
        for (number, (origin, may)) in cases.into_iter().enumerate() {
            let page = ana.on(origin);
            let config = page.get("config").await;
            let said = page
                .call(
                    Method::POST,
                    "messages",
                    words(&format!("cm_{number}"), "hi"),
                )
                .await;
            let preflight = page
                .send(Method::OPTIONS, "messages", "text/plain", None)
                .await;
            let dialled = dialled(&page).await;
            if may {
                let statuses = (config.status, said.status, preflight.status, dialled);
                assert_eq!(statuses, (200, 201, 204, 101), "{origin}");
                assert_eq!(preflight.header("access-control-allow-origin"), origin);
                assert_eq!(preflight.header("access-control-allow-credentials"), "");
            } else {
                assert_eq!((preflight.status, dialled), (403, 403), "{origin}");
                assert_eq!(preflight.header("access-control-allow-origin"), "");
                config.turned_away(403, "origin_not_allowed");
                said.turned_away(403, "origin_not_allowed");
            }
        }
        let stored = cases.iter().filter(|(_, may)| *may).count();
        assert_eq!(ana.history().await.len(), stored);
    });
}

#[test]
fn a_token_opens_its_own_chat_alone() {
    on_a_server(async |server| {
        let (site, other) = (
            server.website(json!({})).await,
            server.website(json!({})).await,
        );
        let ana = server.visitor(&site).await;
        ana.say("cm_1", "private").await;
        let stranger = server.browser(&site);
        stranger
            .get("messages")
            .await
            .turned_away(401, "token_missing");
        for token in [
            "",
            "wct_",
            "wct_forged",
            "lk_test_0123456789abcdef0123456789abcdef",
        ] {
            let mut forged = server.browser(&site);
            forged.token = Some(token.to_owned());
            let refused = forged.get("messages").await;
            let code = refused.json()["error"]["code"].clone();
            assert_eq!(refused.status, 401, "{token}");
            assert!(
                ["token_missing", "token_invalid"].contains(&code.as_str().unwrap()),
                "{token}: {code}"
            );
        }
        let mut elsewhere = server.browser(&other);
        elsewhere.token.clone_from(&ana.token);
        let refused = elsewhere.get("messages").await;
        refused.turned_away(401, "token_invalid");
    });
}

#[test]
fn a_channel_that_is_off_or_gone_says_only_that() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let address = format!("/channels/{}", site["id"].as_str().unwrap());
        api.patch(&address, json!({ "enabled": false })).await.ok();
        let off = ana.call(Method::POST, "messages", words("cm_1", "hi"));
        off.await.turned_away(403, "channel_disabled");
        // Whoever followed a link to the chat is a person, and reads it on a page.
        let page = format!("/chat/{}", site["id"].as_str().unwrap());
        let closed = server.anonymous().send(Method::GET, &page, None).await;
        assert_eq!(closed.status, 403);
        let told = closed.text();
        assert!(told.starts_with("<!doctype html>"), "{told}");
        assert!(told.contains("This chat is not available."), "{told}");
        assert!(!told.contains("/app/inbox"), "{told}");
        api.patch(&address, json!({ "enabled": true })).await.ok();
        ana.say("cm_1", "hi").await;
        assert_eq!(
            api.delete(&format!("{address}?force=true")).await.status,
            204
        );
        let gone = ana.call(Method::POST, "messages", words("cm_2", "hi"));
        gone.await.turned_away(403, "channel_disabled");
    });
}

#[test]
fn whoever_talks_too_fast_is_asked_to_wait_and_loses_nothing() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        for number in 0..10 {
            ana.say(&format!("cm_{number}"), "quick").await;
        }
        let hasty = ana.call(Method::POST, "messages", words("cm_10", "too quick"));
        let hasty = hasty.await;
        let wait: u64 = hasty.header("retry-after").parse().unwrap();
        hasty.turned_away(429, "rate_limited");
        server.pass(std::time::Duration::from_secs(wait));
        ana.say("cm_10", "too quick").await;
        assert_eq!(ana.history().await.len(), 11);
    });
}

#[test]
fn addresses_are_told_by_a_trusted_proxy_alone() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        // Twenty sessions a minute from one address; each browser here has an address of its own.
        let mut busy = server.browser(&site);
        for _ in 0..20 {
            busy.token = None;
            busy.open().await;
        }
        busy.token = None;
        let refused = busy.call(Method::POST, "session", json!({})).await;
        refused.turned_away(429, "rate_limited");
        server.visitor(&site).await;
        // What a client writes before the proxy's own word counts for nothing.
        busy.ip = format!("198.51.100.7, {}", busy.ip);
        let refused = busy.call(Method::POST, "session", json!({})).await;
        refused.turned_away(429, "rate_limited");
    });
}

#[test]
fn what_is_not_understood_is_refused_with_the_code_of_the_protocol() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let broken = ana.send(
            Method::POST,
            "messages",
            "application/json",
            Some(b"{".to_vec()),
        );
        broken.await.turned_away(400, "invalid_json");
        let saying = |content: Value| {
            (
                "messages",
                json!({ "clientMessageId": "cm_1", "content": content }),
            )
        };
        let long = "a".repeat(10_001);
        let cases = [
            (("messages", json!([])), 400, "invalid_json"),
            (
                ("typing", json!({ "state": "dancing" })),
                400,
                "invalid_json",
            ),
            (("events", json!({ "type": "dance" })), 400, "unknown_type"),
            (
                saying(json!({ "type": "carousel", "cards": [] })),
                422,
                "unsupported_content",
            ),
            (
                saying(json!({ "type": "text", "text": " \u{200b} " })),
                422,
                "validation",
            ),
            (
                saying(json!({ "type": "text", "text": long })),
                422,
                "validation",
            ),
            (
                saying(json!({ "type": "image", "fileId": "fil_none" })),
                404,
                "not_found",
            ),
        ];
        for ((path, body), status, code) in cases {
            let refused = ana.call(Method::POST, path, body).await;
            refused.turned_away(status, code);
        }
        assert_eq!(ana.history().await, [], "nothing of it is kept");
        // The socket says the same and stays open.
        let (mut socket, _) = ana.connect(0).await;
        socket.say(json!({ "type": "dance", "id": "f1" })).await;
        let error = socket.hear_of("error").await;
        assert_eq!(
            (&error["ref"], &error["payload"]["code"]),
            (&json!("f1"), &json!("unknown_type"))
        );
        socket.say(json!({ "type": "ping" })).await;
        socket.hear_of("pong").await;
        // Widgets of before the protocol do not offer it.
        let old = server
            .anonymous()
            .with("origin", &ana.origin)
            .with("connection", "upgrade")
            .with("upgrade", "websocket");
        let address = format!("/webchat/v1/{}/ws", site["id"].as_str().unwrap());
        let refused = old.send(Method::GET, &address, None).await;
        refused.turned_away(426, "upgrade_required");
    });
}
