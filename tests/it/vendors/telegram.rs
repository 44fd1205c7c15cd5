//! A Telegram bot, by webhook and by polling.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use super::connected;
use super::messages;
use super::reachable;
use super::send;
use super::until;
use crate::support::eventually;
use crate::support::reply::Reply;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Answer;
use crate::support::vendor::Call;
use crate::support::vendor::Vendor;

const TOKEN: &str = "123456789:AAFakeTokenFakeTokenFakeTokenFake00";

#[expect(clippy::unnecessary_wraps, reason = "a script may also hang up")]
fn ok(result: &Value) -> Answer {
    Some((200, json!({ "ok": true, "result": result })))
}

/// What the Bot API answers when all is well.
pub fn bot(call: &Call) -> Answer {
    let method = call.path.rsplit('/').next().unwrap_or_default();
    ok(&match method {
        "getMe" => {
            json!({"id":123_456_789,"is_bot":true,"first_name":"Acme","username":"acme_bot"})
        }
        "getWebhookInfo" => json!({"url":"","pending_update_count":0}),
        _ if method.starts_with("send") => {
            let chat = call.body()["chat_id"].as_i64().unwrap_or(5);
            json!({"message_id":900,"date":1,"chat":{"id":chat,"type":"private"}})
        }
        _ => json!(true),
    })
}

/// The settings of the bot, reached that way.
pub fn config(vendor: &Vendor, mode: &str) -> Value {
    json!({ "botToken": TOKEN, "mode": mode, "apiBaseUrl": vendor.url })
}

/// What Ana writes.
pub fn message(id: i64, text: &str) -> Value {
    json!({"update_id":1_000 + id,"message":{"message_id":id,"from":{"id":5,"is_bot":false,"first_name":"Ana"},
        "chat":{"id":5,"type":"private","first_name":"Ana"},"date":1_767_268_800,"text":text}})
}

/// Telegram calls us.
async fn hook(server: &Server, channel: &Value, update: &Value) -> Reply {
    let secret = channel["secrets"]["webhookSecret"].as_str().unwrap();
    let address = format!("/webhooks/telegram/{}", channel["id"].as_str().unwrap());
    server
        .anonymous()
        .with("x-telegram-bot-api-secret-token", secret)
        .send(
            Method::POST,
            &address,
            Some(update.to_string().into_bytes()),
        )
        .await
}

/// Ana writes for the first time.
pub async fn greets(server: &Server, channel: &Value) {
    assert_eq!(hook(server, channel, &message(1, "hi")).await.status, 200);
}

#[test]
fn a_message_comes_in_once_and_the_answer_goes_out() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(bot).await;
        let channel = connected(server, "telegram", &config(&vendor, "webhook")).await;
        let set = vendor.hears("/setWebhook", 1).await.body();
        let address = format!(
            "https://chat.example/webhooks/telegram/{}",
            channel["id"].as_str().unwrap()
        );
        assert_eq!(set["url"], address);
        assert_eq!(set["secret_token"], channel["secrets"]["webhookSecret"]);

        for _ in 0..2 {
            let reply = hook(server, &channel, &message(77, "Is it in stock?")).await;
            assert_eq!((reply.status, reply.bytes.len()), (200, 0));
        }
        let forged = server
            .anonymous()
            .with("x-telegram-bot-api-secret-token", "wrong");
        let path = format!("/webhooks/telegram/{}", channel["id"].as_str().unwrap());
        let body = message(78, "forged").to_string().into_bytes();
        assert_eq!(
            forged.send(Method::POST, &path, Some(body)).await.status,
            401
        );
        let all = messages(server).await;
        assert_eq!(all.len(), 1, "once, and nothing forged");
        assert_eq!(
            (&all[0]["text"], &all[0]["externalId"]),
            (&json!("Is it in stock?"), &json!("5:77"))
        );

        let answer = send(server, &channel, "5", json!({"type":"text","text":"Yes"}))
            .await
            .ok();
        let sent = until(server, &answer, "sent").await;
        assert_eq!(sent["externalId"], "5:900");
        let body = vendor.hears("/sendMessage", 1).await.body();
        assert_eq!(
            (&body["chat_id"], &body["text"]),
            (&json!(5), &json!("Yes"))
        );
    });
}

#[test]
fn a_press_is_answered_and_a_blocked_bot_says_so() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(bot).await;
        let channel = connected(server, "telegram", &config(&vendor, "webhook")).await;
        hook(server, &channel, &message(77, "hi")).await;
        let offer = json!({"type":"buttons","text":"Well?","buttons":[{"type":"reply","id":"y".repeat(70),"title":"Yes"}]});
        let asked = send(server, &channel, "5", offer).await.ok();
        until(server, &asked, "sent").await;
        let keys = vendor.hears("/sendMessage", 1).await.body()["reply_markup"].clone();
        let data = keys["inline_keyboard"][0][0]["callback_data"].clone();
        assert!(data.as_str().unwrap().len() <= 64);
        let press = json!({"update_id":2,"callback_query":{"id":"238","from":{"id":5,"is_bot":false,"first_name":"Ana"},"data":data,
            "message":{"message_id":900,"date":0,"chat":{"id":5,"type":"private"}}}});
        hook(server, &channel, &press).await;
        let answered = vendor.hears("/answerCallbackQuery", 1).await.body();
        assert_eq!(answered["callback_query_id"], "238");
        let pressed = &messages(server).await[0];
        assert_eq!(pressed["content"]["payload"], "y".repeat(70));
        assert_eq!(pressed["content"]["title"], "Yes");

        let member = |status: &str| {
            json!({"update_id":3,"my_chat_member":{"chat":{"id":5,"type":"private","first_name":"Ana"},"date":1,
                "from":{"id":5,"is_bot":false,"first_name":"Ana"},"new_chat_member":{"status":status,"user":{"id":123_456_789}}}})
        };
        hook(server, &channel, &member("kicked")).await;
        let text = json!({"type":"text","text":"Hello?"});
        send(server, &channel, "5", text.clone())
            .await
            .refused(422, "CONTACT_UNREACHABLE");
        hook(server, &channel, &member("member")).await;
        let again = send(server, &channel, "5", text).await.ok();
        until(server, &again, "sent").await;
    });
}

