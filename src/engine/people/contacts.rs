//! People outside: made, changed, found, erased.

use serde_json::Value;

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::base::page::Span;
use crate::base::phone::PhoneNumber;
use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::people::users::clean_email;
use crate::engine::people::users::clean_name;
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
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag;
use crate::store::Read;
use crate::store::Scan;
use crate::store::Snapshot;
use crate::store::Tx;
use crate::store::key::Key as _;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;

/// Contacts looked at for one page before the reader gets a cursor instead of more rows: a rare
/// filter must not hold up the server.
const LOOK_MAX: usize = 20_000;
/// Contacts read at a time.
const STEP: usize = 200;
/// The longest text of one field, in characters.
const TEXT_MAX: usize = 500;
/// The most labels, and the longest, in characters.
const TAGS_MAX: (usize, usize) = (50, 60);
/// What stands in place of an erased person's name.
const ERASED: &str = "Deleted contact";

/// What may be said of a contact; what is none stays as it is. An empty text takes a field away.
#[derive(Debug, Clone, Default)]
pub struct ContactChanges {
    /// The name.
    pub name: Option<String>,
    /// The address of mail.
    pub email: Option<String>,
    /// The phone number, in any formatting with its country.
    pub phone: Option<String>,
    /// The id in the business's own systems.
    pub external_id: Option<String>,
    /// A picture.
    pub avatar_url: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// The IANA time zone.
    pub timezone: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// Merged one level deep; null takes a key out.
    pub custom_fields: Opaque,
    /// Merged one level deep; null takes a key out.
    pub metadata: Opaque,
    /// All the labels.
    pub tags: Option<Vec<String>>,
    /// Labels to add.
    pub add_tags: Vec<String>,
    /// Labels to take off.
    pub remove_tags: Vec<String>,
    /// Blocked.
    pub blocked: Option<bool>,
    /// The revision the change was made from.
    pub revision: Option<u64>,
}

/// An address to give to a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAddress {
    /// The channel.
    pub channel_id: ChannelId,
    /// The address as the channel's vendor gives it.
    pub address: String,
    /// The name to show with it.
    pub display_name: Option<String>,
}

