//! One signed post: what it says, what proves it, and what its answer means.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::crypto::hex;
use crate::base::crypto::sign;
use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::id::write_id;
use crate::base::time::Timestamp;
use crate::engine::alert_hook::PLACE;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::alert_hook::AlertHook;
use crate::model::ids::Id as _;
use crate::model::ids::JobId;
use crate::net::http::HttpError;
use crate::store::records::organisation;

/// How long the program may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How much of an answer is kept, in characters.
const SAID_MAX: usize = 200;
/// What a program says that wants no more posts.
const GONE: u16 = 410;

/// What is posted.
pub(super) struct Event {
    pub(super) name: &'static str,
    /// The same for each attempt.
    pub(super) id: JobId,
    pub(super) attempt: u64,
    pub(super) at: Timestamp,
    pub(super) data: Value,
}

/// Why a post was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The program wants no more.
    Gone,
    Later(String),
    Never(String),
}

/// Posts; what the program answered.
pub(super) async fn post(
    context: &Context,
    hook: &AlertHook,
    event: &Event,
) -> Result<Result<String, Failure>, EngineError> {
    let opened = context.sealer.open(PLACE, &hook.secret);
    let secret =
        opened.map_err(|error| EngineError::Broken(format!("the alerts' secret: {error}")))?;
    let business = organisation::get(&context.store.snapshot()?)?.map(|known| known.id);
    let delivery = write_id("del", event.id.bytes());
    let body = json!({
        "id": write_id("evt", event.id.bytes()),
        "type": event.name,
        "event": event.name,
        "timestamp": event.at,
        "tenantId": business,
        "data": event.data,
        "meta": { "organizationId": business, "deliveryId": delivery, "attempt": event.attempt },
    });
    let request = signed(
        &hook.url,
        body.to_string().into_bytes(),
        &secret,
        context.clock.now(),
    );
    let request = HttpRequest {
        headers: request
            .headers
            .with("x-linktor-event", event.name)
            .with("x-linktor-delivery-id", delivery),
        ..request
    };
    Ok(match context.vendors.http.exchange(request).await {
        Ok(reply) => taken(&reply),
        Err(HttpError::Target(why)) => Err(Failure::Never(why)),
        Err(error) => Err(Failure::Later(error.to_string())),
    })
}

/// A request with what proves it: over the body alone, and over the moment and the body.
fn signed(url: &str, body: Vec<u8>, secret: &[u8], now: Timestamp) -> HttpRequest {
    let timestamp = now.as_secs().to_string();
    let plain = hex(&sign(secret, &body));
    let stamped = [timestamp.as_bytes(), b".", &body].concat();
    let stamped = format!("sha256={}", hex(&sign(secret, &stamped)));
    HttpRequest {
        method: Method::Post,
        url: url.to_owned(),
        headers: Headers::default()
            .with("content-type", "application/json")
            .with("x-linktor-signature", plain)
            .with("x-linktor-signature-256", stamped)
            .with("x-linktor-timestamp", timestamp),
        authorization: None,
        body,
        timeout: TIMEOUT,
    }
}

fn taken(reply: &HttpReply) -> Result<String, Failure> {
    let said: String = String::from_utf8_lossy(&reply.body)
        .chars()
        .filter(|c| !c.is_control())
        .take(SAID_MAX)
        .collect();
    let answer = format!("It answered {}. {said}", reply.status);
    let answer = answer.trim_end().to_owned();
    match reply.status {
        200..=299 => Ok(answer),
        GONE => Err(Failure::Gone),
        _ => Err(Failure::Later(answer)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_post_is_proved_as_the_contract_says() {
        let body = br#"{"id":"evt_01J0000000000000000000TEST","type":"message.received","event":"message.received","timestamp":"2024-01-15T10:30:00Z","tenantId":"tn_demo","data":{"message":{"id":"msg_abc123"},"conversationId":"conv_1","contactId":"ct_1","channelId":"ch_xyz789","channelType":"whatsapp"}}"#;
        let request = signed(
            "https://a.example/",
            body.to_vec(),
            b"whsec_test_4f9c1d2b7a",
            Timestamp::from_secs(1_705_314_600),
        );
        let header = |name| request.headers.get(name).unwrap().to_owned();
        assert_eq!(
            header("x-linktor-signature"),
            "f6171d3119bdd20f84addb9891a31527fce9c56354ada7af1fa2f307823f9348"
        );
        assert_eq!(
            header("x-linktor-signature-256"),
            "sha256=99f309515ac0975bae99ae38a5f3fd384e43ad6ebbde41ffbed77dccc1c84699"
        );
        assert_eq!(header("x-linktor-timestamp"), "1705314600");
    }

    #[test]
    fn an_answer_says_what_comes_next() {
        let reply = |status| HttpReply {
            status,
            headers: Headers::default(),
            body: b"ok\n".to_vec(),
        };
        assert_eq!(taken(&reply(204)), Ok("It answered 204. ok".to_owned()));
        assert_eq!(taken(&reply(410)), Err(Failure::Gone));
        for status in [302, 400, 429, 500] {
            assert!(matches!(taken(&reply(status)), Err(Failure::Later(_))));
        }
    }
}
