//! People who answer, their teams, labels and keys.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::api::Api;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::PASSWORD;
use crate::support::server::Server;
use crate::support::server::on_a_server;

fn address_of(what: &str, thing: &Value) -> String {
    format!("/{what}/{}", thing["id"].as_str().unwrap())
}

async fn cannot_sign_in(server: &Server, email: &str, password: &str) {
    let body = json!({ "email": email, "password": password });
    let refused = server.anonymous().post("/auth/login", body).await;
    assert!(matches!(refused.status, 401 | 403), "{}", refused.status);
}

#[test]
fn a_user_is_made_changed_suspended_and_removed() {
    on_a_server(async |server| {
        let api = server.api();
        let bia =
            json!({ "name": " Bia  Reis ", "email": "Bia@Example.com", "password": PASSWORD });
        let bia = api.post("/users", bia).await.ok();
        assert_eq!(
            (&bia["name"], &bia["email"]),
            (&json!("Bia Reis"), &json!("bia@example.com"))
        );
        assert_eq!(
            (&bia["role"], &bia["status"]),
            (&json!("agent"), &json!("active"))
        );
        assert!(bia.get("password").is_none() && bia["createdAt"].is_string());
        let address = address_of("users", &bia);
        assert_eq!(api.get(&address).await.ok(), bia);
        let listed = api.get("/users").await.ok();
        assert_eq!(listed["total"], 2);
        assert!(listed["data"].as_array().unwrap().contains(&bia));

        let told = json!({ "role": "manager", "phone": "+55 11 98765-4321",
            "avatar": "https://x.example/b.png" });
        let told = api.patch(&address, told).await.ok();
        assert_eq!(told["role"], "supervisor", "as older clients call it");
        assert_eq!(told["avatarUrl"], "https://x.example/b.png");
        let cleared = json!({ "phone": null, "avatarUrl": null });
        let cleared = api.patch(&address, cleared).await.ok();
        assert!(cleared["phone"].is_null() && cleared["avatarUrl"].is_null());

        let theirs = server.signed_in("bia@example.com").await;
        theirs.get("/conversations").await.ok();
        let off = api
            .patch(&address, json!({ "status": "suspended" }))
            .await
            .ok();
        assert_eq!(off["status"], "suspended");
        theirs
            .get("/conversations")
            .await
            .refused(401, "TOKEN_REVOKED");
        cannot_sign_in(server, "bia@example.com", PASSWORD).await;
        api.patch(&address, json!({ "status": "active" }))
            .await
            .ok();
        server.signed_in("bia@example.com").await;

        assert_eq!(api.delete(&address).await.status, 204);
        api.get(&address).await.refused(404, "RESOURCE_NOT_FOUND");
        assert_eq!(api.get("/users").await.ok()["total"], 1);
        cannot_sign_in(server, "bia@example.com", PASSWORD).await;
    });
}

#[test]
fn a_user_that_cannot_be_is_refused() {
    on_a_server(async |server| {
        let api = server.api();
        for (change, status, code) in [
            (
                json!({ "email": OWNER.to_uppercase() }),
                409,
                "EMAIL_ALREADY_EXISTS",
            ),
            (json!({ "email": "nobody" }), 400, "VALIDATION_ERROR"),
            (json!({ "name": " " }), 400, "VALIDATION_ERROR"),
            (json!({ "password": "short" }), 400, "VALIDATION_ERROR"),
            (json!({ "role": "king" }), 400, "VALIDATION_ERROR"),
        ] {
            let mut body =
                json!({ "name": "Bia", "email": "bia@example.com", "password": PASSWORD });
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            api.post("/users", body).await.refused(status, code);
        }
        assert_eq!(api.get("/users").await.ok()["total"], 1);

        // The last owner stays, and stays an owner.
        let me = api.get("/auth/me").await.ok();
        let address = address_of("users", &me);
        for change in [json!({ "role": "agent" }), json!({ "status": "suspended" })] {
            let refused = api.patch(&address, change).await;
            assert!((400..500).contains(&refused.status), "{}", refused.status);
        }
        let refused = api.delete(&address).await;
        assert!((400..500).contains(&refused.status), "{}", refused.status);
        assert_eq!(api.get(&address).await.ok()["isOwner"], true);
    });
}

