//! Channels: made with what is left to do, changed, switched, proved, deleted.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::hook::Hook;
use crate::support::server::on_a_server;
use crate::support::server::on_a_server_with;

fn address_of(channel: &Value) -> String {
    format!("/channels/{}", channel["id"].as_str().unwrap())
}

#[test]
fn a_new_channel_shows_its_secrets_once_and_what_is_left_to_do() {
    on_a_server(async |server| {
        let api = server.api();
        let body = json!({ "type": "webchat", "name": "Site",
            "config": { "allowed_origins": ["shop.example.com"], "ours": { "a": 1 } },
            "metadata": { "shop": 7 } });
        let made = api.post("/channels", body).await.ok();
        assert_eq!(
            (&made["status"], &made["setupComplete"]),
            (&json!("inactive"), &json!(false))
        );
        assert_eq!(made["config"]["type"], "webchat");
        assert_eq!(
            made["config"]["allowedOrigins"],
            json!(["shop.example.com"])
        );
        assert_eq!(made["config"]["ours"], json!({ "a": 1 }));
        assert_eq!(made["config"]["webhookSecret"], "********");
        let secret = made["webhookSecret"].as_str().unwrap();
        assert_eq!(made["secrets"]["webhookSecret"], secret);
        let steps = made["meta"]["setupInstructions"].as_array().unwrap();
        let numbers: Vec<_> = steps
            .iter()
            .map(|step| step["step"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
        let values: Vec<_> = steps
            .iter()
            .filter_map(|step| step["value"].as_str())
            .collect();
        assert!(values.contains(&secret));
        let id = made["id"].as_str().unwrap();
        assert!(
            values
                .iter()
                .any(|value| value.contains("<script>") && value.contains(id))
        );

        let read = api.get(&address_of(&made)).await;
        assert!(!read.text().contains(secret));
        let read = read.ok();
        assert!(read.get("webhookSecret").is_none() && read.get("secrets").is_none());
        assert!(read.get("meta").is_none());
    });
}

#[test]
fn a_channel_is_changed_and_a_masked_secret_stays() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({ "welcomeMessage": "Hi" })).await;
        let address = address_of(&site);
        let hook = Hook::of(server, &site);
        let ana = server.visitor(&site).await;
        ana.say("cm_1", "hello").await;
        let read = api.get(&address).await.ok();
        let mut back = json!({ "name": "Shop", "config": read["config"], "metadata": { "a": 1 } });
        back["config"]["welcomeMessage"] = json!("Good morning");
        let changed = api.patch(&address, back).await.ok();
        assert_eq!(changed["name"], "Shop");
        assert_eq!(changed["config"]["welcomeMessage"], "Good morning");
        assert_eq!(changed["metadata"], json!({ "a": 1 }));
        let unread = hook.deliver(&json!({ "type": "nothing" })).await;
        assert_ne!(unread.status, 401, "the secret is the same");
        let fresh = api
            .post(&format!("{address}/webhook/regenerate"), json!({}))
            .await
            .ok();
        assert_eq!(fresh["url"], read["webhookUrl"]);
        assert!(fresh["verifyToken"].is_string());
        assert_eq!(
            hook.deliver(&json!({ "type": "nothing" })).await.status,
            401
        );

        for wrong in [
            json!({ "name": "" }),
            json!({ "config": { "identityMode": "maybe" } }),
            json!({ "config": { "theme": 7 } }),
        ] {
            api.patch(&address, wrong)
                .await
                .refused(400, "VALIDATION_ERROR");
        }
    });
}

#[test]
fn a_channel_is_listed_switched_and_tested() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let address = address_of(&site);
        let idle = json!({ "type": "web", "name": "Second" });
        api.post("/channels", idle).await.ok();
        for (query, count) in [
            ("", 2),
            ("type=webchat", 2),
            ("type=sms", 0),
            ("status=active", 1),
            ("status=connected", 1),
            ("status=inactive&search=SECOND", 1),
            ("search=nothing", 0),
            ("limit=1&offset=1", 1),
        ] {
            let page = api.get(&format!("/channels?{query}")).await.ok();
            assert_eq!(page["data"].as_array().unwrap().len(), count, "{query}");
        }
        api.get("/channels?status=sleepy")
            .await
            .refused(400, "VALIDATION_ERROR");

        let status = api.get(&format!("{address}/status")).await.ok();
        assert_eq!(
            (&status["status"], &status["connectionStatus"]),
            (&json!("active"), &json!("connected"))
        );
        let test = api.post(&format!("{address}/test"), json!({})).await;
        assert!(
            !test.text().starts_with("{\"success\""),
            "older clients take that for an envelope"
        );
        let test = test.ok();
        assert_eq!(
            (&test["success"], &test["channelId"]),
            (&json!(true), &site["id"])
        );
        assert!(
            test["tests"]
                .as_array()
                .unwrap()
                .iter()
                .all(|step| step["status"] == "passed")
        );
        let held = api.get(&format!("{address}/capabilities")).await.ok();
        assert_eq!(
            (&held["supportsMedia"], &held["matrix"]["text"]),
            (&json!(true), &json!("full"))
        );
        for (steps, expected) in [
            (["disconnect", "connect"], ["inactive", "active"]),
            (["deactivate", "activate"], ["inactive", "active"]),
        ] {
            for (step, expected) in steps.iter().zip(expected) {
                let moved = api.post(&format!("{address}/{step}"), json!({})).await.ok();
                assert_eq!(moved["status"], expected, "{step}");
            }
        }
        let stats = api
            .get(&format!("{address}/stats?period=weekly"))
            .await
            .ok();
        assert_eq!(
            (&stats["period"], &stats["messagesReceived"]),
            (&json!("week"), &json!(0))
        );
        api.get(&format!("{address}/stats?period=year"))
            .await
            .refused(400, "VALIDATION_ERROR");
    });
}

