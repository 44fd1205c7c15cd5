//! Mails as people and programs write them: files by letters or address, signatures, passing on, and
//! the pictures of a sender.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use super::connected;
use super::messages;
use super::reachable;
use super::until;
use crate::support::elsewhere::answering;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Answer;
use crate::support::vendor::Call;
use crate::support::vendor::Vendor;

const ANA: &str = "ana@example.com";

/// Postmark, and a place where a file lies.
#[expect(clippy::unnecessary_wraps, reason = "a script may also hang up")]
fn postmark(call: &Call) -> Answer {
    Some(match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/prices.json") => (200, json!({ "beans": 12 })),
        ("GET", "/gone.json") => (404, json!({})),
        ("GET", _) => (200, json!({ "Name": "Aurora" })),
        _ => (
            200,
            json!({ "ErrorCode": 0, "Message": "OK", "MessageID": "guid-1" }),
        ),
    })
}

async fn mailbox(server: &Server, vendor: &Vendor) -> Value {
    let config = json!({
        "provider": "postmark", "apiKey": "token", "fromEmail": "support@aurora.example",
        "fromName": "Aurora", "webhookSecret": "hook", "apiBaseUrl": vendor.url,
        "signatureHtml": "<p>The <b>Aurora</b> desk</p>",
    });
    connected(server, "email", &config).await
}

/// A mail of Ana arrives; her conversation.
async fn arrives(server: &Server, channel: &Value, more: Value) -> Value {
    let mut mail = json!({
        "FromFull": { "Email": ANA, "Name": "Ana", "MailboxHash": "" },
        "ToFull": [{ "Email": "support@aurora.example", "Name": "", "MailboxHash": "" }],
        "CcFull": [], "BccFull": [], "OriginalRecipient": "support@aurora.example",
        "MailboxHash": "", "Subject": "My order", "MessageID": "22c74902", "ReplyTo": "",
        "Date": "Thu, 1 Jan 2026 09:00:00 -0300", "TextBody": "Where is it?", "HtmlBody": "",
        "Headers": [{ "Name": "Message-ID", "Value": "<CAF1x@mail.example.com>" }],
        "Attachments": [],
    });
    for (name, value) in more.as_object().unwrap() {
        mail[name] = value.clone();
    }
    let address = format!("/webhooks/email/{}", channel["id"].as_str().unwrap());
    let basic = format!("Basic {}", STANDARD.encode("linktor:hook"));
    let caller = server.anonymous().with("authorization", &basic);
    let bytes = mail.to_string().into_bytes();
    let reply = caller.send(Method::POST, &address, Some(bytes)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    eventually("the mail is in the inbox", async || {
        messages(server).await.into_iter().next()
    })
    .await
}

fn headers_of(mail: &Value, wanted: &str) -> Vec<String> {
    let all = mail["Attachments"].as_array().unwrap();
    all.iter()
        .map(|file| file[wanted].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn programs_send_files_as_letters_or_by_their_address() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = mailbox(server, &vendor).await;
        let api = server.api();
        let notes = STANDARD.encode("Roasted on Monday.\n");
        let body = json!({
            "channelId": channel["id"], "to": ANA,
            "content": { "type": "email", "email": {
                "subject": "Prices", "html": "<p>As <b>asked</b></p>", "cc": ["boss@b.example"],
                "attachments": [
                    { "filename": "notes.txt", "content": notes, "contentType": "text/plain" },
                    { "url": format!("{}/prices.json", vendor.url) },
                ],
            } },
            "tracking": { "opens": true },
        });
        let sent = api.post("/messages", body).await.ok();
        assert_eq!(sent["content"]["text"], "As asked");
        until(server, &sent, "sent").await;
        let mail = vendor.hears("/email", 1).await.body();
        assert_eq!(mail["Subject"], "Prices");
        assert_eq!(mail["Cc"], "boss@b.example");
        assert_eq!(mail["TrackOpens"], true);
        assert_eq!(headers_of(&mail, "Name"), ["notes.txt", "prices.json"]);
        let bytes = headers_of(&mail, "Content");
        assert_eq!(STANDARD.decode(&bytes[0]).unwrap(), b"Roasted on Monday.\n");
        let prices: Value = serde_json::from_slice(&STANDARD.decode(&bytes[1]).unwrap()).unwrap();
        assert_eq!(prices["beans"], 12);

        let with = |file: Value| {
            json!({ "channelId": channel["id"], "to": ANA, "text": "x",
                "email": { "attachments": [file] } })
        };
        for (file, code, about) in [
            (
                json!({ "content": "n\u{f6}" }),
                "VALIDATION_ERROR",
                "content",
            ),
            (json!({ "content": "" }), "VALIDATION_ERROR", "content"),
            (
                json!({ "filename": "x" }),
                "VALIDATION_ERROR",
                "email.attachments[0]",
            ),
            (
                json!({ "url": "ftp://example.com/x" }),
                "INVALID_URL",
                "url",
            ),
            (
                json!({ "url": format!("{}/gone.json", vendor.url) }),
                "VALIDATION_ERROR",
                "404",
            ),
        ] {
            let refused = api.post("/messages", with(file.clone())).await;
            let said = refused.refused(400, code).to_string();
            assert!(said.contains(about), "{file}: {said}");
        }
        server.pass(Duration::from_secs(2));
        // More than any other body may be, and less than a message may.
        let large = STANDARD.encode(vec![b'x'; 2 * 1024 * 1024]);
        let file = json!({ "filename": "large.txt", "content": large });
        api.post("/messages", with(file)).await.ok();
        assert_eq!(
            vendor.hears("/email", 2).await.body()["Attachments"][0]["Name"],
            "large.txt"
        );
    });
}

