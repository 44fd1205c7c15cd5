//! Lists of conversations: filtered, ordered, walked, and all of one person's.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::support::api::Api;
use crate::support::server::Server;
use crate::support::server::on_a_server;

/// Three conversations that were begun a minute after each other, of which the second was heard of
/// last and the first changed last.
struct Desk {
    api: Api,
    /// The ids, in the order of their beginning.
    ids: Vec<String>,
}

impl Desk {
    async fn open(server: &Server, site: &Value) -> Self {
        let minute = Duration::from_secs(60);
        let mut visitors = Vec::new();
        let mut ids = Vec::new();
        for name in ["one", "two", "three"] {
            let visitor = server.visitor(site).await;
            let ack = visitor.say("cm_1", name).await;
            ids.push(ack["conversationId"].as_str().unwrap().to_owned());
            visitors.push(visitor);
            server.pass(minute);
        }
        visitors[1].say("cm_2", "two again").await;
        server.pass(minute);
        let api = server.api();
        let first = format!("/conversations/{}", ids[0]);
        api.patch(&first, json!({ "metadata": { "order": 7 } }))
            .await
            .ok();
        Self { api, ids }
    }

    /// The places of the conversations in a list that is read two rows at a time.
    async fn walk(&self, query: &str) -> Vec<usize> {
        let (mut places, mut cursor) = (Vec::new(), String::new());
        loop {
            let address = format!("/conversations?limit=2&{query}{cursor}");
            let page = self.api.get(&address).await.ok();
            places.extend(self.places(&page));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return places,
            }
        }
    }

    fn places(&self, page: &Value) -> Vec<usize> {
        let rows = page["data"].as_array().unwrap().iter();
        let place = |row: &Value| self.ids.iter().position(|id| *id == row["id"]);
        rows.map(|row| place(row).unwrap()).collect()
    }
}

#[test]
fn a_list_is_walked_in_every_order_it_knows() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let desk = Desk::open(server, &site).await;
        for (query, expected) in [
            ("", [1, 2, 0]),
            ("sortBy=lastMessageAt", [1, 2, 0]),
            ("sort_by=last_message_at&sort_dir=asc", [0, 2, 1]),
            ("sortBy=createdAt&sortOrder=asc", [0, 1, 2]),
            ("sortBy=createdAt&sortOrder=desc", [2, 1, 0]),
            ("sortBy=updatedAt", [0, 1, 2]),
            ("sortBy=updatedAt&sortOrder=asc", [2, 1, 0]),
        ] {
            assert_eq!(desk.walk(query).await, expected, "{query}");
        }
        let page = desk
            .api
            .get("/conversations?limit=1&sortBy=createdAt")
            .await;
        let cursor = page.ok()["nextCursor"].as_str().unwrap().to_owned();
        let other = format!("/conversations?limit=1&sortBy=updatedAt&cursor={cursor}");
        let other = desk.api.get(&other).await;
        other.refused(400, "INVALID_CURSOR");
        for wrong in ["sortBy=name", "sortOrder=up"] {
            let wrong = desk.api.get(&format!("/conversations?{wrong}")).await;
            wrong.refused(400, "VALIDATION_ERROR");
        }
    });
}

#[test]
fn what_presses_comes_first() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let desk = Desk::open(server, &site).await;
        let of = |place: usize| format!("/conversations/{}", desk.ids[place]);
        let set = async |place: usize, priority: &str| {
            let change = json!({ "priority": priority });
            desk.api.patch(&of(place), change).await.ok();
        };
        set(0, "urgent").await;
        set(2, "low").await;
        for (query, expected) in [
            ("sortBy=priority", [0, 1, 2]),
            ("sortBy=priority&sortOrder=asc", [2, 1, 0]),
        ] {
            assert_eq!(desk.walk(query).await, expected, "{query}");
        }

        // Whoever has an answer waits for nothing and comes last, whichever end is first.
        let said = json!({ "text": "Here you are." });
        let answer = format!("{}/messages", of(1));
        desk.api.post(&answer, said).await.ok();
        let waits = async |place: usize| {
            let told = desk.api.get(&of(place)).await.ok();
            told["waitingSince"].as_str().unwrap_or_default().to_owned()
        };
        let (first, last) = if waits(0).await < waits(2).await {
            (0, 2)
        } else {
            (2, 0)
        };
        for (query, expected) in [
            ("sortBy=waitingSince", [first, last, 1]),
            ("sortBy=waitingSince&sortOrder=desc", [last, first, 1]),
        ] {
            assert_eq!(desk.walk(query).await, expected, "{query}");
        }

        desk.api
            .post(&format!("{}/read", of(0)), json!({}))
            .await
            .ok();
        let found = desk.walk("sortBy=unread").await;
        assert_eq!(found[0], 2, "the only one with something to read");
        let found = desk.walk("sortBy=unread&sortOrder=asc").await;
        assert_eq!(found[2], 2);
    });
}

