//! People outside: made, changed, found, erased.

use std::collections::BTreeSet;

use crate::base::page::Page;
use crate::base::page::Span;
use crate::base::time::Timestamp;
use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::limits;
use crate::engine::limits::Resource;
use crate::engine::people::blocking;
use crate::engine::people::contact_changes::ContactChanges;
use crate::engine::people::contact_changes::NewAddress;
use crate::engine::people::contact_changes::apply;
use crate::engine::people::contact_changes::check_addresses;
use crate::engine::people::contact_changes::clean;
use crate::engine::people::contact_changes::fallback;
use crate::engine::people::contact_changes::give_address;
use crate::engine::people::contact_list;
use crate::engine::people::contact_list::Filter;
use crate::engine::queue;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::ChannelKind;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::contact::NameSource;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::message::SendError;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;
use crate::store::records::outbox;
use crate::store::records::outbox::OutboxRow;

/// What stands in place of an erased person's name.
const ERASED: &str = "Deleted contact";

/// A contact with its addresses.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The contact.
    pub contact: Contact,
    /// Its addresses, oldest first.
    pub identities: Vec<Identity>,
}

/// Managing contacts.
#[derive(Clone)]
pub struct Contacts(pub Context);

impl Contacts {
    /// A page of contacts.
    ///
    /// # Errors
    /// The actor may not; `INVALID_CURSOR`.
    pub fn page(
        &self,
        actor: &Actor,
        filter: &Filter,
        span: &Span,
    ) -> Result<Page<Person>, EngineError> {
        actor.require(Permission::ReadContacts)?;
        contact_list::page(&self.0, filter, span)
    }

    /// One contact. A merged one's id leads to the one it went into.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn get(&self, actor: &Actor, id: ContactId) -> Result<Person, EngineError> {
        actor.require(Permission::ReadContacts)?;
        let snapshot = self.0.store.snapshot()?;
        let contact = find(&snapshot, id)?;
        person(&snapshot, contact)
    }

    /// The contact the business knows under an id of its own.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn by_external_id(&self, actor: &Actor, id: &str) -> Result<Person, EngineError> {
        actor.require(Permission::ReadContacts)?;
        let snapshot = self.0.store.snapshot()?;
        let contact = contacts::by_external_id(&snapshot, id)?.ok_or_else(missing)?;
        person(&snapshot, contact)
    }

    /// The channels of a kind, for an address that names no channel.
    ///
    /// # Errors
    /// The actor may not.
    pub fn channels_of_kind(
        &self,
        actor: &Actor,
        kind: &ChannelKind,
    ) -> Result<Vec<ChannelId>, EngineError> {
        actor.require(Permission::EditContacts)?;
        let all = channels::list(&self.0.store.snapshot()?)?;
        let of_kind = all.into_iter().filter(|channel| channel.kind == *kind);
        Ok(of_kind.map(|channel| channel.id).collect())
    }

    /// Makes a contact.
    ///
    /// # Errors
    /// The actor may not; `VALIDATION_ERROR`; `RESOURCE_ALREADY_EXISTS` for an external id or an
    /// address that is somebody else's.
    pub async fn create(
        &self,
        actor: &Actor,
        changes: ContactChanges,
        addresses: Vec<NewAddress>,
    ) -> Result<Person, EngineError> {
        actor.require(Permission::EditContacts)?;
        let changes = clean(changes)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("making a contact", move |tx| {
                limits::one_more(tx, Resource::Contacts)?;
                let mut pen = stamp.pen();
                let mut contact = Contact::nobody(pen.id(), pen.now);
                apply(tx, &mut contact, &changes)?;
                check_addresses(tx, &addresses)?;
                if contact.name.is_empty() {
                    let address = addresses.first();
                    contact.name = fallback(&contact, address).ok_or_else(|| {
                        Rejection::field(
                            "name",
                            "is required without an email, phone or identifier",
                        )
                    })?;
                    contact.name_source = NameSource::Address;
                }
                contacts::put(tx, &contact)?;
                counters::add(tx, Counter::Contacts, 1)?;
                for address in &addresses {
                    give_address(tx, &mut pen, contact.id, address)?;
                }
                let contact_id = contact.id;
                let details = Opaque::new();
                audit::note(tx, &mut pen, &actor, "contact.created", contact_id, details)?;
                pen.log(tx, Event::ContactCreated(ContactEvent { contact_id }))?;
                person(tx, contact)
            })
            .await
    }

    /// Changes a contact.
    ///
    /// # Errors
    /// The actor may not; there is none; somebody else changed it; `VALIDATION_ERROR`;
    /// `RESOURCE_ALREADY_EXISTS` for an external id that is somebody else's.
    pub async fn update(
        &self,
        actor: &Actor,
        id: ContactId,
        changes: ContactChanges,
    ) -> Result<Person, EngineError> {
        actor.require(Permission::EditContacts)?;
        let changes = clean(changes)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("changing a contact", move |tx| {
                let mut pen = stamp.pen();
                let mut contact = find(tx, id)?;
                if changes
                    .revision
                    .is_some_and(|known| known != contact.revision)
                {
                    let message =
                        "Somebody changed this contact meanwhile; read it again before you save.";
                    return Err(Rejection::new(Code::RevisionMismatch, message).into());
                }
                let before = contact.blocked;
                apply(tx, &mut contact, &changes)?;
                store(tx, &mut pen, &actor, &mut contact)?;
                if contact.blocked != before {
                    blocking::changed(tx, &mut pen, &contact)?;
                }
                person(tx, contact)
            })
            .await
    }

    /// Gives a contact another address.
    ///
    /// # Errors
    /// The actor may not; there is no such contact or channel; `RESOURCE_ALREADY_EXISTS` when the
    /// address is somebody else's.
    pub async fn add_address(
        &self,
        actor: &Actor,
        id: ContactId,
        address: NewAddress,
    ) -> Result<Person, EngineError> {
        actor.require(Permission::EditContacts)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("giving a contact an address", move |tx| {
                let mut pen = stamp.pen();
                let mut contact = find(tx, id)?;
                check_addresses(tx, std::slice::from_ref(&address))?;
                give_address(tx, &mut pen, contact.id, &address)?;
                store(tx, &mut pen, &actor, &mut contact)?;
                person(tx, contact)
            })
            .await
    }

    /// Erases a person: the addresses go, and a nameless contact stays with the old conversations.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub async fn erase(&self, actor: &Actor, id: ContactId) -> Result<(), EngineError> {
        actor.require(Permission::DeleteContacts)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("erasing a contact", move |tx| {
                let mut pen = stamp.pen();
                let contact = find(tx, id)?;
                erase_in(tx, &mut pen, &contact)?;
                let contact_id = contact.id;
                audit::note(
                    tx,
                    &mut pen,
                    &actor,
                    "contact.deleted",
                    contact_id,
                    Opaque::new(),
                )?;
                pen.log(tx, Event::ContactDeleted(ContactEvent { contact_id }))?;
                Ok(())
            })
            .await
    }
}