#[test]
fn who_is_removed_leaves_conversations_to_the_queue() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let talk = format!("/conversations/{}", ack["conversationId"].as_str().unwrap());
        let agent = server.colleague("agent").await;
        let team = json!({ "name": "Billing", "memberIds": [agent["id"]] });
        let team = api.post("/teams", team).await.ok();
        let given = json!({ "agentId": agent["id"], "teamId": team["id"] });
        api.post(&format!("{talk}/assign"), given).await.ok();
        api.delete(&address_of("users", &agent)).await;
        let left = api.get(&talk).await.ok();
        assert!(left["assignedTo"].is_null());
        assert_eq!(left["teamId"], team["id"]);
        let team = api.get(&address_of("teams", &team)).await.ok();
        assert_eq!(team["memberIds"], json!([]));
        assert_eq!(api.get("/conversations/counts").await.ok()["unassigned"], 1);
    });
}

#[test]
fn a_team_is_made_changed_and_removed() {
    on_a_server(async |server| {
        let api = server.api();
        let agent = server.colleague("agent").await;
        let me = api.get("/auth/me").await.ok();
        let body = json!({ "name": "Billing", "description": "Refunds", "userIds": [agent["id"]] });
        let team = api.post("/teams", body).await.ok();
        assert_eq!(team["memberIds"], json!([agent["id"]]));
        let address = address_of("teams", &team);
        assert_eq!(api.get(&address).await.ok(), team);
        let changed = json!({ "description": null, "memberIds": [agent["id"], me["id"]] });
        let changed = api.patch(&address, changed).await.ok();
        assert!(changed["description"].is_null());
        assert_eq!(changed["name"], "Billing");
        assert_eq!(changed["memberIds"].as_array().unwrap().len(), 2);

        let nobody = format!("user_{}", "0".repeat(26));
        for (body, status, code) in [
            (json!({}), 400, "VALIDATION_ERROR"),
            (json!({ "name": "billing" }), 409, "RESOURCE_ALREADY_EXISTS"),
            (
                json!({ "name": "Sales", "memberIds": [nobody] }),
                400,
                "VALIDATION_ERROR",
            ),
            (
                json!({ "name": "Sales", "memberIds": [team["id"]] }),
                400,
                "VALIDATION_ERROR",
            ),
        ] {
            api.post("/teams", body).await.refused(status, code);
        }
        assert_eq!(api.get("/teams").await.ok()["total"], 1);

        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let talk = format!("/conversations/{}", ack["conversationId"].as_str().unwrap());
        let given = json!({ "teamId": team["id"] });
        api.post(&format!("{talk}/assign"), given).await.ok();
        let of_team = format!("/conversations?teamId={}", team["id"].as_str().unwrap());
        assert_eq!(api.get(&of_team).await.ok()["total"], 1);
        assert_eq!(api.delete(&address).await.status, 204);
        api.get(&address).await.refused(404, "RESOURCE_NOT_FOUND");
        assert!(api.get(&talk).await.ok()["teamId"].is_null());
    });
}

#[test]
fn a_tag_is_renamed_wherever_it_is_carried_and_stays_there_when_it_is_removed() {
    on_a_server(async |server| {
        let api = server.api();
        let tag = api
            .post("/tags", json!({ "name": "VIP", "tint": 3 }))
            .await
            .ok();
        let second = api.post("/tags", json!({ "name": "Refund" })).await.ok();
        assert!(second["tint"].is_u64());
        let address = address_of("tags", &tag);
        assert_eq!(api.get(&address).await.ok(), tag);
        let person = json!({ "name": "Ana", "tags": ["VIP"] });
        let person = api.post("/contacts", person).await.ok();
        let renamed = api
            .patch(
                &address,
                json!({ "name": "Gold", "tint": 0, "group": "People" }),
            )
            .await
            .ok();
        for (field, expected) in [
            ("name", json!("Gold")),
            ("tint", json!(0)),
            ("group", json!("People")),
        ] {
            assert_eq!(renamed[field], expected, "{field}");
        }
        let card = address_of("contacts", &person);
        eventually("the person carries the new name", async || {
            let person = api.get(&card).await.ok();
            (person["tags"] == json!(["Gold"])).then_some(())
        })
        .await;
        for (body, status, code) in [
            (json!({ "name": "gold" }), 409, "RESOURCE_ALREADY_EXISTS"),
            (json!({ "name": "  " }), 400, "VALIDATION_ERROR"),
            (json!({ "name": "x".repeat(500) }), 400, "VALIDATION_ERROR"),
            (json!({ "name": "new", "tint": 8 }), 400, "VALIDATION_ERROR"),
            (
                json!({ "name": "new", "tint": 300 }),
                400,
                "VALIDATION_ERROR",
            ),
        ] {
            api.post("/tags", body).await.refused(status, code);
        }
        let taken = api.patch(&address, json!({ "name": "REFUND" })).await;
        taken.refused(409, "RESOURCE_ALREADY_EXISTS");
        assert_eq!(api.delete(&address).await.status, 204);
        api.get(&address).await.refused(404, "RESOURCE_NOT_FOUND");
        assert_eq!(api.get("/tags").await.ok()["total"], 1);
        assert_eq!(api.get(&card).await.ok()["tags"], json!(["Gold"]));
    });
}

