//! What holds for every resource: the same request twice, pages by cursor, changes against a
//! revision, the form of refusals, the three prefixes.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::server::Server;
use crate::support::server::on_a_server;
use crate::support::server::on_a_server_with;

/// A conversation a visitor has begun; its address.
async fn conversation(server: &Server) -> String {
    let site = server.website(json!({})).await;
    let ack = server.visitor(&site).await.say("cm_1", "hello").await;
    format!("/conversations/{}", ack["conversationId"].as_str().unwrap())
}

#[test]
fn the_same_request_under_one_key_is_one_request() {
    on_a_server(async |server| {
        let messages = format!("{}/messages", conversation(server).await);
        let keyed = server.api().with("idempotency-key", "order-7");
        let body = json!({ "text": "It is on its way." });
        let copies = (0..20).map(|_| keyed.post(&messages, body.clone()));
        let replies = futures_util::future::join_all(copies).await;
        let again =
            |reply: &&crate::support::reply::Reply| reply.header("idempotent-replayed") == "true";
        assert_eq!(replies.iter().filter(again).count(), 19);
        let ids: Vec<Value> = replies
            .into_iter()
            .map(|reply| reply.ok()["id"].clone())
            .collect();
        assert!(ids.iter().all(|id| *id == ids[0]));
        assert_eq!(server.api().get(&messages).await.ok()["total"], 2);

        let other = keyed.post(&messages, json!({ "text": "Something else" }));
        other.await.refused(409, "IDEMPOTENCY_CONFLICT");
        let long = server.api().with("idempotency-key", &"k".repeat(256));
        let long = long.post(&messages, body.clone()).await;
        long.refused(400, "VALIDATION_ERROR");
        // Somebody else's key is another key.
        server.colleague("agent").await;
        let colleague = server.signed_in("agent@example.com").await;
        let colleague = colleague.with("idempotency-key", "order-7");
        let theirs = colleague.post(&messages, body).await.ok();
        assert_ne!(theirs["id"], ids[0]);
    });
}

#[test]
fn what_was_refused_under_a_key_may_go_well_the_next_time() {
    on_a_server(async |server| {
        let keyed = server.api().with("idempotency-key", "k");
        keyed
            .post("/tags", json!({}))
            .await
            .refused(400, "VALIDATION_ERROR");
        keyed.post("/tags", json!({ "name": "vip" })).await.ok();
    });
}

#[test]
fn cursors_walk_a_list_once_while_it_grows() {
    on_a_server(async |server| {
        let api = server.api();
        let make = async |number: u32| {
            let name = format!("Contact {number:03}");
            api.post("/contacts", json!({ "name": name })).await.ok();
        };
        for number in 0..25 {
            make(number * 10).await;
        }
        let mut seen = Vec::new();
        let mut address = "/contacts?limit=10".to_owned();
        loop {
            let page = api.get(&address).await.ok();
            assert_eq!(page["hasMore"], page["nextCursor"].is_string());
            seen.extend(page["data"].as_array().unwrap().clone());
            let Some(cursor) = page["nextCursor"].as_str() else {
                break;
            };
            address = format!("/contacts?limit=10&cursor={cursor}");
            // Behind what was read, and before it.
            make(5).await;
        }
        let names: Vec<&str> = seen
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        let expected: Vec<String> = (0..25)
            .map(|number| format!("Contact {:03}", number * 10))
            .collect();
        assert_eq!(names, expected);

        let cursor = api.get("/contacts?limit=10").await.ok();
        let cursor = cursor["nextCursor"].as_str().unwrap();
        for wrong in [
            format!("/contacts?limit=10&tags=vip&cursor={cursor}"),
            format!("/conversations?cursor={cursor}"),
            "/contacts?cursor=bm8".to_owned(),
            "/contacts?cursor=%00".to_owned(),
        ] {
            api.get(&wrong).await.refused(400, "INVALID_CURSOR");
        }
        let clamped = api.get("/contacts?limit=100000").await.ok();
        assert_eq!(clamped["pagination"]["limit"], 100);
    });
}

