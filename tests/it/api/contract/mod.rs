//! What older clients call and look for, call by call: the tables of the REST contract.

mod calls;

use linktor::config::Config;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::api::contract::calls::CHANNEL_CALLS;
use crate::api::contract::calls::CONTACT_CALLS;
use crate::api::contract::calls::CONVERSATION_CALLS;
use crate::api::contract::calls::Call;
use crate::api::contract::calls::MESSAGE_CALLS;
use crate::api::contract::calls::PEOPLE_CALLS;
use crate::support::reply::Reply;
use crate::support::server::OWNER;
use crate::support::server::PASSWORD;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// Limits that nobody reaches here: what they leave is told with every answer.
fn limited(config: &mut Config) {
    config.limits.auth_per_minute = 1_000;
    config.limits.sends_per_minute = 1_000;
    config.limits.other_per_minute = 1_000;
}

/// Makes every call of a table, one after the other, under another prefix each.
async fn make(server: &Server, ids: &[(&str, &Value)], calls: &[Call]) {
    let prefixes = ["/api/v1", "/v1", "", "//v1/"].iter().cycle();
    for ((line, body, status, shows), prefix) in calls.iter().zip(prefixes) {
        let fill = |text: &str| {
            let put = |text: String, (name, id): &(&str, &Value)| {
                text.replace(&format!("{{{name}}}"), id.as_str().unwrap())
            };
            ids.iter().fold(text.to_owned(), put)
        };
        let (method, path) = line.split_once(' ').unwrap();
        let body = Some(fill(body).into_bytes()).filter(|body| !body.is_empty());
        let address = format!("{prefix}{}", fill(path));
        let method = method.parse::<Method>().unwrap();
        let reply = server.api().send(method, &address, body).await;
        check(&reply, &format!("{line} below {prefix:?}"), *status, shows);
    }
}

fn check(reply: &Reply, line: &str, status: u16, shows: &str) {
    let text = reply.text();
    assert_eq!(reply.status, status, "{line}: {text}");
    let body = reply.json();
    for field in shows.split_whitespace() {
        let pointer = format!("/{}", field.replace('.', "/"));
        assert!(
            body.pointer(&pointer).is_some(),
            "{line}: no {field} in {text}"
        );
    }
    for header in [
        "x-request-id",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ] {
        assert!(!reply.header(header).is_empty(), "{line}: no {header}");
    }
    if !body.is_null() {
        assert!(
            body.get("success")
                .is_none_or(|_| !text.starts_with(r#"{"success":"#)),
            "{line}"
        );
        let more = body["hasMore"] == true;
        assert_eq!(more, body["nextCursor"].is_string(), "{line}: {text}");
    }
}

/// One person in a conversation on a website, by the names of their ids.
async fn in_conversation(test: impl AsyncFnOnce(&[(&str, &Value)]), server: &Server) {
    let site = server.website(json!({})).await;
    let ack = server.visitor(&site).await.say("cm_1", "Hello").await;
    let conversation = ack["conversationId"].as_str().unwrap();
    let api = server.api();
    let row = api
        .get(&format!("/conversations/{conversation}"))
        .await
        .ok();
    let me = api.get("/auth/me").await.ok();
    let ids = [
        ("ch", &site["id"]),
        ("conv", &row["id"]),
        ("msg", &ack["messageId"]),
        ("contact", &row["contactId"]),
        ("user", &me["id"]),
    ];
    test(&ids).await;
}

#[test]
fn channels_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        in_conversation(async |ids| make(server, ids, CHANNEL_CALLS).await, server).await;
    });
}

#[test]
fn conversations_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        in_conversation(
            async |ids| make(server, ids, CONVERSATION_CALLS).await,
            server,
        )
        .await;
    });
}

#[test]
fn messages_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        in_conversation(async |ids| make(server, ids, MESSAGE_CALLS).await, server).await;
    });
}

#[test]
fn contacts_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        in_conversation(async |ids| make(server, ids, CONTACT_CALLS).await, server).await;
    });
}

