//! A number on WhatsApp: its pace, its registration, the address it reports to, its templates, and
//! customers whose number is written in two ways.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Body;
use linktor::sandbox::chat::Customer;
use linktor::sandbox::chat::Side;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::shown;
use crate::sandbox::line::until;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

fn path_of(line: &Line<'_>) -> String {
    format!("/channels/{}", line.channel["id"].as_str().unwrap())
}

/// A call to the vendor that no channel makes, by the number or another name below its address.
async fn tell(line: &Line<'_>, below: &str, body: Value) {
    let settings = line.server.sandbox().settings("whatsapp").unwrap();
    let find = |name: &str| settings.iter().find(|(known, _)| *known == name).unwrap();
    let (base, number) = (&find("apiBaseUrl").1, &find("phoneNumberId").1);
    let call = reqwest::Client::new()
        .post(format!("{base}/v25.0/{number}/{below}"))
        .bearer_auth(&find("accessToken").1)
        .json(&body);
    assert_eq!(call.send().await.unwrap().status(), 200);
}

#[test]
fn a_customer_who_gets_much_is_never_too_much_for_the_vendor_and_keeps_the_order() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("whatsapp")).await;
        let mut written = Vec::new();
        for number in 1..=50 {
            written.push(line.write(&format!("news {number}")).await);
        }
        for message in &written {
            line.stands(message, "read").await;
        }
        let expected: Vec<String> = (1..=50).map(|number| format!("news {number}")).collect();
        assert_eq!(line.shown(Side::Business), expected);
        let refused = line
            .wire()
            .iter()
            .filter(|(_, status, _)| *status == 400)
            .count();
        assert_eq!(refused, 0, "the vendor never had enough");
    });
}

#[test]
fn the_parts_of_a_long_text_follow_each_other_a_second_apart() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("whatsapp")).await;
        let long = line
            .write(&"A sentence of a long letter. ".repeat(300))
            .await;
        line.stands(&long, "read").await;
        let bubbles = line.on_phone(Side::Business);
        assert_eq!(bubbles.len(), 3);
        for pair in bubbles.windows(2) {
            let apart = pair[1].at.since(pair[0].at);
            assert!(apart >= Duration::from_secs(1), "{apart:?}");
        }
    });
}

#[test]
fn a_number_out_of_service_is_registered_when_somebody_asks_for_it() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("whatsapp")).await;
        let channel = path_of(&line);
        let register = format!("{channel}/register");
        let api = server.api();
        let without = api.post(&register, json!({})).await;
        let why = without.refused(502, "CHANNEL_ERROR");
        assert!(why.to_string().contains("PIN"), "{why}");

        tell(&line, "deregister", json!({})).await;
        let waits = line.write("Are you there?").await;
        line.until("a channel in error", async || {
            (line.channel_now().await["status"] == "error").then_some(())
        })
        .await;
        let wrong = json!({"config": {"pin": "12345"}});
        api.patch(&channel, wrong)
            .await
            .refused(400, "VALIDATION_ERROR");
        let pin = json!({"config": {"pin": "123456"}});
        api.patch(&channel, pin).await.ok();
        let registered = api.post(&register, json!({})).await.ok();
        assert_eq!(registered["status"], "active", "{registered}");
        line.stands(&waits, "read").await;
        assert_eq!(line.shown(Side::Business), ["Are you there?"], "once");

        let agent = server.agent(OWNER).await;
        let page = format!("/app/settings{channel}");
        assert!(
            agent
                .open(&page)
                .await
                .text()
                .contains("Register the number")
        );
        agent.submit(&format!("{page}/register"), &[]).await;
        let told = agent.open(&format!("{page}?registered=1")).await.text();
        assert!(told.contains("Registered."), "{told}");
        let other = Line::connected(server, vendor("facebook")).await;
        let nothing = api
            .post(&format!("{}/register", path_of(&other)), json!({}))
            .await;
        nothing.refused(400, "UNSUPPORTED_CONTENT_TYPE");
    });
}

#[test]
fn a_number_or_its_whole_account_reports_to_an_address_of_its_own() {
    on_a_server_with(with_sandbox, async |server| {
        let mut line = Line::connected(server, vendor("whatsapp")).await;
        let hook = || {
            server
                .sandbox()
                .look(|world| world.accounts["whatsapp"].hook.url.clone())
        };
        let ours = hook();
        let elsewhere = "http://127.0.0.1:9/another-program";
        // The app's own address is that of another program.
        let change = |account: &mut linktor::sandbox::account::Account| {
            elsewhere.clone_into(&mut account.hook.url);
        };
        server.sandbox().change("whatsapp", change).unwrap();
        let api = server.api();
        let channel = path_of(&line);
        let set = async |config: Value| {
            api.patch(&channel, json!({ "config": config })).await.ok();
            let connected = api
                .post(&format!("{channel}/connect"), json!({}))
                .await
                .ok();
            assert_eq!(connected["status"], "active", "{connected}");
        };
        let account = json!({"webhookOverrideUrl": ours, "webhookOverrideFor": "account"});
        set(account).await;
        assert_eq!(hook(), ours);
        line.greet().await;
        // A number without an address of its own is where its account is.
        set(json!({"webhookOverrideUrl": "", "webhookOverrideFor": "number"})).await;
        assert_eq!(hook(), ours, "the account's stays");
        tell(
            &line,
            "",
            json!({"webhook_configuration": {"override_callback_uri": ""}}),
        )
        .await;
        set(json!({"webhookOverrideUrl": ours, "webhookOverrideFor": "number"})).await;
        line.say("and now?");
        line.hears(2).await;
        let kept = server
            .sandbox()
            .look(|world| world.accounts["whatsapp"].kept.clone());
        assert_eq!(kept["callback/number"], json!(ours));
        assert_eq!(kept["callback/app"], json!(elsewhere));
    });
}

