//! Where a new conversation goes by itself.

use serde::Deserialize;
use serde::Serialize;

use crate::model::ids::TeamId;
use crate::model::ids::UserId;

/// What becomes of the conversations that customers begin on a channel. With nothing in it they wait
/// for whoever takes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Routing {
    /// The team that answers them.
    pub team_id: Option<TeamId>,
    /// The person who answers them.
    pub assignee_id: Option<UserId>,
    /// The labels they bear.
    pub tags: Vec<String>,
}

impl Routing {
    /// Whether nothing is said.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.team_id.is_none() && self.assignee_id.is_none() && self.tags.is_empty()
    }
}
