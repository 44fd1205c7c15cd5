//! Links that let somebody choose a password, once.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::ids::PassId;
use crate::model::ids::UserId;

/// A link that works once, within its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pass {
    /// The pass's id. What the link carries is made from it and the installation's key.
    pub id: PassId,
    /// For whom.
    pub user_id: UserId,
    /// For what.
    pub purpose: Purpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What a pass is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// The first password of somebody who was invited.
    Invitation,
    /// A new password in place of a forgotten one.
    Reset,
}
