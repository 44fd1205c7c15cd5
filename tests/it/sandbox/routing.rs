//! Conversations that customers begin go where their channel says, by form and by program.

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Customer;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::until;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

fn id(held: &Value) -> &str {
    held["id"].as_str().unwrap()
}

async fn team(server: &Server, name: &str) -> Value {
    let body = json!({ "name": name });
    server.api().post("/teams", body).await.ok()
}

/// The customer's conversation, once it is there.
async fn begun(line: &Line<'_>) -> Value {
    line.say("hello");
    let found = until(line.server, "a conversation", async || line.found().await).await;
    let path = format!("/conversations/{found}");
    line.server.api().get(&path).await.ok()
}

#[test]
fn a_conversation_goes_to_the_team_and_person_of_its_channel_with_its_tags() {
    on_a_server_with(with_sandbox, async |server| {
        let support = team(server, "Support").await;
        let bia = server.colleague("agent").await;
        let line = Line::connected(server, vendor("whatsapp")).await;
        let channel = format!("/channels/{}", id(&line.channel));
        let routing = json!({ "teamId": support["id"], "assigneeId": bia["id"],
            "tags": [" WhatsApp ", "whatsapp", "Sales"] });
        let api = server.api();
        let changed = api
            .patch(&channel, json!({ "routing": routing }))
            .await
            .ok();
        let kept = json!({ "teamId": support["id"], "assigneeId": bia["id"],
            "tags": ["WhatsApp", "Sales"] });
        assert_eq!(changed["routing"], kept);
        let conversation = begun(&line).await;
        assert_eq!(conversation["teamId"], support["id"]);
        assert_eq!(conversation["assignedTo"], bia["id"]);
        assert_eq!(conversation["tags"], json!(["WhatsApp", "Sales"]));
        // A change of something else leaves it alone; an empty one takes it away.
        let named = server
            .api()
            .patch(&channel, json!({ "name": "Shop" }))
            .await
            .ok();
        assert_eq!(named["routing"], kept);
        let cleared = server
            .api()
            .patch(&channel, json!({ "routing": {} }))
            .await
            .ok();
        assert_eq!(cleared["routing"], json!({ "tags": [] }));
        let other = begun_by_another(&line).await;
        assert!(
            other["teamId"].is_null() && other["assignedTo"].is_null(),
            "{other}"
        );
    });
}

/// The conversation of a customer who never wrote before.
async fn begun_by_another(line: &Line<'_>) -> Value {
    let sandbox = line.server.sandbox();
    let account = line.vendor.account;
    let customer = Customer {
        id: "5511900000001".to_owned(),
        name: "Rita".to_owned(),
        ..Customer::default()
    };
    sandbox.phone(account, customer);
    let hello = Act::Say {
        text: "hi".to_owned(),
        quoting: None,
    };
    sandbox.act(account, "5511900000001", hello).unwrap();
    until(line.server, "a second conversation", async || {
        let list = line.server.api().get("/conversations").await.ok();
        let mut all = list["data"].as_array().unwrap().iter();
        all.find(|one| one["contact"]["name"] == "Rita").cloned()
    })
    .await
}

#[test]
fn who_left_is_passed_over_and_what_is_no_team_is_refused() {
    on_a_server_with(with_sandbox, async |server| {
        let api = server.api();
        let support = team(server, "Support").await;
        let bia = server.colleague("agent").await;
        let line = Line::connected(server, vendor("facebook")).await;
        let channel = format!("/channels/{}", id(&line.channel));
        let nobody = "user_01hf7yat000000000000000007";
        let nothing = "team_01hf7yat000000000000000007";
        for wrong in [
            json!({ "teamId": nothing }),
            json!({ "assigneeId": nobody }),
            json!({ "teamId": "x" }),
            json!({ "tags": ["t".repeat(61)] }),
        ] {
            let refused = api.patch(&channel, json!({ "routing": wrong })).await;
            assert_eq!(refused.status, 400, "{wrong}: {}", refused.text());
        }
        let routing = json!({ "teamId": support["id"], "assigneeId": bia["id"] });
        api.patch(&channel, json!({ "routing": routing }))
            .await
            .ok();
        api.delete(&format!("/users/{}", id(&bia))).await.ok();
        let left = api.get(&channel).await.ok();
        assert_eq!(left["routing"]["teamId"], support["id"]);
        assert!(left["routing"]["assigneeId"].is_null(), "{left}");
        api.delete(&format!("/teams/{}", id(&support))).await.ok();
        let left = api.get(&channel).await.ok();
        assert_eq!(left["routing"], json!({ "tags": [] }));
        let conversation = begun(&line).await;
        assert!(conversation["assignedTo"].is_null(), "{conversation}");
    });
}

#[test]
fn the_form_of_a_channel_and_the_step_of_adding_one_say_the_same() {
    on_a_server_with(with_sandbox, async |server| {
        let support = team(server, "Support").await;
        let line = Line::connected(server, vendor("instagram")).await;
        let agent = server.agent(OWNER).await;
        let page = format!("/app/settings/channels/{}", id(&line.channel));
        let step = agent
            .open(&format!("{page}/setup?step=routing"))
            .await
            .text();
        assert!(step.contains("Who answers?") && step.contains("Support"));
        let wrong = [("teamId", "x"), ("assigneeId", ""), ("tags", "VIP")];
        for place in ["setup/routing", "routing"] {
            let refused = agent.try_submit(&format!("{page}/{place}"), &wrong).await;
            assert_eq!(refused.status, 422, "{place}");
            let shown = refused.text();
            assert!(shown.contains("This must be a team."), "{place}: {shown}");
            assert!(shown.contains("value=\"VIP\""), "{place}");
        }
        let team = id(&support).to_owned();
        let right = [
            ("teamId", team.as_str()),
            ("assigneeId", ""),
            ("tags", "VIP, Sales"),
        ];
        let kept = agent.submit(&format!("{page}/setup/routing"), &right).await;
        assert_eq!(kept.status, 303, "{}", kept.text());
        assert!(kept.header("location").ends_with("setup?step=test"));
        let tab = agent.open(&format!("{page}/routing")).await.text();
        assert!(tab.contains("VIP, Sales") && tab.contains("selected"));
        let conversation = begun(&line).await;
        assert_eq!(conversation["teamId"], support["id"]);
        assert_eq!(conversation["tags"], json!(["VIP", "Sales"]));
    });
}