/// Stores a changed contact and says so in both logs. The audit log outlives an erased person, so
/// it holds the contact's id and nothing of what was written.
fn store(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    contact: &mut Contact,
) -> Result<(), EngineError> {
    contact.revision += 1;
    contact.updated_at = pen.now;
    contacts::put(tx, contact)?;
    let contact_id = contact.id;
    audit::note(tx, pen, actor, "contact.updated", contact_id, Opaque::new())?;
    pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
    Ok(())
}

fn erase_in(tx: &mut Tx<'_>, pen: &mut Pen, contact: &Contact) -> Result<(), EngineError> {
    let waiting = waiting_for(tx, contact.id)?;
    queue::abandon(tx, pen, waiting, &deleted())?;
    for identity in identities::of_contact(tx, contact.id)? {
        identities::remove(tx, &identity)?;
    }
    for merged in &contact.merged_ids {
        if let Some(tombstone) = contacts::get(tx, *merged)? {
            contacts::put(tx, &nameless(&tombstone, pen.now))?;
        }
    }
    counters::add(tx, Counter::Contacts, -1)?;
    if conversations::of_contact(tx, contact.id)?.is_empty() && contact.merged_ids.is_empty() {
        return Ok(contacts::remove(tx, contact)?);
    }
    Ok(contacts::put(tx, &nameless(contact, pen.now))?)
}

/// What waits to go out to any address a person has, or had when a conversation was opened.
fn waiting_for(read: &impl Read, id: ContactId) -> Result<Vec<OutboxRow>, EngineError> {
    let addresses = identities::of_contact(read, id)?.into_iter();
    let addresses = addresses.map(|identity| (identity.channel_id, identity.address));
    let threads = conversations::of_contact(read, id)?.into_iter();
    let threads = threads.map(|conversation| (conversation.channel_id, conversation.address));
    let lanes: BTreeSet<(ChannelId, String)> = addresses.chain(threads).collect();
    let mut waiting = Vec::new();
    for (channel, address) in lanes {
        waiting.extend(outbox::of_lane(read, channel, &address, usize::MAX)?);
    }
    Ok(waiting)
}

fn deleted() -> SendError {
    SendError::lasting(
        "contact_deleted",
        "The contact was deleted before the message went out.",
    )
}

/// What is left of an erased person: nothing but the place in old conversations.
fn nameless(contact: &Contact, now: Timestamp) -> Contact {
    Contact {
        name: ERASED.to_owned(),
        name_source: NameSource::Person,
        conversation_count: contact.conversation_count,
        merged_into: contact.merged_into,
        merged_ids: contact.merged_ids.clone(),
        blocked: contact.blocked,
        revision: contact.revision + 1,
        created_at: contact.created_at,
        updated_at: now,
        erased_at: Some(now),
        ..Contact::nobody(contact.id, now)
    }
}

/// The contact an id stands for today.
///
/// # Errors
/// `CONTACT_NOT_FOUND`.
pub fn find(read: &impl Read, id: ContactId) -> Result<Contact, EngineError> {
    let found = contacts::survivor(read, id)?;
    let there = found.filter(|contact| contact.erased_at.is_none());
    Ok(there.ok_or_else(missing)?)
}

fn missing() -> Rejection {
    Rejection::not_found(Code::ContactNotFound, "contact")
}

/// A contact with its addresses.
///
/// # Errors
/// The disk's.
pub fn person(read: &impl Read, contact: Contact) -> Result<Person, EngineError> {
    Ok(Person {
        identities: identities::of_contact(read, contact.id)?,
        contact,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id as _;

    fn ana() -> Contact {
        Contact {
            name: "Ana S\u{e1} Lima".to_owned(),
            email: Some("ana@example.com".to_owned()),
            phone: Some("+5511987654321".to_owned()),
            ..Contact::nobody(ContactId::from_bytes([1; 16]), Timestamp::from_secs(1))
        }
    }

    #[test]
    fn an_erased_person_leaves_nothing_behind() {
        let left = nameless(&ana(), Timestamp::from_secs(2));
        assert_eq!(left.name, ERASED);
        assert_eq!((left.email, left.phone), (None, None));
        assert!(left.custom_fields.is_empty() && left.tags.is_empty());
    }
}