#[test]
fn filters_narrow_and_say_how_many_there_are() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let desk = Desk::open(server, &site).await;
        let second = format!("/conversations/{}", desk.ids[1]);
        let urgent = json!({ "priority": "urgent", "tags": ["vip", "refund"] });
        desk.api.patch(&second, urgent).await.ok();
        let snooze = format!("/conversations/{}/snooze", desk.ids[2]);
        desk.api.post(&snooze, json!({})).await.ok();
        for (query, expected) in [
            ("", vec![1, 0]),
            ("status=all", vec![1, 2, 0]),
            ("status=snoozed", vec![2]),
            ("status=open&status=snoozed", vec![1, 2, 0]),
            ("status=closed", vec![]),
            ("priority=urgent", vec![1]),
            ("tags[]=vip&tags[]=refund", vec![1]),
            ("tag=vip", vec![1]),
            ("tags=vip,other", vec![]),
            ("search=TWO", vec![1]),
            ("assignedTo=none", vec![1, 0]),
            ("channelType=web", vec![1, 0]),
            ("channelType=sms", vec![]),
        ] {
            let page = desk.api.get(&format!("/conversations?{query}")).await.ok();
            assert_eq!(desk.places(&page), expected, "{query}");
            assert_eq!(page["total"], expected.len(), "{query}: {page}");
        }
        let beyond = desk.api.get("/conversations?search=two&offset=40").await;
        assert_eq!(beyond.ok()["total"], 1);
    });
}

#[test]
fn a_contact_is_asked_for_alone_or_across_all_channels() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let other = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let first = ana.say("cm_1", "here").await;
        server.pass(Duration::from_secs(60));
        let elsewhere = server.visitor(&other).await;
        let second = elsewhere.say("cm_1", "and there").await;
        let api = server.api();
        let contact_of = async |ack: &Value| {
            let address = format!("/conversations/{}", ack["conversationId"].as_str().unwrap());
            api.get(&address).await.ok()["contactId"].clone()
        };
        let (kept, gone) = (contact_of(&first).await, contact_of(&second).await);
        let merge = json!({ "primaryContactId": kept, "secondaryContactIds": [gone] });
        api.post("/contacts/merge", merge).await.ok();

        let kept = kept.as_str().unwrap();
        let alone = format!("/conversations?contactId={kept}");
        let across = format!("{alone}&includeAllChannels=true&channelType=sms&status=snoozed");
        let count = async |address: &str| api.get(address).await.ok()["total"].clone();
        assert_eq!(count(&alone).await, 2);
        let off = format!("/channels/{}/enabled", other["id"].as_str().unwrap());
        api.patch(&off, json!({ "enabled": false })).await.ok();
        assert_eq!(count(&alone).await, 1, "the other channel is off");
        let resolve = format!(
            "/conversations/{}/resolve",
            first["conversationId"].as_str().unwrap()
        );
        api.post(&resolve, json!({})).await.ok();

        let mut seen = Vec::new();
        let mut address = format!("{across}&limit=1");
        loop {
            let page = api.get(&address).await.ok();
            assert_eq!(page["total"], 2);
            let reach = &page["meta"]["crossChannel"];
            assert_eq!(reach["contactIds"], json!([kept, gone]));
            assert_eq!(reach["channelTypes"], json!(["webchat"]));
            let row = &page["data"][0];
            assert_eq!(row["contact"]["identifiers"].as_array().unwrap().len(), 2);
            seen.push(row["id"].clone());
            let Some(next) = page["nextCursor"].as_str() else {
                break;
            };
            address = format!("{across}&limit=1&cursor={next}");
        }
        let ids = [&second, &first].map(|ack| ack["conversationId"].clone());
        assert_eq!(seen, ids);
        let theirs = api
            .get(&format!("/contacts/{kept}/conversations"))
            .await
            .ok();
        assert_eq!(theirs["total"], 2);

        let nobody = "/conversations?contactId=contact_123&includeAllChannels=true";
        let page = api.get(nobody).await.ok();
        assert_eq!(
            page["meta"]["crossChannel"],
            json!({ "contactIds": [], "channelTypes": [] })
        );
    });
}

