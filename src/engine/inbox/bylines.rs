//! The name under what a customer said: the one the person bears today. A message keeps the name it
//! came under, and whoever reads it is shown the present one, however many messages there are.

use crate::model::message::Message;
use crate::model::message::SenderKind;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::contacts;

/// Puts the present names under messages.
///
/// # Errors
/// The disk's.
pub fn renew(read: &impl Read, messages: &mut [Message]) -> Result<(), StoreError> {
    let mut known = None;
    for message in messages {
        if message.sender.kind != SenderKind::Contact {
            continue;
        }
        let id = message.contact_id;
        let name = match known.take() {
            Some((of, name)) if of == id => name,
            _ => contacts::survivor(read, id)?.map(|contact| contact.name),
        };
        if let Some(name) = &name {
            message.sender.name.clone_from(name);
        }
        known = Some((id, name));
    }
    Ok(())
}
