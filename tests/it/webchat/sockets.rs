//! The visitors' socket: hello, resuming by cursor exactly once, typing, the ways it ends.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::browser::Browser;
use crate::support::browser::sends;
use crate::support::server::Server;
use crate::support::server::on_a_server;
use crate::support::socket::Socket;
use crate::webchat::message;
use crate::webchat::reply;

fn places(frames: &[Value]) -> Vec<u64> {
    let all = frames.iter().filter_map(|frame| frame["seq"].as_u64());
    all.collect()
}

#[test]
fn what_was_missed_comes_in_order_and_once() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let (mut socket, welcome) = ana.connect(0).await;
        assert_eq!(
            (&welcome["cursor"], &welcome["missed"], &welcome["reset"]),
            (&json!(0), &json!(0), &json!(false))
        );
        socket.say(sends("cm_1", "hello")).await;
        let ack = socket.hear_of("ack").await;
        assert_eq!(
            (&ack["ref"], &ack["payload"]["seq"]),
            (&json!("cm_1"), &json!(1))
        );
        let conversation = ack["payload"]["conversationId"].clone();
        socket.vanish();

        for number in 0..20 {
            reply(&api, &conversation, &format!("answer {number}")).await;
        }
        let (mut socket, welcome) = ana.connect(1).await;
        assert_eq!(welcome["unread"], 20);
        let newest = welcome["cursor"].as_u64().unwrap();
        assert_eq!(welcome["missed"], newest - 1);
        let mut missed = Vec::new();
        while places(&missed).last() != Some(&newest) {
            missed.push(socket.hear().await);
        }
        assert_eq!(places(&missed), (2..=newest).collect::<Vec<_>>());
        let texts = missed.iter().filter(|frame| frame["type"] == "message");
        let texts: Vec<&str> = texts
            .map(|frame| frame["payload"]["content"]["text"].as_str().unwrap())
            .collect();
        let expected: Vec<String> = (0..20).map(|number| format!("answer {number}")).collect();
        assert_eq!(texts, expected);
        socket.vanish();

        let (_socket, welcome) = ana.connect(newest).await;
        assert_eq!(welcome["missed"], 0, "nothing comes twice");
    });
}

#[test]
fn a_message_repeated_over_another_way_is_acknowledged_with_the_same_place() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let first = ana.say("cm_1", "hello").await;
        let (mut socket, _) = ana.connect(1).await;
        socket.say(sends("cm_1", "hello")).await;
        let again = socket.hear_of("ack").await;
        let mut expected = first.clone();
        expected["duplicate"] = true.into();
        assert_eq!(again["payload"], expected);
        socket.say(sends("cm_1", "something else")).await;
        let conflict = socket.hear_of("error").await;
        assert_eq!(conflict["payload"]["code"], "id_conflict");
        assert_eq!(ana.history().await, [(1, "hello".to_owned())]);
    });
}

#[test]
fn more_than_can_be_caught_up_with_starts_afresh() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        for number in 0..201 {
            reply(&api, &ack["conversationId"], &number.to_string()).await;
        }
        let (_socket, welcome) = ana.connect(1).await;
        assert_eq!(welcome["reset"], true);
        let history = ana.get("messages?limit=50").await.ok();
        assert_eq!(history["messages"].as_array().unwrap().len(), 50);
        assert_eq!(history["cursor"], welcome["cursor"]);
        let (_socket, welcome) = ana.connect(9_999).await;
        assert_eq!(welcome["reset"], true, "a cursor from nowhere");
    });
}

#[test]
fn typing_goes_both_ways_and_what_is_read_is_told() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let (mut socket, _) = ana.connect(0).await;
        socket.say(sends("cm_1", "hello")).await;
        let ack = socket.hear_of("ack").await;
        let conversation = ack["payload"]["conversationId"].as_str().unwrap();

        let owner = server.agent(crate::support::server::OWNER).await;
        let mut desk = owner.connected(None).await;
        desk.say(json!({ "kind": "look", "conversation": conversation }))
            .await;
        desk.hear_of("presence").await;
        socket
            .say(json!({ "type": "typing", "payload": { "state": "start" } }))
            .await;
        let typing = desk.hear_of("typing").await;
        assert_eq!(
            (&typing["conversation"], &typing["on"]),
            (&json!(conversation), &json!(true))
        );
        let address = format!("/app/c/{conversation}/typing");
        owner.submit(&address, &[("state", "start")]).await;
        let typing = socket.hear_of("typing").await;
        assert_eq!(typing["payload"]["state"], "start");

        let read = format!("/conversations/{conversation}/read");
        api.post(&read, json!({})).await.ok();
        let receipt = socket.hear_of("receipt").await;
        assert_eq!(receipt["payload"], json!({ "upTo": 1, "status": "read" }));
    });
}

