//! What Telegram says when it refuses, and what follows from it. telegram.md section 9.

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::channels::node::Node;
use crate::model::contact::Shut;
use crate::model::message::SendError;
use crate::model::refusal::FILES_HERE;
use crate::model::refusal::Refusal;
use crate::model::refusal::Wish;

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
    /// The poll is refused: its options go as a keyboard.
    pub const POLL: &str = "poll";
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

/// Telegram could not fetch a file, or does not believe what it is: it is handed over.
const UPLOAD: Class = Class::Reword(FILES_HERE, "true");

/// A poll cannot be asked here.
const NO_POLL: Class = Class::Reword(wish::POLL, "keyboard");

const RULES: &[Rule] = &[
    (
        400,
        "can't parse entities",
        Class::Reword(wish::FORMAT, "plain"),
        "bad_format",
    ),
    // Whatever is wrong with a poll, its options can be asked otherwise.
    (400, "poll", NO_POLL, "bad_poll"),
    (403, "poll", NO_POLL, "bad_poll"),
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
    (400, "wrong file identifier", UPLOAD, "media_failed"),
    (
        400,
        "failed to get http url content",
        UPLOAD,
        "media_failed",
    ),
    (400, "webpage_curl_failed", UPLOAD, "media_failed"),
    (400, "webpage_media_empty", UPLOAD, "media_failed"),
    (
        400,
        "wrong type of the web page content",
        UPLOAD,
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
            retryable,
            ..SendError::lasting(reason, self.description.as_str()).coded(Some(self.code))
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
