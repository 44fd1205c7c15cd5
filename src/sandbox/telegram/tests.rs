#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::picture;
use crate::sandbox::bench::words;
use crate::sandbox::chat::Sort;

/// A bot whose webhook the first customer has already written to.
fn started() -> Bench {
    let mut bench = Bench::of(Telegram);
    bench
        .act(Act::Start {
            payload: String::new(),
        })
        .unwrap();
    bench.posted();
    bench
}

fn ask(bench: &mut Bench, method: &str, body: &Value) -> (u16, Value) {
    let path = format!("bot{}/{method}", bench.account.key("token"));
    bench.ask(Method::Post, &path, body)
}

#[expect(clippy::needless_pass_by_value, reason = "a case is written in place")]
fn send(bench: &mut Bench, method: &str, more: Value) -> (u16, Value) {
    let mut body = json!({"chat_id": 5_550_001});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    ask(bench, method, &body)
}

#[test]
fn a_bot_never_writes_first_and_not_to_whom_blocked_it() {
    let mut bench = Bench::of(Telegram);
    let hi = json!({"text": "hi"});
    let (status, body) = send(&mut bench, "sendMessage", hi.clone());
    assert_eq!((status, body["ok"].as_bool()), (403, Some(false)));
    bench
        .act(Act::Start {
            payload: "ref_42".to_owned(),
        })
        .unwrap();
    let told = bench.posted();
    assert_eq!(told[0]["message"]["text"], "/start ref_42");
    assert_eq!(told[0]["message"]["entities"][0]["length"], 6);
    let (status, body) = send(&mut bench, "sendMessage", hi.clone());
    assert_eq!((status, body["result"]["text"].as_str()), (200, Some("hi")));
    bench.act(Act::Block(true)).unwrap();
    assert_eq!(
        bench.posted()[0]["my_chat_member"]["new_chat_member"]["status"],
        "kicked"
    );
    let (_, body) = send(&mut bench, "sendMessage", hi);
    assert_eq!(
        body["description"],
        "Forbidden: bot was blocked by the user"
    );
}

#[test]
fn limits_are_taken_at_their_edge_and_refused_past_it() {
    let mut bench = started();
    let data = |length: usize| json!({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "d".repeat(length)}]]}});
    for (body, status) in [
        (json!({"text": "a".repeat(4_096)}), 200),
        (json!({"text": "a".repeat(4_097)}), 400),
        (json!({"text": "  "}), 400),
        (data(64), 200),
        (data(65), 400),
        (data(0), 400),
        (json!({"text": "a.b", "parse_mode": "MarkdownV2"}), 400),
        (
            json!({"text": "x", "reply_parameters": {"message_id": 999}}),
            400,
        ),
        (
            json!({"text": "x", "reply_parameters": {"message_id": 999, "allow_sending_without_reply": true}}),
            200,
        ),
        (
            json!({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "A", "url": "mailto:a@b"}]]}}),
            400,
        ),
    ] {
        assert_eq!(
            send(&mut bench, "sendMessage", body.clone()).0,
            status,
            "{body}"
        );
    }
    let stranger = json!({"chat_id": 1, "text": "x"});
    assert_eq!(ask(&mut bench, "sendMessage", &stranger).0, 400);
}

#[test]
fn one_chat_is_not_flooded() {
    let mut bench = started();
    let codes: Vec<u16> = (0..24)
        .map(|_| send(&mut bench, "sendMessage", json!({"text": "x"})).0)
        .collect();
    assert_eq!(codes[22..], [200, 429]);
    bench.pass(Duration::from_secs(20));
    assert_eq!(send(&mut bench, "sendMessage", json!({"text": "x"})).0, 200);
}

#[test]
fn updates_wait_for_a_bot_that_asks_until_it_confirms_them() {
    let mut bench = started();
    let (_, body) = ask(&mut bench, "getUpdates", &json!({}));
    assert_eq!(body["error_code"], 409);
    ask(&mut bench, "deleteWebhook", &json!({}));
    bench.say("one");
    bench.say("two");
    let (_, body) = ask(&mut bench, "getUpdates", &json!({"limit": 1}));
    let first = body["result"][0]["update_id"].as_i64().unwrap();
    assert_eq!(body["result"][0]["message"]["text"], "one");
    let (_, body) = ask(&mut bench, "getUpdates", &json!({"offset": first + 1}));
    assert_eq!(body["result"].as_array().unwrap().len(), 1);
    assert_eq!(body["result"][0]["message"]["text"], "two");
    let (_, info) = ask(&mut bench, "getWebhookInfo", &json!({}));
    assert_eq!(info["result"]["pending_update_count"], 1);
}

