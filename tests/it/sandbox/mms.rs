//! Files that go along with text messages, both ways: what each carrier takes at its limit and one past
//! it, and what customers send.

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Side;
use linktor::sandbox::chat::Sort;
use linktor::sandbox::files::Chosen;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::picture;
use crate::sandbox::line::upload;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::on_a_server_with;
use crate::webchat::files::PNG;

const PDF: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n";
const WEBP: &[u8] =
    b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";
const CARD: &[u8] = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Silva\r\nTEL:+5511988880002\r\n\
    EMAIL:ana@shop.example\r\nORG:Aurora Coffee\r\nEND:VCARD\r\n";

/// A file of a size that begins as its kind does.
fn sized(beginning: &[u8], size: usize) -> Vec<u8> {
    let mut bytes = beginning.to_vec();
    bytes.resize(size.max(beginning.len()), 0);
    bytes
}

#[test]
fn a_carrier_takes_files_up_to_its_limit_and_gets_links_beyond_it() {
    let cases: [(&str, &str, &[u8], usize, bool); 13] = [
        ("twilio", "cup.png", PNG, 5_000_000, true),
        ("twilio", "cup.png", PNG, 5_000_001, false),
        ("twilio", "menu.pdf", PDF, 500_000, true),
        ("twilio", "menu.pdf", PDF, 500_001, false),
        ("twilio", "cup.webp", WEBP, 0, false),
        ("vonage-2", "cup.png", PNG, 2_000_000, true),
        ("vonage-2", "cup.png", PNG, 2_000_001, false),
        ("vonage-2", "menu.pdf", PDF, 0, false),
        ("plivo", "cup.png", PNG, 5_000_000, true),
        ("plivo", "cup.png", PNG, 5_000_001, false),
        ("plivo", "menu.pdf", PDF, 0, true),
        ("generic", "cup.png", PNG, 5_000_000, true),
        ("generic", "cup.png", PNG, 5_000_001, false),
    ];
    on_a_server_with(with_sandbox, async |server| {
        let mut lines = Vec::new();
        for account in ["twilio", "vonage-2", "plivo", "generic"] {
            let more = json!({"mmsEnabled": true, "rateLimitPerSecond": 100});
            let mut line = Line::with(server, vendor(account), &more).await;
            line.greet().await;
            lines.push(line);
        }
        for (account, name, beginning, size, goes_along) in cases {
            let line = lines.iter().find(|line| line.vendor.account == account);
            let line = line.unwrap();
            let before = line.on_phone(Side::Business).len();
            let media = upload(server, name, &sized(beginning, size)).await;
            let kind = if name.ends_with("pdf") {
                "document"
            } else {
                "image"
            };
            let content = json!({"type": kind, "mediaId": media, "caption": "look"});
            let sent = line.send(content).await.ok();
            let sent = line.stands(&sent, "delivered").await;
            let shown = line.shown(Side::Business).split_off(before);
            let what = format!("{account} {name} {size}");
            if goes_along {
                assert_eq!(shown, ["[image]look"], "{what}");
                assert!(sent["metadata"]["converted"].is_null(), "{what}: {sent}");
            } else {
                let begins = format!("look\n{name}: {}", server.url());
                assert!(shown[0].starts_with(&begins), "{what}: {shown:?}");
                assert_eq!(sent["metadata"]["degradedFrom"], kind, "{what}: {sent}");
            }
        }
    });
}

#[test]
fn a_file_that_the_carrier_cannot_fetch_has_failed_with_its_reason() {
    on_a_server_with(with_sandbox, async |server| {
        for (account, reason) in [
            ("twilio", "media_failed"),
            ("vonage-2", "undelivered"),
            ("plivo", "network"),
            ("generic", "undelivered"),
        ] {
            let more = json!({"mmsEnabled": true});
            let mut line = Line::with(server, vendor(account), &more).await;
            line.greet().await;
            let gone = format!("{}/nowhere/cup.png", server.url());
            let content = json!({"type": "image", "url": gone, "mimeType": "image/png"});
            let sent = line.send(content).await.ok();
            let failed = line.stands(&sent, "failed").await;
            let told = &failed["metadata"]["error"];
            assert_eq!(told["reason"], reason, "{account}: {told}");
            assert!(line.shown(Side::Business).is_empty(), "{account}");
        }
    });
}

