//! What no mail may carry, what is too much, and what is told of a mail that is very long.

use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::connected;
use super::email::ANA;
use super::email::config;
use super::email::hook;
use super::email::postmark;
use super::email::upload;
use super::reachable;
use super::send;
use super::until;
use crate::support::PATIENCE;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Vendor;

/// An archive of empty files of these names.
fn archive(names: &[&str]) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for name in names {
        let length = u8::try_from(name.len()).unwrap();
        let start = u32::try_from(bytes.len()).unwrap();
        let mut head = vec![0; 30];
        head[..4].copy_from_slice(b"PK\x03\x04");
        head[26] = length;
        bytes.extend([&head, name.as_bytes()].concat());
        let mut entry = vec![0; 46];
        entry[..4].copy_from_slice(b"PK\x01\x02");
        entry[28] = length;
        entry[42..].copy_from_slice(&start.to_le_bytes());
        list.extend([&entry, name.as_bytes()].concat());
    }
    let mut end = vec![0; 22];
    end[..4].copy_from_slice(b"PK\x05\x06");
    end[8] = u8::try_from(names.len()).unwrap();
    end[10] = end[8];
    end[12..16].copy_from_slice(&u32::try_from(list.len()).unwrap().to_le_bytes());
    end[16..20].copy_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
    [bytes, list, end].concat()
}

fn document(id: &str) -> Value {
    json!({ "type": "document", "mediaId": id, "filename": "papers.zip" })
}

#[test]
fn an_archive_that_holds_a_program_is_refused_and_another_goes_out() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let bad = upload(server, &archive(&["read.txt", "tools/Setup.EXE"])).await;
        let refused = send(server, &channel, ANA, document(&bad)).await;
        let said = refused.refused(415, "UNSUPPORTED_MEDIA_TYPE");
        let sentence = said["message"].as_str().unwrap();
        assert!(sentence.contains("tools/Setup.EXE"), "{sentence}");
        // The same where it is one file beside words.
        let body = json!({
            "channelId": channel["id"], "to": ANA, "text": "See inside",
            "metadata": { "email": { "attachments": [{ "mediaId": bad, "filename": "a.zip" }] } },
        });
        let refused = server.api().post("/messages", body).await;
        refused.refused(415, "UNSUPPORTED_MEDIA_TYPE");
        assert!(vendor.heard("/email").is_empty(), "nothing went out");
        let good = upload(server, &archive(&["read.txt", "plans/house.pdf"])).await;
        let sent = send(server, &channel, ANA, document(&good)).await.ok();
        until(server, &sent, "sent").await;
    });
}

#[test]
fn a_webhook_that_says_it_is_too_large_is_refused_before_it_is_waited_for() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let id = channel["id"].as_str().unwrap();
        let place = server.url().replace("http://", "");
        let mut stream = TcpStream::connect(&place).await.unwrap();
        let head = format!(
            "POST /webhooks/email/{id} HTTP/1.1\r\nHost: {place}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            45 * 1024 * 1024 + 1
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // Not one byte of the body is sent.
        let mut answer = [0; 12];
        let heard = tokio::time::timeout(PATIENCE, stream.read_exact(&mut answer));
        heard.await.expect("it is answered").unwrap();
        assert_eq!(&answer, b"HTTP/1.1 413");
    });
}

#[test]
fn a_mail_that_gmail_cuts_off_says_so() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        for (paragraphs, clipped) in [(100, Value::Null), (4_000, true.into())] {
            let html = "<p>Espresso 12.40, filter 3.20</p>".repeat(paragraphs);
            let body = json!({
                "channelId": channel["id"], "to": ANA, "text": "Our list",
                "metadata": { "email": { "html": html } },
            });
            let sent = server.api().post("/messages", body).await.ok();
            let now = until(server, &sent, "sent").await;
            assert_eq!(
                now["metadata"]["clipped"], clipped,
                "{paragraphs} paragraphs"
            );
        }
    });
}

#[test]
fn mails_that_are_made_to_hurt_are_put_aside_when_a_service_hands_them_on() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let mut deep = String::new();
        for level in 0..40 {
            let kind = format!("Content-Type: multipart/mixed; boundary=b{level}.");
            deep.extend([&kind, "\r\n\r\n--b", &level.to_string(), ".\r\n"]);
        }
        let long = "X-Filler: abcdefghijklmnopqrstuvwxyz\r\n".repeat(10_000);
        let many = "Content-Type: multipart/mixed; boundary=b\r\n".to_owned()
            + &"\r\n--b\r\n\r\nx".repeat(2_000);
        let plain = "Subject: Order\r\n\r\nWhere is it?".to_owned();
        for (number, rest) in [deep, long, many, plain].into_iter().enumerate() {
            let raw = format!("From: eve@e.example\r\nMessage-ID: <{number}@e.example>\r\n{rest}");
            let posted = json!({ "FromFull": { "Email": "eve@e.example" },
                "MessageID": number.to_string(), "RawEmail": raw });
            let taken = hook(server, &channel, "linktor:hook", &posted).await;
            assert_eq!(taken.status, 200, "{number}");
        }
        // The last of them is read, behind three that are not.
        eventually("the mail behind them", async || {
            let all = server.api().get("/conversations").await.ok();
            all.to_string().contains("Where is it?").then_some(())
        })
        .await;
        let page = format!(
            "/app/settings/channels/{}/quarantine",
            channel["id"].as_str().unwrap()
        );
        let shown = server.agent(OWNER).await.open(&page).await.text();
        for why in ["nested too deep", "headers are too large", "too many parts"] {
            assert!(shown.contains(why), "{why}: {shown}");
        }
    });
}
