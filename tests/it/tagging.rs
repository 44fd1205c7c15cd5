//! Labels on the settings page: made, renamed and merged, and what carries them follows.

use serde_json::json;

use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::on_a_server;

const PAGE: &str = "/app/settings/tags";

#[test]
fn what_carries_a_tag_follows_it_through_a_rename_and_a_merge() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let api = server.api();
        let agent = server.agent(OWNER).await;
        for name in ["vip", "refund", "urgent"] {
            agent
                .submit(PAGE, &[("name", name), ("group", "Kinds")])
                .await;
        }
        let tags = api.get("/tags").await.ok();
        let id_of = |name: &str| {
            let mut all = tags["data"].as_array().unwrap().iter();
            let tag = all.find(|tag| tag["name"] == name).unwrap();
            tag["id"].as_str().unwrap().to_owned()
        };
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let talk = format!("/conversations/{}", ack["conversationId"].as_str().unwrap());
        let carried = json!({ "tags": ["vip", "refund"] });
        api.post(&format!("{talk}/tags"), carried).await.ok();
        let filter = json!({ "tags": ["vip"], "conditions": { "is": { "tag": "vip" } } });
        let view = json!({ "name": "Kept", "filter": filter });
        api.post("/views", view).await.ok();
        let channel = format!("/channels/{}", site["id"].as_str().unwrap());
        let routing = json!({ "routing": { "tags": ["vip"] } });
        api.patch(&channel, routing).await.ok();

        let taken = [("edit-name", "Refund"), ("edit-group", "")];
        let address = format!("{PAGE}/{}", id_of("vip"));
        let refused = agent.try_submit(&address, &taken).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused
                .text()
                .contains("There is already a tag named Refund.")
        );

        agent
            .submit(&address, &[("edit-name", "Regular"), ("edit-tint", "3")])
            .await;
        assert_eq!(
            api.get(&channel).await.ok()["routing"]["tags"],
            json!(["Regular"]),
            "who asks for it follows at once"
        );
        let views = api.get("/views").await.ok();
        assert!(!views.to_string().contains("vip"), "{views}");
        let carries = async |expected: serde_json::Value| {
            eventually("the conversation follows", async || {
                let talk = api.get(&talk).await.ok();
                (talk["tags"] == expected).then_some(())
            })
            .await;
        };
        carries(json!(["Regular", "refund"])).await;

        let merge = format!("{PAGE}/{}/merge", id_of("refund"));
        agent.submit(&merge, &[("into", &id_of("vip"))]).await;
        carries(json!(["Regular"])).await;
        assert_eq!(api.get("/tags").await.ok()["total"], 2);
        let same = format!("{PAGE}/{}/merge", id_of("vip"));
        let refused = agent.try_submit(&same, &[("into", &id_of("vip"))]).await;
        assert!(refused.status >= 400, "no tag goes into itself");

        let link = "aria-label=\"Conversations with Regular: 1\"";
        eventually("the page counts what carries it", async || {
            let page = agent.open(PAGE).await.text();
            (page.contains(link) && !page.contains("being renamed")).then_some(())
        })
        .await;
        let edit = agent.open(&format!("{PAGE}?edit={}", id_of("vip"))).await;
        assert!(
            edit.text()
                .contains("Delete Regular? 1 conversation and 0 contacts keep it")
        );
        agent.submit(&format!("{address}/delete"), &[]).await;
        carries(json!(["Regular"])).await;

        server.colleague("agent").await;
        let agent = server.agent("agent@example.com").await;
        assert_eq!(
            agent.open(PAGE).await.status,
            404,
            "no business of an agent"
        );
    });
}
