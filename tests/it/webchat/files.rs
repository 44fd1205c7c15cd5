//! Files of visitors: taken for what they are, shown to nobody else.

use std::time::Duration;

use linktor::config::Config;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::elsewhere::answering;
use crate::support::eventually;
use crate::support::server::Server;
use crate::support::server::on_a_server;
use crate::support::server::on_a_server_with;
use crate::webchat::conversation;
use crate::webchat::message;

/// A picture of one pixel.
pub const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\xa75\x81\x84\0\0\0\0IEND\xaeB`\x82";

#[test]
fn an_upload_becomes_a_message_and_is_the_same_bytes_on_both_sides() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let kept = ana.upload("cu_1", "..\\photo\u{202e}.exe.png", PNG).await;
        assert_eq!(kept.status, 201);
        let kept = kept.json();
        assert_eq!(
            (&kept["mimeType"], &kept["size"]),
            (&json!("image/png"), &json!(PNG.len()))
        );
        let name = kept["filename"].as_str().unwrap();
        assert!(!name.contains(['\\', '/', '\u{202e}']), "{name}");
        let again = ana.upload("cu_1", "photo.png", PNG).await.ok();
        assert_eq!(again["fileId"], kept["fileId"], "an upload that came again");

        let sends = json!({ "clientMessageId": "cm_1", "content":
            { "type": "image", "fileId": kept["fileId"], "caption": "broken" } });
        let ack = ana.call(Method::POST, "messages", sends).await.ok();
        let stored = message(&api, &ack["messageId"]).await;
        assert_eq!(stored["content"]["caption"], "broken");

        let history = ana.get("messages").await.ok();
        for url in [
            &stored["content"]["url"],
            &history["messages"][0]["content"]["url"],
        ] {
            let path = url.as_str().unwrap();
            let path = path.strip_prefix(server.url()).unwrap_or(path);
            let file = server.anonymous().send(Method::GET, path, None).await;
            assert_eq!((file.status, file.bytes.as_slice()), (200, PNG));
            assert_eq!(file.header("x-content-type-options"), "nosniff");
            let forged = format!("{}x", path.trim_end_matches(char::is_alphanumeric));
            let forged = server.anonymous().send(Method::GET, &forged, None).await;
            assert!(matches!(forged.status, 403 | 404), "{}", forged.status);
        }
    });
}

#[test]
fn a_file_is_what_its_bytes_say_and_no_larger_than_allowed() {
    on_a_server(async |server| {
        let rules = json!({ "fileUpload": { "maxSize": 1_000 } });
        let site = server.website(rules).await;
        let ana = server.visitor(&site).await;
        let large = [PNG, &[0; 1_000]].concat();
        let cases: [(&str, &[u8], u16, &str); 11] = [
            (
                "page.png",
                b"<html><script>1</script>",
                415,
                "unsupported_media",
            ),
            (
                "drawing.svg",
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                415,
                "unsupported_media",
            ),
            (
                "run.png",
                b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0",
                415,
                "unsupported_media",
            ),
            (
                "feed.txt",
                b"\xef\xbb\xbf<?xml version='1.0'?><a/>",
                415,
                "unsupported_media",
            ),
            ("run.txt", b"#!/bin/sh\nrm -r /", 415, "unsupported_media"),
            ("notes.vbs", b"MsgBox 1", 415, "unsupported_media"),
            ("offer.docx", b"\0\x01\x02", 415, "unsupported_media"),
            ("unknown.bin", b"\0\x01\x02", 415, "unsupported_media"),
            ("torn.jpg", b"\xff\xd8\xff", 422, "validation"),
            ("large.png", &large, 413, "too_large"),
            ("empty.png", b"", 422, "validation"),
        ];
        for (name, bytes, status, code) in cases {
            // Refused ones count too, so each is its own visitor's.
            let ana = server.visitor(&site).await;
            let refused = ana.upload("cu_1", name, bytes).await;
            assert_eq!(refused.status, status, "{name}");
            refused.turned_away(status, code);
        }
        let fine = ana.upload("cu_1", "fine.png", PNG).await;
        assert_eq!(fine.status, 201, "a refused upload leaves nothing behind");
    });
}

#[test]
fn nobody_sends_what_somebody_else_uploaded() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let eve = server.visitor(&site).await;
        let kept = ana.upload("cu_1", "photo.png", PNG).await.ok();
        let steal = json!({ "clientMessageId": "cm_1", "content":
            { "type": "image", "fileId": kept["fileId"] } });
        let stolen = eve.call(Method::POST, "messages", steal.clone()).await;
        stolen.turned_away(404, "not_found");
        assert!(eve.history().await.is_empty());
        ana.call(Method::POST, "messages", steal).await.ok();
    });
}

/// A picture of no pixels with the place it was taken at.
fn photo_with_place() -> Vec<u8> {
    let place = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0GPS 52.5N 13.4E";
    let length = u8::try_from(place.len() + 2).unwrap();
    let head: &[u8] = &[0xff, 0xd8, 0xff, 0xe1, 0, length];
    [head, place, &[0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]].concat()
}

#[test]
fn a_photo_loses_its_place_before_anybody_sees_it() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let kept = ana.upload("cu_1", "me.jpg", &photo_with_place()).await.ok();
        assert_eq!(kept["mimeType"], "image/jpeg");
        let path = kept["url"].as_str().unwrap();
        let path = path.strip_prefix(server.url()).unwrap_or(path);
        let file = server.anonymous().send(Method::GET, path, None).await;
        assert_eq!(file.status, 200);
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        assert!(!text.contains("GPS"), "{text:?}");
        assert_eq!(kept["size"], file.bytes.len());
    });
}

#[test]
fn a_link_opens_in_parts_and_ends_with_its_hour_or_its_session() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let text = b"0123456789 and so on";
        let sent = async |id: &str, name: &str, kind: &str, bytes: &[u8]| {
            let kept = ana.upload(id, name, bytes).await.ok();
            let says = json!({ "clientMessageId": id, "content":
                { "type": kind, "fileId": kept["fileId"] } });
            ana.call(Method::POST, "messages", says).await.ok();
        };
        sent("cm_1", "notes.txt", "document", text).await;
        sent("cm_2", "photo.png", "image", PNG).await;
        let links = async || {
            let history = ana.get("messages").await.ok();
            let link = |at: usize| {
                let url = history["messages"][at]["content"]["url"].as_str().unwrap();
                url.strip_prefix(server.url()).unwrap_or(url).to_owned()
            };
            [link(0), link(1)]
        };
        let [notes, photo] = links().await;
        let whole = server.anonymous().send(Method::GET, &notes, None).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(whole.header(name), value, "{name}");
        }
        assert!(whole.header("cache-control").starts_with("private"));
        assert!(
            whole
                .header("content-disposition")
                .starts_with("attachment")
        );
        let shown = server.anonymous().send(Method::GET, &photo, None).await;
        assert!(shown.header("content-disposition").starts_with("inline"));

        let ranges = [
            ("bytes=0-3", 206, "0123"),
            ("bytes=4-9", 206, "456789"),
            ("bytes=-5", 206, "so on"),
            ("bytes=15-", 206, "so on"),
            ("bytes=99-", 416, ""),
            ("lines=1-2", 200, "0123456789 and so on"),
        ];
        for (range, status, expected) in ranges {
            let part = server.anonymous().with("range", range);
            let part = part.send(Method::GET, &notes, None).await;
            let text = String::from_utf8_lossy(&part.bytes).into_owned();
            assert_eq!((part.status, text.as_str()), (status, expected), "{range}");
        }

        server.pass(Duration::from_secs(3_601));
        let old = server.anonymous().send(Method::GET, &notes, None).await;
        old.turned_away(404, "not_found");
        let [notes, _] = links().await;
        let fresh = server.anonymous().send(Method::GET, &notes, None).await;
        assert_eq!(fresh.status, 200, "the message has a new link");
        let out = ana.call(Method::DELETE, "session", json!({})).await;
        assert_eq!(out.status, 204);
        let ended = server.anonymous().send(Method::GET, &notes, None).await;
        ended.turned_away(404, "not_found");
    });
}

#[test]
fn ten_files_a_minute_and_none_where_none_are_taken() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        for number in 0..10 {
            ana.upload(&format!("cu_{number}"), "a.png", PNG).await.ok();
        }
        let hasty = ana.upload("cu_10", "a.png", PNG).await;
        let wait: u64 = hasty.header("retry-after").parse().unwrap();
        hasty.turned_away(429, "rate_limited");
        ana.upload("cu_9", "a.png", PNG).await.ok();
        server.pass(Duration::from_secs(wait));
        ana.upload("cu_10", "a.png", PNG).await.ok();

        let closed = json!({ "fileUpload": { "enabled": false } });
        let closed = server.website(closed).await;
        let ana = server.visitor(&closed).await;
        let refused = ana.upload("cu_1", "a.png", PNG).await;
        refused.turned_away(415, "unsupported_media");
    });
}

#[test]
fn an_upload_that_no_message_took_is_gone_after_an_hour() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let kept = ana.upload("cu_kept", "kept.png", PNG).await.ok();
        let left = ana.upload("cu_left", "left.txt", b"never sent").await.ok();
        let send = |id: &str, kind: &str, file: &Value| json!({ "clientMessageId": id, "content": { "type": kind, "fileId": file["fileId"] } });
        let sent = send("cm_1", "image", &kept);
        ana.call(Method::POST, "messages", sent).await.ok();
        server.pass(Duration::from_secs(3_599));
        let again = ana.upload("cu_left", "left.txt", b"never sent").await.ok();
        assert_eq!(again["fileId"], left["fileId"], "not before its time");

        server.pass(Duration::from_secs(120));
        eventually("the upload is forgotten", async || {
            let again = ana.upload("cu_left", "left.txt", b"never sent").await;
            (again.ok()["fileId"] != left["fileId"]).then_some(())
        })
        .await;
        let late = send("cm_2", "document", &left);
        let late = ana.call(Method::POST, "messages", late).await;
        late.turned_away(404, "not_found");
        let history = ana.get("messages").await.ok();
        let url = history["messages"][0]["content"]["url"].as_str().unwrap();
        let path = url.strip_prefix(server.url()).unwrap_or(url);
        let shown = server.anonymous().send(Method::GET, path, None).await;
        assert_eq!(shown.bytes, PNG, "what was sent stays");
    });
}

/// Somewhere else lies a picture, which can be had once.
async fn picture_elsewhere() -> String {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {}\r\n\r\n",
        PNG.len()
    );
    answering("bean.png", [head.as_bytes(), PNG].concat()).await
}

/// The picture is to be had from us.
async fn shown(server: &Server, url: &Value) {
    let path = url.as_str().unwrap();
    let path = path.strip_prefix(server.url()).unwrap_or(path);
    let file = server.anonymous().send(Method::GET, path, None).await;
    assert_eq!((file.status, file.bytes.as_slice()), (200, PNG), "{url}");
}

#[test]
fn a_file_that_lies_elsewhere_is_copied_before_a_visitor_is_shown_it() {
    let private = |config: &mut Config| config.security.allow_private_targets = true;
    on_a_server_with(private, async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "Show me").await;
        let talk = ack["conversationId"].as_str().unwrap();
        let address = format!("/conversations/{talk}/messages");

        let picture = json!({ "type": "image", "url": picture_elsewhere().await,
            "thumbnailUrl": "https://elsewhere.example/small.png" });
        let keyed = api.with("Idempotency-Key", "once");
        let sent = keyed
            .post(&address, json!({ "content": picture }))
            .await
            .ok();
        let again = keyed
            .post(&address, json!({ "content": picture }))
            .await
            .ok();
        assert_eq!(again["id"], sent["id"], "it is not fetched a second time");
        let card = json!({ "title": "Bean", "image": { "url": picture_elsewhere().await } });
        let cards = json!({ "type": "carousel", "cards": [card] });
        api.post(&address, json!({ "content": cards })).await.ok();

        let history = ana.get("messages").await.ok();
        let seen = &history["messages"];
        assert!(!history.to_string().contains("elsewhere"), "{history}");
        assert_eq!(seen[1]["content"]["filename"], "bean.png");
        shown(server, &seen[1]["content"]["url"]).await;
        shown(server, &seen[2]["content"]["cards"][0]["imageUrl"]).await;

        let bia = server.visitor(&site).await;
        let too = bia.say("cm_1", "Me too").await;
        let mut recipients = Vec::new();
        for talk in [&ack["conversationId"], &too["conversationId"]] {
            let talk = conversation(&api, talk).await;
            recipients.push(json!({ "to": talk["contactId"] }));
        }
        let everybody = json!({ "channelId": site["id"],
            "content": { "type": "image", "url": picture_elsewhere().await },
            "recipients": recipients });
        let keyed = api.with("Idempotency-Key", "everybody");
        let sent = keyed.post("/messages/bulk", everybody.clone()).await.ok();
        let again = keyed.post("/messages/bulk", everybody).await.ok();
        assert_eq!(again["data"], sent["data"], "the file is gone by now");
        assert!(
            !sent.to_string().contains("error"),
            "fetched once for all: {sent}"
        );
        let history = bia.get("messages").await.ok();
        shown(server, &history["messages"][1]["content"]["url"]).await;

        let gone = json!({ "type": "carousel",
            "cards": [{ "title": "Bean", "image": { "url": "http://127.0.0.1:9/bean.png" } }] });
        let refused = api.post(&address, json!({ "content": gone })).await;
        let said = refused.refused(400, "VALIDATION_ERROR").to_string();
        assert!(said.contains("cards[0].image.url"), "{said}");
        let note = json!({ "content": picture, "private": true });
        api.post(&address, note).await.ok();
    });
}

#[test]
fn a_file_at_an_address_within_is_not_fetched_for_a_visitor() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "Show me").await;
        let talk = ack["conversationId"].as_str().unwrap();
        let inside = json!({ "type": "image", "url": "http://127.0.0.1:9/bean.png" });
        let address = format!("/conversations/{talk}/messages");
        let refused = server
            .api()
            .post(&address, json!({ "content": inside }))
            .await;
        refused.refused(400, "INVALID_URL");
    });
}
