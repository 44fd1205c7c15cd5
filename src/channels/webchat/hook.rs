//! The web chat's own webhook: a program that speaks for visitors of the business's own front end.

use serde::Deserialize;
use serde_json::Value;

use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::NotGenuine;
use crate::channels::ParseError;
use crate::channels::webchat::clean;
use crate::channels::webchat::content;
use crate::channels::webchat::content::Said;
use crate::channels::webchat::frames::User;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::content::Postback;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Proof;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// The header that carries the signature.
pub const SIGNATURE: &str = "X-Linktor-Signature";

/// How far the sender's clock may be from ours, in seconds.
const SKEW_MAX_SECS: u64 = 300;

/// Checks `t=<unix seconds>,v1=<hex HMAC-SHA256 of "{t}." and the body>`. Several `v1` are allowed
/// while a secret is being changed.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(secret: &[u8], hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
    let header = hook.headers.get(SIGNATURE).ok_or(NotGenuine)?;
    let mut sent = None;
    let mut claims = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", seconds)) => sent = Some(seconds),
            Some(("v1", claim)) => claims.push(claim),
            _ => {}
        }
    }
    let sent = sent.ok_or(NotGenuine)?;
    let seconds: i64 = sent.parse().map_err(|_| NotGenuine)?;
    if now.as_secs().abs_diff(seconds) > SKEW_MAX_SECS {
        return Err(NotGenuine);
    }
    let expected = signature(secret, sent, &hook.body);
    // Every claim is compared, so that the time taken says nothing about which one fits.
    let genuine = claims.iter().fold(false, |found, claim| {
        found | same(expected.as_bytes(), claim.to_ascii_lowercase().as_bytes())
    });
    genuine.then_some(()).ok_or(NotGenuine)
}

/// The value of `v1`.
#[must_use]
pub fn signature(secret: &[u8], seconds: &str, body: &[u8]) -> String {
    let signed = [seconds.as_bytes(), b".", body].concat();
    crate::base::crypto::hex(&sign(secret, &signed))
}

/// Reads the message of a post. Its visitor counts as verified; the address is the id in the
/// business's own systems, which leads to the visitor's timeline.
///
/// # Errors
/// [`ParseError::Refused`]: the sender is told what is wrong.
pub fn parse(hook: &Webhook) -> Result<InboundEvent, ParseError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Post {
        visitor: User,
        client_message_id: String,
        content: Value,
    }
    let post: Post = serde_json::from_slice(&hook.body)
        .map_err(|error| invalid("body", format!("is not in this shape: {error}")))?;
    let id = post
        .visitor
        .id
        .clone()
        .filter(|id| (1..=256).contains(&id.len()));
    let id = id.ok_or_else(|| invalid("visitor.id", "must have 1 to 256 bytes"))?;
    if !clean::is_client_id(&post.client_message_id) {
        return Err(invalid(
            "clientMessageId",
            "must be 1 to 64 letters, digits, dashes and underscores",
        ));
    }
    let said =
        content::read(&post.content).map_err(|problem| invalid("content", problem.message))?;
    let claims = post.visitor.claims();
    Ok(InboundEvent::Message(InboundMessage {
        external_id: post.client_message_id,
        from: InboundSender {
            address: id.clone(),
            name: claims.name,
            avatar_url: claims.avatar_url,
            proof: Proof {
                phone: None,
                email: claims.email,
                external_id: Some(id),
            },
            language: None,
            timezone: None,
            also: Vec::new(),
            metadata: Opaque::new(),
        },
        to: String::new(),
        content: as_content(said)?,
        reply_to: None,
        sent_at: None,
        metadata: clean::metadata(&post.visitor.metadata),
    }))
}

fn as_content(said: Said) -> Result<Content, ParseError> {
    match said {
        Said::Words(content) => Ok(content),
        Said::Choice { payload, source } => Ok(Content::Postback(Postback {
            payload,
            source_message_id: Some(source.to_string()),
            ..Postback::default()
        })),
        Said::File { .. } | Said::Reaction { .. } => {
            let sentence = "A program cannot send files or reactions for a visitor.";
            Err(Rejection::new(Code::UnsupportedContentType, sentence).into())
        }
    }
}

