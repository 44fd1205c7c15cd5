//! A web chat that goes on by mail.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use super::connected;
use super::email::ANA;
use super::email::config;
use super::email::hook;
use super::email::postmark;
use super::reachable;
use crate::support::browser::Browser;
use crate::support::eventually;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Vendor;

const MINUTE: Duration = Duration::from_secs(60);

/// A visitor who gave an address of mail and asked something.
struct Chat<'s> {
    server: &'s Server,
    vendor: Vendor,
    mailbox: Value,
    ana: Browser,
    address: String,
}

impl<'s> Chat<'s> {
    async fn begun(server: &'s Server) -> Self {
        let vendor = Vendor::open(postmark).await;
        let mailbox = connected(server, "email", &config(&vendor)).await;
        let going_on = json!({ "enabled": true, "channelId": mailbox["id"], "afterMinutes": 10 });
        let site = server.website(json!({ "emailContinuity": going_on })).await;
        let mut ana = server.browser(&site);
        let who = json!({ "locale": "en", "user": { "name": "Ana", "email": ANA } });
        ana.open_as(who).await;
        let ack = ana.say("cm_1", "Do you open on Sunday?").await;
        let conversation = ack["conversationId"].as_str().unwrap();
        Self {
            server,
            vendor,
            mailbox,
            ana,
            address: format!("/conversations/{conversation}"),
        }
    }

    async fn answer(&self, body: Value) -> Value {
        let address = format!("{}/messages", self.address);
        self.server.api().post(&address, body).await.ok()
    }

    /// The last of so many mails that went out.
    async fn mail(&self, count: usize) -> Value {
        self.vendor.hears("/email", count).await.body()
    }

    /// Somebody answers a mail.
    async fn write(&self, from: &str, mail: &Value, words: &str) {
        let id = headers(mail)
            .find(|(name, _)| name == "Message-ID")
            .unwrap();
        let raw = format!(
            "From: {from}\r\nTo: {}\r\nSubject: Re: {}\r\nMessage-ID: <{}@example.com>\r\nIn-Reply-To: {}\r\nDate: Thu, 1 Jan 2026 12:20:00 +0000\r\n\r\n{words}\r\n",
            mail["ReplyTo"].as_str().unwrap(),
            mail["Subject"].as_str().unwrap(),
            words.len(),
            id.1,
        );
        let body = json!({ "FromFull": { "Email": from }, "MessageID": words, "RawEmail": raw });
        let told = hook(self.server, &self.mailbox, "linktor:hook", &body).await;
        assert_eq!(told.status, 200, "{}", told.text());
    }

    /// The newest message of the conversation, once it is by that author.
    async fn newest(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let address = format!("{}/messages", self.address);
        eventually(what, async || {
            let all = self.server.api().get(&address).await.ok();
            let newest = &all["data"][0];
            is(newest).then(|| newest.clone())
        })
        .await
    }
}

fn headers(mail: &Value) -> impl Iterator<Item = (String, String)> {
    let rows = mail["Headers"].as_array().unwrap().iter();
    rows.map(|row| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        (text("Name"), text("Value"))
    })
}

#[test]
fn what_a_visitor_does_not_read_is_mailed_and_the_answer_joins_the_chat() {
    on_a_server_with(reachable, async |server| {
        let chat = Chat::begun(server).await;
        chat.answer(json!({ "text": "Yes, from nine." })).await;
        server.pass(MINUTE * 5);
        let offer = json!([{ "type": "reply", "id": "q1", "title": "Book a table" }]);
        let last = chat
            .answer(json!({ "text": "Shall we book?", "buttons": offer }))
            .await;
        server.pass(MINUTE * 6);

        let mail = chat.mail(1).await;
        assert_eq!(mail["To"], ANA);
        let text = mail["TextBody"].as_str().unwrap();
        for words in [
            "Yes, from nine.",
            "Shall we book?",
            "1. Book a table",
            "/u/",
        ] {
            assert!(text.contains(words), "no {words:?} in {text}");
        }
        assert!(
            mail["ReplyTo"].as_str().unwrap().contains("+conv-"),
            "{mail}"
        );
        let message = format!("/messages/{}", last["id"].as_str().unwrap());
        let mailed = eventually("the answer is marked as mailed", async || {
            let now = server.api().get(&message).await.ok();
            now["metadata"]["emailedAt"].is_string().then_some(now)
        });
        assert_eq!(
            mailed.await["status"],
            "sent",
            "nobody has read it in the chat"
        );

        chat.write("Ana <ana@example.com>", &mail, "1").await;
        let came = chat
            .newest("the answer joins", |one| one["direction"] == "inbound")
            .await;
        let came = match came["content"]["type"].as_str() {
            Some("postback") => came,
            _ => {
                chat.newest("a choice", |one| one["content"]["type"] == "postback")
                    .await
            }
        };
        assert_eq!(came["content"]["payload"], "q1", "{came}");
        assert_eq!(
            (&came["metadata"]["via"], &came["replyTo"]),
            (&json!("email"), &last["id"])
        );
        let seen = chat.ana.history().await;
        assert_eq!(seen.len(), 4, "the browser shows it too: {seen:?}");
        let mailed = server.api().get(&message).await.ok();
        assert_eq!(mailed["status"], "read", "who answers has read");

        // The chat goes on, and so do the mails: in the same thread, and without what was read.
        chat.answer(json!({ "text": "Booked." })).await;
        server.pass(MINUTE * 11);
        let next = chat.mail(2).await;
        let text = next["TextBody"].as_str().unwrap();
        assert!(
            text.contains("Booked.") && !text.contains("from nine"),
            "{text}"
        );
        let answers = headers(&next)
            .find(|(name, _)| name == "In-Reply-To")
            .unwrap();
        assert_eq!(answers.1, "<1@example.com>");
        let contacts = server.api().get("/contacts").await.ok();
        assert_eq!(contacts["total"], 1, "{contacts}");
    });
}

