//! New passwords by mail, invitations, and the first account over REST.

use std::time::Duration;

use serde_json::json;

use crate::signing_in::unowned;
use crate::support::post_office::PostOffice;
use crate::support::server::OWNER;
use crate::support::server::PASSWORD;
use crate::support::server::Server;
use crate::support::server::on_a_server;

const NEW: &str = "another sentence nobody guesses";

/// Runs a test against a server that writes mails.
fn with_mail(test: impl AsyncFnOnce(&Server, &PostOffice)) {
    let data = tempfile::tempdir().unwrap();
    linktor::app::run(async {
        let office = PostOffice::open().await;
        let server = Server::start_with(&data.path().join("data"), |c| office.config(c)).await;
        test(&server, &office).await;
        server.stop().await;
    })
    .unwrap();
}

#[test]
fn a_forgotten_password_is_chosen_anew_with_a_link_that_works_once() {
    with_mail(async |server, office| {
        server.colleague("agent").await;
        let email = "agent@example.com";
        let anyone = server.anonymous();
        let before = server.signed_in(email).await;
        let ask = async |email: &str| {
            let body = json!({ "email": email });
            anyone.post("/auth/password/reset", body).await.ok()
        };
        assert_eq!(
            ask("nobody@example.com").await,
            ask(" Agent@Example.com ").await
        );
        let letter = office.letter(1).await;
        assert_eq!(letter.to, email);
        assert!(
            letter.text.contains("Subject: A new password for linktor"),
            "{}",
            letter.text
        );
        assert!(
            letter
                .link("http")
                .starts_with(&format!("{}/login/reset?token=", server.url()))
        );

        let choose = async |token: &str, password: &str| {
            let body = json!({ "token": token, "password": password });
            anyone.post("/auth/password/confirm", body).await
        };
        choose("pass_nonsense.x", NEW)
            .await
            .refused(400, "INVALID_RESET_TOKEN");
        choose(&letter.token(), "short")
            .await
            .refused(400, "VALIDATION_ERROR");
        choose(&letter.token(), NEW).await.ok();
        choose(&letter.token(), PASSWORD)
            .await
            .refused(400, "INVALID_RESET_TOKEN");
        before.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
        let body = json!({ "email": email, "password": NEW });
        anyone.post("/auth/login", body).await.ok();
        assert_eq!(
            office.letters().len(),
            1,
            "nobody@example.com has no account"
        );

        ask(email).await;
        let late = office.letter(2).await.token();
        server.pass(Duration::from_secs(3_600));
        choose(&late, PASSWORD)
            .await
            .refused(400, "INVALID_RESET_TOKEN");
    });
}

#[test]
fn a_mail_that_is_put_off_is_sent_again_and_is_the_same_mail() {
    with_mail(async |server, office| {
        office.be_busy(2);
        let body = json!({ "email": OWNER });
        server
            .anonymous()
            .post("/auth/password/reset", body)
            .await
            .ok();
        let arrived = crate::support::eventually("the mail arrives in the end", async || {
            server.pass(Duration::from_secs(15));
            office.letters().into_iter().next()
        });
        let letter = arrived.await;
        assert!(office.is_free());
        server
            .anonymous()
            .post(
                "/auth/password/confirm",
                json!({ "token": letter.token(), "password": NEW }),
            )
            .await
            .ok();
    });
}