fn invalid(field: &str, message: impl Into<String>) -> ParseError {
    Rejection::field(field, message).into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::http::Headers;
    use crate::base::http::Method;
    use proptest::prelude::*;

    const SECRET: &[u8] = b"whs_test_secret_0001";
    const BODY: &str = r#"{"visitor":{"id":"user_42","name":"Ana"},"clientMessageId":"cm_0001","content":{"type":"text","text":"Hello"}}"#;
    const HEADER: &str =
        "t=1767268800,v1=dc465e13136d4f34adddfa640804c7e5130a470f27800d0040e76c3b67451e06";
    const SENT: i64 = 1_767_268_800;

    fn post(header: &str, body: &str) -> Webhook {
        Webhook {
            method: Method::Post,
            headers: Headers::default().with(SIGNATURE, header),
            query: String::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn genuine(secret: &[u8], header: &str, body: &str, now: i64) -> bool {
        verify(secret, &post(header, body), Timestamp::from_secs(now)).is_ok()
    }

    #[test]
    fn the_published_signature_holds_for_five_minutes() {
        assert_eq!(BODY.len(), 110);
        let rotated = HEADER.replace(",v1=", ",v1=00,v1=");
        let upper = HEADER
            .to_uppercase()
            .replace("T=", "t=")
            .replace("V1=", "v1=");
        let cases = [
            (genuine(SECRET, HEADER, BODY, SENT), true),
            (genuine(SECRET, &rotated, BODY, SENT), true),
            (genuine(SECRET, &upper, BODY, SENT), true),
            (genuine(SECRET, HEADER, BODY, SENT + 300), true),
            (genuine(SECRET, HEADER, BODY, SENT - 300), true),
            (genuine(SECRET, HEADER, BODY, SENT + 301), false),
            (genuine(SECRET, HEADER, BODY, SENT - 301), false),
            (genuine(b"other", HEADER, BODY, SENT), false),
            (
                genuine(SECRET, HEADER, &BODY.replace("Hello", "Hallo"), SENT),
                false,
            ),
            (
                genuine(SECRET, &HEADER.replace("800,", "801,"), BODY, SENT),
                false,
            ),
            (genuine(SECRET, "t=1767268800", BODY, SENT), false),
            (genuine(SECRET, "v1=dc46", BODY, SENT), false),
            (genuine(SECRET, "t=,v1=", BODY, SENT), false),
            (genuine(SECRET, "", BODY, SENT), false),
        ];
        for (index, (found, expected)) in cases.into_iter().enumerate() {
            assert_eq!(found, expected, "case {index}");
        }
        let mut bare = post("", BODY);
        bare.headers = Headers::default();
        assert_eq!(
            verify(SECRET, &bare, Timestamp::from_secs(SENT)),
            Err(NotGenuine)
        );
    }

    #[test]
    fn a_post_is_a_message_of_a_verified_visitor() {
        let InboundEvent::Message(message) = parse(&post("", BODY)).unwrap() else {
            unreachable!("a post is a message");
        };
        assert_eq!(message.external_id, "cm_0001");
        assert_eq!(message.from.address, "user_42");
        assert_eq!(message.from.proof.external_id.as_deref(), Some("user_42"));
        assert_eq!(message.content, Content::text("Hello"));
    }

    #[test]
    fn a_wrong_post_is_told_what_is_wrong() {
        let cases = [
            ("", "body"),
            ("[]", "body"),
            (&BODY.replace("user_42", ""), "visitor.id"),
            (&BODY.replace("cm_0001", "cm 1"), "clientMessageId"),
            (&BODY.replace("Hello", " "), "content"),
        ];
        for (body, expected) in cases {
            let Err(ParseError::Refused(rejection)) = parse(&post("", body)) else {
                unreachable!("{body} is refused");
            };
            assert_eq!(rejection.fields[0].field, expected, "{body}");
        }
    }

    proptest! {
        #[test]
        fn nothing_posted_makes_it_panic(header in "\\PC{0,60}", body in "\\PC{0,120}", now in any::<i64>()) {
            let hook = post(&header, &body);
            let _ = (verify(SECRET, &hook, Timestamp::from_secs(now)), parse(&hook));
        }
    }
}
