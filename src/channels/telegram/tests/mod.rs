//! Fixtures of what goes out, and dialogues with the vendor.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod changes;
mod connecting;

use serde_json::Value;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::Receives as _;
use crate::channels::Sends as _;
use crate::channels::fixtures::every_fixture_renders;
use crate::channels::fixtures::shown;
use crate::channels::meta::tests::account;
use crate::channels::meta::tests::post;
use crate::channels::telegram::Telegram;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::content::QuickReply;
use crate::model::content::Text;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Pressed;
use crate::model::outbound::Remote;
use crate::model::outbound::Sign;
use crate::model::outbound::Step;
use crate::model::outbound::Watcher;
use crate::model::refusal::Refusal;

const TOKEN: &str = "123456789:AAFakeTokenFakeTokenFakeTokenFake00";
const SECRET: &str = "DCnE-7JFaSA_5Y9hrIea3-tqUiY68V9ycJVxN7nSpb0";
const API: &str = "https://api.telegram.org/bot123456789:AAFakeTokenFakeTokenFakeTokenFake00";
const NOW: Timestamp = Timestamp::from_secs(1_767_268_800);

fn ours(settings: Value) -> Account {
    account(settings, &[("botToken", TOKEN), ("webhookSecret", SECRET)])
}

fn ok(result: &Value) -> HttpReply {
    said(200, &json!({"ok": true, "result": result}))
}

fn refused(code: u16, description: &str) -> HttpReply {
    said(
        code,
        &json!({"ok": false, "error_code": code, "description": description}),
    )
}

fn said(status: u16, body: &Value) -> HttpReply {
    HttpReply {
        status,
        headers: Headers::default(),
        body: body.to_string().into_bytes(),
    }
}

/// The method that is asked for next, and its body.
fn asks<T: std::fmt::Debug>(next: Next<T>) -> (String, Value) {
    let Ok(Step::Ask { call, .. }) = next else {
        unreachable!("there is more to ask: {next:?}");
    };
    let call = shown(&call);
    let url = call["url"].as_str().unwrap();
    let method = url.strip_prefix(API).unwrap().trim_start_matches('/');
    (method.to_owned(), call["body"].clone())
}

fn done<T: std::fmt::Debug>(next: Next<T>) -> T {
    match next {
        Ok(Step::Done(found)) => found,
        other => unreachable!("nothing more to ask: {other:?}"),
    }
}

fn asked<'a>(account: &'a Account, replies: &'a [HttpReply]) -> Asked<'a> {
    Asked {
        account,
        replies,
        now: NOW,
    }
}

#[test]
fn every_message_becomes_the_calls_it_says() {
    every_fixture_renders("telegram/out", &ours(json!({})), &Telegram);
}

#[test]
fn the_secret_is_the_proof() {
    let body = r#"{"update_id":870112345,"message":{"message_id":77,"from":{"id":5550001,"is_bot":false,"first_name":"Ana","last_name":"Silva","username":"anasilva","language_code":"pt-br"},"chat":{"id":5550001,"first_name":"Ana","last_name":"Silva","username":"anasilva","type":"private"},"date":1767268800,"text":"Ol\u00e1"}}"#;
    assert_eq!(body.len(), 309);
    let header = "x-telegram-bot-api-secret-token";
    let with = |value: &str| Headers::default().with(header, value);
    let cases = [
        (with(SECRET), true),
        (Headers::default(), false),
        (with(""), false),
        (with(&SECRET.replace('D', "E")), false),
        (with(&format!("{SECRET} ")), false),
        (with(SECRET).with(header, SECRET), false),
        (Headers::default().with("authorization", SECRET), false),
    ];
    for (headers, genuine) in cases {
        let hook = Webhook {
            headers: headers.clone(),
            ..post(body)
        };
        let account = ours(json!({}));
        let expected = if genuine { Ok(()) } else { Err(NotGenuine) };
        assert_eq!(
            Telegram.verify(&account, &hook, NOW),
            expected,
            "{headers:?}"
        );
    }
    let get = Webhook {
        method: Method::Get,
        headers: with(SECRET),
        ..post("")
    };
    assert_eq!(
        Telegram.verify(&ours(json!({})), &get, NOW),
        Err(NotGenuine)
    );
    let none = account(json!({}), &[("botToken", TOKEN)]);
    let empty = Webhook {
        headers: with(""),
        ..post(body)
    };
    assert_eq!(Telegram.verify(&none, &empty, NOW), Err(NotGenuine));
}

