//! Listing contacts: filtered, in order, a page at a time.

use serde_json::Value;

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::base::page::Span;
use crate::base::phone::PhoneNumber;
use crate::base::text::fold;
use crate::engine::error::EngineError;
pub use crate::engine::people::contact_order::Sort;
pub use crate::engine::people::contact_order::SortBy;
use crate::engine::people::contact_order::Walk;
use crate::engine::people::contacts::Person;
use crate::engine::people::contacts::person;
use crate::model::channel::ChannelKind;
use crate::model::contact::Contact;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag;
use crate::store::Snapshot;
use crate::store::records::contacts;
use crate::store::records::counters;
use crate::store::records::counters::Counter;

/// Contacts looked at for one page before the reader gets a cursor instead of more rows: a rare
/// filter must not hold up the server.
const LOOK_MAX: usize = 20_000;
/// The fewest digits that are looked for in phone numbers.
const DIGITS_MIN: usize = 3;

/// Which contacts to list, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// With this in the name, the address of mail, the phone number or the business's own id.
    pub words: Option<String>,
    /// With exactly this address of mail.
    pub email: Option<String>,
    /// With exactly this phone number.
    pub phone: Option<String>,
    /// With exactly this id in the business's own systems.
    pub external_id: Option<String>,
    /// With all of these labels.
    pub tags: Vec<String>,
    /// With an address on a channel of this kind.
    pub channel_kind: Option<ChannelKind>,
    /// In which order.
    pub sort: Sort,
}

/// A page of contacts.
///
/// # Errors
/// `INVALID_CURSOR`; the disk's.
pub(super) fn page(
    snapshot: &Snapshot,
    filter: &Filter,
    span: &Span,
) -> Result<Page<Person>, EngineError> {
    if let Some(found) = exactly(snapshot, filter)? {
        return few(snapshot, filter, found, span);
    }
    walk(snapshot, filter, span)
}

/// The few contacts that an exact filter names; none when the filter is not exact.
fn exactly(snapshot: &Snapshot, filter: &Filter) -> Result<Option<Vec<Contact>>, EngineError> {
    if let Some(email) = &filter.email {
        return Ok(Some(contacts::by_email(snapshot, email)?));
    }
    if let Some(phone) = &filter.phone {
        // Programs often keep numbers without their plus sign.
        let number = PhoneNumber::parse(phone);
        return Ok(Some(
            match number.or_else(|| PhoneNumber::parse(&format!("+{phone}"))) {
                Some(number) => contacts::by_phone(snapshot, number.as_str())?,
                None => Vec::new(),
            },
        ));
    }
    if let Some(external_id) = &filter.external_id {
        let found = contacts::by_external_id(snapshot, external_id)?;
        return Ok(Some(found.into_iter().collect()));
    }
    Ok(None)
}

fn few(
    snapshot: &Snapshot,
    filter: &Filter,
    mut found: Vec<Contact>,
    span: &Span,
) -> Result<Page<Person>, EngineError> {
    let words = format!("few {filter:?}");
    let start = match &span.cursor {
        Some(cursor) => {
            let bytes = cursor.position(&words).map_err(refused)?;
            let number = bytes.try_into().map(u64::from_be_bytes);
            number.map_or(usize::MAX, |number| {
                usize::try_from(number).unwrap_or(usize::MAX)
            })
        }
        None => span.offset,
    };
    filter.sort.put_in_order(&mut found);
    let mut rows = Vec::new();
    for contact in found {
        rows.extend(fitting(snapshot, filter, contact)?);
    }
    let total = rows.len();
    let end = start.saturating_add(span.limit);
    let next = (end < total).then(|| Cursor::new((end as u64).to_be_bytes().to_vec(), &words));
    Ok(Page {
        rows: rows.into_iter().skip(start).take(span.limit).collect(),
        next,
        total: Some(total as u64),
    })
}

fn walk(snapshot: &Snapshot, filter: &Filter, span: &Span) -> Result<Page<Person>, EngineError> {
    let words = format!("{filter:?}");
    let mut after = match &span.cursor {
        Some(cursor) => Some(cursor.position(&words).map_err(refused)?.to_vec()),
        None => None,
    };
    let mut contacts = Walk::begin(snapshot, filter.sort, after.as_deref())?
        .ok_or_else(|| refused("This cursor cannot be read."))?;
    let everything = Filter {
        sort: filter.sort,
        ..Filter::default()
    };
    let kept_count = if *filter == everything {
        Some(counters::get(snapshot, Counter::Contacts)?)
    } else {
        None
    };
    // Only the first page says how many there are in all, and only where nobody keeps count.
    let counts = span.cursor.is_none() && kept_count.is_none();
    let (mut rows, mut matches, mut looked) = (Vec::new(), 0_u64, 0);
    let mut next: Option<Cursor> = None;
    let is_last = 'walk: loop {
        let step = contacts.step()?;
        let is_last = step.is_last;
        for (place, contact) in step.rows {
            looked += 1;
            if let Some(person) = fitting(snapshot, filter, contact)? {
                matches += 1;
                if rows.len() < span.limit {
                    rows.extend((matches > span.offset as u64).then_some(person));
                } else if next.is_none() {
                    next = after.clone().map(|place| Cursor::new(place, &words));
                    if !counts {
                        break 'walk false;
                    }
                }
            }
            after = Some(place);
        }
        if is_last || looked >= LOOK_MAX {
            break is_last;
        }
    };
    if !is_last && next.is_none() {
        next = after.map(|place| Cursor::new(place, &words));
    }
    Ok(Page {
        rows,
        next,
        total: kept_count.or((counts && is_last).then_some(matches)),
    })
}

fn refused(why: impl std::fmt::Display) -> Rejection {
    Rejection::new(Code::InvalidCursor, why.to_string())
}

/// The contact with its addresses, when a filter lets it through.
fn fitting(
    snapshot: &Snapshot,
    filter: &Filter,
    contact: Contact,
) -> Result<Option<Person>, EngineError> {
    let has = |wanted: &String| {
        contact
            .tags
            .iter()
            .any(|held| tag::same_label(held, wanted))
    };
    let words = filter.words.as_deref();
    if !filter.tags.iter().all(has) || !words.is_none_or(|words| says(&contact, words)) {
        return Ok(None);
    }
    let person = person(snapshot, contact)?;
    let on = |kind: &ChannelKind| {
        let mut identities = person.identities.iter();
        identities.any(|identity| identity.channel_kind == *kind)
    };
    let reaches = filter.channel_kind.as_ref().is_none_or(on);
    Ok(reaches.then_some(person))
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
        || (digits.len() >= DIGITS_MIN
            && contact
                .phone
                .as_ref()
                .is_some_and(|phone| phone.contains(&digits)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::model::ids::ContactId;
    use crate::model::ids::Id as _;

    fn ana() -> Contact {
        Contact {
            name: "Ana S\u{e1} Lima".to_owned(),
            email: Some("ana@example.com".to_owned()),
            phone: Some("+5511987654321".to_owned()),
            ..Contact::nobody(ContactId::from_bytes([1; 16]), Timestamp::from_secs(1))
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
        for words in ["bia", "ana costa", "123", "98"] {
            assert!(!says(&ana(), words), "{words}");
        }
    }
}
