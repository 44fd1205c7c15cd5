//! Where new conversations of a channel go, on the wire.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::routing::Routing;

/// Where conversations go that customers begin; what is left out is nobody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelRoutingIn)]
pub struct RoutingIn {
    /// The team that answers them.
    #[serde(default)]
    team_id: Option<TeamId>,
    /// The person who answers them.
    #[serde(default, alias = "assignedTo")]
    assignee_id: Option<UserId>,
    /// The labels they bear.
    #[serde(default)]
    tags: Vec<String>,
}

impl From<RoutingIn> for Routing {
    fn from(said: RoutingIn) -> Self {
        Self {
            team_id: said.team_id,
            assignee_id: said.assignee_id,
            tags: said.tags,
        }
    }
}

/// Where conversations go that customers begin.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelRouting)]
pub struct RoutingOut {
    /// The team that answers them; nobody in particular without one.
    team_id: Option<TeamId>,
    /// The person who answers them; whoever takes them without one.
    assignee_id: Option<UserId>,
    /// The labels they bear.
    tags: Vec<String>,
}

impl From<Routing> for RoutingOut {
    fn from(held: Routing) -> Self {
        Self {
            team_id: held.team_id,
            assignee_id: held.assignee_id,
            tags: held.tags,
        }
    }
}
