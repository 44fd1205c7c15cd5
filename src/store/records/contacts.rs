//! People outside, found by id, name, address of mail, phone and external id.

use crate::base::text::fold;
use crate::model::contact::Contact;
use crate::model::ids::ContactId;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::CONTACT_BY_EMAIL;
use crate::store::keyspaces::CONTACT_BY_EXTERNAL_ID;
use crate::store::keyspaces::CONTACT_BY_NAME;
use crate::store::keyspaces::CONTACT_BY_PHONE;
use crate::store::keyspaces::CONTACTS;
use crate::store::records::conversations;

/// One contact, as stored: a merged one is answered as its own tombstone.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: ContactId) -> Result<Option<Contact>, StoreError> {
    read.get(&CONTACTS, &id)
}

/// The contact an id stands for today: merged ids lead to the survivor.
///
/// # Errors
/// The disk's.
pub fn survivor(read: &impl Read, id: ContactId) -> Result<Option<Contact>, StoreError> {
    let mut found = get(read, id)?;
    while let Some(Contact {
        merged_into: Some(next),
        ..
    }) = found
    {
        found = get(read, next)?;
    }
    Ok(found)
}

/// The contacts with this address of mail.
///
/// # Errors
/// The disk's.
pub fn by_email(read: &impl Read, email: &str) -> Result<Vec<Contact>, StoreError> {
    let keys = read.keys_under(&CONTACT_BY_EMAIL, &email.trim().to_lowercase())?;
    all(read, keys.into_iter().map(|(_, id)| id))
}

/// The contacts with this phone number, E.164.
///
/// # Errors
/// The disk's.
pub fn by_phone(read: &impl Read, phone: &str) -> Result<Vec<Contact>, StoreError> {
    let keys = read.keys_under(&CONTACT_BY_PHONE, &phone.to_owned())?;
    all(read, keys.into_iter().map(|(_, id)| id))
}

/// The contact the business knows under this id of its own.
///
/// # Errors
/// The disk's.
pub fn by_external_id(read: &impl Read, external_id: &str) -> Result<Option<Contact>, StoreError> {
    match read.get(&CONTACT_BY_EXTERNAL_ID, &external_id.to_owned())? {
        Some(id) => get(read, id),
        None => Ok(None),
    }
}

/// The place of a contact in the order of names.
pub type NamePlace = (String, ContactId);

/// Where a contact stands by name.
#[must_use]
pub fn name_place(contact: &Contact) -> NamePlace {
    (fold(&contact.name), contact.id)
}

/// The places of contacts by name, from after a place in that order; tombstones left out.
///
/// # Errors
/// The disk's.
pub fn places_by_name(
    read: &impl Read,
    scan: Scan<NamePlace>,
) -> Result<Vec<NamePlace>, StoreError> {
    let rows = read.scan(&CONTACT_BY_NAME, scan)?;
    Ok(rows.into_iter().map(|(place, ())| place).collect())
}

/// Contacts by age, from after a place in that order, tombstones included.
///
/// # Errors
/// The disk's.
pub fn by_age(
    read: &impl Read,
    scan: Scan<ContactId>,
) -> Result<Vec<(ContactId, Contact)>, StoreError> {
    read.scan(&CONTACTS, scan)
}

/// Stores a contact in place of what was there and keeps its indexes.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, contact: &Contact) -> Result<(), StoreError> {
    let old = get(tx, contact.id)?;
    put_over(tx, old.as_ref(), contact)
}

/// The same for who has just read what is there; none where there is nothing.
///
/// # Errors
/// The disk's.
pub fn put_over(
    tx: &mut Tx<'_>,
    old: Option<&Contact>,
    contact: &Contact,
) -> Result<(), StoreError> {
    if old == Some(contact) {
        return Ok(());
    }
    // Most changes leave the indexed fields alone, and a customer's every message is a change.
    if old.map(indexed) != Some(indexed(contact)) {
        if let Some(old) = old {
            unindex(tx, old)?;
        }
        index(tx, contact)?;
    }
    tx.put(&CONTACTS, &contact.id, contact)
}

/// The fields of a contact that stand in indexes.
type Indexed<'c> = (&'c str, [Option<&'c str>; 3], bool);

fn indexed(contact: &Contact) -> Indexed<'_> {
    let found_by = [&contact.email, &contact.phone, &contact.external_id];
    (
        &contact.name,
        found_by.map(Option::as_deref),
        is_listed(contact),
    )
}

/// Whether a contact can be found: tombstones of merged and erased ones cannot.
#[must_use]
pub fn is_listed(contact: &Contact) -> bool {
    contact.merged_into.is_none() && contact.erased_at.is_none()
}

fn index(tx: &mut Tx<'_>, contact: &Contact) -> Result<(), StoreError> {
    let id = contact.id;
    if !is_listed(contact) {
        return Ok(());
    }
    tx.put(&CONTACT_BY_NAME, &name_place(contact), &())?;
    if let Some(email) = &contact.email {
        tx.put(&CONTACT_BY_EMAIL, &(email.clone(), id), &())?;
    }
    if let Some(phone) = &contact.phone {
        tx.put(&CONTACT_BY_PHONE, &(phone.clone(), id), &())?;
    }
    if let Some(external_id) = &contact.external_id {
        tx.put(&CONTACT_BY_EXTERNAL_ID, external_id, &id)?;
    }
    Ok(())
}

fn unindex(tx: &mut Tx<'_>, contact: &Contact) -> Result<(), StoreError> {
    let id = contact.id;
    tx.remove(&CONTACT_BY_NAME, &name_place(contact))?;
    if let Some(email) = &contact.email {
        tx.remove(&CONTACT_BY_EMAIL, &(email.clone(), id))?;
    }
    if let Some(phone) = &contact.phone {
        tx.remove(&CONTACT_BY_PHONE, &(phone.clone(), id))?;
    }
    if let Some(external_id) = &contact.external_id
        && tx.get(&CONTACT_BY_EXTERNAL_ID, external_id)? == Some(id)
    {
        tx.remove(&CONTACT_BY_EXTERNAL_ID, external_id)?;
    }
    Ok(())
}

/// Counts anew how many conversations a contact has; nothing where there is no such contact.
///
/// # Errors
/// The disk's.
pub fn recount(tx: &mut Tx<'_>, id: ContactId) -> Result<(), StoreError> {
    let Some(mut contact) = get(tx, id)? else {
        return Ok(());
    };
    let count = conversations::count_of_contact(tx, id)?;
    if contact.conversation_count == count {
        return Ok(());
    }
    contact.conversation_count = count;
    put(tx, &contact)
}

/// Removes a contact.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, contact: &Contact) -> Result<(), StoreError> {
    unindex(tx, contact)?;
    tx.remove(&CONTACTS, &contact.id)
}

fn all(read: &impl Read, ids: impl Iterator<Item = ContactId>) -> Result<Vec<Contact>, StoreError> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(get(read, id)?);
    }
    Ok(found)
}