#[test]
fn people_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        make(server, &[], PEOPLE_CALLS).await;
        let by_key = server.api().get("/auth/me").await.ok();
        assert_eq!(by_key["authType"], "api_key");

        // What an old client holds is shown beside what it sends, and decides nothing.
        let stale = server.anonymous().with("authorization", "Bearer stale");
        let body = json!({ "email": OWNER, "password": PASSWORD });
        let login = stale.post("/auth/login", body).await;
        let shows =
            "accessToken refreshToken expiresIn tokenType user.id tenant.id meta.accessToken";
        check(&login, "signing in", 200, shows);
        let login = login.json();
        let renew = json!({ "refreshToken": login["refreshToken"] });
        let renewed = stale.post("/auth/refresh", renew.clone()).await;
        check(
            &renewed,
            "renewing",
            200,
            "accessToken refreshToken expiresIn tokenType",
        );
        let renewed = renewed.json();
        assert!(renewed.get("user").is_none() && renewed.get("tenant").is_none());

        let holder = |token: &Value| {
            let bearer = format!("Bearer {}", token.as_str().unwrap());
            server.anonymous().with("authorization", &bearer)
        };
        let refused = holder(&login["refreshToken"]).get("/auth/me").await;
        refused.refused(401, "INVALID_TOKEN");
        let spent = stale.post("/auth/refresh", renew).await;
        spent.refused(401, "TOKEN_REVOKED");
        let family = json!({ "refreshToken": renewed["refreshToken"] });
        let family = stale.post("/auth/refresh", family).await;
        family.refused(401, "INVALID_REFRESH_TOKEN");

        // A person decides before a key.
        let body = json!({ "email": OWNER, "password": PASSWORD });
        let again = server.anonymous().post("/auth/login", body).await.ok();
        let both = holder(&again["accessToken"]).with("x-api-key", "lk_live_nobody");
        assert!(
            both.get("/auth/me")
                .await
                .ok()
                .get("authType")
                .is_none_or(|how| how != "api_key")
        );
        let bearer = server.anonymous().with(
            "authorization",
            &format!("Bearer {}", crate::support::server::KEY),
        );
        assert_eq!(bearer.get("/auth/me").await.ok()["authType"], "api_key");
        let left = holder(&again["accessToken"])
            .post("/auth/logout", json!({}))
            .await;
        assert_eq!((left.status, left.bytes.len()), (204, 0));
        holder(&again["accessToken"])
            .get("/auth/me")
            .await
            .refused(401, "TOKEN_REVOKED");
    });
}

#[test]
fn a_password_is_changed_by_whoever_knows_it_and_all_devices_can_be_signed_out() {
    on_a_server_with(limited, async |server| {
        let device = server.signed_in(OWNER).await;
        let other = server.signed_in(OWNER).await;
        let change = |old: &str, new: &str| json!({ "currentPassword": old, "newPassword": new });
        let path = "/auth/change-password";
        for (old, new, status) in [
            ("guessed", "another sentence entirely 8", 401),
            (PASSWORD, "short", 400),
        ] {
            let refused = device.post(path, change(old, new)).await;
            assert_eq!(refused.status, status, "{old} to {new}: {}", refused.text());
        }
        let new = "another sentence entirely 8";
        assert_eq!(device.post(path, change(PASSWORD, new)).await.status, 204);
        let older = device.call(
            Method::PUT,
            "/me/password",
            Some(json!({ "current_password": new, "new_password": PASSWORD })),
        );
        assert_eq!(older.await.status, 204, "as older clients call it");
        device.get("/auth/me").await.ok();
        let gone = other.get("/auth/me").await;
        gone.refused(401, "TOKEN_REVOKED");

        let third = server.signed_in(OWNER).await;
        let out = json!({ "allDevices": true });
        assert_eq!(third.post("/auth/logout", out).await.status, 204);
        for signed_out in [&device, &third] {
            let gone = signed_out.get("/auth/me").await;
            gone.refused(401, "TOKEN_REVOKED");
        }
    });
}

#[test]
fn pages_of_other_origins_may_call_without_credentials_of_the_browser() {
    on_a_server_with(limited, async |server| {
        let page = server.anonymous().with("origin", "https://site.example");
        let asking = page
            .with("access-control-request-method", "PATCH")
            .with("access-control-request-headers", "x-api-key");
        let preflight = asking.send(Method::OPTIONS, "/channels", None).await;
        assert_eq!(preflight.status, 204);
        let allowed = preflight
            .header("access-control-allow-headers")
            .to_ascii_lowercase();
        for name in [
            "x-api-key",
            "authorization",
            "content-type",
            "idempotency-key",
            "x-request-id",
            "accept",
        ] {
            assert!(
                allowed.split(", ").any(|one| one == name),
                "{name} in {allowed}"
            );
        }
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(
                preflight
                    .header("access-control-allow-methods")
                    .contains(method)
            );
        }
        let answer = page
            .with("x-request-id", "mine_1")
            .get("/nothing/here")
            .await;
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let exposed = answer
            .header("access-control-expose-headers")
            .to_ascii_lowercase();
        for name in [
            "x-request-id",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "retry-after",
        ] {
            assert!(
                exposed.split(", ").any(|one| one == name),
                "{name} in {exposed}"
            );
        }
        let refused = answer.refused(404, "RESOURCE_NOT_FOUND");
        assert_eq!(refused["meta"]["requestId"], "mine_1");
    });
}
