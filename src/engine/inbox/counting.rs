//! How many conversations there are for a person to see, from counts that are kept.

use crate::engine::error::EngineError;
use crate::engine::inbox::list::Filter;
use crate::engine::inbox::walk::statuses;
use crate::model::actor::Actor;
use crate::model::conversation::Status;
use crate::model::fence::Fence;
use crate::store::Snapshot;
use crate::store::StoreError;
use crate::store::records::conversations::Owner;
use crate::store::records::counters;
use crate::store::records::counters::Counter;

/// How many conversations there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open ones.
    pub open: u64,
    /// Parked ones.
    pub pending: u64,
    /// Sleeping ones.
    pub snoozed: u64,
    /// Resolved ones.
    pub resolved: u64,
    /// Open ones that nobody answers.
    pub unassigned: u64,
    /// Open ones that the reader answers.
    pub mine: u64,
}

/// How many conversations the actor may see.
pub(super) fn counts(
    snapshot: &Snapshot,
    actor: &Actor,
    fence: &Fence,
) -> Result<Counts, EngineError> {
    let all = |status| count(snapshot, fence, Owner::Anyone, status);
    Ok(Counts {
        open: all(Status::Open)?,
        pending: all(Status::Pending)?,
        snoozed: all(Status::Snoozed)?,
        resolved: all(Status::Resolved)?,
        unassigned: count(snapshot, fence, Owner::Nobody, Status::Open)?,
        mine: match actor.user_id() {
            Some(user) => count(snapshot, fence, Owner::User(user), Status::Open)?,
            None => 0,
        },
    })
}

/// How long a whole list is, where kept counts say so.
pub(super) fn total(
    snapshot: &Snapshot,
    filter: &Filter,
    fence: &Fence,
) -> Result<Option<u64>, EngineError> {
    if let (Some(team), Fence::All, Owner::Anyone) = (filter.team_id, fence, filter.owner) {
        let rest = Filter {
            team_id: None,
            ..filter.clone()
        };
        if total(snapshot, &rest, fence)?.is_none() {
            return Ok(None);
        }
        let mut sum = 0;
        for status in statuses(filter) {
            sum += counters::get(snapshot, Counter::Team(team, status))?;
        }
        return Ok(Some(sum));
    }
    let plain = Filter {
        statuses: filter.statuses.clone(),
        owner: filter.owner,
        sort: filter.sort,
        ..Filter::default()
    };
    if plain != *filter {
        return Ok(None);
    }
    let mut total = 0;
    for status in statuses(filter) {
        total += count(snapshot, fence, filter.owner, status)?;
    }
    Ok(Some(total))
}

/// How many of one owner's conversations in one status the fence lets through.
fn count(
    snapshot: &Snapshot,
    fence: &Fence,
    owner: Owner,
    status: Status,
) -> Result<u64, StoreError> {
    let get = |counter| counters::get(snapshot, counter);
    let Fence::Only {
        user: me,
        teams,
        unassigned,
    } = fence
    else {
        return get(match owner {
            Owner::Anyone => Counter::Status(status),
            Owner::Nobody => Counter::Unassigned(status),
            Owner::User(user) => Counter::Assigned(user, status),
        });
    };
    let mut seen = 0;
    if matches!(owner, Owner::Anyone) || owner == Owner::User(*me) {
        seen += get(Counter::Assigned(*me, status))?;
    }
    if *unassigned && !matches!(owner, Owner::User(_)) {
        seen += get(Counter::Share(None, None, status))?;
    }
    for team in teams {
        let share = |user| get(Counter::Share(user, Some(*team), status));
        seen += match owner {
            // Their own ones are counted already, whatever the team.
            Owner::Anyone => get(Counter::Team(*team, status))?.saturating_sub(share(Some(*me))?),
            Owner::Nobody => share(None)?,
            Owner::User(user) if user == *me => 0,
            Owner::User(user) => share(Some(user))?,
        };
    }
    Ok(seen)
}
