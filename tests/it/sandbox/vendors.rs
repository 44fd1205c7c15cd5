//! Calls to a vendor's address as a program makes them.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Body;
use linktor::sandbox::chat::Place;
use linktor::sandbox::chat::Side;
use linktor::sandbox::faults::Faults;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::with_sandbox;
use crate::support::server::Server;
use crate::support::server::on_a_server;
use crate::support::server::on_a_server_with;

/// One setting of the WhatsApp account.
fn setting(server: &Server, name: &str) -> String {
    let settings = server.sandbox().settings("whatsapp").unwrap();
    let found = settings.into_iter().find(|(known, _)| *known == name);
    found.unwrap().1
}

fn customer(server: &Server) -> String {
    server.sandbox().look(|world| {
        let chats = &world.accounts["whatsapp"].chats;
        chats.keys().next().unwrap().clone()
    })
}

fn say(server: &Server, text: &str) {
    let act = Act::Say {
        text: text.to_owned(),
        quoting: None,
    };
    server
        .sandbox()
        .act("whatsapp", &customer(server), act)
        .unwrap();
}

async fn send(server: &Server, message: Value) -> reqwest::Result<reqwest::Response> {
    let token = setting(server, "accessToken");
    let number = setting(server, "phoneNumberId");
    let mut body = json!({"messaging_product": "whatsapp", "to": customer(server)});
    body.as_object_mut()
        .unwrap()
        .extend(message.as_object().unwrap().clone());
    let api = server
        .anonymous()
        .with("authorization", &format!("Bearer {token}"));
    let address = format!("/sandbox/api/whatsapp/v25.0/{number}/messages");
    api.try_send(Method::POST, &address, Some(body.to_string().into_bytes()))
        .await
}

fn hello() -> Value {
    json!({"type": "text", "text": {"body": "hi"}})
}

#[test]
fn without_being_asked_for_it_is_not_there() {
    on_a_server(async |server| {
        let owner = server.agent(crate::support::server::OWNER).await;
        for path in ["/sandbox", "/sandbox/live", "/sandbox/wire"] {
            assert_eq!(owner.open(path).await.status, 404, "{path}");
        }
        let api = server.anonymous();
        let reply = api
            .send(Method::GET, "/sandbox/api/whatsapp/v25.0/me", None)
            .await;
        assert_eq!(reply.status, 404);
    });
}

#[test]
fn a_program_speaks_to_a_vendor_by_its_address_alone() {
    on_a_server_with(with_sandbox, async |server| {
        let base = setting(server, "apiBaseUrl");
        assert_eq!(base, format!("{}/sandbox/api/whatsapp", server.url()));
        say(server, "hello");
        let answer: Value = send(server, hello()).await.unwrap().json().await.unwrap();
        let id = answer["messages"][0]["id"].as_str().unwrap().to_owned();
        let camila = customer(server);
        let shown = server.sandbox().look(|world| {
            let chat = &world.accounts["whatsapp"].chats[&camila];
            chat.bubble(&id)
                .map(|bubble| (bubble.side, bubble.body.words().to_owned()))
        });
        assert_eq!(shown, Some((Side::Business, "hi".to_owned())));
        let wrong = server.anonymous().with("authorization", "Bearer EAAwrong");
        let me = "/sandbox/api/whatsapp/v25.0/me";
        let refused = wrong.send(Method::GET, me, None).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]["code"]),
            (401, &json!(190))
        );
        let nobody = wrong.send(Method::GET, "/sandbox/api/pigeon/x", None).await;
        assert_eq!(nobody.status, 404);
    });
}

#[test]
fn files_are_given_in_a_form_and_shown_as_what_they_are() {
    on_a_server_with(with_sandbox, async |server| {
        say(server, "hello");
        let part = |head: &str, body: &str| {
            format!("--limit\r\ncontent-disposition: form-data; {head}\r\n\r\n{body}\r\n")
        };
        let form = [
            part("name=\"messaging_product\"", "whatsapp"),
            part("name=\"type\"", "image/png"),
            part(
                "name=\"file\"; filename=\"cup.png\"",
                "not much of a picture",
            ),
            "--limit--\r\n".to_owned(),
        ]
        .concat();
        let number = setting(server, "phoneNumberId");
        let answer = reqwest::Client::new()
            .post(format!(
                "{}/sandbox/api/whatsapp/v25.0/{number}/media",
                server.url()
            ))
            .bearer_auth(setting(server, "accessToken"))
            .header("content-type", "multipart/form-data; boundary=limit")
            .body(form)
            .send()
            .await
            .unwrap();
        let made: Value = answer.json().await.unwrap();
        let image = json!({"type": "image", "image": {"id": made["id"], "caption": "cup"}});
        assert_eq!(send(server, image).await.unwrap().status(), 200);
        let camila = customer(server);
        let stored = server.sandbox().look(|world| {
            let chat = &world.accounts["whatsapp"].chats[&camila];
            matches!(&chat.bubbles.back().unwrap().body,
                Body::File { place: Place::Stored(_), caption, .. } if caption == "cup")
        });
        assert!(stored);
    });
}

#[test]
fn a_call_that_is_cut_leaves_its_caller_without_an_answer() {
    on_a_server_with(with_sandbox, async |server| {
        say(server, "hello");
        let break_with = |faults: Faults| {
            server
                .sandbox()
                .change("whatsapp", |account| account.faults = faults);
        };
        break_with(Faults {
            silent_every: 1,
            silent_for: Duration::from_millis(5),
            silent_but_done: true,
            ..Faults::default()
        });
        let answer = send(server, hello()).await;
        let read = match answer {
            Ok(answer) => answer.bytes().await.map(|_| ()),
            Err(error) => Err(error),
        };
        assert!(read.is_err());
        let camila = customer(server);
        let count = server.sandbox().look(|world| {
            let chat = &world.accounts["whatsapp"].chats[&camila];
            chat.from(Side::Business).count()
        });
        assert_eq!(count, 1);
        break_with(Faults {
            limited_every: 1,
            limited_secs: 7,
            ..Faults::default()
        });
        let limited = send(server, hello()).await.unwrap();
        assert_eq!(
            (limited.status().as_u16(), &limited.headers()["retry-after"]),
            (429, &"7".parse().unwrap())
        );
    });
}
