//! Mail through the five services in the box: it arrives as it was meant, what becomes of it
//! is told, and who wants no more gets no more.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Body;
use linktor::sandbox::chat::Side;
use linktor::sandbox::faults::Faults;
use linktor::sandbox::mail::Mail;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::with_sandbox;
use crate::support::eventually;
use crate::support::reply::Reply;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

pub const SERVICES: [&str; 5] = ["postmark", "sendgrid", "mailgun", "resend", "ses"];

/// A channel that is connected to the first account of a service.
pub async fn connected(server: &Server, service: &str) -> Value {
    let settings = server.sandbox().settings(service).unwrap();
    let config: Map<String, Value> = settings
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let mut config = config;
    config.insert("trackOpens".to_owned(), true.into());
    let api = server.api();
    let body = json!({ "type": "email", "name": service, "config": config });
    let channel = api.post("/channels", body).await.ok();
    let id = channel["id"].as_str().unwrap();
    let connect = format!("/channels/{id}/connect");
    let now = api.post(&connect, json!({})).await.ok();
    assert_eq!(now["connectionStatus"], "connected", "{service}: {now}");
    if server.sandbox().wants_address(service) {
        let url = format!("{}/webhooks/email/{id}", server.url());
        let pointed = server.sandbox().point(service, &url, "").await;
        assert_eq!(pointed, Ok(()), "{service}");
    }
    channel
}

/// Whoever holds the first phone of a service.
pub fn customer(server: &Server, service: &str) -> String {
    server.sandbox().look(|world| {
        let chats = &world.accounts[service].chats;
        chats.keys().next().unwrap().clone()
    })
}

/// The mails of the business on a phone.
pub fn mails(server: &Server, service: &str, customer: &str) -> Vec<(String, Mail)> {
    server.sandbox().look(|world| {
        let chat = &world.accounts[service].chats[customer];
        let its = chat.from(Side::Business);
        its.filter_map(|bubble| match &bubble.body {
            Body::Mail(mail) => Some((bubble.id.clone(), (**mail).clone())),
            _ => None,
        })
        .collect()
    })
}

async fn send(server: &Server, channel: &Value, to: &str, email: &Value) -> Reply {
    let body = json!({
        "channelId": channel["id"], "to": to, "content": {"type": "text", "text": "It ships today"},
        "metadata": {"email": email},
    });
    server.api().post("/messages", body).await
}

/// Lets time pass until a message is so.
pub async fn until(server: &Server, message: &Value, status: &str) -> Value {
    let address = format!("/messages/{}", message["id"].as_str().unwrap());
    let channel = format!("/channels/{}", message["channelId"].as_str().unwrap());
    let channel = server.api().get(&channel).await.ok();
    let what = format!("{} through {} is {status}", message["id"], channel["name"]);
    eventually(&what, async || {
        server.pass(Duration::from_millis(400));
        let now = server.api().get(&address).await.ok();
        (now["status"] == status).then_some(now)
    })
    .await
}

#[test]
fn every_service_carries_a_mail_and_tells_that_it_was_opened() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let channel = connected(server, service).await;
            let to = customer(server, service);
            let email = json!({"subject": "Your order", "cc": ["boss@b.example"]});
            let message = send(server, &channel, &to, &email).await.ok();
            until(server, &message, "read").await;
            let (_, mail) = mails(server, service, &to).remove(0);
            assert_eq!(mail.subject, "Your order", "{service}");
            assert!(
                mail.text.contains("It ships today"),
                "{service}: {}",
                mail.text
            );
            assert!(mail.html.is_some(), "{service}");
            let copies: Vec<_> = mail.cc.iter().map(|party| party.email.as_str()).collect();
            assert_eq!(copies, ["boss@b.example"], "{service}");
            let answers = mail.reply_to.unwrap().email;
            assert!(answers.contains("+conv-"), "{service}: {answers}");
            assert_eq!(
                mails(server, service, "boss@b.example").len(),
                1,
                "{service}"
            );
        }
    });
}

#[test]
fn a_mailbox_that_is_gone_fails_the_mail_at_every_service() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let channel = connected(server, service).await;
            let to = customer(server, service);
            server
                .sandbox()
                .act(service, &to, Act::Block(true))
                .unwrap();
            let message = send(server, &channel, &to, &json!({})).await.ok();
            let failed = until(server, &message, "failed").await;
            assert!(
                failed["metadata"]["error"].is_object(),
                "{service}: {failed}"
            );
            assert!(mails(server, service, &to).is_empty(), "{service}");
        }
    });
}

