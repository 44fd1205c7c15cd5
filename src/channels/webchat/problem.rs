//! What the web chat says when it says no: one body for REST and sockets.

use std::collections::BTreeMap;

use serde::Serialize;

/// The codes the widget knows. Which status each carries over HTTP is decided at the web border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Not JSON, or not in this shape.
    InvalidJson,
    /// A field is wrong.
    Validation,
    /// Content that visitors cannot send.
    UnsupportedContent,
    /// A choice nobody offered.
    InvalidPostback,
    /// A frame nobody knows.
    UnknownType,
    /// No token.
    TokenMissing,
    /// A token of nobody, of another channel, or revoked.
    TokenInvalid,
    /// A token whose time is over.
    TokenExpired,
    /// A website that may not show this web chat.
    OriginNotAllowed,
    /// The web chat is switched off.
    ChannelDisabled,
    /// The visitor is blocked.
    VisitorBlocked,
    /// The proof of identity is missing or wrong.
    IdentityUnverified,
    /// The form comes first.
    PrechatRequired,
    /// The same client id with other content.
    IdConflict,
    /// Not there, or not for this visitor.
    NotFound,
    /// Too many bytes.
    TooLarge,
    /// A kind of file that is not allowed.
    UnsupportedMedia,
    /// An old client.
    UpgradeRequired,
    /// Too much at once.
    RateLimited,
    /// Our fault.
    Internal,
    /// Not now.
    Unavailable,
}

/// Why a field of a form is wrong; the widget has words for these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// Missing.
    Required,
    /// Not what was asked for.
    Invalid,
    /// Too long.
    TooLong,
}

/// A refusal as the widget gets it: the value of `error` over HTTP, the payload of an `error` frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct Problem {
    /// The code.
    pub code: Code,
    /// One sentence for the person who builds the page.
    pub message: String,
    /// Seconds to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Flaw>,
}

impl Problem {
    /// A refusal with a sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
            fields: BTreeMap::new(),
        }
    }

    /// A field is wrong.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(Code::Validation, message)
    }

    /// Fields of a form are wrong.
    #[must_use]
    pub fn of_fields(fields: BTreeMap<String, Flaw>) -> Self {
        Self {
            fields,
            ..Self::validation("Some fields need another look.")
        }
    }

    /// The same refusal with a time to wait.
    #[must_use]
    pub fn retry_after(mut self, secs: u64) -> Self {
        self.retry_after = Some(secs);
        self
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_problem_reads_as_documented() {
        let fields = [("email".to_owned(), Flaw::TooLong)].into();
        assert_eq!(
            serde_json::to_string(&Problem::of_fields(fields)).unwrap(),
            r#"{"code":"validation","message":"Some fields need another look.","fields":{"email":"too_long"}}"#
        );
        let busy = Problem::new(Code::RateLimited, "Slow down.").retry_after(3);
        assert_eq!(
            serde_json::to_string(&busy).unwrap(),
            r#"{"code":"rate_limited","message":"Slow down.","retryAfter":3}"#
        );
    }
}
