//! Contacts that are the same person become one, and can be taken apart again for a while.

use std::time::Duration;

use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::people::contact_changes::ContactChanges;
use crate::engine::people::contact_changes::apply;
use crate::engine::people::contact_changes::clean;
use crate::engine::people::contacts::Person;
use crate::engine::people::contacts::find;
use crate::engine::people::contacts::person;
use crate::engine::people::joined::combined;
use crate::engine::people::joined::separated;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::contact::Contact;
use crate::model::contact::Merge;
use crate::model::event::Change;
use crate::model::event::ContactMerged;
use crate::model::event::ConversationChanged;
use crate::model::event::Event;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::IdentityId;
use crate::model::ids::MergeId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Direction;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;
use crate::store::records::merges;
use crate::store::records::messages;

/// How long a merge can be undone.
const UNDO_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The most contacts that go into another at once.
const AT_ONCE_MAX: usize = 20;

/// Merging contacts.
#[derive(Clone)]
pub struct Merging(pub Context);

/// What came of a merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The contact that stayed.
    pub person: Person,
    /// What to name when it is to be undone.
    pub merge_id: MergeId,
}

impl Merging {
    /// Makes one contact of several: addresses, conversations and messages move; empty fields are
    /// filled; labels are joined; whoever is blocked stays blocked. What is said of the one that stays
    /// (`chosen`) counts before what the contacts had.
    ///
    /// # Errors
    /// The actor may not; there is no such contact; `VALIDATION_ERROR`.
    pub async fn merge(
        &self,
        actor: &Actor,
        primary: ContactId,
        others: Vec<ContactId>,
        chosen: ContactChanges,
    ) -> Result<Merged, EngineError> {
        // Whoever may merge contacts may edit them.
        actor.require(Permission::MergeContacts)?;
        let chosen = clean(chosen)?;
        if others.is_empty() || others.len() > AT_ONCE_MAX {
            let wrong = format!("must be 1 to {AT_ONCE_MAX} contacts");
            return Err(Rejection::field("secondaryContactIds", wrong).into());
        }
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("merging contacts", move |tx| {
                let mut pen = stamp.pen();
                let held = find(tx, primary)?;
                let secondaries = distinct(tx, &held, &others)?;
                let merge = join(tx, &mut pen, held, secondaries, &chosen)?;
                tell(tx, &mut pen, &actor, &merge, "contact.merged")?;
                let contact = find(tx, merge.primary.id)?;
                Ok(Merged {
                    person: person(tx, contact)?,
                    merge_id: merge.id,
                })
            })
            .await
    }

    /// Takes contacts apart again. What came since the merge stays with the one that stayed.
    ///
    /// # Errors
    /// The actor may not; there is no such merge; it was undone before, or is too long ago, or the
    /// contact went into another one meanwhile.
    pub async fn undo(&self, actor: &Actor, id: MergeId) -> Result<Person, EngineError> {
        actor.require(Permission::MergeContacts)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("undoing a merge", move |tx| {
                let mut pen = stamp.pen();
                let merge = merges::get(tx, id)?
                    .ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "merge"))?;
                let held = undoable(tx, &merge, &pen)?;
                let merge = part(tx, &mut pen, held, merge)?;
                tell(tx, &mut pen, &actor, &merge, "contact.unmerged")?;
                let contact = find(tx, merge.primary.id)?;
                person(tx, contact)
            })
            .await
    }

    /// The merges of a contact that can still be undone, newest first.
    ///
    /// # Errors
    /// The actor may not; there is no such contact.
    pub fn of_contact(&self, actor: &Actor, id: ContactId) -> Result<Vec<Merge>, EngineError> {
        actor.require(Permission::ReadContacts)?;
        let now = self.0.clock.now();
        let snapshot = self.0.store.snapshot()?;
        let contact = find(&snapshot, id)?;
        let mut found = merges::list(&snapshot)?;
        found.retain(|merge| {
            let recent = now.since(merge.at) < UNDO_FOR;
            merge.primary.id == contact.id && merge.undone_at.is_none() && recent
        });
        found.reverse();
        Ok(found)
    }
}

/// The contacts to go in, each once.
fn distinct(
    tx: &Tx<'_>,
    primary: &Contact,
    ids: &[ContactId],
) -> Result<Vec<Contact>, EngineError> {
    let mut found: Vec<Contact> = Vec::new();
    for id in ids {
        let contact = find(tx, *id)?;
        if contact.id == primary.id {
            let wrong = "must be other contacts than the one they go into";
            return Err(Rejection::field("secondaryContactIds", wrong).into());
        }
        if !found.iter().any(|known| known.id == contact.id) {
            found.push(contact);
        }
    }
    Ok(found)
}