#[test]
fn what_customers_send_is_kept_whole() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["twilio", "vonage-2", "plivo", "generic"] {
            let line = Line::open(server, vendor(account)).await;
            let mut expected = 1;
            if line.can("album") {
                line.act(Act::Album {
                    files: vec![picture(), picture()],
                    caption: "two cups".to_owned(),
                });
                expected += 2;
            } else {
                line.act(Act::Send {
                    sort: Sort::Image,
                    file: picture(),
                    caption: "two cups".to_owned(),
                    quoting: None,
                });
                expected += 1;
            }
            let heard = line.hears(expected).await;
            assert_eq!(heard[1]["content"]["caption"], "two cups", "{account}");
            for message in &heard[1..] {
                let here = line.until("the picture is here", async || {
                    let path = format!("/messages/{}", message["id"].as_str().unwrap());
                    let now = server.api().get(&path).await.ok();
                    (now["content"]["mimeType"] == "image/png").then_some(now)
                });
                assert_eq!(here.await["content"]["type"], "image", "{account}");
            }
        }
    });
}

#[test]
fn a_visiting_card_is_read() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("twilio")).await;
        let card = |caption: &str| Act::Send {
            sort: Sort::Document,
            file: Chosen {
                mime_type: "text/vcard".to_owned(),
                filename: "ana.vcf".to_owned(),
                bytes: CARD.into(),
            },
            caption: caption.to_owned(),
            quoting: None,
        };
        line.act(card(""));
        line.act(card("call her"));
        line.until("the card is read", async || {
            let all = line.messages("inbound").await;
            let content = &all.get(1)?["content"];
            (content["type"] == "contacts").then(|| {
                let contact = &content["contacts"][0];
                assert_eq!(contact["name"], "Ana Silva");
                assert_eq!(contact["phones"], json!(["+5511988880002"]));
                assert_eq!(contact["emails"], json!(["ana@shop.example"]));
                assert_eq!(contact["organization"], "Aurora Coffee");
            })
        })
        .await;
        // Words that came with it are not lost.
        let heard = line.hears(3).await;
        assert_eq!(heard[2]["content"]["type"], "document");
        assert_eq!(heard[2]["content"]["caption"], "call her");
    });
}

#[test]
fn files_that_go_together_are_one_message_at_a_carrier_that_takes_several() {
    on_a_server_with(with_sandbox, async |server| {
        for (account, at_once) in [("twilio", true), ("plivo", true), ("vonage-2", false)] {
            let more = json!({"mmsEnabled": true, "rateLimitPerSecond": 100});
            let mut line = Line::with(server, vendor(account), &more).await;
            line.greet().await;
            let mut sent = Vec::new();
            for caption in ["a cup", "", "a pot"] {
                let media = upload(server, "cup.png", PNG).await;
                let content = json!({"type": "image", "mediaId": media, "caption": caption});
                let body = json!({"content": content, "metadata": {"mediaGroupId": "cups"}});
                let path = format!("/conversations/{}/messages", line.conversation);
                sent.push(server.api().post(&path, body).await.ok());
            }
            for message in &sent {
                let now = line.stands(message, "delivered").await;
                assert!(!now["externalId"].is_null(), "{account}: {now}");
            }
            let shown = line.shown(Side::Business);
            let posts = line.wire().into_iter().filter(|(title, ..)| {
                title.starts_with("POST") && title.to_ascii_lowercase().contains("message")
            });
            let (expected, calls) = if at_once {
                (["[image]a cup\na pot", "[image]", "[image]"], 1)
            } else {
                (["[image]a cup", "[image]", "[image]a pot"], 3)
            };
            assert_eq!(shown, expected, "{account}");
            assert_eq!(posts.count(), calls, "{account}: {:?}", line.wire());
        }
    });
}
