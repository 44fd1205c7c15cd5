//! Whether somebody is there: opening hours, agents at work, and what visitors are told of both.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::support::browser::Browser;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::on_a_server;

/// Nine to six in Sao Paulo but on holidays; the tests begin there at nine on New Year's Day.
fn hours() -> Value {
    let day = json!([["09:00", "18:00"]]);
    json!({ "timezone": "America/Sao_Paulo", "holidays": ["2026-01-01"], "weekly":
        { "mon": day, "tue": day, "wed": day, "thu": day, "fri": day } })
}

async fn availability(browser: &Browser) -> Value {
    browser.get("config").await.ok()["availability"].take()
}

#[test]
fn visitors_are_told_when_it_opens_and_when_it_has() {
    on_a_server(async |server| {
        let config = json!({ "businessHours": hours(), "businessHoursOnly": true,
            "offline": { "message": { "en": "Back soon", "es": "Volvemos pronto" } } });
        let site = server.website(config).await;
        let ana = server.visitor(&site).await;
        let closed = availability(&ana).await;
        assert_eq!(closed["state"], "offline");
        assert_eq!(closed["nextOpenAt"], "2026-01-02T12:00:00.000Z");
        let config = ana.get("config?lang=es-MX").await.ok();
        assert_eq!(config["businessHoursOnly"], true);
        assert_eq!(config["offline"]["message"], "Volvemos pronto");

        server.pass(Duration::from_secs(24 * 3_600 - 60));
        let (mut socket, welcome) = ana.connect(0).await;
        assert_eq!(welcome["availability"], closed);
        server.pass(Duration::from_secs(60));
        // Open tabs learn it with the next sign of life.
        socket.say(json!({ "type": "ping" })).await;
        let told = socket.hear_of("availability").await;
        assert_eq!(told["payload"]["state"], "away");
        assert_eq!(availability(&ana).await["nextOpenAt"], Value::Null);

        let owner = server.agent(OWNER).await;
        let desk = owner.connected(None).await;
        let told = socket.hear_of("availability").await;
        assert_eq!(told["payload"]["state"], "online");
        drop(desk);
        let left = eventually("nobody is at work", async || {
            let polled = ana.get("poll?after=0&wait=0").await.ok();
            (polled["state"]["availability"]["state"] == "away").then_some(())
        });
        left.await;
        server.pass(Duration::from_secs(9 * 3_600));
        let closed = availability(&ana).await;
        assert_eq!(closed["state"], "offline");
        assert_eq!(
            closed["nextOpenAt"], "2026-01-05T12:00:00.000Z",
            "after the weekend"
        );
    });
}

#[test]
fn what_a_web_chat_is_set_to_reaches_open_tabs() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let (mut socket, _) = ana.connect(0).await;
        let address = format!("/channels/{}", site["id"].as_str().unwrap());
        let change = json!({ "config": { "theme": { "primaryColor": "#22C55E" } } });
        api.patch(&address, change).await.ok();
        let told = socket.hear_of("reload").await;
        assert_eq!(told["payload"]["reason"], "config");
        let config = ana.get("config").await.ok();
        assert_eq!(config["theme"]["primaryColor"], "#22C55E");
        api.patch(&address, json!({ "enabled": false })).await.ok();
        assert_eq!(socket.end().await, 4003);
    });
}
