//! What a browser reports beside messages, and what its visitor gets to see of us.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::browser::Browser;
use crate::support::browser::words;
use crate::support::server::OWNER;
use crate::support::server::on_a_server;
use crate::webchat::conversation;
use crate::webchat::custom_events;
use crate::webchat::message;
use crate::webchat::reply;

async fn report(browser: &Browser, kind: &str, payload: Value) -> Value {
    let frame = json!({ "type": kind, "payload": payload });
    browser.call(Method::POST, "events", frame).await.ok()
}

#[test]
fn a_message_says_where_it_was_written_and_no_secret_of_the_page() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let mut ana = server.browser(&site);
        let said = json!({ "locale": "pt-BR", "timezone": "America/Sao_Paulo" });
        let session = ana.open_as(said).await;
        let mut body = words("cm_1", "hello");
        body["sentAt"] = "2026-01-01T11:00:00Z".into();
        body["page"] = json!({ "title": "Pricing",
            "url": "https://shop.example.com/pricing?plan=pro&token=wct_secret#reset" });
        let ack = ana.call(Method::POST, "messages", body).await.ok();
        let stored = message(&api, &ack["messageId"]).await;
        let metadata = &stored["metadata"];
        for (name, expected) in [
            ("page", json!("/pricing")),
            (
                "pageUrl",
                json!("https://shop.example.com/pricing?plan=pro"),
            ),
            ("pageTitle", json!("Pricing")),
            ("locale", json!("pt-BR")),
            ("timezone", json!("America/Sao_Paulo")),
            ("sessionId", session["sessionId"].clone()),
            ("sentAt", json!("2026-01-01T11:00:00Z")),
            ("verified", json!(false)),
        ] {
            assert_eq!(metadata[name], expected, "{name}");
        }
        assert_eq!(stored["timestamp"], ack["timestamp"], "our clock counts");
        assert!(
            metadata["profileName"].as_str().unwrap().contains("isit"),
            "{metadata}"
        );
    });
}

#[test]
fn what_happens_in_a_chat_is_told_to_programs() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let id = ack["conversationId"].as_str().unwrap();
        let offer = json!({ "text": "And now?", "buttons": [
            { "type": "reply", "text": "Refund", "payload": "refund" } ] });
        let address = format!("/conversations/{id}/messages");
        let offer = api.post(&address, offer).await.ok();
        let press = json!({ "clientMessageId": "cm_2", "content":
            { "type": "postback", "payload": "refund", "sourceMessageId": offer["id"] } });
        ana.call(Method::POST, "messages", press).await.ok();
        let tracked = json!({ "name": "cart.added", "data": { "sku": "AC-1" } });
        report(&ana, "event", tracked).await;
        assert_eq!(
            custom_events(&api).await,
            [
                "webchat.conversation.started",
                "webchat.button.clicked",
                "webchat.event"
            ]
        );
        let long = json!({ "type": "event", "payload": { "name": "x".repeat(65), "data": {} } });
        let refused = ana.call(Method::POST, "events", long).await;
        refused.turned_away(422, "validation");
    });
}

#[test]
fn attributes_describe_a_visitor_and_go_again() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let contact = async || {
            let found = conversation(&api, &ack["conversationId"]).await;
            let address = format!("/contacts/{}", found["contactId"].as_str().unwrap());
            api.get(&address).await.ok()
        };
        let set = json!({ "set": { "plan": "pro", "seats": 3, "nested": { "a": 1 } } });
        report(&ana, "attributes", set).await;
        assert_eq!(
            contact().await["customFields"],
            json!({ "plan": "pro", "seats": 3 })
        );
        report(&ana, "attributes", json!({ "set": {}, "unset": ["plan"] })).await;
        assert_eq!(contact().await["customFields"], json!({ "seats": 3 }));
    });
}

#[test]
fn a_rating_is_kept_where_one_was_asked_for() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "thanks").await;
        let id = ack["conversationId"].as_str().unwrap();
        let plain = reply(&api, &ack["conversationId"], "you are welcome").await;
        let asks = json!({ "text": "How did we do?", "metadata": { "display": "rating" },
            "buttons": [{ "type": "reply", "text": "5", "payload": "5" }] });
        let address = format!("/conversations/{id}/messages");
        let asks = api.post(&address, asks).await.ok();
        let rate = |asked: &Value, score: i32| {
            json!({ "type": "rating", "payload":
                { "messageId": asked["id"], "score": score, "comment": "Quick" } })
        };
        for (frame, status, code) in [
            (rate(&plain, 5), 422, "invalid_postback"),
            (rate(&asks, 6), 422, "validation"),
        ] {
            let refused = ana.call(Method::POST, "events", frame).await;
            refused.turned_away(status, code);
        }
        ana.call(Method::POST, "events", rate(&asks, 4)).await.ok();
        let rated = conversation(&api, &ack["conversationId"]).await;
        assert_eq!(rated["metadata"]["rating"]["score"], 4);
        assert_eq!(rated["metadata"]["rating"]["comment"], "Quick");
        let history = ana.get("messages").await.ok();
        assert_eq!(history["messages"][2]["hints"]["display"], "rating");
        assert_eq!(history["messages"][2]["chosen"], "4");
    });
}