#[test]
fn who_is_invited_chooses_a_password_and_is_in() {
    with_mail(async |server, office| {
        let draft = json!({ "name": "Bia Reis", "email": "bia@example.com", "role": "agent" });
        let made = server.api().post("/users", draft).await.ok();
        assert_eq!(
            (&made["status"], &made["meta"]["invitation"]["mailed"]),
            (&json!("pending"), &json!(true))
        );
        let letter = office.letter(1).await;
        assert_eq!(
            letter.link("http"),
            made["meta"]["invitation"]["url"].as_str().unwrap()
        );
        let body = json!({ "email": "bia@example.com", "password": PASSWORD });
        server
            .anonymous()
            .post("/auth/login", body.clone())
            .await
            .refused(401, "INVALID_CREDENTIALS");

        let path = format!("/users/{}/link", made["id"].as_str().unwrap());
        let again = server.api().post(&path, json!({})).await.ok();
        let fields = [
            (
                "token",
                again["url"]
                    .as_str()
                    .unwrap()
                    .split_once("token=")
                    .unwrap()
                    .1,
            ),
            ("password", PASSWORD),
        ];
        let inside = server
            .visitor_of_pages()
            .await
            .submit_before_sign_in("/invite", &fields)
            .await;
        assert_eq!(
            (inside.status, inside.header("location")),
            (303, "/app/inbox")
        );
        server.anonymous().post("/auth/login", body).await.ok();
        let page = server
            .visitor_of_pages()
            .await
            .open(&letter.link("/invite"))
            .await;
        assert_eq!(page.status, 403, "the first link went with the second");
        assert!(page.text().contains("already used"));
        let user = server
            .api()
            .get(&format!("/users/{}", made["id"].as_str().unwrap()))
            .await
            .ok();
        assert_eq!(user["status"], "active");
    });
}

#[test]
fn without_mail_people_are_told_what_to_do_instead() {
    on_a_server(async |server| {
        let body = json!({ "email": OWNER });
        let told = server.anonymous().post("/auth/password/reset", body).await;
        let told = told.refused(422, "PROVIDER_NOT_CONFIGURED");
        assert!(
            told["message"]
                .as_str()
                .unwrap()
                .contains("linktor user link"),
            "{told}"
        );
        let page = server
            .visitor_of_pages()
            .await
            .open("/login/forgot")
            .await
            .text();
        assert!(page.contains("linktor user link"), "{page}");
        let me = server.api().get("/auth/me").await.ok();
        assert_eq!(me["alertMails"], true);
        let quiet = server
            .api()
            .patch("/auth/me", json!({ "alertMails": false }))
            .await
            .ok();
        assert_eq!(quiet["alertMails"], false);
        let path = format!("/users/{}/link", me["id"].as_str().unwrap());
        let link = server.api().post(&path, json!({})).await.ok();
        assert_eq!(link["mailed"], false);
        let token = link["url"]
            .as_str()
            .unwrap()
            .split_once("token=")
            .unwrap()
            .1;
        let body = json!({ "token": token, "password": NEW });
        server
            .anonymous()
            .post("/auth/password/confirm", body)
            .await
            .ok();
    });
}

#[test]
fn the_first_account_takes_the_token_from_the_log_and_is_the_last_of_its_kind() {
    let data = tempfile::tempdir().unwrap();
    linktor::app::run(async {
        let server = Server::start_with(data.path(), unowned).await;
        let token = server
            .setup_url()
            .unwrap()
            .split_once("token=")
            .unwrap()
            .1
            .to_owned();
        let register = async |token: &str| {
            let body = json!({ "email": OWNER, "password": PASSWORD, "name": "Ana Lima",
                "organizationName": "Aurora Coffee", "setupToken": token });
            server.anonymous().post("/auth/register", body).await
        };
        register("wrong").await.refused(401, "INVALID_TOKEN");
        let registered = register(&token).await;
        assert_eq!(registered.status, 201);
        let login = registered.json();
        assert_eq!(
            (&login["user"]["isOwner"], &login["tenant"]["name"]),
            (&json!(true), &json!("Aurora Coffee"))
        );
        let owner = &login["user"]["id"];
        let audit = server.api().get("/audit").await.ok();
        let made = audit["data"].as_array().unwrap().iter();
        let mut made = made.filter(|entry| entry["target"] == *owner);
        let entry = made.next().unwrap();
        let told = ["action", "actor", "details"].map(|name| &entry[name]);
        let expected = [
            json!("user.updated"),
            json!({ "type": "user", "id": owner, "name": "Ana Lima", "ip": "127.0.0.1" }),
            json!({ "name": "Ana Lima", "email": OWNER, "role": "owner" }),
        ];
        assert_eq!(told, expected.each_ref());
        register(&token)
            .await
            .refused(403, "INSUFFICIENT_PERMISSIONS");
        server.stop().await;
    })
    .unwrap();
}
