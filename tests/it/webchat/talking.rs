//! What visitors say: stored once, in order, in one conversation.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::browser::words;
use crate::support::server::on_a_server;
use crate::webchat::message;
use crate::webchat::reply;

#[test]
fn a_first_word_makes_a_contact_and_a_conversation_and_a_session_alone_makes_neither() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let mut ana = server.browser(&site);
        let opened = ana.open().await;
        assert_eq!(opened["resumed"], false);
        assert_eq!(api.get("/contacts").await.ok()["total"], 0);

        let ack = ana.say("cm_1", "  Is it in stock?  ").await;
        assert_eq!((&ack["seq"], &ack["duplicate"]), (&json!(1), &json!(false)));
        assert_eq!(api.get("/contacts").await.ok()["total"], 1);
        let stored = message(&api, &ack["messageId"]).await;
        for (field, expected) in [
            ("text", json!("Is it in stock?")),
            ("direction", json!("inbound")),
            ("channelId", site["id"].clone()),
            ("conversationId", ack["conversationId"].clone()),
            ("from", opened["visitorId"].clone()),
            ("externalId", json!("cm_1")),
            ("status", json!("delivered")),
        ] {
            assert_eq!(stored[field], expected, "{field}");
        }
    });
}

#[test]
fn fifty_copies_of_a_message_are_one() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let copies = (0..50).map(|_| ana.call(Method::POST, "messages", words("cm_1", "once")));
        let replies = futures_util::future::join_all(copies).await;
        let first = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(first, 1, "one was new");
        let acks: Vec<Value> = replies.into_iter().map(|reply| reply.ok()).collect();
        assert!(
            acks.iter()
                .all(|ack| ack["messageId"] == acks[0]["messageId"])
        );
        assert_eq!(ana.history().await, [(1, "once".to_owned())]);
        let other = ana.call(Method::POST, "messages", words("cm_1", "twice"));
        other.await.turned_away(409, "id_conflict");
    });
}

#[test]
fn fifty_deliveries_of_one_event_make_one_message() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let hook = crate::support::hook::Hook::of(server, &site);
        let event = json!({ "visitor": { "id": "user_42", "name": "Ana" },
            "clientMessageId": "cm_1", "content": { "type": "text", "text": "Hello" } });
        let deliveries = (0..50).map(|_| hook.deliver(&event));
        let replies = futures_util::future::join_all(deliveries).await;
        let answers: Vec<Value> = replies.into_iter().map(|reply| reply.ok()).collect();
        let news = answers.iter().filter(|one| one["duplicate"] == false);
        assert_eq!(news.count(), 1);
        assert!(
            answers
                .iter()
                .all(|one| one["messageId"] == answers[0]["messageId"])
        );
        let list = api.get("/conversations").await.ok();
        assert_eq!(list["total"], 1);
        assert_eq!(list["data"][0]["messageCount"], 1);
    });
}

#[test]
fn ten_first_messages_at_once_make_one_conversation_in_order() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ids: Vec<String> = (0..10).map(|number| format!("cm_{number}")).collect();
        let sends = ids.iter().map(|id| ana.say(id, id));
        let acks = futures_util::future::join_all(sends).await;
        let list = api.get("/conversations").await.ok();
        assert_eq!(list["total"], 1);
        assert_eq!(api.get("/contacts").await.ok()["total"], 1);

        // Everybody sees the order the acknowledgements told.
        let mut told: Vec<(u64, String)> = acks
            .iter()
            .zip(&ids)
            .map(|(ack, id)| (ack["seq"].as_u64().unwrap(), id.clone()))
            .collect();
        told.sort();
        assert_eq!(ana.history().await, told);
        let address = format!(
            "/conversations/{}/messages",
            list["data"][0]["id"].as_str().unwrap()
        );
        let shown = api.get(&address).await.ok();
        let shown = shown["data"].as_array().unwrap().iter().rev();
        let shown: Vec<&str> = shown.map(|one| one["text"].as_str().unwrap()).collect();
        let told: Vec<&str> = told.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(shown, told);
    });
}

