//! What the vendor says when it refuses, and what follows from it. meta sections 9 and 10.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::channels::meta::usage::regain;
use crate::channels::node::Node;
use crate::model::message::ErrorClass;
use crate::model::message::SendError;
use crate::model::message::VendorSaid;
use crate::model::refusal::Refusal;

/// An error in the vendor's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fault {
    /// The code, on which everything branches first; none where the answer was no error of the
    /// vendor's but of something in between.
    pub code: Option<i64>,
    /// The finer code; none on most errors of WhatsApp.
    pub subcode: Option<i64>,
    /// The sentence that helps most: the one meant for people, else the details, else the bare
    /// message.
    pub sentence: String,
    /// The heading meant for people.
    pub title: Option<String>,
    /// What exactly was wrong, where that is not the sentence already.
    pub details: Option<String>,
    /// The id under which the vendor finds the call in its logs.
    pub trace: Option<String>,
    /// Whether the vendor calls it passing.
    pub is_transient: bool,
}

/// What follows from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Tried again, with growing pauses.
    Retry,
    /// Nothing of the account goes out until the vendor lets us.
    Rate,
    /// Nothing more goes to this one recipient until the vendor lets us.
    Pair,
    /// Final for this message.
    Never,
    /// The account does not work: everything waits until somebody mends it.
    Account,
}

impl From<Class> for ErrorClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Retry => Self::Retry,
            Class::Rate | Class::Pair => Self::Rate,
            Class::Never => Self::Permanent,
            Class::Account => Self::Credentials,
        }
    }
}

/// One line of a table of errors.
#[derive(Debug, Clone)]
pub struct Rule {
    codes: RangeInclusive<i64>,
    subcode: Option<i64>,
    class: Class,
    reason: &'static str,
}

/// A line for one code.
#[must_use]
pub const fn code(code: i64, class: Class, reason: &'static str) -> Rule {
    codes(code, code, class, reason)
}

/// A line for a code with a finer one.
#[must_use]
pub const fn fine(code: i64, subcode: i64, class: Class, reason: &'static str) -> Rule {
    Rule {
        codes: code..=code,
        subcode: Some(subcode),
        class,
        reason,
    }
}

/// A line for all codes from one to another.
#[must_use]
pub const fn codes(first: i64, last: i64, class: Class, reason: &'static str) -> Rule {
    Rule {
        codes: first..=last,
        subcode: None,
        class,
        reason,
    }
}

/// The errors every product of the vendor knows (meta section 9). A channel's own table goes first.
const COMMON: &[Rule] = &[
    fine(100, 33, Class::Account, "wrong_account"),
    codes(1, 2, Class::Retry, "temporary"),
    code(3, Class::Never, "not_allowed"),
    code(4, Class::Rate, "rate_limited"),
    code(10, Class::Account, "permission_missing"),
    code(17, Class::Rate, "rate_limited"),
    code(32, Class::Rate, "rate_limited"),
    code(33, Class::Account, "wrong_account"),
    code(100, Class::Never, "invalid_request"),
    code(102, Class::Account, "token_invalid"),
    code(190, Class::Account, "token_invalid"),
    codes(200, 299, Class::Account, "permission_missing"),
    code(368, Class::Account, "account_blocked"),
    code(506, Class::Never, "duplicate"),
    code(613, Class::Rate, "rate_limited"),
    code(803, Class::Account, "wrong_account"),
    codes(80_000, 80_014, Class::Rate, "rate_limited"),
];

impl Fault {
    /// The error of an answer; none where the call succeeded. An answer that is no JSON, as from a
    /// proxy in trouble, is told by its status.
    #[must_use]
    pub fn read(reply: &HttpReply) -> Option<Self> {
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let node = Node::of(&body).at("error");
        if node.is_there() {
            let mut fault = Self::of(node);
            fault.trace = fault.trace.or_else(|| header_trace(reply));
            return Some(fault);
        }
        if reply.status < 400 {
            return None;
        }
        Some(Self {
            sentence: format!("The vendor answered with status {}.", reply.status),
            trace: header_trace(reply),
            is_transient: reply.status >= 500 || matches!(reply.status, 408 | 425 | 429),
            ..Self::default()
        })
    }

    /// The error in an object: of an answer, or of a receipt.
    #[must_use]
    pub fn of(node: Node<'_>) -> Self {
        let data = node.at("error_data");
        let plain = || data.text().filter(|text| !text.is_empty());
        let details = data.word("details").or_else(plain);
        let shown = node.word("error_user_msg");
        let sentence = shown
            .clone()
            .or_else(|| details.clone())
            .or_else(|| node.word("message"))
            .or_else(|| node.word("title"));
        Self {
            code: node.at("code").whole(),
            subcode: node.at("error_subcode").whole(),
            sentence: sentence.unwrap_or_else(|| "The vendor did not say why.".to_owned()),
            title: node.word("error_user_title").or_else(|| node.word("title")),
            details: details.or_else(|| shown.and_then(|_| node.word("message"))),
            trace: node.word("fbtrace_id"),
            is_transient: node.at("is_transient").is_on(),
        }
    }

