//! Full text: everything said, noted, sent and known about contacts, found in well under a
//! millisecond.
//!
//! The index follows the event log. [`Search`] is the index itself; [`indexer`] is the thread that
//! keeps it current; [`query`] understands what people type; [`highlight`] marks the hits in a
//! text. The index holds no text to show and no state of conversations: both are read from the
//! store when a hit is looked at, so search can lag behind by a moment but never contradicts it.
//!
//! Documents stand newest first, so the newest hits are the first ones of each segment and a
//! search for them stops after a page. That is the default; ordering by relevance looks at all.

pub mod access;
pub mod beginnings;
pub mod bench;
mod build;
pub mod corpus;

mod digits;
pub mod documents;
mod error;
mod expand;
pub mod facts;
mod find;
mod generation;
pub mod highlight;
mod index;
pub mod indexer;
mod lexer;
pub mod operators;
pub mod query;
pub mod resolve;
mod schema;
mod steady;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashSet;
use std::time::Duration;
use std::time::Instant;

use crate::base::time::Timestamp;
use crate::model::fence::Fence;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::search::access::Candidates;
use crate::search::access::Gate;
use crate::search::access::States;
use crate::search::build::Builder;
use crate::search::facts::Key;
use crate::search::facts::Kind;
use crate::search::find::Found;
use crate::search::find::Place;
use crate::search::find::Walk;
use crate::search::generation::Generation;
use crate::search::query::Query;
use crate::search::resolve::NAMESAKES_MAX;
use crate::search::resolve::Nameless;
use crate::search::resolve::Plan;
use crate::search::resolve::Resolver;
use crate::search::schema::Fields;
use crate::search::schema::time_of;

pub use crate::search::error::SearchError;
pub use crate::search::index::Change;
pub use crate::search::index::Search;
pub use crate::search::index::SearchConfig;

/// Most hits of one page.
pub const PAGE_MAX: usize = 100;

/// A search limited to so few conversations looks at their messages alone.
const CONVERSATIONS_MAX: usize = 256;

/// What is searched for, by whom, and how much of it is wanted.
pub struct Request<'a> {
    /// What was typed.
    pub query: &'a Query,
    /// What hits can be; [`Kind::ALL`] for everything the person may see.
    pub kinds: &'a [Kind],
    /// The order of hits.
    pub order: Order,
    /// Most hits wanted, up to [`PAGE_MAX`].
    pub limit: usize,
    /// Where the page begins: [`Hits::next`] of the page before.
    pub after: Option<&'a [u8]>,
    /// Count on to this many hits for [`Hits::total`]; 0 for no more than the page needs.
    pub count_to: u64,
    /// What the person may see.
    pub fence: &'a Fence,
    /// Knows the names in the question.
    pub resolver: &'a dyn Resolver,
    /// Knows how conversations stand.
    pub states: States<'a>,
}

/// The order of hits. In either, exact hits come before those with a typing mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Newest first: the fast one.
    #[default]
    Newest,
    /// Best first, by how rare and frequent the words are; names and subjects count double.
    Relevance,
}

/// A page of hits.
#[derive(Debug, Clone, PartialEq)]
pub struct Hits {
    /// The hits in order.
    pub rows: Vec<Hit>,
    /// How many there are in all, or at least.
    pub total: u64,
    /// Whether `total` is exact.
    pub total_is_exact: bool,
    /// The place after the last row, for the next page; none at the end.
    pub next: Option<Vec<u8>>,
    /// How long it took.
    pub took: Duration,
}

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Which one.
    pub key: Key,
    /// Its conversation; none for contacts.
    pub conversation: Option<ConversationId>,
    /// Its time.
    pub at: Timestamp,
    /// How well it fits; only when ordered by relevance.
    pub score: Option<f32>,
    /// Whether it only fits when a typing mistake is forgiven.
    pub close: bool,
}

/// A page's beginning: the tier, and the place within it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Start {
    tier: usize,
    place: Option<Place>,
}

impl Search {
    /// Searches. A question with no words and no conditions finds nothing.
    ///
    /// # Errors
    /// [`SearchError`]: the place is none of ours, or the index cannot be read.
    pub fn query(&self, request: &Request<'_>) -> Result<Hits, SearchError> {
        let begun = Instant::now();
        let start = Start::read(request.after)?;
        let plan = resolve::resolve(request.query, request.resolver);
        let mut hits = if plan.asks_nothing() {
            Hits::none()
        } else {
            let generation = self.generation();
            look(&generation, self.fields(), request, &plan, start)
                .map_err(|source| SearchError::index("searching", source))?
        };
        hits.took = begun.elapsed();
        Ok(hits)
    }

    /// Contacts with words that begin with those of the name, newest first; at most
    /// [`NAMESAKES_MAX`]. For a [`Resolver`] to answer `from:camila` by: it looks again at what the
    /// words stood in, because labels and notes count here too.
    ///
    /// # Errors
    /// [`SearchError`]: the index cannot be read.
    pub fn contacts_named(&self, name: &str) -> Result<Vec<ContactId>, SearchError> {
        let query = Query::of_beginnings(name);
        let mut found = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        while found.len() < NAMESAKES_MAX {
            let page = self.query(&Request {
                query: &query,
                kinds: &[Kind::Contact],
                order: Order::Newest,
                limit: PAGE_MAX,
                after: after.as_deref(),
                count_to: 0,
                fence: &Fence::All,
                resolver: &Nameless,
                states: &|_| None,
            })?;
            let exact = page.rows.iter().filter(|hit| !hit.close);
            found.extend(exact.filter_map(|hit| match hit.key {
                Key::Contact(id) => Some(id),
                Key::Message(_) | Key::Conversation(_) => None,
            }));
            match page.next {
                Some(next) if page.rows.iter().all(|hit| !hit.close) => after = Some(next),
                _ => break,
            }
        }
        Ok(found)
    }

