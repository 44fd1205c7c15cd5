//! Contacts that are the same person become one, and can be taken apart again for a while.

use std::time::Duration;

use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::people::contact_changes::ContactChanges;
use crate::engine::people::contact_changes::apply;
use crate::engine::people::contact_changes::clean;
use crate::engine::people::contacts::Person;
use crate::engine::people::contacts::find;
use crate::engine::people::contacts::person;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::contact::Contact;
use crate::model::contact::Merge;
use crate::model::event::Change;
use crate::model::event::ContactMerged;
use crate::model::event::ConversationChanged;
use crate::model::event::Event;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::IdentityId;
use crate::model::ids::MergeId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag;
use crate::store::Direction;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;
use crate::store::records::merges;
use crate::store::records::messages;

/// How long a merge can be undone.
const UNDO_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The most contacts that go into another at once.
const AT_ONCE_MAX: usize = 20;

/// Merging contacts.
#[derive(Clone)]
pub struct Merging(pub Context);

/// What came of a merge.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The contact that stayed.
    pub person: Person,
    /// What to name when it is to be undone.
    pub merge_id: MergeId,
}

impl Merging {
    /// Makes one contact of several: addresses, conversations and messages move; empty fields are
    /// filled; labels are joined; whoever is blocked stays blocked. What is said of the one that stays
    /// (`chosen`) counts before what the contacts had.
    ///
    /// # Errors
    /// The actor may not; there is no such contact; `VALIDATION_ERROR`.
    pub async fn merge(
        &self,
        actor: &Actor,
        primary: ContactId,
        others: Vec<ContactId>,
        chosen: ContactChanges,
    ) -> Result<Merged, EngineError> {
        // Whoever may merge contacts may edit them.
        actor.require(Permission::MergeContacts)?;
        let chosen = clean(chosen)?;
        if others.is_empty() || others.len() > AT_ONCE_MAX {
            let wrong = format!("must be 1 to {AT_ONCE_MAX} contacts");
            return Err(Rejection::field("secondaryContactIds", wrong).into());
        }
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("merging contacts", move |tx| {
                let mut pen = stamp.pen();
                let held = find(tx, primary)?;
                let secondaries = distinct(tx, &held, &others)?;
                let merge = join(tx, &mut pen, held, secondaries, &chosen)?;
                tell(tx, &mut pen, &actor, &merge, "contact.merged")?;
                let contact = find(tx, merge.primary.id)?;
                Ok(Merged {
                    person: person(tx, contact)?,
                    merge_id: merge.id,
                })
            })
            .await
    }

    /// Takes contacts apart again. What came since the merge stays with the one that stayed.
    ///
    /// # Errors
    /// The actor may not; there is no such merge; it was undone before, or is too long ago, or the
    /// contact went into another one meanwhile.
    pub async fn undo(&self, actor: &Actor, id: MergeId) -> Result<Person, EngineError> {
        actor.require(Permission::MergeContacts)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("undoing a merge", move |tx| {
                let mut pen = stamp.pen();
                let merge = merges::get(tx, id)?
                    .ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "merge"))?;
                let held = undoable(tx, &merge, &pen)?;
                let merge = part(tx, &mut pen, held, merge)?;
                tell(tx, &mut pen, &actor, &merge, "contact.unmerged")?;
                let contact = find(tx, merge.primary.id)?;
                person(tx, contact)
            })
            .await
    }

    /// The merges of a contact that can still be undone, newest first.
    ///
    /// # Errors
    /// The actor may not; there is no such contact.
    pub fn of_contact(&self, actor: &Actor, id: ContactId) -> Result<Vec<Merge>, EngineError> {
        actor.require(Permission::ReadContacts)?;
        let now = self.0.clock.now();
        let snapshot = self.0.store.snapshot()?;
        let contact = find(&snapshot, id)?;
        let mut found = merges::list(&snapshot)?;
        found.retain(|merge| {
            let recent = now.since(merge.at) < UNDO_FOR;
            merge.primary.id == contact.id && merge.undone_at.is_none() && recent
        });
        found.reverse();
        Ok(found)
    }
}

