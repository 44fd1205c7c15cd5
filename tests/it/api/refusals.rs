//! Reasons to say no that programs act on: each with its status and code, as the catalogue has them.

use reqwest::Method;
use serde_json::json;

use crate::support::server::PASSWORD;
use crate::support::server::on_a_server;

#[test]
fn what_cannot_be_sent_or_done_is_refused_with_the_reason_of_the_catalogue() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_1", "hello").await;
        let talk = format!("/conversations/{}", ack["conversationId"].as_str().unwrap());
        let messages = format!("{talk}/messages");
        let contact = api.get(&talk).await.ok()["contactId"].take();
        let contact = format!("/contacts/{}", contact.as_str().unwrap());
        let words = || json!({ "text": "hello" });

        let pressed = json!({ "content": { "type": "postback", "payload": "a", "title": "A" } });
        let refused = api.post(&messages, pressed).await;
        refused.refused(400, "UNSUPPORTED_CONTENT_TYPE");
        let large = json!({ "tags": ["x".repeat(1024 * 1024)] });
        let refused = api.post(&format!("{talk}/tags"), large).await;
        refused.refused(413, "PAYLOAD_TOO_LARGE");

        let config = json!({ "provider": "twilio", "accountSid": format!("AC{}", "0".repeat(32)),
            "authToken": "0".repeat(32), "phoneNumber": "+15550001111" });
        let number = json!({ "type": "sms", "name": "Line", "config": config });
        let number = api.post("/channels", number).await.ok();
        let line = format!("/channels/{}", number["id"].as_str().unwrap());
        let to = json!({ "channelId": number["id"], "to": "+5511999990000", "text": "hello" });
        let refused = api.post("/messages", to.clone()).await;
        refused.refused(422, "CHANNEL_NOT_CONNECTED");
        api.patch(&line, json!({ "enabled": false })).await.ok();
        let refused = api.post("/messages", to).await;
        refused.refused(409, "CHANNEL_DISABLED");

        api.patch(&contact, json!({ "blocked": true })).await.ok();
        let refused = api.post(&messages, words()).await;
        refused.refused(403, "CONTACT_BLOCKED");
        api.patch(&contact, json!({ "blocked": false })).await.ok();
        api.post(&messages, words()).await.ok();

        let standing = |status: &str| json!({ "status": status });
        let refused = api.patch("/tenant", standing("cancelled")).await;
        refused.refused(400, "VALIDATION_ERROR");
        let tenant = api.patch("/tenant", standing("suspended")).await.ok();
        assert_eq!(tenant["status"], "suspended");
        let refused = api.post(&messages, words()).await;
        refused.refused(403, "TENANT_SUSPENDED");
        let note = json!({ "text": "for us", "private": true });
        api.post(&messages, note).await.ok();
        server
            .visitor(&site)
            .await
            .say("cm_1", "still there?")
            .await;
        assert_eq!(api.get("/conversations").await.ok()["total"], 2);
        api.patch("/tenant", standing("active")).await.ok();
        api.post(&messages, words()).await.ok();

        let user = server.colleague("agent").await;
        let user = format!("/users/{}", user["id"].as_str().unwrap());
        api.patch(&user, json!({ "status": "suspended" }))
            .await
            .ok();
        let login = json!({ "email": "agent@example.com", "password": PASSWORD });
        let refused = api.post("/auth/login", login).await;
        refused.refused(403, "ACCOUNT_LOCKED");
    });
}

#[test]
fn who_only_looks_is_told_what_getting_it_would_bring() {
    on_a_server(async |server| {
        let http = reqwest::Client::new();
        for path in ["/healthz", "/openapi.json", "/v1/nowhere", "/login"] {
            let url = format!("{}{path}", server.url());
            let got = http.get(&url).send().await.unwrap();
            let looked = http.head(&url).send().await.unwrap();
            assert_eq!(looked.status(), got.status(), "{path}");
            for name in ["content-type", "content-length"] {
                let (told, there) = (looked.headers().get(name), got.headers().get(name));
                assert_eq!(told, there, "{path} {name}");
            }
            assert!(looked.bytes().await.unwrap().is_empty(), "{path}");
        }
    });
}

#[test]
fn where_nothing_is_people_see_a_page_and_programs_read_a_code() {
    on_a_server(async |server| {
        let http = reqwest::Client::new();
        let ask = |accept: &'static str| {
            let url = format!("{}/wp-login.php", server.url());
            http.get(url).header("Accept", accept).send()
        };
        let page = ask("text/html,*/*;q=0.8").await.unwrap();
        assert_eq!(page.status(), 404);
        let page = page.text().await.unwrap();
        assert!(page.contains("There is nothing at this address."), "{page}");
        let refused = ask("*/*").await.unwrap();
        assert_eq!(refused.status(), 404);
        let refused: serde_json::Value = refused.json().await.unwrap();
        assert_eq!(refused["code"], "RESOURCE_NOT_FOUND");
    });
}

#[test]
fn refusals_outside_the_api_name_their_request_too() {
    on_a_server(async |server| {
        let nobody = server.anonymous();
        let zeros = "0".repeat(26);
        let missing = "RESOURCE_NOT_FOUND";
        for (method, address, status, code) in [
            (Method::GET, format!("/media/media_{zeros}"), 404, missing),
            (Method::GET, "/m/nothing".to_owned(), 404, missing),
            (Method::GET, "/nowhere".to_owned(), 404, missing),
            (
                Method::POST,
                format!("/webhooks/sms/ch_{zeros}"),
                404,
                "CHANNEL_NOT_FOUND",
            ),
            (
                Method::POST,
                "/app/media".to_owned(),
                401,
                "AUTHENTICATION_REQUIRED",
            ),
        ] {
            let named = nobody.with("x-request-id", "mine-7");
            let reply = named.send(method.clone(), &address, None).await;
            assert_eq!(reply.refused(status, code)["requestId"], "mine-7");
            let reply = nobody.send(method, &address, None).await;
            let body = reply.refused(status, code);
            let id = body["requestId"].as_str().unwrap();
            assert!(id.starts_with("req_"), "{address}: {id}");
        }
    });
}
