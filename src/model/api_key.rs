//! Keys by which programs act for a user.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::ids::ApiKeyId;
use crate::model::ids::UserId;

/// An API key. The key itself is shown once and never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// The key's id.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// Its first twelve characters, to recognise it by.
    pub prefix: String,
    /// SHA-256 of the whole key.
    pub hash: [u8; 32],
    /// What it is limited to; empty means everything its user may.
    pub scopes: Vec<String>,
    /// Whom it acts for. It never may more than that user.
    pub user_id: UserId,
    /// The last use, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl ApiKey {
    /// Whether it works at this moment, its user aside.
    #[must_use]
    pub fn works(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}
