//! What Telegram says when it refuses, and what follows from it. telegram.md section 9.

use std::time::Duration;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::channels::node::Node;
use crate::model::contact::Shut;
use crate::model::message::SendError;
use crate::model::outbound::Refusal;
use crate::model::outbound::Wish;

/// Names under which [`Refusal::Reword`] keeps what Telegram wants otherwise.
pub mod wish {
    /// The chat has another id now.
    pub const CHAT: &str = "chat";
    /// The topic is gone: the message goes to the group.
    pub const THREAD: &str = "thread";
    /// The quoted message is gone.
    pub const REPLY: &str = "reply";
    /// The formatting cannot be read: the words go plain.
    pub const FORMAT: &str = "format";
    /// The keyboard is refused: choices go as numbered text.
    pub const KEYBOARD: &str = "keyboard";
    /// The picture is refused as such: it goes as a document.
    pub const PHOTO: &str = "photo";
    /// The person takes no voice notes: it goes as a recording.
    pub const VOICE: &str = "voice";
}

/// What follows from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Never,
    Account,
    Shut,
    Reword(&'static str, &'static str),
}

/// One line of the table: the code, a part of the description in lower case, and what follows.
type Rule = (i64, &'static str, Class, &'static str);

const RULES: &[Rule] = &[
    (403, "bot was blocked by the user", Class::Shut, "blocked"),
    (403, "user is deactivated", Class::Shut, "deactivated"),
    (
        403,
        "can't initiate conversation",
        Class::Never,
        "not_started",
    ),
    (403, "bot was kicked", Class::Shut, "group_lost"),
    (403, "is not a member", Class::Shut, "group_lost"),
    (403, "group chat was deleted", Class::Shut, "group_lost"),
    (403, "", Class::Never, "no_rights"),
    (400, "group chat was deleted", Class::Shut, "group_lost"),
    (400, "have no rights", Class::Never, "no_rights"),
    (400, "not enough rights", Class::Never, "no_rights"),
    (400, "chat_write_forbidden", Class::Never, "no_rights"),
    (400, "topic_closed", Class::Never, "no_rights"),
    (400, "chat not found", Class::Never, "invalid_recipient"),
    (400, "peer_id_invalid", Class::Never, "invalid_recipient"),
    (400, "user not found", Class::Never, "invalid_recipient"),
    (
        400,
        "message thread not found",
        Class::Reword(wish::THREAD, "none"),
        "topic_gone",
    ),
    (
        400,
        "message to be replied not found",
        Class::Reword(wish::REPLY, "none"),
        "quoted_gone",
    ),
    (
        400,
        "replied message not found",
        Class::Reword(wish::REPLY, "none"),
        "quoted_gone",
    ),
    (
        400,
        "can't parse entities",
        Class::Reword(wish::FORMAT, "plain"),
        "bad_format",
    ),
    (
        400,
        "button_data_invalid",
        Class::Reword(wish::KEYBOARD, "numbers"),
        "bad_keyboard",
    ),
    (
        400,
        "button_url_invalid",
        Class::Reword(wish::KEYBOARD, "numbers"),
        "bad_keyboard",
    ),
    (
        400,
        "reply markup is too long",
        Class::Reword(wish::KEYBOARD, "numbers"),
        "bad_keyboard",
    ),
    (
        400,
        "photo_invalid_dimensions",
        Class::Reword(wish::PHOTO, "document"),
        "bad_photo",
    ),
    (
        400,
        "image_process_failed",
        Class::Reword(wish::PHOTO, "document"),
        "bad_photo",
    ),
    (
        400,
        "voice_messages_forbidden",
        Class::Reword(wish::VOICE, "audio"),
        "voice_forbidden",
    ),
    (
        400,
        "message text is empty",
        Class::Never,
        "invalid_request",
    ),
    (400, "too long", Class::Never, "too_long"),
    (400, "too_long", Class::Never, "too_long"),
    (400, "message can't be edited", Class::Never, "too_old"),
    (400, "message to edit not found", Class::Never, "too_old"),
    (400, "message can't be deleted", Class::Never, "too_old"),
    (400, "message to delete not found", Class::Never, "too_old"),
    (400, "wrong file identifier", Class::Never, "media_failed"),
    (
        400,
        "failed to get http url content",
        Class::Never,
        "media_failed",
    ),
    (400, "webpage_curl_failed", Class::Never, "media_failed"),
    (400, "webpage_media_empty", Class::Never, "media_failed"),
    (
        400,
        "wrong type of the web page content",
        Class::Never,
        "media_failed",
    ),
    (400, "file is too big", Class::Never, "too_big"),
    (401, "", Class::Account, "token_invalid"),
    (404, "", Class::Account, "token_invalid"),
    (409, "", Class::Account, "conflict"),
    (413, "", Class::Never, "too_big"),
];

