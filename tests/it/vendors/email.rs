//! Email through a service, and through a real mail server: Exim, as Debian has it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use super::connected;
use super::reachable;
use super::send;
use super::until;
use crate::support::eventually;
use crate::support::exim::Exim;
use crate::support::reply::Reply;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Answer;
use crate::support::vendor::Call;
use crate::support::vendor::Vendor;

pub(super) const ANA: &str = "ana@example.com";

/// What Postmark answers when all is well.
#[expect(clippy::unnecessary_wraps, reason = "a script may also hang up")]
pub(super) fn postmark(call: &Call) -> Answer {
    let body = if call.method == "GET" {
        json!({ "Name": "Aurora" })
    } else {
        json!({ "ErrorCode": 0, "Message": "OK", "MessageID": "guid-1" })
    };
    Some((200, body))
}

pub(super) fn config(vendor: &Vendor) -> Value {
    json!({
        "provider": "postmark",
        "apiKey": "token",
        "fromEmail": "support@aurora.example",
        "fromName": "Aurora",
        "webhookSecret": "hook",
        "apiBaseUrl": vendor.url,
    })
}

/// Postmark calls us.
pub(super) async fn hook(server: &Server, channel: &Value, proof: &str, body: &Value) -> Reply {
    let address = format!("/webhooks/email/{}", channel["id"].as_str().unwrap());
    let bytes = body.to_string().into_bytes();
    let basic = format!("Basic {}", STANDARD.encode(proof));
    let caller = server.anonymous().with("authorization", &basic);
    caller.send(Method::POST, &address, Some(bytes)).await
}

fn report(kind: &str, more: &Value) -> Value {
    let mut body = json!({
        "RecordType": kind, "MessageID": "guid-1", "Recipient": ANA, "Email": ANA,
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": words })
}

#[test]
fn a_mail_goes_out_its_delivery_is_told_and_a_bounce_closes_the_address() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let sent = send(server, &channel, "Ana <ANA@example.com>", text("Hello")).await;
        let sent = sent.ok();
        let now = until(server, &sent, "sent").await;
        let mail = vendor.hears("/email", 1).await.body();
        assert_eq!(mail["To"], ANA);
        assert_eq!(mail["TextBody"], "Hello");
        let id = now["metadata"]["messageId"].as_str().unwrap();
        assert!(id.starts_with(sent["id"].as_str().unwrap()), "{now}");

        let refused = hook(
            server,
            &channel,
            "linktor:wrong",
            &report("Delivery", &json!({})),
        )
        .await;
        assert_eq!(refused.status, 401);
        assert_eq!(
            refused.header("www-authenticate"),
            "Basic realm=\"linktor\""
        );
        let told = report(
            "Delivery",
            &json!({ "DeliveredAt": "2026-01-01T12:00:00Z" }),
        );
        assert_eq!(
            hook(server, &channel, "linktor:hook", &told).await.status,
            200
        );
        let now = until(server, &sent, "delivered").await;
        assert_eq!(now["metadata"]["recipients"][ANA]["status"], "delivered");

        let bounce = json!({ "Type": "HardBounce", "Inactive": true, "ID": 1, "BouncedAt": "x" });
        hook(server, &channel, "linktor:hook", &report("Bounce", &bounce)).await;
        // The next server took it and sent it back later.
        let now = until(server, &sent, "failed").await;
        assert_eq!(now["metadata"]["recipients"][ANA]["status"], "failed");
        let told = server.api().get("/events?types=email.*").await.ok();
        let told = told["data"].as_array().unwrap();
        let names: Vec<&Value> = told.iter().map(|event| &event["type"]).collect();
        assert_eq!(names, ["email.bounced"]);
        assert_eq!(told[0]["data"]["data"]["messageId"], sent["id"]);
        assert_eq!(told[0]["data"]["data"]["address"], ANA);
        send(server, &channel, ANA, text("More"))
            .await
            .refused(422, "CONTACT_UNREACHABLE");
        assert_eq!(vendor.heard("/email").len(), 1);
    });
}

