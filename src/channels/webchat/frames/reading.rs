//! Reading frames and bodies: from text to checked, cleaned values.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::channels::webchat::clean;
use crate::channels::webchat::content;
use crate::channels::webchat::frames::Attributes;
use crate::channels::webchat::frames::BadFrame;
use crate::channels::webchat::frames::Body;
use crate::channels::webchat::frames::Frame;
use crate::channels::webchat::frames::Page;
use crate::channels::webchat::frames::Rating;
use crate::channels::webchat::frames::Send;
use crate::channels::webchat::frames::Tracked;
use crate::channels::webchat::frames::User;
use crate::channels::webchat::problem::Code;
use crate::channels::webchat::problem::Problem;

const EVENT_NAME_MAX: usize = 64;
const EVENT_DATA_MAX: usize = 2 * 1_024;
const COMMENT_MAX: usize = 1_000;

/// Reads a frame of the socket.
///
/// # Errors
/// [`BadFrame`]: `invalid_json`, `unknown_type`, `upgrade_required` for frames of the client before
/// this protocol, or what is wrong with the payload. The socket stays open unless an upgrade is
/// required.
pub fn read(text: &str) -> Result<Frame, BadFrame> {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(rename = "type")]
        kind: String,
        #[serde(default)]
        id: Option<String>,
        #[serde(default)]
        payload: Value,
    }
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| BadFrame {
        id: None,
        problem: Problem::new(Code::InvalidJson, format!("Not a frame: {error}.")),
    })?;
    let id = envelope.id.filter(|id| id.len() <= 64);
    match body(&envelope.kind, envelope.payload) {
        Ok(body) => Ok(Frame { id, body }),
        Err(problem) => Err(BadFrame { id, problem }),
    }
}

/// Reads what a frame of that type says.
///
/// # Errors
/// As [`read`].
pub fn body(kind: &str, payload: Value) -> Result<Body, Problem> {
    #[derive(Deserialize)]
    struct After {
        after: u64,
    }
    #[derive(Deserialize)]
    struct Seq {
        seq: u64,
    }
    match kind {
        "hello" => payload_of(payload).map(|hello| Body::Hello(Box::new(hello))),
        "message.send" => send(payload).map(|send| Body::Send(Box::new(send))),
        "sync" => payload_of(payload).map(|After { after }| Body::Sync { after }),
        "read" => payload_of(payload).map(|Seq { seq }| Body::Read { seq }),
        "delivered" => payload_of(payload).map(|Seq { seq }| Body::Delivered { seq }),
        "typing" => payload_of(payload).map(Body::Typing),
        "presence" => payload_of(payload).map(Body::Presence),
        "page" => page(payload).map(Body::Page),
        "identify" => {
            #[derive(Deserialize)]
            struct Identify {
                user: User,
            }
            payload_of(payload).map(|Identify { user }| Body::Identify(Box::new(user)))
        }
        "attributes" => payload_of(payload).map(|Attributes { set, unset }| {
            Body::Attributes(Attributes {
                set: clean::metadata(&set),
                unset,
            })
        }),
        "proactive" => payload_of(payload).map(Body::Proactive),
        "event" => tracked(payload).map(Body::Event),
        "conversation.end" => Ok(Body::EndConversation),
        "rating" => rating(payload).map(Body::Rating),
        "ping" => Ok(Body::Ping),
        "message" | "connect" => Err(Problem::new(
            Code::UpgradeRequired,
            "This widget is too old: it does not say who it is.",
        )),
        _ => Err(Problem::new(
            Code::UnknownType,
            "There is no such type of frame.",
        )),
    }
}

/// Reads the body of a REST call.
///
/// # Errors
/// `invalid_json`.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value = serde_json::from_slice(bytes).map_err(|error| not_this_shape(&error))?;
    payload_of(value)
}

/// Reads the body of `POST .../events`: any frame but those that need a socket or have a call of
/// their own.
///
/// # Errors
/// As [`read`].
pub fn event(bytes: &[u8]) -> Result<Body, Problem> {
    let frame = std::str::from_utf8(bytes)
        .map_err(|_| Problem::new(Code::InvalidJson, "Not UTF-8."))
        .and_then(|text| read(text).map_err(|bad| bad.problem))?;
    match frame.body {
        Body::Hello(_) | Body::Sync { .. } | Body::Send(_) | Body::Identify(_) => Err(
            Problem::new(Code::UnknownType, "This frame has a call of its own."),
        ),
        body => Ok(body),
    }
}

