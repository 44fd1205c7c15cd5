//! Who a visitor is: proofs by HMAC and by token, claims, and what becomes one.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::hook::hmac_hex;
use crate::support::server::Server;
use crate::support::server::on_a_server;

/// The secret of the computed examples.
const SECRET: &str = "wcid_7Jq2mX0v3Nf9RbT1sYkLeW8uHcPzDaGo";
/// `user_42`, Ana Silva, good until 13:00 on the day these tests live in.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyXzQyIiwibmFtZSI6IkFuYSBTaWx2YSIsImVtYWlsIjoiYW5hQGV4YW1wbGUuY29tIiwiaWF0IjoxNzY3MjY4ODAwLCJleHAiOjE3NjcyNzI0MDB9.l1lJ5nOqT-knttWT62SqRjFNQqQHL5_pjTPW2bM0odE";

async fn website(server: &Server, mode: &str) -> Value {
    let config = json!({ "identityMode": mode, "identitySecret": SECRET });
    server.website(config).await
}

fn proof(id: &str) -> Value {
    json!({ "user": { "id": id, "userHash": hmac_hex(SECRET, id.as_bytes()) } })
}

#[test]
fn a_proof_by_hash_or_token_leads_to_one_person_on_every_device() {
    on_a_server(async |server| {
        let api = server.api();
        let site = website(server, "optional").await;
        let mut phone = server.browser(&site);
        let opened = phone.open_as(proof("user_42")).await;
        assert_eq!(opened["verified"], true);
        phone.say("cm_1", "from the phone").await;

        let mut laptop = server.browser(&site);
        let opened = laptop.open_as(json!({ "user": { "token": TOKEN } })).await;
        assert_eq!(opened["verified"], true, "{opened}");
        assert_eq!(opened["user"]["name"], "Ana Silva");
        assert_eq!(laptop.history().await, [(1, "from the phone".to_owned())]);
        let contact = api.get("/contacts/external/user_42").await.ok();
        assert_eq!(contact["name"], "Ana Silva");
        assert_eq!(contact["email"], "ana@example.com");
        assert_eq!(api.get("/contacts").await.ok()["total"], 1);
    });
}

#[test]
fn what_is_not_proved_shows_nobody_s_history() {
    on_a_server(async |server| {
        let site = website(server, "optional").await;
        let mut ana = server.browser(&site);
        ana.open_as(proof("user_42")).await;
        ana.say("cm_1", "private").await;
        let (head, claims) = TOKEN.split_once('.').unwrap();
        let (claims, _) = claims.split_once('.').unwrap();
        // {"alg":"none"}
        let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
        let cut = format!("{head}.{claims}.");
        let forgeries = [
            json!({ "id": "user_42" }),
            json!({ "id": "user_42", "email": "ana@example.com" }),
            json!({ "id": "user_42", "userHash": hmac_hex("guessed", b"user_42") }),
            json!({ "id": "user_42", "userHash": "" }),
            json!({ "token": unsigned }),
            json!({ "token": cut }),
            json!({ "token": TOKEN.replace("l1lJ", "L1lJ") }),
        ];
        for user in forgeries {
            let mut eve = server.browser(&site);
            let opened = eve.open_as(json!({ "user": user })).await;
            assert_eq!(opened["verified"], false, "{user}");
            assert!(eve.history().await.is_empty(), "{user}");
        }
        server.pass(std::time::Duration::from_secs(3_601));
        let mut late = server.browser(&site);
        let opened = late.open_as(json!({ "user": { "token": TOKEN } })).await;
        assert_eq!(opened["verified"], false, "the token is too old");
        assert_eq!(opened["identity"]["error"], "identity_unverified");
    });
}

#[test]
fn an_anonymous_history_goes_over_to_the_person_it_proves_to_be() {
    on_a_server(async |server| {
        let api = server.api();
        let site = website(server, "optional").await;
        let mut phone = server.browser(&site);
        phone.open_as(proof("user_42")).await;
        phone.say("cm_1", "first").await;
        server.pass(std::time::Duration::from_secs(10));
        let mut guest = server.visitor(&site).await;
        guest.say("cm_2", "second").await;
        assert_eq!(api.get("/contacts").await.ok()["total"], 2);

        let before = guest.token.clone();
        let opened = guest.open_as(proof("user_42")).await;
        assert_eq!(
            (&opened["verified"], &opened["reset"]),
            (&json!(true), &json!(true))
        );
        assert_ne!(guest.token, before, "a proof brings a new token");
        let texts: Vec<String> = guest
            .history()
            .await
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(texts, ["first", "second"]);
        assert_eq!(guest.history().await, phone.history().await);
        assert_eq!(api.get("/contacts").await.ok()["total"], 1);

        let mut stolen = guest.clone();
        stolen.token = before;
        stolen
            .get("messages")
            .await
            .turned_away(401, "token_invalid");
    });
}

#[test]
fn somebody_else_at_the_same_computer_starts_afresh() {
    on_a_server(async |server| {
        let site = website(server, "required").await;
        let mut browser = server.browser(&site);
        browser.open_as(proof("ana")).await;
        browser.say("cm_1", "of ana").await;
        browser.open_as(proof("rui")).await;
        assert!(browser.history().await.is_empty());
        browser.call(Method::DELETE, "session", json!({})).await;
        let gone = browser.get("messages").await;
        gone.turned_away(401, "token_invalid");
        let opened = browser.open().await;
        assert_eq!(opened["reason"], "token_invalid");
        assert!(browser.history().await.is_empty());
    });
}
