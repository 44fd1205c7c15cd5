//! Messages by themselves: changed, taken back, listed by how they stand.

use reqwest::Method;
use serde_json::json;

use crate::support::server::on_a_server;

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