#[test]
fn a_channel_that_is_off_sends_nothing_and_one_with_open_conversations_stays() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let address = address_of(&site);
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let talk = format!("/conversations/{}", ack["conversationId"].as_str().unwrap());
        let off = json!({ "enabled": false });
        api.call(Method::PUT, &format!("{address}/enabled"), Some(off))
            .await
            .ok();
        let refused = api
            .post(&format!("{talk}/messages"), json!({ "text": "hi" }))
            .await;
        refused.refused(409, "CHANNEL_DISABLED");
        api.delete(&address)
            .await
            .refused(400, "ACTIVE_CONVERSATIONS_EXIST");
        assert_eq!(
            api.delete(&format!("{address}?force=true")).await.status,
            204
        );
        api.get(&address).await.refused(404, "CHANNEL_NOT_FOUND");
        assert_eq!(
            api.get(&talk).await.ok()["channelType"],
            "webchat",
            "history stays readable"
        );
    });
}

#[test]
fn connecting_says_whether_we_or_the_vendor_stand_in_the_way() {
    let far = |config: &mut linktor::config::Config| {
        config.server.public_url = Some("http://shop.example".parse().unwrap());
    };
    on_a_server_with(far, async |server| {
        let api = server.api();
        let site = json!({ "type": "webchat", "name": "Site", "config": {} });
        let site = api.post("/channels", site).await.ok();
        let address = format!("/channels/{}", site["id"].as_str().unwrap());
        let refused = api.post(&format!("{address}/connect"), json!({})).await;
        let refused = refused.refused(422, "PROVIDER_NOT_CONFIGURED");
        let channel = api.get(&address).await.ok();
        assert_eq!(channel["connectionStatus"], "error");
        assert_eq!(channel["errorMessage"], refused["message"]);
    });
    let near = |config: &mut linktor::config::Config| {
        config.server.public_url = Some("https://shop.example".parse().unwrap());
        config.security.allow_private_targets = true;
    };
    on_a_server_with(near, async |server| {
        let api = server.api();
        let nobody = "http://127.0.0.1:1";
        let config = json!({ "botToken": "123456789:AAF_abcdefghijklmnopqrstuvwxyz01234",
            "apiBaseUrl": nobody, "mediaBaseUrl": nobody });
        let bot = json!({ "type": "telegram", "name": "Bot", "config": config });
        let bot = api.post("/channels", bot).await.ok();
        let address = format!("/channels/{}", bot["id"].as_str().unwrap());
        let refused = api.post(&format!("{address}/connect"), json!({})).await;
        let refused = refused.refused(502, "CHANNEL_ERROR");
        let channel = api.get(&address).await.ok();
        assert_eq!(channel["errorMessage"], refused["message"]);
        let test = api.post(&format!("{address}/test"), json!({})).await.ok();
        assert_eq!(test["success"], false, "asking is what a test does: {test}");
    });
}

#[test]
fn all_that_is_wrong_with_a_channel_is_said_at_once() {
    on_a_server(async |server| {
        let api = server.api();
        let named = |refused: Value| -> Vec<String> {
            let told = refused["error"]["details"].as_array().unwrap();
            let fields = told.iter().map(|one| one["field"].as_str().unwrap());
            fields.map(str::to_owned).collect()
        };
        let config = json!({ "provider": "twilio", "accountSid": "nothing", "quietHours": 7 });
        let number = json!({ "type": "sms", "name": " \n ", "config": config });
        let refused = api.post("/channels", number).await;
        let wrong = named(refused.refused(400, "VALIDATION_ERROR"));
        for field in [
            "name",
            "config.quietHours",
            "config.accountSid",
            "config.phoneNumber",
        ] {
            assert!(wrong.contains(&field.to_owned()), "{field}: {wrong:?}");
        }

        let site = server.website(json!({ "welcomeMessage": "Hi" })).await;
        let team = format!("team_{}", "0".repeat(26));
        let patch = json!({ "name": "", "routing": { "teamId": team },
            "config": { "identityMode": "maybe", "welcomeMessage": "Changed" } });
        let refused = api.patch(&address_of(&site), patch).await;
        let wrong = named(refused.refused(400, "VALIDATION_ERROR"));
        assert_eq!(wrong, ["name", "teamId", "config.identityMode"]);
        let held = api.get(&address_of(&site)).await.ok();
        assert_eq!(
            held["config"]["welcomeMessage"], "Hi",
            "nothing was changed"
        );
    });
}