/// A program with a key that was just made.
async fn keyed(server: &Server, body: Value) -> (Api, Value) {
    let made = server.api().post("/api-keys", body).await.ok();
    let key = made["key"].as_str().unwrap().to_owned();
    (server.anonymous().with("x-api-key", &key), made)
}

#[test]
fn a_key_is_shown_once_and_works_until_it_is_revoked() {
    on_a_server(async |server| {
        let (program, made) = keyed(server, json!({ "name": "Shop" })).await;
        let key = made["key"].as_str().unwrap();
        assert!(key.starts_with("lk_live_") && key.starts_with(made["prefix"].as_str().unwrap()));
        let me = program.get("/auth/me").await.ok();
        assert_eq!(
            (&me["id"], &me["authType"]),
            (&made["userId"], &json!("api_key"))
        );
        let bearer = server
            .anonymous()
            .with("authorization", &format!("Bearer {key}"));
        bearer.get("/auth/me").await.ok();
        let api = server.api();
        for list in ["/api-keys", "/auth/api-keys"] {
            let listed = api.get(list).await;
            assert!(!listed.text().contains(&key[12..]), "{list}");
            assert_eq!(listed.ok()["total"], 2, "{list}");
        }
        assert_eq!(api.delete(&address_of("api-keys", &made)).await.status, 204);
        program
            .get("/auth/me")
            .await
            .refused(401, "INVALID_API_KEY");
        let again = api.delete(&address_of("api-keys", &made)).await;
        assert!(matches!(again.status, 204 | 404), "{}", again.status);
        let nobody = format!("/api-keys/key_{}", "0".repeat(26));
        api.delete(&nobody).await.refused(404, "RESOURCE_NOT_FOUND");
    });
}

#[test]
fn a_key_may_what_its_scopes_say() {
    on_a_server(async |server| {
        let scopes =
            json!({ "name": "Reader", "permissions": ["contacts:read", "conversations:read"] });
        let (reader, made) = keyed(server, scopes).await;
        assert_eq!(made["scopes"], made["permissions"]);
        reader.get("/contacts").await.ok();
        reader.get("/conversations").await.ok();
        for (method, path, body) in [
            (Method::POST, "/contacts", json!({ "name": "Ana" })),
            (Method::POST, "/tags", json!({ "name": "vip" })),
            (Method::GET, "/api-keys", json!({})),
            (Method::GET, "/audit", json!({})),
            (Method::GET, "/events", json!({})),
        ] {
            let refused = reader.call(method, path, Some(body)).await;
            refused.refused(403, "INSUFFICIENT_PERMISSIONS");
        }
        // A key's owner who may less may less through it, and nobody suspended may anything.
        let agent = server.colleague("agent").await;
        let theirs = server.signed_in("agent@example.com").await;
        theirs
            .post("/api-keys", json!({ "name": "x" }))
            .await
            .refused(403, "INSUFFICIENT_PERMISSIONS");
        server.api().delete(&address_of("users", &agent)).await;
        theirs.get("/contacts").await.refused(401, "TOKEN_REVOKED");
    });
}

#[test]
fn a_key_ends_when_it_was_said_to() {
    on_a_server(async |server| {
        let until = json!({ "name": "Trial", "expiresAt": "2026-01-01T13:00:00Z" });
        let (program, made) = keyed(server, until).await;
        assert_eq!(made["expiresAt"], "2026-01-01T13:00:00.000Z");
        program.get("/contacts").await.ok();
        server.pass(Duration::from_secs(3_601));
        program
            .get("/contacts")
            .await
            .refused(401, "INVALID_API_KEY");
        let api = server.api();
        for body in [
            json!({ "name": "Late", "expiresAt": "2020-01-01T00:00:00Z" }),
            json!({ "name": "Odd", "expiresAt": "tomorrow" }),
            json!({ "name": "Wide", "scopes": ["everything:read"] }),
            json!({ "name": " " }),
            json!({ "scopes": ["contacts:read"] }),
        ] {
            api.post("/api-keys", body)
                .await
                .refused(400, "VALIDATION_ERROR");
        }
    });
}
