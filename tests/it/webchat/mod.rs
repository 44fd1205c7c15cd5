//! The web chat from outside: a visitor's browser on one side, a program or a person of ours on the
//! other.

mod admission;
pub mod files;
mod identity;
mod polling;
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
