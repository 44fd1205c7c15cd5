//! What of a contact can be found, and what makes that change.

use crate::model::contact::Contact;
use crate::model::event::Event;
use crate::model::ids::ContactId;
use crate::search::documents::ContactDoc;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::identities;

/// What the index holds of a contact.
///
/// # Errors
/// The disk's.
pub fn of(read: &impl Read, contact: &Contact) -> Result<ContactDoc, StoreError> {
    let mut addresses: Vec<String> = contact
        .phone
        .iter()
        .chain(&contact.email)
        .chain(&contact.external_id)
        .cloned()
        .collect();
    let mut names = vec![contact.name.clone()];
    for identity in identities::of_contact(read, contact.id)? {
        addresses.push(identity.address);
        names.extend(identity.display_name.filter(|name| *name != contact.name));
    }
    names.dedup();
    let fields = contact
        .custom_fields
        .values()
        .filter_map(serde_json::Value::as_str);
    let about = [&contact.company, &contact.city, &contact.country]
        .into_iter()
        .flatten();
    let text: Vec<&str> = about.map(String::as_str).chain(fields).collect();
    Ok(ContactDoc {
        id: contact.id,
        at: contact.created_at,
        names,
        addresses,
        tags: contact.tags.clone(),
        text: text.join("\n"),
    })
}

/// The contacts of which something else can be found after an event.
pub fn touched(event: &Event) -> impl Iterator<Item = ContactId> {
    let (one, merged) = match event {
        Event::ContactCreated(event)
        | Event::ContactUpdated(event)
        | Event::ContactDeleted(event) => (Some(event.contact_id), [].as_slice()),
        Event::ContactMerged(event) => (Some(event.contact_id), event.merged_ids.as_slice()),
        _ => (None, [].as_slice()),
    };
    one.into_iter().chain(merged.iter().copied())
}
