//! Signing in: the first key, the second factor.

use hmac::KeyInit as _;
use hmac::Mac as _;
use serde_json::json;

use crate::support::agent::value_of;
use crate::support::server::OWNER;
use crate::support::server::PASSWORD;
use crate::support::server::Server;
use crate::support::server::on_a_server;

/// The six digits an authenticator shows: RFC 6238, from its text.
fn authenticator(secret: &str, now_secs: i64) -> String {
    let letters = secret.chars().filter(|letter| *letter != ' ');
    let bits: Vec<u8> = letters
        .map(|letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap())
        .flat_map(|value| (0..5).rev().map(move |at| u8::from(value >> at & 1 == 1)))
        .collect();
    let key: Vec<u8> = bits
        .chunks_exact(8)
        .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit))
        .collect();
    let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&(now_secs / 30).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] % 16);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap());
    format!("{:06}", (word % 0x8000_0000) % 1_000_000)
}

/// A server that nobody has set up yet.
pub fn unowned(config: &mut linktor::config::Config) {
    config.first_run.admin_email = None;
    config.first_run.admin_password = None;
}

#[test]
fn a_key_of_the_operator_works_from_the_first_start_and_can_be_revoked_for_good() {
    let data = tempfile::tempdir().unwrap();
    linktor::app::run(async {
        let server = Server::start_with(data.path(), unowned).await;
        let me = server.api().get("/auth/me").await.ok();
        assert_eq!(
            (&me["isOwner"], &me["authType"]),
            (&json!(true), &json!("api_key"))
        );
        server.colleague("agent").await;
        assert!(server.setup_url().is_some(), "nobody can sign in yet");
        server.stop().await;

        // Somebody sets it up later: the key acts for that owner, and there is one key.
        let server = Server::start(data.path()).await;
        assert_eq!(server.setup_url(), None);
        let owner = server.api().get("/auth/me").await.ok();
        assert_eq!((&owner["id"], &owner["email"]), (&me["id"], &json!(OWNER)));
        server.signed_in(OWNER).await.get("/auth/me").await.ok();
        let audit = server.api().get("/audit").await.ok();
        let made = audit["data"].as_array().unwrap().iter();
        let made = made.filter(|entry| entry["target"] == me["id"]);
        let mut made: Vec<_> = made
            .map(|entry| {
                let parts = [
                    &entry["action"],
                    &entry["actor"]["type"],
                    &entry["details"]["name"],
                ];
                parts.map(|part| part.as_str().unwrap())
            })
            .collect();
        // The two starts share a moment, by which entries are in order.
        made.sort_unstable();
        let expected = [
            ["user.created", "system", "Operator"],
            ["user.updated", "system", "owner"],
        ];
        assert_eq!(made, expected);
        let keys = server.api().get("/api-keys").await.ok();
        assert_eq!(keys["total"], 1, "{keys}");
        let id = keys["data"][0]["id"].as_str().unwrap().to_owned();
        let owner = server.signed_in(OWNER).await;
        owner.delete(&format!("/api-keys/{id}")).await.ok();
        server.stop().await;

        let server = Server::start(data.path()).await;
        server
            .api()
            .get("/auth/me")
            .await
            .refused(401, "INVALID_API_KEY");
        server.stop().await;
    })
    .unwrap();
}

