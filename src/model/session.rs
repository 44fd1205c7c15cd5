//! Signed-in browsers and programs.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::ids::SessionId;
use crate::model::ids::UserId;

/// A sign-in: a browser's cookie, or a program's pair of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// How it is carried.
    pub kind: SessionKind,
    /// SHA-256 of the current cookie or refresh token.
    pub token_hash: [u8; 32],
    /// SHA-256 of refresh tokens already spent: seeing one again means that it was stolen, and
    /// ends the session.
    pub spent: Vec<[u8; 32]>,
    /// The address it was opened from.
    pub ip: Option<String>,
    /// The browser or program it was opened with.
    pub user_agent: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The last use, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// How a session is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SessionKind {
    /// A cookie of the dashboard.
    Browser,
    /// Access and refresh tokens of the API.
    Program,
}