#[test]
fn nothing_is_written_into_the_answer() {
    // Telegram would carry out a method that stands there.
    assert_eq!(
        Telegram.answer(&ours(json!({})), &[]).body,
        Vec::<u8>::new()
    );
}

fn update(id: i64, text: &str) -> Value {
    json!({"update_id":id,"message":{"message_id":id,"from":{"id":5,"is_bot":false,"first_name":"Ana"},
        "chat":{"id":5,"type":"private","first_name":"Ana"},"date":1_767_268_800,"text":text}})
}

#[test]
fn news_are_asked_for_from_where_we_stopped() {
    let account = ours(json!({"mode":"polling"}));
    let poll = |position: Option<&str>, replies: &[HttpReply]| {
        Telegram.poll(position, &asked(&account, replies)).unwrap()
    };
    let (method, body) = asks(poll(None, &[]));
    assert_eq!(method, "getUpdates");
    assert_eq!(
        (body.get("offset"), &body["timeout"], &body["limit"]),
        (None, &json!(25), &json!(100))
    );
    let (_, body) = asks(poll(Some("870112346"), &[]));
    assert_eq!(body["offset"], json!(870_112_346));
    let news = ok(&json!([update(10, "a"), {"update_id":12,"inline_query":{}}, update(11, "b")]));
    let polled = done(poll(Some("10"), &[news]));
    assert_eq!(polled.position, "13");
    let words: Vec<_> = polled
        .events
        .iter()
        .map(|event| match event {
            InboundEvent::Message(message) => message.content.words(),
            other => unreachable!("{other:?}"),
        })
        .collect();
    assert_eq!(words, ["a", "b"]);
    let quiet = done(poll(Some("13"), &[ok(&json!([]))]));
    assert_eq!((quiet.position.as_str(), quiet.events.len()), ("13", 0));
    assert_eq!(done(poll(None, &[ok(&json!([]))])).position, "");
    let hooked = ours(json!({"mode":"webhook"}));
    assert!(Telegram.poll(None, &asked(&hooked, &[])).is_none());
}

