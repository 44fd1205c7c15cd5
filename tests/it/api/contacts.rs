//! Contacts: found, ordered, made in every spelling, merged and taken apart, erased.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::support::api::Api;
use crate::support::server::Server;
use crate::support::server::on_a_server;

const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn made(api: &Api, body: Value) -> Value {
    api.post("/contacts", body).await.ok()
}

fn address_of(contact: &Value) -> String {
    format!("/contacts/{}", contact["id"].as_str().unwrap())
}

/// The names in a list that is read `limit` rows at a time.
async fn names(api: &Api, limit: usize, query: &str) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let address = format!("/contacts?limit={limit}&{query}{cursor}");
        let page = api.get(&address).await.ok();
        let rows = page["data"].as_array().unwrap().iter();
        names.extend(rows.map(|row| row["name"].as_str().unwrap().to_owned()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}

/// The address of a visitor of a web chat.
fn visitor(number: u32) -> String {
    format!("vis_{number:0>26}")
}

#[test]
fn contacts_are_ordered_by_name_age_and_when_they_were_last_seen() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        for name in ["Caio", "ana", "Bia"] {
            made(&api, json!({ "name": name })).await;
            server.pass(DAY);
        }
        let said = server.visitor(&site).await.say("cm_1", "hello").await;
        let talk = format!(
            "/conversations/{}",
            said["conversationId"].as_str().unwrap()
        );
        let seen = api.get(&talk).await.ok()["contact"].clone();
        api.patch(&address_of(&seen), json!({ "name": "Davi" }))
            .await
            .ok();
        for (query, expected) in [
            ("", ["ana", "Bia", "Caio", "Davi"]),
            ("sortBy=name&sortOrder=desc", ["Davi", "Caio", "Bia", "ana"]),
            ("sortBy=createdAt", ["Davi", "Bia", "ana", "Caio"]),
            (
                "sort_by=created_at&sort_order=asc",
                ["Caio", "ana", "Bia", "Davi"],
            ),
            ("sortBy=lastSeenAt", ["Davi", "Bia", "ana", "Caio"]),
            (
                "sortBy=lastSeenAt&sortOrder=asc",
                ["Caio", "ana", "Bia", "Davi"],
            ),
        ] {
            for limit in [1, 3] {
                assert_eq!(names(&api, limit, query).await, expected, "{query}");
            }
        }
        let wrong = api.get("/contacts?sortBy=phone").await;
        wrong.refused(400, "VALIDATION_ERROR");
    });
}

#[test]
fn contacts_are_found_by_what_they_are_known_by() {
    on_a_server(async |server| {
        let api = server.api();
        server.website(json!({})).await;
        let ana = json!({ "name": "Ana", "email": "Home@Example.com", "externalId": "crm-1",
            "phone": "+55 11 98765-4321", "tags": ["VIP", "new"],
            "identifiers": { "webchat": visitor(1) } });
        made(&api, ana).await;
        made(&api, json!({ "name": "Bia", "email": "home@example.com" })).await;
        for (query, expected) in [
            ("email=HOME%40example.com", vec!["Ana", "Bia"]),
            ("phone=%2B5511987654321", vec!["Ana"]),
            // A plus sign that nobody escaped.
            ("phone=+5511987654321", vec!["Ana"]),
            ("phone=%2B1", vec![]),
            ("externalId=crm-1", vec!["Ana"]),
            ("tags%5B%5D=vip&tags%5B%5D=NEW", vec!["Ana"]),
            ("tag=vip", vec!["Ana"]),
            ("tags=vip,other", vec![]),
            ("channelType=webchat", vec!["Ana"]),
            ("channelType=sms", vec![]),
            ("search=98765-43", vec!["Ana"]),
            ("q=bia", vec!["Bia"]),
            ("search=home&tags=vip", vec!["Ana"]),
        ] {
            assert_eq!(names(&api, 1, query).await, expected, "{query}");
        }
        let first = api.get("/contacts?email=home%40example.com&limit=1").await;
        let first = first.ok();
        assert_eq!(
            (&first["total"], &first["hasMore"]),
            (&json!(2), &json!(true))
        );
        let external = api.get("/contacts/external/crm-1").await.ok();
        assert_eq!(external["name"], "Ana");
    });
}

