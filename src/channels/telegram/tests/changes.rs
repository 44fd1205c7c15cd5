//! What is changed, taken back, shown and looked up beside messages.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::channels::Connects as _;
use crate::channels::Sends as _;
use crate::channels::fixtures::shown;
use crate::channels::telegram::Telegram;
use crate::channels::telegram::tests::TOKEN;
use crate::channels::telegram::tests::asked;
use crate::channels::telegram::tests::asks;
use crate::channels::telegram::tests::done;
use crate::channels::telegram::tests::ok;
use crate::channels::telegram::tests::ours;
use crate::channels::telegram::tests::refused;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::content::Content;
use crate::model::content::Location;
use crate::model::content::Media;
use crate::model::ids::Id as _;
use crate::model::ids::MessageId;
use crate::model::outbound::Moment;
use crate::model::outbound::Step;
use crate::model::outbound::Taken;
use crate::model::refusal::Refusal;

/// The method of a call, and its body.
fn shown_call(call: &Call) -> (String, Value) {
    let call = shown(call);
    let method = call["url"].as_str().unwrap().rsplit('/').next().unwrap();
    (method.to_owned(), call["body"].clone())
}

#[test]
fn menus_are_shown_and_those_that_are_gone_taken_away() {
    let account = ours(json!({"commands":[
        {"command":"help","description":"How it works"},
        {"command":"ajuda","description":"Como funciona","languageCode":"pt"},
    ]}));
    let mut replies = Vec::new();
    let mut heard = Vec::new();
    while let Ok(Step::Ask { call, .. }) = Telegram.publish(&asked(&account, &replies)) {
        heard.push(shown_call(&call));
        replies.push(ok(&json!(true)));
    }
    let gone = |kind: &str| {
        (
            "deleteMyCommands".to_owned(),
            json!({"scope":{"type":kind}}),
        )
    };
    assert_eq!(
        heard,
        [
            gone("all_private_chats"),
            gone("all_group_chats"),
            gone("all_chat_administrators"),
            (
                "setMyCommands".to_owned(),
                json!({"commands":[{"command":"help","description":"How it works"}],"scope":{"type":"default"}})
            ),
            (
                "setMyCommands".to_owned(),
                json!({"commands":[{"command":"ajuda","description":"Como funciona"}],"scope":{"type":"default"},"language_code":"pt"})
            ),
        ]
    );
    replies.truncate(3);
    replies.push(refused(400, "Bad Request: BOT_COMMAND_INVALID"));
    assert!(matches!(
        Telegram.publish(&asked(&account, &replies)),
        Err(Refusal::Never(_))
    ));
}

#[test]
fn menus_of_languages_and_chats_are_taken_away_although_telegram_does_not_tell_of_them() {
    let chat = json!({"type":"chat","chat_id":-100});
    let commands = json!([
        {"command":"help","description":"How it works"},
        {"command":"ajuda","description":"Como funciona","languageCode":"pt"},
        {"command":"admin","description":"For us","scope":chat},
    ]);
    let places = json!([{"scope":{"type":"default"},"language_code":"pt"}, {"scope":chat}]);
    let mut account = ours(json!({ "commands": commands }));
    // Known before any call: not every one may come through.
    for moment in [Moment::Before, Moment::After] {
        let shown = Telegram.shown(&account, moment);
        assert_eq!(shown["menusShown"], places, "{moment:?}");
    }
    account
        .settings
        .insert("menusShown".to_owned(), places.clone());
    account
        .settings
        .insert("commands".to_owned(), json!([commands[0]]));
    let kept = |moment| Telegram.shown(&account, moment)["menusShown"].clone();
    assert_eq!(
        (kept(Moment::Before), kept(Moment::After)),
        (places.clone(), Value::Null)
    );
    let mut replies = vec![ok(&json!(true)); 3];
    for (place, reply) in [
        (&places[0], ok(&json!(true))),
        (&places[1], refused(400, "Bad Request: chat not found")),
    ] {
        let (method, body) = asks(Telegram.publish(&asked(&account, &replies)));
        assert_eq!((method.as_str(), &body), ("deleteMyCommands", place));
        replies.push(reply);
    }
    let (method, _) = asks(Telegram.publish(&asked(&account, &replies)));
    assert_eq!(method, "setMyCommands");
    let later = refused(500, "Internal Server Error: restart");
    assert!(matches!(
        Telegram.publish(&asked(&account, &[later])),
        Err(Refusal::Later { .. })
    ));
}