#[test]
fn a_keyboard_that_is_refused_becomes_numbers_that_can_be_answered() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(|call| {
            if call.path.ends_with("/sendMessage") && call.text.contains("inline_keyboard") {
                let why = "Bad Request: BUTTON_DATA_INVALID";
                return Some((400, json!({"ok":false,"error_code":400,"description":why})));
            }
            bot(call)
        })
        .await;
        let channel = connected(server, "telegram", &config(&vendor, "webhook")).await;
        hook(server, &channel, &message(77, "hi")).await;
        let offer = json!({"type":"buttons","text":"Well?","buttons":[{"type":"reply","id":"yes","title":"Yes"},{"type":"reply","id":"no","title":"No"}]});
        let asked = send(server, &channel, "5", offer).await.ok();
        until(server, &asked, "sent").await;
        let second = vendor.hears("/sendMessage", 2).await.body();
        assert_eq!(second["text"], "Well?\n\n1. Yes\n2. No");
        hook(server, &channel, &message(78, "2")).await;
        let all = messages(server).await;
        assert_eq!(all[0]["content"]["payload"], "no", "{}", all[0]);
    });
}

#[test]
fn a_file_that_telegram_cannot_fetch_is_fetched_here_and_handed_over() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(|call| {
            if call.path.ends_with("/sendDocument") && call.text.starts_with('{') {
                let why = "Bad Request: failed to get HTTP URL content";
                return Some((400, json!({"ok":false,"error_code":400,"description":why})));
            }
            if call.path.ends_with("/price-list.pdf") {
                return Some((200, json!("prices")));
            }
            bot(call)
        })
        .await;
        let channel = connected(server, "telegram", &config(&vendor, "webhook")).await;
        hook(server, &channel, &message(77, "hi")).await;
        let file = |name: &str| {
            let url = format!("{}/{name}", vendor.url);
            json!({"type":"document","url":url,"mimeType":"application/pdf","caption":"our prices"})
        };
        let sent = send(server, &channel, "5", file("price-list.pdf"))
            .await
            .ok();
        until(server, &sent, "sent").await;
        let second = vendor.hears("/sendDocument", 2).await;
        let (kind, text) = (second.header("content-type"), &second.text);
        assert!(kind.starts_with("multipart/form-data"), "{kind}");
        assert!(
            text.contains("\"prices\"") && text.contains("our prices"),
            "{text}"
        );

        // One that nobody can fetch has failed, and is not tried for ever.
        let lost = file("nowhere.pdf");
        vendor.answers(|call| {
            if call.path.ends_with("/nowhere.pdf") {
                return Some((410, json!("gone")));
            }
            if call.path.ends_with("/sendDocument") {
                let why = "Bad Request: WEBPAGE_CURL_FAILED";
                return Some((400, json!({"ok":false,"error_code":400,"description":why})));
            }
            bot(call)
        });
        // The pace of the chat is no matter here.
        server.pass(std::time::Duration::from_secs(10));
        let lost = send(server, &channel, "5", lost).await.ok();
        let lost = until(server, &lost, "failed").await;
        assert_eq!(lost["metadata"]["error"]["reason"], "not_fetched", "{lost}");
    });
}

#[test]
fn without_an_address_the_bot_is_asked_and_nothing_is_lost() {
    let change =
        |config: &mut linktor::config::Config| config.security.allow_private_targets = true;
    on_a_server_with(change, async |server| {
        let news = Arc::new(Mutex::new(VecDeque::from([
            json!([message(1, "one"), message(2, "two")]),
            json!([message(3, "three")]),
        ])));
        let mine = news.clone();
        let vendor = Vendor::open(move |call| {
            if !call.path.ends_with("/getUpdates") {
                return bot(call);
            }
            mine.lock()
                .unwrap()
                .pop_front()
                .and_then(|result| ok(&result))
        })
        .await;
        let channel = connected(server, "telegram", &config(&vendor, "polling")).await;
        assert_eq!(vendor.heard("/deleteWebhook").len(), 1);
        let all = eventually("three messages", async || {
            let all = messages(server).await;
            (all.len() == 3).then_some(all)
        })
        .await;
        let texts: Vec<_> = all
            .iter()
            .map(|one| one["text"].as_str().unwrap())
            .collect();
        assert_eq!(texts, ["three", "two", "one"]);
        let third = vendor.hears("/getUpdates", 3).await.body();
        assert_eq!(
            third["offset"], 1_004,
            "all before it is confirmed once it is on disk"
        );
        let offsets: Vec<_> = vendor
            .heard("/getUpdates")
            .iter()
            .map(|call| call.body()["offset"].clone())
            .collect();
        assert_eq!(offsets[..2], [Value::Null, json!(1_003)]);
        let answer = send(server, &channel, "5", json!({"type":"text","text":"Yes"}))
            .await
            .ok();
        until(server, &answer, "sent").await;
    });
}
