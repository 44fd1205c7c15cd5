use super::*;
use crate::base::http::Headers;
use serde_json::json;

fn reply(status: u16, body: &str) -> HttpReply {
    HttpReply {
        status,
        headers: Headers::default(),
        body: body.as_bytes().to_vec(),
    }
}

fn refused(code: u16, description: &str) -> Refusal {
    let body = json!({"ok":false,"error_code":code,"description":description});
    let fault = Fault::read(&reply(code, &body.to_string()));
    let Some(fault) = fault else {
        unreachable!("{description} is an error");
    };
    fault.refusal()
}

/// A word for each kind of refusal.
fn name(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Later { .. } => "later".to_owned(),
        Refusal::Crowded { .. } => "crowded".to_owned(),
        Refusal::SlowDown { .. } => "slow".to_owned(),
        Refusal::Never(_) => "never".to_owned(),
        Refusal::Account(_) => "account".to_owned(),
        Refusal::Shut { .. } => "shut".to_owned(),
        Refusal::Reword { wish, .. } => format!("{}={}", wish.name, wish.value),
    }
}

/// Code, description, what follows, and our word for it.
const DOCUMENT: &[(u16, &str, &str, &str)] = &[
    (401, "Unauthorized", "account", "token_invalid"),
    (404, "Not Found", "account", "token_invalid"),
    (
        403,
        "Forbidden: bot was blocked by the user",
        "shut",
        "blocked",
    ),
    (403, "Forbidden: user is deactivated", "shut", "deactivated"),
    (
        403,
        "Forbidden: bot can't initiate conversation with a user",
        "never",
        "not_started",
    ),
    (
        403,
        "Forbidden: bot was kicked from the supergroup chat",
        "shut",
        "group_lost",
    ),
    (
        403,
        "Forbidden: bot is not a member of the channel chat",
        "shut",
        "group_lost",
    ),
    (
        403,
        "Forbidden: the group chat was deleted",
        "shut",
        "group_lost",
    ),
    (
        403,
        "Forbidden: not enough rights to send text messages",
        "never",
        "no_rights",
    ),
    (
        400,
        "Bad Request: have no rights to send a message",
        "never",
        "no_rights",
    ),
    (
        400,
        "Bad Request: CHAT_WRITE_FORBIDDEN",
        "never",
        "no_rights",
    ),
    (400, "Bad Request: TOPIC_CLOSED", "never", "no_rights"),
    (
        400,
        "Bad Request: chat not found",
        "never",
        "invalid_recipient",
    ),
    (
        400,
        "Bad Request: PEER_ID_INVALID",
        "never",
        "invalid_recipient",
    ),
    (
        400,
        "Bad Request: user not found",
        "never",
        "invalid_recipient",
    ),
    (
        400,
        "Bad Request: message thread not found",
        "thread=none",
        "topic_gone",
    ),
    (
        400,
        "Bad Request: message to be replied not found",
        "reply=none",
        "quoted_gone",
    ),
    (
        400,
        "Bad Request: replied message not found",
        "reply=none",
        "quoted_gone",
    ),
    (
        400,
        "Bad Request: can't parse entities: x",
        "format=plain",
        "bad_format",
    ),
    (
        400,
        "Bad Request: message text is empty",
        "never",
        "invalid_request",
    ),
    (400, "Bad Request: message is too long", "never", "too_long"),
    (
        400,
        "Bad Request: message caption is too long",
        "never",
        "too_long",
    ),
    (
        400,
        "Bad Request: MEDIA_CAPTION_TOO_LONG",
        "never",
        "too_long",
    ),
    (
        400,
        "Bad Request: message can't be edited",
        "never",
        "too_old",
    ),
    (
        400,
        "Bad Request: message to delete not found",
        "never",
        "too_old",
    ),
    (
        400,
        "Bad Request: wrong file identifier/HTTP URL specified",
        "filesHere=true",
        "media_failed",
    ),
    (
        400,
        "Bad Request: failed to get HTTP URL content",
        "filesHere=true",
        "media_failed",
    ),
    (
        400,
        "Bad Request: WEBPAGE_CURL_FAILED",
        "filesHere=true",
        "media_failed",
    ),
    (
        400,
        "Bad Request: WEBPAGE_MEDIA_EMPTY",
        "filesHere=true",
        "media_failed",
    ),
    (
        400,
        "Bad Request: wrong type of the web page content",
        "filesHere=true",
        "media_failed",
    ),
    (
        400,
        "Bad Request: PHOTO_INVALID_DIMENSIONS",
        "photo=document",
        "bad_photo",
    ),
    (
        400,
        "Bad Request: IMAGE_PROCESS_FAILED",
        "photo=document",
        "bad_photo",
    ),
    (
        400,
        "Bad Request: VOICE_MESSAGES_FORBIDDEN",
        "voice=audio",
        "voice_forbidden",
    ),
    (
        400,
        "Bad Request: BUTTON_DATA_INVALID",
        "keyboard=numbers",
        "bad_keyboard",
    ),
    (
        400,
        "Bad Request: BUTTON_URL_INVALID",
        "keyboard=numbers",
        "bad_keyboard",
    ),
    (
        400,
        "Bad Request: reply markup is too long",
        "keyboard=numbers",
        "bad_keyboard",
    ),
    (
        400,
        "Bad Request: polls can't be sent to private chats",
        "poll=keyboard",
        "bad_poll",
    ),
    (
        400,
        "Bad Request: not enough rights to send polls to the chat",
        "poll=keyboard",
        "bad_poll",
    ),
    (
        400,
        "Bad Request: can't parse entities: unsupported start tag \"poll\"",
        "format=plain",
        "bad_format",
    ),
    (400, "Bad Request: file is too big", "never", "too_big"),
    (400, "Bad Request: something new", "never", "refused"),
    (
        409,
        "Conflict: terminated by other getUpdates request",
        "account",
        "conflict",
    ),
    (413, "Request Entity Too Large", "never", "too_big"),
    (
        429,
        "Too Many Requests: retry after 5",
        "later",
        "rate_limited",
    ),
    (500, "Internal Server Error: restart", "later", "temporary"),
    (502, "Bad Gateway", "later", "temporary"),
];

