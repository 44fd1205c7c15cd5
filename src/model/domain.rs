//! How the domain of a channel of mail stands in the name system.

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Good,
    /// It works; better is possible.
    Note,
    /// Mail is lost or taken for spam.
    Bad,
    /// Nobody answered, or only the mail server knows.
    Unknown,
}

/// A record to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// `TXT`, `MX`.
    pub kind: &'static str,
    /// Under which name.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `MX`, `SPF`, `DKIM`, `DMARC`.
    pub what: &'static str,
    /// How it is.
    pub state: State,
    /// What that means, and what to do.
    pub text: String,
    /// The records that are there.
    pub found: Vec<String>,
    /// What to add.
    pub add: Option<Record>,
}

impl Finding {
    /// The same with the records that are there.
    #[must_use]
    pub fn with(self, found: &[String]) -> Self {
        Self {
            found: found.to_vec(),
            ..self
        }
    }

    /// The same with what to add.
    #[must_use]
    pub fn adding(self, kind: &'static str, name: &str, value: &str) -> Self {
        Self {
            add: Some(Record {
                kind,
                name: name.to_owned(),
                value: value.to_owned(),
            }),
            ..self
        }
    }
}
