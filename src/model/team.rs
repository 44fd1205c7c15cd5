//! Groups of users.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;

/// A group of users that conversations can be given to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Team {
    /// The team's id.
    pub id: TeamId,
    /// Its name; unique without regard to case.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its members.
    pub member_ids: Vec<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