#[test]
fn whoever_calls_a_mail_spam_gets_no_more() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let channel = connected(server, service).await;
            let to = customer(server, service);
            let message = send(server, &channel, &to, &json!({})).await.ok();
            until(server, &message, "delivered").await;
            let (bubble, _) = mails(server, service, &to).remove(0);
            server
                .sandbox()
                .act(service, &to, Act::Complain { bubble })
                .unwrap();
            let what = format!("{service} tells of the complaint");
            let refused = eventually(&what, async || {
                server.pass(Duration::from_millis(400));
                let reply = send(server, &channel, &to, &json!({})).await;
                (reply.status == 422).then_some(reply)
            })
            .await;
            let code = &refused.json()["error"]["code"];
            assert_eq!(code, "CONTACT_OPTED_OUT", "{service}");
        }
    });
}

#[test]
fn a_mail_whose_answer_got_lost_is_one_mail_where_the_service_has_keys() {
    on_a_server_with(with_sandbox, async |server| {
        let channel = connected(server, "resend").await;
        let to = customer(server, "resend");
        server.sandbox().change("resend", |account| {
            account.faults = Faults {
                silent_every: 2,
                silent_for: Duration::ZERO,
                silent_but_done: true,
                ..Faults::default()
            };
        });
        for _ in 0..4 {
            let message = send(server, &channel, &to, &json!({})).await.ok();
            until(server, &message, "read").await;
        }
        assert_eq!(mails(server, "resend", &to).len(), 4);
    });
}

#[test]
fn webhooks_with_a_wrong_proof_are_not_believed() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let channel = connected(server, service).await;
            let to = customer(server, service);
            let faults = |on: bool| Faults {
                secret_changed: on,
                ..Faults::default()
            };
            server
                .sandbox()
                .change(service, |account| account.faults = faults(true));
            let message = send(server, &channel, &to, &json!({})).await.ok();
            until(server, &message, "sent").await;
            let what = format!("{service} posted, and was not believed");
            eventually(&what, async || {
                server.pass(Duration::from_millis(400));
                server.sandbox().look(|world| {
                    let mut its = world.journal.newest().filter(|one| one.account == service);
                    its.any(|one| one.status == 401).then_some(())
                })
            })
            .await;
            let address = format!("/messages/{}", message["id"].as_str().unwrap());
            let now = server.api().get(&address).await.ok();
            assert_eq!(now["status"], "sent", "{service}");
            server.sandbox().reset(None);
        }
    });
}

#[test]
fn whatever_breaks_at_a_service_each_mail_arrives_and_its_reports_are_believed_once() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let channel = connected(server, service).await;
            let to = customer(server, service);
            let broken = Faults {
                broken_every: 3,
                limited_every: 4,
                limited_secs: 2,
                copies: 3,
                swapped: true,
                late: Duration::from_secs(1),
                ..Faults::default()
            };
            server
                .sandbox()
                .change(service, |account| account.faults = broken);
            let mut sent = Vec::new();
            for number in 1..=4 {
                let email = json!({ "subject": format!("Mail {number}") });
                sent.push(send(server, &channel, &to, &email).await.ok());
            }
            for message in &sent {
                let address = format!("/messages/{}", message["id"].as_str().unwrap());
                eventually(
                    &format!("a mail through {service} is told to be there"),
                    async || {
                        server.pass(Duration::from_millis(400));
                        let now = server.api().get(&address).await.ok();
                        // Opening that overtakes its delivery is taken for a program's.
                        matches!(now["status"].as_str(), Some("delivered" | "read")).then_some(())
                    },
                )
                .await;
            }
            let subjects: Vec<String> = mails(server, service, &to)
                .into_iter()
                .map(|(_, mail)| mail.subject)
                .collect();
            // A server error may hide that the mail was taken, so one may stand there twice: none is
            // missing, and they are in order.
            let mut once = subjects.clone();
            once.dedup();
            assert_eq!(once, ["Mail 1", "Mail 2", "Mail 3", "Mail 4"], "{service}");
            server.sandbox().reset(None);
        }
    });
}