#[test]
fn programs_are_asked_for_the_code_and_owners_can_take_it_away() {
    on_a_server(async |server| {
        let colleague = server.colleague("agent").await;
        let ana = server.agent("agent@example.com").await;
        let page = ana.open("/app/me/two-step").await.text();
        assert!(page.contains("<svg class=\"qr\""), "{page}");
        let secret = page
            .split_once("<pre id=\"secret\" tabindex=\"0\">")
            .unwrap()
            .1;
        let secret = secret.split('<').next().unwrap();
        let token = value_of(&page, "token");
        let code = authenticator(secret, server.now().as_secs());
        let fields = [("token", &*token), ("code", &code), ("password", PASSWORD)];
        let codes = ana.submit("/app/me/two-step", &fields).await.text();
        assert!(codes.contains("recovery codes"), "{codes}");

        let login = async |code: Option<&str>| {
            let body = json!({ "email": "agent@example.com", "password": PASSWORD, "code": code });
            server.anonymous().post("/auth/login", body).await
        };
        let asked = login(None).await.refused(401, "AUTHENTICATION_REQUIRED");
        assert_eq!(asked["details"]["reason"], "second_factor_required");
        let wrong = login(Some("000000"))
            .await
            .refused(401, "INVALID_CREDENTIALS");
        assert_eq!(wrong["details"]["reason"], "second_factor_invalid");
        login(Some(&code)).await.refused(401, "INVALID_CREDENTIALS");
        server.pass(std::time::Duration::from_secs(60));
        let code = authenticator(secret, server.now().as_secs());
        let login_by_code = login(Some(&code)).await.ok();
        assert_eq!(login_by_code["user"]["totpEnabled"], true);

        let path = format!("/users/{}/totp", colleague["id"].as_str().unwrap());
        server.api().delete(&path).await.ok();
        assert_eq!(login(None).await.ok()["user"]["totpEnabled"], false);
        let audit = server.api().get("/audit").await.ok();
        let actions: Vec<_> = audit["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["action"].clone())
            .collect();
        assert!(
            actions.contains(&json!("user.two_step_on"))
                && actions.contains(&json!("user.two_step_reset")),
            "{actions:?}"
        );
    });
}

#[test]
fn programs_turn_the_second_factor_on_and_off_for_their_person() {
    on_a_server(async |server| {
        server.colleague("agent").await;
        let email = "agent@example.com";
        let ana = server.signed_in(email).await;
        let elsewhere = server.signed_in(email).await;
        let offer = ana.post("/auth/totp", json!({})).await.ok();
        let secret = offer["secret"].as_str().unwrap();
        let address = offer["otpauthUrl"].as_str().unwrap();
        assert!(address.starts_with("otpauth://totp/"), "{address}");
        assert_eq!(ana.get("/me").await.ok()["totpEnabled"], false, "not yet");

        let confirm = |code: &str, password: &str, token: &str| {
            let body = json!({ "token": token, "code": code, "password": password });
            ana.post("/auth/totp/confirm", body)
        };
        let code = authenticator(secret, server.now().as_secs());
        let token = offer["token"].as_str().unwrap();
        for (code, password, token, status, wrong) in [
            ("000000", PASSWORD, token, 401, "INVALID_CREDENTIALS"),
            (&code, "not my password", token, 401, "INVALID_CREDENTIALS"),
            (&code, PASSWORD, "made up", 400, "VALIDATION_ERROR"),
        ] {
            confirm(code, password, token).await.refused(status, wrong);
        }
        let on = confirm(&code, PASSWORD, token).await.ok();
        let codes = on["recoveryCodes"].as_array().unwrap().clone();
        assert_eq!(codes.len(), 10);
        assert_eq!(ana.get("/me").await.ok()["totpEnabled"], true);
        elsewhere.get("/me").await.refused(401, "TOKEN_REVOKED");

        let nobody = server.anonymous();
        let login = |code: &serde_json::Value| {
            let body = json!({ "email": email, "password": PASSWORD, "code": code });
            nobody.post("/auth/login", body)
        };
        login(&codes[0]).await.ok();
        login(&codes[0]).await.refused(401, "INVALID_CREDENTIALS");
        let password = json!({ "password": PASSWORD });
        let renewed = ana
            .post("/auth/totp/recovery-codes", password.clone())
            .await;
        let renewed = renewed.ok()["recoveryCodes"].clone();
        login(&codes[1]).await.refused(401, "INVALID_CREDENTIALS");
        login(&renewed[0]).await.ok();

        let wrong = json!({ "password": "not my password" });
        let wrong = ana.post("/auth/totp/disable", wrong).await;
        wrong.refused(401, "INVALID_CREDENTIALS");
        let off = ana.call(
            reqwest::Method::DELETE,
            "/auth/totp",
            Some(password.clone()),
        );
        assert_eq!(off.await.status, 204);
        assert_eq!(ana.get("/me").await.ok()["totpEnabled"], false);
        let none = ana.post("/auth/totp/recovery-codes", password).await;
        none.refused(400, "VALIDATION_ERROR");
    });
}