#[test]
fn every_error_of_the_document_has_its_consequence() {
    for (code, description, expected, reason) in DOCUMENT {
        let refusal = refused(*code, description);
        assert_eq!(name(&refusal), *expected, "{description}");
        let error = refusal.error();
        assert_eq!(error.reason, *reason, "{description}");
        assert_eq!(error.message, *description);
        assert_eq!(error.vendor_code, Some(code.to_string()));
    }
}

#[test]
fn the_vendor_says_how_long_and_where_to() {
    let busy = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 12","parameters":{"retry_after":12}}"#;
    let Some(Refusal::Later { wait, error }) = Fault::read(&reply(429, busy)).map(Fault::refusal)
    else {
        unreachable!("a flood is waited out");
    };
    assert_eq!(
        (wait, error.retryable),
        (Some(Duration::from_secs(12)), true)
    );
    let moved = r#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001234}}"#;
    let refusal = Fault::read(&reply(400, moved)).map(Fault::refusal);
    assert_eq!(refusal.as_ref().map(name).as_deref(), Some("chat=-1001234"));
}

#[test]
fn what_is_done_already_is_no_error_and_a_page_is_trouble_on_the_way() {
    for description in [
        "Bad Request: message is not modified: x",
        "Bad Request: query is too old and response timeout expired",
    ] {
        let body = json!({"ok":false,"error_code":400,"description":description});
        assert_eq!(Fault::read(&reply(400, &body.to_string())), None);
    }
    assert_eq!(
        Fault::read(&reply(200, r#"{"ok":true,"result":true}"#)),
        None
    );
    for page in ["<html>403</html>", ""] {
        let refusal = Fault::read(&reply(403, page)).map(Fault::refusal);
        assert_eq!(
            refusal.as_ref().map(name).as_deref(),
            Some("later"),
            "{page}"
        );
    }
}
