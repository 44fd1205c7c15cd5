//! How vendors' channels come into service, stay in it and leave it.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::connected;
use super::messages;
use super::reachable;
use super::telegram::bot;
use super::telegram::config;
use super::telegram::greets;
use super::telegram::message;
use crate::support::eventually;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Call;
use crate::support::vendor::Vendor;

fn path(channel: &Value) -> String {
    format!("/channels/{}", channel["id"].as_str().unwrap())
}

async fn is(server: &Server, channel: &Value, status: &str) -> Value {
    let address = path(channel);
    eventually(&format!("the channel is {status}"), async || {
        let now = server.api().get(&address).await.ok();
        (now["status"] == status).then_some(now)
    })
    .await
}

#[test]
fn what_one_channel_has_at_its_vendor_no_other_gets() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(bot).await;
        let api = server.api();
        let base = |mut config: Value| {
            config["apiBaseUrl"] = vendor.url.clone().into();
            config
        };
        let twilio = |number: &str, account: &str| {
            base(
                json!({"provider":"twilio","phoneNumber":number,"accountSid":account,
                "authToken":"0123456789abcdef0123456789abcdef"}),
            )
        };
        let account = format!("AC{}", "1".repeat(32));
        let meta = |extra: Value| {
            let mut config = base(extra);
            config["appSecret"] = "s".into();
            config
        };
        let cases = [
            (
                "telegram",
                config(&vendor, "webhook"),
                config(&vendor, "polling"),
                "config.botToken",
            ),
            (
                "whatsapp",
                meta(json!({"phoneNumberId":"106540352242922","accessToken":"a"})),
                meta(json!({"phoneNumberId":"106540352242922","accessToken":"b"})),
                "config.phoneNumberId",
            ),
            (
                "facebook",
                meta(json!({"pageId":"1234567890","pageAccessToken":"a"})),
                meta(json!({"pageId":"1234567890","pageAccessToken":"b"})),
                "config.pageId",
            ),
            (
                "instagram",
                meta(json!({"pageId":"1234567890","accessToken":"a"})),
                meta(json!({"pageId":"1234567890","accessToken":"b"})),
                "config.pageId",
            ),
            (
                "sms",
                twilio("+15550001111", &account),
                twilio("+15550001111", &account),
                "config.phoneNumber",
            ),
        ];
        for (kind, first, second, field) in cases {
            let body =
                |name: &str, config: &Value| json!({"type":kind,"name":name,"config":config});
            let made = api.post("/channels", body("First", &first)).await.ok();
            let refused = api.post("/channels", body("Second", &second)).await;
            let details = refused.refused(409, "CHANNEL_ALREADY_EXISTS");
            assert!(details.to_string().contains("First"), "{kind}: {details}");
            assert!(details.to_string().contains(field), "{kind}: {details}");
            // Its own settings are no obstacle to itself.
            let same = json!({ "name": "Renamed", "config": first });
            api.patch(&path(&made), same).await.ok();
        }
        let free = api
            .post(
                "/channels",
                json!({"type":"sms","name":"Other","config":twilio("+15550002222", &account)}),
            )
            .await
            .ok();
        let taken = json!({"config":{"phoneNumber":"+15550001111"}});
        api.patch(&path(&free), taken)
            .await
            .refused(409, "CHANNEL_ALREADY_EXISTS");
    });
}

/// What the bot was told of its webhook so far, in order.
fn told(vendor: &Vendor) -> Vec<String> {
    let about = |call: &Call| {
        let method = call.path.rsplit('/').next().unwrap_or_default().to_owned();
        method
            .ends_with("tWebhook")
            .then_some(method.clone())
            .or(method.ends_with("deleteWebhook").then_some(method))
    };
    vendor.heard("Webhook").iter().filter_map(about).collect()
}