#[test]
fn a_file_that_grows_too_large_or_breaks_off_is_refused_by_its_place() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = mailbox(server, &vendor).await;
        let endless = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
        let endless = [endless.as_bytes(), &vec![b'x'; 26 * 1024 * 1024]].concat();
        let short = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".to_vec();
        for (answer, status, code) in [
            (endless, 413, "PAYLOAD_TOO_LARGE"),
            (short, 400, "VALIDATION_ERROR"),
        ] {
            let file = json!({ "url": answering("film.txt", answer).await });
            let body = json!({ "channelId": channel["id"], "to": ANA, "text": "x",
                "email": { "attachments": [file] } });
            let refused = server.api().post("/messages", body).await;
            let said = refused.refused(status, code).to_string();
            assert!(said.contains("email.attachments[0].url"), "{said}");
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nbeans";
        let once = answering("beans.txt", head.into()).await;
        let body = json!({ "channelId": channel["id"], "to": ANA, "text": "x",
            "email": { "attachments": [{ "url": once }] } });
        let keyed = server.api().with("Idempotency-Key", "once");
        let sent = keyed.post("/messages", body.clone()).await.ok();
        let again = keyed.post("/messages", body).await.ok();
        assert_eq!(again["id"], sent["id"], "the file is gone by now");
    });
}

#[test]
fn a_person_signs_in_place_of_the_channel() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = mailbox(server, &vendor).await;
        let message = arrives(server, &channel, json!({})).await;
        let owner = server.agent(OWNER).await;
        let answer = format!(
            "/app/c/{}/messages",
            message["conversationId"].as_str().unwrap()
        );
        let fields = |words| [("mode", "reply"), ("text", words), ("cc", "")];
        owner.submit(&answer, &fields("It ships")).await;
        let mail = vendor.hears("/email", 1).await.body();
        assert_eq!(mail["TextBody"], "It ships\n\n-- \nThe Aurora desk");
        server.pass(Duration::from_secs(2));

        let me = json!({ "signature": "Ana Silva\nAurora & friends" });
        let now = server.api().patch("/auth/me", me).await.ok();
        assert_eq!(now["signature"], "Ana Silva\nAurora & friends");
        owner.submit(&answer, &fields("Today")).await;
        let mail = vendor.hears("/email", 2).await.body();
        assert_eq!(
            mail["TextBody"],
            "Today\n\n-- \nAna Silva\nAurora & friends"
        );
        let html = mail["HtmlBody"].as_str().unwrap();
        assert!(
            html.contains("Ana Silva<br>\nAurora &amp; friends"),
            "{html}"
        );
        assert!(!html.contains("desk"), "{html}");
    });
}