#[test]
fn typing_is_told_to_whoever_answers_and_of_what_is_open_and_in_sight_alone() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let (ana, bob) = (server.visitor(&site).await, server.visitor(&site).await);
        let of_ana = ana.say("cm_1", "hello").await["conversationId"].take();
        let of_bob = bob.say("cm_1", "hello").await["conversationId"].take();
        let types = async |visitor: &Browser, state: &str| {
            server.pass(Duration::from_secs(2));
            let told = visitor.call(Method::POST, "typing", json!({ "state": state }));
            assert!(told.await.status < 300);
        };
        let change = async |path: &str, body: Value| {
            api.patch(path, body).await.ok();
        };
        let talk = format!("/conversations/{}", of_ana.as_str().unwrap());
        let me = server.colleague("agent").await;
        let (owner, agent) = (
            server.agent(crate::support::server::OWNER).await,
            server.agent("agent@example.com").await,
        );
        let (mut owners, mut agents) = (owner.connected(None).await, agent.connected(None).await);
        for (screen, open) in [(&mut owners, &of_ana), (&mut agents, &of_bob)] {
            screen
                .say(json!({ "kind": "look", "conversation": open }))
                .await;
            screen.hear_of("presence").await;
        }
        let heard = async |screen: &mut Socket| {
            let typing = screen.hear_of("typing").await;
            (
                typing["conversation"].clone(),
                typing["on"].as_bool().unwrap(),
            )
        };

        // Nobody answers: it is told where the conversation is open, and nowhere else.
        types(&ana, "start").await;
        types(&bob, "start").await;
        assert_eq!(heard(&mut owners).await, (of_ana.clone(), true));
        assert_eq!(heard(&mut agents).await, (of_bob.clone(), true));

        // Somebody answers: only there.
        change(&talk, json!({ "assignedTo": me["id"] })).await;
        agents
            .say(json!({ "kind": "look", "conversation": of_ana }))
            .await;
        agents.hear_of("presence").await;
        types(&ana, "start").await;
        assert_eq!(heard(&mut agents).await, (of_ana.clone(), true));
        change(&talk, json!({ "assignedTo": null })).await;
        types(&ana, "stop").await;
        assert_eq!(heard(&mut owners).await, (of_ana.clone(), false));
        assert_eq!(heard(&mut agents).await, (of_ana.clone(), false));

        // Out of sight: neither on the screen nor over the socket for programs.
        let token = server.signed_in("agent@example.com").await;
        let address = format!("{}/ws?token={}", server.url(), token.token());
        let address = address.replacen("http", "ws", 1);
        let mut program = Socket::open(&address, &[]).await.unwrap();
        program
            .say(json!({ "type": "subscribe", "conversationId": of_ana }))
            .await;
        program.say(json!({ "type": "ping" })).await;
        program.hear_of("pong").await;
        let own = json!({ "settings": { "agentVisibility": "own" } });
        change("/tenant", own).await;
        types(&ana, "start").await;
        assert_eq!(heard(&mut owners).await, (of_ana.clone(), true));
        change(&talk, json!({ "assignedTo": me["id"] })).await;
        agents
            .say(json!({ "kind": "look", "conversation": of_ana }))
            .await;
        agents.hear_of("presence").await;
        types(&ana, "stop").await;
        assert_eq!(heard(&mut agents).await, (of_ana.clone(), false));
        assert_eq!(program.hear_of("typing").await["isTyping"], false);
    });
}

