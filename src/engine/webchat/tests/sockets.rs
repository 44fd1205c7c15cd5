//! Connections: hello, resuming by cursor, news, the end.

use serde_json::Value;
use serde_json::json;

use super::Bench;
use super::Browser;
use super::proof_of;
use crate::engine::live::Signal;
use crate::engine::live::Typist;
use crate::engine::live::visitors::Here;
use crate::engine::live::visitors::News;
use crate::engine::webchat::Peer;
use crate::engine::webchat::connection::Close;
use crate::engine::webchat::connection::Connection;
use crate::engine::webchat::connection::Turn;
use crate::engine::webchat::sessions::Farewell;
use crate::model::content::Content;
use crate::model::ids::Id as _;
use crate::model::ids::UserId;

pub(super) fn seen(turn: &Turn) -> Vec<Value> {
    let parse = |frame: &String| serde_json::from_str(frame).unwrap();
    turn.frames.iter().map(parse).collect()
}

pub(super) async fn connect(bench: &Bench, browser: &Browser, cursor: u64) -> (Connection, Value) {
    let hello = json!({ "type": "hello", "id": "h1", "payload":
        { "protocol": 1, "token": browser.token, "cursor": cursor, "visible": true } });
    let greeted = bench
        .webchat
        .greet(bench.channel, &hello.to_string(), &Peer::default())
        .await;
    let Ok((connection, turn)) = greeted else {
        unreachable!("the token is good");
    };
    let welcome = seen(&turn).remove(0);
    assert_eq!(
        (&welcome["type"], &welcome["ref"]),
        (&json!("welcome"), &json!("h1"))
    );
    (connection, welcome["payload"].clone())
}

pub(super) async fn next(connection: &mut Connection) -> Turn {
    let news = connection.rung().await;
    connection.tell(news)
}