/// The contacts to go in, each once.
fn distinct(
    tx: &Tx<'_>,
    primary: &Contact,
    ids: &[ContactId],
) -> Result<Vec<Contact>, EngineError> {
    let mut found: Vec<Contact> = Vec::new();
    for id in ids {
        let contact = find(tx, *id)?;
        if contact.id == primary.id {
            let wrong = "must be other contacts than the one they go into";
            return Err(Rejection::field("secondaryContactIds", wrong).into());
        }
        if !found.iter().any(|known| known.id == contact.id) {
            found.push(contact);
        }
    }
    Ok(found)
}

fn join(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    primary: Contact,
    secondaries: Vec<Contact>,
    chosen: &ContactChanges,
) -> Result<Merge, EngineError> {
    let mut merge = Merge {
        id: pen.id(),
        primary,
        secondaries,
        identities: Vec::new(),
        conversations: Vec::new(),
        at: pen.now,
        undone_at: None,
        given: None,
    };
    for secondary in &merge.secondaries {
        for identity in identities::of_contact(tx, secondary.id)? {
            merge.identities.push((identity.id, secondary.id));
        }
        for conversation in conversations::of_contact(tx, secondary.id)? {
            merge.conversations.push((conversation.id, secondary.id));
        }
        let mut tombstone = secondary.clone();
        tombstone.merged_into = Some(merge.primary.id);
        tombstone.updated_at = pen.now;
        // Tombstones go first: an external id has one owner in the index.
        contacts::put(tx, &tombstone)?;
    }
    for secondary in &merge.secondaries {
        move_addresses(tx, secondary.id, merge.primary.id, |_| true)?;
    }
    for (id, _) in &merge.conversations {
        move_conversation(tx, pen, *id, merge.primary.id)?;
    }
    let mut joined = combined(&merge.primary, &merge.secondaries);
    apply(tx, &mut joined, chosen)?;
    joined.revision += 1;
    joined.updated_at = pen.now;
    contacts::put(tx, &joined)?;
    merge.given = Some(Box::new(joined));
    counters::add(tx, Counter::Contacts, -steps(&merge))?;
    merges::put(tx, &merge)?;
    Ok(merge)
}

/// How many contacts went in; at most [`AT_ONCE_MAX`].
fn steps(merge: &Merge) -> i64 {
    i64::try_from(merge.secondaries.len()).unwrap_or(0)
}

fn move_addresses(
    tx: &mut Tx<'_>,
    from: ContactId,
    to: ContactId,
    wanted: impl Fn(IdentityId) -> bool,
) -> Result<(), EngineError> {
    for mut identity in identities::of_contact(tx, from)? {
        if wanted(identity.id) {
            identity.contact_id = to;
            identities::put(tx, &identity)?;
        }
    }
    Ok(())
}

fn move_conversation(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    id: ConversationId,
    to: ContactId,
) -> Result<(), EngineError> {
    let Some(mut conversation) = conversations::get(tx, id)? else {
        return Ok(());
    };
    conversation.contact_id = to;
    conversation.revision += 1;
    conversation.updated_at = pen.now;
    conversations::put(tx, &conversation)?;
    for mut message in messages::near(tx, id, None, Direction::Forward, usize::MAX)? {
        message.contact_id = to;
        messages::update(tx, &message)?;
    }
    let event = ConversationChanged {
        conversation_id: id,
        change: Change::Contact,
    };
    pen.log(tx, Event::ConversationChanged(event))?;
    Ok(())
}

/// The contact that stays, with what it takes over. Its own word counts before the others'.
fn combined(primary: &Contact, secondaries: &[Contact]) -> Contact {
    let mut joined = primary.clone();
    for other in secondaries {
        if other.name_source > joined.name_source {
            joined.name.clone_from(&other.name);
            joined.name_source = other.name_source;
        }
        let fields = [
            (&mut joined.email, &other.email),
            (&mut joined.phone, &other.phone),
            (&mut joined.external_id, &other.external_id),
            (&mut joined.avatar_url, &other.avatar_url),
            (&mut joined.language, &other.language),
            (&mut joined.timezone, &other.timezone),
            (&mut joined.country, &other.country),
            (&mut joined.city, &other.city),
            (&mut joined.company, &other.company),
        ];
        for (held, offered) in fields {
            if held.is_none() {
                held.clone_from(offered);
            }
        }
        fill(&mut joined.custom_fields, &other.custom_fields);
        fill(&mut joined.metadata, &other.metadata);
        tag::add_labels(&mut joined.tags, &other.tags);
        joined.blocked |= other.blocked;
        joined.first_seen_at = earliest(joined.first_seen_at, other.first_seen_at);
        joined.last_seen_at = joined.last_seen_at.max(other.last_seen_at);
        joined.conversation_count += other.conversation_count;
        joined.merged_ids.push(other.id);
        joined.merged_ids.extend(&other.merged_ids);
    }
    joined
}

