//! Conversations and their messages.

use serde_json::Value;
use serde_json::json;

use crate::support::api::Api;
use crate::support::server::Server;
use crate::support::server::on_a_server;

/// A conversation with three messages of a visitor.
struct Talk {
    api: Api,
    site: Value,
    acks: Vec<Value>,
    address: String,
}

impl Talk {
    async fn begin(server: &Server) -> Self {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let mut acks = Vec::new();
        for (id, text) in [("cm_1", "one"), ("cm_2", "two"), ("cm_3", "three")] {
            acks.push(ana.say(id, text).await);
        }
        let id = acks[0]["conversationId"].as_str().unwrap();
        Self {
            api: server.api(),
            address: format!("/conversations/{id}"),
            site,
            acks,
        }
    }

    async fn texts(&self, query: &str) -> Vec<String> {
        let address = format!("{}/messages{query}", self.address);
        let list = self.api.get(&address).await.ok();
        let all = list["data"].as_array().unwrap().iter();
        all.map(|one| one["text"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn patch(&self, body: Value) -> Value {
        self.api.patch(&self.address, body).await.ok()
    }
}

#[test]
fn messages_are_listed_newest_first_and_fetched_by_their_place() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        let second = talk.acks[1]["messageId"].as_str().unwrap();
        assert_eq!(talk.texts("").await, ["three", "two", "one"]);
        assert_eq!(talk.texts("?limit=1").await, ["three"]);
        assert_eq!(talk.texts(&format!("?before={second}")).await, ["one"]);
        assert_eq!(talk.texts(&format!("?after={second}")).await, ["three"]);

        let inside = format!("{}/messages/{second}", talk.address);
        let inside = talk.api.get(&inside).await.ok();
        assert_eq!(inside["text"], "two");
        let alone = talk.api.get(&format!("/messages/{second}")).await.ok();
        assert_eq!(alone, inside);
        let foreign = format!("/conversations/conv_{}/messages/{second}", "0".repeat(26));
        let foreign = talk.api.get(&foreign).await;
        foreign.refused(404, "MESSAGE_NOT_FOUND");
    });
}

#[test]
fn a_client_id_makes_a_message_once() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        let messages = format!("{}/messages", talk.address);
        let body = json!({ "text": "yes", "clientId": "mine-1" });
        let first = talk.api.post(&messages, body.clone()).await.ok();
        let second = talk.api.post(&messages, body).await.ok();
        assert_eq!(first["id"], second["id"]);
        assert_eq!(talk.texts("").await.len(), 4);
        let to = json!({ "channelId": talk.site["id"], "to": first["to"], "text": "by address" });
        let sent = talk.api.post("/messages", to).await.ok();
        assert_eq!(sent["conversationId"], first["conversationId"]);
    });
}

#[test]
fn a_note_stays_among_us() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let id = ack["conversationId"].as_str().unwrap();
        let messages = format!("/conversations/{id}/messages");
        let note = json!({ "text": "a difficult one", "private": true });
        let note = server.api().post(&messages, note).await.ok();
        assert_eq!(note["private"], true);
        assert_eq!(ana.history().await.len(), 1);
        // All that is told is that whoever wrote it has read.
        let polled = ana.get("poll?after=0&wait=0").await.ok();
        let events = polled["events"].as_array().unwrap().iter();
        let kinds: Vec<&str> = events.map(|one| one["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["message", "receipt"]);
        assert!(!polled.to_string().contains("difficult"));
    });
}

#[test]
fn a_conversation_goes_through_its_states() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        let agent = server.colleague("agent").await;
        let taken = talk.patch(json!({ "assignedTo": agent["id"] })).await;
        assert_eq!(taken["assignedTo"], agent["id"]);
        assert!(
            talk.patch(json!({ "assignedTo": null })).await["assignedTo"].is_null(),
            "null gives it back"
        );
        let tagged = talk
            .patch(json!({ "tags": ["vip"], "priority": "high", "metadata": { "order": 7 } }))
            .await;
        assert_eq!(tagged["tags"], json!(["vip"]));
        assert_eq!(tagged["metadata"]["order"], 7);

        let steps = [
            ("snooze", json!({}), "snoozed"),
            ("reopen", json!({}), "open"),
            ("resolve", json!({}), "resolved"),
        ];
        for (step, body, status) in steps {
            let address = format!("{}/{step}", talk.address);
            let after = talk.api.post(&address, body).await.ok();
            assert_eq!(after["status"], status, "{step}");
            let counts = talk.api.get("/conversations/counts").await.ok();
            assert_eq!(counts[status], 1, "{step}: {counts}");
        }
    });
}

