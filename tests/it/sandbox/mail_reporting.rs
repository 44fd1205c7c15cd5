//! Connecting a mail service tells it where to report, once, and says what is left to do by hand.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::faults::Faults;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::mail::customer;
use crate::sandbox::mail::mails;
use crate::sandbox::mail::until;
use crate::sandbox::with_sandbox;
use crate::support::eventually;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// The services that can be told over their interface.
const SERVICES: [&str; 4] = ["postmark", "sendgrid", "mailgun", "resend"];

/// Settings that a service tells by itself: nobody enters them here.
const TOLD: [&str; 2] = ["sendgridWebhookPublicKey", "resendWebhookSecret"];

/// A channel that is connected, and to which nobody pointed its service by hand.
async fn connected(server: &Server, service: &str) -> Value {
    let settings = server.sandbox().settings(service).unwrap();
    let mut config: Map<String, Value> = settings
        .into_iter()
        .filter(|(name, _)| !TOLD.contains(name))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    config.insert("trackOpens".to_owned(), true.into());
    let body = json!({ "type": "email", "name": service, "config": config });
    let channel = server.api().post("/channels", body).await.ok();
    connect(server, &channel).await;
    channel
}

async fn connect(server: &Server, channel: &Value) {
    let connect = format!("/channels/{}/connect", channel["id"].as_str().unwrap());
    let now = server.api().post(&connect, json!({})).await.ok();
    assert_eq!(now["connectionStatus"], "connected", "{now}");
}

/// Calls of ours that changed something at a service, oldest first.
fn changes(server: &Server, service: &str) -> Vec<String> {
    server.sandbox().look(|world| {
        let its = world.journal.newest();
        let its = its.filter(|one| one.account == service && !one.title.starts_with("GET"));
        let mut all: Vec<String> = its.map(|one| one.title.clone()).collect();
        all.reverse();
        all
    })
}

#[test]
fn a_service_that_was_told_reports_and_hands_mail_on_without_anybody_at_its_pages() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let channel = connected(server, service).await;
            let to = customer(server, service);
            let body = json!({
                "channelId": channel["id"], "to": to, "text": "It ships today",
                "email": { "subject": "Your order" },
            });
            let message = server.api().post("/messages", body).await.ok();
            until(server, &message, "read").await;
            let (bubble, _) = mails(server, service, &to).remove(0);
            let act = Act::Say {
                text: "Thank you".to_owned(),
                quoting: Some(bubble),
            };
            server.sandbox().act(service, &to, act).unwrap();
            let address = format!(
                "/conversations/{}/messages",
                message["conversationId"].as_str().unwrap()
            );
            eventually(&format!("an answer through {service}"), async || {
                server.pass(Duration::from_millis(400));
                let all = server.api().get(&address).await.ok();
                let mut all = all["data"].as_array().unwrap().iter();
                all.find(|one| one["direction"] == "inbound" && one["text"] == "Thank you")
                    .map(drop)
            })
            .await;
        }
    });
}

#[test]
fn connecting_again_changes_nothing_that_is_right() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let channel = connected(server, service).await;
            let told = changes(server, service);
            assert!(!told.is_empty(), "{service}");
            connect(server, &channel).await;
            assert_eq!(changes(server, service), told, "{service}");
        }
    });
}

#[test]
fn a_topic_whose_certificate_cannot_be_fetched_is_told_to_come_again() {
    on_a_server_with(with_sandbox, async |server| {
        let channel = connected(server, "ses").await;
        let id = channel["id"].as_str().unwrap();
        let url = format!("{}/webhooks/email/{id}", server.url());
        let sandbox = server.sandbox();
        let every = |broken_every| Faults {
            broken_every,
            ..Faults::default()
        };
        sandbox.change("ses", |account| account.faults = every(1));
        let put_off = sandbox.point("ses", &url, "").await.unwrap_err();
        assert!(put_off.to_string().ends_with("it said 503."), "{put_off}");
        sandbox.change("ses", |account| account.faults = every(0));
        assert_eq!(sandbox.point("ses", &url, "").await, Ok(()));
    });
}

#[test]
fn a_delivery_that_mailgun_reported_while_nobody_listened_is_asked_for() {
    on_a_server_with(with_sandbox, async |server| {
        let channel = connected(server, "mailgun").await;
        let to = customer(server, "mailgun");
        server.sandbox().change("mailgun", |account| {
            account.faults.receipts_lost = true;
        });
        let body = json!({ "channelId": channel["id"], "to": to, "text": "It ships today" });
        let message = server.api().post("/messages", body).await.ok();
        until(server, &message, "sent").await;
        let address = format!("/messages/{}", message["id"].as_str().unwrap());
        eventually("the day passes, and the delivery is heard of", async || {
            server.pass(Duration::from_secs(3_600));
            let now = server.api().get(&address).await.ok();
            (now["status"] == "delivered").then_some(())
        })
        .await;
    });
}