fn fill(held: &mut Opaque, offered: &Opaque) {
    for (key, value) in offered {
        held.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

fn earliest<T: Ord>(left: Option<T>, right: Option<T>) -> Option<T> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    }
}

/// The contact a merge can be undone from.
fn undoable(tx: &Tx<'_>, merge: &Merge, pen: &Pen) -> Result<Contact, EngineError> {
    let refuse = |message: &str| Rejection::new(Code::ValidationError, message);
    if merge.undone_at.is_some() {
        return Err(refuse("This merge was undone already.").into());
    }
    if pen.now.since(merge.at) >= UNDO_FOR {
        return Err(refuse("A merge can be undone for 30 days.").into());
    }
    let held = contacts::get(tx, merge.primary.id)?;
    held.filter(|contact| contact.merged_into.is_none() && contact.erased_at.is_none())
        .ok_or_else(|| {
            let message = "The contact went into another one meanwhile, or was deleted.";
            refuse(message).into()
        })
}

fn part(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    held: Contact,
    mut merge: Merge,
) -> Result<Merge, EngineError> {
    // First the one that stayed: what it gives back, such as an external id, must be free.
    let mut left = separated(held, &merge);
    left.revision += 1;
    left.updated_at = pen.now;
    contacts::put(tx, &left)?;
    for secondary in &merge.secondaries {
        let mut back = secondary.clone();
        back.revision += 1;
        back.updated_at = pen.now;
        contacts::put(tx, &back)?;
        let owned = |id| merge.identities.contains(&(id, secondary.id));
        move_addresses(tx, left.id, secondary.id, owned)?;
    }
    for (id, owner) in &merge.conversations {
        let still_there = conversations::get(tx, *id)?.is_some_and(|it| it.contact_id == left.id);
        if still_there {
            move_conversation(tx, pen, *id, *owner)?;
        }
    }
    // Conversations may have been deleted since the merge.
    let apart = merge.secondaries.iter().map(|secondary| secondary.id);
    for id in apart.chain([left.id]) {
        contacts::recount(tx, id)?;
    }
    counters::add(tx, Counter::Contacts, steps(&merge))?;
    merge.undone_at = Some(pen.now);
    merges::put(tx, &merge)?;
    Ok(merge)
}

/// The contact without what a merge gave it; what somebody set since then stays.
fn separated(held: Contact, merge: &Merge) -> Contact {
    let before = &merge.primary;
    let given = match &merge.given {
        Some(given) => Contact::clone(given),
        None => combined(before, &merge.secondaries),
    };
    let mut left = held;
    if left.name == given.name {
        left.name.clone_from(&before.name);
        left.name_source = before.name_source;
    }
    let fields = [
        (&mut left.email, &given.email, &before.email),
        (&mut left.phone, &given.phone, &before.phone),
        (
            &mut left.external_id,
            &given.external_id,
            &before.external_id,
        ),
        (&mut left.avatar_url, &given.avatar_url, &before.avatar_url),
        (&mut left.language, &given.language, &before.language),
        (&mut left.timezone, &given.timezone, &before.timezone),
        (&mut left.country, &given.country, &before.country),
        (&mut left.city, &given.city, &before.city),
        (&mut left.company, &given.company, &before.company),
    ];
    for (held, given, before) in fields {
        if held == given {
            held.clone_from(before);
        }
    }
    take_back(
        &mut left.custom_fields,
        &given.custom_fields,
        &before.custom_fields,
    );
    take_back(&mut left.metadata, &given.metadata, &before.metadata);
    let gained = |tag: &String| given.tags.contains(tag) && !before.tags.contains(tag);
    left.tags.retain(|tag| !gained(tag));
    if left.blocked == given.blocked {
        left.blocked = before.blocked;
    }
    let moved = given.conversation_count - before.conversation_count;
    left.conversation_count = left.conversation_count.saturating_sub(moved);
    let gained = |id: &ContactId| given.merged_ids.contains(id) && !before.merged_ids.contains(id);
    left.merged_ids.retain(|id| !gained(id));
    left
}

