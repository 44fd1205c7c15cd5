//! Reasons to say no that programs act on: each with its status and code, as the catalogue has them.

use serde_json::json;

use crate::support::server::PASSWORD;
use crate::support::server::on_a_server;

#[test]
fn what_cannot_be_sent_or_done_is_refused_with_the_reason_of_the_catalogue() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let talk = format!("/conversations/{}", ack["conversationId"].as_str().unwrap());
        let messages = format!("{talk}/messages");
        let contact = api.get(&talk).await.ok()["contactId"].take();
        let contact = format!("/contacts/{}", contact.as_str().unwrap());
        let words = || json!({ "text": "hello" });

        let pressed = json!({ "content": { "type": "postback", "payload": "a", "title": "A" } });
        let refused = api.post(&messages, pressed).await;
        refused.refused(400, "UNSUPPORTED_CONTENT_TYPE");
        let large = json!({ "tags": ["x".repeat(1024 * 1024)] });
        let refused = api.post(&format!("{talk}/tags"), large).await;
        refused.refused(413, "PAYLOAD_TOO_LARGE");

        api.patch(&contact, json!({ "blocked": true })).await.ok();
        let refused = api.post(&messages, words()).await;
        refused.refused(403, "CONTACT_BLOCKED");
        api.patch(&contact, json!({ "blocked": false })).await.ok();
        api.post(&messages, words()).await.ok();

        let user = server.colleague("agent").await;
        let user = format!("/users/{}", user["id"].as_str().unwrap());
        api.patch(&user, json!({ "status": "suspended" }))
            .await
            .ok();
        let login = json!({ "email": "agent@example.com", "password": PASSWORD });
        let refused = api.post("/auth/login", login).await;
        refused.refused(403, "ACCOUNT_LOCKED");
    });
}
