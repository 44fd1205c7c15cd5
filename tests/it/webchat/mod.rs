//! The web chat from outside: a visitor's browser on one side, a program or a person of ours on the
//! other.

mod admission;
pub mod files;
mod forms;
mod habits;
mod headers;
mod hours;
mod identity;
mod polling;
mod proactive;
mod sockets;
mod talking;

use serde_json::Value;
use serde_json::json;

use crate::support::api::Api;

/// Answers in a conversation; the message.
async fn reply(api: &Api, conversation: &Value, text: &str) -> Value {
    let address = format!("/conversations/{}/messages", conversation.as_str().unwrap());
    api.post(&address, json!({ "text": text })).await.ok()
}

/// The message as the API shows it now.
async fn message(api: &Api, message: &Value) -> Value {
    let address = format!("/messages/{}", message.as_str().unwrap());
    api.get(&address).await.ok()
}

/// The conversation as the API shows it now.
async fn conversation(api: &Api, conversation: &Value) -> Value {
    let address = format!("/conversations/{}", conversation.as_str().unwrap());
    api.get(&address).await.ok()
}

/// The names of what web chats wrote into the event log, oldest first.
async fn custom_events(api: &Api) -> Vec<String> {
    let told = api.get("/events?limit=500&types=webchat.*").await.ok();
    let told = told["data"].as_array().unwrap().iter();
    told.map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}
