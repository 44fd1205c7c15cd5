//! Commands of the operator: what they are, who carries them out, and the local socket by which
//! they reach a running server.
//!
//! A command is a value. Where a server runs it is sent there, because only one process can have
//! the data open; where none runs the command opens the data itself and does the same.

pub mod operate;
pub mod socket;
pub mod status;

use serde::Deserialize;
use serde::Serialize;

use crate::model::ids::ApiKeyId;
use crate::model::permission::Role;

/// What an operator can ask for. No `Debug`: it may hold a password.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Make a user.
    UserAdd {
        /// The address to sign in with.
        email: String,
        /// The name colleagues and customers see.
        name: String,
        /// What they may do.
        role: Role,
        /// The password; none makes one up and says it.
        password: Option<String>,
        /// Make no password, but a link by which they choose it.
        #[serde(default)]
        invite: bool,
    },
    /// List the users.
    UserList,
    /// Change what a user may do.
    UserRole {
        /// Who.
        email: String,
        /// What they may do from now on.
        role: Role,
    },
    /// Give a user a new password and end their sessions.
    UserPassword {
        /// Who.
        email: String,
        /// The password; none makes one up and says it.
        password: Option<String>,
    },
    /// Make a link by which a user chooses a password.
    UserLink {
        /// Who.
        email: String,
    },
    /// Keep a user from signing in.
    UserSuspend {
        /// Who.
        email: String,
    },
    /// Let a suspended user sign in again.
    UserActivate {
        /// Who.
        email: String,
    },
    /// Take away a user's second factor.
    UserTwoStepOff {
        /// Who.
        email: String,
    },
    /// Remove a user.
    UserDelete {
        /// Who.
        email: String,
    },
    /// Make an API key.
    KeyCreate {
        /// What it is for.
        name: String,
        /// Whom it acts for; none is the owner.
        email: Option<String>,
        /// What it is limited to; none may what its user may.
        scopes: Vec<String>,
    },
    /// List the API keys.
    KeyList,
    /// End an API key for good.
    KeyRevoke {
        /// Which.
        id: ApiKeyId,
    },
    /// Write everything into one file.
    Backup {
        /// The file, absolute.
        file: String,
    },
    /// Write every record as a line of JSON.
    Export {
        /// The file, absolute.
        file: String,
    },
    /// Put the records of such a file into an installation in which nothing is yet.
    Import {
        /// The file, absolute.
        file: String,
    },
    /// Build the search index anew.
    Reindex,
    /// Say how everything is: the answer is a list of [`status::Finding`] as JSON.
    Status,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it was done.
    pub ok: bool,
    /// What to tell the operator.
    pub text: String,
}

impl From<Result<String, String>> for Answer {
    fn from(outcome: Result<String, String>) -> Self {
        let ok = outcome.is_ok();
        let text = outcome.unwrap_or_else(|error| error);
        Self { ok, text }
    }
}
