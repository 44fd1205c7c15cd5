//! Which contact a sender is: found, attached or made, within the transaction that records the
//! message, so that two first messages at once make one contact.

use std::time::Duration;

use crate::base::phone::PhoneNumber;
use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::engine::rules::identity;
use crate::engine::rules::identity::Found;
use crate::engine::rules::identity::Named;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ContactId;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Proof;
use crate::model::opaque;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;
use crate::store::records::organisation;

/// How often it is noted that somebody was seen: a burst of messages does not rewrite the person
/// with each.
const SEEN_EVERY: Duration = Duration::from_secs(10);

/// The contact behind a sender, with what the message tells of it written down.
///
/// # Errors
/// The disk's.
pub fn resolve(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    sender: &InboundSender,
) -> Result<Contact, StoreError> {
    let known = known(tx, channel, sender)?;
    let (mut contact, is_new) = match owner(tx, known.as_ref(), &sender.proof)? {
        Some(contact) => (contact, false),
        None => (stranger(tx, pen, sender)?, true),
    };
    let before = (!is_new).then(|| contact.clone());
    learn(&mut contact, sender, pen);
    let news = before
        .as_ref()
        .is_none_or(|before| told_apart(before, &contact));
    if news {
        contact.revision += 1;
        contact.updated_at = pen.now;
    }
    contacts::put_over(tx, before.as_ref(), &contact)?;
    let by_address = match known {
        Some(known) if known.address == sender.address => Some(known),
        _ => identities::get(tx, channel.id, &sender.address)?,
    };
    note_address(tx, pen, channel, sender, (contact.id, by_address))?;
    note_also(tx, pen, channel, sender, contact.id)?;
    let contact_id = contact.id;
    if is_new {
        counters::add(tx, Counter::Contacts, 1)?;
        pen.log(tx, Event::ContactCreated(ContactEvent { contact_id }))?;
    } else if news {
        pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
    }
    Ok(contact)
}

/// The identity a sender is known by: the one of the address, else of any other address of the
/// same person, else of the number as it is also written.
///
/// # Errors
/// The disk's.
pub fn known(
    read: &impl Read,
    channel: &Channel,
    sender: &InboundSender,
) -> Result<Option<Identity>, StoreError> {
    let respelled = otherwise(&sender.address);
    let addresses = std::iter::once(&sender.address).chain(&sender.also);
    for address in addresses.chain(&respelled) {
        if let Some(identity) = identities::get(read, channel.id, address)? {
            return Ok(Some(identity));
        }
    }
    Ok(None)
}

/// The contact a sender is: whom the address leads to, else whom the proof is about.
fn owner(
    read: &impl Read,
    known: Option<&Identity>,
    proof: &Proof,
) -> Result<Option<Contact>, StoreError> {
    if let Some(identity) = known
        && let Some(contact) = contacts::survivor(read, identity.contact_id)?
    {
        return Ok(Some(contact));
    }
    match identity::who(&proved(read, proof)?) {
        Some(id) => contacts::survivor(read, id),
        None => Ok(None),
    }
}

fn proved(read: &impl Read, proof: &Proof) -> Result<Found, StoreError> {
    let mut found = Found::default();
    if let Some(external_id) = &proof.external_id {
        let owner = contacts::by_external_id(read, external_id)?;
        found.same_external_id = owner.map(|contact| contact.id);
    }
    if let Some(phone) = &proof.phone {
        for number in std::iter::once(phone).chain(&otherwise(phone)) {
            found
                .same_phone
                .extend(ids(contacts::by_phone(read, number)?));
        }
    }
    if let Some(email) = &proof.email {
        found.same_email = ids(contacts::by_email(read, email)?);
    }
    Ok(found)
}

/// A number as it is also written.
fn otherwise(number: &str) -> Option<String> {
    let number = PhoneNumber::parse(number)?.otherwise()?;
    Some(number.as_str().to_owned())
}

fn ids(contacts: Vec<Contact>) -> Vec<ContactId> {
    contacts.into_iter().map(|contact| contact.id).collect()
}

/// Somebody new. Who gives no name is called a visitor in the language of the business: the name is
/// there for those who answer.
fn stranger(
    read: &impl Read,
    pen: &mut Pen,
    sender: &InboundSender,
) -> Result<Contact, StoreError> {
    let business = organisation::get(read)?;
    let language = business.map_or_else(String::new, |business| business.language);
    let named = identity::name_of(sender, &language);
    Ok(Contact {
        name: named.name,
        name_source: named.source,
        first_seen_at: Some(pen.now),
        revision: 0,
        ..Contact::nobody(pen.id(), pen.now)
    })
}

/// Takes over what is proved, and what is merely said where nothing better is known.
fn learn(contact: &mut Contact, sender: &InboundSender, pen: &Pen) {
    // A name made from the address renames nobody, in whatever language.
    let offered = identity::name_of(sender, "");
    let present = Named {
        name: contact.name.clone(),
        source: contact.name_source,
    };
    if identity::renames(&present, &offered) {
        contact.name = offered.name;
        contact.name_source = offered.source;
    }
    let fill = |held: &mut Option<String>, told: &Option<String>| {
        if held.is_none() {
            held.clone_from(told);
        }
    };
    fill(&mut contact.email, &sender.proof.email);
    fill(&mut contact.phone, &sender.proof.phone);
    fill(&mut contact.external_id, &sender.proof.external_id);
    fill(&mut contact.avatar_url, &sender.avatar_url);
    fill(&mut contact.language, &sender.language);
    fill(&mut contact.timezone, &sender.timezone);
    opaque::merge(&mut contact.metadata, &sender.metadata);
    see(&mut contact.last_seen_at, pen.now);
}

/// Notes when somebody was seen, unless that was noted a moment ago.
fn see(last: &mut Option<Timestamp>, now: Timestamp) {
    if last.is_none_or(|last| now.since(last) >= SEEN_EVERY) {
        *last = Some(now);
    }
}

/// Whether two versions differ in more than the time of the last visit.
fn told_apart(before: &Contact, after: &Contact) -> bool {
    let same_time = Contact {
        last_seen_at: after.last_seen_at,
        ..before.clone()
    };
    same_time != *after
}

fn note_address(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    sender: &InboundSender,
    (contact_id, known): (ContactId, Option<Identity>),
) -> Result<(), StoreError> {
    let proved = sender.proof != Proof::default();
    let mut identity = known
        .clone()
        .unwrap_or_else(|| Identity::new(pen.id(), contact_id, channel, &sender.address, pen.now));
    identity.contact_id = contact_id;
    identity.display_name = identity::given_name(sender).or(identity.display_name);
    identity.avatar_url = sender.avatar_url.clone().or(identity.avatar_url);
    identity.verified_at = identity.verified_at.or(proved.then_some(pen.now));
    see(&mut identity.last_seen_at, pen.now);
    identities::put_over(tx, known.as_ref(), &identity)
}

/// Lets the person's other addresses lead to the same contact; one that somebody has already stays
/// theirs.
fn note_also(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    sender: &InboundSender,
    contact_id: ContactId,
) -> Result<(), StoreError> {
    for address in &sender.also {
        if identities::get(tx, channel.id, address)?.is_none() {
            let identity = Identity {
                display_name: identity::given_name(sender),
                ..Identity::new(pen.id(), contact_id, channel, address, pen.now)
            };
            identities::put(tx, &identity)?;
        }
    }
    Ok(())
}