    /// What follows, by a channel's own table and then the common one. What nobody knows is final,
    /// unless the vendor calls it passing.
    #[must_use]
    pub fn judge(&self, own: &[Rule]) -> (Class, &'static str) {
        let fits = |rule: &&Rule| {
            self.code.is_some_and(|code| rule.codes.contains(&code))
                && (rule.subcode.is_none() || rule.subcode == self.subcode)
        };
        let known = own.iter().find(fits).or_else(|| COMMON.iter().find(fits));
        match known {
            Some(rule) => (rule.class, rule.reason),
            None if self.is_transient => (Class::Retry, "temporary"),
            None => (Class::Never, "refused"),
        }
    }

    /// The error as it is kept with a message.
    #[must_use]
    pub fn as_error(&self, own: &[Rule]) -> SendError {
        let (class, reason) = self.judge(own);
        SendError {
            retryable: class != Class::Never,
            said: Some(Box::new(VendorSaid {
                subcode: self.subcode.map(|subcode| subcode.to_string()),
                title: self.title.clone(),
                details: self.details.clone(),
                trace_id: self.trace.clone(),
                class: Some(class.into()),
            })),
            ..SendError::lasting(reason, self.sentence.as_str()).coded(self.vendor_code())
        }
    }

    /// What comes of a call that ended in this error.
    #[must_use]
    pub fn refusal(&self, own: &[Rule], reply: &HttpReply) -> Refusal {
        let error = self.as_error(own);
        match self.judge(own).0 {
            Class::Retry => Refusal::Later {
                error,
                wait: retry_after(reply),
            },
            Class::Pair => Refusal::Crowded {
                error,
                wait: pause(reply),
            },
            Class::Rate => Refusal::SlowDown {
                error,
                wait: pause(reply),
            },
            Class::Never => Refusal::Never(error),
            Class::Account => Refusal::Account(error),
        }
    }

    /// `code` or `code/subcode`; none where the vendor gave no code at all.
    fn vendor_code(&self) -> Option<String> {
        match (self.code, self.subcode) {
            (None, _) => None,
            (Some(code), None) => Some(code.to_string()),
            (Some(code), Some(subcode)) => Some(format!("{code}/{subcode}")),
        }
    }
}

/// Under which id the vendor finds a call that it refused in its own logs.
#[must_use]
pub fn trace(reply: &HttpReply) -> Option<String> {
    Fault::read(reply)?.trace
}

fn header_trace(reply: &HttpReply) -> Option<String> {
    reply.headers.get("x-fb-trace-id").map(str::to_owned)
}

/// What the vendor answered, as JSON; what it says of itself where the call did not succeed.
///
/// # Errors
/// What follows from the error, by a channel's own table and then the common one.
pub fn taken(own: &[Rule], reply: &HttpReply) -> Result<Value, Refusal> {
    match Fault::read(reply) {
        Some(fault) => Err(fault.refusal(own, reply)),
        None => Ok(serde_json::from_slice(&reply.body).unwrap_or_default()),
    }
}

/// How long the vendor asks us to wait: what a proxy in between says, else what the vendor's own
/// usage header says. None leaves it to growing pauses.
fn pause(reply: &HttpReply) -> Option<Duration> {
    retry_after(reply).or_else(|| regain(reply))
}