#[test]
fn a_webhook_that_is_still_set_is_taken_away_and_asked_again() {
    let account = ours(json!({"mode":"polling"}));
    let active = refused(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
    let poll = |replies: &[HttpReply]| Telegram.poll(Some("7"), &asked(&account, replies)).unwrap();
    let (method, body) = asks(poll(std::slice::from_ref(&active)));
    assert_eq!(
        (method.as_str(), body),
        ("deleteWebhook", json!({"drop_pending_updates":false}))
    );
    let (method, body) = asks(poll(&[active.clone(), ok(&json!(true))]));
    assert_eq!(
        (method.as_str(), &body["offset"]),
        ("getUpdates", &json!(7))
    );
    let polled = done(poll(&[
        active,
        ok(&json!(true)),
        ok(&json!([update(9, "c")])),
    ]));
    assert_eq!(polled.position, "10");
    let other = refused(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    );
    assert!(matches!(
        poll(&[other]),
        Err(Refusal::Later { wait: Some(_), .. })
    ));
    assert!(matches!(
        poll(&[refused(401, "Unauthorized")]),
        Err(Refusal::Account(_))
    ));
    assert!(matches!(
        poll(&[refused(502, "Bad Gateway")]),
        Err(Refusal::Later { wait: None, .. })
    ));
}

#[test]
fn files_are_found_by_their_id_and_only_up_to_a_size() {
    let metadata: Opaque = serde_json::from_value(json!({"fileId":"AgACx"})).unwrap();
    let find = |account: &Account, size: u64, replies: &[HttpReply]| {
        let media = Media {
            size_bytes: Some(size),
            ..Media::default()
        };
        let remote = Remote {
            media: &media,
            metadata: &metadata,
        };
        Telegram.locate(&remote, &asked(account, replies))
    };
    let account = ours(json!({}));
    let limit = 20 * 1024 * 1024;
    let (method, body) = asks(find(&account, limit, &[]));
    assert_eq!(
        (method.as_str(), body),
        ("getFile", json!({"file_id":"AgACx"}))
    );
    let Err(Refusal::Never(error)) = find(&account, limit + 1, &[]) else {
        unreachable!("it is too large");
    };
    assert_eq!(error.reason, "too_big");
    let own = ours(json!({"apiBaseUrl":"http://127.0.0.1:8081"}));
    assert!(matches!(find(&own, limit + 1, &[]), Ok(Step::Ask { .. })));
    let found = ok(&json!({"file_id":"AgACx","file_path":"photos/file_12.jpg"}));
    let source = done(find(&account, 1, &[found]));
    assert_eq!(
        source.url,
        format!("https://api.telegram.org/file/bot{TOKEN}/photos/file_12.jpg")
    );
    assert!(source.authorization.is_none());
    for path in ["/var/lib/telegram/file", "a/../../b"] {
        let reply = ok(&json!({"file_path":path}));
        assert!(
            matches!(find(&account, 1, &[reply]), Err(Refusal::Never(_))),
            "{path}"
        );
    }
    let reply = refused(400, "Bad Request: file is too big");
    assert!(matches!(
        find(&account, 1, &[reply]),
        Err(Refusal::Never(_))
    ));
}

#[test]
fn the_answer_says_under_which_id_a_message_is_known() {
    let message =
        |chat: i64, id: i64| json!({"message_id":id,"chat":{"id":chat,"type":"private"},"date":1});
    let mut business = message(5, 9);
    business["business_connection_id"] = "AbC".into();
    let cases = [
        (message(5_550_001, 78), vec!["5550001:78"]),
        (business, vec!["b:AbC:5:9"]),
        (json!([message(5, 1), message(5, 2)]), vec!["5:1", "5:2"]),
        (json!(true), vec![]),
    ];
    for (result, expected) in cases {
        let ids = Telegram.read_reply(&ours(json!({})), &ok(&result)).unwrap();
        assert_eq!(ids, expected);
    }
    let blocked = refused(403, "Forbidden: bot was blocked by the user");
    let refusal = Telegram.read_reply(&ours(json!({})), &blocked);
    assert!(matches!(refusal, Err(Refusal::Shut { .. })));
}

#[test]
fn people_see_us_type_and_business_customers_see_us_read() {
    let account = ours(json!({}));
    let show = |sign, address| {
        let watcher = Watcher {
            account: &account,
            address,
            last_external_id: Some("b:AbC:5:77"),
            seen: &[],
        };
        Telegram
            .show(sign, &watcher)
            .map(|call| shown(&call)["body"].clone())
    };
    assert_eq!(
        show(Sign::Typing, "5"),
        Some(json!({"chat_id":5,"action":"typing"}))
    );
    assert_eq!(
        show(Sign::Typing, "-100:42"),
        Some(json!({"chat_id":-100,"action":"typing","message_thread_id":42}))
    );
    assert_eq!(
        show(Sign::Typing, "b:AbC:5"),
        Some(json!({"chat_id":5,"action":"typing","business_connection_id":"AbC"}))
    );
    assert_eq!(show(Sign::Seen, "5"), None);
    assert_eq!(
        show(Sign::Seen, "b:AbC:5"),
        Some(json!({"business_connection_id":"AbC","chat_id":5,"message_id":77}))
    );
}

#[test]
fn a_press_is_answered_and_quick_replies_go() {
    let account = ours(json!({}));
    let metadata: Opaque = serde_json::from_value(json!({"callbackQueryId":"238"})).unwrap();
    let quick = Content::Text(Text {
        text: "Size?".to_owned(),
        quick_replies: vec![QuickReply::default()],
    });
    let press = |offer: Option<&Content>, metadata: &Opaque| -> Vec<Value> {
        let pressed = Pressed {
            account: &account,
            external_id: "cb:238",
            under: Some("5550001:81"),
            offer,
            metadata,
        };
        let calls = Telegram.acknowledge(&pressed);
        calls
            .iter()
            .map(|call| shown(call)["body"].clone())
            .collect()
    };
    let answer = json!({"callback_query_id":"238"});
    assert_eq!(press(None, &metadata), std::slice::from_ref(&answer));
    assert_eq!(
        press(Some(&quick), &metadata),
        [
            answer,
            json!({"chat_id":5_550_001,"message_id":81,"reply_markup":{"inline_keyboard":[]}})
        ]
    );
    assert_eq!(press(Some(&quick), &Opaque::new()), Vec::<Value>::new());
    let rows: Vec<Value> = (0..101)
        .map(|at| json!({"id":format!("r{at}"),"title":"T"}))
        .collect();
    let list = json!({"type":"list","text":"Pick","sections":[{"title":"","rows":rows}]});
    let list: Content = serde_json::from_value(list).unwrap();
    let turned: Opaque = serde_json::from_value(json!({"callbackQueryId":"238","page":1})).unwrap();
    let calls = press(Some(&list), &turned);
    let keys = &calls[1]["reply_markup"]["inline_keyboard"];
    assert_eq!(keys[0][0]["callback_data"], "r98");
    assert_eq!(keys[3][0]["callback_data"], "~p:0");
}