    /// Contacts with words that begin with those of a question, as they are spelled; none where there
    /// are more than `most`. No operators are read. Names, addresses, labels and what else is known
    /// of a contact count alike.
    ///
    /// # Errors
    /// [`SearchError`]: the index cannot be read.
    pub fn contacts_beginning(
        &self,
        question: &str,
        most: usize,
    ) -> Result<Option<HashSet<ContactId>>, SearchError> {
        let plan = resolve::resolve(&Query::of_beginnings(question), &Nameless);
        if plan.asks_nothing() {
            return Ok(Some(HashSet::new()));
        }
        let builder = Builder {
            fields: self.fields(),
            plan: &plan,
            kinds: &[Kind::Contact],
            scored: false,
            conversations: None,
        };
        self.generation()
            .contacts(builder.exact().as_ref(), most)
            .map_err(|source| SearchError::index("searching", source))
    }
}

fn look(
    generation: &Generation,
    fields: &Fields,
    request: &Request<'_>,
    plan: &Plan,
    start: Start,
) -> tantivy::Result<Hits> {
    let limit = request.limit.min(PAGE_MAX);
    let narrowing = !plan.states.is_empty() || *request.fence != Fence::All;
    let list = |most: usize| -> tantivy::Result<Candidates> {
        let query = build::conversations_query(fields, plan, request.fence);
        generation.conversations(query.as_ref(), most)
    };
    let few = if narrowing {
        list(CONVERSATIONS_MAX)?
    } else {
        None
    };
    let unlimited = || narrowing.then(|| list(usize::MAX).ok().flatten()).flatten();
    let gate = Gate::new(request.fence, &plan.states, request.states, &unlimited);
    let scored = request.order == Order::Relevance && !plan.texts.is_empty();
    let builder = Builder {
        fields,
        plan,
        kinds: request.kinds,
        scored,
        conversations: few.map(HashSet::into_iter).map(Iterator::collect),
    };
    let mut hits = Hits::none();
    let mut founds: Vec<(usize, Found)> = Vec::new();
    for (tier, query) in builder.tiers().iter().enumerate().skip(start.tier) {
        let walk = Walk {
            generation,
            gate: &gate,
            from: plan.from,
            until: plan.until,
            gaps: &plan.gaps,
            after: start.place.filter(|_| tier == start.tier),
            // One more than asked for tells whether there is another page.
            limit: (limit + 1).saturating_sub(founds.len()),
            count_to: request.count_to.saturating_sub(hits.total),
        };
        if walk.limit == 0 && walk.count_to == 0 {
            hits.total_is_exact = false;
            break;
        }
        let found = if scored {
            walk.best(query.as_ref())?
        } else {
            walk.newest(query.as_ref())?
        };
        hits.total += found.count;
        hits.total_is_exact &= !found.cut;
        founds.extend(found.hits.into_iter().map(|found| (tier, found)));
    }
    hits.total_is_exact &= start.tier == 0;
    if founds.len() > limit {
        founds.truncate(limit);
        hits.next = founds
            .last()
            .map(|(tier, found)| Start::after(*tier, found).write());
    }
    hits.rows = founds
        .iter()
        .map(|(tier, found)| hit(generation, *tier, found, scored))
        .collect();
    Ok(hits)
}

fn hit(generation: &Generation, tier: usize, found: &Found, scored: bool) -> Hit {
    let numbers = &generation.segments[found.segment];
    let (kind, key) = numbers.key(found.doc);
    Hit {
        kind,
        key,
        conversation: numbers.conversation(found.doc),
        at: time_of(found.rank),
        score: scored.then_some(found.score),
        close: tier > 0,
    }
}

impl Hits {
    const fn none() -> Self {
        Self {
            rows: Vec::new(),
            total: 0,
            total_is_exact: true,
            next: None,
            took: Duration::ZERO,
        }
    }
}

impl Start {
    fn after(tier: usize, found: &Found) -> Self {
        Self {
            tier,
            place: Some(found.place()),
        }
    }

    fn write(self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.tier > 0)];
        if let Some(place) = self.place {
            bytes.extend(place.score.to_be_bytes());
            bytes.extend(place.rank.to_be_bytes());
            bytes.extend(place.id);
        }
        bytes
    }

    fn read(bytes: Option<&[u8]>) -> Result<Self, SearchError> {
        let Some(bytes) = bytes else {
            return Ok(Self {
                tier: 0,
                place: None,
            });
        };
        let [tier @ (0 | 1), place @ ..] = bytes else {
            return Err(SearchError::BadPlace);
        };
        let (score, place) = place.split_first_chunk().ok_or(SearchError::BadPlace)?;
        let (rank, id) = place.split_first_chunk().ok_or(SearchError::BadPlace)?;
        Ok(Self {
            tier: usize::from(*tier),
            place: Some(Place {
                score: f32::from_be_bytes(*score),
                rank: u64::from_be_bytes(*rank),
                id: id.try_into().map_err(|_| SearchError::BadPlace)?,
            }),
        })
    }
}