#[test]
fn a_mail_is_passed_on_with_its_head_and_its_files() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = mailbox(server, &vendor).await;
        let file = |name: &str| {
            json!({ "Name": name, "Content": "SGkK", "ContentType": "text/plain",
                "ContentLength": 3, "ContentID": "" })
        };
        let more = json!({ "Attachments": [file("a.txt"), file("b.txt")] });
        let message = arrives(server, &channel, more).await;
        let owner = server.agent(OWNER).await;
        let page = format!(
            "/app/c/{}/messages/{}/forward",
            message["conversationId"].as_str().unwrap(),
            message["id"].as_str().unwrap()
        );
        let shown = owner.open(&page).await.text();
        assert!(shown.contains("value=\"Fwd: My order\""), "{shown}");
        let ids: Vec<&str> = shown
            .split("name=\"file\" value=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(ids.len(), 2);
        let nobody = owner
            .try_submit(&page, &[("to", " "), ("subject", "Fwd: My order")])
            .await;
        assert_eq!(nobody.status, 422);
        let fields = [
            ("to", "Bo <bo@b.example>, cy@c.example"),
            ("subject", "Fwd: My order"),
            ("note", "Please look"),
            ("file", ids[1]),
        ];
        let sent = owner.submit(&page, &fields).await;
        assert_eq!(sent.status, 303);
        let mail = vendor.hears("/email", 1).await.body();
        assert_eq!(
            (&mail["To"], &mail["Cc"]),
            (&json!("bo@b.example"), &json!("cy@c.example"))
        );
        assert_eq!(mail["Subject"], "Fwd: My order");
        assert_eq!(headers_of(&mail, "Name"), ["b.txt"]);
        let text = mail["TextBody"].as_str().unwrap();
        assert!(text.starts_with("Please look\n\n---------- Forwarded message ----------\nFrom: Ana <ana@example.com>\nDate: Thu, 1 Jan 2026"), "{text}");
        assert!(text.contains("Subject: My order"), "{text}");
        assert!(text.contains("Where is it?"), "{text}");
    });
}

#[test]
fn pictures_from_elsewhere_are_shown_when_asked_and_always_for_a_sender() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = mailbox(server, &vendor).await;
        let html = "<p>Look <img src=\"https://pixel.example/1.png\"></p>";
        let message = arrives(server, &channel, json!({ "HtmlBody": html })).await;
        let owner = server.agent(OWNER).await;
        let talk = format!("/app/c/{}", message["conversationId"].as_str().unwrap());
        let mail = format!("{talk}/messages/{}", message["id"].as_str().unwrap());
        let shown = "src=\"https://pixel.example/1.png\"";
        let frame = async |address: &str| owner.open(&format!("{mail}/{address}")).await;
        let blocked = frame("mail").await;
        assert!(!blocked.text().contains(&format!("<img {shown}")));
        assert!(!blocked.header("content-security-policy").contains("https:"));
        assert!(frame("mail?images=1").await.text().contains(shown));
        owner.submit(&format!("{mail}/pictures"), &[]).await;
        let always = frame("mail").await;
        assert!(
            always.text().contains(&format!("<img {shown}")),
            "{}",
            always.text()
        );
        assert!(always.header("content-security-policy").contains("https:"));
    });
}
