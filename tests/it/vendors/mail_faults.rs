//! A mail server that is in trouble: each mail ends as what became of it, and nobody gets one twice.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::connected;
use super::email::ANA;
use super::reachable;
use super::send;
use crate::support::eventually;
use crate::support::post_office::PostOffice;
use crate::support::post_office::Trouble;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// A channel that sends through the office, and nothing else.
async fn through(server: &Server, office: &PostOffice) -> Value {
    let config = json!({
        "provider": "smtp", "smtpHost": "127.0.0.1", "smtpPort": office.port,
        "smtpEncryption": "none", "fromEmail": "support@aurora.example", "mailsPerSecond": 50,
    });
    connected(server, "email", &config).await
}

/// Lets time pass until a message is so.
async fn is(server: &Server, message: &Value, so: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/messages/{}", message["id"].as_str().unwrap());
    eventually("what became of a mail", async || {
        server.pass(Duration::from_secs(30));
        let now = server.api().get(&path).await.ok();
        so(&now).then_some(now)
    })
    .await
}

#[test]
fn what_passes_is_tried_again_and_what_does_not_is_told() {
    on_a_server_with(reachable, async |server| {
        let office = PostOffice::open().await;
        let channel = through(server, &office).await;
        for (trouble, ends, reason) in [
            (Trouble::Says("451 4.3.0 come again"), "sent", ""),
            (Trouble::Says("421 4.7.28 too many mails"), "sent", ""),
            (Trouble::Says("450 4.2.1 slowly"), "sent", ""),
            (Trouble::Says("552 5.3.4 too large"), "failed", "too_large"),
            (Trouble::Says("554 5.7.1 spam"), "failed", "refused"),
        ] {
            let before = office.letters().len();
            office.fails(&[trouble]);
            let words = json!({ "type": "text", "text": format!("{trouble:?}") });
            let sent = send(server, &channel, ANA, words).await.ok();
            let now = is(server, &sent, |now| now["status"] == ends).await;
            assert!(office.is_free(), "{trouble:?}");
            let arrived = office.letters().len() - before;
            assert_eq!(arrived, usize::from(ends == "sent"), "{trouble:?}: {now}");
            if ends == "failed" {
                assert_eq!(now["metadata"]["error"]["reason"], reason, "{now}");
            }
        }
    });
}

#[test]
fn a_mail_of_which_nobody_knows_whether_it_was_taken_is_not_sent_again_blindly() {
    on_a_server_with(reachable, async |server| {
        let office = PostOffice::open().await;
        let channel = through(server, &office).await;
        for trouble in [Trouble::TakesAndHangsUp, Trouble::HangsUp] {
            let before = office.letters().len();
            office.fails(&[trouble]);
            let words = json!({ "type": "text", "text": format!("{trouble:?}") });
            let sent = send(server, &channel, ANA, words).await.ok();
            let unsure = |now: &Value| now["metadata"]["outcome"] == "unknown";
            is(server, &sent, unsure).await;
            server.pass(Duration::from_secs(3_600));
            let next = send(
                server,
                &channel,
                ANA,
                json!({ "type": "text", "text": "next" }),
            );
            is(server, &next.await.ok(), |now| now["status"] == "sent").await;
            let taken = usize::from(trouble == Trouble::TakesAndHangsUp);
            assert_eq!(office.letters().len() - before, taken + 1, "{trouble:?}");
            // A person who asked the customer settles it.
            let path = format!("/messages/{}/resolve-unknown", sent["id"].as_str().unwrap());
            let outcome = if taken > 0 { "sent" } else { "resend" };
            let body = json!({ "outcome": outcome });
            server.api().post(&path, body).await.ok();
            is(server, &sent, |now| now["status"] == "sent").await;
            assert_eq!(office.letters().len() - before, 2, "{trouble:?}");
        }
    });
}
