//! The contact behind a visitor: made by the first message or form, found by proof.

use crate::base::phone::PhoneNumber;
use crate::engine::context::Pen;
use crate::engine::rules::identity;
use crate::engine::rules::identity::Found;
use crate::engine::rules::identity::Named;
use crate::engine::rules::identity::Who;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::contact::NameSource;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ContactId;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Proof;
use crate::model::webchat::Visitor;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;

/// The visitor as the rules of identity see a sender.
#[must_use]
pub fn sender(visitor: &Visitor) -> InboundSender {
    let verified = visitor.external_id.is_some();
    InboundSender {
        address: visitor.id.to_string(),
        name: visitor.claims.name.clone(),
        avatar_url: visitor.claims.avatar_url.clone(),
        proof: Proof {
            phone: None,
            email: visitor.claims.email.clone().filter(|_| verified),
            external_id: visitor.external_id.clone(),
        },
        language: visitor.locale.clone(),
        timezone: visitor.timezone.clone(),
    }
}

/// The contact of a visitor, made if there is none; the visitor is changed, not stored.
///
/// # Errors
/// The disk's.
pub fn of_visitor(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    visitor: &mut Visitor,
) -> Result<Contact, StoreError> {
    if let Some(id) = visitor.contact_id
        && let Some(contact) = contacts::survivor(tx, id)?
    {
        visitor.contact_id = Some(contact.id);
        return Ok(contact);
    }
    let sender = sender(visitor);
    let contact = match identity::who(&found(tx, visitor, channel)?) {
        Who::Known(id) | Who::Attach(id) => match contacts::survivor(tx, id)? {
            Some(contact) => contact,
            None => create(tx, pen, visitor, &sender)?,
        },
        Who::Stranger => create(tx, pen, visitor, &sender)?,
    };
    attach(tx, pen, channel, visitor, contact.id)?;
    visitor.contact_id = Some(contact.id);
    Ok(contact)
}

fn found(tx: &Tx<'_>, visitor: &Visitor, channel: &Channel) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let known = identities::get(tx, channel.id, &visitor.id.to_string())?;
    found.same_address = known.map(|identity| identity.contact_id);
    if let Some(external_id) = &visitor.external_id {
        let same = contacts::by_external_id(tx, external_id)?;
        found.same_external_id = same.map(|contact| contact.id);
        if let Some(email) = &visitor.claims.email {
            found.same_email = owners_of(tx, email)?;
        }
    }
    Ok(found)
}

/// Contacts that proved this address of mail to be theirs.
fn owners_of(tx: &Tx<'_>, email: &str) -> Result<Vec<ContactId>, StoreError> {
    let email = email.trim().to_lowercase();
    let mut owners = Vec::new();
    for contact in contacts::by_email(tx, &email)? {
        let proved = identities::of_contact(tx, contact.id)?.iter().any(|known| {
            let signed = known.metadata.get(PROVED_EMAIL).and_then(|v| v.as_str());
            known.verified_at.is_some() && (known.address == email || signed == Some(&email))
        });
        if proved && contact.external_id.is_none() {
            owners.push(contact.id);
        }
    }
    Ok(owners)
}

/// Where an identity keeps the address of mail that was signed for.
const PROVED_EMAIL: &str = "provedEmail";

/// Makes the visitor an address of a contact, or brings what the address says up to date.
///
/// # Errors
/// The disk's.
pub fn attach(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    visitor: &Visitor,
    contact_id: ContactId,
) -> Result<(), StoreError> {
    let address = visitor.id.to_string();
    let mut identity = match identities::get(tx, channel.id, &address)? {
        Some(known) => known,
        None => Identity {
            id: pen.id(),
            contact_id,
            channel_kind: channel.kind.clone(),
            channel_id: channel.id,
            address,
            display_name: None,
            avatar_url: None,
            verified_at: None,
            metadata: Opaque::new(),
            created_at: pen.now,
            last_seen_at: None,
        },
    };
    identity.contact_id = contact_id;
    identity.display_name.clone_from(&visitor.claims.name);
    identity.avatar_url.clone_from(&visitor.claims.avatar_url);
    identity.last_seen_at = Some(pen.now);
    if visitor.external_id.is_some() {
        identity.verified_at.get_or_insert(pen.now);
        if let Some(email) = &visitor.claims.email {
            let email = email.trim().to_lowercase().into();
            identity.metadata.insert(PROVED_EMAIL.to_owned(), email);
        }
    }
    identities::put(tx, &identity)
}

fn create(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    visitor: &Visitor,
    sender: &InboundSender,
) -> Result<Contact, StoreError> {
    let named = identity::name_of(sender);
    let mut contact = Contact {
        id: pen.id(),
        name: named.name,
        name_source: named.source,
        email: None,
        phone: None,
        external_id: None,
        avatar_url: None,
        language: None,
        timezone: None,
        country: None,
        city: None,
        company: None,
        custom_fields: Opaque::new(),
        tags: Vec::new(),
        metadata: Opaque::new(),
        blocked: false,
        first_seen_at: Some(visitor.created_at),
        last_seen_at: Some(pen.now),
        conversation_count: 0,
        merged_into: None,
        merged_ids: Vec::new(),
        revision: 1,
        created_at: pen.now,
        updated_at: pen.now,
    };
    learn(&mut contact, visitor);
    contacts::put(tx, &contact)?;
    counters::add(tx, Counter::Contacts, 1)?;
    let event = ContactEvent {
        contact_id: contact.id,
    };
    pen.log(tx, Event::ContactCreated(event))?;
    Ok(contact)
}

/// Brings a contact up to date with what the visitor says, and stores it when that is news.
///
/// # Errors
/// The disk's.
pub fn refresh(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    contact: &mut Contact,
    visitor: &Visitor,
) -> Result<(), StoreError> {
    let before = contact.clone();
    learn(contact, visitor);
    if *contact == before {
        return Ok(());
    }
    contact.revision += 1;
    contact.updated_at = pen.now;
    contacts::put(tx, contact)?;
    let event = ContactEvent {
        contact_id: contact.id,
    };
    pen.log(tx, Event::ContactUpdated(event)).map(drop)
}

/// Takes over what the visitor says: a better-founded name, and whatever was not known. What is
/// proved replaces what was only claimed.
fn learn(contact: &mut Contact, visitor: &Visitor) {
    let sender = sender(visitor);
    let offered = identity::name_of(&sender);
    let present = Named {
        name: contact.name.clone(),
        source: contact.name_source,
    };
    if identity::renames(&present, &offered) {
        contact.name = offered.name;
        contact.name_source = offered.source;
    }
    let verified = visitor.external_id.is_some();
    let trusted = verified && contact.name_source < NameSource::Person;
    let claims = &visitor.claims;
    let email = claims.email.as_ref().map(|email| email.trim().to_lowercase());
    let phone = claims.phone.as_deref().and_then(PhoneNumber::parse);
    fill(&mut contact.email, email, trusted);
    fill(&mut contact.phone, phone.map(|phone| phone.to_string()), trusted);
    fill(&mut contact.avatar_url, claims.avatar_url.clone(), trusted);
    fill(&mut contact.language, visitor.locale.clone(), true);
    fill(&mut contact.timezone, visitor.timezone.clone(), true);
    fill(&mut contact.external_id, visitor.external_id.clone(), false);
    for (name, value) in &visitor.attributes {
        contact.custom_fields.insert(name.clone(), value.clone());
    }
}

fn fill(held: &mut Option<String>, offered: Option<String>, replace: bool) {
    if offered.is_some() && (held.is_none() || replace) {
        *held = offered;
    }
}
