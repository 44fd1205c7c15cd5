//! The contact behind a visitor: made by the first message or form, found by proof.

use crate::base::phone::PhoneNumber;
use crate::engine::context::Pen;
use crate::engine::ingest::senders;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::contact::NameSource;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Proof;
use crate::model::webchat::Visitor;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::contacts;

/// The visitor as the rules of identity see a sender. What is only claimed proves nothing.
#[must_use]
pub fn sender(visitor: &Visitor) -> InboundSender {
    let verified = visitor.external_id.is_some();
    InboundSender {
        also: Vec::new(),
        metadata: Opaque::new(),
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

/// The contact of a visitor, made if there is none, with what the visitor says written down. The
/// visitor is changed, not stored.
///
/// # Errors
/// The disk's.
pub fn of_visitor(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    visitor: &mut Visitor,
) -> Result<Contact, StoreError> {
    let mut contact = senders::resolve(tx, pen, channel, &sender(visitor))?;
    visitor.contact_id = Some(contact.id);
    if learn(&mut contact, visitor) {
        contact.revision += 1;
        contact.updated_at = pen.now;
        contacts::put(tx, &contact)?;
    }
    Ok(contact)
}

/// Takes attributes that the page took away from the contact of a visitor too.
///
/// # Errors
/// The disk's.
pub fn forget(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    visitor: &Visitor,
    names: &[String],
) -> Result<(), StoreError> {
    let contact = match visitor.contact_id {
        Some(id) => contacts::survivor(tx, id)?,
        None => None,
    };
    let Some(mut contact) = contact else {
        return Ok(());
    };
    let before = contact.custom_fields.len();
    for name in names {
        contact.custom_fields.shift_remove(name);
    }
    if contact.custom_fields.len() < before {
        contact.revision += 1;
        contact.updated_at = pen.now;
        contacts::put(tx, &contact)?;
    }
    Ok(())
}

/// Takes over what helps whoever answers: claims where nothing is known, proved facts in place of
/// claims, attributes of the page. Whether that was news.
fn learn(contact: &mut Contact, visitor: &Visitor) -> bool {
    let before = contact.clone();
    let proved = visitor.external_id.is_some() && contact.name_source < NameSource::Person;
    let claims = &visitor.claims;
    let fill = |held: &mut Option<String>, told: Option<String>| {
        if told.is_some() && (held.is_none() || proved) {
            *held = told;
        }
    };
    let phone = claims.phone.as_deref().and_then(PhoneNumber::parse);
    fill(&mut contact.email, claims.email.clone());
    fill(&mut contact.phone, phone.map(|phone| phone.to_string()));
    contact.custom_fields.extend(visitor.attributes.clone());
    *contact != before
}