#[test]
fn what_sleeps_wakes_at_its_time() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        let until = json!({ "until": "2026-01-01T13:00:00Z" });
        let snooze = format!("{}/snooze", talk.address);
        talk.api.post(&snooze, until).await.ok();
        let listed = talk.api.get("/conversations").await.ok();
        assert_eq!(listed["total"], 0, "it is out of sight");
        server.pass(std::time::Duration::from_secs(3_601));
        crate::support::eventually("it wakes", async || {
            let now = talk.api.get(&talk.address).await.ok();
            (now["status"] == "open").then_some(())
        })
        .await;
    });
}

#[test]
fn what_is_deleted_is_gone_for_everybody() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        assert_eq!(talk.api.delete(&talk.address).await.status, 204);
        let gone = talk.api.get(&talk.address).await;
        gone.refused(404, "CONVERSATION_NOT_FOUND");
        let first = talk.acks[0]["messageId"].as_str().unwrap();
        let first = talk.api.get(&format!("/messages/{first}")).await;
        first.refused(404, "MESSAGE_NOT_FOUND");
        assert_eq!(talk.api.get("/conversations").await.ok()["total"], 0);
    });
}

#[test]
fn a_list_of_messages_goes_on_the_way_it_went() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        let messages = format!("{}/messages", talk.address);
        for text in ["four", "five"] {
            talk.api.post(&messages, json!({ "text": text })).await.ok();
        }
        let walk = async |first: &str| {
            let (mut pages, mut query) = (Vec::new(), first.to_owned());
            loop {
                let page = talk
                    .api
                    .get(&format!("{messages}?limit=2&{query}"))
                    .await
                    .ok();
                let rows = page["data"].as_array().unwrap().iter();
                let texts: Vec<String> = rows
                    .map(|row| row["text"].as_str().unwrap().to_owned())
                    .collect();
                pages.push(texts.join(" "));
                assert_eq!(page["pagination"]["limit"], 2);
                assert_eq!(page["total"], 5);
                let Some(next) = page["nextCursor"].as_str() else {
                    return pages;
                };
                query = format!("cursor={next}");
            }
        };
        let place = |at: usize| talk.acks[at]["messageId"].as_str().unwrap();
        assert_eq!(walk("").await, ["five four", "three two", "one"]);
        let after = format!("after={}", place(0));
        assert_eq!(walk(&after).await, ["three two", "five four"]);
        let before = format!("before={}", place(2));
        assert_eq!(walk(&before).await, ["two one"]);
        let between = format!("?before={}&after={}", place(2), place(0));
        assert_eq!(talk.texts(&between).await, ["two"]);
        assert_eq!(talk.texts("?offset=3").await, ["two", "one"]);
        assert_eq!(talk.texts("?page=2&perPage=2").await, ["three", "two"]);

        let first = talk.api.get(&format!("{messages}?limit=2")).await.ok();
        let cursor = first["nextCursor"].as_str().unwrap();
        let newer = format!("?cursor={cursor}&direction=after");
        assert_eq!(talk.texts(&newer).await, ["five"]);
        let wrong = format!("{messages}?cursor={cursor}&direction=up");
        talk.api.get(&wrong).await.refused(400, "VALIDATION_ERROR");
        let shown = format!("{}?includeMessages=true&messageLimit=2", talk.address);
        let shown = talk.api.get(&shown).await.ok();
        assert_eq!(shown["relationships"]["messages"], first["data"]);
    });
}

#[test]
fn messages_are_read_one_by_one_and_never_unread_again() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        let read = format!("{}/read", talk.address);
        let mark = async |places: &[usize]| {
            let ids: Vec<&Value> = places
                .iter()
                .map(|at| &talk.acks[*at]["messageId"])
                .collect();
            let marked = talk
                .api
                .post(&read, json!({ "messageIds": ids }))
                .await
                .ok();
            let now = talk.api.get(&talk.address).await.ok();
            (marked["markedCount"].clone(), now["unreadCount"].clone())
        };
        assert_eq!(mark(&[]).await, (json!(0), json!(3)));
        assert_eq!(mark(&[1]).await, (json!(2), json!(1)));
        assert_eq!(
            mark(&[0]).await,
            (json!(0), json!(1)),
            "what is read stays read"
        );
        assert_eq!(mark(&[0, 2]).await, (json!(1), json!(0)));
        let foreign = server.visitor(&talk.site).await.say("cm_1", "hi").await;
        let foreign = json!({ "messageIds": [foreign["messageId"]] });
        let foreign = talk.api.post(&read, foreign).await;
        foreign.refused(404, "MESSAGE_NOT_FOUND");
        talk.api.post(&read, json!({})).await.ok();
    });
}

