//! A person who is called otherwise from now on is so everywhere at once: in the list, in what was
//! said before, for programs and in what is found.

use serde_json::json;

use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::on_a_server;

#[test]
fn a_person_renamed_by_hand_bears_the_new_name_everywhere() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "where is the lighthouse?").await;
        let conversation = ack["conversationId"].as_str().unwrap();
        let api = server.api();
        let messages = format!("/conversations/{conversation}/messages");
        let told = api.get(&messages).await.ok();
        let before = told["data"][0]["senderName"].as_str().unwrap().to_owned();
        let talk = api
            .get(&format!("/conversations/{conversation}"))
            .await
            .ok();
        let contact = talk["contactId"].as_str().unwrap();

        let agent = server.agent(OWNER).await;
        let mut socket = agent.connected(None).await;
        let look = json!({ "kind": "look", "conversation": conversation, "queue": "all" });
        socket.say(look).await;
        let card = format!("/app/contacts/{contact}");
        agent.submit(&card, &[("name", "Zara Quill")]).await;
        let row = socket.hear_of("fragment").await;
        assert_eq!(row["target"], format!("row-{conversation}"));
        assert!(
            row["html"].as_str().unwrap().contains("Zara Quill"),
            "{row}"
        );
        socket.hear_of("resync").await;

        let page = agent.open(&format!("/app/inbox/all/{conversation}")).await;
        let page = page.text();
        let thread = page.split("id=\"thread\"").nth(1).unwrap();
        assert!(
            thread.contains("Zara Quill, WebChat") && thread.contains(">ZQ"),
            "{thread}"
        );
        assert!(!thread.contains(&before), "the old name is gone: {thread}");
        let told = api.get(&messages).await.ok();
        assert_eq!(told["data"][0]["senderName"], "Zara Quill");
        eventually("the hit shows the new name", async || {
            let page = agent.open("/app/search?q=lighthouse&type=messages").await;
            page.text().contains("Zara Quill").then_some(())
        })
        .await;

        // Programs rename too, and whoever is deleted leaves no name behind.
        api.patch(&format!("/contacts/{contact}"), json!({ "name": "Yann" }))
            .await
            .ok();
        socket.hear_of("resync").await;
        assert_eq!(
            api.get(&messages).await.ok()["data"][0]["senderName"],
            "Yann"
        );
        assert_eq!(
            api.delete(&format!("/contacts/{contact}")).await.status,
            204
        );
        let told = api.get(&messages).await.ok();
        assert_eq!(told["data"][0]["senderName"], "Deleted contact");
    });
}
