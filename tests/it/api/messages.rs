//! Messages by themselves: changed, taken back, listed by how they stand.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::api::Api;
use crate::support::eventually;
use crate::support::server::Server;
use crate::support::server::on_a_server;
use crate::support::server::on_a_server_with;
use crate::support::telegram::Bot;
use crate::support::telegram::Fate;
use crate::support::telegram::Telegram;

#[test]
fn a_message_of_ours_is_changed_and_taken_back_before_the_visitors_eyes() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let api = server.api();
        let id = ack["conversationId"].as_str().unwrap();
        let messages = format!("/conversations/{id}/messages");
        let sent = api.post(&messages, json!({ "text": "helo" })).await.ok();
        let address = format!("/messages/{}", sent["id"].as_str().unwrap());

        let changed = json!({ "text": "hello!", "metadata": { "a": 1 } });
        let changed = api.patch(&address, changed).await.ok();
        assert_eq!(changed["text"], "hello!");
        assert!(changed["editedAt"].is_string());
        assert_eq!(changed["metadata"]["a"], 1);
        assert_eq!(changed["metadata"]["editHistory"][0]["text"], "helo");
        let seen: Vec<String> = ana
            .history()
            .await
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(seen, ["hello", "hello!"]);

        let gone = api.delete(&format!("{address}?forEveryone=true")).await;
        assert_eq!(gone.status, 204);
        let left = api.get(&address).await.ok();
        assert!(left["deletedAt"].is_string());
        assert_eq!(left["deletedForEveryone"], true);
        assert!(!left.to_string().contains("hello!"), "{left}");
        let polled = ana.get("poll?after=0&wait=0").await.ok();
        let events = polled["events"].as_array().unwrap();
        assert_eq!(events.last().unwrap()["type"], "message.deleted");
        assert!(!polled.to_string().contains("hello!"), "{polled}");
        let again = api.patch(&address, json!({ "text": "x" })).await;
        again.refused(400, "VALIDATION_ERROR");
    });
}

#[test]
fn what_is_wrong_with_a_change_is_said() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let api = server.api();
        let theirs = format!("/messages/{}", ack["messageId"].as_str().unwrap());
        let nothing = api.patch(&theirs, json!({})).await;
        nothing.refused(400, "VALIDATION_ERROR");
        let foreign = api.patch(&theirs, json!({ "text": "x" })).await;
        foreign.refused(400, "VALIDATION_ERROR");
        let taken = api.delete(&format!("{theirs}?forEveryone=true")).await;
        taken.refused(400, "DELETE_NOT_SUPPORTED");
        let nobody = format!("/messages/msg_{}", "0".repeat(26));
        api.delete(&nobody).await.refused(404, "MESSAGE_NOT_FOUND");
        let put = api.call(
            Method::PUT,
            &theirs,
            Some(json!({ "metadata": { "a": 1 } })),
        );
        assert_eq!(put.await.ok()["metadata"]["a"], 1);
    });
}

/// A server that may talk with a vendor on this machine.
fn with_a_vendor(test: impl AsyncFnOnce(&Server)) {
    on_a_server_with(|config| config.security.allow_private_targets = true, test);
}

async fn send(api: &Api, bot: &Bot, text: &str) -> String {
    let messages = format!("/conversations/{}/messages", bot.conversation);
    let sent = api.post(&messages, json!({ "text": text })).await.ok();
    sent["id"].as_str().unwrap().to_owned()
}

/// The texts of the messages that stand so.
async fn standing(api: &Api, status: &str) -> Vec<String> {
    let list = api.get(&format!("/messages?status={status}")).await.ok();
    let rows = list["data"].as_array().unwrap().iter();
    rows.map(|row| row["text"].as_str().unwrap().to_owned())
        .collect()
}

/// A message once it stands so. Time passes meanwhile: a bot writes to one chat once a second.
async fn until(server: &Server, id: &str, what: impl Fn(&Value) -> bool) -> Value {
    let api = server.api();
    eventually("the message stands so", async || {
        server.pass(Duration::from_millis(500));
        let found = api.get(&format!("/messages/{id}")).await.ok();
        what(&found).then_some(found)
    })
    .await
}

