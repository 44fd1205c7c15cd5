//! The column of email in product.md's capability matrix, cell by cell and at every service: what the
//! customer's mail program really shows, and what an answer there comes back as.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::mail::Mail;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::upload;
use crate::sandbox::mail::SERVICES;
use crate::sandbox::mail::connected;
use crate::sandbox::mail::customer;
use crate::sandbox::mail::mails;
use crate::sandbox::mail::until;
use crate::sandbox::with_sandbox;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::webchat::files::PNG;

const MP3: &[u8] = b"ID3\x03\0\0\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0";
const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2\0\0\0\x08free";
const NOTES: &[u8] = b"Roasted on Monday, shipped on Tuesday.\n";

/// The files of the table.
const FILES: [(&str, &str, &[u8]); 4] = [
    ("image", "cup.png", PNG),
    ("document", "notes.txt", NOTES),
    ("audio", "tune.mp3", MP3),
    ("video", "pour.mp4", MP4),
];

/// Sends something, and what the mail program shows of it.
async fn shown(server: &Server, channel: &Value, to: &str, content: &Value) -> (String, Mail) {
    let service = channel["name"].as_str().unwrap();
    let before = mails(server, service, to).len();
    // One a second leaves.
    server.pass(Duration::from_secs(2));
    let body = json!({ "channelId": channel["id"], "to": to, "content": content });
    let message = server.api().post("/messages", body).await.ok();
    until(server, &message, "read").await;
    let mut all = mails(server, service, to).split_off(before);
    assert_eq!(all.len(), 1, "{service}: {content}");
    all.remove(0)
}

#[test]
fn words_and_files_arrive_as_what_they_are() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let channel = connected(server, service).await;
            let to = customer(server, service);
            let text = json!({ "type": "text", "text": "Gr\u{fc}\u{df}e <b>x</b>" });
            let (_, mail) = shown(server, &channel, &to, &text).await;
            assert_eq!(mail.text.trim(), "Gr\u{fc}\u{df}e <b>x</b>", "{service}");
            let html = mail.html.unwrap();
            assert!(html.contains("&lt;b&gt;x&lt;/b&gt;"), "{service}: {html}");
            for (kind, name, bytes) in FILES {
                let id = upload(server, name, bytes).await;
                let content =
                    json!({ "type": kind, "mediaId": id, "filename": name, "caption": "look" });
                let (_, mail) = shown(server, &channel, &to, &content).await;
                let cell = format!("{kind} at {service}");
                assert_eq!(mail.text.trim(), "look", "{cell}");
                assert_eq!(mail.files.len(), 1, "{cell}");
                assert_eq!(mail.files[0].filename, name, "{cell}");
                // A small picture is in the mail as well, not beside it alone.
                let in_words = mail.html.unwrap().contains("cid:");
                assert_eq!(in_words, kind == "image", "{cell}");
            }
        }
    });
}

#[test]
fn choices_have_numbers_and_a_number_is_the_choice() {
    on_a_server_with(with_sandbox, async |server| {
        for service in SERVICES {
            let channel = connected(server, service).await;
            let to = customer(server, service);
            let choice =
                |id: &str, title: &str| json!({ "type": "reply", "id": id, "title": title });
            let both = json!([choice("y", "Yes"), choice("n", "No")]);
            for content in [
                json!({ "type": "buttons", "text": "Well?", "buttons": both }),
                json!({ "type": "text", "text": "Well?", "quickReplies": both }),
            ] {
                let kind = content["type"].as_str().unwrap();
                let cell = format!("{kind} at {service}");
                let (bubble, mail) = shown(server, &channel, &to, &content).await;
                let text = mail.text.trim().replace("\r\n", "\n");
                assert_eq!(
                    text, "Well?\n\n1. Yes\n2. No\n\nReply with a number.",
                    "{cell}"
                );
                let act = Act::Say {
                    text: "2".to_owned(),
                    quoting: Some(bubble),
                };
                server.sandbox().act(service, &to, act).unwrap();
                let heard = eventually(&format!("the answer to {cell}"), async || {
                    server.pass(Duration::from_millis(400));
                    newest(server, &channel).await
                })
                .await;
                assert_eq!(heard["type"], "postback", "{cell}: {heard}");
                assert_eq!(
                    (&heard["payload"], &heard["title"]),
                    (&json!("n"), &json!("No")),
                    "{cell}"
                );
            }
        }
    });
}

/// The one conversation of a channel.
async fn conversation(server: &Server, channel: &Value) -> String {
    let all = server.api().get("/conversations").await.ok();
    let mut all = all["data"].as_array().unwrap().iter();
    let own = all.find(|one| one["channelId"] == channel["id"]).unwrap();
    own["id"].as_str().unwrap().to_owned()
}

/// What the customer said last; none while we did.
async fn newest(server: &Server, channel: &Value) -> Option<Value> {
    let address = format!(
        "/conversations/{}/messages",
        conversation(server, channel).await
    );
    let all = server.api().get(&address).await.ok();
    let newest = &all["data"][0];
    (newest["direction"] == "inbound").then(|| newest["content"].clone())
}

#[test]
fn what_no_mail_tells_is_asked_of_nobody() {
    on_a_server_with(with_sandbox, async |server| {
        let told = server.api().get("/capabilities").await.ok();
        let rows = told["data"].as_array().unwrap();
        let row = rows
            .iter()
            .find(|row| row["channelType"] == "email")
            .unwrap();
        for (feature, word) in [
            ("text", "full"),
            ("images", "full"),
            ("documents", "full"),
            ("audio", "full"),
            ("video", "full"),
            ("buttons", "none"),
            ("quickReplies", "none"),
            ("templates", "full"),
            ("deliveryReceipts", "partial"),
            ("readReceipts", "partial"),
            ("typing", "none"),
        ] {
            assert_eq!(row["matrix"][feature], word, "{feature}");
        }
        let owner = server.agent(OWNER).await;
        for service in SERVICES {
            let channel = connected(server, service).await;
            let to = customer(server, service);
            let text = json!({ "type": "text", "text": "Hello" });
            shown(server, &channel, &to, &text).await;
            let calls = || {
                server.sandbox().look(|world| {
                    let all = world.journal.newest();
                    all.filter(|one| one.account == service).count()
                })
            };
            let talk = conversation(server, &channel).await;
            eventually("all is told", async || {
                server.pass(Duration::from_millis(400));
                server.sandbox().is_quiet(service).then_some(())
            })
            .await;
            let before = calls();
            owner
                .submit(&format!("/app/c/{talk}/typing"), &[("state", "start")])
                .await;
            server.pass(Duration::from_secs(2));
            assert_eq!(calls(), before, "{service}");
        }
    });
}
