//! The orders in which conversations are listed, and walking through them in each.

use std::cmp::Ordering;
use std::collections::VecDeque;

use crate::base::page::Order;
use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::inbox::list::Filter;
use crate::engine::inbox::passing::fits;
use crate::engine::inbox::walk::Lists;
use crate::model::conversation::Conversation;
use crate::model::fence::Fence;
use crate::model::ids::UserId;
use crate::store::Direction;
use crate::store::Snapshot;
use crate::store::StoreError;
use crate::store::key::Newest;
use crate::store::records::conversations;
use crate::store::records::conversations::Place;
use crate::store::records::read_marks;

/// Conversations read at a time.
const STEP: usize = 200;

/// An order of conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Which end comes first.
    pub order: Order,
}

/// By what conversations are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// When the newest message came.
    LastMessage,
    /// When it was opened.
    Created,
    /// When anything about it last changed.
    Updated,
    /// How urgent it is, then when the newest message came.
    Priority,
    /// Since when the customer waits for us; who does not comes last either way.
    Waiting,
    /// Whether the reader has something to read, then when the newest message came.
    Unread,
}

impl Default for Sort {
    /// The order of the inbox.
    fn default() -> Self {
        Self {
            by: SortBy::LastMessage,
            order: Order::Descending,
        }
    }
}

/// More than any time in milliseconds: what counts before the time is counted in these.
const RANK_MS: i64 = 1 << 44;

impl Sort {
    /// Where a conversation stands, as a time: what counts more than the time moves it by ages.
    fn place(self, of: &Conversation, unread: u32) -> Place {
        let ranked = |rank: i64| {
            let within = of.last_message_at.as_millis();
            Timestamp::from_millis(rank * RANK_MS + within)
        };
        let at = match self.by {
            SortBy::LastMessage => of.last_message_at,
            SortBy::Created => of.created_at,
            SortBy::Updated => of.updated_at,
            SortBy::Priority => ranked(of.priority as i64),
            SortBy::Unread => ranked((unread > 0).into()),
            SortBy::Waiting => of.waiting_since.unwrap_or_else(|| {
                Timestamp::from_millis(match self.order {
                    Order::Ascending => RANK_MS,
                    Order::Descending => 0,
                })
            }),
        };
        (Newest(at), of.id)
    }

    fn compare(self, one: &Place, other: &Place) -> Ordering {
        let at = |place: &Place| -> Timestamp { place.0.0 };
        let times = match self.order {
            Order::Ascending => at(one).cmp(&at(other)),
            Order::Descending => at(other).cmp(&at(one)),
        };
        times.then(one.1.cmp(&other.1))
    }
}

/// Walks through every conversation that can pass a filter and a fence, each once, and through some
/// that cannot, in the order of the filter.
pub(super) enum Walk<'s> {
    /// In the order of the inbox: there are lists of it.
    Lists(Lists<'s>),
    /// By age: so they are stored.
    Ages(Ages<'s>),
    /// Otherwise everything is looked at and put in order.
    Sorted(std::vec::IntoIter<Place>),
}

impl<'s> Walk<'s> {
    pub(super) fn new(
        snapshot: &'s Snapshot,
        filter: &Filter,
        fence: &Fence,
        reader: Option<UserId>,
        after: Option<Place>,
    ) -> Result<Self, EngineError> {
        Ok(match filter.contact_id {
            None if filter.sort == Sort::default() => {
                Self::Lists(Lists::new(snapshot, filter, fence, after))
            }
            None if filter.sort.by == SortBy::Created => {
                Self::Ages(Ages::new(snapshot, filter.sort.order, after))
            }
            _ => Self::Sorted(sorted(snapshot, filter, fence, reader, after)?.into_iter()),
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<Place>, EngineError> {
        match self {
            Self::Lists(lists) => lists.next(),
            Self::Ages(ages) => Ok(ages.next()?),
            Self::Sorted(places) => Ok(places.next()),
        }
    }
}

/// Walks by age, a step at a time.
pub(super) struct Ages<'s> {
    snapshot: &'s Snapshot,
    direction: Direction,
    places: VecDeque<Place>,
    after: Option<Place>,
    done: bool,
}

impl<'s> Ages<'s> {
    const fn new(snapshot: &'s Snapshot, order: Order, after: Option<Place>) -> Self {
        Self {
            snapshot,
            direction: match order {
                Order::Ascending => Direction::Forward,
                Order::Descending => Direction::Backward,
            },
            places: VecDeque::new(),
            after,
            done: false,
        }
    }

    fn next(&mut self) -> Result<Option<Place>, StoreError> {
        if self.places.is_empty() && !self.done {
            let after = self.after.map(|(_, id)| id);
            let found = conversations::by_age(self.snapshot, after, self.direction, STEP)?;
            self.done = found.len() < STEP;
            let places = found
                .iter()
                .map(|found| (Newest(found.created_at), found.id));
            self.places.extend(places);
            self.after = self.places.back().copied().or(self.after);
        }
        Ok(self.places.pop_front())
    }
}

/// The places of all that can pass, in order, from after `after`. Places alone are held: they are
/// few bytes each.
fn sorted(
    snapshot: &Snapshot,
    filter: &Filter,
    fence: &Fence,
    reader: Option<UserId>,
    after: Option<Place>,
) -> Result<Vec<Place>, StoreError> {
    let sort = filter.sort;
    let reader = reader.filter(|_| sort.by == SortBy::Unread);
    let mut places = Vec::new();
    let mut keep = |found: &[Conversation]| {
        for one in found {
            if fence.shows(one) && fits(filter, one) {
                let unread = match reader {
                    Some(user) => read_marks::unread(snapshot, user, one)?,
                    None => 0,
                };
                places.push(sort.place(one, unread));
            }
        }
        Ok::<_, StoreError>(())
    };
    if let Some(contact) = filter.contact_id {
        keep(&conversations::of_contact(snapshot, contact)?)?;
    } else {
        let mut last = None;
        loop {
            let step = conversations::scan(snapshot, last, STEP)?;
            keep(&step)?;
            last = step.last().map(|one| one.id);
            if step.len() < STEP {
                break;
            }
        }
    }
    places.sort_by(|one, other| sort.compare(one, other));
    if let Some(after) = after {
        let read = places.partition_point(|place| sort.compare(place, &after).is_le());
        places.drain(..read);
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ConversationId;
    use crate::model::ids::Id as _;

    #[test]
    fn both_ends_come_first_when_asked_for() {
        let place = |secs, id| {
            let id = ConversationId::from_bytes([id; 16]);
            (Newest(Timestamp::from_secs(secs)), id)
        };
        let mut places = [place(2, 2), place(1, 1), place(2, 3), place(3, 4)];
        let mut ids = |order| {
            let by = SortBy::Updated;
            places.sort_by(|one, other| Sort { by, order }.compare(one, other));
            places.map(|(_, id)| id.bytes()[0])
        };
        assert_eq!(ids(Order::Ascending), [1, 2, 3, 4]);
        assert_eq!(ids(Order::Descending), [4, 2, 3, 1]);
    }
}
