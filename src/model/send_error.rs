//! Why a message did not go out, with all that its vendor said of it.

use serde::Deserialize;
use serde::Serialize;

/// Why a message did not go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SendError {
    /// One of the reasons of the channel documents, in lower snake case.
    pub reason: String,
    /// The vendor's own code.
    pub vendor_code: Option<String>,
    /// A sentence for the person who wrote the message.
    pub message: String,
    /// Whether trying again could help.
    pub retryable: bool,
    /// What the vendor said beside that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Box<VendorSaid>>,
}

/// What a vendor says of an error beside its code and a sentence, and what follows from it: for
/// whoever has to ask the vendor about it. Vendors say as much of it as they like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VendorSaid {
    /// The finer code, which [`SendError::vendor_code`] carries behind a slash.
    pub subcode: Option<String>,
    /// The vendor's heading over the error.
    pub title: Option<String>,
    /// What exactly was wrong, for whoever wrote the program.
    pub details: Option<String>,
    /// Under which id the vendor finds the call in its logs.
    pub trace_id: Option<String>,
    /// What followed.
    pub class: Option<ErrorClass>,
}

/// What follows from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ErrorClass {
    /// The message is tried again.
    Retry,
    /// Everything of the account waits until the vendor lets us.
    Rate,
    /// Nothing more: the message has failed.
    Permanent,
    /// Everything of the account waits until somebody mends it.
    Credentials,
}

impl ErrorClass {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Rate => "rate",
            Self::Permanent => "permanent",
            Self::Credentials => "credentials",
        }
    }
}

impl SendError {
    /// An error that will be the same next time.
    #[must_use]
    pub fn lasting(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            vendor_code: None,
            message: message.into(),
            retryable: false,
            said: None,
        }
    }

    /// An error that may be gone next time.
    #[must_use]
    pub fn passing(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            retryable: true,
            ..Self::lasting(reason, message)
        }
    }

    /// The same with the vendor's own code, where it gave one.
    #[must_use]
    pub fn coded(mut self, code: Option<impl ToString>) -> Self {
        self.vendor_code = code.map(|code| code.to_string());
        self
    }

    /// What follows from it. Where nobody decided, trying again is what could help.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        let decided = self.said.as_ref().and_then(|said| said.class);
        decided.unwrap_or(if self.retryable {
            ErrorClass::Retry
        } else {
            ErrorClass::Permanent
        })
    }

    /// The vendor's code without the finer one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        let code = self.vendor_code.as_deref()?;
        let finer = self.said.as_ref().and_then(|said| said.subcode.as_deref());
        Some(
            finer
                .and_then(|finer| code.strip_suffix(finer)?.strip_suffix('/'))
                .unwrap_or(code),
        )
    }

    /// The sentence, and the vendor's code where it gave one.
    #[must_use]
    pub fn in_words(&self) -> String {
        match &self.vendor_code {
            Some(code) => format!("{} ({code})", self.message),
            None => self.message.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn an_error_is_read_as_it_was_written_also_before_more_was_kept_of_it() {
        let old = rmp_serde::to_vec(&("refused", Some("190/463"), "Expired.", true)).unwrap();
        let old: SendError = rmp_serde::from_slice(&old).unwrap();
        assert_eq!(
            old,
            SendError::passing("refused", "Expired.").coded(Some("190/463"))
        );
        assert_eq!(
            (old.code(), old.class()),
            (Some("190/463"), ErrorClass::Retry)
        );
        let said = VendorSaid {
            subcode: Some("463".to_owned()),
            trace_id: Some("A".to_owned()),
            class: Some(ErrorClass::Credentials),
            ..VendorSaid::default()
        };
        let new = SendError {
            said: Some(Box::new(said)),
            ..old.clone()
        };
        for error in [old, new.clone()] {
            let bytes = rmp_serde::to_vec(&error).unwrap();
            assert_eq!(rmp_serde::from_slice::<SendError>(&bytes).unwrap(), error);
        }
        assert_eq!(
            (new.code(), new.class()),
            (Some("190"), ErrorClass::Credentials)
        );
    }
}