#[test]
fn whoever_unsubscribes_gets_answers_and_no_advertising() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let news = |words: &str| {
            json!({
                "channelId": channel["id"], "to": ANA, "text": words,
                "metadata": { "email": { "subject": "News", "marketing": true } },
            })
        };
        let api = server.api();
        let sent = api.post("/messages", news("Sale!")).await.ok();
        until(server, &sent, "sent").await;
        let mail = vendor.hears("/email", 1).await.body();
        let headers = mail["Headers"].as_array().unwrap();
        let named = |name: &str| headers.iter().find(|row| row["Name"] == name);
        let ways = named("List-Unsubscribe").unwrap()["Value"]
            .as_str()
            .unwrap();
        assert_eq!(
            named("List-Unsubscribe-Post").unwrap()["Value"],
            "List-Unsubscribe=One-Click"
        );
        let (_, token) = ways.split_once("/u/").unwrap();
        let page = format!("/u/{}", token.split('>').next().unwrap());
        let anybody = server
            .anonymous()
            .of_kind("application/x-www-form-urlencoded");
        let shown = anybody.send(Method::GET, &page, None).await;
        assert_eq!(shown.status, 200);
        assert!(shown.text().contains(ANA));
        // One a second.
        server.pass(Duration::from_secs(2));
        let again = api.post("/messages", news("Sale!!")).await.ok();
        until(server, &again, "sent").await;
        let click = Some(b"List-Unsubscribe=One-Click".to_vec());
        assert_eq!(anybody.send(Method::POST, &page, click).await.status, 200);
        api.post("/messages", news("Sale!!!"))
            .await
            .refused(422, "CONTACT_OPTED_OUT");
        server.pass(Duration::from_secs(2));
        let answer = send(server, &channel, ANA, text("Your question"))
            .await
            .ok();
        until(server, &answer, "sent").await;
        let other = anybody.send(Method::GET, "/u/AAAA", None).await;
        assert_eq!(other.status, 404);
        let told = other.text();
        assert!(told.contains("This link no longer works."), "{told}");
        assert!(!told.contains("/app/inbox"), "{told}");
    });
}

#[test]
fn a_service_is_told_in_its_own_way_that_a_channel_is_gone() {
    on_a_server_with(reachable, async |server| {
        let address = "/webhooks/email/ch_01hf7yat000000000000000007";
        for (caller, status) in [("Mailgun/2", 406), ("Postmark", 403), ("SendGrid", 404)] {
            let caller = server.anonymous().with("user-agent", caller);
            let reply = caller
                .send(Method::POST, address, Some(b"{}".to_vec()))
                .await;
            assert_eq!(reply.status, status);
        }
    });
}

