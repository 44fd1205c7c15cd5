//! Files of visitors: taken for what they are, shown to nobody else.

use reqwest::Method;
use serde_json::json;

use crate::support::server::on_a_server;
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
        let cases: [(&str, &[u8], u16, &str); 5] = [
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
            ("large.png", &large, 413, "too_large"),
            ("empty.png", b"", 422, "validation"),
        ];
        for (name, bytes, status, code) in cases {
            let refused = ana.upload("cu_1", name, bytes).await;
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
