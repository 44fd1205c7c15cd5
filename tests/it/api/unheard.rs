//! A send that comes again because nobody heard its answer is one message; one that was heard twice
//! is two.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::api::Api;
use crate::support::eventually;
use crate::support::server::KEY;
use crate::support::server::Server;
use crate::support::server::on_a_server;

/// A conversation, and the address its messages are sent to.
struct Talk {
    api: Api,
    messages: String,
}

impl Talk {
    async fn begin(server: &Server) -> Self {
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let id = ack["conversationId"].as_str().unwrap();
        Self {
            api: server.api(),
            messages: format!("/api/v1/conversations/{id}/messages"),
        }
    }

    /// How many messages of ours there are.
    async fn sent(&self) -> usize {
        let list = self.api.send(Method::GET, &self.messages, None).await.ok();
        let rows = list["data"].as_array().unwrap().iter();
        rows.filter(|row| row["direction"] == "outbound").count()
    }

    /// Sends words and hears the answer: the message's id, and whether it was told again.
    async fn say(&self, api: &Api, text: &str) -> (String, bool) {
        let body = Some(json!({ "text": text }).to_string().into_bytes());
        let reply = api.send(Method::POST, &self.messages, body).await;
        let again = reply.header("idempotent-replayed") == "true";
        (reply.ok()["id"].as_str().unwrap().to_owned(), again)
    }

    /// Sends words byte by byte and is gone before the answer.
    async fn say_and_vanish(&self, server: &Server, text: &str) {
        let before = self.sent().await;
        let host = server.url().trim_start_matches("http://").to_owned();
        let body = json!({ "text": text }).to_string();
        let mut stream = TcpStream::connect(&host).await.unwrap();
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {KEY}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.messages,
            body.len(),
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        drop(stream);
        eventually("it is stored", async || {
            (self.sent().await > before).then_some(())
        })
        .await;
    }
}

#[test]
fn a_send_that_was_cut_off_and_comes_again_is_one_message() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        talk.say_and_vanish(server, "It is on its way.").await;
        server.colleague("agent").await;
        let colleague = server.signed_in("agent@example.com").await;
        let (theirs, again) = talk.say(&colleague, "It is on its way.").await;
        assert!(!again, "somebody else's words are their own");
        let (first, again) = talk.say(&talk.api, "It is on its way.").await;
        assert!(again);
        assert_ne!(first, theirs);
        assert_eq!(talk.sent().await, 2);
        // That answer was heard: the same words now are meant.
        let (second, again) = talk.say(&talk.api, "It is on its way.").await;
        assert!(!again);
        assert_ne!(first, second);
        assert_eq!(talk.sent().await, 3);
    });
}

#[test]
fn the_same_words_twice_are_two_messages() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        let both = [talk.say(&talk.api, "ok"), talk.say(&talk.api, "ok")];
        let at_once = futures_util::future::join_all(both).await;
        assert_ne!(at_once[0].0, at_once[1].0);
        assert!(!talk.say(&talk.api, "ok").await.1);
        assert_eq!(talk.sent().await, 3);
    });
}

#[test]
fn an_answer_that_nobody_asks_for_again_is_forgotten() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        talk.say_and_vanish(server, "later").await;
        server.pass(Duration::from_secs(119));
        assert!(talk.say(&talk.api, "later").await.1);
        talk.say_and_vanish(server, "later").await;
        server.pass(Duration::from_secs(121));
        assert!(!talk.say(&talk.api, "later").await.1);
    });
}

#[test]
fn what_was_refused_is_not_repeated() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        for _ in 0..2 {
            let body = Some(json!({ "text": " " }).to_string().into_bytes());
            let reply = talk.api.send(Method::POST, &talk.messages, body).await;
            assert_eq!(reply.header("idempotent-replayed"), "");
            reply.refused(400, "VALIDATION_ERROR");
        }
        talk.api
            .post("/messages", json!({}))
            .await
            .refused(400, "VALIDATION_ERROR");
    });
}
