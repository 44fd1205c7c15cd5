//! The socket for programs: how many there may be, what it tells beside messages, and a place in the
//! log that is too old.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::support::eventually;
use crate::support::server::KEY;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server;
use crate::support::server::on_a_server_with;
use crate::support::socket::Broken;
use crate::support::socket::Socket;

async fn dial(server: &Server, base: &str, query: &str) -> Result<Socket, Broken> {
    let address = format!(
        "ws{}{base}/ws?{query}",
        server.url().trim_start_matches("http")
    );
    Socket::open(&address, &[]).await
}

/// A program's socket, and the newest event when it opened.
async fn connect(server: &Server) -> (Socket, u64) {
    let mut socket = dial(server, "/api/v1", &format!("api_key={KEY}"))
        .await
        .unwrap();
    let hello = socket.hear_of("connected").await;
    (socket, hello["eventId"].as_u64().unwrap())
}

/// The frames up to the one that answers a ping.
async fn so_far(socket: &mut Socket) -> Vec<Value> {
    socket.say(json!({ "type": "ping" })).await;
    let mut frames = Vec::new();
    loop {
        let frame = socket.hear().await;
        if frame["type"] == "pong" {
            return frames;
        }
        frames.push(frame);
    }
}

#[track_caller]
fn status(refused: Result<Socket, Broken>) -> u16 {
    match refused {
        Err(Broken::Http(answer)) => answer.status().as_u16(),
        Err(error) => unreachable!("{error}"),
        Ok(_) => unreachable!("the socket opened"),
    }
}

#[test]
fn every_base_a_client_is_given_leads_to_the_socket() {
    on_a_server(async |server| {
        let key = format!("api_key={KEY}");
        for base in ["", "/v1", "/api/v1", "/", "/v1/", "/api/v1/"] {
            let mut socket = dial(server, base, &key).await.unwrap();
            assert_eq!(socket.hear().await["type"], "connected", "{base}");
        }
    });
}

#[test]
fn sockets_are_counted_for_each_caller_and_for_all() {
    let change = |config: &mut linktor::config::Config| {
        config.limits.sockets_per_caller = 2;
        config.limits.sockets = 3;
    };
    on_a_server_with(change, async |server| {
        let by_key = format!("api_key={KEY}");
        let body = json!({ "email": OWNER, "password": crate::support::server::PASSWORD });
        let login = server.anonymous().post("/auth/login", body).await.ok();
        let by_token = format!("token={}", login["accessToken"].as_str().unwrap());
        let (first, _) = connect(server).await;
        let (_second, _) = connect(server).await;
        assert_eq!(status(dial(server, "", &by_key).await), 429);
        let mut other = dial(server, "", &by_token).await.unwrap();
        assert_eq!(other.hear().await["type"], "connected");
        assert_eq!(status(dial(server, "", &by_token).await), 503);
        let call = server
            .api()
            .with("connection", "upgrade")
            .with("upgrade", "websocket");
        let call = call.get("/ws").await;
        assert_eq!(call.header("retry-after"), "30");
        call.refused(503, "SERVICE_UNAVAILABLE");
        // A place comes free when its socket ends.
        first.vanish();
        eventually("a place is free", async || {
            dial(server, "", &by_key).await.ok()
        })
        .await;
    });
}

#[test]
fn a_place_in_the_log_that_is_too_old_is_said_and_the_socket_goes_on() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let resume = json!({ "type": "resume", "lastEventId": 1 });
        let (mut socket, _) = connect(server).await;
        socket.say(resume.clone()).await;
        let missed = so_far(&mut socket).await;
        assert!(
            missed.iter().any(|frame| frame["type"] == "message"),
            "{missed:?}"
        );
        // The log keeps thirty days.
        server.pass(Duration::from_secs(31 * 24 * 3_600));
        let frames = eventually("the log forgets", async || {
            socket.say(resume.clone()).await;
            let frames = so_far(&mut socket).await;
            let is_too_old = frames.iter().any(|frame| frame["type"] == "resync");
            is_too_old.then_some(frames)
        })
        .await;
        assert_eq!(frames[0]["type"], "error");
        assert_eq!(frames[0]["code"], "CURSOR_TOO_OLD");
        assert_eq!(frames[1]["type"], "resync");
        let newest = frames[1]["eventId"].as_u64().unwrap();
        // What happens from there on is told as ever.
        let messages = format!(
            "/conversations/{}/messages",
            ack["conversationId"].as_str().unwrap()
        );
        let still = json!({ "text": "still here" });
        server.api().post(&messages, still).await.ok();
        let message = socket.hear_of("message").await;
        assert_eq!(message["message"]["text"], "still here");
        assert!(message["eventId"].as_u64().unwrap() > newest);
    });
}

