//! The capability matrix, cell by cell, of the channels of this folder: what really goes out.

use serde_json::Value;
use serde_json::json;

use super::connected;
use super::reachable;
use super::send;
use super::sms;
use super::telegram;
use super::until;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Vendor;

fn file(kind: &str, mime: &str, name: &str) -> Value {
    json!({"type":kind,"url":format!("https://files.example/{name}"),"mimeType":mime,"filename":name,"caption":"look"})
}

/// One content for each feature of the matrix that is about sending.
fn features() -> Vec<(&'static str, Value)> {
    let buttons =
        json!([{"type":"reply","id":"y","title":"Yes"},{"type":"reply","id":"n","title":"No"}]);
    let replies = json!([{"id":"y","title":"Yes"},{"id":"n","title":"No"}]);
    vec![
        ("text", json!({"type":"text","text":"Hello"})),
        ("images", file("image", "image/jpeg", "a.jpg")),
        ("documents", file("document", "application/pdf", "a.pdf")),
        ("audio", file("audio", "audio/mpeg", "a.mp3")),
        ("video", file("video", "video/mp4", "a.mp4")),
        (
            "buttons",
            json!({"type":"buttons","text":"Well?","buttons":buttons}),
        ),
        (
            "quickReplies",
            json!({"type":"text","text":"Well?","quickReplies":replies}),
        ),
        (
            "templates",
            json!({"type":"template","name":"hi","language":"en","components":[],"text":"Hello again"}),
        ),
    ]
}

#[test]
fn every_feature_goes_out_through_telegram_in_its_form() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(telegram::bot).await;
        let config = json!({"botToken":"123456789:AAFakeTokenFakeTokenFakeTokenFake00","mode":"webhook","apiBaseUrl":vendor.url});
        let channel = connected(server, "telegram", &config).await;
        telegram::greets(server, &channel).await;
        let expected = [
            ("text", "/sendMessage", "\"text\":\"Hello\""),
            ("images", "/sendPhoto", "a.jpg"),
            ("documents", "/sendDocument", "a.pdf"),
            ("audio", "/sendAudio", "a.mp3"),
            ("video", "/sendVideo", "a.mp4"),
            ("buttons", "/sendMessage", "\"callback_data\":\"y\""),
            ("quickReplies", "/sendMessage", "\"callback_data\":\"y\""),
            ("templates", "/sendMessage", "Hello again"),
        ];
        let mut counts = std::collections::BTreeMap::new();
        for ((feature, content), (named, method, part)) in features().into_iter().zip(expected) {
            assert_eq!(feature, named);
            let message = send(server, &channel, "5", content).await.ok();
            // There are no receipts for bots: what the vendor took is sent, and no more is known.
            until(server, &message, "sent").await;
            let count = counts.entry(method).or_insert(0);
            *count += 1;
            let call = vendor.hears(method, *count).await;
            assert!(call.text.contains(part), "{feature}: {}", call.text);
        }
    });
}

#[test]
fn every_feature_goes_out_as_a_text_message() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(sms::twilio).await;
        let channel = connected(server, "sms", &sms::config(&vendor, &json!({}))).await;
        let expected = [
            ("text", "Hello"),
            ("images", "look\na.jpg: https://files.example/a.jpg"),
            ("documents", "look\na.pdf: https://files.example/a.pdf"),
            ("audio", "look\na.mp3: https://files.example/a.mp3"),
            ("video", "look\na.mp4: https://files.example/a.mp4"),
            ("buttons", "Well?\n\n1. Yes\n2. No"),
            ("quickReplies", "Well?\n\n1. Yes\n2. No"),
            ("templates", "Hello again"),
        ];
        for (index, ((feature, content), (named, words))) in
            features().into_iter().zip(expected).enumerate()
        {
            assert_eq!(feature, named);
            let message = send(server, &channel, "+15552223333", content).await.ok();
            until(server, &message, "sent").await;
            // One a second, as the carrier wants it.
            server.pass(std::time::Duration::from_secs(2));
            let call = vendor.hears("/Messages.json", index + 1).await;
            assert_eq!(call.body()["Body"], words, "{feature}");
        }
    });
}

#[test]
fn files_go_along_where_an_account_has_them_switched_on() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(sms::twilio).await;
        let config = sms::config(&vendor, &json!({"mmsEnabled":true}));
        let channel = connected(server, "sms", &config).await;
        let picture = file("image", "image/jpeg", "a.jpg");
        let near = send(server, &channel, "+15552223333", picture.clone())
            .await
            .ok();
        until(server, &near, "sent").await;
        let body = vendor.hears("/Messages.json", 1).await.body();
        assert_eq!(
            (&body["Body"], &body["MediaUrl"]),
            (&json!("look"), &json!("https://files.example/a.jpg"))
        );
        server.pass(std::time::Duration::from_secs(2));
        let far = send(server, &channel, "+447700900001", picture).await.ok();
        until(server, &far, "sent").await;
        let body = vendor.hears("/Messages.json", 2).await.body();
        assert_eq!(body["Body"], "look\na.jpg: https://files.example/a.jpg");
    });
}