/// Reads the payload of `message.send`, which is also the body of `POST .../messages`.
///
/// # Errors
/// `invalid_json`, `validation`, `unsupported_content`.
pub fn send(payload: Value) -> Result<Send, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Raw {
        client_message_id: String,
        content: Value,
        #[serde(default)]
        reply_to: Option<String>,
        #[serde(default)]
        sent_at: Option<String>,
        #[serde(default)]
        page: Option<Page>,
        #[serde(default)]
        proactive_id: Option<String>,
    }
    let raw: Raw = payload_of(payload)?;
    if !clean::is_client_id(&raw.client_message_id) {
        return Err(Problem::validation(
            "clientMessageId must be 1 to 64 letters, digits, dashes and underscores.",
        ));
    }
    Ok(Send {
        said: content::read(&raw.content)?,
        client_message_id: raw.client_message_id,
        reply_to: raw.reply_to.and_then(|id| id.parse().ok()),
        sent_at: raw.sent_at.filter(|moment| moment.len() <= 40),
        page: raw.page.as_ref().and_then(clean::page),
        proactive_id: raw.proactive_id.filter(|id| id.len() <= 64),
    })
}

fn page(payload: Value) -> Result<Page, Problem> {
    let raw: Page = payload_of(payload)?;
    clean::page(&raw).ok_or_else(|| Problem::validation("url must be an absolute address."))
}

fn tracked(payload: Value) -> Result<Tracked, Problem> {
    let tracked: Tracked = payload_of(payload)?;
    let name_fits = (1..=EVENT_NAME_MAX).contains(&tracked.name.chars().count());
    if !name_fits || tracked.data.to_string().len() > EVENT_DATA_MAX {
        return Err(Problem::validation(
            "An event has a name of 1 to 64 characters and at most 2 KB of data.",
        ));
    }
    Ok(tracked)
}

fn rating(payload: Value) -> Result<Rating, Problem> {
    let mut rating: Rating = payload_of(payload)?;
    if !(1..=5).contains(&rating.score) {
        return Err(Problem::validation("score must be 1 to 5."));
    }
    rating.comment = rating.comment.as_deref().and_then(clean::text);
    let long = |text: &String| text.chars().count() > COMMENT_MAX;
    if rating.comment.as_ref().is_some_and(long) {
        return Err(Problem::validation(
            "comment must have at most 1,000 characters.",
        ));
    }
    Ok(rating)
}

fn payload_of<T: DeserializeOwned>(mut payload: Value) -> Result<T, Problem> {
    if payload.is_array() {
        let message = "This must be a JSON object.";
        return Err(Problem::new(Code::InvalidJson, message));
    }
    drop_nulls(&mut payload);
    serde_json::from_value(payload).map_err(|error| not_this_shape(&error))
}