/// The settings of a channel that sends through a real server.
pub(super) fn through(exim: &Exim, more: &Value) -> Value {
    let mut config = json!({
        "provider": "smtp",
        "smtpHost": "127.0.0.1",
        "smtpPort": exim.plain,
        "smtpEncryption": "none",
        "smtpUsername": "desk",
        "smtpPassword": "secret",
        "fromEmail": "support@aurora.example",
        "fromName": "Aurora",
    });
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

#[test]
fn a_real_server_takes_mails_with_files_and_copies() {
    on_a_server_with(reachable, async |server| {
        let exim = Exim::open().await;
        let channel = connected(server, "email", &through(&exim, &json!({}))).await;
        let file = vec![b'x'; 3_000_000];
        let id = upload(server, &file).await;
        let body = json!({
            "channelId": channel["id"], "to": ANA, "text": "Gr\u{fc}\u{df}e",
            "metadata": { "email": {
                "subject": "R\u{e9}sum\u{e9}", "cc": ["boss@example.com"], "bcc": ["audit@example.com"],
                "attachments": [{ "mediaId": id, "filename": "Lebenslauf f\u{fc}r Ana.txt" }],
            } },
        });
        let sent = server.api().post("/messages", body).await.ok();
        until(server, &sent, "sent").await;
        let arrived = eventually("three mails arrive", async || {
            server.pass(Duration::from_secs(1));
            let all = exim.mails();
            (all.len() == 3).then_some(all)
        })
        .await;
        for to in [ANA, "boss@example.com", "audit@example.com"] {
            let envelope = format!("Envelope-to: {to}\n");
            let mail = arrived
                .iter()
                .find(|mail| mail.contains(&envelope))
                .unwrap();
            assert!(
                mail.contains("To: ana@example.com\n") && mail.contains("Cc: boss@example.com\n")
            );
            assert!(!mail.contains("Bcc:"));
            assert!(mail.contains("filename*0*=utf-8''Lebenslauf%20f%C3%BCr%20Ana.txt"));
            let letters: String = mail
                .lines()
                .filter(|line| line.starts_with("eHh4"))
                .collect();
            let letters = letters.trim_end_matches('=').len();
            assert!(letters >= 3_990_000, "{letters}");
        }
    });
}

#[test]
fn a_copy_that_is_refused_or_put_off_is_told_of_its_address_alone() {
    on_a_server_with(reachable, async |server| {
        let exim = Exim::open().await;
        let channel = connected(server, "email", &through(&exim, &json!({}))).await;
        let body = json!({
            "channelId": channel["id"], "to": ANA, "text": "For all of you",
            "metadata": { "email": {
                "cc": ["nobody@example.com", "boss@example.com"], "bcc": ["later@example.com"],
            } },
        });
        let sent = server.api().post("/messages", body).await.ok();
        let address = format!("/messages/{}", sent["id"].as_str().unwrap());
        let now = eventually("everybody was tried, one of them twice", async || {
            server.pass(Duration::from_secs(1));
            let now = server.api().get(&address).await.ok();
            let told = &now["metadata"]["recipients"];
            let all = [
                "nobody@example.com",
                "boss@example.com",
                "later@example.com",
            ];
            let is_told = all.iter().all(|one| told[one].is_object());
            (is_told && exim.refused("later@example.com") > 1).then_some(now)
        })
        .await;
        assert_eq!(now["status"], "sent", "{now}");
        assert!(now["metadata"]["error"].is_null(), "{now}");
        let told = &now["metadata"]["recipients"];
        assert_eq!(told[ANA], json!({ "status": "sent" }));
        assert_eq!(told["boss@example.com"], json!({ "status": "sent" }));
        assert_eq!(told["nobody@example.com"]["status"], "failed");
        assert_eq!(told["nobody@example.com"]["reason"], "invalid_recipient");
        assert_eq!(told["later@example.com"]["status"], "pending");
        let whom: Vec<String> = exim
            .mails()
            .iter()
            .filter_map(|mail| {
                Some(
                    mail.lines()
                        .find_map(|l| l.strip_prefix("Envelope-to: "))?
                        .to_owned(),
                )
            })
            .collect();
        assert_eq!(whom.len(), 2, "nobody got it twice: {whom:?}");
        // Nobody was known by it, and it is remembered all the same.
        send(server, &channel, "nobody@example.com", text("To you"))
            .await
            .refused(422, "CONTACT_UNREACHABLE");
        // What waits behind the copies is not held up by the one that is put off.
        let next = send(server, &channel, ANA, text("And this")).await.ok();
        let address = format!("/messages/{}", next["id"].as_str().unwrap());
        eventually("the next one is sent", async || {
            server.pass(Duration::from_secs(1));
            let now = server.api().get(&address).await.ok();
            (now["status"] == "sent").then_some(())
        })
        .await;
    });
}

#[test]
fn what_a_real_server_refuses_is_told_and_nobody_is_trusted_unproved() {
    on_a_server_with(reachable, async |server| {
        let exim = Exim::open().await;
        let channel = connected(server, "email", &through(&exim, &json!({}))).await;
        let gone = send(server, &channel, "nobody@example.com", text("x"))
            .await
            .ok();
        let failed = until(server, &gone, "failed").await;
        assert_eq!(
            failed["metadata"]["error"]["reason"], "invalid_recipient",
            "{failed}"
        );
        send(server, &channel, "nobody@example.com", text("y"))
            .await
            .refused(422, "CONTACT_UNREACHABLE");

        let api = server.api();
        for (more, why) in [
            (
                json!({ "smtpPassword": "wrong" }),
                "Incorrect authentication data",
            ),
            (
                json!({ "smtpEncryption": "tls", "smtpPort": exim.tls, "smtpHost": "localhost" }),
                "encryption",
            ),
            (
                json!({ "smtpEncryption": "starttls", "smtpHost": "localhost" }),
                "encryption",
            ),
        ] {
            let body = json!({ "type": "email", "name": "Other", "config": through(&exim, &more) });
            let made = api.post("/channels", body).await.ok();
            let connect = format!("/channels/{}/connect", made["id"].as_str().unwrap());
            let now = api.post(&connect, json!({})).await.json();
            assert!(now.to_string().contains(why), "{more}: {now}");
        }
    });
}

/// Stores a file; its id.
pub(super) async fn upload(server: &Server, file: &[u8]) -> String {
    let head = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"cv.txt\"\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
    let uploader = server.api().of_kind("multipart/form-data; boundary=b");
    let stored = uploader
        .send(Method::POST, "/api/v1/media/upload", Some(body))
        .await
        .ok();
    stored["id"].as_str().unwrap().to_owned()
}
