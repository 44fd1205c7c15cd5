//! The orders in which contacts are listed, and walking through them in each.

use crate::base::page::Order;
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
    /// Puts a few contacts in order, each with its place.
    pub(super) fn put_in_order(self, contacts: Vec<Contact>) -> Vec<(Vec<u8>, Contact)> {
        let mut placed: Vec<_> = contacts
            .into_iter()
            .map(|contact| (self.place(&contact), contact))
            .collect();
        placed.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        if self.order == Order::Descending {
            placed.reverse();
        }
        placed
    }

    /// Whether one place comes before another.
    pub(super) fn precedes(self, one: &[u8], other: &[u8]) -> bool {
        match self.order {
            Order::Ascending => one < other,
            Order::Descending => one > other,
        }
    }

    fn place(self, contact: &Contact) -> Vec<u8> {
        match self.by {
            SortBy::Name => contacts::name_place(contact).to_bytes(),
            SortBy::Created => contact.id.to_bytes(),
            SortBy::LastSeen => seen_place(contact).to_bytes(),
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
    /// How many places were passed, those of contacts that nobody wants among them.
    pub(super) passed: usize,
    /// The last of them; none at the end.
    pub(super) last: Option<Vec<u8>>,
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

    /// The contacts that come next, of those wanted: others are passed unread.
    pub(super) fn step(
        &mut self,
        wanted: impl Fn(ContactId) -> bool,
    ) -> Result<Stretch, StoreError> {
        match &mut self.way {
            Way::Name(after) => {
                let scan = Scan::all().after(after.as_ref());
                let scan = scan.direction(self.direction).limit(STEP);
                let places = contacts::places_by_name(self.snapshot, scan)?;
                *after = places.last().cloned();
                read(self.snapshot, places, |(_, id)| *id, wanted)
            }
            Way::Age(after) => {
                let scan = Scan::all().after(after.as_ref());
                let scan = scan.direction(self.direction).limit(STEP);
                let found = contacts::by_age(self.snapshot, scan)?;
                *after = found.last().map(|(id, _)| *id);
                let (passed, last) = (found.len(), after.map(|id| id.to_bytes()));
                let rows = found
                    .into_iter()
                    .filter(|(id, contact)| wanted(*id) && contacts::is_listed(contact));
                Ok(Stretch {
                    rows: rows.map(|(id, contact)| (id.to_bytes(), contact)).collect(),
                    passed,
                    last: last.filter(|_| passed == STEP),
                })
            }
            Way::Seen(places) => {
                let some = places.by_ref().take(STEP).collect();
                read(self.snapshot, some, |(_, id)| *id, wanted)
            }
        }
    }
}

/// Reads the wanted contacts of some places, of which there are fewer than a step at the end.
fn read<P: Key>(
    snapshot: &Snapshot,
    places: Vec<P>,
    id: impl Fn(&P) -> ContactId,
    wanted: impl Fn(ContactId) -> bool,
) -> Result<Stretch, StoreError> {
    let passed = places.len();
    let last = places.last().map(Key::to_bytes);
    let mut rows = Vec::new();
    for place in places {
        if wanted(id(&place)) {
            let contact = contacts::get(snapshot, id(&place))?;
            rows.extend(contact.map(|contact| (place.to_bytes(), contact)));
        }
    }
    Ok(Stretch {
        rows,
        passed,
        last: last.filter(|_| passed == STEP),
    })
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