#[tokio::test]
async fn what_was_missed_comes_in_order_after_the_welcome() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let ack = bench.say(&browser, "cm_1", "hello").await;
    bench.reply(ack.conversation_id, Content::text("one")).await;
    let (mut connection, welcome) = connect(&bench, &browser, 1).await;
    // The answer, and the receipt that comes with it.
    assert_eq!(welcome["cursor"], 3);
    assert_eq!(
        (&welcome["missed"], &welcome["reset"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(welcome["unread"], 1);
    let missed = seen(&next(&mut connection).await);
    assert_eq!((missed.len(), &missed[0]["seq"]), (2, &json!(2)));
    assert_eq!(missed[0]["payload"]["content"]["text"], "one");
    assert_eq!(missed[0]["payload"]["author"]["name"], "Bia");
    assert!(
        missed[0].to_string().find("user_").is_none(),
        "no ids of ours"
    );

    bench.reply(ack.conversation_id, Content::text("two")).await;
    let live = seen(&next(&mut connection).await);
    assert_eq!(live[0]["seq"], 4);
    let turn = connection
        .hear(r#"{"type":"sync","payload":{"after":1}}"#)
        .await;
    assert!(turn.frames.is_empty());
    let again: Vec<u64> = seen(&next(&mut connection).await)
        .iter()
        .map(|frame| frame["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(again, [2, 3, 4]);
}

#[tokio::test]
async fn a_cursor_that_cannot_be_right_starts_afresh() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    bench.say(&browser, "cm_1", "hello").await;
    let (_connection, welcome) = connect(&bench, &browser, 7).await;
    assert_eq!(welcome["reset"], true);
}

#[tokio::test]
async fn a_first_frame_that_is_no_hello_ends_it() {
    let bench = Bench::new(json!({})).await;
    let cases = [
        (r#"{"type":"ping"}"#, Close::NO_HELLO, "token_missing"),
        ("nonsense", Close::NO_HELLO, "invalid_json"),
        (
            r#"{"type":"message","payload":{"content":"hi"}}"#,
            Close::UPGRADE,
            "upgrade_required",
        ),
        (
            r#"{"type":"hello","payload":{"protocol":0,"token":"x"}}"#,
            Close::UPGRADE,
            "upgrade_required",
        ),
        (
            r#"{"type":"hello","payload":{"protocol":1,"token":"wct_forged"}}"#,
            Close::NO_HELLO,
            "token_invalid",
        ),
    ];
    for (text, close, code) in cases {
        let greeted = bench
            .webchat
            .greet(bench.channel, text, &Peer::default())
            .await;
        let Err(turn) = greeted else {
            unreachable!("{text} is no hello");
        };
        assert_eq!(turn.close, Some(close), "{text}");
        assert_eq!(seen(&turn)[0]["payload"]["code"], code, "{text}");
    }
}

#[tokio::test]
async fn frames_are_answered_with_their_id() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let (mut connection, _) = connect(&bench, &browser, 0).await;
    let message =
        json!({ "type": "message.send", "id": "f7", "payload": super::words("cm_1", "hello") });
    let ack = seen(&connection.hear(&message.to_string()).await).remove(0);
    assert_eq!((&ack["type"], &ack["ref"]), (&json!("ack"), &json!("f7")));
    assert_eq!(ack["payload"]["seq"], 1);
    let unknown = connection.hear(r#"{"type":"fly","id":"f8"}"#).await;
    assert_eq!(unknown.close, None, "unknown frames end nothing");
    assert_eq!(seen(&unknown)[0]["payload"]["code"], "unknown_type");
    assert_eq!(seen(&unknown)[0]["ref"], "f8");
    let pong = connection.hear(r#"{"type":"ping","id":"p"}"#).await;
    assert_eq!(seen(&pong)[0]["type"], "pong");
}

#[tokio::test]
async fn typing_reaches_the_visitor_and_logging_out_ends_every_tab() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let ack = bench.say(&browser, "cm_1", "hello").await;
    let (mut connection, _) = connect(&bench, &browser, 1).await;
    next(&mut connection).await;
    let visitors = bench.context.live.visitors();
    assert_eq!(visitors.here(browser.caller.visitor.id), Here::Online);
    bench.context.live.signal(Signal::Typing {
        conversation_id: ack.conversation_id,
        who: Typist::Colleague {
            user_id: UserId::from_bytes([3; 16]),
            name: "Bia".to_owned(),
        },
        on: true,
    });
    let typing = seen(&next(&mut connection).await).remove(0);
    assert_eq!(typing["payload"]["author"]["name"], "Bia");
    bench
        .webchat
        .end(&browser.caller, Farewell::LogOut)
        .await
        .unwrap();
    assert_eq!(next(&mut connection).await.close, Some(Close::REVOKED));
}

#[tokio::test]
async fn timelines_that_became_one_send_every_device_back_to_the_start() {
    let bench = Bench::new(json!({})).await;
    let phone = bench.proved("ana").await;
    bench.say(&phone, "cm_1", "first").await;
    let (mut connection, _) = connect(&bench, &phone, 1).await;
    next(&mut connection).await;
    let guest = bench.stranger().await;
    bench.say(&guest, "cm_2", "second").await;
    bench
        .open(Some(&guest.token), json!({ "user": proof_of("ana") }))
        .await;
    bench.announce();
    assert_eq!(next(&mut connection).await.close, Some(Close::RESTART));
    drop(connection);
    let (_again, welcome) = connect(&bench, &phone, 1).await;
    assert_eq!(welcome["reset"], true);
    let (_third, welcome) = connect(&bench, &phone, 2).await;
    assert_eq!(welcome["reset"], false, "once is enough");
}

#[tokio::test]
async fn a_server_that_stops_and_a_channel_that_closes_say_so() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let (mut connection, _) = connect(&bench, &browser, 0).await;
    bench.webchat.stop();
    assert_eq!(next(&mut connection).await.close, Some(Close::RESTART));
    let turn = connection.tell(News::CHANNEL);
    assert_eq!(seen(&turn)[0]["type"], "reload");
}

#[tokio::test]
async fn whoever_goes_on_far_beyond_a_limit_is_shown_out() {
    let bench = Bench::new(json!({})).await;
    let message = |number: usize| {
        let words = super::words(&format!("cm_{number}"), "quick");
        json!({ "type": "message.send", "id": "f", "payload": words }).to_string()
    };
    let again = json!({ "type": "sync", "payload": { "after": 0 } }).to_string();
    let frame = |what: &str, number: usize| match what {
        "message" => message(number),
        "again" => again.clone(),
        nonsense => nonsense.to_owned(),
    };
    for (what, burst) in [("message", 10), ("nonsense", 120), ("again", 120)] {
        let browser = bench.stranger().await;
        let (mut connection, _) = connect(&bench, &browser, 0).await;
        for number in 0..burst {
            let turn = connection.hear(&frame(what, number)).await;
            assert_eq!(turn.close, None, "{what} {number}");
        }
        let refused = connection.hear(&frame(what, burst)).await;
        let told = seen(&refused).remove(0);
        assert_eq!(told["payload"]["code"], "rate_limited", "{what}");
        assert!(told["payload"]["retryAfter"].as_u64() > Some(0), "{told}");
        assert_eq!(refused.close, None, "{what}: a warning first");
        let mut further = 0;
        let close = loop {
            further += 1;
            let turn = connection.hear(&frame(what, burst + further)).await;
            if turn.close.is_some() || further > 100 {
                break turn.close;
            }
        };
        assert_eq!((close, further), (Some(Close::HASTE), 30), "{what}");
    }
}

#[tokio::test]
async fn a_browser_that_does_not_keep_up_is_ended_and_starts_afresh() {
    let bench = Bench::new(json!({})).await;
    let browser = bench.stranger().await;
    let ack = bench.say(&browser, "cm_1", "hello").await;
    let (mut slow, _) = connect(&bench, &browser, 1).await;
    for _ in 0..257 {
        bench.reply(ack.conversation_id, Content::text("one")).await;
    }
    let turn = next(&mut slow).await;
    assert_eq!(turn.close, Some(Close::SLOW));
    assert!(turn.frames.is_empty(), "nothing of it is left out silently");
    let (_, welcome) = connect(&bench, &browser, 1).await;
    assert_eq!(welcome["reset"], true);
}
