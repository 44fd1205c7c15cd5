//! Files that programs upload: taken for what they are, opened by a signed address, forgotten when no
//! message carries them.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::api::Api;
use crate::support::eventually;
use crate::support::reply::Reply;
use crate::support::server::KEY;
use crate::support::server::Server;
use crate::support::server::on_a_server;
use crate::webchat::files::PNG;

fn uploader(server: &Server) -> Api {
    let kind = "multipart/form-data; boundary=b";
    server.anonymous().with("x-api-key", KEY).of_kind(kind)
}

async fn upload(api: &Api, field: &str, filename: &str, bytes: &[u8]) -> Reply {
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage\r\n\
         --b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{filename}\"\r\n\
         Content-Type: application/pdf\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat();
    api.send(Method::POST, "/api/v1/media/upload", Some(body))
        .await
}

/// Opens an address of a file without showing anything.
async fn open(server: &Server, url: &str) -> Reply {
    let path = url.strip_prefix(server.url()).unwrap();
    server.anonymous().send(Method::GET, path, None).await
}

#[test]
fn a_file_is_what_its_bytes_say_and_opens_by_its_address_alone() {
    on_a_server(async |server| {
        let kept = upload(&uploader(server), "file", "../photo.pdf", PNG).await;
        assert_eq!(kept.status, 201);
        let kept = kept.json();
        assert_eq!(
            (&kept["type"], &kept["mimeType"]),
            (&json!("image"), &json!("image/png"))
        );
        assert_eq!(kept["size"], PNG.len());
        assert!(!kept["filename"].as_str().unwrap().contains('/'));
        assert_eq!(kept["expiresAt"], "2026-01-01T13:00:00.000Z");
        let url = kept["url"].as_str().unwrap();
        let opened = open(server, url).await;
        assert_eq!(opened.bytes, PNG);
        for (name, value) in [
            ("content-type", "image/png"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
        ] {
            assert_eq!(opened.header(name), value, "{name}");
        }
        let disposition = opened.header("content-disposition");
        assert!(disposition.starts_with("attachment;"), "{disposition}");
        let (bare, _) = url.split_once('?').unwrap();
        for forged in [bare.to_owned(), format!("{bare}?sig=x"), format!("{url}x")] {
            assert_eq!(open(server, &forged).await.status, 404, "{forged}");
        }
    });
}

#[test]
fn a_file_that_cannot_be_taken_is_refused() {
    on_a_server(async |server| {
        let api = uploader(server);
        let page = b"<!doctype html><script>alert(1)</script>";
        for (field, bytes, status, code) in [
            ("file", &page[..], 415, "UNSUPPORTED_MEDIA_TYPE"),
            ("file", &b""[..], 400, "VALIDATION_ERROR"),
            ("picture", PNG, 400, "VALIDATION_ERROR"),
        ] {
            let refused = upload(&api, field, "a.png", bytes).await;
            refused.refused(status, code);
        }
        let broken = Some(b"--b\r\nContent-Disposition: form-data; name=\"file\"".to_vec());
        let broken = api.send(Method::POST, "/api/v1/media/upload", broken).await;
        broken.refused(400, "VALIDATION_ERROR");
        let bare = uploader(server).of_kind("multipart/form-data");
        upload(&bare, "file", "a.png", PNG)
            .await
            .refused(400, "VALIDATION_ERROR");
        let nobody = server
            .anonymous()
            .of_kind("multipart/form-data; boundary=b");
        let nobody = upload(&nobody, "file", "a.png", PNG).await;
        nobody.refused(401, "AUTHENTICATION_REQUIRED");
    });
}

#[test]
fn a_file_no_message_took_is_forgotten_and_one_that_was_taken_stays() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let api = uploader(server);
        let taken: Value = upload(&api, "file", "a.png", PNG).await.ok();
        let left = upload(&api, "file", "b.txt", b"nine to five").await.ok();
        let messages = format!(
            "/conversations/{}/messages",
            ack["conversationId"].as_str().unwrap()
        );
        let image =
            json!({ "media": { "type": "image", "mediaId": taken["id"], "caption": "Here" } });
        let sent = server.api().post(&messages, image).await.ok();
        assert_eq!(sent["content"]["media"]["mimeType"], "image/png");
        assert_eq!(sent["content"]["media"]["size"], PNG.len());
        let unknown =
            json!({ "media": { "type": "image", "mediaId": format!("media_{}", "0".repeat(26)) } });
        let unknown = server.api().post(&messages, unknown).await;
        assert!((400..500).contains(&unknown.status), "{}", unknown.status);
        for (url, code) in [
            ("ftp://x.example/a.png", "INVALID_URL"),
            ("", "VALIDATION_ERROR"),
        ] {
            let wrong = json!({ "media": { "type": "image", "url": url } });
            server.api().post(&messages, wrong).await.refused(400, code);
        }
        server.pass(Duration::from_secs(3_700));
        let url = left["url"].as_str().unwrap();
        eventually("the other is forgotten", async || {
            (open(server, url).await.status == 404).then_some(())
        })
        .await;
        let url = sent["content"]["url"].as_str().unwrap();
        assert_eq!(open(server, url).await.bytes, PNG);
    });
}

#[test]
fn a_file_sent_twice_under_one_key_is_one_file_however_its_form_is_cut() {
    on_a_server(async |server| {
        let keyed = uploader(server).with("idempotency-key", "photo-1");
        let first = upload(&keyed, "file", "a.png", PNG).await;
        assert_eq!(first.header("idempotent-replayed"), "");
        let first = first.ok();
        let cut = "multipart/form-data; boundary=other";
        let body = [
            &b"--other\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n"[..],
            PNG,
            b"\r\n--other--\r\n",
        ]
        .concat();
        let again = server.anonymous().with("x-api-key", KEY);
        let again = again.of_kind(cut).with("idempotency-key", "photo-1");
        let path = "/api/v1/media/upload";
        let again = again.send(Method::POST, path, Some(body)).await;
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.ok(), first);
        let other = upload(&keyed, "file", "a.txt", b"nine to five").await;
        other.refused(409, "IDEMPOTENCY_CONFLICT");
        let fresh = upload(&uploader(server), "file", "a.png", PNG).await.ok();
        assert_ne!(fresh["id"], first["id"], "without a key it is another file");
    });
}
