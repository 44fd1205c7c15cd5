//! Behind nginx, as deploy/ describes it: sockets, large bodies, streams, and who is at the other end.

use futures_util::StreamExt as _;
use reqwest::Client;
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::json;

use crate::support::agent::Agent;
use crate::support::api::Api;
use crate::support::proxy::Proxy;
use crate::support::proxy::free_port;
use crate::support::server::KEY;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// More than nginx takes when nobody tells it otherwise, and more than it holds in memory.
const LARGE_BYTES: usize = 20 * 1024 * 1024;

/// Runs a test against a server that people reach through nginx, at that address.
fn behind_nginx(test: impl AsyncFnOnce(&Server, &str)) {
    let port = free_port();
    let address = format!("http://127.0.0.1:{port}");
    let public = address.parse().unwrap();
    on_a_server_with(
        |config| config.server.public_url = Some(public),
        async |server| {
            let _proxy = Proxy::start(port, server.url()).await;
            test(server, &address).await;
        },
    );
}

fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

#[test]
fn a_visitor_and_an_agent_talk_through_the_proxy() {
    behind_nginx(async |server, address| {
        let site = server.website(json!({})).await;
        let visitor = server.visitor(&site).await.at(address);
        let (mut widget, _) = visitor.connect(0).await;
        let agent = Agent::sign_in(client(), address, OWNER).await;
        let mut inbox = agent.connected(None).await;

        let ack = visitor.say("cm_1", "hello from afar").await;
        let row = inbox.hear_of("fragment").await;
        assert!(row["html"].as_str().unwrap().contains("hello from afar"));
        let conversation = ack["conversationId"].as_str().unwrap();
        let form = [
            ("text", "Good morning"),
            ("mode", "reply"),
            ("clientId", "c_1"),
        ];
        let path = format!("/app/c/{conversation}/messages");
        agent.submit(&path, &form).await;
        loop {
            let heard = widget.hear().await;
            if heard.to_string().contains("Good morning") {
                break;
            }
        }
    });
}

#[test]
fn a_large_file_passes_and_the_sender_is_whoever_the_proxy_saw() {
    behind_nginx(async |server, address| {
        let api = Api::new(client(), address).with("x-api-key", KEY);
        let head =
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
        let bytes = vec![b'a'; LARGE_BYTES];
        let body = [head.as_bytes(), &bytes, b"\r\n--b--\r\n"].concat();
        let uploader = api.of_kind("multipart/form-data; boundary=b");
        let kept = uploader.send(Method::POST, "/api/v1/media/upload", Some(body));
        assert_eq!(kept.await.ok()["size"], LARGE_BYTES);

        // What a client says of itself does not count; what the proxy says does.
        let forger = api.with("x-forwarded-for", "198.51.100.7");
        forger.post("/tags", json!({ "name": "vip" })).await.ok();
        let audit = server.api().get("/audit").await.ok();
        let entry = audit["data"].as_array().unwrap().iter();
        let mut made = entry.filter(|entry| entry["action"] == "tag.created");
        assert_eq!(made.next().unwrap()["actor"]["ip"], "127.0.0.1");
    });
}

#[test]
fn events_stream_through_the_proxy_as_they_happen() {
    behind_nginx(async |server, address| {
        let stream = client()
            .get(format!("{address}/api/v1/events"))
            .header("x-api-key", KEY)
            .header("accept", "text/event-stream");
        let stream = stream.send().await.unwrap();
        assert_eq!(stream.status(), 200);
        let contact = json!({ "name": "Ana Souza" });
        server.api().post("/contacts", contact).await.ok();
        let mut bytes = stream.bytes_stream();
        let mut heard = String::new();
        while !heard.contains("contact.created") {
            let chunk = bytes.next().await.unwrap().unwrap();
            heard.push_str(&String::from_utf8_lossy(&chunk));
        }
    });
}