fn join(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    primary: Contact,
    secondaries: Vec<Contact>,
    chosen: &ContactChanges,
) -> Result<Merge, EngineError> {
    let mut merge = Merge {
        id: pen.id(),
        primary,
        secondaries,
        identities: Vec::new(),
        conversations: Vec::new(),
        at: pen.now,
        undone_at: None,
        given: None,
    };
    for secondary in &merge.secondaries {
        for identity in identities::of_contact(tx, secondary.id)? {
            merge.identities.push((identity.id, secondary.id));
        }
        for conversation in conversations::of_contact(tx, secondary.id)? {
            merge.conversations.push((conversation.id, secondary.id));
        }
        let mut tombstone = secondary.clone();
        tombstone.merged_into = Some(merge.primary.id);
        tombstone.updated_at = pen.now;
        // Tombstones go first: an external id has one owner in the index.
        contacts::put(tx, &tombstone)?;
    }
    for secondary in &merge.secondaries {
        move_addresses(tx, secondary.id, merge.primary.id, |_| true)?;
    }
    for (id, _) in &merge.conversations {
        move_conversation(tx, pen, *id, merge.primary.id)?;
    }
    let mut joined = combined(&merge.primary, &merge.secondaries);
    apply(tx, &mut joined, chosen)?;
    joined.revision += 1;
    joined.updated_at = pen.now;
    contacts::put(tx, &joined)?;
    merge.given = Some(Box::new(joined));
    counters::add(tx, Counter::Contacts, -steps(&merge))?;
    merges::put(tx, &merge)?;
    Ok(merge)
}

/// How many contacts went in; at most [`AT_ONCE_MAX`].
fn steps(merge: &Merge) -> i64 {
    i64::try_from(merge.secondaries.len()).unwrap_or(0)
}

fn move_addresses(
    tx: &mut Tx<'_>,
    from: ContactId,
    to: ContactId,
    wanted: impl Fn(IdentityId) -> bool,
) -> Result<(), EngineError> {
    for mut identity in identities::of_contact(tx, from)? {
        if wanted(identity.id) {
            identity.contact_id = to;
            identities::put(tx, &identity)?;
        }
    }
    Ok(())
}

fn move_conversation(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    id: ConversationId,
    to: ContactId,
) -> Result<(), EngineError> {
    let Some(mut conversation) = conversations::get(tx, id)? else {
        return Ok(());
    };
    conversation.contact_id = to;
    conversation.revision += 1;
    conversation.updated_at = pen.now;
    conversations::put(tx, &conversation)?;
    for mut message in messages::near(tx, id, None, Direction::Forward, usize::MAX)? {
        message.contact_id = to;
        messages::update(tx, &message)?;
    }
    let event = ConversationChanged {
        conversation_id: id,
        change: Change::Contact,
    };
    pen.log(tx, Event::ConversationChanged(event))?;
    Ok(())
}

/// The contact a merge can be undone from.
fn undoable(tx: &Tx<'_>, merge: &Merge, pen: &Pen) -> Result<Contact, EngineError> {
    let refuse = |message: &str| Rejection::new(Code::ValidationError, message);
    if merge.undone_at.is_some() {
        return Err(refuse("This merge was undone already.").into());
    }
    if pen.now.since(merge.at) >= UNDO_FOR {
        return Err(refuse("A merge can be undone for 30 days.").into());
    }
    let held = contacts::get(tx, merge.primary.id)?;
    held.filter(|contact| contact.merged_into.is_none() && contact.erased_at.is_none())
        .ok_or_else(|| {
            let message = "The contact went into another one meanwhile, or was deleted.";
            refuse(message).into()
        })
}

fn part(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    held: Contact,
    mut merge: Merge,
) -> Result<Merge, EngineError> {
    // First the one that stayed: what it gives back, such as an external id, must be free.
    let mut left = separated(held, &merge);
    left.revision += 1;
    left.updated_at = pen.now;
    contacts::put(tx, &left)?;
    for secondary in &merge.secondaries {
        let mut back = secondary.clone();
        back.revision += 1;
        back.updated_at = pen.now;
        contacts::put(tx, &back)?;
        let owned = |id| merge.identities.contains(&(id, secondary.id));
        move_addresses(tx, left.id, secondary.id, owned)?;
    }
    for (id, owner) in &merge.conversations {
        let still_there = conversations::get(tx, *id)?.is_some_and(|it| it.contact_id == left.id);
        if still_there {
            move_conversation(tx, pen, *id, *owner)?;
        }
    }
    // Conversations may have been deleted since the merge.
    let apart = merge.secondaries.iter().map(|secondary| secondary.id);
    for id in apart.chain([left.id]) {
        contacts::recount(tx, id)?;
    }
    counters::add(tx, Counter::Contacts, steps(&merge))?;
    merge.undone_at = Some(pen.now);
    merges::put(tx, &merge)?;
    Ok(merge)
}

fn tell(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    merge: &Merge,
    action: &str,
) -> Result<(), EngineError> {
    let merged_ids: Vec<ContactId> = merge.secondaries.iter().map(|other| other.id).collect();
    let named: Vec<String> = merged_ids.iter().map(ToString::to_string).collect();
    let details = Opaque::from_iter([("contacts".to_owned(), named.into())]);
    audit::note(tx, pen, actor, action, merge.primary.id, details)?;
    let event = ContactMerged {
        contact_id: merge.primary.id,
        merged_ids,
        undone: merge.undone_at.is_some(),
    };
    pen.log(tx, Event::ContactMerged(event))?;
    Ok(())
}
