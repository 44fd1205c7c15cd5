//! The directory of people outside: found by name, and corrected by hand.

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::base::phone::PhoneNumber;
use crate::base::text::fold;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::people::users::clean_email;
use crate::engine::people::users::clean_name;
use crate::model::actor::Actor;
use crate::model::channel::ChannelKind;
use crate::model::contact::Contact;
use crate::model::contact::NameSource;
use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ContactId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Snapshot;
use crate::store::StoreError;
use crate::store::key::Key as _;
use crate::store::records::contacts;
use crate::store::records::contacts::NamePlace;
use crate::store::records::conversations;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;
use crate::store::tx::Scan;

/// Names read at a time.
const STEP: usize = 200;
/// Names looked at for one page; a rare word goes on with the next page.
const LOOK_MAX: usize = 20_000;

/// A person of the directory with what its row shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The person.
    pub contact: Contact,
    /// Kinds of channels the person can be reached on, each once.
    pub kinds: Vec<ChannelKind>,
    /// The newest conversation.
    pub latest: Option<Conversation>,
    /// How many conversations are open.
    pub open: u64,
}

/// What may be corrected by hand; an empty address takes it away.
#[derive(Debug, Clone)]
pub struct Correction {
    /// The name.
    pub name: String,
    /// The address of mail.
    pub email: String,
    /// The phone number, with its country code.
    pub phone: String,
}

/// The directory.
#[derive(Clone)]
pub struct Directory(pub Context);

impl Directory {
    /// People in the order of their names; with words, those who have them in name, address or
    /// number.
    ///
    /// # Errors
    /// The actor may not; `INVALID_CURSOR`.
    pub fn page(
        &self,
        actor: &Actor,
        words: &str,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<Entry>, EngineError> {
        actor.require(Permission::ReadContacts)?;
        let snapshot = self.0.store.snapshot()?;
        let wanted = fold(words.trim());
        let mut after = cursor
            .map(|cursor| read_place(cursor, &wanted))
            .transpose()?;
        let mut rows: Vec<Entry> = Vec::new();
        let mut next = None;
        'looking: for _ in 0..LOOK_MAX / STEP {
            let scan = Scan::all().after(after.as_ref()).limit(STEP);
            let found = contacts::by_name(&snapshot, scan)?;
            if found.is_empty() {
                next = None;
                break;
            }
            for (place, contact) in found {
                if is_about(&contact, &wanted) {
                    if rows.len() == limit {
                        break 'looking;
                    }
                    rows.push(entry(&snapshot, contact)?);
                }
                next = Some(Cursor::new(place.to_bytes(), &wanted));
                after = Some(place);
            }
        }
        let total = if wanted.is_empty() {
            Some(counters::get(&snapshot, Counter::Contacts)?)
        } else {
            None
        };
        Ok(Page { rows, next, total })
    }

    /// Corrects what is known of a person. A name given by one of us is never overwritten by a
    /// profile.
    ///
    /// # Errors
    /// The actor may not; `CONTACT_NOT_FOUND`; `VALIDATION_ERROR` naming the field.
    pub async fn correct(
        &self,
        actor: &Actor,
        id: ContactId,
        correction: &Correction,
    ) -> Result<Contact, EngineError> {
        actor.require(Permission::EditContacts)?;
        let name = clean_name(&correction.name)?;
        let email = given(&correction.email).map(clean_email).transpose()?;
        let phone = given(&correction.phone).map(clean_phone).transpose()?;
        let stamp = self.0.stamp();
        self.0
            .store
            .write("correcting a contact", move |tx| {
                let mut pen = stamp.pen();
                let mut contact = find::contact_in(tx, id)?;
                if contact.name != name {
                    contact.name.clone_from(&name);
                    contact.name_source = NameSource::Person;
                }
                contact.email.clone_from(&email);
                contact.phone.clone_from(&phone);
                contact.revision += 1;
                contact.updated_at = pen.now;
                contacts::put(tx, &contact)?;
                let contact_id = contact.id;
                pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
                Ok(contact)
            })
            .await
    }
}

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn clean_phone(text: &str) -> Result<String, Rejection> {
    let wrong = || {
        Rejection::field(
            "phone",
            "must have a country code, such as +55 11 98765 4321",
        )
    };
    let number = PhoneNumber::parse(text).ok_or_else(wrong)?;
    Ok(number.to_string())
}

fn is_about(contact: &Contact, wanted: &str) -> bool {
    let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
    let holds =
        |text: &Option<String>, part: &str| text.as_deref().is_some_and(|text| text.contains(part));
    fold(&contact.name).contains(wanted)
        || holds(&contact.email, wanted)
        || (digits.len() >= 3 && holds(&contact.phone, &digits))
}

fn entry(snapshot: &Snapshot, contact: Contact) -> Result<Entry, StoreError> {
    let mut kinds: Vec<ChannelKind> = Vec::new();
    for identity in identities::of_contact(snapshot, contact.id)? {
        if !kinds.contains(&identity.channel_kind) {
            kinds.push(identity.channel_kind);
        }
    }
    let talks = conversations::of_contact(snapshot, contact.id)?;
    let open = talks.iter().filter(|talk| talk.status == Status::Open);
    Ok(Entry {
        open: open.count() as u64,
        latest: talks.into_iter().max_by_key(|talk| talk.last_message_at),
        kinds,
        contact,
    })
}

fn read_place(cursor: &Cursor, wanted: &str) -> Result<NamePlace, Rejection> {
    let refuse = |message: String| Rejection::new(Code::InvalidCursor, message);
    let mut bytes = cursor
        .position(wanted)
        .map_err(|error| refuse(error.to_string()))?;
    NamePlace::read(&mut bytes).ok_or_else(|| refuse("This cursor cannot be read.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_need_their_country() {
        assert_eq!(
            clean_phone("+55 (11) 98765-4321"),
            Ok("+5511987654321".to_owned())
        );
        assert!(clean_phone("98765-4321").is_err());
        assert_eq!(given("  "), None);
    }
}
