//! Walking through the lists of the inbox, which are kept in its order.

use std::cmp::Reverse;
use std::collections::VecDeque;

use crate::engine::error::EngineError;
use crate::engine::inbox::list::Filter;
use crate::model::conversation::Status;
use crate::model::fence::Fence;
use crate::model::ids::TeamId;
use crate::store::Snapshot;
use crate::store::StoreError;
use crate::store::records::conversations;
use crate::store::records::conversations::Owner;
use crate::store::records::conversations::Place;

/// How many places are read at a time.
const STEP: usize = 200;

/// Walks several lists as if they were one, newest first: every conversation that can pass the
/// filter and the fence, each once, and some that cannot.
pub(super) struct Lists<'s> {
    snapshot: &'s Snapshot,
    lists: Vec<Ahead>,
}

/// What is known of one list: the next places, and where to read on.
struct Ahead {
    status: Status,
    source: Source,
    places: VecDeque<Place>,
    after: Option<Place>,
    done: bool,
}

/// The list of one status to read.
#[derive(Clone, Copy)]
enum Source {
    Owner(Owner),
    Team(TeamId),
}

impl<'s> Lists<'s> {
    pub(super) fn new(
        snapshot: &'s Snapshot,
        filter: &Filter,
        fence: &Fence,
        after: Option<Place>,
    ) -> Self {
        let sources = sources(filter, fence);
        let ahead = |status, source| Ahead {
            status,
            source,
            places: VecDeque::new(),
            after,
            done: false,
        };
        let lists = statuses(filter)
            .into_iter()
            .flat_map(|status| sources.iter().map(move |source| ahead(status, *source)))
            .collect();
        Self { snapshot, lists }
    }

    pub(super) fn next(&mut self) -> Result<Option<Place>, EngineError> {
        for list in &mut self.lists {
            list.read_on(self.snapshot)?;
        }
        let order = |place: &&Place| (Reverse(place.0.0), place.1);
        let fronts = self.lists.iter().filter_map(|list| list.places.front());
        let Some(newest) = fronts.min_by_key(order).copied() else {
            return Ok(None);
        };
        for list in &mut self.lists {
            if list.places.front() == Some(&newest) {
                list.places.pop_front();
            }
        }
        Ok(Some(newest))
    }
}

impl Ahead {
    fn read_on(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        if self.done || !self.places.is_empty() {
            return Ok(());
        }
        let (status, after) = (self.status, self.after);
        let places = match self.source {
            Source::Owner(owner) => conversations::places(snapshot, status, owner, after, STEP)?,
            Source::Team(team) => {
                conversations::places_of_team(snapshot, status, team, after, STEP)?
            }
        };
        self.done = places.len() < STEP;
        self.after = places.last().copied().or(after);
        self.places.extend(places);
        Ok(())
    }
}

/// The fewest lists that hold everything wanted.
fn sources(filter: &Filter, fence: &Fence) -> Vec<Source> {
    if filter.owner != Owner::Anyone {
        return vec![Source::Owner(filter.owner)];
    }
    if let Some(team) = filter.team_id {
        return vec![Source::Team(team)];
    }
    let Fence::Only {
        user,
        teams,
        unassigned,
    } = fence
    else {
        return vec![Source::Owner(Owner::Anyone)];
    };
    let mut sources = vec![Source::Owner(Owner::User(*user))];
    sources.extend(teams.iter().copied().map(Source::Team));
    if *unassigned {
        sources.push(Source::Owner(Owner::Nobody));
    }
    sources
}

/// The statuses a filter wants.
pub(super) fn statuses(filter: &Filter) -> Vec<Status> {
    let all = filter.statuses.is_empty();
    Status::ALL
        .into_iter()
        .filter(|status| all || filter.statuses.contains(status))
        .collect()
}