#[test]
fn a_bot_changes_how_news_arrive_by_itself_and_loses_none() {
    on_a_server_with(reachable, async |server| {
        let waiting = std::sync::Arc::new(std::sync::Mutex::new(vec![message(2, "two")]));
        let mine = waiting.clone();
        let vendor = Vendor::open(move |call| {
            if !call.path.ends_with("/getUpdates") {
                return bot(call);
            }
            let next = mine.lock().unwrap().pop();
            next.map(|update| (200, json!({"ok":true,"result":[update]})))
        })
        .await;
        let channel = connected(server, "telegram", &config(&vendor, "webhook")).await;
        greets(server, &channel).await;

        let polling = json!({"config":{"mode":"polling"}});
        server.api().patch(&path(&channel), polling).await.ok();
        is(server, &channel, "active").await;
        vendor.hears("/getUpdates", 1).await;
        eventually("what waited at the vendor is here", async || {
            (messages(server).await.len() == 2).then_some(())
        })
        .await;

        let webhook = json!({"config":{"mode":"webhook"}});
        server.api().patch(&path(&channel), webhook).await.ok();
        vendor.hears("/setWebhook", 2).await;
        is(server, &channel, "active").await;
        assert_eq!(
            told(&vendor),
            ["setWebhook", "deleteWebhook", "setWebhook"],
            "each change is told once"
        );
        let never = vendor.heard("/deleteWebhook");
        assert_eq!(never[0].body()["drop_pending_updates"], false);
        // The call for news that is held open ends with the server.
        waiting.lock().unwrap().push(message(3, "three"));
    });
}

#[test]
fn a_bot_that_leaves_service_takes_its_webhook_along() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(bot).await;
        let api = server.api();
        let channel = connected(server, "telegram", &config(&vendor, "webhook")).await;
        let disconnect = format!("{}/disconnect", path(&channel));
        api.post(&disconnect, json!({})).await.ok();
        vendor.hears("/deleteWebhook", 1).await;
        // One that is out of service has nothing to take along.
        api.delete(&path(&channel)).await.ok();
        assert_eq!(vendor.heard("/deleteWebhook").len(), 1);

        let channel = connected(server, "telegram", &config(&vendor, "webhook")).await;
        let other = json!({"config":{"botToken":"987654321:AAFakeTokenFakeTokenFakeTokenFake00"}});
        api.patch(&path(&channel), other).await.ok();
        let left = vendor.hears("/deleteWebhook", 2).await;
        assert!(left.path.contains("/bot123456789:"), "of the bot before");
        is(server, &channel, "active").await;
        api.delete(&path(&channel)).await.ok();
        let left = vendor.hears("/deleteWebhook", 3).await;
        assert!(left.path.contains("/bot987654321:"));
    });
}

#[test]
fn a_bot_that_another_program_took_is_noticed_and_comes_back() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(bot).await;
        let channel = connected(server, "telegram", &config(&vendor, "webhook")).await;
        let url = vendor.hears("/setWebhook", 1).await.body()["url"].clone();
        let looks = |url: Value| {
            move |call: &Call| {
                if call.path.ends_with("/getWebhookInfo") {
                    let info = json!({"url":url,"pending_update_count":0});
                    return Some((200, json!({"ok":true,"result":info})));
                }
                bot(call)
            }
        };
        vendor.answers(looks(url.clone()));
        let before = vendor.heard("/getWebhookInfo").len();
        server.pass(Duration::from_secs(601));
        vendor.hears("/getWebhookInfo", before + 1).await;
        let well = is(server, &channel, "active").await;
        eventually("when it was looked at is known", async || {
            let now = server.api().get(&path(&channel)).await.ok();
            (now["health"]["lastChecked"] != well["connectedAt"]).then_some(())
        })
        .await;

        vendor.answers(looks("https://bots.oldvendor.example/x".into()));
        let broken = eventually("somebody noticed", async || {
            let now = server.api().get(&path(&channel)).await.ok();
            if now["status"] == "error" {
                return Some(now);
            }
            server.pass(Duration::from_secs(60));
            None
        })
        .await;
        assert_eq!(
            broken["errorMessage"],
            "The webhook is registered elsewhere: another program uses this bot."
        );
        // It is looked at again by itself, and not taken from whoever has it.
        let seen = vendor.heard("/getWebhookInfo").len();
        eventually("it was looked at again", async || {
            server.pass(Duration::from_secs(61));
            (vendor.heard("/getWebhookInfo").len() > seen).then_some(())
        })
        .await;
        assert_eq!(vendor.heard("/setWebhook").len(), 1);
        is(server, &channel, "error").await;
        // Once it is ours again, the channel is back.
        vendor.answers(looks(url));
        eventually("it is back", async || {
            server.pass(Duration::from_secs(121));
            let now = server.api().get(&path(&channel)).await.ok();
            (now["status"] == "active").then_some(())
        })
        .await;
    });
}
