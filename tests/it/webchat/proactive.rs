//! Messages the widget shows by itself: ours only once somebody answers them.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::browser::Browser;
use crate::support::browser::words;
use crate::support::server::on_a_server;
use crate::webchat::custom_events;
use crate::webchat::reply;

fn rules() -> Value {
    json!({ "proactiveMessages": [
        { "trigger": "time", "delay": 5_000, "author": { "name": "Bia" },
          "message": { "en": "Shall I help?", "pt-BR": "Posso ajudar?" } },
        { "trigger": "exit_intent", "message": "Wait!", "onlyOnce": true, "maxPerDay": 1 } ] })
}

async fn answer(browser: &Browser, id: &str, text: &str, proactive: &str) -> Value {
    let mut body = words(id, text);
    body["proactiveId"] = proactive.into();
    browser.call(Method::POST, "messages", body).await.ok()
}

fn texts(history: Vec<(u64, String)>) -> Vec<String> {
    history.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn a_proactive_message_stands_once_before_what_answers_it() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(rules()).await;
        let mut ana = server.browser(&site);
        ana.open_as(json!({ "locale": "pt-PT" })).await;
        let shown = json!({ "type": "proactive", "payload": { "id": "p1", "action": "shown" } });
        ana.call(Method::POST, "events", shown).await.ok();
        assert_eq!(
            custom_events(&api).await,
            ["webchat.proactive.shown"],
            "counted, and no conversation begins"
        );
        assert_eq!(api.get("/conversations?status=all").await.ok()["total"], 0);

        // Two messages written before the first was acknowledged both name what they answer.
        let ack = answer(&ana, "cm_1", "yes", "p1").await;
        assert_eq!(ack["seq"], 2);
        answer(&ana, "cm_2", "please", "p1").await;
        let said = texts(ana.history().await);
        assert_eq!(said, ["Posso ajudar?", "yes", "please"]);
        let history = ana.get("messages").await.ok();
        assert_eq!(
            history["messages"][0]["author"],
            json!({ "type": "bot", "name": "Bia", "avatarUrl": null })
        );
        assert_eq!(
            ana.open().await["unread"],
            0,
            "it was seen before it was stored"
        );

        reply(&api, &ack["conversationId"], "gladly").await;
        answer(&ana, "cm_3", "again?", "p1").await;
        let said = texts(ana.history().await);
        assert_eq!(said[3..], ["gladly", "Posso ajudar?", "again?"]);
    });
}

#[test]
fn pages_cannot_put_words_into_our_mouth() {
    on_a_server(async |server| {
        let site = server.website(rules()).await;
        let ana = server.visitor(&site).await;
        answer(&ana, "cm_1", "yes", "Everything is free today").await;
        assert_eq!(ana.history().await, [(1, "yes".to_owned())]);
    });
}