#[test]
fn a_change_against_an_old_revision_is_refused() {
    on_a_server(async |server| {
        let api = server.api();
        let made = api.post("/contacts", json!({ "name": "Ana" })).await.ok();
        let address = format!("/contacts/{}", made["id"].as_str().unwrap());
        let seen = api.get(&address).await;
        let tag = seen.header("etag").to_owned();
        let based = api.with("if-match", &tag);
        let changed = based.patch(&address, json!({ "name": "Ana S." })).await;
        assert_ne!(changed.header("etag"), tag);
        changed.ok();
        let late = based.patch(&address, json!({ "name": "Anna" })).await;
        late.refused(412, "REVISION_MISMATCH");
        assert_eq!(api.get(&address).await.ok()["name"], "Ana S.");
        let unasked = api.patch(&address, json!({ "company": "Aurora" })).await;
        let now = unasked.header("etag").to_owned();
        for none_of_ours in ["\"0\"", "\"yesterday\"", "W/\"99\"", ""] {
            let based = api.with("if-match", none_of_ours);
            let late = based.patch(&address, json!({ "name": "Anna" })).await;
            late.refused(412, "REVISION_MISMATCH");
        }
        for present in [now, "*".to_owned()] {
            let based = api.with("if-match", &present);
            based
                .patch(&address, json!({ "city": "Recife" }))
                .await
                .ok();
        }
    });
}

#[test]
fn refusals_say_what_is_wrong_with_which_field() {
    on_a_server(async |server| {
        let api = server.api();
        let channel = api.post("/channels", json!({ "type": "webchat" })).await;
        let body = channel.refused(400, "VALIDATION_ERROR");
        assert_eq!(body["details"], json!({ "name": "is required" }));
        assert_eq!(body["error"]["details"][0]["field"], "name");
        let carrier = json!({ "type": "pigeon", "name": "x" });
        let carrier = api.post("/channels", carrier).await;
        carrier.refused(400, "INVALID_CHANNEL_TYPE");
        let absent = format!("/contacts/contact_{}", "0".repeat(26));
        let absent = api.get(&absent).await;
        absent.refused(404, "CONTACT_NOT_FOUND");

        let named = api.with("x-request-id", "mine-1").get("/contacts/x").await;
        let body = named.refused(404, "CONTACT_NOT_FOUND");
        assert_eq!(body["requestId"], "mine-1");
        assert_eq!(body["meta"]["requestId"], "mine-1");
        // Who gives none, or one that is no word, is given one.
        for api in [api.clone(), api.with("x-request-id", "two words")] {
            let unnamed = api.get("/contacts/x").await;
            let id = unnamed.header("x-request-id").to_owned();
            assert!(id.starts_with("req_") && id.len() == 30, "{id}");
            assert_eq!(unnamed.refused(404, "CONTACT_NOT_FOUND")["requestId"], id);
        }
        let nowhere = api.get("/nowhere/at/all").await;
        nowhere.refused(404, "RESOURCE_NOT_FOUND");
    });
}

#[test]
fn the_same_routes_answer_under_three_prefixes() {
    on_a_server(async |server| {
        let api = server.api();
        for address in ["/api/v1/tags", "/v1/tags", "/tags", "//tags", "/v1//tags"] {
            let reply = api.send(Method::GET, address, None).await;
            assert_eq!(reply.ok()["total"], 0, "{address}");
        }
        let root = server.anonymous().send(Method::GET, "/", None).await;
        assert_eq!((root.status, root.header("location")), (303, "/login"));
    });
}

#[test]
fn both_spellings_and_both_verbs_are_understood() {
    on_a_server(async |server| {
        let api = server.api();
        let body = json!({ "name": "Ana", "custom_fields": { "my_key": 1 }, "avatar_url": null });
        let made = api.post("/contacts", body).await.ok();
        assert_eq!(made["customFields"], json!({ "my_key": 1 }));
        let address = format!("/contacts/{}", made["id"].as_str().unwrap());
        let put = json!({ "custom_fields": { "other": 2 }, "unheard": 1 });
        let put = api.call(Method::PUT, &address, Some(put)).await.ok();
        assert_eq!(put["customFields"], json!({ "my_key": 1, "other": 2 }));
        assert_eq!(put["meta"]["ignored"], json!(["unheard"]));
        let strict = format!("{address}?strict=true");
        let strict = api.patch(&strict, json!({ "unheard": 1 })).await;
        strict.refused(400, "VALIDATION_ERROR");
    });
}

