#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::sandbox::bench::Bench;
use crate::sandbox::bench::picture;
use crate::sandbox::bench::words;
use crate::sandbox::chat::Sort;

const BOTH: [Kind; 2] = [Kind::Messenger, Kind::Instagram];

fn send(bench: &mut Bench, more: &Value) -> (u16, Value) {
    let mut body = json!({"recipient": {"id": bench.customer()}});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let path = format!("v25.0/{}/messages", bench.account.key("pageId"));
    bench.ask(Method::Post, &path, &body)
}

fn elements(bench: &mut Bench) -> Vec<Value> {
    let posted = bench.posted().into_iter();
    posted
        .map(|body| body["entry"][0]["messaging"][0].clone())
        .collect()
}

fn hi() -> Value {
    json!({"messaging_type": "RESPONSE", "message": {"text": "hi", "metadata": "msg_1"}})
}

#[test]
fn the_window_opens_with_a_word_and_closes_after_a_day() {
    for kind in BOTH {
        let mut bench = Bench::of(Page(kind));
        let (_, refused) = send(&mut bench, &hi());
        assert_eq!(refused["error"]["code"], 10);
        assert_eq!(refused["error"]["error_subcode"], kind.outside());
        bench.say("hello");
        assert_eq!(send(&mut bench, &hi()).0, 200);
        bench.pass(Duration::from_secs(25 * 3_600));
        assert_eq!(send(&mut bench, &hi()).0, 400);
        let human = json!({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT", "message": {"text": "hi"}});
        assert_eq!(send(&mut bench, &human).0, 200);
        let old = json!({"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE", "message": {"text": "hi"}});
        assert_eq!(
            send(&mut bench, &old).1["error"]["error_subcode"],
            1_893_061
        );
    }
}

#[test]
fn what_is_sent_is_echoed_and_its_receipts_are_the_vendors() {
    for (kind, receipts) in [
        (Kind::Messenger, vec!["delivery", "read"]),
        (Kind::Instagram, vec!["read"]),
    ] {
        let mut bench = Bench::of(Page(kind));
        bench.say("hello");
        elements(&mut bench);
        let (_, sent) = send(&mut bench, &hi());
        let told = elements(&mut bench);
        assert_eq!(told[0]["message"]["is_echo"], true);
        assert_eq!(told[0]["message"]["mid"], sent["message_id"]);
        let ours = told[0]["message"]["metadata"] == "msg_1";
        assert_eq!(ours, kind == Kind::Messenger);
        let names: Vec<&str> = receipts.into_iter().collect();
        for (element, name) in told[1..].iter().zip(&names) {
            assert!(element[*name].is_object(), "{element}");
        }
        assert_eq!(told.len(), 1 + names.len());
    }
}

#[test]
fn presses_files_stories_and_deletions_are_told() {
    let mut bench = Bench::of(Page(Kind::Instagram));
    bench.say("hello");
    let mine = bench.last().id.clone();
    let quick = json!({"message": {"text": "Which?", "quick_replies": [
        {"content_type": "text", "title": "New", "payload": "NEW"}]}});
    send(&mut bench, &quick);
    elements(&mut bench);
    let bubble = bench.last().id.clone();
    bench.act(Act::Press { bubble, choice: 0 }).unwrap();
    assert_eq!(
        elements(&mut bench)[0]["message"]["quick_reply"]["payload"],
        "NEW"
    );
    bench.act(Act::StoryMention { file: picture() }).unwrap();
    let told = elements(&mut bench);
    let mention = &told[0]["message"]["attachments"][0];
    assert_eq!(mention["type"], "story_mention");
    let url = mention["payload"]["url"].as_str().unwrap();
    let path = url
        .strip_prefix("https://lookaside.fbsbx.com/")
        .unwrap()
        .to_owned();
    let fetch = call::tests::call(Method::Get, &path, "", &Value::Null);
    assert_eq!(bench.reply(&fetch).body, &picture().bytes[..]);
    let forged = call::tests::call(
        Method::Get,
        &path.replace("signature=", "signature=0"),
        "",
        &Value::Null,
    );
    assert_eq!(bench.reply(&forged).status, 403);
    bench
        .act(Act::StoryReply {
            text: "Love this!".to_owned(),
        })
        .unwrap();
    assert_eq!(
        elements(&mut bench)[0]["message"]["reply_to"]["story"]["id"],
        "17863"
    );
    bench.act(Act::Delete { bubble: mine }).unwrap();
    assert_eq!(elements(&mut bench)[0]["message"]["is_deleted"], true);
    let mut page = Bench::of(Page(Kind::Messenger));
    assert!(
        page.act(Act::StoryReply {
            text: "x".to_owned()
        })
        .is_err()
    );
    let (file, caption) = (picture(), String::new());
    page.act(Act::Send {
        sort: Sort::Image,
        file,
        caption,
        quoting: None,
    })
    .unwrap();
    assert_eq!(
        elements(&mut page)[0]["message"]["attachments"][0]["type"],
        "image"
    );
}

#[test]
fn a_menu_needs_a_start_and_the_start_says_what_was_set_up() {
    let mut bench = Bench::of(Page(Kind::Messenger));
    let path = "v25.0/me/messenger_profile";
    let menu = json!({"persistent_menu": [{"locale": "default", "call_to_actions": [
        {"type": "postback", "title": "Support", "payload": "S"}]}]});
    let (_, refused) = bench.ask(Method::Post, path, &menu);
    assert_eq!(refused["error"]["code"], 100);
    let start = json!({"get_started": {"payload": "BEGIN"}});
    assert_eq!(bench.ask(Method::Post, path, &start).0, 200);
    assert_eq!(bench.ask(Method::Post, path, &menu).0, 200);
    let (_, set) = bench.ask(
        Method::Get,
        &format!("{path}?fields=get_started"),
        &Value::Null,
    );
    assert_eq!(set["data"][0]["get_started"]["payload"], "BEGIN");
    bench
        .act(Act::Start {
            payload: String::new(),
        })
        .unwrap();
    assert_eq!(elements(&mut bench)[0]["postback"]["payload"], "BEGIN");
    assert_eq!(words(bench.last()), "Get Started");
}

#[test]
fn a_person_is_known_once_they_wrote() {
    for kind in BOTH {
        let mut bench = Bench::of(Page(kind));
        let path = format!("v25.0/{}", bench.customer());
        assert_eq!(bench.ask(Method::Get, &path, &Value::Null).0, 400);
        bench.say("hello");
        let (status, person) = bench.ask(Method::Get, &path, &Value::Null);
        assert_eq!(
            (status, person["id"].as_str()),
            (200, Some(&*bench.customer()))
        );
    }
}

#[test]
fn a_comment_is_answered_once_in_private_and_for_a_week() {
    for kind in BOTH {
        let mut bench = Bench::of(Page(kind));
        let comment = || Act::Comment {
            text: "How much?".to_owned(),
        };
        bench.act(comment()).unwrap();
        assert_eq!(bench.posted().len(), usize::from(kind == Kind::Instagram));
        let path = "v25.0/me/subscribed_apps?subscribed_fields=messages,feed";
        assert_eq!(bench.ask(Method::Post, path, &json!({})).0, 200);
        bench.act(comment()).unwrap();
        let change = bench.posted()[0]["entry"][0]["changes"][0].clone();
        let (field, name) = match kind {
            Kind::Messenger => ("feed", "comment_id"),
            Kind::Instagram => ("comments", "id"),
        };
        assert_eq!(change["field"], field);
        let id = &change["value"][name];
        let private = json!({"recipient": {"comment_id": id}, "message": {"text": "Twelve"}});
        assert_eq!(send(&mut bench, &hi()).1["error"]["code"], 10);
        assert_eq!(send(&mut bench, &private).0, 200);
        assert_eq!(words(bench.last()), "Twelve");
        let (_, again) = send(&mut bench, &private);
        assert_eq!(again["error"]["error_subcode"], 2_534_025);
        // The person has not written: nothing but the one answer goes.
        assert_eq!(send(&mut bench, &hi()).1["error"]["code"], 10);
        bench.act(comment()).unwrap();
        let late = bench.last().id.clone();
        bench.pass(Duration::from_secs(7 * 24 * 3_600));
        let late = json!({"recipient": {"comment_id": late}, "message": {"text": "Twelve"}});
        assert_eq!(send(&mut bench, &late).1["error"]["code"], 10);
        let nobodys = json!({"recipient": {"comment_id": "1"}, "message": {"text": "Twelve"}});
        assert_eq!(send(&mut bench, &nobodys).1["error"]["code"], 100);
    }
}

#[test]
fn while_the_inbox_has_a_conversation_the_app_only_listens() {
    for kind in BOTH {
        let mut bench = Bench::of(Page(kind));
        let customer = bench.customer();
        let to = json!({"recipient": {"id": customer}});
        let path = |name: &str| format!("v25.0/me/{name}");
        bench.say("hello");
        elements(&mut bench);
        let (_, stranger) = bench.ask(Method::Post, &path("pass_thread_control"), &to);
        assert_eq!(stranger["error"]["code"], 100, "no app is named");
        let inbox = match kind {
            Kind::Messenger => "263902037430900",
            Kind::Instagram => "1217981644879628",
        };
        let pass = json!({"recipient": {"id": customer}, "target_app_id": inbox});
        let (status, _) = bench.ask(Method::Post, &path("pass_thread_control"), &pass);
        assert_eq!(status, 200);
        let owner = path(&format!("thread_owner?recipient={customer}"));
        let (_, owned) = bench.ask(Method::Get, &owner, &Value::Null);
        assert_eq!(owned["data"][0]["thread_owner"]["app_id"], inbox);
        assert_eq!(send(&mut bench, &hi()).0, 400);
        bench.say("anybody?");
        let told = bench.posted();
        assert_eq!(
            told[0]["entry"][0]["standby"][0]["message"]["text"],
            "anybody?"
        );
        bench.act(Act::Hold(false)).unwrap();
        let back = &elements(&mut bench)[0]["pass_thread_control"];
        assert_eq!(back["new_owner_app_id"], bench.account.key("appId"));
        assert_eq!(send(&mut bench, &hi()).0, 200);
        elements(&mut bench);
        bench.act(Act::Hold(true)).unwrap();
        let taken = &elements(&mut bench)[0]["take_thread_control"];
        assert_eq!(taken["new_owner_app_id"], inbox);
        let (status, _) = bench.ask(Method::Post, &path("take_thread_control"), &to);
        assert_eq!(status, 200);
        assert_eq!(send(&mut bench, &hi()).0, 200);
    }
}

#[test]
fn who_asked_for_news_gets_them_at_any_time_until_they_stop() {
    let mut bench = Bench::of(Page(Kind::Messenger));
    bench.say("hello");
    elements(&mut bench);
    bench.act(Act::Marketing(true)).unwrap();
    let optin = elements(&mut bench)[0]["optin"].clone();
    assert_eq!(optin["payload"], "NEWS");
    let token = &optin["notification_messages_token"];
    bench.pass(Duration::from_secs(48 * 3_600));
    let news = json!({"recipient": {"notification_messages_token": token}, "message": {"text": "A new harvest"}});
    let mut told = |news: &Value| send(&mut bench, news);
    assert_eq!(told(&news).0, 200);
    let forged =
        json!({"recipient": {"notification_messages_token": "1"}, "message": {"text": "x"}});
    assert_eq!(told(&forged).0, 400);
    bench.act(Act::Marketing(false)).unwrap();
    let stopped = elements(&mut bench);
    let stopped = stopped.iter().find(|one| one["optin"].is_object()).unwrap();
    assert_eq!(
        stopped["optin"]["notification_messages_status"],
        "STOP_NOTIFICATIONS"
    );
    assert_eq!(send(&mut bench, &news).0, 400);
    bench.act(Act::Marketing(true)).unwrap();
    assert_eq!(send(&mut bench, &news).0, 200);
}
