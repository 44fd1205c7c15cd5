//! Addresses of people nobody here heard of yet, before the first word goes to them or is kept from
//! them.

use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::limits;
use crate::engine::limits::Resource;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::contact::NameSource;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;

/// Gives an address to whoever has it as a number or an address of mail already, else to a new
/// contact.
///
/// # Errors
/// There are as many contacts as the installation may have; the disk's.
pub fn introduce(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    address: &str,
) -> Result<Identity, EngineError> {
    let is_mail = address.contains('@');
    let mut owners = if is_mail {
        contacts::by_email(tx, address)?
    } else {
        contacts::by_phone(tx, address)?
    };
    owners.sort_by_key(|contact| contact.id);
    let contact_id = if let Some(known) = owners.first() {
        known.id
    } else {
        limits::one_more(tx, Resource::Contacts)?;
        let mut contact = Contact::nobody(pen.id(), pen.now);
        address.clone_into(&mut contact.name);
        contact.name_source = NameSource::Address;
        let known = Some(address.to_owned());
        if is_mail {
            contact.email = known;
        } else {
            contact.phone = known;
        }
        contacts::put(tx, &contact)?;
        counters::add(tx, Counter::Contacts, 1)?;
        let contact_id = contact.id;
        pen.log(tx, Event::ContactCreated(ContactEvent { contact_id }))?;
        contact_id
    };
    let identity = Identity::new(pen.id(), contact_id, channel, address, pen.now);
    identities::put(tx, &identity)?;
    Ok(identity)
}