#[test]
fn a_webhook_carries_the_secret_the_bot_chose() {
    let mut bench = started();
    let hook = json!({"url": "http://127.0.0.1:9/hook", "secret_token": "s3cret_-", "allowed_updates": ["message"]});
    let (status, _) = ask(&mut bench, "setWebhook", &hook);
    assert_eq!(status, 200);
    let (_, again) = ask(&mut bench, "setWebhook", &hook);
    assert_eq!(again["description"], "Webhook is already set");
    for wrong in ["http://example.com/", "https://example.com:9000/", "x"] {
        assert_eq!(
            ask(&mut bench, "setWebhook", &json!({ "url": wrong })).0,
            400,
            "{wrong}"
        );
    }
    bench.say("hi");
    let event = bench.pass(Duration::from_secs(1)).remove(0);
    let header = |bench: &Bench| {
        let request = bench.request(&event);
        request
            .headers
            .get("x-telegram-bot-api-secret-token")
            .unwrap()
            .to_owned()
    };
    assert_eq!(header(&bench), "s3cret_-");
    bench.account.faults.secret_changed = true;
    assert_ne!(header(&bench), "s3cret_-");
}

#[test]
fn presses_signs_edits_and_files_are_told_and_deletions_are_not() {
    let mut bench = started();
    let list = json!([
        "message",
        "edited_message",
        "callback_query",
        "message_reaction"
    ]);
    bench
        .account
        .kept
        .insert("allowed_updates".to_owned(), list);
    let keys = json!({"text": "Choose", "reply_markup": {"inline_keyboard": [[{"text": "No", "callback_data": "opt_2"}]]}});
    send(&mut bench, "sendMessage", keys);
    let bubble = bench.last().id.clone();
    bench
        .act(Act::Press {
            bubble: bubble.clone(),
            choice: 0,
        })
        .unwrap();
    let query = bench.posted()[0]["callback_query"].clone();
    assert_eq!(query["data"], "opt_2");
    assert_eq!(
        query["message"]["reply_markup"]["inline_keyboard"][0][0]["text"],
        "No"
    );
    let answer = json!({"callback_query_id": query["id"]});
    assert_eq!(ask(&mut bench, "answerCallbackQuery", &answer).0, 200);
    assert_eq!(ask(&mut bench, "answerCallbackQuery", &answer).0, 400);
    bench
        .act(Act::React {
            bubble: bubble.clone(),
            emoji: "\u{1f44d}".to_owned(),
        })
        .unwrap();
    let told = bench.posted()[0]["message_reaction"].clone();
    assert_eq!(told["new_reaction"][0]["emoji"], "\u{1f44d}");
    bench.say("one");
    let mine = bench.last().id.clone();
    bench
        .act(Act::Edit {
            bubble: mine.clone(),
            text: "uno".to_owned(),
        })
        .unwrap();
    let told = bench.posted();
    assert_eq!(told[1]["edited_message"]["text"], "uno");
    assert!(told[1]["edited_message"]["edit_date"].is_i64());
    bench.act(Act::Delete { bubble: mine }).unwrap();
    assert!(bench.posted().is_empty());
    let (file, caption) = (picture(), "cup".to_owned());
    bench
        .act(Act::Send {
            sort: Sort::Image,
            file,
            caption,
            quoting: None,
        })
        .unwrap();
    let photo = bench.posted()[0]["message"]["photo"][1]["file_id"].clone();
    let (_, found) = ask(&mut bench, "getFile", &json!({ "file_id": photo }));
    let path = found["result"]["file_path"].as_str().unwrap();
    let url = format!("file/bot{}/{path}", bench.account.key("token"));
    let reply = bench.reply(&call::tests::call(Method::Get, &url, "", &Value::Null));
    assert_eq!(reply.body, &picture().bytes[..]);
    assert_eq!(
        send(&mut bench, "sendPhoto", json!({ "photo": photo })).0,
        200
    );
}

