//! Where another program of the operator's is told of channels that need somebody.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;

/// The address, and how it went lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertHook {
    /// Where news are posted.
    pub url: String,
    /// The sealed secret they are signed with.
    pub secret: Vec<u8>,
    /// What became of the last post.
    pub last: Option<LastPost>,
    /// The program said that it wants no more (410).
    pub refused: bool,
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastPost {
    /// When.
    pub at: Timestamp,
    /// Whether it was taken.
    pub taken: bool,
    /// What the program answered, or why there is no answer.
    pub text: String,
}
