//! Everything that can be found, step by step: for an index that the event log no longer reaches
//! back to.

use crate::engine::people::findable;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::search::Change;
use crate::search::documents::Doc;
use crate::search::indexer::FeedError;
use crate::store::Direction;
use crate::store::Scan;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::messages;

use super::feed::is_found;
use super::feed::of_conversation;
use super::feed::of_message;

/// How many records are read at a time, so that memory does not grow with what is stored.
const STEP: usize = 1_000;

/// A walk over all records, the steps each of their own moment: what changes meanwhile stands in
/// the log as well.
pub(super) struct Everything {
    store: Store,
    at: Option<Place>,
}

/// Where a walk goes on.
#[derive(Debug, Clone, Copy)]
enum Place {
    Messages(Option<MessageId>),
    Conversations(Option<ConversationId>),
    Contacts(Option<ContactId>),
}

impl Everything {
    pub(super) const fn of(store: Store) -> Self {
        Self {
            store,
            at: Some(Place::Messages(None)),
        }
    }

    /// The records from a place on, and the place after them.
    fn step(&self, place: Place) -> Result<(Vec<Change>, Option<Place>), StoreError> {
        let read = self.store.snapshot()?;
        Ok(match place {
            Place::Messages(after) => {
                let found = messages::by_age(&read, after, Direction::Forward, STEP)?;
                let next = found.last().map(|last| Place::Messages(Some(last.id)));
                let changes = found.iter().filter(|message| is_found(message));
                (
                    changes
                        .map(|message| Change::Put(Doc::Message(of_message(message))))
                        .collect(),
                    next.or(Some(Place::Conversations(None))),
                )
            }
            Place::Conversations(after) => {
                let found = conversations::scan(&read, after, STEP)?;
                let next = found.last().map(|last| Place::Conversations(Some(last.id)));
                let put = |found| Change::Put(Doc::Conversation(of_conversation(found)));
                (
                    found.iter().map(put).collect(),
                    next.or(Some(Place::Contacts(None))),
                )
            }
            Place::Contacts(after) => {
                let scan = Scan::all().after(after.as_ref()).limit(STEP);
                let found = contacts::by_age(&read, scan)?;
                let next = found.last().map(|(id, _)| Place::Contacts(Some(*id)));
                let mut changes = Vec::with_capacity(found.len());
                for (_, contact) in &found {
                    if contacts::is_listed(contact) {
                        let doc = findable::of(&read, contact)?;
                        changes.push(Change::Put(Doc::Contact(doc)));
                    }
                }
                (changes, next)
            }
        })
    }
}

impl Iterator for Everything {
    type Item = Result<Vec<Change>, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.at?;
        match self.step(place) {
            Ok((changes, next)) => {
                self.at = next;
                Some(Ok(changes))
            }
            Err(error) => {
                self.at = None;
                Some(Err(error.into()))
            }
        }
    }
}
