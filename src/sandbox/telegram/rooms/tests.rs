#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::Value;
use serde_json::json;

use crate::base::http::Method;
use crate::sandbox::act::Act;
use crate::sandbox::bench::Bench;
use crate::sandbox::telegram::Telegram;

/// A bot that was taken into a group, and connected to somebody's account; both phones.
fn joined() -> (Bench, String, String) {
    let mut bench = Bench::of(Telegram);
    bench.act(Act::Group).unwrap();
    bench.act(Act::Lend).unwrap();
    let named = |begin: &str| {
        let mut all = bench.account.chats.keys();
        all.find(|id| id.starts_with(begin)).unwrap().clone()
    };
    let (group, lent) = (named("g:"), named("b:"));
    (bench, group, lent)
}

fn says(bench: &mut Bench, phone: &str, text: &str) {
    let (text, quoting) = (text.to_owned(), None);
    bench.act_on(phone, Act::Say { text, quoting }).unwrap();
}

fn ask(bench: &mut Bench, method: &str, body: &Value) -> (u16, Value) {
    let path = format!("bot{}/{method}", bench.account.key("token"));
    bench.ask(Method::Post, &path, body)
}

#[test]
fn a_group_has_topics_and_the_bot_hears_what_is_meant_for_it() {
    let (mut bench, general, _) = joined();
    let told = bench.posted();
    let member = &told[0]["my_chat_member"];
    assert_eq!(member["new_chat_member"]["status"], "member");
    assert_eq!(member["chat"]["type"], "supergroup");
    let group = member["chat"]["id"].clone();
    let topic = format!("{general}:2");
    let name = format!("@{}", bench.account.key("botUsername"));

    says(&mut bench, &general, "Who likes filter?");
    says(&mut bench, &topic, &format!("{name}: where is the van?"));
    says(&mut bench, &general, "/help");
    let told = bench.posted();
    assert_eq!(told.len(), 2, "{told:?}");
    let message = &told[0]["message"];
    assert_eq!(message["message_thread_id"], 2);
    assert_eq!(message["is_topic_message"], true);
    assert_eq!(message["from"]["id"], 5_550_001);
    let marks = (
        &message["entities"][0]["type"],
        &message["entities"][0]["length"],
    );
    assert_eq!(marks, (&json!("mention"), &json!(name.len())));
    let opening = &message["reply_to_message"]["forum_topic_created"];
    assert_eq!(opening["name"], "Deliveries");
    let second = &told[1]["message"];
    assert!(second["message_thread_id"].is_null() && second["reply_to_message"].is_null());
    let numbers = [&message["message_id"], &second["message_id"]];
    assert_eq!(
        numbers,
        [&json!(4), &json!(5)],
        "one count for the whole group"
    );

    let send = json!({"chat_id": group, "message_thread_id": 2, "text": "Two streets away"});
    let (status, sent) = ask(&mut bench, "sendMessage", &send);
    assert_eq!(
        (status, &sent["result"]["message_thread_id"]),
        (200, &json!(2))
    );
    let id = sent["result"]["message_id"].clone();
    // Changes name the message and no topic.
    let edit = json!({"chat_id": group, "message_id": id, "text": "One street away"});
    assert_eq!(ask(&mut bench, "editMessageText", &edit).0, 200);
    let shown = bench.account.chats[&topic].bubbles.back().unwrap();
    assert_eq!(shown.body.words(), "One street away");
    let (text, quoting) = ("Great".to_owned(), Some(shown.id.clone()));
    bench.act_on(&topic, Act::Say { text, quoting }).unwrap();
    let told = bench.posted();
    assert_eq!(told[0]["message"]["reply_to_message"]["message_id"], id);
    let other = Act::Aside {
        text: format!("{name} and mine?"),
    };
    bench.act_on(&topic, other).unwrap();
    assert_eq!(bench.posted()[0]["message"]["from"]["first_name"], "Sofia");
    let gone = json!({"chat_id": group, "message_ids": [id]});
    assert_eq!(ask(&mut bench, "deleteMessages", &gone).0, 200);

    let nowhere = json!({"chat_id": group, "message_thread_id": 9, "text": "x"});
    let (_, refused) = ask(&mut bench, "sendMessage", &nowhere);
    assert_eq!(
        refused["description"],
        "Bad Request: message thread not found"
    );
    bench.act_on(&topic, Act::Block(true)).unwrap();
    let told = bench.posted();
    assert_eq!(
        told[0]["my_chat_member"]["new_chat_member"]["status"],
        "kicked"
    );
    let (status, refused) = ask(
        &mut bench,
        "sendMessage",
        &json!({"chat_id": group, "text": "x"}),
    );
    assert_eq!(status, 403);
    assert_eq!(
        refused["description"],
        "Forbidden: bot was kicked from the supergroup chat"
    );
}

