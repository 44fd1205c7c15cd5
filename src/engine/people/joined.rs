//! What several contacts are as one, and what is left when they are taken apart again.

use crate::model::Opaque;
use crate::model::contact::Contact;
use crate::model::contact::Merge;
use crate::model::ids::ContactId;
use crate::model::tag;

/// The contact that stays, with what it takes over. Its own word counts before the others'.
pub(super) fn combined(primary: &Contact, secondaries: &[Contact]) -> Contact {
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
        for topic in &other.opted_out {
            joined.opt_out(topic, other.opted_out_since.get(topic).copied());
        }
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

/// The contact without what a merge gave it; what somebody set since then stays.
pub(super) fn separated(held: Contact, merge: &Merge) -> Contact {
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
    let gained = |topic: &&String| !before.opted_out.contains(*topic);
    for topic in given.opted_out.iter().filter(gained) {
        left.opt_in(topic);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::model::contact::NameSource;
    use crate::model::ids::Id as _;
    use crate::model::ids::MergeId;

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
        other.opt_out("marketing", Some(Timestamp::from_secs(5)));
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
        assert_eq!(joined.opted_out, ["marketing"]);
        assert_eq!(joined.opted_out_since["marketing"], Timestamp::from_secs(5));
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
