//! Which contacts a question means. The search index knows; what changed since it was written last is
//! looked at by itself, so that whoever was just made is found at once.

use std::collections::BTreeSet;
use std::collections::HashSet;

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::people::findable;
use crate::model::contact::Contact;
use crate::model::ids::ContactId;
use crate::search::beginnings::Beginnings;
use crate::store::Snapshot;
use crate::store::StoreError;
use crate::store::log;
use crate::store::records::contacts;

/// Contacts the index is asked for. Where more fit, every contact is looked at by itself: a page is
/// full soon.
const MEANT_MAX: usize = 100_000;

/// Entries of the log that the index may lack. Where it lacks more it is being built anew, and every
/// contact is looked at by itself.
const LACKING_MAX: usize = 10_000;

/// The contacts that a question means.
pub(super) struct Meant {
    question: Beginnings,
    ids: Option<HashSet<ContactId>>,
}

impl Meant {
    /// Asks for those in whom every word of the question begins a word.
    pub(super) fn by(
        context: &Context,
        snapshot: &Snapshot,
        question: &str,
    ) -> Result<Self, EngineError> {
        // Before the index is asked: what it knows beyond is looked at twice, never missed.
        let position = context.search.position();
        let indexed = context.search.contacts_beginning(question, MEANT_MAX);
        let indexed = indexed.map_err(|error| EngineError::Broken(error.to_string()))?;
        let mut meant = Self {
            question: Beginnings::of(question),
            ids: None,
        };
        let (Some(mut ids), Some(touched)) = (indexed, touched_after(snapshot, position)?) else {
            return Ok(meant);
        };
        for id in touched {
            let there = contacts::get(snapshot, id)?.filter(contacts::is_listed);
            let fits = match &there {
                Some(contact) => meant.question.fit(&findable::of(snapshot, contact)?),
                None => false,
            };
            if fits {
                ids.insert(id);
            } else {
                ids.remove(&id);
            }
        }
        meant.ids = Some(ids);
        Ok(meant)
    }

    /// All of them; none where each contact must be looked at.
    pub(super) const fn ids(&self) -> Option<&HashSet<ContactId>> {
        self.ids.as_ref()
    }

    /// Whether a contact is among them.
    pub(super) fn has(&self, snapshot: &Snapshot, contact: &Contact) -> Result<bool, StoreError> {
        match &self.ids {
            Some(ids) => Ok(ids.contains(&contact.id)),
            None => Ok(self.question.fit(&findable::of(snapshot, contact)?)),
        }
    }
}

/// The contacts that changed after a place in the log; none where that is too much to read.
fn touched_after(
    snapshot: &Snapshot,
    position: u64,
) -> Result<Option<BTreeSet<ContactId>>, StoreError> {
    let most = u64::try_from(LACKING_MAX).unwrap_or(u64::MAX);
    if log::last_seq(snapshot)?.saturating_sub(position) > most {
        return Ok(None);
    }
    Ok(match log::read_after(snapshot, position, LACKING_MAX)? {
        log::Entries::Next(entries) => Some(
            entries
                .iter()
                .flat_map(|entry| findable::touched(&entry.event))
                .collect(),
        ),
        log::Entries::TooOld { .. } => None,
        // The index is newer than what is read here.
        log::Entries::Ahead => Some(BTreeSet::new()),
    })
}