/// What a bot is asked and told until it shows what its settings say.
fn profile_calls(settings: Value, shown: impl Fn(&str) -> Value) -> Vec<(String, Value)> {
    let account = ours(settings);
    let mut replies = Vec::new();
    let mut heard = Vec::new();
    while let Ok(Step::Ask { call, .. }) = Telegram.publish(&asked(&account, &replies)) {
        let call = shown_call(&call);
        replies.push(ok(&shown(&call.0)));
        heard.push(call);
    }
    heard.retain(|(method, _)| !method.ends_with("Commands"));
    heard
}

#[test]
fn a_profile_is_told_only_where_it_differs_and_only_what_was_ever_set() {
    let found = |method: &str| match method {
        "getMyName" => json!({"name": "Acme"}),
        "getMyDescription" => json!({"description": "Old"}),
        "getChatMenuButton" => json!({"type": "commands"}),
        _ => json!(true),
    };
    let calls = |settings: Value| profile_calls(settings, found);
    let ask = |method: &str| (method.to_owned(), json!({}));
    assert_eq!(calls(json!({})), []);
    let same = json!({"profileName":"Acme","menuButton":"commands"});
    assert_eq!(calls(same), [ask("getMyName"), ask("getChatMenuButton")]);
    let other = json!({"profileName":"Acme 24","profileDescription":"","menuButton":"web_app",
        "menuButtonText":"Shop","menuButtonUrl":"https://shop.example"});
    let button = json!({"type":"web_app","text":"Shop","web_app":{"url":"https://shop.example"}});
    assert_eq!(
        calls(other),
        [
            ask("getMyName"),
            ("setMyName".to_owned(), json!({"name":"Acme 24"})),
            ask("getMyDescription"),
            ("setMyDescription".to_owned(), json!({"description":""})),
            ask("getChatMenuButton"),
            (
                "setChatMenuButton".to_owned(),
                json!({"menu_button":button})
            ),
        ]
    );
    let usual = calls(json!({"menuButton":""}));
    assert_eq!(
        usual[1],
        (
            "setChatMenuButton".to_owned(),
            json!({"menu_button":{"type":"default"}})
        )
    );
}

fn taken<'a>(ids: &'a [String], parts: &'a [Content], metadata: &'a Opaque) -> Taken<'a> {
    Taken {
        message_id: MessageId::from_bytes([1; 16]),
        to: "5550001",
        external_ids: ids,
        parts,
        metadata,
    }
}

#[test]
fn only_the_parts_that_say_something_else_are_changed() {
    let account = ours(json!({}));
    let metadata = Opaque::new();
    let ids = [
        "5550001:1".to_owned(),
        "5550001:2".to_owned(),
        "b:AbC:5:3".to_owned(),
    ];
    let caption = |words: &str| {
        Content::Image(Media {
            caption: Some(words.to_owned()),
            ..Media::default()
        })
    };
    let before = [Content::text("one"), Content::text("two"), caption("a")];
    let after = [Content::text("one"), Content::text("2"), caption("b")];
    let message = taken(&ids, &before, &metadata);
    let edit = |replies: &[HttpReply]| Telegram.edit(&message, &after, &asked(&account, replies));
    assert_eq!(
        asks(edit(&[])),
        (
            "editMessageText".to_owned(),
            json!({"chat_id":5_550_001,"message_id":2,"text":"2"})
        )
    );
    let same = refused(400, "Bad Request: message is not modified");
    assert_eq!(
        asks(edit(std::slice::from_ref(&same))),
        (
            "editMessageCaption".to_owned(),
            json!({"chat_id":5,"message_id":3,"business_connection_id":"AbC","caption":"b"})
        )
    );
    done(edit(&[same, ok(&json!({}))]));
    let old = [refused(400, "Bad Request: message can't be edited")];
    assert!(matches!(edit(&old), Err(Refusal::Never(_))));
    let other = [Content::Location(Location::default())];
    let text = [Content::text("x")];
    let message = taken(&ids, &text, &metadata);
    let refused = Telegram.edit(&message, &other, &asked(&account, &[]));
    assert!(matches!(refused, Err(Refusal::Never(_))));
}