#[test]
fn the_queue_is_told_when_it_changes() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let (mut socket, _) = connect(server).await;
        let ack = ana.say("cm_1", "hello").await;
        let queue = socket.hear_of("queue").await;
        assert_eq!(
            (&queue["open"], &queue["unassigned"]),
            (&json!(1), &json!(1))
        );
        ana.say("cm_2", "anybody?").await;
        let quiet = eventually("it is told of", async || {
            let frames = so_far(&mut socket).await;
            let is_told = frames.iter().any(|frame| frame["type"] == "message");
            is_told.then_some(frames)
        });
        let quiet = quiet.await;
        assert!(
            quiet.iter().all(|frame| frame["type"] != "queue"),
            "{quiet:?}"
        );
        let resolve = format!(
            "/conversations/{}/resolve",
            ack["conversationId"].as_str().unwrap()
        );
        server.api().post(&resolve, json!({})).await.ok();
        let queue = socket.hear_of("queue").await;
        assert_eq!((&queue["open"], &queue["resolved"]), (&json!(0), &json!(1)));
    });
}

#[test]
fn a_place_that_the_log_has_not_come_to_is_refused() {
    on_a_server(async |server| {
        let api = server.api();
        let newest = api.get("/events?limit=500").await.ok()["nextAfter"].clone();
        let newest = newest.as_u64().unwrap();
        let there = api.get(&format!("/events?after={newest}")).await.ok();
        assert_eq!(
            (&there["data"], &there["nextAfter"]),
            (&json!([]), &json!(newest))
        );
        let ahead = format!("/events?after={}", newest + 1_000);
        api.get(&ahead).await.refused(400, "INVALID_CURSOR");
        let streamed = api.with("accept", "text/event-stream");
        streamed.get(&ahead).await.refused(400, "INVALID_CURSOR");

        let (mut socket, _) = connect(server).await;
        socket
            .say(json!({ "type": "resume", "lastEventId": newest + 1_000 }))
            .await;
        assert_eq!(so_far(&mut socket).await[0]["code"], "INVALID_CURSOR");
    });
}

#[test]
fn who_is_here_and_who_looks_is_told() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let conversation = &ack["conversationId"];
        let bia = server.colleague("agent").await;
        let (mut socket, _) = connect(server).await;
        let subscribe = json!({ "type": "subscribe", "conversationId": conversation });
        socket.say(subscribe).await;
        so_far(&mut socket).await;

        let desk = server.agent("agent@example.com").await;
        let mut screen = desk.connected(None).await;
        let here = socket.hear_of("presence").await;
        assert_eq!(
            (&here["userId"], &here["status"]),
            (&bia["id"], &json!("online"))
        );
        screen
            .say(json!({ "kind": "look", "conversation": conversation }))
            .await;
        let looks = socket.hear_of("presence").await;
        assert_eq!(looks["conversationId"], *conversation);
        assert_eq!(looks["viewers"][0]["userId"], bia["id"]);
        assert_eq!(looks["viewers"][0]["isWriting"], false);
        screen.vanish();
        loop {
            let left = socket.hear_of("presence").await;
            if left["status"] == "offline" {
                assert_eq!(left["userId"], bia["id"]);
                break;
            }
            assert_eq!(left["viewers"], json!([]));
        }
    });
}