fn retry_after(reply: &HttpReply) -> Option<Duration> {
    let seconds = reply.headers.get("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::http::Headers;

    fn reply(status: u16, headers: Headers, body: &str) -> HttpReply {
        HttpReply {
            status,
            headers,
            body: body.as_bytes().to_vec(),
        }
    }

    fn refusal(status: u16, headers: Headers, body: &str) -> Option<Refusal> {
        let reply = reply(status, headers, body);
        Fault::read(&reply).map(|fault| fault.refusal(&[], &reply))
    }

    #[test]
    fn every_common_code_has_its_consequence() {
        let cases: &[(&[i64], Class)] = &[
            (&[1, 2], Class::Retry),
            (
                &[4, 17, 32, 613, 80_000, 80_002, 80_006, 80_007, 80_014],
                Class::Rate,
            ),
            (&[10, 33, 102, 190, 200, 230, 299, 368, 803], Class::Account),
            (
                &[0, 3, 100, 300, 506, 79_999, 80_015, 999_999],
                Class::Never,
            ),
        ];
        for (codes, class) in cases {
            for code in *codes {
                let fault = Fault {
                    code: Some(*code),
                    ..Fault::default()
                };
                assert_eq!(fault.judge(&[]).0, *class, "{code}");
            }
        }
        let wrong_id = Fault {
            code: Some(100),
            subcode: Some(33),
            ..Fault::default()
        };
        assert_eq!(wrong_id.judge(&[]).0, Class::Account);
    }

    #[test]
    fn what_nobody_knows_is_final_unless_it_passes() {
        let unknown = |is_transient| Fault {
            code: Some(424_242),
            is_transient,
            ..Fault::default()
        };
        assert_eq!(unknown(false).judge(&[]), (Class::Never, "refused"));
        assert_eq!(unknown(true).judge(&[]), (Class::Retry, "temporary"));
        let own = [code(424_242, Class::Rate, "ours")];
        assert_eq!(unknown(false).judge(&own), (Class::Rate, "ours"));
    }

    #[test]
    fn the_sentence_is_the_one_that_helps_most() {
        let cases = [
            (
                r#"{"error":{"message":"m","code":5,"error_user_msg":"u","error_data":{"details":"d"}}}"#,
                "u",
            ),
            (
                r#"{"error":{"message":"m","code":5,"error_data":{"details":"d"}}}"#,
                "d",
            ),
            (
                r#"{"error":{"message":"m","code":5,"error_data":"s"}}"#,
                "s",
            ),
            (r#"{"error":{"message":"m","code":"5"}}"#, "m"),
            (r#"{"error":{"code":5}}"#, "The vendor did not say why."),
        ];
        for (body, expected) in cases {
            let fault = Fault::read(&reply(400, Headers::default(), body)).unwrap_or_default();
            assert_eq!(
                (fault.code, fault.sentence.as_str()),
                (Some(5), expected),
                "{body}"
            );
        }
    }

    #[test]
    fn all_that_the_vendor_said_is_kept() {
        let whole = r#"{"error":{"message":"m","code":131030,"error_subcode":2655007,"error_user_title":"t",
            "error_user_msg":"u","error_data":{"details":"d"},"fbtrace_id":"A"}}"#;
        let shown = r#"{"error":{"message":"m","code":190,"error_user_msg":"u"}}"#;
        let bare = r#"{"error":{"message":"m","code":4}}"#;
        let some = |text: &str| Some(text.to_owned());
        let traced = Headers::default().with("x-fb-trace-id", "B");
        let cases = [
            (
                whole,
                VendorSaid {
                    subcode: some("2655007"),
                    title: some("t"),
                    details: some("d"),
                    trace_id: some("A"),
                    class: Some(ErrorClass::Permanent),
                },
            ),
            (
                shown,
                VendorSaid {
                    details: some("m"),
                    trace_id: some("B"),
                    class: Some(ErrorClass::Credentials),
                    ..VendorSaid::default()
                },
            ),
            (
                bare,
                VendorSaid {
                    trace_id: some("B"),
                    class: Some(ErrorClass::Rate),
                    ..VendorSaid::default()
                },
            ),
        ];
        for (body, expected) in cases {
            let fault = Fault::read(&reply(400, traced.clone(), body)).unwrap_or_default();
            let said = fault.as_error(&[]).said;
            assert_eq!(said.as_deref(), Some(&expected), "{body}");
        }
    }

    #[test]
    fn errors_are_found_wherever_they_stand() {
        let page = "<html>Sorry</html>";
        assert!(refusal(200, Headers::default(), r#"{"success":true}"#).is_none());
        let inside = refusal(200, Headers::default(), r#"{"error":{"code":190}}"#);
        assert!(matches!(inside, Some(Refusal::Account(_))));
        for (status, retried) in [(500, true), (503, true), (429, true), (404, false)] {
            let found = refusal(status, Headers::default(), page);
            let later = matches!(found, Some(Refusal::Later { .. }));
            assert_eq!(later, retried, "{status}");
        }
    }

    #[test]
    fn the_pause_is_what_the_vendor_asks_for() {
        let usage = r#"{"1":[{"type":"messenger","estimated_time_to_regain_access":0}],"2":[{"type":"whatsapp","estimated_time_to_regain_access":3}]}"#;
        let idle = r#"{"1":[{"type":"messenger","estimated_time_to_regain_access":0}]}"#;
        let name = "X-Business-Use-Case-Usage";
        let cases = [
            (Headers::default(), None),
            (Headers::default().with(name, usage), Some(180)),
            (Headers::default().with(name, idle), None),
            (Headers::default().with(name, "?"), None),
            (
                Headers::default()
                    .with(name, usage)
                    .with("Retry-After", "7"),
                Some(7),
            ),
            (Headers::default().with("Retry-After", "soon"), None),
        ];
        for (headers, expected) in cases {
            let found = refusal(
                400,
                headers.clone(),
                r#"{"error":{"code":4,"message":"slow"}}"#,
            );
            let Some(Refusal::SlowDown { wait, error }) = found else {
                unreachable!("a limit is no end");
            };
            assert_eq!(wait.map(|wait| wait.as_secs()), expected, "{headers:?}");
            assert_eq!(
                (error.reason.as_str(), error.retryable),
                ("rate_limited", true)
            );
        }
    }
}
