//! The vectors of the document, and what services report.

mod amazon;
mod proofs;
mod reports;

use serde_json::Value;
use serde_json::json;

use crate::base::http::Headers;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::channels::email::tests::ours;
use crate::model::outbound::Account;

/// Noon of the first day of 2026, when the vectors were computed.
const NOON: Timestamp = Timestamp::from_secs(1_767_268_800);
const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwzEiGVCn7qPpZZqsOaQhy4K++sTjCxJkaVhx13upJ5R9uAR2iqHj8aYg3+fCeOWS5+mdjN+Xfasq2CwwyXUCpA==";

fn with(settings: &Value, secrets: &[(&str, &str)]) -> Account {
    let mut account = ours(settings);
    for (name, value) in secrets {
        account
            .secrets
            .insert((*name).to_owned(), Secret::new((*value).to_owned()));
    }
    account
}

fn post(kind: &str, headers: &[(&str, &str)], body: &[u8]) -> Webhook {
    let all = Headers::default().with("content-type", kind);
    Webhook {
        method: Method::Post,
        headers: headers
            .iter()
            .fold(all, |all, (name, value)| all.with(name, *value)),
        query: String::new(),
        body: body.to_vec(),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:linktor-ses";

fn notification(version: &str, signature: &str) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "da41e39f-ea4d-435a-b922-c6aae3915ebe",
        "TopicArn": TOPIC,
        "Message": "{\"eventType\":\"Delivery\"}",
        "Timestamp": "2026-01-01T12:00:00.000Z",
        "SignatureVersion": version,
        "Signature": signature,
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
    })
}

fn json_hook(body: &Value) -> Webhook {
    post("application/json", &[], body.to_string().as_bytes())
}