/// Absent and null mean the same everywhere.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn not_this_shape(error: &serde_json::Error) -> Problem {
    Problem::new(Code::InvalidJson, format!("Not in this shape: {error}."))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::channels::webchat::content::Said;
    use crate::channels::webchat::frames::Presence;
    use crate::channels::webchat::frames::Proactive;
    use crate::channels::webchat::frames::ProactiveAction;
    use crate::channels::webchat::frames::Typing;
    use crate::channels::webchat::frames::TypingState;
    use crate::model::content::Content;
    use proptest::prelude::*;

    #[test]
    fn the_documented_frames_are_read() {
        let hello = r#"{"type":"hello","id":"h1","payload":{"protocol":1,"token":"wct_A","cursor":118,"visible":true,"locale":"pt-BR","page":{"url":"https://shop.example.com/pricing","title":"Pricing"},"sdk":"1.0.0"}}"#;
        let frame = read(hello).unwrap();
        assert_eq!(frame.id.as_deref(), Some("h1"));
        let Body::Hello(hello) = frame.body else {
            unreachable!("it is a hello");
        };
        assert_eq!(
            (hello.protocol, hello.cursor, hello.visible),
            (1, 118, true)
        );

        let message = r#"{"type":"message.send","id":"f7","payload":{"clientMessageId":"cm_01J9ZK","content":{"type":"text","text":"Do you offer enterprise pricing?"},"replyTo":null,"sentAt":"2026-01-01T12:00:04Z","page":{"url":"https://shop.example.com/pricing#x","title":"Pricing"},"proactiveId":null}}"#;
        let Body::Send(send) = read(message).unwrap().body else {
            unreachable!("it is a message");
        };
        assert_eq!(send.client_message_id, "cm_01J9ZK");
        assert_eq!(
            send.said,
            Said::Words(Content::text("Do you offer enterprise pricing?"))
        );
        assert_eq!(send.page.unwrap().url, "https://shop.example.com/pricing");
    }

    #[test]
    fn small_frames_are_read() {
        let cases = [
            (r#"{"type":"ping"}"#, Body::Ping),
            (
                r#"{"type":"sync","payload":{"after":7}}"#,
                Body::Sync { after: 7 },
            ),
            (
                r#"{"type":"read","payload":{"seq":9,"new":"field"}}"#,
                Body::Read { seq: 9 },
            ),
            (
                r#"{"type":"delivered","payload":{"seq":9}}"#,
                Body::Delivered { seq: 9 },
            ),
            (
                r#"{"type":"typing","payload":{"state":"start"}}"#,
                Body::Typing(Typing {
                    state: TypingState::Start,
                    preview: None,
                }),
            ),
            (
                r#"{"type":"presence","payload":{"visible":true,"open":false}}"#,
                Body::Presence(Presence {
                    visible: true,
                    open: false,
                }),
            ),
            (
                r#"{"type":"presence","payload":{"visible":null,"open":true}}"#,
                Body::Presence(Presence {
                    visible: false,
                    open: true,
                }),
            ),
            (
                r#"{"type":"conversation.end","payload":{}}"#,
                Body::EndConversation,
            ),
            (
                r#"{"type":"proactive","payload":{"id":"p1","action":"dismissed"}}"#,
                Body::Proactive(Proactive {
                    id: "p1".into(),
                    action: ProactiveAction::Dismissed,
                }),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap().body, expected, "{text}");
        }
    }

    #[test]
    fn mistakes_have_their_codes() {
        let long = "x".repeat(65);
        let client_id = format!(
            r#"{{"type":"message.send","payload":{{"clientMessageId":"{long}","content":{{"type":"text","text":"a"}}}}}}"#
        );
        let cases = [
            ("", Code::InvalidJson),
            ("[]", Code::InvalidJson),
            (r#"{"payload":{}}"#, Code::InvalidJson),
            (r#"{"type":"read","payload":{"seq":-1}}"#, Code::InvalidJson),
            (r#"{"type":"read"}"#, Code::InvalidJson),
            (r#"{"type":"fly","id":"x"}"#, Code::UnknownType),
            (
                r#"{"type":"message","payload":{"content":"hi"}}"#,
                Code::UpgradeRequired,
            ),
            (r#"{"type":"connect"}"#, Code::UpgradeRequired),
            (&client_id, Code::Validation),
            (
                r#"{"type":"message.send","payload":{"clientMessageId":"a","content":{"type":"text","text":" "}}}"#,
                Code::Validation,
            ),
            (
                r#"{"type":"message.send","payload":{"clientMessageId":"a","content":{"type":"carousel"}}}"#,
                Code::UnsupportedContent,
            ),
            (
                r#"{"type":"rating","payload":{"messageId":"msg_01hf7yat000000000000000007","score":6}}"#,
                Code::Validation,
            ),
            (
                r#"{"type":"event","payload":{"name":""}}"#,
                Code::Validation,
            ),
            (
                r#"{"type":"page","payload":{"url":"no"}}"#,
                Code::Validation,
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap_err().problem.code, expected, "{text}");
        }
        let bad = read(r#"{"type":"fly","id":"x"}"#).unwrap_err();
        assert_eq!(bad.id.as_deref(), Some("x"));
    }

    #[test]
    fn events_by_rest_are_the_small_frames() {
        assert_eq!(
            event(br#"{"type":"delivered","payload":{"seq":3}}"#),
            Ok(Body::Delivered { seq: 3 })
        );
        for frame in [
            r#"{"type":"sync","payload":{"after":1}}"#,
            r#"{"type":"hello","payload":{}}"#,
        ] {
            assert_eq!(event(frame.as_bytes()).unwrap_err().code, Code::UnknownType);
        }
        assert_eq!(event(b"\xff").unwrap_err().code, Code::InvalidJson);
    }

    proptest! {
        #[test]
        fn nothing_sent_makes_it_panic(text in "\\PC{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn no_payload_makes_it_panic(
            kind in "hello|message.send|sync|read|typing|presence|page|identify|attributes|proactive|event|rating",
            payload in "(\\{(\"(after|seq|state|content|user|set|name|data|url|score)\":([0-9]{1,20}|\"\\PC{0,9}\"|null|\\[\\]|\\{\\}),?){0,3}\\})|null|[0-9]"
        ) {
            let payload = serde_json::from_str(&payload).unwrap_or(Value::Null);
            let _ = body(&kind, payload);
        }
    }
}