#[test]
fn nobody_is_mailed_who_reads_has_no_address_or_wants_no_more() {
    on_a_server_with(reachable, async |server| {
        let chat = Chat::begun(server).await;
        chat.answer(json!({ "text": "Yes." })).await;
        let read = json!({ "seq": 99 });
        chat.ana.call(Method::POST, "read", read).await.ok();
        server.pass(MINUTE * 11);
        chat.answer(json!({ "text": "From nine." })).await;
        server.pass(MINUTE * 11);
        let mail = chat.mail(1).await;
        let text = mail["TextBody"].as_str().unwrap();
        assert!(
            text.contains("From nine.") && !text.contains("Yes."),
            "{text}"
        );

        // Somebody else who holds the address of the answer is nobody in this chat.
        chat.write("eve@gmail.com", &mail, "Hello there").await;
        let api = server.api();
        let elsewhere = eventually("a conversation of its own", async || {
            let all = api.get("/conversations?channelType=email").await.ok();
            (all["total"] == 1).then(|| all["data"][0].clone())
        });
        assert_ne!(elsewhere.await["contact"]["email"], ANA);

        let (_, leave) = text.split_once("/u/").unwrap();
        let leave = format!("/u/{}", leave.split_whitespace().next().unwrap());
        let click = Some(b"List-Unsubscribe=One-Click".to_vec());
        let anybody = server
            .anonymous()
            .of_kind("application/x-www-form-urlencoded");
        assert_eq!(anybody.send(Method::POST, &leave, click).await.status, 200);
        chat.answer(json!({ "text": "Are you there?" })).await;
        server.pass(MINUTE * 11);
        // A copy that the visitor asks for is mailed all the same, and after what was due before.
        let asked = chat.ana.call(Method::POST, "transcript", json!({})).await;
        assert_eq!(asked.status, 202, "{}", asked.text());
        let copy = chat.mail(2).await;
        assert!(
            copy["TextBody"]
                .as_str()
                .unwrap()
                .contains("Do you open on Sunday?"),
            "{copy}"
        );
        assert!(
            copy["Subject"]
                .as_str()
                .unwrap()
                .starts_with("Your chat with"),
            "{copy}"
        );
    });
}

#[test]
fn a_mail_that_comes_back_is_noted_and_fails_nothing() {
    on_a_server_with(reachable, async |server| {
        let chat = Chat::begun(server).await;
        let answer = chat.answer(json!({ "text": "Yes." })).await;
        server.pass(MINUTE * 11);
        chat.mail(1).await;
        let message = format!("/messages/{}", answer["id"].as_str().unwrap());
        eventually("the answer is marked as mailed", async || {
            let now = server.api().get(&message).await.ok();
            now["metadata"]["emailedAt"].is_string().then_some(())
        })
        .await;
        let bounce = json!({
            "RecordType": "Bounce", "MessageID": "guid-1", "Email": ANA, "Type": "HardBounce",
            "Inactive": true, "ID": 1, "BouncedAt": "x",
            "Metadata": { "linktor_message_id": answer["id"] },
        });
        let told = hook(server, &chat.mailbox, "linktor:hook", &bounce).await;
        assert_eq!(told.status, 200, "{}", told.text());
        let note = chat.newest("a note", |one| one["private"] == true).await;
        assert!(note["text"].as_str().unwrap().contains("by mail"), "{note}");
        let now = server.api().get(&message).await.ok();
        assert_eq!(now["status"], "sent");
    });
}
