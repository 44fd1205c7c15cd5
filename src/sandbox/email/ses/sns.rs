//! The envelopes of an SNS topic and their proof: an RSA signature under a certificate that is
//! fetched from the topic's own address.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::RSA_PKCS1_SHA256;
use ring::signature::RsaKeyPair;
use serde_json::Value;
use serde_json::json;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::http::Headers;
use crate::base::http::HttpRequest;
use crate::base::time::Timestamp;
use crate::sandbox::account::Account;
use crate::sandbox::email::mailbox;
use crate::sandbox::email::ses::REGION;

/// The certificate: every sandbox's, for it proves nothing but that one's play. Whoever trusts it was
/// told this sandbox's address and this account's topic.
pub const CERTIFICATE: &str = include_str!("../keys/sns.pem");
/// Its name below the address of the topic.
pub const CERTIFICATE_NAME: &str = "SimpleNotificationService-sandbox.pem";
/// The key below it.
const KEY: &[u8] = include_bytes!("../keys/sns.der");
/// Fields that are signed, in this order, where they are there.
const NOTIFICATION: [&str; 6] = [
    "Message",
    "MessageId",
    "Subject",
    "Timestamp",
    "TopicArn",
    "Type",
];
const CONFIRMATION: [&str; 7] = [
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
];

fn host() -> String {
    format!("https://sns.{REGION}.amazonaws.com")
}

/// The key of a subscription: known to whoever got the envelope, and to the topic.
#[must_use]
pub fn token(account: &Account, url: &str) -> String {
    hex(&digest(
        format!("{}\n{url}", account.key("token")).as_bytes(),
    ))
}

fn envelope(account: &Account, kind: &str, id: &str, message: &str, at: Timestamp) -> Value {
    json!({
        "Type": kind, "MessageId": id, "TopicArn": account.key("topic"), "Message": message,
        "Timestamp": at.to_string(), "SignatureVersion": "2", "Signature": "",
        "SigningCertURL": format!("{}/{CERTIFICATE_NAME}", host()),
    })
}

/// Asks an address whether it wants to hear of a topic.
#[must_use]
pub fn confirmation(account: &Account, url: &str, at: Timestamp) -> Value {
    let token = token(account, url);
    let topic = account.key("topic");
    let sentence = format!(
        "You have chosen to subscribe to the topic {topic}.\nTo confirm the subscription, visit the \
         SubscribeURL included in this message."
    );
    let id = hex(&digest(format!("{token}{at}").as_bytes())[..16]);
    let mut body = envelope(account, "SubscriptionConfirmation", &id, &sentence, at);
    body["SubscribeURL"] = format!(
        "{}/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}",
        host()
    )
    .into();
    body["Token"] = token.into();
    body
}

/// Tells something on a topic.
#[must_use]
pub fn notification(account: &Account, id: &str, message: &str, at: Timestamp) -> Value {
    let mut body = envelope(account, "Notification", id, message, at);
    body["UnsubscribeURL"] = format!("{}/?Action=Unsubscribe", host()).into();
    body
}

/// What is signed of an envelope.
#[must_use]
pub fn to_sign(body: &Value) -> String {
    let fields: &[&str] = match body["Type"].as_str() {
        Some("Notification") => &NOTIFICATION,
        _ => &CONFIRMATION,
    };
    let told = fields
        .iter()
        .filter_map(|name| Some((name, body[*name].as_str()?)));
    told.fold(String::new(), |text, (name, value)| {
        text + name + "\n" + value + "\n"
    })
}

fn signature(text: &str) -> String {
    let pair = RsaKeyPair::from_pkcs8(KEY).expect("the key is part of the program and is one");
    let mut signed = vec![0; pair.public().modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signed,
    )
    .expect("the operating system gives randomness");
    STANDARD.encode(signed)
}

/// The request that carries an envelope.
#[must_use]
pub fn request(account: &Account, url: &str, envelope: &str) -> Option<HttpRequest> {
    let mut body: Value = serde_json::from_str(envelope).ok()?;
    let mut text = to_sign(&body);
    if account.faults.secret_changed {
        text.push_str("changed");
    }
    body["Signature"] = signature(&text).into();
    let header = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (url, authorization) = mailbox::signed_in(account, url);
    let headers = Headers::default()
        .with("content-type", "text/plain; charset=UTF-8")
        .with("user-agent", "Amazon Simple Notification Service Agent")
        .with("x-amz-sns-message-type", header("Type"))
        .with("x-amz-sns-message-id", header("MessageId"))
        .with("x-amz-sns-topic-arn", header("TopicArn"))
        // The topic's own agent shows these only where it was asked for them first.
        .with("authorization", authorization);
    Some(mailbox::post(url, headers, body.to_string().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_what_the_contract_computed() {
        let body = json!({
            "Type": "Notification", "MessageId": "da41e39f-ea4d-435a-b922-c6aae3915ebe",
            "TopicArn": "arn:aws:sns:us-east-1:123456789012:linktor-ses",
            "Message": "{\"eventType\":\"Delivery\"}", "Timestamp": "2026-01-01T12:00:00.000Z",
        });
        let text = to_sign(&body);
        assert_eq!(text.len(), 189);
        assert_eq!(
            hex(&digest(text.as_bytes())),
            "6d7c1ab256faa4738b6c84f226e7ec2de961dddb73b87ff6cf013e6223b6314a"
        );
    }
}