#[test]
fn sends_and_attempts_to_sign_in_are_counted_apart() {
    let change = |config: &mut linktor::config::Config| {
        config.limits.sends_per_minute = 2;
        config.limits.auth_per_minute = 1;
    };
    on_a_server_with(change, async |server| {
        let messages = format!("{}/messages", conversation(server).await);
        let api = server.api();
        for (left, text) in [("1", "one"), ("0", "two")] {
            let sent = api.post(&messages, json!({ "text": text })).await;
            assert_eq!(sent.header("x-ratelimit-remaining"), left);
            let full: i64 = sent.header("x-ratelimit-reset").parse().unwrap();
            assert!(
                (1..=60).contains(&(full - server.now().as_secs())),
                "{full}"
            );
            sent.ok();
        }
        let refused = api.post(&messages, json!({ "text": "three" })).await;
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        let body = refused.refused(429, "RATE_LIMIT_EXCEEDED");
        for told in [
            &body["retryAfter"],
            &body["retry_after"],
            &body["error"]["retryAfter"],
        ] {
            assert_eq!(*told, wait);
        }
        // Reading goes on, and is not limited here.
        let read = api.get(&messages).await;
        assert_eq!(read.header("x-ratelimit-limit"), "");
        assert_eq!(read.ok()["total"], 3);

        let wrong = json!({ "email": "nobody@example.com", "password": "a guess too many" });
        let first = server.anonymous().post("/auth/login", wrong.clone()).await;
        first.refused(401, "INVALID_CREDENTIALS");
        let second = server.anonymous().post("/auth/login", wrong).await;
        assert!(!second.header("retry-after").is_empty());
        second.refused(429, "RATE_LIMIT_EXCEEDED");
    });
}

#[test]
fn limits_are_told_before_they_are_reached() {
    on_a_server_with(
        |config| config.limits.other_per_minute = 3,
        async |server| {
            let api = server.api();
            for left in ["2", "1", "0"] {
                let reply = api.get("/tags").await;
                assert_eq!(reply.header("x-ratelimit-limit"), "3");
                assert_eq!(reply.header("x-ratelimit-remaining"), left);
                reply.ok();
            }
            let refused = api.get("/tags").await;
            let wait: u64 = refused.header("retry-after").parse().unwrap();
            refused.refused(429, "RATE_LIMIT_EXCEEDED");
            server.pass(std::time::Duration::from_secs(wait));
            api.get("/tags").await.ok();
        },
    );
}

/// The body of a limit's refusal says what is limited, to how much, and how much there is.
fn is_full(refused: crate::support::reply::Reply, resource: &str, limit: u64) {
    let body = refused.refused(402, "QUOTA_EXCEEDED");
    let details = &body["details"];
    assert_eq!(details["resource"], resource);
    assert_eq!(
        (&details["limit"], &details["used"]),
        (&json!(limit), &json!(limit))
    );
}

#[test]
fn limits_hold_for_what_we_make_and_never_for_what_comes_in() {
    on_a_server(async |server| {
        let api = server.api();
        let unlimited = api.get("/tenant").await.ok();
        assert_eq!(unlimited["limits"]["maxUsers"], -1);
        let conversation = conversation(server).await;
        server.colleague("admin").await;
        let limits = json!({ "limits": { "maxUsers": 2, "maxChannels": 1, "maxContacts": 1,
            "maxMessagesPerMonth": 1 } });
        let admin = server.signed_in("admin@example.com").await;
        let refused = admin.patch("/tenant", limits.clone()).await;
        refused.refused(403, "INSUFFICIENT_PERMISSIONS");
        let limited = api.patch("/tenant", limits.clone()).await.ok();
        assert_eq!(limited["limits"], limits["limits"]);
        let usage = api.get("/tenant/usage").await.ok();
        assert_eq!(usage["limits"], limits["limits"]);
        assert_eq!(usage["messagesThisMonth"], 1);

        let user = json!({ "name": "Bia", "email": "b@example.com" });
        is_full(api.post("/users", user).await, "users", 2);
        let channel = json!({ "type": "webchat", "name": "Second", "config": {} });
        is_full(api.post("/channels", channel).await, "channels", 1);
        let contact = json!({ "name": "Ana" });
        is_full(api.post("/contacts", contact.clone()).await, "contacts", 1);
        let messages = format!("{conversation}/messages");
        let text = json!({ "text": "hello" });
        is_full(api.post(&messages, text.clone()).await, "messages", 1);
        let note = json!({ "text": "for us", "private": true });
        api.post(&messages, note).await.ok();

        // A stranger who writes is heard, and is a contact beyond the limit.
        let site = api.get("/channels").await.ok()["data"][0].clone();
        server.visitor(&site).await.say("cm_2", "anybody?").await;
        let usage = api.get("/tenant/usage").await.ok();
        assert_eq!(
            (&usage["contacts"], &usage["messagesThisMonth"]),
            (&json!(2), &json!(2))
        );

        let lifted = json!({ "limits": { "maxContacts": -1, "maxMessagesPerMonth": 3 } });
        let lifted = api.patch("/tenant", lifted).await.ok();
        assert_eq!(lifted["limits"]["maxUsers"], 2, "what is absent stays");
        api.post("/contacts", contact).await.ok();
        api.post(&messages, text).await.ok();
    });
}
