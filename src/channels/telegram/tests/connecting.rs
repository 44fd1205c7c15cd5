//! Connecting a bot, and what is said of it.

use serde_json::Value;
use serde_json::json;

use crate::channels::Connects as _;
use crate::channels::telegram::Telegram;
use crate::channels::telegram::tests::SECRET;
use crate::channels::telegram::tests::asked;
use crate::channels::telegram::tests::asks;
use crate::channels::telegram::tests::done;
use crate::channels::telegram::tests::ok;
use crate::channels::telegram::tests::ours;
use crate::channels::telegram::tests::refused;
use crate::model::call::Call;
use crate::model::call::FieldValue;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;

fn me() -> Value {
    json!({"id":123_456_789,"is_bot":true,"first_name":"Acme","username":"acme_bot","can_read_all_group_messages":false})
}

#[test]
fn a_bot_is_proved_and_reports_to_us() {
    let account = ours(json!({}));
    let url = account.webhook_url.clone();
    let mut replies = Vec::new();
    assert_eq!(
        asks(Telegram.connect(&asked(&account, &replies))).0,
        "getMe"
    );
    replies.push(ok(&me()));
    let (method, body) = asks(Telegram.connect(&asked(&account, &replies)));
    assert_eq!(method, "setWebhook");
    assert_eq!(
        body,
        json!({"url":url,"secret_token":SECRET,"max_connections":40,"drop_pending_updates":false,
            "allowed_updates":["message","edited_message","channel_post","edited_channel_post","callback_query","my_chat_member","message_reaction","poll_answer"]})
    );
    replies.push(ok(&json!(true)));
    assert_eq!(
        asks(Telegram.connect(&asked(&account, &replies))).0,
        "getWebhookInfo"
    );
    replies.push(ok(&json!({"url":url,"pending_update_count":0})));
    let connected = done(Telegram.connect(&asked(&account, &replies)));
    assert_eq!(
        Value::Object(connected.settings),
        json!({"botUsername":"acme_bot","botName":"Acme"})
    );
    assert_eq!(connected.warnings, Vec::<String>::new());
}

#[test]
fn a_certificate_that_nobody_signed_goes_along_with_the_address() {
    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    let account = ours(json!({ "certificate": PEM }));
    let replies = [ok(&me())];
    let Ok(Step::Ask { call, .. }) = Telegram.connect(&asked(&account, &replies)) else {
        unreachable!("the address is told");
    };
    let Call::Form(form) = call else {
        unreachable!("{call:?}");
    };
    assert!(form.request.url.ends_with("/setWebhook"));
    let text = |name: &str| {
        let field = form.fields.iter().find(|field| field.name == name);
        match &field.unwrap().value {
            FieldValue::Text(text) => text.clone(),
            other => unreachable!("{other:?}"),
        }
    };
    assert_eq!(text("url"), account.webhook_url);
    assert_eq!(text("max_connections"), "40");
    assert!(text("allowed_updates").starts_with("[\"message\","));
    let file = FieldValue::Bytes {
        bytes: PEM.into(),
        filename: "certificate.pem".to_owned(),
        mime_type: "application/x-pem-file".to_owned(),
    };
    let last = form.fields.last().unwrap();
    assert_eq!((last.name.as_str(), &last.value), ("certificate", &file));
}

#[test]
fn what_waits_is_forgotten_only_where_wanted_and_only_at_first() {
    let known = |settings: Value, name: Option<&str>| {
        let mut account = ours(settings);
        if let Some(name) = name {
            account.settings.insert("botName".to_owned(), name.into());
        }
        let replies = [ok(&me())];
        let (_, body) = asks(Telegram.connect(&asked(&account, &replies)));
        body["drop_pending_updates"].clone()
    };
    for mode in ["webhook", "polling"] {
        let wanted = json!({"mode":mode,"dropPendingUpdates":true});
        assert_eq!(known(wanted.clone(), None), true, "{mode}");
        assert_eq!(known(wanted, Some("Acme")), false, "{mode}");
        assert_eq!(known(json!({"mode":mode}), None), false, "{mode}");
    }
}

#[test]
fn without_an_address_the_webhook_is_taken_away_and_nothing_dropped() {
    let account = ours(json!({"mode":"polling","businessMode":true}));
    let replies = [ok(&me())];
    let (method, body) = asks(Telegram.connect(&asked(&account, &replies)));
    assert_eq!(
        (method.as_str(), body),
        ("deleteWebhook", json!({"drop_pending_updates":false}))
    );
    let replies = [ok(&me()), ok(&json!(true))];
    let connected = done(Telegram.connect(&asked(&account, &replies)));
    assert_eq!(
        connected.warnings,
        ["Business Mode is off: switch it on at @BotFather."]
    );
}

#[test]
fn what_should_be_looked_at_is_said() {
    let account = ours(json!({"groupMode":"all"}));
    let info = json!({"url":"https://other.example/x","pending_update_count":250,"last_error_date":1_767_268_800,
        "last_error_message":"Wrong response from the webhook: 403 Forbidden"});
    let replies = [ok(&me()), ok(&json!(true)), ok(&info)];
    let connected = done(Telegram.connect(&asked(&account, &replies)));
    assert_eq!(
        connected.warnings,
        [
            "The bot sees only commands and mentions in groups: switch privacy mode off at @BotFather, or make it an administrator.",
            "The webhook is registered elsewhere: another program uses this bot.",
            "Telegram could not deliver at 2026-01-01T12:00:00.000Z: Wrong response from the webhook: 403 Forbidden. A bot protection before this server may keep Telegram out.",
            "250 updates wait at Telegram.",
        ]
    );
}

#[test]
fn a_bot_that_is_refused_or_another_is_not_connected() {
    let account = ours(json!({"botUsername":"@other_bot"}));
    let cases = [
        (vec![refused(401, "Unauthorized")], "Unauthorized"),
        (
            vec![ok(&me())],
            "The token belongs to @acme_bot, not to @other_bot.",
        ),
    ];
    for (replies, expected) in cases {
        let Err(Refusal::Account(error)) = Telegram.connect(&asked(&account, &replies)) else {
            unreachable!("{expected}");
        };
        assert_eq!(error.message, expected);
    }
    let account = ours(json!({}));
    let replies = [
        ok(&me()),
        refused(400, "Bad Request: bad webhook: HTTPS url must be provided"),
    ];
    let Err(Refusal::Never(error)) = Telegram.connect(&asked(&account, &replies)) else {
        unreachable!("a bad address connects nothing");
    };
    assert!(error.message.contains("HTTPS url must be provided"));
}