#[test]
fn what_is_being_typed_is_shown_only_where_that_is_switched_on() {
    on_a_server(async |server| {
        for (shown, expected) in [(false, Value::Null), (true, json!("where is my"))] {
            let site = server.website(json!({ "typingPreview": shown })).await;
            let ana = server.visitor(&site).await;
            let (mut socket, _) = ana.connect(0).await;
            socket.say(sends("cm_1", "hello")).await;
            let ack = socket.hear_of("ack").await;
            let conversation = &ack["payload"]["conversationId"];
            let owner = server.agent(crate::support::server::OWNER).await;
            let mut desk = owner.connected(None).await;
            desk.say(json!({ "kind": "look", "conversation": conversation }))
                .await;
            desk.hear_of("presence").await;
            let typing = json!({ "state": "start", "preview": "where is my" });
            socket
                .say(json!({ "type": "typing", "payload": typing }))
                .await;
            let told = desk.hear_of("typing").await;
            assert_eq!(told["preview"], expected, "{shown}");
        }
    });
}

#[test]
fn an_answer_is_read_when_the_widget_says_so() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let (mut socket, _) = ana.connect(1).await;
        let answer = reply(&api, &ack["conversationId"], "yes").await;
        let pushed = socket.hear_of("message").await;
        assert_eq!(pushed["payload"]["id"], answer["id"]);
        socket
            .say(json!({ "type": "read", "payload": { "seq": pushed["seq"] } }))
            .await;
        // Frames are dealt with in order, so the pong comes after the mark is on disk.
        socket.say(json!({ "type": "ping" })).await;
        socket.hear_of("pong").await;
        assert_eq!(message(&api, &answer["id"]).await["status"], "read");
    });
}

#[test]
fn a_socket_ends_with_a_code_that_says_why() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let forged =
            json!({ "type": "hello", "payload": { "protocol": 1, "token": "wct_forged" } });
        let cases = [
            (forged, 4001),
            (json!({ "type": "ping" }), 4001),
            (json!([1, 2, 3]), 4001),
            (json!({ "type": "connect" }), 4026),
        ];
        for (frame, code) in cases {
            let mut socket = ana.dial().await.unwrap();
            socket.say(frame.clone()).await;
            assert_eq!(socket.end().await, code, "{frame}");
        }

        let too_large = "x".repeat(64 * 1_024 + 1);
        let odd = [
            (Message::text(too_large), 1009),
            (Message::binary(vec![1]), 1003),
        ];
        for (frame, code) in odd {
            let (mut socket, _) = ana.connect(0).await;
            socket.try_say(frame).await.unwrap();
            assert_eq!(socket.end().await, code);
        }

        let (mut socket, _) = ana.connect(0).await;
        let out = ana.call(Method::DELETE, "session", json!({})).await;
        assert_eq!(out.status, 204);
        assert_eq!(socket.end().await, 4010);
    });
}

#[test]
fn an_eleventh_tab_ends_the_first() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let (mut first, _) = ana.connect(0).await;
        let mut others = Vec::new();
        for _ in 0..10 {
            others.push(ana.connect(0).await);
        }
        assert_eq!(first.end().await, 4009);
        others[0].0.say(json!({ "type": "ping" })).await;
        others[0].0.hear_of("pong").await;
    });
}

/// The code a socket is ended with while time goes by.
async fn ended_in_time(server: &Server, mut socket: Socket) -> u16 {
    let passing = async {
        loop {
            server.pass(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        code = socket.end() => code,
        () = passing => unreachable!("time does not end"),
    }
}

#[test]
fn whoever_says_no_hello_is_shown_out() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let silent = ana.dial().await.unwrap();
        assert_eq!(ended_in_time(server, silent).await, 4001);
    });
}

#[test]
fn a_socket_without_a_sign_of_life_is_ended_and_one_that_pings_is_not() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let (quiet, _) = server.visitor(&site).await.connect(0).await;
        let (mut lively, _) = server.visitor(&site).await.connect(0).await;
        let mut quiet = tokio::spawn(async move {
            let mut quiet = quiet;
            quiet.end().await
        });
        while !quiet.is_finished() {
            server.pass(Duration::from_secs(25));
            lively.say(json!({ "type": "ping" })).await;
            lively.hear_of("pong").await;
        }
        assert_eq!((&mut quiet).await.unwrap(), 4000);
        lively.say(json!({ "type": "ping" })).await;
        lively.hear_of("pong").await;
        assert_eq!(ended_in_time(server, lively).await, 4000);
    });
}