#[test]
fn a_resolved_conversation_is_followed_by_a_new_one() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let first = ana.say("cm_1", "hello").await;
        let address = format!(
            "/conversations/{}",
            first["conversationId"].as_str().unwrap()
        );
        let resolve = json!({ "status": "resolved" });
        api.patch(&address, resolve).await.ok();
        // Long after: soon after, a word of thanks belongs to what was resolved.
        server.pass(std::time::Duration::from_secs(30 * 24 * 3_600 - 60));
        let second = ana.say("cm_2", "hello again").await;
        assert_ne!(first["conversationId"], second["conversationId"]);
        assert_eq!(second["seq"], 2 + 1, "the end of the first has a place too");
    });
}

#[test]
fn choices_are_what_was_offered_and_come_back_by_number() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let address = format!(
            "/conversations/{}/messages",
            ack["conversationId"].as_str().unwrap()
        );
        let offer = json!({ "text": "What now?", "buttons": [
            { "type": "reply", "text": "Refund", "payload": "refund" },
            { "type": "reply", "text": "Exchange", "payload": "swap" } ] });
        let offer = api.post(&address, offer).await.ok();
        let choose = |payload: &str| {
            json!({ "clientMessageId": "cm_2", "content":
                { "type": "postback", "payload": payload, "sourceMessageId": offer["id"] } })
        };
        let wrong = ana.call(Method::POST, "messages", choose("everything"));
        wrong.await.turned_away(422, "invalid_postback");
        let chosen = ana.call(Method::POST, "messages", choose("refund"));
        let chosen = message(&api, &chosen.await.ok()["messageId"]).await;
        assert_eq!(chosen["content"]["payload"], "refund");
        assert_eq!(chosen["content"]["title"], "Refund");
    });
}

#[test]
fn receipts_go_up_and_never_back() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let one = reply(&api, &ack["conversationId"], "one").await;
        assert_eq!(one["status"], "sent");
        let status = async || message(&api, &one["id"]).await["status"].clone();
        let history = ana.get("messages?after=0").await.ok();
        assert_eq!(history["messages"][1]["content"]["text"], "one");
        assert_eq!(status().await, "sent", "fetching is not seeing");
        let seq = history["messages"][1]["seq"].clone();
        let read = json!({ "seq": seq });
        let delivered = json!({ "type": "delivered", "payload": read });
        ana.call(Method::POST, "events", delivered.clone())
            .await
            .ok();
        assert_eq!(status().await, "delivered");
        ana.call(Method::POST, "read", read).await.ok();
        assert_eq!(status().await, "read");
        ana.call(Method::POST, "events", delivered).await.ok();
        assert_eq!(status().await, "read", "late news changes nothing");
        // Who asks for what comes after a message has that message.
        for way in ["messages?", "poll?wait=0&"] {
            let sent = reply(&api, &ack["conversationId"], way).await;
            let newest = ana.get("messages?limit=1").await.ok();
            let seq = newest["messages"][0]["seq"].as_u64().unwrap();
            ana.get(&format!("{way}after={}", seq - 1)).await.ok();
            assert_eq!(message(&api, &sent["id"]).await["status"], "sent", "{way}");
            ana.get(&format!("{way}after={seq}")).await.ok();
            let now = message(&api, &sent["id"]).await;
            assert_eq!(now["status"], "delivered", "{way}");
        }
    });
}

#[test]
fn a_page_of_the_history_has_a_hundred_messages_at_most() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_0", "hello").await;
        for number in 1..=101 {
            reply(&api, &ack["conversationId"], &format!("answer {number}")).await;
        }
        let page = async |query: &str| {
            let page = ana.get(&format!("messages?{query}")).await.ok();
            page["messages"].as_array().unwrap().len()
        };
        for (query, length) in [
            ("limit=1000", 100),
            ("after=0&limit=1000", 100),
            ("limit=100", 100),
            ("limit=0", 1),
            ("limit=3", 3),
        ] {
            assert_eq!(page(query).await, length, "{query}");
        }
        for wrong in ["limit=many", "limit=-1", "after=x"] {
            let refused = ana.get(&format!("messages?{wrong}")).await;
            assert_eq!(refused.status, 422, "{wrong}");
        }
    });
}
