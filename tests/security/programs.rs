//! What programs rely on.

use linktor::app;
use reqwest::Method;
use reqwest::StatusCode;
use serde_json::Value;
use serde_json::json;

use crate::server::Server;

/// An installation with an owner's token, and a conversation on a web chat.
pub struct Desk {
    pub server: Server,
    pub token: String,
    contact: String,
    pub conversation: String,
}

impl Desk {
    pub async fn open() -> Self {
        let server = Server::start().await;
        server.make_owner().await;
        let token = server.sign_in("owner").await;
        let mut desk = Self {
            server,
            token,
            contact: String::new(),
            conversation: String::new(),
        };
        let channel = desk
            .make("/channels", json!({ "type": "webchat", "name": "Site" }))
            .await;
        let channel = channel["id"].as_str().unwrap().to_owned();
        desk.done(Method::POST, &format!("/channels/{channel}/connect"))
            .await;
        let visitor =
            json!({ "channelId": channel, "identifier": "vis_00000000000000000000000001" });
        let contact = desk
            .make(
                "/contacts",
                json!({ "name": "Camila Duarte", "identifiers": [visitor] }),
            )
            .await;
        desk.contact = contact["id"].as_str().unwrap().to_owned();
        let conversation = desk
            .make(
                "/conversations",
                json!({ "channelId": channel, "contactId": desk.contact }),
            )
            .await;
        conversation["id"]
            .as_str()
            .unwrap()
            .clone_into(&mut desk.conversation);
        desk
    }

    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        self.server
            .call(method, path, Some(&self.token), body.as_ref())
            .await
    }

    pub async fn make(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{path}: {answer}");
        answer
    }

    pub async fn done(&self, method: Method, path: &str) -> Value {
        let (status, answer) = self.call(method, path, None).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    pub async fn get(&self, path: &str) -> Value {
        self.done(Method::GET, path).await
    }

    pub async fn say(&self, text: &str) -> Value {
        let path = format!("/conversations/{}/messages", self.conversation);
        self.make(&path, json!({ "text": text })).await
    }
}