fn take_back(held: &mut Opaque, given: &Opaque, before: &Opaque) {
    held.retain(|key, value| before.contains_key(key) || given.get(key) != Some(value));
}

fn tell(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    merge: &Merge,
    action: &str,
) -> Result<(), EngineError> {
    let merged_ids: Vec<ContactId> = merge.secondaries.iter().map(|other| other.id).collect();
    let named: Vec<String> = merged_ids.iter().map(ToString::to_string).collect();
    let details = Opaque::from_iter([("contacts".to_owned(), named.into())]);
    audit::note(tx, pen, actor, action, merge.primary.id, details)?;
    let event = ContactMerged {
        contact_id: merge.primary.id,
        merged_ids,
        undone: merge.undone_at.is_some(),
    };
    pen.log(tx, Event::ContactMerged(event))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::model::contact::NameSource;
    use crate::model::ids::Id as _;

    fn contact(number: u8, name: &str, source: NameSource) -> Contact {
        Contact {
            name: name.to_owned(),
            name_source: source,
            conversation_count: 1,
            ..Contact::nobody(ContactId::from_bytes([number; 16]), Timestamp::from_secs(1))
        }
    }

    fn merge() -> Merge {
        let mut primary = contact(1, "+55 11 9", NameSource::Address);
        primary.phone = Some("+55119".to_owned());
        primary.tags = vec!["VIP".to_owned()];
        primary.custom_fields.insert("plan".into(), "gold".into());
        let mut other = contact(2, "Ana Lima", NameSource::Profile);
        other.phone = Some("+1555".to_owned());
        other.email = Some("ana@example.com".to_owned());
        other.tags = vec!["vip".to_owned(), "refund".to_owned()];
        other.custom_fields.insert("plan".into(), "free".into());
        other.custom_fields.insert("shoe".into(), 38.into());
        other.blocked = true;
        Merge {
            id: MergeId::from_bytes([3; 16]),
            primary,
            secondaries: vec![other],
            identities: Vec::new(),
            conversations: Vec::new(),
            at: Timestamp::from_secs(1),
            undone_at: None,
            given: None,
        }
    }

    #[test]
    fn the_one_that_stays_is_filled_and_its_own_word_counts() {
        let merge = merge();
        let joined = combined(&merge.primary, &merge.secondaries);
        assert_eq!(joined.name, "Ana Lima");
        assert_eq!(joined.phone.as_deref(), Some("+55119"));
        assert_eq!(joined.email.as_deref(), Some("ana@example.com"));
        assert_eq!(joined.tags, ["VIP", "refund"]);
        assert_eq!(joined.custom_fields["plan"], "gold");
        assert_eq!(joined.custom_fields["shoe"], 38);
        assert!(joined.blocked);
        assert_eq!(joined.conversation_count, 2);
        assert_eq!(joined.merged_ids, [ContactId::from_bytes([2; 16])]);
    }

    #[test]
    fn undoing_takes_back_what_was_chosen_too() {
        let mut merge = merge();
        let mut given = combined(&merge.primary, &merge.secondaries);
        given.phone = Some("+1555".to_owned());
        merge.given = Some(Box::new(given.clone()));
        assert_eq!(separated(given, &merge), merge.primary);
    }

    #[test]
    fn undoing_gives_back_what_was_taken_and_keeps_what_came_since() {
        let merge = merge();
        let mut held = combined(&merge.primary, &merge.secondaries);
        assert_eq!(separated(held.clone(), &merge), merge.primary);
        held.email = Some("new@example.com".to_owned());
        held.tags.push("later".to_owned());
        held.custom_fields.insert("shoe".into(), 39.into());
        held.conversation_count += 1;
        let left = separated(held, &merge);
        assert_eq!(left.email.as_deref(), Some("new@example.com"));
        assert_eq!(left.tags, ["VIP", "later"]);
        assert_eq!(left.custom_fields["shoe"], 39);
        assert_eq!(left.conversation_count, 2);
        assert!(left.merged_ids.is_empty());
    }
}