#[test]
fn a_row_holds_the_whole_contact_and_the_whole_newest_message() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let id = ack["conversationId"].as_str().unwrap();
        let api = server.api();
        let buttons = json!({ "text": "Which?", "buttons":
            [{ "type": "reply", "text": "Yes", "payload": "y" }] });
        let messages = format!("/conversations/{id}/messages");
        let sent = api.post(&messages, buttons).await.ok();
        let row = api.get(&format!("/conversations/{id}")).await.ok();
        assert_eq!(row["lastMessage"], sent);
        assert_eq!(sent["content"]["buttons"][0]["payload"], "y");
        assert_eq!(sent["contentType"], "text", "a kind closed lists know");
        let contact = format!("/contacts/{}", row["contactId"].as_str().unwrap());
        assert_eq!(row["contact"], api.get(&contact).await.ok());
    });
}

#[test]
fn a_view_is_kept_shared_changed_and_removed() {
    on_a_server(async |server| {
        let api = server.api();
        let mine = json!({ "name": "  Urgent   refunds ", "color": "red", "queue": "all",
            "filter": { "tags": ["Refund", "refund"], "priority": "urgent", "unread": true } });
        let mine = api.post("/views", mine).await.ok();
        assert_eq!(mine["name"], "Urgent refunds");
        assert_eq!(mine["filter"]["tags"], json!(["Refund"]));
        assert_eq!(mine["audience"], "me");
        let address = format!("/views/{}", mine["id"].as_str().unwrap());
        for (change, wrong) in [
            (json!({ "queue": "mentions" }), "queue"),
            (json!({ "color": "plaid" }), "color"),
            (json!({ "audience": "team" }), "teamId"),
            (json!({ "name": " " }), "name"),
            (json!({ "filter": { "priority": "never" } }), "priority"),
        ] {
            let body = api.patch(&address, change).await;
            let body = body.refused(400, "VALIDATION_ERROR");
            assert!(body["details"][wrong].is_string(), "{body}");
        }

        server.colleague("agent").await;
        let ana = server.signed_in("agent@example.com").await;
        assert_eq!(ana.get("/views").await.ok()["total"], 0);
        ana.get(&address).await.refused(404, "RESOURCE_NOT_FOUND");
        api.patch(&address, json!({ "audience": "all" })).await.ok();
        assert_eq!(ana.get("/views").await.ok()["total"], 1);
        let refused = ana.patch(&address, json!({ "name": "Ours" })).await;
        refused.refused(403, "INSUFFICIENT_PERMISSIONS");
        let shared = json!({ "name": "For all", "audience": "all" });
        let shared = ana.post("/views", shared).await;
        shared.refused(403, "INSUFFICIENT_PERMISSIONS");
        let own = ana.post("/views", json!({ "name": "Own" })).await.ok();
        let own = format!("/views/{}", own["id"].as_str().unwrap());
        api.get(&own).await.refused(404, "RESOURCE_NOT_FOUND");
        assert_eq!(ana.delete(&own).await.status, 204);
        assert_eq!(api.delete(&address).await.status, 204);
        assert_eq!(ana.get("/views").await.ok()["total"], 0);
    });
}