#[test]
fn what_was_said_is_found_and_followed() {
    app::run(async {
        let desk = Desk::open().await;
        let said = desk.say("The refund is on its way").await;
        let id = said["id"].as_str().unwrap();

        let path = format!("/conversations/{}/messages/{id}", desk.conversation);
        assert_eq!(desk.get(&path).await["id"], said["id"]);
        let path = format!("/contacts/{}/conversations", desk.contact);
        assert_eq!(
            desk.get(&path).await["data"][0]["id"],
            desk.conversation.as_str()
        );

        // The index follows within a second; asking again is the condition.
        let mut found = desk.get("/search?q=refund&types=messages").await;
        while found["data"].as_array().unwrap().is_empty() {
            found = desk.get("/search?q=refund&types=messages").await;
        }
        assert_eq!(found["data"][0]["id"], said["id"]);
        assert_eq!(
            found["data"][0]["snippet"],
            "The <mark>refund</mark> is on its way"
        );
        let (status, answer) = desk
            .call(Method::GET, "/search?q=a&types=flows", None)
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");

        let all = desk.get("/events").await;
        let next = all["nextAfter"].as_u64().unwrap();
        let made = desk
            .get("/events?types=conversation.created,contact.*")
            .await;
        let names = made["data"].as_array().unwrap().iter();
        let names: Vec<&str> = names.map(|row| row["type"].as_str().unwrap()).collect();
        assert!(
            names.contains(&"contact.created") && names.contains(&"conversation.created"),
            "{names:?}"
        );
        let nothing = desk.get(&format!("/events?after={next}")).await;
        assert_eq!(nothing["data"], json!([]));
        assert_eq!(nothing["nextAfter"], next);
        desk.server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn a_stream_of_events_begins_where_it_is_told_and_goes_on() {
    app::run(async {
        let desk = Desk::open().await;
        let call = desk
            .server
            .client
            .get(format!("{}/events?types=conversation.*", desk.server.base));
        let mut stream = call
            .bearer_auth(&desk.token)
            .header("accept", "text/event-stream")
            .send()
            .await
            .unwrap();
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        assert_eq!(stream.headers()["x-accel-buffering"], "no");
        let first = stream.chunk().await.unwrap().unwrap();
        let first = String::from_utf8(first.to_vec()).unwrap();
        assert!(first.contains("event: conversation.created\n"), "{first}");
        let path = format!("/conversations/{}/resolve", desk.conversation);
        desk.done(Method::POST, &path).await;
        let mut rest = String::new();
        while !rest.contains("event: conversation.closed\n") {
            let more = stream.chunk().await.unwrap().unwrap();
            rest.push_str(std::str::from_utf8(&more).unwrap());
        }
        assert!(rest.contains("event: conversation.resolved\n"), "{rest}");
        drop(stream);
        desk.server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn a_file_is_uploaded_sent_and_opened() {
    app::run(async {
        let desk = Desk::open().await;
        let form = "--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\ndocument\r\n\
            --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"hours.txt\"\r\n\r\nnine to five\r\n--b--\r\n";
        for base in ["/api/v1", "/v1", ""] {
            let call = desk.server.client.post(format!("{}{base}/media/upload", desk.server.base));
            let answer = call
                .bearer_auth(&desk.token)
                .header("content-type", "multipart/form-data; boundary=b")
                .body(form)
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), StatusCode::CREATED, "{base}");
            let kept: Value = answer.json().await.unwrap();
            assert_eq!((&kept["type"], &kept["size"]), (&json!("document"), &json!(12)));
            let sent = json!({ "media": { "type": "document", "mediaId": kept["id"] } });
            let path = format!("/conversations/{}/messages", desk.conversation);
            let sent = desk.make(&path, sent).await;
            let file = desk.server.client.get(sent["content"]["url"].as_str().unwrap()).send().await;
            assert_eq!(file.unwrap().text().await.unwrap(), "nine to five");
        }
        let (status, answer) = desk.call(Method::POST, "/media/upload", Some(json!({}))).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{answer}");
        desk.server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn usage_counts_and_the_system_tells() {
    app::run(async {
        let desk = Desk::open().await;
        let before = desk.get("/tenant/usage").await;
        desk.say("one").await;
        desk.say("two").await;
        let after = desk.get("/tenant/usage").await;
        let messages = |usage: &Value| usage["messagesThisMonth"].as_u64().unwrap();
        assert_eq!(messages(&after) - messages(&before), 2);
        assert_eq!(
            (&after["users"], &after["channels"], &after["contacts"]),
            (&json!(1), &json!(1), &json!(1))
        );
        assert_eq!(after["limits"]["maxContacts"], -1);
        let system = desk.get("/system").await;
        assert!(
            system["disk"]["databaseBytes"].as_u64().unwrap() > 0,
            "{system}"
        );
        assert!(system["events"]["newest"].as_u64().unwrap() > 0);
        desk.server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn pages_of_other_sites_may_call_but_bring_no_cookie() {
    app::run(async {
        let server = Server::start().await;
        for base in ["/api/v1", "/v1", ""] {
            let url = format!("{}{base}/contacts", server.base);
            let asked = server
                .client
                .request(Method::OPTIONS, &url)
                .header("origin", "https://shop.example")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "x-api-key")
                .send()
                .await
                .unwrap();
            assert_eq!(asked.status(), StatusCode::NO_CONTENT, "{base}");
            let allowed = asked.headers()["access-control-allow-headers"]
                .to_str()
                .unwrap();
            assert!(allowed.contains("X-API-Key") && allowed.contains("Idempotency-Key"));
            assert_eq!(asked.headers()["access-control-allow-origin"], "*");
            assert!(
                !asked
                    .headers()
                    .contains_key("access-control-allow-credentials")
            );
            let refused = server
                .client
                .get(&url)
                .header("origin", "https://shop.example")
                .send()
                .await
                .unwrap();
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(refused.headers()["access-control-allow-origin"], "*");
            assert!(refused.headers().contains_key("x-request-id"));
            let exposed = refused.headers()["access-control-expose-headers"]
                .to_str()
                .unwrap();
            assert!(exposed.contains("X-RateLimit-Remaining"));
        }
        server.running.stop().await;
    })
    .unwrap();
}