/// Which contacts to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// With this in the name, the address of mail, the phone number or the business's own id.
    pub words: Option<String>,
    /// With exactly this address of mail.
    pub email: Option<String>,
    /// With exactly this phone number.
    pub phone: Option<String>,
    /// With all of these labels.
    pub tags: Vec<String>,
    /// With an address on a channel of this kind.
    pub channel_kind: Option<ChannelKind>,
}

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
    /// A page of contacts, by name.
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
        let snapshot = self.0.store.snapshot()?;
        if let Some(found) = exactly(&snapshot, filter)? {
            return few(&snapshot, filter, found, span);
        }
        walk(&snapshot, filter, span)
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
        self.0
            .store
            .write("making a contact", move |tx| {
                let mut pen = stamp.pen();
                let mut contact = blank(&mut pen);
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
                apply(tx, &mut contact, &changes)?;
                store(tx, &mut pen, &mut contact)?;
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
        self.0
            .store
            .write("giving a contact an address", move |tx| {
                let mut pen = stamp.pen();
                let mut contact = find(tx, id)?;
                check_addresses(tx, std::slice::from_ref(&address))?;
                give_address(tx, &mut pen, contact.id, &address)?;
                store(tx, &mut pen, &mut contact)?;
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
                erase_in(tx, &contact, pen.now)?;
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

/// Stores a changed contact and says so in the log.
fn store(tx: &mut Tx<'_>, pen: &mut Pen, contact: &mut Contact) -> Result<(), EngineError> {
    contact.revision += 1;
    contact.updated_at = pen.now;
    contacts::put(tx, contact)?;
    let contact_id = contact.id;
    pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
    Ok(())
}

fn erase_in(tx: &mut Tx<'_>, contact: &Contact, now: Timestamp) -> Result<(), EngineError> {
    for identity in identities::of_contact(tx, contact.id)? {
        identities::remove(tx, &identity)?;
    }
    for merged in &contact.merged_ids {
        if let Some(tombstone) = contacts::get(tx, *merged)? {
            contacts::put(tx, &nameless(&tombstone, now))?;
        }
    }
    counters::add(tx, Counter::Contacts, -1)?;
    if conversations::of_contact(tx, contact.id)?.is_empty() && contact.merged_ids.is_empty() {
        return Ok(contacts::remove(tx, contact)?);
    }
    Ok(contacts::put(tx, &nameless(contact, now))?)
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
        ..empty(contact.id, now)
    }
}

fn blank(pen: &mut Pen) -> Contact {
    empty(pen.id(), pen.now)
}

/// A contact nothing is known of yet.
#[must_use]
pub fn empty(id: ContactId, now: Timestamp) -> Contact {
    Contact {
        id,
        name: String::new(),
        name_source: NameSource::Person,
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
        first_seen_at: None,
        last_seen_at: None,
        conversation_count: 0,
        merged_into: None,
        merged_ids: Vec::new(),
        revision: 1,
        created_at: now,
        updated_at: now,
        erased_at: None,
    }
}

/// A name made up from what is known.
fn fallback(contact: &Contact, address: Option<&NewAddress>) -> Option<String> {
    let shown = address.and_then(|address| address.display_name.clone());
    shown
        .or_else(|| contact.email.clone())
        .or_else(|| contact.phone.clone())
        .or_else(|| address.map(|address| address.address.clone()))
        .filter(|name| !name.trim().is_empty())
}

fn apply(
    read: &impl Read,
    contact: &mut Contact,
    changes: &ContactChanges,
) -> Result<(), EngineError> {
    if let Some(name) = &changes.name {
        contact.name.clone_from(name);
        contact.name_source = NameSource::Person;
    }
    if let Some(external_id) = changes.external_id.as_ref().filter(|id| !id.is_empty())
        && let Some(owner) = contacts::by_external_id(read, external_id)?
        && owner.id != contact.id
    {
        let message = format!("Another contact has the external id {external_id}.");
        return Err(Rejection::new(Code::ResourceAlreadyExists, message).into());
    }
    let texts = [
        (&mut contact.email, &changes.email),
        (&mut contact.phone, &changes.phone),
        (&mut contact.external_id, &changes.external_id),
        (&mut contact.avatar_url, &changes.avatar_url),
        (&mut contact.language, &changes.language),
        (&mut contact.timezone, &changes.timezone),
        (&mut contact.country, &changes.country),
        (&mut contact.city, &changes.city),
        (&mut contact.company, &changes.company),
    ];
    for (held, told) in texts {
        if let Some(told) = told {
            *held = Some(told.clone()).filter(|told| !told.is_empty());
        }
    }
    merge_into(&mut contact.custom_fields, &changes.custom_fields);
    merge_into(&mut contact.metadata, &changes.metadata);
    if let Some(tags) = &changes.tags {
        contact.tags.clear();
        tag::add_labels(&mut contact.tags, tags);
    }
    tag::add_labels(&mut contact.tags, &changes.add_tags);
    tag::remove_labels(&mut contact.tags, &changes.remove_tags);
    if contact.tags.len() > TAGS_MAX.0 {
        let wrong = format!("must be at most {} tags", TAGS_MAX.0);
        return Err(Rejection::field("tags", wrong).into());
    }
    contact.blocked = changes.blocked.unwrap_or(contact.blocked);
    Ok(())
}

fn merge_into(held: &mut Opaque, patch: &Opaque) {
    for (key, value) in patch {
        if value.is_null() {
            held.remove(key);
        } else {
            held.insert(key.clone(), value.clone());
        }
    }
}

/// Checks what was said and brings it into its form: trimmed, addresses folded, numbers as E.164.
fn clean(mut changes: ContactChanges) -> Result<ContactChanges, Rejection> {
    let plain = |field: &str, held: &mut Option<String>| -> Result<(), Rejection> {
        let Some(text) = held else { return Ok(()) };
        *text = text.trim().to_owned();
        if text.chars().count() > TEXT_MAX {
            let wrong = format!("must be at most {TEXT_MAX} characters long");
            return Err(Rejection::field(field, wrong));
        }
        Ok(())
    };
    plain("externalId", &mut changes.external_id)?;
    plain("avatarUrl", &mut changes.avatar_url)?;
    plain("language", &mut changes.language)?;
    plain("timezone", &mut changes.timezone)?;
    plain("country", &mut changes.country)?;
    plain("city", &mut changes.city)?;
    plain("company", &mut changes.company)?;
    if let Some(name) = &mut changes.name {
        *name = clean_name(name)?;
    }
    if let Some(email) = changes
        .email
        .as_mut()
        .filter(|email| !email.trim().is_empty())
    {
        *email = clean_email(email)?;
    }
    if let Some(phone) = changes
        .phone
        .as_mut()
        .filter(|phone| !phone.trim().is_empty())
    {
        let parsed = PhoneNumber::parse(phone).ok_or_else(|| {
            Rejection::field(
                "phone",
                "must be a number with its country, such as +5511987654321",
            )
        })?;
        parsed.as_str().clone_into(phone);
    }
    if let Some(avatar) = changes.avatar_url.as_ref().filter(|url| !url.is_empty())
        && !avatar.starts_with("https://")
        && !avatar.starts_with("http://")
    {
        return Err(Rejection::field(
            "avatarUrl",
            "must be an address such as https://example.com/a.png",
        ));
    }
    let tags = changes.tags.iter().flatten().chain(&changes.add_tags);
    for name in tags {
        if name.chars().count() > TAGS_MAX.1 {
            let wrong = format!("must be at most {} characters each", TAGS_MAX.1);
            return Err(Rejection::field("tags", wrong));
        }
    }
    Ok(changes)
}

fn check_addresses(read: &impl Read, addresses: &[NewAddress]) -> Result<(), EngineError> {
    for (at, address) in addresses.iter().enumerate() {
        let field = |name: &str| format!("identifiers[{at}].{name}");
        if channels::get(read, address.channel_id)?.is_none() {
            return Err(Rejection::field(field("channelId"), "must be a channel").into());
        }
        let length = address.address.chars().count();
        if length == 0 || length > TEXT_MAX {
            let wrong = format!("must be 1 to {TEXT_MAX} characters long");
            return Err(Rejection::field(field("identifier"), wrong).into());
        }
        if let Some(held) = identities::get(read, address.channel_id, &address.address)? {
            let message = format!("Another contact has the address {}.", held.address);
            return Err(Rejection::new(Code::ResourceAlreadyExists, message).into());
        }
    }
    Ok(())
}

fn give_address(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    contact_id: ContactId,
    address: &NewAddress,
) -> Result<(), EngineError> {
    let Some(channel) = channels::get(tx, address.channel_id)? else {
        return Ok(());
    };
    let identity = Identity {
        id: pen.id(),
        contact_id,
        channel_kind: channel.kind,
        channel_id: channel.id,
        address: address.address.clone(),
        display_name: address.display_name.clone(),
        avatar_url: None,
        verified_at: None,
        metadata: Opaque::new(),
        created_at: pen.now,
        last_seen_at: None,
    };
    Ok(identities::put(tx, &identity)?)
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

/// The few contacts that an exact filter names; none when the filter is not exact.
fn exactly(snapshot: &Snapshot, filter: &Filter) -> Result<Option<Vec<Contact>>, EngineError> {
    if let Some(email) = &filter.email {
        return Ok(Some(contacts::by_email(snapshot, email)?));
    }
    if let Some(phone) = &filter.phone {
        return Ok(Some(match PhoneNumber::parse(phone) {
            Some(number) => contacts::by_phone(snapshot, number.as_str())?,
            None => Vec::new(),
        }));
    }
    Ok(None)
}

fn few(
    snapshot: &Snapshot,
    filter: &Filter,
    found: Vec<Contact>,
    span: &Span,
) -> Result<Page<Person>, EngineError> {
    let mut rows = Vec::new();
    for contact in found {
        let person = person(snapshot, contact)?;
        if fits(filter, &person) {
            rows.push(person);
        }
    }
    let total = Some(rows.len() as u64);
    Ok(Page {
        rows: rows
            .into_iter()
            .skip(span.offset)
            .take(span.limit)
            .collect(),
        next: None,
        total,
    })
}

type Place = (String, ContactId);

fn walk(snapshot: &Snapshot, filter: &Filter, span: &Span) -> Result<Page<Person>, EngineError> {
    let words = format!("{filter:?}");
    let mut after = match &span.cursor {
        Some(cursor) => Some(place(cursor, &words)?),
        None => None,
    };
    let total = if *filter == Filter::default() {
        Some(counters::get(snapshot, Counter::Contacts)?)
    } else {
        None
    };
    let (mut rows, mut skip, mut looked) = (Vec::new(), span.offset, 0);
    let page = |rows, next: Option<&Place>| Page {
        rows,
        next: next.map(|place| Cursor::new(place.to_bytes(), &words)),
        total,
    };
    loop {
        let scan = Scan::all().after(after.as_ref()).limit(STEP);
        let step = contacts::by_name(snapshot, scan)?;
        let is_last = step.len() < STEP;
        for (key, contact) in step {
            let person = person(snapshot, contact)?;
            looked += 1;
            match fits(filter, &person) {
                true if skip > 0 => skip -= 1,
                true if rows.len() == span.limit => return Ok(page(rows, after.as_ref())),
                true => rows.push(person),
                false => {}
            }
            after = Some(key);
        }
        if is_last {
            return Ok(page(rows, None));
        }
        if looked >= LOOK_MAX {
            return Ok(page(rows, after.as_ref()));
        }
    }
}

fn place(cursor: &Cursor, words: &str) -> Result<Place, Rejection> {
    let refuse = |message: String| Rejection::new(Code::InvalidCursor, message);
    let mut bytes = cursor
        .position(words)
        .map_err(|error| refuse(error.to_string()))?;
    Place::read(&mut bytes).ok_or_else(|| refuse("This cursor cannot be read.".to_owned()))
}

fn fits(filter: &Filter, person: &Person) -> bool {
    let contact = &person.contact;
    let has = |wanted: &String| {
        contact
            .tags
            .iter()
            .any(|held| tag::same_label(held, wanted))
    };
    let on = |kind: &ChannelKind| {
        let mut kinds = person
            .identities
            .iter()
            .map(|identity| &identity.channel_kind);
        kinds.any(|held| held == kind)
    };
    filter.tags.iter().all(has)
        && filter.channel_kind.as_ref().is_none_or(on)
        && filter
            .words
            .as_deref()
            .is_none_or(|words| says(contact, words))
}

/// Whether a contact says something: every word in the name, or the whole in another field, phone
/// numbers in any formatting.
fn says(contact: &Contact, words: &str) -> bool {
    let wanted = fold(words.trim());
    let name = fold(&contact.name);
    let digits: String = words.chars().filter(char::is_ascii_digit).collect();
    let holds = |text: &Option<String>| {
        text.as_ref()
            .is_some_and(|text| fold(text).contains(&wanted))
    };
    let custom = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| fold(text).contains(&wanted))
    };
    wanted.split_whitespace().all(|word| name.contains(word))
        || holds(&contact.email)
        || holds(&contact.external_id)
        || holds(&contact.company)
        || contact.custom_fields.values().any(custom)
        || (digits.len() >= 4
            && contact
                .phone
                .as_ref()
                .is_some_and(|phone| phone.contains(&digits)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::ids::Id as _;

    fn ana() -> Contact {
        Contact {
            name: "Ana S\u{e1} Lima".to_owned(),
            email: Some("ana@example.com".to_owned()),
            phone: Some("+5511987654321".to_owned()),
            ..empty(ContactId::from_bytes([1; 16]), Timestamp::from_secs(1))
        }
    }

    #[test]
    fn people_are_found_by_whatever_one_remembers() {
        let found = [
            "ana",
            "lima ana",
            "SA",
            "ana@",
            "98765-4321",
            "+55 (11) 98765",
        ];
        for words in found {
            assert!(says(&ana(), words), "{words}");
        }
        for words in ["bia", "ana costa", "123"] {
            assert!(!says(&ana(), words), "{words}");
        }
    }

    #[test]
    fn what_is_said_is_brought_into_form() {
        let changes = ContactChanges {
            name: Some("  Ana   Lima ".to_owned()),
            email: Some(" Ana@Example.com".to_owned()),
            phone: Some("+55 11 98765-4321".to_owned()),
            city: Some(" Recife ".to_owned()),
            ..ContactChanges::default()
        };
        let changes = clean(changes).unwrap();
        assert_eq!(changes.name.as_deref(), Some("Ana Lima"));
        assert_eq!(changes.email.as_deref(), Some("ana@example.com"));
        assert_eq!(changes.phone.as_deref(), Some("+5511987654321"));
        assert_eq!(changes.city.as_deref(), Some("Recife"));
        let wrong = ContactChanges {
            phone: Some("12".to_owned()),
            ..ContactChanges::default()
        };
        assert_eq!(clean(wrong).unwrap_err().fields[0].field, "phone");
    }

    #[test]
    fn an_erased_person_leaves_nothing_behind() {
        let left = nameless(&ana(), Timestamp::from_secs(2));
        assert_eq!(left.name, ERASED);
        assert_eq!((left.email, left.phone), (None, None));
        assert!(left.custom_fields.is_empty() && left.tags.is_empty());
    }
}