#[test]
fn what_did_not_go_out_is_listed_and_settled() {
    with_a_vendor(async |server| {
        let telegram = Telegram::open().await;
        let bot = Bot::connected(server, &telegram).await;
        let api = server.api();
        telegram.fates(&[Fate::Refused, Fate::Lost, Fate::Lost]);
        let failed = send(&api, &bot, "refused").await;
        let failed = until(server, &failed, |found| found["status"] == "failed").await;
        assert!(failed["failedReason"].is_string());
        let unknown = |found: &Value| found["metadata"]["outcome"] == "unknown";
        let first = send(&api, &bot, "arrived").await;
        until(server, &first, unknown).await;
        let second = send(&api, &bot, "lost").await;
        until(server, &second, unknown).await;

        assert_eq!(standing(&api, "failed").await, ["refused"]);
        assert_eq!(standing(&api, "unknown").await, ["lost", "arrived"]);
        let page = api.get("/messages?status=unknown&limit=1").await.ok();
        assert_eq!(page["data"][0]["text"], "lost");
        let next = page["nextCursor"].as_str().unwrap();
        let address = format!("/messages?status=unknown&limit=1&cursor={next}");
        let page = api.get(&address).await.ok();
        assert_eq!(page["data"][0]["text"], "arrived");
        assert_eq!(page["hasMore"], false);

        let settle = |id: &str| format!("/messages/{id}/resolve-unknown");
        let sent = api
            .post(&settle(&first), json!({ "outcome": "sent" }))
            .await;
        assert_eq!(sent.ok()["status"], "sent");
        let resent = api
            .post(&settle(&second), json!({ "outcome": "resend" }))
            .await;
        assert_eq!(resent.ok()["id"], second.as_str());
        until(server, &second, |found| found["status"] == "sent").await;
        assert!(standing(&api, "unknown").await.is_empty());
        let texts: Vec<Value> = telegram.heard("sendMessage");
        assert_eq!(texts.len(), 4, "one of them twice: {texts:?}");

        let known = api
            .post(&settle(&first), json!({ "outcome": "sent" }))
            .await;
        known.refused(400, "VALIDATION_ERROR");
        let nonsense = api
            .post(&settle(&second), json!({ "outcome": "maybe" }))
            .await;
        nonsense.refused(400, "VALIDATION_ERROR");
        let nonsense = api.get("/messages?status=lost").await;
        nonsense.refused(400, "VALIDATION_ERROR");
        let nobody = settle(&format!("msg_{}", "0".repeat(26)));
        let nobody = api.post(&nobody, json!({ "outcome": "sent" })).await;
        nobody.refused(404, "MESSAGE_NOT_FOUND");
    });
}

#[test]
fn a_change_and_a_taking_back_reach_the_vendor() {
    with_a_vendor(async |server| {
        let telegram = Telegram::open().await;
        let bot = Bot::connected(server, &telegram).await;
        let api = server.api();
        let id = send(&api, &bot, "helo").await;
        until(server, &id, |found| found["status"] == "sent").await;
        let address = format!("/messages/{id}");
        let changed = api.patch(&address, json!({ "text": "hello" })).await.ok();
        assert_eq!(changed["text"], "hello");
        assert_eq!(telegram.heard("editMessageText")[0]["text"], "hello");
        let gone = api.delete(&format!("{address}?forEveryone=true")).await;
        assert_eq!(gone.status, 204);
        let taken_back =
            telegram.heard("deleteMessages").len() + telegram.heard("deleteMessage").len();
        assert_eq!(taken_back, 1);
        let late = send(&api, &bot, "too old").await;
        until(server, &late, |found| found["status"] == "sent").await;
        server.pass(std::time::Duration::from_secs(48 * 3_600));
        let late = api
            .delete(&format!("/messages/{late}?forEveryone=true"))
            .await;
        late.refused(400, "DELETE_WINDOW_EXPIRED");
    });
}
