//! The socket for programs.

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use linktor::app;
use reqwest::Method;
use reqwest::StatusCode;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::programs::Desk;
use crate::server::Server;

/// A program that is connected.
struct Program(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Program {
    /// Connects to an address below the root, with a header more.
    async fn try_connect(
        server: &Server,
        path: &str,
        header: Option<(&'static str, &str)>,
    ) -> Result<Self, StatusCode> {
        let url = format!("{}{path}", server.base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        if let Some((name, value)) = header {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let connected = tokio_tungstenite::connect_async(request).await;
        if let Err(Error::Http(answer)) = connected {
            return Err(answer.status());
        }
        Ok(Self(connected.unwrap().0))
    }

    /// Connects with a token; also the number of the newest event.
    async fn connect(server: &Server, token: &str) -> (Self, u64) {
        let path = format!("/api/v1/ws?token={token}");
        let mut program = Self::try_connect(server, &path, None).await.unwrap();
        let hello = program.frame().await;
        assert_eq!(hello["type"], "connected");
        (program, hello["eventId"].as_u64().unwrap())
    }

    async fn tell(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame; the code where the server closes instead.
    async fn next(&mut self) -> Result<Value, u16> {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(reason) => return Err(reason.unwrap().code.into()),
                _ => {}
            }
        }
    }

    async fn frame(&mut self) -> Value {
        self.next().await.unwrap()
    }

    /// The next frame of a type; those before it are of no interest.
    async fn heard(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// Everything that comes until the server has answered to all that was told before.
    async fn until_answered(&mut self) -> Vec<Value> {
        self.tell(json!({ "type": "ping" })).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.frame().await;
            if frame["type"] == "pong" {
                return frames;
            }
            frames.push(frame);
        }
    }
}

fn texts(frames: &[Value]) -> Vec<&str> {
    let messages = frames.iter().filter(|frame| frame["type"] == "message");
    messages
        .map(|frame| frame["message"]["content"]["text"].as_str().unwrap())
        .collect()
}

#[test]
fn only_who_proves_itself_gets_a_socket() {
    app::run(async {
        let server = Server::start().await;
        let cookie = server.make_owner().await;
        let token = server.sign_in("owner").await;
        let body = json!({ "name": "bot" });
        let made = server.call(Method::POST, "/api-keys", Some(&token), Some(&body));
        let (_, made) = made.await;
        let key = made["key"].as_str().unwrap();
        let scoped = json!({ "name": "tags", "scopes": ["contacts:read"] });
        let made = server.call(Method::POST, "/api-keys", Some(&token), Some(&scoped));
        let (_, scoped) = made.await;
        let scoped = scoped["key"].as_str().unwrap();

        for base in ["/api/v1", "/v1", ""] {
            for query in [format!("api_key={key}"), format!("token={token}")] {
                let path = format!("{base}/ws?{query}");
                let opened = Program::try_connect(&server, &path, None).await;
                assert_eq!(opened.unwrap().frame().await["type"], "connected", "{base}");
            }
        }
        let opened = Program::try_connect(&server, "/v1/ws", Some(("x-api-key", key))).await;
        assert_eq!(opened.unwrap().frame().await["type"], "connected");

        let refused = [
            ("/ws", None, StatusCode::UNAUTHORIZED),
            // A cookie would let every page a person visits listen in.
            (
                "/ws",
                Some(("cookie", cookie.as_str())),
                StatusCode::UNAUTHORIZED,
            ),
            ("/ws?token=wrong", None, StatusCode::UNAUTHORIZED),
            ("/ws?api_key=lk_live_wrong", None, StatusCode::UNAUTHORIZED),
            ("/ws", Some(("x-api-key", scoped)), StatusCode::FORBIDDEN),
        ];
        for (path, header, expected) in refused {
            let opened = Program::try_connect(&server, path, header).await;
            assert_eq!(opened.err(), Some(expected), "{path} {header:?}");
        }
        let (status, answer) = server.call(Method::GET, "/ws", Some(&token), None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        // Only a socket may carry its proof in the address.
        let path = format!("/contacts?token={token}");
        let (status, _) = server.call(Method::GET, &path, None, None).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn a_program_hears_what_happens_and_resumes_where_it_left() {
    app::run(async {
        let desk = Desk::open().await;
        let (mut program, _) = Program::connect(&desk.server, &desk.token).await;
        desk.say("one").await;
        let first = program.heard("message").await;
        assert_eq!(first["conversationId"], desk.conversation.as_str());
        assert_eq!(texts(std::slice::from_ref(&first)), ["one"]);
        let seen = first["eventId"].as_u64().unwrap();

        let note = json!({ "text": "between us", "private": true });
        let path = format!("/conversations/{}/notes", desk.conversation);
        desk.call(Method::POST, &path, Some(note)).await;
        let path = format!("/conversations/{}/resolve", desk.conversation);
        desk.done(Method::POST, &path).await;
        loop {
            let update = program.heard("conversation_update").await;
            assert_eq!(update["conversationId"], desk.conversation.as_str());
            if update["status"] == "resolved" {
                break;
            }
        }
        drop(program);

        desk.say("two").await;
        desk.say("three").await;
        let (mut program, newest) = Program::connect(&desk.server, &desk.token).await;
        assert!(newest > seen);
        assert_eq!(program.until_answered().await, Vec::<Value>::new());
        program
            .tell(json!({ "type": "resume", "lastEventId": seen }))
            .await;
        let missed = program.until_answered().await;
        assert_eq!(texts(&missed), ["two", "three"]);
        let numbers: Vec<u64> = missed
            .iter()
            .map(|f| f["eventId"].as_u64().unwrap())
            .collect();
        assert!(numbers[0] > seen && numbers.is_sorted(), "{numbers:?}");
        // Nothing is told twice.
        desk.say("four").await;
        assert_eq!(texts(&[program.heard("message").await]), ["four"]);

        program
            .tell(json!({ "type": "resume", "lastEventId": newest + 1_000 }))
            .await;
        assert_eq!(program.frame().await["code"], "INVALID_CURSOR");
        program.tell(json!({ "type": "dance" })).await;
        assert_eq!(program.frame().await["code"], "VALIDATION_ERROR");
        desk.server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn typing_is_told_to_those_who_subscribed() {
    app::run(async {
        let desk = Desk::open().await;
        let body = json!({ "name": "bia", "email": "bia@example.com", "role": "admin",
            "password": crate::server::PASSWORD });
        let bia = desk.make("/users", body).await;
        let bias = desk.server.sign_in("bia").await;
        let (mut program, _) = Program::connect(&desk.server, &desk.token).await;
        let (mut typist, _) = Program::connect(&desk.server, &bias).await;
        let typing =
            json!({ "type": "typing", "conversationId": desk.conversation, "isTyping": true });

        typist.tell(typing.clone()).await;
        typist.until_answered().await;
        assert_eq!(program.until_answered().await, Vec::<Value>::new());

        let subscribe = json!({ "type": "subscribe", "conversationId": desk.conversation });
        program.tell(subscribe).await;
        program.until_answered().await;
        typist.tell(typing).await;
        let told = program.heard("typing").await;
        assert_eq!(told["userId"], bia["id"]);
        assert_eq!(told["isTyping"], true);
        assert_eq!(told["conversationId"], desk.conversation.as_str());

        let nowhere = format!("conv_{}", "0".repeat(26));
        program
            .tell(json!({ "type": "subscribe", "conversationId": nowhere }))
            .await;
        assert_eq!(
            program.heard("error").await["code"],
            "CONVERSATION_NOT_FOUND"
        );
        desk.server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn an_agent_behind_a_fence_hears_of_their_own_only() {
    app::run(async {
        let desk = Desk::open().await;
        let own = json!({ "settings": { "agentVisibility": "own" } });
        let (status, answer) = desk.call(Method::PATCH, "/tenant", Some(own)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let body = json!({ "name": "bia", "email": "bia@example.com", "role": "agent",
            "password": crate::server::PASSWORD });
        let bia = desk.make("/users", body).await;
        let bias = desk.server.sign_in("bia").await;
        let (mut program, before) = Program::connect(&desk.server, &bias).await;
        let owner = desk.get("/auth/me").await;
        let path = format!("/conversations/{}/assign", desk.conversation);
        for (to, text) in [(&owner["id"], "not for her"), (&bia["id"], "for her")] {
            let body = json!({ "userId": to });
            let (status, answer) = desk.call(Method::POST, &path, Some(body)).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            if text == "not for her" {
                desk.say(text).await;
                let subscribe = json!({ "type": "subscribe", "conversationId": desk.conversation });
                program.tell(subscribe).await;
                assert_eq!(program.frame().await["code"], "CONVERSATION_NOT_FOUND");
                program
                    .tell(json!({ "type": "resume", "lastEventId": before }))
                    .await;
                assert_eq!(program.until_answered().await, Vec::<Value>::new());
            } else {
                desk.say(text).await;
                assert_eq!(texts(&[program.heard("message").await]), [text]);
            }
        }
        desk.server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn a_revoked_key_and_an_ended_session_close_their_sockets_before_another_word() {
    app::run(async {
        let desk = Desk::open().await;
        let made = desk.make("/api-keys", json!({ "name": "bot" })).await;
        let path = format!("/ws?api_key={}", made["key"].as_str().unwrap());
        let mut bot = Program::try_connect(&desk.server, &path, None)
            .await
            .unwrap();
        assert_eq!(bot.frame().await["type"], "connected");
        let other = desk.server.sign_in("owner").await;
        let (mut screen, _) = Program::connect(&desk.server, &other).await;

        let path = format!("/api-keys/{}", made["id"].as_str().unwrap());
        desk.done(Method::DELETE, &path).await;
        let out = desk
            .server
            .call(Method::POST, "/auth/logout", Some(&other), None);
        assert!(out.await.0.is_success());
        desk.say("in confidence").await;
        assert_eq!(bot.next().await, Err(4401));
        assert_eq!(screen.next().await, Err(4401));
        desk.server.running.stop().await;
    })
    .unwrap();
}