#[test]
fn a_visitor_who_ends_a_chat_begins_another_with_the_next_word() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let first = ana.say("cm_1", "hello").await;
        report(&ana, "conversation.end", json!({})).await;
        let ended = conversation(&api, &first["conversationId"]).await;
        assert_eq!(ended["status"], "resolved");
        let second = ana.say("cm_2", "one more thing").await;
        assert_ne!(second["conversationId"], first["conversationId"]);
    });
}

#[test]
fn what_we_change_and_take_back_changes_for_the_visitor_and_what_is_ours_stays_ours() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let (mut socket, welcome) = ana.connect(1).await;
        let id = ack["conversationId"].as_str().unwrap();
        let answer = reply(&api, &ack["conversationId"], "yse").await;
        let note = json!({ "text": "a difficult one", "private": true });
        let address = format!("/conversations/{id}/messages");
        api.post(&address, note).await.ok();
        let address = format!("/messages/{}", answer["id"].as_str().unwrap());
        api.patch(&address, json!({ "text": "yes" })).await.ok();
        let updated = socket.hear_of("message.updated").await;
        assert_eq!(updated["payload"]["id"], answer["id"]);
        assert_eq!(updated["payload"]["content"]["text"], "yes");
        assert_eq!(updated["payload"]["edited"], true);
        let taken = api.delete(&format!("{address}?forEveryone=true")).await;
        assert_eq!(taken.status, 204);
        let deleted = socket.hear_of("message.deleted").await;
        assert_eq!(deleted["payload"], json!({ "id": answer["id"] }));

        let history = ana.get("messages").await.ok();
        let shown = history["messages"].as_array().unwrap();
        assert_eq!(shown.len(), 2, "the note is not among them: {history}");
        assert_eq!(shown[1]["deleted"], true);
        let everything = format!("{history}{welcome}");
        for ours in [OWNER, "user_", "difficult", "yes"] {
            assert!(!everything.contains(ours), "{ours}: {everything}");
        }
    });
}

#[test]
fn programs_show_that_an_answer_is_being_written() {
    on_a_server(async |server| {
        let api = server.api();
        let (site, other) = (
            server.website(json!({})).await,
            server.website(json!({})).await,
        );
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let (mut socket, _) = ana.connect(1).await;
        let address = |site: &Value| format!("/channels/{}/typing", site["id"].as_str().unwrap());
        for (is_typing, state) in [(true, "start"), (false, "stop")] {
            let body = json!({ "conversationId": ack["conversationId"], "isTyping": is_typing });
            assert_eq!(api.post(&address(&site), body.clone()).await.status, 204);
            let told = socket.hear_of("typing").await;
            assert_eq!(told["payload"]["state"], state);
            let elsewhere = api.post(&address(&other), body).await;
            elsewhere.refused(404, "CONVERSATION_NOT_FOUND");
        }
    });
}

#[test]
fn who_is_not_to_know_what_we_read_does_not() {
    on_a_server(async |server| {
        let api = server.api();
        for told in [true, false] {
            let site = server.website(json!({ "showReadReceipts": told })).await;
            let ana = server.visitor(&site).await;
            let ack = ana.say("cm_1", "hello").await;
            let read = format!(
                "/conversations/{}/read",
                ack["conversationId"].as_str().unwrap()
            );
            api.post(&read, json!({})).await.ok();
            let (_socket, welcome) = ana.connect(1).await;
            let history = ana.get("messages").await.ok();
            let status = if told { "read" } else { "sent" };
            assert_eq!(history["messages"][0]["status"], status);
            assert_eq!(welcome["lastReadByAgentSeq"], u32::from(told));
        }
    });
}

#[test]
fn whoever_asks_to_be_forgotten_is_seen_to_have_asked() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let mut ana = server.browser(&site);
        ana.open_as(json!({ "user": { "name": "Ana" } })).await;
        let ack = ana.say("cm_1", "hello").await;
        let gone = ana.call(Method::DELETE, "session?erase=1", json!({})).await;
        assert_eq!(gone.status, 204);
        ana.get("messages").await.turned_away(401, "token_invalid");
        let owner = server.agent(OWNER).await;
        let address = format!("/app/inbox/all/{}", ack["conversationId"].as_str().unwrap());
        let page = owner.open(&address).await.text();
        assert!(page.contains("asks us to delete everything said here."));
    });
}

#[test]
fn whoever_is_blocked_is_shown_out_and_let_in_again() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let (mut socket, _) = ana.connect(1).await;
        let owner = server.agent(OWNER).await;
        let address = format!("/app/c/{}/block", ack["conversationId"].as_str().unwrap());
        owner.submit(&address, &[("block", "yes")]).await;
        let refused = ana.call(Method::POST, "messages", words("cm_2", "let me in"));
        refused.await.turned_away(403, "visitor_blocked");
        let session = ana.call(Method::POST, "session", json!({})).await;
        session.turned_away(403, "visitor_blocked");
        socket
            .say(json!({ "type": "read", "payload": { "seq": 1 } }))
            .await;
        assert_eq!(socket.end().await, 4010);
        owner.submit(&address, &[("block", "no")]).await;
        ana.say("cm_2", "thanks").await;
    });
}
