//! Channels of vendors from outside: the vendor on one side, a program or a person of ours on the
//! other.

mod alerts;
mod by_mail;
mod delivery;
mod email;
mod large_mail;
mod letters;
mod mail_access;
mod mail_faults;
mod mail_limits;
mod mail_lists;
mod mail_rules;
mod mail_signing;
mod sms;
mod standing;
mod telegram;

use linktor::config::Config;
use serde_json::Value;
use serde_json::json;

use crate::support::eventually;
use crate::support::reply::Reply;
use crate::support::server::Server;

/// Where customers and vendors are told that the server is.
const PUBLIC: &str = "https://chat.example";

/// A server that vendors reach at a public address, and that may reach vendors of the test.
fn reachable(config: &mut Config) {
    config.server.public_url = Some(PUBLIC.parse().unwrap());
    config.security.allow_private_targets = true;
}

/// A channel that is made and connected, as the answer that made it shows it: with its secrets.
async fn connected(server: &Server, kind: &str, config: &Value) -> Value {
    let api = server.api();
    let body = json!({ "type": kind, "name": kind, "config": config });
    let made = api.post("/channels", body).await.ok();
    let connect = format!("/channels/{}/connect", made["id"].as_str().unwrap());
    let now = api.post(&connect, json!({})).await.ok();
    assert_eq!(now["connectionStatus"], "connected", "{now}");
    made
}

/// Sends something to an address.
async fn send(server: &Server, channel: &Value, to: &str, content: Value) -> Reply {
    let body = json!({ "channelId": channel["id"], "to": to, "content": content });
    server.api().post("/messages", body).await
}

/// Waits until a message is so.
async fn until(server: &Server, message: &Value, status: &str) -> Value {
    let address = format!("/messages/{}", message["id"].as_str().unwrap());
    let api = server.api();
    let what = format!("{} is {status}", message["id"]);
    eventually(&what, async || {
        let now = api.get(&address).await.ok();
        (now["status"] == status).then_some(now)
    })
    .await
}

/// What customers wrote in the one conversation there is, newest first.
async fn messages(server: &Server) -> Vec<Value> {
    let api = server.api();
    let talks = api.get("/conversations").await.ok();
    let Some(id) = talks["data"][0]["id"].as_str() else {
        return Vec::new();
    };
    let address = format!("/conversations/{id}/messages");
    let list = api.get(&address).await.ok();
    let mut all = list["data"].as_array().unwrap().clone();
    all.retain(|message| message["direction"] == "inbound");
    all.sort_by_key(|message| std::cmp::Reverse(message["id"].as_str().unwrap().to_owned()));
    all
}