#[test]
fn a_bot_whose_privacy_mode_is_off_hears_all_of_a_group() {
    let (mut bench, general, _) = joined();
    bench.posted();
    bench
        .account
        .kept
        .insert("hears_all".to_owned(), true.into());
    says(&mut bench, &general, "Who likes filter?");
    assert_eq!(bench.posted().len(), 1);
    let (_, me) = ask(&mut bench, "getMe", &json!({}));
    assert_eq!(me["result"]["can_read_all_group_messages"], true);
}

#[test]
fn somebodys_customer_is_written_to_through_the_connection_alone() {
    let (mut bench, _, lent) = joined();
    let told = bench.posted();
    let connection = &told[1]["business_connection"];
    assert_eq!(connection["is_enabled"], true);
    let id = connection["id"].clone();
    says(&mut bench, &lent, "Do you open on Sunday?");
    let message = bench.posted()[0]["business_message"].clone();
    assert_eq!(message["business_connection_id"], id);
    assert_eq!(
        (&message["chat"]["id"], &message["from"]["id"]),
        (&json!(5_550_003), &json!(5_550_003))
    );
    let without = json!({"chat_id": 5_550_003, "text": "Yes"});
    let (status, refused) = ask(&mut bench, "sendMessage", &without);
    assert_eq!(status, 403, "{refused}");
    let with = json!({"chat_id": 5_550_003, "business_connection_id": id, "text": "Yes"});
    let (status, sent) = ask(&mut bench, "sendMessage", &with);
    assert_eq!(status, 200);
    assert_eq!(sent["result"]["sender_business_bot"]["is_bot"], true);
    assert_eq!(sent["result"]["from"]["first_name"], "Rafael");
    let text = "Until noon".to_owned();
    bench.act_on(&lent, Act::Echo { text }).unwrap();
    let echo = bench.posted()[0]["business_message"].clone();
    assert_eq!(echo["from"]["first_name"], "Rafael");
    assert!(echo["sender_business_bot"].is_null());
    let read = json!({"chat_id": 5_550_003, "business_connection_id": id, "message_id": 1});
    assert_eq!(ask(&mut bench, "readBusinessMessage", &read).0, 200);
    let bubble = message["message_id"].to_string();
    bench.act_on(&lent, Act::Delete { bubble }).unwrap();
    let gone = bench.posted()[0]["deleted_business_messages"].clone();
    assert_eq!(gone["message_ids"], json!([message["message_id"]]));
    let back = json!({"business_connection_id": id, "message_ids": [sent["result"]["message_id"]]});
    assert_eq!(ask(&mut bench, "deleteBusinessMessages", &back).0, 200);
    bench.act_on(&lent, Act::Block(true)).unwrap();
    assert_eq!(
        bench.posted()[0]["business_connection"]["is_enabled"],
        false
    );
    let (status, refused) = ask(&mut bench, "sendMessage", &with);
    assert_eq!(
        (status, &refused["description"]),
        (400, &json!("Bad Request: BUSINESS_CONNECTION_INVALID"))
    );
}

#[test]
fn a_group_takes_twenty_a_minute_and_a_bot_thirty_a_second() {
    let (mut bench, general, _) = joined();
    let group = general.trim_start_matches("g:").parse::<i64>().unwrap();
    let send = |bench: &mut Bench, thread: Option<i64>| {
        let body = json!({"chat_id": group, "message_thread_id": thread, "text": "x"});
        ask(bench, "sendMessage", &body)
    };
    for number in 0..20 {
        let thread = (number % 2 == 0).then_some(2);
        assert_eq!(send(&mut bench, thread).0, 200, "{number}");
    }
    let (status, refused) = send(&mut bench, None);
    assert_eq!(
        (status, &refused["parameters"]["retry_after"]),
        (429, &json!(60))
    );
    // One more chat reaches what the bot may send to all together.
    bench
        .act(Act::Start {
            payload: String::new(),
        })
        .unwrap();
    let one = json!({"chat_id": 5_550_001, "text": "x"});
    let codes: Vec<u16> = (0..11)
        .map(|_| ask(&mut bench, "sendMessage", &one).0)
        .collect();
    assert_eq!(codes[9..], [200, 429]);
    bench.pass(std::time::Duration::from_secs(1));
    assert_eq!(ask(&mut bench, "sendMessage", &one).0, 200);
}
