//! A program that posts signed webhooks to a web chat.

use std::fmt::Write;

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use reqwest::Method;
use serde_json::Value;
use sha2::Sha256;

use crate::support::api::Api;
use crate::support::reply::Reply;
use crate::support::server::Server;

/// Somebody who knows a web chat's webhook secret.
pub struct Hook {
    api: Api,
    address: String,
    secret: String,
    now_secs: i64,
}

impl Hook {
    pub fn of(server: &Server, site: &Value) -> Self {
        Self {
            api: server.anonymous(),
            address: format!("/webhooks/webchat/{}", site["id"].as_str().unwrap()),
            secret: site["secrets"]["webhookSecret"]
                .as_str()
                .unwrap()
                .to_owned(),
            now_secs: server.now().as_secs(),
        }
    }

    /// The signature of a body, as the header carries it.
    pub fn signature(&self, body: &[u8]) -> String {
        let signed = [format!("{}.", self.now_secs).as_bytes(), body].concat();
        let v1 = hmac_hex(&self.secret, &signed);
        format!("t={},v1={v1}", self.now_secs)
    }

    /// Posts an event.
    pub async fn deliver(&self, event: &Value) -> Reply {
        let body = event.to_string().into_bytes();
        let signature = self.signature(&body);
        self.post(body, &signature).await
    }

    /// Posts anything under any signature.
    pub async fn post(&self, body: Vec<u8>, signature: &str) -> Reply {
        self.api
            .with("x-linktor-signature", signature)
            .send(Method::POST, &self.address, Some(body))
            .await
    }
}

/// Lower-case hex HMAC-SHA256.
pub fn hmac_hex(key: &str, message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message);
    let bytes = mac.finalize().into_bytes();
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}
