//! Consent that somebody here writes down: a person said on the phone that they want no more texts,
//! or signed that they want them again. What people say for themselves in a message comes by
//! [`crate::engine::ingest`].
//!
//! A "no" may be written down by whoever may change contacts; a "yes" in somebody's place takes an
//! administrator and a reason. Both are in the audit log.

use crate::engine::audit;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::people::closing;
use crate::engine::people::contacts::Contacts;
use crate::engine::people::contacts::Person;
use crate::engine::people::contacts::find;
use crate::engine::people::contacts::person;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::contact::Identity;
use crate::model::contact::Shut;
use crate::model::ids::ContactId;
use crate::model::ids::IdentityId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::identities;

/// The longest reason, in characters.
const REASON_MAX: usize = 500;

/// What somebody wants, as somebody here heard it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardConsent {
    /// The address it is about.
    pub identity: IdentityId,
    /// Whether something may be sent to it from now on.
    pub is_given: bool,
    /// How it came about; a "yes" needs one.
    pub reason: String,
}

impl Contacts {
    /// Writes down what a person wants at an address. Saying the same again changes nothing.
    ///
    /// # Errors
    /// The actor may not; there is no such contact or address; a reason that is missing or too long.
    pub async fn hear_consent(
        &self,
        actor: &Actor,
        id: ContactId,
        heard: HeardConsent,
    ) -> Result<Person, EngineError> {
        actor.require(Permission::EditContacts)?;
        if heard.is_given {
            actor.require(Permission::GrantConsent)?;
        }
        let reason = reason(&heard.reason, heard.is_given)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("writing down consent", move |tx| {
                let mut pen = stamp.pen();
                let contact = find(tx, id)?;
                let held = identities::of_contact(tx, contact.id)?;
                let named = held.iter().find(|one| one.id == heard.identity);
                let named = named.ok_or_else(missing)?;
                let (channel_id, address) = (&named.channel_id, &named.address);
                let (changed, action) = if heard.is_given {
                    let why = Shut::OptedOut;
                    let opened = closing::reopen(tx, &mut pen, *channel_id, address, why)?;
                    (opened, "contact.opted_in")
                } else {
                    let (why, at) = (Shut::OptedOut, Some(pen.now));
                    let closed = closing::close(tx, &mut pen, *channel_id, address, why, at)?;
                    (closed, "contact.opted_out")
                };
                if changed {
                    note(tx, &mut pen, &actor, action, named, &reason)?;
                }
                person(tx, contact)
            })
            .await
    }
}

fn missing() -> Rejection {
    Rejection::not_found(Code::ResourceNotFound, "identifier")
}

/// The reason without blanks around it; a "yes" needs one.
pub(super) fn reason(typed: &str, is_needed: bool) -> Result<String, Rejection> {
    let reason = typed.trim();
    if is_needed && reason.is_empty() {
        let wrong = "is required to opt somebody in: how and when they asked for it";
        return Err(Rejection::field("reason", wrong));
    }
    if reason.chars().count() > REASON_MAX {
        let wrong = format!("must be at most {REASON_MAX} characters");
        return Err(Rejection::field("reason", wrong));
    }
    Ok(reason.to_owned())
}

/// Writes down that consent changed. The audit log outlives an erased person: it names no address.
///
/// # Errors
/// The disk's.
pub(super) fn note(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    action: &str,
    identity: &Identity,
    reason: &str,
) -> Result<(), StoreError> {
    let details = Opaque::from_iter([
        (
            "channelId".to_owned(),
            identity.channel_id.to_string().into(),
        ),
        ("identifierId".to_owned(), identity.id.to_string().into()),
        ("reason".to_owned(), reason.into()),
    ]);
    audit::note(tx, pen, actor, action, identity.contact_id, details)
}
