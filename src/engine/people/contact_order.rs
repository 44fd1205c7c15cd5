//! The orders in which contacts are listed, and walking through them in each.

use crate::base::page::Order;
use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::model::contact::Contact;
use crate::model::ids::ContactId;
use crate::store::Direction;
use crate::store::Scan;
use crate::store::Snapshot;
use crate::store::StoreError;
use crate::store::key::Key;
use crate::store::records::contacts;
use crate::store::records::contacts::NamePlace;

/// Contacts read at a time.
const STEP: usize = 200;

/// An order of contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Which end comes first.
    pub order: Order,
}

/// By what contacts are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// The name.
    Name,
    /// When it was made.
    Created,
    /// When the person last wrote or was seen; who never was comes before everybody.
    LastSeen,
}

impl Default for Sort {
    fn default() -> Self {
        Self {
            by: SortBy::Name,
            order: Order::Ascending,
        }
    }
}

impl Sort {
    /// Puts a few contacts in order.
    pub(super) fn put_in_order(self, contacts: &mut [Contact]) {
        match self.by {
            SortBy::Name => contacts.sort_by_cached_key(|one| (fold(&one.name), one.id)),
            SortBy::Created => contacts.sort_by_key(|one| one.id),
            SortBy::LastSeen => contacts.sort_by_key(seen_place),
        }
        if self.order == Order::Descending {
            contacts.reverse();
        }
    }
}

type SeenPlace = (Timestamp, ContactId);

fn seen_place(of: &Contact) -> SeenPlace {
    let never = Timestamp::from_secs(0);
    (of.last_seen_at.unwrap_or(never), of.id)
}

/// Some contacts with their places in an order.
pub(super) struct Stretch {
    pub(super) rows: Vec<(Vec<u8>, Contact)>,
    pub(super) is_last: bool,
}

/// Walks through every contact that can be found, in an order.
pub(super) struct Walk<'s> {
    snapshot: &'s Snapshot,
    direction: Direction,
    way: Way,
}

enum Way {
    /// The names are kept in order.
    Name(Option<NamePlace>),
    /// Ids rise with time.
    Age(Option<ContactId>),
    /// Everything was looked at and put in order.
    Seen(std::vec::IntoIter<SeenPlace>),
}

impl<'s> Walk<'s> {
    /// Begins behind a place in that order; none where the place is not one of it.
    pub(super) fn begin(
        snapshot: &'s Snapshot,
        sort: Sort,
        after: Option<&[u8]>,
    ) -> Result<Option<Self>, StoreError> {
        let direction = match sort.order {
            Order::Ascending => Direction::Forward,
            Order::Descending => Direction::Backward,
        };
        let way = match sort.by {
            SortBy::Name => place(after).map(Way::Name),
            SortBy::Created => place(after).map(Way::Age),
            SortBy::LastSeen => match place(after) {
                Some(after) => Some(Way::Seen(by_sight(snapshot, direction, after)?.into_iter())),
                None => None,
            },
        };
        Ok(way.map(|way| Self {
            snapshot,
            direction,
            way,
        }))
    }

    /// The contacts that come next.
    pub(super) fn step(&mut self) -> Result<Stretch, StoreError> {
        match &mut self.way {
            Way::Name(after) => {
                let scan = Scan::all().after(after.as_ref());
                let scan = scan.direction(self.direction).limit(STEP);
                let found = contacts::by_name(self.snapshot, scan)?;
                *after = found.last().map(|(key, _)| key.clone());
                let is_last = found.len() < STEP;
                let rows = found
                    .into_iter()
                    .map(|(key, contact)| (key.to_bytes(), contact))
                    .collect();
                Ok(Stretch { rows, is_last })
            }
            Way::Age(after) => {
                let scan = Scan::all().after(after.as_ref());
                let scan = scan.direction(self.direction).limit(STEP);
                let found = contacts::by_age(self.snapshot, scan)?;
                *after = found.last().map(|(id, _)| *id);
                let is_last = found.len() < STEP;
                let rows = found
                    .into_iter()
                    .filter(|(_, contact)| contacts::is_listed(contact))
                    .map(|(id, contact)| (id.to_bytes(), contact))
                    .collect();
                Ok(Stretch { rows, is_last })
            }
            Way::Seen(places) => {
                let mut rows = Vec::with_capacity(STEP);
                for place in places.by_ref().take(STEP) {
                    let contact = contacts::get(self.snapshot, place.1)?;
                    rows.extend(contact.map(|contact| (place.to_bytes(), contact)));
                }
                Ok(Stretch {
                    is_last: places.len() == 0,
                    rows,
                })
            }
        }
    }
}

/// A place, where there is one; none where the bytes are no place.
#[expect(
    clippy::option_option,
    reason = "no place to begin at is not a wrong one"
)]
fn place<K: Key>(bytes: Option<&[u8]>) -> Option<Option<K>> {
    match bytes {
        None => Some(None),
        Some(mut bytes) => K::read(&mut bytes).map(Some),
    }
}

/// The places of all contacts by when they were last seen, from behind a place. Places alone are
/// held: they are few bytes each.
fn by_sight(
    snapshot: &Snapshot,
    direction: Direction,
    after: Option<SeenPlace>,
) -> Result<Vec<SeenPlace>, StoreError> {
    let mut places = Vec::new();
    let mut last = None;
    loop {
        let step = contacts::by_age(snapshot, Scan::all().after(last.as_ref()).limit(STEP))?;
        last = step.last().map(|(id, _)| *id);
        let listed = step
            .iter()
            .map(|(_, contact)| contact)
            .filter(|contact| contacts::is_listed(contact));
        places.extend(listed.map(seen_place));
        if step.len() < STEP {
            break;
        }
    }
    places.sort_unstable();
    if direction == Direction::Backward {
        places.reverse();
    }
    if let Some(after) = after {
        let read = places.partition_point(|place| match direction {
            Direction::Forward => *place <= after,
            Direction::Backward => *place >= after,
        });
        places.drain(..read);
    }
    Ok(places)
}
