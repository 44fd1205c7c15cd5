//! Which conversations an actor may see.

use crate::model::actor::Actor;
use crate::model::fence::AgentVisibility;
use crate::model::fence::Fence;
use crate::model::ids::TeamId;
use crate::model::permission::Role;

/// Whether the actor's role is one whose sight the business can narrow.
#[must_use]
pub fn may_be_narrowed(actor: &Actor) -> bool {
    actor.role() == Role::Agent
}

/// The conversations an actor may see, who belongs to `teams`.
#[must_use]
pub fn fence(actor: &Actor, visibility: AgentVisibility, teams: Vec<TeamId>) -> Fence {
    let is_narrowed = may_be_narrowed(actor) && visibility != AgentVisibility::All;
    let Some(user) = actor.user_id().filter(|_| is_narrowed) else {
        return Fence::All;
    };
    let in_team = visibility == AgentVisibility::Team;
    Fence::Only {
        user,
        teams: if in_team { teams } else { Vec::new() },
        unassigned: in_team,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id;

    const ME: u8 = 1;
    const COLLEAGUE: u8 = 2;
    const OURS: u8 = 3;
    const THEIRS: u8 = 4;

    /// Assignee, team, and whether an agent sees it where agents see all, their team's, their own.
    const CASES: [(Option<u8>, Option<u8>, [bool; 3]); 9] = [
        (Some(ME), None, [true, true, true]),
        (Some(ME), Some(OURS), [true, true, true]),
        (Some(ME), Some(THEIRS), [true, true, true]),
        (None, None, [true, true, false]),
        (None, Some(OURS), [true, true, false]),
        (None, Some(THEIRS), [true, false, false]),
        (Some(COLLEAGUE), None, [true, false, false]),
        (Some(COLLEAGUE), Some(OURS), [true, true, false]),
        (Some(COLLEAGUE), Some(THEIRS), [true, false, false]),
    ];

    fn id<I: Id>(number: u8) -> I {
        I::from_bytes([number; 16])
    }

    #[test]
    fn agents_see_what_the_business_lets_them_see() {
        let people = [
            Actor::user(id(ME), Role::Agent, "Marina"),
            Actor::api_key(id(5), id(ME), Role::Agent, Vec::new(), "shop"),
        ];
        for actor in people {
            for (assignee, team, seen) in CASES {
                for (visibility, seen) in AgentVisibility::ALL.into_iter().zip(seen) {
                    let fence = fence(&actor, visibility, vec![id(OURS)]);
                    let found = fence.admits(assignee.map(id), team.map(id));
                    assert_eq!(found, seen, "{visibility:?} {assignee:?} {team:?}");
                }
            }
        }
    }

    #[test]
    fn everybody_else_sees_everything() {
        let others = [Role::Viewer, Role::Supervisor, Role::Admin, Role::Owner]
            .map(|role| Actor::user(id(ME), role, "Marina"));
        for actor in others.into_iter().chain([Actor::system()]) {
            for visibility in AgentVisibility::ALL {
                assert_eq!(fence(&actor, visibility, Vec::new()), Fence::All);
            }
        }
    }
}