#[test]
fn a_bot_changes_and_takes_back_what_it_said() {
    let mut bench = started();
    let (_, sent) = send(&mut bench, "sendMessage", json!({"text": "one"}));
    let id = sent["result"]["message_id"].clone();
    let edit = |text: &str| json!({"message_id": id, "text": text});
    assert_eq!(send(&mut bench, "editMessageText", edit("two")).0, 200);
    assert_eq!(words(bench.last()), "two");
    let (_, same) = send(&mut bench, "editMessageText", edit("two"));
    assert!(
        same["description"]
            .as_str()
            .unwrap()
            .contains("message is not modified")
    );
    assert_eq!(
        send(&mut bench, "deleteMessage", json!({ "message_id": id })).0,
        200
    );
    assert_eq!(
        send(&mut bench, "deleteMessage", json!({ "message_id": id })).0,
        400
    );
    let wrong = json!({"commands": [{"command": "Help", "description": "x"}]});
    assert_eq!(ask(&mut bench, "setMyCommands", &wrong).0, 400);
    let right = json!({"commands": [{"command": "help", "description": "x"}]});
    assert_eq!(ask(&mut bench, "setMyCommands", &right).0, 200);
    assert_eq!(
        ask(&mut bench, "getMyCommands", &json!({})).1["result"][0]["command"],
        "help"
    );
    assert_eq!(ask(&mut bench, "flyToTheMoon", &json!({})).0, 404);
}

#[test]
fn a_poll_is_answered_by_a_vote() {
    let mut bench = started();
    let poll = |count: usize| {
        let options: Vec<_> = (0..count)
            .map(|at| json!({"text": format!("option {at}")}))
            .collect();
        json!({"question": "Which?", "options": options, "is_anonymous": false})
    };
    for (body, status) in [
        (poll(1), 400),
        (poll(13), 400),
        (json!({"question": " ", "options": poll(2)["options"]}), 400),
        (
            json!({"question": "Q".repeat(301), "options": poll(2)["options"]}),
            400,
        ),
        (
            json!({"question": "Q", "options": [{"text": "a".repeat(101)}, {"text": "b"}]}),
            400,
        ),
        (poll(12), 200),
    ] {
        assert_eq!(
            send(&mut bench, "sendPoll", body.clone()).0,
            status,
            "{body}"
        );
    }
    let (_, body) = send(&mut bench, "sendPoll", poll(3));
    let (sent, id) = (&body["result"], &body["result"]["poll"]["id"]);
    assert_eq!(sent["poll"]["question"], "Which?");
    assert_eq!(sent["poll"]["options"][2]["text"], "option 2");
    assert!(
        sent["reply_markup"].is_null() && sent["text"].is_null(),
        "{sent}"
    );
    let bubble = bench.last().id.clone();
    bench.act(Act::Press { bubble, choice: 1 }).unwrap();
    let told = bench.posted();
    assert_eq!(told[0]["poll_answer"]["poll_id"], *id);
    assert_eq!(told[0]["poll_answer"]["option_ids"], json!([1]));
    let bubble = bench.last().id.clone();
    bench.act(Act::Press { bubble, choice: 1 }).unwrap();
    let told = bench.posted();
    assert_eq!(told[0]["poll_answer"]["option_ids"], json!([]));
}

#[test]
fn a_bot_shows_what_it_was_told_to() {
    let mut bench = started();
    let web_app =
        json!({"type": "web_app", "text": "Shop", "web_app": {"url": "https://a.example"}});
    for (method, body, status) in [
        ("setMyName", json!({"name": "n".repeat(64)}), 200),
        ("setMyName", json!({"name": "n".repeat(65)}), 400),
        (
            "setMyShortDescription",
            json!({"short_description": "a".repeat(121)}),
            400,
        ),
        (
            "setMyDescription",
            json!({"description": "d".repeat(513)}),
            400,
        ),
        ("setChatMenuButton", json!({"menu_button": web_app}), 200),
        (
            "setChatMenuButton",
            json!({"menu_button": {"type": "web_app", "text": "Shop"}}),
            400,
        ),
    ] {
        assert_eq!(ask(&mut bench, method, &body).0, status, "{method}");
    }
    let name = ask(&mut bench, "getMyName", &json!({})).1;
    assert_eq!(name["result"]["name"], "n".repeat(64));
    let button = ask(&mut bench, "getChatMenuButton", &json!({})).1;
    assert_eq!(button["result"], web_app);
}
