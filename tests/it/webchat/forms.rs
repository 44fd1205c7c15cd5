//! What visitors fill in before the chat and in place of it.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::browser::Browser;
use crate::support::browser::words;
use crate::support::reply::Reply;
use crate::support::server::on_a_server;
use crate::webchat::conversation;
use crate::webchat::message;

/// Longer than a machine takes.
const ELAPSED_MS: u32 = 5_000;

async fn fill(browser: &Browser, fields: Value) -> Reply {
    let form = json!({ "fields": fields, "consent": true, "hp": "", "elapsed": ELAPSED_MS });
    browser.call(Method::POST, "prechat", form).await
}

async fn leave(browser: &Browser, id: &str, fields: Value) -> Reply {
    let form = json!({ "clientMessageId": id, "fields": fields, "elapsed": ELAPSED_MS });
    browser.call(Method::POST, "offline", form).await
}

#[test]
fn a_required_form_comes_before_the_first_message_and_proves_nothing() {
    on_a_server(async |server| {
        let api = server.api();
        let form = json!({ "requireEmail": true, "preChatForm": { "fields": [
            { "name": "order", "label": { "en": "Order", "pt-BR": "Pedido" }, "pattern": "[A-Z]{2}-\\d+" } ] } });
        let site = server.website(form).await;
        let mut ana = server.browser(&site);
        assert_eq!(ana.open().await["prechatRequired"], true);
        let asked = ana.get("config?lang=pt-BR").await.ok();
        let labels: Vec<&Value> = asked["preChatForm"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| &field["label"])
            .collect();
        assert_eq!(labels, ["E-mail", "Pedido"]);

        let early = ana.call(Method::POST, "messages", words("cm_1", "hello"));
        early.await.turned_away(409, "prechat_required");
        let cases = [
            (json!({}), json!({ "email": "required" })),
            (
                json!({ "email": "ana@", "order": "7" }),
                json!({ "email": "invalid", "order": "invalid" }),
            ),
        ];
        for (fields, wrong) in cases {
            let refused = fill(&ana, fields).await.turned_away(422, "validation");
            assert_eq!(refused["fields"], wrong);
        }
        let fields = json!({ "email": "Ana@Example.com", "order": "AC-7", "unasked": "x" });
        fill(&ana, fields).await.ok();
        assert_eq!(ana.open().await["prechatRequired"], false);
        let ack = ana.say("cm_1", "hello").await;
        let begun = conversation(&api, &ack["conversationId"]).await;
        assert_eq!(
            begun["metadata"]["prechat"],
            json!({ "email": "Ana@Example.com", "order": "AC-7", "consent": true })
        );
        assert_eq!(begun["contact"]["email"], "ana@example.com");

        // Anybody can type an address: it joins nobody with anybody.
        let eve = server.visitor(&site).await;
        fill(&eve, json!({ "email": "ana@example.com" })).await.ok();
        let other = eve.say("cm_1", "me too").await;
        assert_ne!(other["conversationId"], ack["conversationId"]);
        assert_eq!(eve.history().await.len(), 1);
        assert_eq!(api.get("/contacts").await.ok()["total"], 2);
    });
}

#[test]
fn a_form_that_need_not_be_filled_in_is_shown_once() {
    on_a_server(async |server| {
        let form = json!({ "preChatForm": { "enabled": true, "fields": [
            { "name": "topic", "label": "Topic", "type": "select", "options": ["Coffee", "Tea"] } ] } });
        let site = server.website(form).await;
        let mut ana = server.browser(&site);
        assert_eq!(ana.open().await["prechatRequired"], true);
        let refused = fill(&ana, json!({ "topic": "Juice" })).await;
        refused.turned_away(422, "validation");
        fill(&ana, json!({})).await.ok();
        assert_eq!(ana.open().await["prechatRequired"], false);

        let mut rui = server.browser(&site);
        rui.open().await;
        rui.say("cm_1", "whoever skips it is heard").await;
        assert_eq!(rui.open().await["prechatRequired"], false, "it is too late");
    });
}

#[test]
fn a_form_that_the_page_brings_is_kept_too() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let wrong = json!({ "email": "nowhere", "order": "7" });
        let refused = fill(&ana, wrong).await.turned_away(422, "validation");
        assert_eq!(refused["fields"], json!({ "email": "invalid" }));
        let fields = json!({ "name": "Ana", "order": "7", "news": true, "no name": "x" });
        fill(&ana, fields).await.ok();
        let ack = ana.say("cm_1", "hello").await;
        let begun = conversation(&api, &ack["conversationId"]).await;
        assert_eq!(
            begun["metadata"]["prechat"],
            json!({ "name": "Ana", "order": "7", "news": true, "consent": true })
        );
        assert_eq!(begun["contact"]["name"], "Ana");
    });
}

#[test]
fn what_is_left_while_nobody_is_there_is_one_message() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let refused = leave(&ana, "cm_1", json!({ "email": "ana@example.com" })).await;
        let refused = refused.turned_away(422, "validation");
        assert_eq!(refused["fields"], json!({ "message": "required" }));
        let fields = json!({ "email": "ana@example.com", "message": "Call me" });
        let first = leave(&ana, "cm_1", fields.clone()).await;
        assert_eq!(first.status, 201);
        let again = leave(&ana, "cm_1", fields).await;
        assert_eq!(again.status, 200);
        let (first, again) = (first.json(), again.json());
        assert_eq!(again["messageId"], first["messageId"]);
        assert_eq!(again["duplicate"], true);
        assert_eq!(ana.history().await, [(1, "Call me".to_owned())]);
        let stored = message(&api, &first["messageId"]).await;
        assert_eq!(stored["metadata"]["offline"], true);
        assert_eq!(stored["metadata"]["email"], "ana@example.com");
        assert!(stored["metadata"].get("spamSuspect").is_none());
        let begun = conversation(&api, &first["conversationId"]).await;
        assert_eq!(begun["contact"]["email"], "ana@example.com");
    });
}

#[test]
fn forms_that_a_machine_fills_in_are_marked() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let fields = json!({ "email": "ana@example.com", "message": "Buy" });
        for (hp, elapsed) in [("https://spam.example", ELAPSED_MS), ("", 100)] {
            let bot = server.visitor(&site).await;
            let form = json!({ "clientMessageId": "cm_1", "fields": fields, "hp": hp,
                "elapsed": elapsed });
            let ack = bot.call(Method::POST, "offline", form).await.ok();
            let stored = message(&api, &ack["messageId"]).await;
            assert_eq!(stored["metadata"]["spamSuspect"], true, "{hp} {elapsed}");
        }
        let link = server.visitor(&site).await;
        let ack = link.say("cm_1", "https://spam.example").await;
        let stored = message(&api, &ack["messageId"]).await;
        assert_eq!(stored["metadata"]["spamSuspect"], true);
        let ack = link.say("cm_2", "https://spam.example").await;
        let stored = message(&api, &ack["messageId"]).await;
        assert!(stored["metadata"].get("spamSuspect").is_none(), "known now");
    });
}