#[test]
fn a_conversation_is_given_away_in_every_spelling() {
    on_a_server(async |server| {
        let talk = Talk::begin(server).await;
        let agent = server.colleague("agent").await;
        let team = json!({ "name": "Billing", "memberIds": [agent["id"]] });
        let team = talk.api.post("/teams", team).await.ok();
        let (user, team) = (&agent["id"], &team["id"]);
        let assign = format!("{}/assign", talk.address);
        let spellings = [
            json!({ "agentId": user }),
            json!({ "user_id": user }),
            json!({ "assigneeId": user }),
            json!({ "assigneeId": user, "assigneeType": "agent", "agentId": user }),
        ];
        for spelling in spellings {
            let unassign = format!("{}/unassign", talk.address);
            talk.api.post(&unassign, json!({})).await.ok();
            let given = talk.api.post(&assign, spelling.clone()).await.ok();
            assert_eq!(given["assignedTo"], *user, "{spelling}");
        }
        let to_team = json!({ "assigneeId": team, "assigneeType": "team",
            "note": "She asks for a refund.", "priority": "high" });
        let given = talk.api.post(&assign, to_team).await.ok();
        assert_eq!(given["teamId"], *team);
        assert_eq!(given["priority"], "high");
        assert_eq!(given["lastMessage"]["text"], "She asks for a refund.");
        assert_eq!(given["lastMessage"]["private"], true);
        for wrong in [
            json!({}),
            json!({ "assigneeId": user, "assigneeType": "bot" }),
            json!({ "agentId": team }),
            json!({ "agentId": user, "note": " " }),
            json!({ "agentId": user, "priority": "soon" }),
        ] {
            let refused = talk.api.post(&assign, wrong).await;
            refused.refused(400, "VALIDATION_ERROR");
        }
        let late = talk.api.with("if-match", "\"1\"");
        for move_name in ["assign", "unassign", "resolve", "snooze", "close", "tags"] {
            let address = format!("{}/{move_name}", talk.address);
            let body = json!({ "agentId": user, "tags": ["a"] });
            late.post(&address, body)
                .await
                .refused(412, "REVISION_MISMATCH");
        }
    });
}

#[test]
fn a_conversation_that_is_refused_is_not_begun() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let api = server.api();
        let visitor = json!({ "channelId": site["id"],
            "identifier": format!("vis_{}1", "0".repeat(25)) });
        let contact = json!({ "name": "Ana", "identifiers": [visitor] });
        let contact = api.post("/contacts", contact).await.ok();
        let begin = |assignee: &str| {
            json!({ "channelId": site["id"], "contactId": contact["id"],
                "assigneeId": assignee, "subject": "Refund", "tags": ["vip"] })
        };
        let nobody = format!("user_{}", "0".repeat(26));
        for wrong in ["nobody", &nobody] {
            let refused = api.post("/conversations", begin(wrong)).await;
            refused.refused(400, "VALIDATION_ERROR");
        }
        assert_eq!(api.get("/conversations").await.ok()["total"], 0);
        let me = api.get("/auth/me").await.ok();
        let begun = begin(me["id"].as_str().unwrap());
        let begun = api.post("/conversations", begun).await.ok();
        assert_eq!(begun["subject"], "Refund");
        assert_eq!(begun["assignedTo"], me["id"]);
        let address = format!("/conversations/{}", begun["id"].as_str().unwrap());
        let cleared = api.patch(&address, json!({ "subject": null })).await.ok();
        assert!(cleared["subject"].is_null());
        let again = begin(me["id"].as_str().unwrap());
        let again = api.post("/conversations", again).await;
        again.refused(409, "CONVERSATION_EXISTS");
    });
}

#[test]
fn people_follow_a_conversation_and_leave_it_again() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let address = format!("/conversations/{}", ack["conversationId"].as_str().unwrap());
        let people = format!("{address}/participants");
        let ana = server.colleague("agent").await;
        assert_eq!(api.get(&people).await.ok()["total"], 0);

        let theirs = server.signed_in("agent@example.com").await;
        let followed = theirs.post(&people, json!({})).await.ok();
        assert_eq!(followed["participants"], json!([ana["id"]]));
        let me = api.get("/me").await.ok();
        let both = json!({ "userIds": [me["id"], ana["id"]] });
        let both = api.post(&people, both).await.ok();
        assert_eq!(both["participants"], json!([ana["id"], me["id"]]));
        let listed = api.get(&people).await.ok();
        assert_eq!(listed["data"][0]["name"], "agent");

        let gone = format!("{people}/{}", ana["id"].as_str().unwrap());
        let left = api.delete(&gone).await.ok();
        assert_eq!(left["participants"], json!([me["id"]]));
        let same = api.delete(&gone).await.ok();
        assert_eq!(same["revision"], left["revision"], "nothing changed");
        let nobody = json!({ "userId": format!("user_{}", "0".repeat(26)) });
        let nobody = api.post(&people, nobody).await;
        assert!((400..500).contains(&nobody.status), "{}", nobody.status);
        server.colleague("viewer").await;
        let viewer = server.signed_in("viewer@example.com").await;
        viewer.get(&people).await.ok();
        let refused = viewer.post(&people, json!({})).await;
        refused.refused(403, "INSUFFICIENT_PERMISSIONS");
    });
}