#[test]
fn a_template_that_the_vendor_paused_goes_out_again_when_somebody_asks_for_it() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("whatsapp")).await;
        let api = server.api();
        let templates = format!("{}/templates", path_of(&line));
        let draft = json!({"name": "pause_me", "language": "en", "category": "MARKETING",
            "components": [{"type": "BODY", "text": "Sale!"}]});
        let made = api.post(&templates, draft).await.ok();
        let path = format!("{templates}/{}", made["id"].as_str().unwrap());
        let unpause = format!("{path}/unpause");
        let early = api.post(&unpause, json!({})).await;
        early.refused(400, "VALIDATION_ERROR");
        let stands = async |status: &str| {
            line.until(status, async || {
                (api.get(&path).await.ok()["status"] == status).then_some(())
            })
            .await;
        };
        stands("PAUSED").await;
        let content =
            json!({"type": "template", "name": "pause_me", "language": "en", "components": []});
        line.send(content.clone())
            .await
            .refused(422, "TEMPLATE_NOT_APPROVED");
        let early = api.post(&unpause, json!({})).await;
        let why = early.refused(502, "CHANNEL_ERROR");
        assert!(why.to_string().contains("five minutes"), "{why}");
        server.pass(Duration::from_secs(5 * 60));
        let agent = server.agent(OWNER).await;
        let page = format!("/app/settings/templates/{}", made["id"].as_str().unwrap());
        assert!(agent.open(&page).await.text().contains("Unpause"));
        agent.submit(&format!("{page}/unpause"), &[]).await;
        let told = agent.open(&format!("{page}?saved=unpaused")).await.text();
        assert!(told.contains("The vendor sends it again."), "{told}");
        let sent = line.send(content).await.ok();
        line.stands(&sent, "read").await;
        let other = Line::connected(server, vendor("facebook")).await;
        let nowhere = format!(
            "{}/templates/{}/unpause",
            path_of(&other),
            made["id"].as_str().unwrap()
        );
        api.post(&nowhere, json!({}))
            .await
            .refused(404, "RESOURCE_NOT_FOUND");
    });
}

#[test]
fn a_customer_hands_over_a_number_that_was_asked_for() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("whatsapp")).await;
        let reply = json!({"id": "user_phone_number", "title": "My number"});
        let wish = json!({"type": "text", "text": "May we call you?", "quickReplies": [reply]});
        let asked = line.send(wish).await.ok();
        line.stands(&asked, "read").await;
        let bubble = line.on_phone(Side::Business).pop().unwrap();
        assert_eq!(shown(&bubble), "May we call you?");
        assert_eq!(bubble.choices[0].title, "Share phone number");
        line.act(Act::Press {
            bubble: bubble.id,
            choice: 0,
        });
        let heard = line.hears(2).await;
        assert_eq!(heard[1]["content"]["type"], "contacts", "{heard:?}");
        let shared = line.on_phone(Side::Customer).pop().unwrap();
        assert!(matches!(shared.body, Body::Contacts(_)));
    });
}

#[test]
fn a_number_that_is_written_in_two_ways_is_one_customer() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::connected(server, vendor("whatsapp")).await;
        let api = server.api();
        let known = json!({"name": "Bruna", "phone": "+551187654321"});
        let known = api.post("/contacts", known).await.ok();
        server.sandbox().phone(
            "whatsapp",
            Customer {
                id: "5511987654321".to_owned(),
                name: "Bruna Lima".to_owned(),
                ..Customer::default()
            },
        );
        let say = Act::Say {
            text: "oi".to_owned(),
            quoting: None,
        };
        server
            .sandbox()
            .act("whatsapp", "5511987654321", say)
            .unwrap();
        let talk = until(server, "a conversation", async || {
            let list = api.get("/conversations").await.ok();
            list["data"].get(0).cloned()
        })
        .await;
        assert_eq!(talk["contactId"], known["id"], "{talk}");
        let all = api.send(Method::GET, "/contacts", None).await.ok();
        assert_eq!(all["total"], 1, "{all}");
        assert!(!line.channel.is_null());
    });
}