/// Descriptions of errors that are none: what was asked for is so already, or not worth it any more.
const HARMLESS: [&str; 2] = ["message is not modified", "query is too old"];

/// An error in Telegram's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code; that of the answer where the body has none.
    pub code: i64,
    /// What Telegram says of it.
    pub description: String,
    retry_after: Option<Duration>,
    moved_to: Option<String>,
}

impl Fault {
    /// The error of an answer; none where the call succeeded.
    #[must_use]
    pub fn read(reply: &HttpReply) -> Option<Self> {
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let root = Node::of(&body);
        if root.at("ok").is_on() {
            return None;
        }
        let parameters = root.at("parameters");
        let fault = Self {
            code: root
                .at("error_code")
                .whole()
                .unwrap_or(if body.is_object() {
                    i64::from(reply.status)
                } else {
                    // Not Telegram: a proxy in trouble.
                    502
                }),
            description: root
                .word("description")
                .unwrap_or_else(|| format!("Telegram answered with status {}.", reply.status)),
            retry_after: parameters
                .at("retry_after")
                .whole()
                .and_then(|secs| u64::try_from(secs).ok())
                .map(Duration::from_secs),
            moved_to: parameters.word("migrate_to_chat_id"),
        };
        let lower = fault.description.to_ascii_lowercase();
        let is_harmless = HARMLESS.iter().any(|part| lower.contains(part));
        (!is_harmless).then_some(fault)
    }

    /// What comes of a call that ended in this error.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        if let Some(value) = self.moved_to.clone() {
            return Refusal::Reword {
                error: self.error("moved", false),
                wish: Box::new(wanted(wish::CHAT, &value)),
            };
        }
        if self.code == 429 {
            let wait = self.retry_after;
            // The vendor does not say whether one chat or the whole bot is too fast: lanes that go
            // on and are refused too say so by themselves.
            return Refusal::Later {
                error: self.error("rate_limited", true),
                wait: wait.or(Some(Duration::from_secs(1))),
            };
        }
        if self.code >= 500 {
            return Refusal::Later {
                error: self.error("temporary", true),
                wait: None,
            };
        }
        let lower = self.description.to_ascii_lowercase();
        let rule = RULES
            .iter()
            .find(|(code, part, ..)| *code == self.code && lower.contains(part));
        match rule {
            Some((_, _, Class::Account, reason)) => Refusal::Account(self.error(reason, true)),
            Some((_, _, Class::Shut, reason)) => Refusal::Shut {
                error: self.error(reason, false),
                why: Shut::Unreachable,
            },
            Some((_, _, Class::Reword(name, value), reason)) => Refusal::Reword {
                error: self.error(reason, false),
                wish: Box::new(wanted(name, value)),
            },
            Some((_, _, Class::Never, reason)) => Refusal::Never(self.error(reason, false)),
            None => Refusal::Never(self.error("refused", false)),
        }
    }

    fn error(&self, reason: &str, retryable: bool) -> SendError {
        SendError {
            reason: reason.to_owned(),
            vendor_code: Some(self.code.to_string()),
            message: self.description.clone(),
            retryable,
        }
    }
}

fn wanted(name: &'static str, value: &str) -> Wish {
    Wish {
        name,
        value: value.to_owned(),
    }
}

/// What an answer holds under `result`.
///
/// # Errors
/// The vendor did not do what it was asked.
pub fn result(reply: &HttpReply) -> Result<Value, Refusal> {
    match Fault::read(reply) {
        Some(fault) => Err(fault.refusal()),
        None => Ok(result_of(reply)),
    }
}

/// What an answer holds under `result`, whatever became of the call.
#[must_use]
pub fn result_of(reply: &HttpReply) -> Value {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    body.get("result").cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
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
            "never",
            "media_failed",
        ),
        (
            400,
            "Bad Request: WEBPAGE_CURL_FAILED",
            "never",
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
        let Some(Refusal::Later { wait, error }) =
            Fault::read(&reply(429, busy)).map(Fault::refusal)
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
}