#[test]
fn what_is_changed_keeps_its_form() {
    let account = ours(json!({}));
    let ids = ["5550001:1".to_owned()];
    let markup = json!({"parseMode":"HTML"});
    let markup: Opaque = serde_json::from_value(markup).unwrap();
    let keys = json!({"inline_keyboard":[[{"text":"A","callback_data":"a"}]]});
    let cases = [
        (
            json!({"type":"text","text":"<b>Hi</b>"}),
            json!({"text":"<b>Hi</b>","parse_mode":"HTML"}),
        ),
        (
            json!({"type":"buttons","header":"H","text":"T","footer":"F","buttons":[{"type":"reply","id":"a","title":"A"}]}),
            json!({"text":"H\n\nT\n\nF","parse_mode":"HTML","reply_markup":keys}),
        ),
        (
            json!({"type":"list","text":"T","sections":[{"title":"S","rows":[{"id":"a","title":"A"}]}]}),
            json!({"text":"T\n\nS\n1. A","entities":[{"type":"bold","offset":3,"length":1}],"reply_markup":keys}),
        ),
    ];
    for (content, expected) in cases {
        let before = [Content::text("x")];
        let after: Content = serde_json::from_value(content).unwrap();
        let message = taken(&ids, &before, &markup);
        let (_, mut body) = asks(Telegram.edit(&message, &[after], &asked(&account, &[])));
        let fields = body.as_object_mut().unwrap();
        fields.retain(|name, _| !["chat_id", "message_id"].contains(&name.as_str()));
        assert_eq!(body, expected);
    }
}

#[test]
fn messages_are_taken_back_a_hundred_at_a_time() {
    let account = ours(json!({}));
    let metadata = Opaque::new();
    let ids: Vec<String> = (1..=101).map(|id| format!("5550001:{id}")).collect();
    let message = taken(&ids, &[], &metadata);
    let delete = |replies: &[HttpReply]| Telegram.delete(&message, &asked(&account, replies));
    let (method, body) = asks(delete(&[]));
    assert_eq!(method, "deleteMessages");
    assert_eq!(body["message_ids"].as_array().unwrap().len(), 100);
    let (_, body) = asks(delete(&[ok(&json!(true))]));
    assert_eq!(body, json!({"chat_id":5_550_001,"message_ids":[101]}));
    let gone = refused(400, "Bad Request: message to delete not found");
    done(delete(&[ok(&json!(true)), gone]));
    let old = [refused(400, "Bad Request: message can't be deleted")];
    assert!(matches!(delete(&old), Err(Refusal::Never(_))));
    let ids = ["b:AbC:5:3".to_owned()];
    let message = taken(&ids, &[], &metadata);
    assert_eq!(
        asks(Telegram.delete(&message, &asked(&account, &[]))),
        (
            "deleteBusinessMessages".to_owned(),
            json!({"business_connection_id":"AbC","message_ids":[3]})
        )
    );
}

#[test]
fn a_picture_is_found_where_the_person_shows_one() {
    let account = ours(json!({}));
    let look = |replies: &[HttpReply]| Telegram.look_up("5550001", &asked(&account, replies));
    assert_eq!(
        asks(look(&[])),
        (
            "getUserProfilePhotos".to_owned(),
            json!({"user_id":5_550_001,"limit":1})
        )
    );
    let photos = ok(&json!({"total_count":1,"photos":[[{"file_id":"small"},{"file_id":"large"}]]}));
    assert_eq!(
        asks(look(std::slice::from_ref(&photos))),
        ("getFile".to_owned(), json!({"file_id":"large"}))
    );
    let found = done(look(&[photos, ok(&json!({"file_path":"photos/1.jpg"}))]));
    let url = found.picture.map(|source| source.url);
    assert_eq!(
        url,
        Some(format!(
            "https://api.telegram.org/file/bot{TOKEN}/photos/1.jpg"
        ))
    );
    for reply in [
        ok(&json!({"total_count":0,"photos":[]})),
        refused(400, "Bad Request: user not found"),
    ] {
        assert!(done(look(&[reply])).picture.is_none());
    }
    let group = Telegram.look_up("-100", &asked(&account, &[]));
    assert!(done(group).picture.is_none());
}
