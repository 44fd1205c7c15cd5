//! Listing contacts: filtered, in order, a page at a time.

use std::collections::HashSet;

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::base::page::Span;
use crate::base::phone::PhoneNumber;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
pub use crate::engine::people::contact_order::Sort;
pub use crate::engine::people::contact_order::SortBy;
use crate::engine::people::contact_order::Walk;
use crate::engine::people::contact_words::Meant;
use crate::engine::people::contacts::Person;
use crate::engine::people::contacts::person;
use crate::model::channel::ChannelKind;
use crate::model::contact::Contact;
use crate::model::ids::ContactId;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag;
use crate::store::Snapshot;
use crate::store::records::contacts;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;

/// Places passed for one page before the reader gets a cursor instead of more rows: a rare filter
/// must not hold up the server.
const PASSED_MAX: usize = 20_000;
/// So few contacts are read, put in order and counted; of more, only a page is read.
const FEW_MAX: usize = 2_000;

/// Which contacts to list, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In whom each of these words begins a word: of the names, addresses, labels, company or
    /// custom fields.
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
/// `INVALID_CURSOR`; the disk's; the index cannot be read.
pub(super) fn page(
    context: &Context,
    filter: &Filter,
    span: &Span,
) -> Result<Page<Person>, EngineError> {
    let snapshot = &context.store.snapshot()?;
    let asked = filter.words.as_deref();
    let meant = asked.map(|words| Meant::by(context, snapshot, words));
    let list = List {
        snapshot,
        filter,
        meant: meant.transpose()?,
    };
    match list.exactly()? {
        Some(found) => list.few(found, span),
        None => list.walk(span),
    }
}

/// What is listed, and where it is read.
struct List<'a> {
    snapshot: &'a Snapshot,
    filter: &'a Filter,
    /// Those the words mean.
    meant: Option<Meant>,
}

impl List<'_> {
    /// The few contacts that an exact filter or rare words name; none when there are many.
    fn exactly(&self) -> Result<Option<Vec<Contact>>, EngineError> {
        let (snapshot, filter) = (self.snapshot, self.filter);
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
        match self.ids() {
            Some(ids) if ids.len() <= FEW_MAX => {
                let found = ids.iter().map(|id| contacts::get(snapshot, *id));
                let found: Vec<Option<Contact>> = found.collect::<Result<_, _>>()?;
                Ok(Some(found.into_iter().flatten().collect()))
            }
            _ => Ok(None),
        }
    }

    fn ids(&self) -> Option<&HashSet<ContactId>> {
        self.meant.as_ref().and_then(Meant::ids)
    }

    /// A page of contacts that are all at hand.
    fn few(&self, found: Vec<Contact>, span: &Span) -> Result<Page<Person>, EngineError> {
        let words = format!("{:?}", self.filter);
        let mut fitting = Vec::with_capacity(found.len());
        for contact in found {
            if self.admits(&contact)? {
                fitting.push(contact);
            }
        }
        let total = fitting.len();
        let ordered = self.filter.sort.put_in_order(fitting);
        let start = match &span.cursor {
            Some(cursor) => {
                let after = cursor.position(&words).map_err(refused)?;
                let is_past = |(place, _): &(Vec<u8>, Contact)| {
                    place == after || self.filter.sort.precedes(place, after)
                };
                ordered.partition_point(is_past)
            }
            None => span.offset,
        };
        let mut left = ordered.into_iter().skip(start);
        let (mut rows, mut last) = (Vec::new(), None);
        for (place, contact) in left.by_ref().take(span.limit) {
            rows.push(person(self.snapshot, contact)?);
            last = Some(place);
        }
        Ok(Page {
            rows,
            next: left
                .next()
                .and(last)
                .map(|place| Cursor::new(place, &words)),
            total: Some(total as u64),
        })
    }

    fn walk(&self, span: &Span) -> Result<Page<Person>, EngineError> {
        let words = format!("{:?}", self.filter);
        let mut after = match &span.cursor {
            Some(cursor) => Some(cursor.position(&words).map_err(refused)?.to_vec()),
            None => None,
        };
        let mut contacts = Walk::begin(self.snapshot, self.filter.sort, after.as_deref())?
            .ok_or_else(|| refused("This cursor cannot be read."))?;
        let known_count = self.known_count()?;
        // Only the first page says how many there are in all, and only where nobody keeps count.
        let counts = span.cursor.is_none() && known_count.is_none();
        let (mut rows, mut matches, mut passed) = (Vec::new(), 0_u64, 0);
        let mut next: Option<Cursor> = None;
        let is_wanted = |id| self.ids().is_none_or(|ids| ids.contains(&id));
        let is_last = 'walk: loop {
            let step = contacts.step(is_wanted)?;
            passed += step.passed;
            for (place, contact) in step.rows {
                if self.admits(&contact)? {
                    matches += 1;
                    if rows.len() < span.limit {
                        if matches > span.offset as u64 {
                            rows.push(person(self.snapshot, contact)?);
                        }
                    } else if next.is_none() {
                        next = after.clone().map(|place| Cursor::new(place, &words));
                        if !counts {
                            break 'walk false;
                        }
                    }
                }
                after = Some(place);
            }
            let is_last = step.last.is_none();
            after = step.last.or(after);
            if is_last || passed >= PASSED_MAX {
                break is_last;
            }
        };
        if !is_last && next.is_none() {
            next = after.map(|place| Cursor::new(place, &words));
        }
        Ok(Page {
            rows,
            next,
            total: known_count.or((counts && is_last).then_some(matches)),
        })
    }

    /// How many there are in all, where somebody keeps count.
    fn known_count(&self) -> Result<Option<u64>, EngineError> {
        let words_alone = Filter {
            words: self.filter.words.clone(),
            sort: self.filter.sort,
            ..Filter::default()
        };
        if *self.filter != words_alone {
            return Ok(None);
        }
        Ok(match &self.meant {
            None => Some(counters::get(self.snapshot, Counter::Contacts)?),
            Some(meant) => meant.ids().map(|ids| ids.len() as u64),
        })
    }

    /// Whether the filter lets a contact through.
    fn admits(&self, contact: &Contact) -> Result<bool, EngineError> {
        let has = |wanted: &String| {
            let mut tags = contact.tags.iter();
            tags.any(|held| tag::same_label(held, wanted))
        };
        if !self.filter.tags.iter().all(has) {
            return Ok(false);
        }
        if let Some(meant) = &self.meant
            && !meant.has(self.snapshot, contact)?
        {
            return Ok(false);
        }
        let Some(kind) = &self.filter.channel_kind else {
            return Ok(true);
        };
        let held = identities::of_contact(self.snapshot, contact.id)?;
        Ok(held.iter().any(|identity| identity.channel_kind == *kind))
    }
}

fn refused(why: impl std::fmt::Display) -> Rejection {
    Rejection::new(Code::InvalidCursor, why.to_string())
}