#[test]
fn addresses_come_as_a_list_or_by_kind_of_channel() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let listed = json!({ "name": "Ana", "identifiers": [{ "channelType": "webchat",
            "channelId": site["id"], "identifier": visitor(1), "displayName": "ana",
            "profilePicture": "https://x.example/a.png", "metadata": { "plan": "gold" } }] });
        let ana = made(&api, listed).await;
        let held = &ana["identifiers"][0];
        assert_eq!(held["profilePicture"], "https://x.example/a.png");
        assert_eq!(held["metadata"]["plan"], "gold");
        assert_eq!(ana["identities"], ana["identifiers"]);
        let mapped = json!({ "name": "Bia", "identifiers": { "web": visitor(2) } });
        let bia = made(&api, mapped).await;
        assert_eq!(bia["identifiers"][0]["channelId"], site["id"]);

        // A contact that is sent back as it was read changes nothing; a new address has its route.
        let mut back = ana.clone();
        back["company"] = json!("Aurora");
        let back = api.patch(&address_of(&ana), back).await.ok();
        assert_eq!(back["company"], "Aurora");
        assert_eq!(back["identifiers"], ana["identifiers"]);
        let more = json!({ "identifiers": { "webchat": visitor(3) } });
        let more = api.patch(&address_of(&ana), more).await;
        more.refused(400, "VALIDATION_ERROR");
        let add = format!("{}/identifiers", address_of(&ana));
        let third = json!({ "channelType": "webchat", "identifier": visitor(3) });
        let grown = api.post(&add, third).await.ok();
        assert_eq!(grown["identifiers"].as_array().unwrap().len(), 2);

        let refusals = [
            (
                json!({ "webchat": visitor(1) }),
                409,
                "RESOURCE_ALREADY_EXISTS",
            ),
            (json!({ "fax": "+1" }), 400, "VALIDATION_ERROR"),
            (json!({ "webchat": 7 }), 400, "VALIDATION_ERROR"),
            (json!("webchat"), 400, "VALIDATION_ERROR"),
            (json!([{ "identifier": "x" }]), 400, "VALIDATION_ERROR"),
        ];
        for (identifiers, status, code) in refusals {
            let body = json!({ "name": "Caio", "identifiers": identifiers });
            api.post("/contacts", body).await.refused(status, code);
        }
        server.website(json!({})).await;
        let unclear = json!({ "name": "Caio", "identifiers": { "webchat": visitor(4) } });
        let unclear = api.post("/contacts", unclear).await;
        let unclear = unclear.refused(400, "VALIDATION_ERROR");
        assert!(unclear["details"]["identifiers[0].channelId"].is_string());
        assert_eq!(
            api.get("/contacts").await.ok()["total"],
            2,
            "nobody was made"
        );
    });
}

#[test]
fn a_contact_is_changed_field_by_field() {
    on_a_server(async |server| {
        let api = server.api();
        let ana = json!({ "name": "Ana", "email": "ana@example.com", "tags": ["new"],
            "customFields": { "a": 1, "b": 2 }, "metadata": null });
        let ana = made(&api, ana).await;
        let address = address_of(&ana);
        let merged = json!({ "customFields": { "a": 3, "b": null }, "email": null, "tags": null });
        let merged = api.patch(&address, merged).await.ok();
        assert_eq!(merged["customFields"], json!({ "a": 3 }));
        assert!(merged["email"].is_null());
        assert_eq!(merged["tags"], json!([]));
        let tags = format!("{address}/tags");
        let tagged = api
            .post(&tags, json!({ "tags": ["VIP", "vip"] }))
            .await
            .ok();
        assert_eq!(tagged["tags"], json!(["VIP"]));
        let body = Some(json!({ "tags": ["vip"] }));
        let bare = api.call(reqwest::Method::DELETE, &tags, body).await.ok();
        assert_eq!(bare["tags"], json!([]));
        api.post(&tags, json!({ "tags": ["a", "b"] })).await.ok();
        api.delete(&format!("{tags}?tags=a&tags=b")).await.ok();
        let wrong = json!({ "avatarUrl": "javascript:alert(1)" });
        let wrong = api.patch(&address, wrong).await;
        wrong.refused(400, "INVALID_URL");

        assert_eq!(api.delete(&address).await.status, 204);
        let gone = api.get(&address).await;
        gone.refused(404, "CONTACT_NOT_FOUND");
        assert_eq!(api.get("/contacts").await.ok()["total"], 0);
    });
}

