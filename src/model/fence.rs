//! Which conversations a person gets to see.

use serde::Deserialize;
use serde::Serialize;

use crate::model::conversation::Conversation;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;

/// What the business lets its agents see. Other roles see every conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AgentVisibility {
    /// Every conversation.
    #[default]
    All,
    /// Their own, those of their teams, and those that are neither a person's nor a team's.
    Team,
    /// Only what is assigned to them.
    Own,
}

impl AgentVisibility {
    /// Every choice, the most open first.
    pub const ALL: [Self; 3] = [Self::All, Self::Team, Self::Own];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Team => "team",
            Self::Own => "own",
        }
    }

    /// The choice of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == name)
    }
}

/// The conversations one person may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fence {
    /// All.
    All,
    /// Their own, and those of their teams.
    Only {
        /// The person.
        user: UserId,
        /// Their teams; none where everybody sees only what is assigned to them.
        teams: Vec<TeamId>,
        /// Whether they also see those that are neither a person's nor a team's.
        unassigned: bool,
    },
}

impl Fence {
    /// Whether a conversation with this assignee and this team may be seen.
    #[must_use]
    pub fn admits(&self, assignee: Option<UserId>, team: Option<TeamId>) -> bool {
        match self {
            Self::All => true,
            Self::Only {
                user,
                teams,
                unassigned,
            } => {
                assignee == Some(*user)
                    || team.is_some_and(|team| teams.contains(&team))
                    || (*unassigned && assignee.is_none() && team.is_none())
            }
        }
    }

    /// Whether a conversation may be seen as it stands.
    #[must_use]
    pub fn shows(&self, conversation: &Conversation) -> bool {
        self.admits(conversation.assignee, conversation.team_id)
    }
}