/// Two people, each with a conversation.
async fn two_people(server: &Server, site: &Value) -> [Value; 2] {
    let api = server.api();
    let mut people = Vec::new();
    for (name, email) in [("Ana", "ana@example.com"), ("A. Lima", "lima@example.com")] {
        let said = server.visitor(site).await.say("cm_1", name).await;
        let talk = format!(
            "/conversations/{}",
            said["conversationId"].as_str().unwrap()
        );
        let contact = api.get(&talk).await.ok()["contact"].clone();
        let known =
            json!({ "name": name, "email": email, "tags": [name], "customFields": { name: 1 } });
        people.push(api.patch(&address_of(&contact), known).await.ok());
    }
    people.try_into().unwrap()
}

#[test]
fn two_contacts_become_one_and_two_again() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let [ana, lima] = two_people(server, &site).await;
        let merge = json!({ "primaryContactId": ana["id"], "contactIdsToMerge": [lima["id"]] });
        let merged = api.post("/contacts/merge", merge).await.ok();
        assert_eq!(merged["id"], ana["id"]);
        assert_eq!(
            merged["email"], "ana@example.com",
            "the primary's own value stays"
        );
        assert_eq!(merged["tags"], json!(["Ana", "A. Lima"]));
        assert_eq!(merged["customFields"], json!({ "Ana": 1, "A. Lima": 1 }));
        assert_eq!(merged["identifiers"].as_array().unwrap().len(), 2);
        assert_eq!(merged["conversationCount"], 2);
        let old = api.get(&address_of(&lima)).await.ok();
        assert_eq!(
            (&old["id"], &old["meta"]["mergedFrom"]),
            (&ana["id"], &lima["id"])
        );
        assert_eq!(api.get("/contacts").await.ok()["total"], 1);
        let merges = format!("{}/merges", address_of(&ana));
        let merges = api.get(&merges).await.ok();
        let merge = &merges["data"][0]["id"];
        assert_eq!(*merge, merged["meta"]["mergeId"]);

        let undo = json!({ "mergeId": merge });
        let back = api.post("/contacts/unmerge", undo.clone()).await.ok();
        assert_eq!((&back["id"], &back["tags"]), (&ana["id"], &json!(["Ana"])));
        let apart = api.get(&address_of(&lima)).await.ok();
        assert_eq!(
            (&apart["id"], &apart["email"]),
            (&lima["id"], &lima["email"])
        );
        let theirs = format!("{}/conversations", address_of(&lima));
        assert_eq!(api.get(&theirs).await.ok()["total"], 1);
        let twice = api.post("/contacts/unmerge", undo).await;
        assert!((400..500).contains(&twice.status), "{}", twice.status);
    });
}

#[test]
fn a_merge_that_makes_no_sense_changes_nothing() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let [ana, lima] = two_people(server, &site).await;
        let nobody = format!("contact_{}", "0".repeat(26));
        let (ana_id, lima_id) = (&ana["id"], &lima["id"]);
        for (primary, secondaries, status) in [
            (ana_id, json!([ana_id]), 400),
            (ana_id, json!([]), 400),
            (ana_id, json!([lima_id, nobody]), 404),
            (&json!(nobody), json!([lima_id]), 404),
            (ana_id, json!(["user_1"]), 400),
            (ana_id, json!(lima_id), 400),
        ] {
            let merge = json!({ "primaryContactId": primary, "secondaryContactIds": secondaries });
            let refused = api.post("/contacts/merge", merge).await;
            assert_eq!(refused.status, status, "{secondaries}: {}", refused.text());
        }
        assert_eq!(api.get(&address_of(&ana)).await.ok(), ana);
        assert_eq!(api.get(&address_of(&lima)).await.ok(), lima);

        let merge = json!({ "primaryContactId": ana_id, "secondaryContactIds": [lima_id] });
        let merged = api.post("/contacts/merge", merge).await.ok();
        server.pass(31 * DAY);
        let late = json!({ "mergeId": merged["meta"]["mergeId"] });
        let late = api.post("/contacts/unmerge", late).await;
        assert!((400..500).contains(&late.status), "{}", late.status);
    });
}
