//! Measures our search against the bare library on the same index: what the fence, the states,
//! the counting, the tiers and the query language cost.
//!
//! The bare side does the least that could be called the same search: it runs the library's own
//! queries, one after the other until the page is full (exact words, then close ones), and takes
//! the first [`PAGE`] documents of each segment, which stand newest first.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use tantivy::DocSet as _;
use tantivy::Searcher;
use tantivy::TERMINATED;
use tantivy::Term;
use tantivy::query::BooleanQuery;
use tantivy::query::EnableScoring;
use tantivy::query::FuzzyTermQuery;
use tantivy::query::PhraseQuery;
use tantivy::query::Query;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

use crate::model::fence::Fence;
use crate::model::ids::ConversationId;
use crate::model::message::Direction;
use crate::search::Change;
use crate::search::Order;
use crate::search::Request;
use crate::search::Search;
use crate::search::SearchConfig;
use crate::search::corpus;
use crate::search::corpus::Numbers;
use crate::search::error::SearchError;
use crate::search::facts::Fact;
use crate::search::facts::Kind;
use crate::search::query::parse;
use crate::search::resolve::Nameless;
use crate::search::schema::Fields;
use crate::search::schema::RANK;

/// Hits of a page.
const PAGE: usize = 20;

/// Questions of each sort, and how often each is asked.
const QUESTIONS: u32 = 100;
const ROUNDS: usize = 5;

/// Messages in one commit while the corpus is made.
const COMMIT: u32 = 20_000;

/// Frequent words are those up to this rank.
const FREQUENT: u32 = 100;

/// A sort of question, measured both ways.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was asked.
    pub name: &'static str,
    /// Our search.
    pub ours: Times,
    /// The bare library.
    pub bare: Times,
}

/// How long one sort of question took.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// The median.
    pub p50: Duration,
    /// All but one in a hundred.
    pub p99: Duration,
}

impl Times {
    /// What some measurements show.
    #[must_use]
    pub fn of(mut took: Vec<Duration>) -> Self {
        took.sort_unstable();
        let at = |percent: usize| took.get(took.len() * percent / 100).copied();
        Self {
            p50: at(50).unwrap_or_default(),
            p99: at(99).unwrap_or_default(),
        }
    }
}

impl Row {
    /// Our slowest in relation to the bare library's.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ours.p99.as_secs_f64() / self.bare.p99.as_secs_f64()
    }
}

/// Fills an index in an empty folder with made-up messages; how many a second went in.
///
/// # Errors
/// [`SearchError`]: the folder cannot be written.
pub fn fill(folder: &Path, messages: u32) -> Result<f64, SearchError> {
    let search = Search::open(folder, SearchConfig::default())?;
    let begun = Instant::now();
    let conversations = (0..messages / corpus::PER_CONVERSATION).map(corpus::conversation);
    search.apply(conversations.map(Change::Add).collect(), 0)?;
    let mut at = 0;
    while at < messages {
        let end = (at + COMMIT).min(messages);
        let changes = (at..end)
            .map(|number| Change::Add(corpus::message(number, messages)))
            .collect();
        search.apply(changes, u64::from(end))?;
        search.commit()?;
        at = end;
    }
    let took = begun.elapsed();
    search.rest()?;
    Ok(f64::from(messages) / took.as_secs_f64())
}

/// Asks every sort of question of an index made by [`fill`] with as many messages.
///
/// # Errors
/// [`SearchError`]: the index cannot be read.
pub fn compare(folder: &Path, messages: u32) -> Result<Vec<Row>, SearchError> {
    let search = Search::open(folder, SearchConfig::default())?;
    sorts(*search.fields(), messages)
        .iter()
        .map(|sort| {
            let questions: Vec<Question> = (0..QUESTIONS)
                .map(|number| (sort.make)(&mut Numbers::new(u64::from(number) + 1)))
                .collect();
            Ok(Row {
                name: sort.name,
                ours: measure(&questions, |(text, _)| ask(&search, text))?,
                bare: measure(&questions, |(_, queries)| ask_bare(&search, queries))?,
            })
        })
        .collect()
}

/// What is typed, and the library's queries for it.
type Question = (String, Vec<Box<dyn Query>>);

type Make = Box<dyn Fn(&mut Numbers) -> Question>;

struct Sort {
    name: &'static str,
    make: Make,
}

fn sorts(fields: Fields, messages: u32) -> Vec<Sort> {
    let text = fields.text;
    let sort = |name, make: Make| Sort { name, make };
    vec![
        sort(
            "one frequent word",
            Box::new(move |numbers| {
                let word = frequent(numbers);
                (format!("{word} "), vec![term(text, &word)])
            }),
        ),
        sort(
            "two frequent words",
            Box::new(move |numbers| {
                let (one, two) = (frequent(numbers), frequent(numbers));
                let query = both(term(text, &one), term(text, &two));
                (format!("{one} {two} "), vec![query])
            }),
        ),
        sort(
            "a phrase",
            Box::new(move |numbers| {
                let said = corpus::ranks_of(numbers.below(messages));
                let (one, two) = (corpus::word(said[0]), corpus::word(said[1]));
                let terms = [&one, &two].map(|word| Term::from_field_text(text, word));
                (
                    format!("\"{one} {two}\""),
                    vec![Box::new(PhraseQuery::new(terms.into()))],
                )
            }),
        ),
        sort(
            "three letters of a word",
            Box::new(move |numbers| {
                let start = frequent(numbers)[..3].to_owned();
                let query =
                    FuzzyTermQuery::new_prefix(Term::from_field_text(text, &start), 0, true);
                (start, vec![Box::new(query)])
            }),
        ),
        sort(
            "a typing mistake",
            Box::new(move |numbers| {
                let mut word = frequent(numbers);
                word.insert(4, 'x');
                (
                    format!("{word} "),
                    vec![term(text, &word), close(text, &word)],
                )
            }),
        ),
        sort(
            "a word within a conversation",
            Box::new(move |numbers| {
                let number = numbers.below(messages);
                let id: ConversationId = corpus::id(corpus::conversation_of(number, messages));
                let word = corpus::word(corpus::ranks_of(number)[0]);
                let within = |words| both(fact(fields, Fact::Conversation(id)), words);
                let queries = vec![within(term(text, &word)), within(close(text, &word))];
                (format!("{word} id:{id}"), queries)
            }),
        ),
        sort(
            "a word in open conversations, by us",
            Box::new(move |numbers| {
                let word = frequent(numbers);
                let by_us = fact(fields, Fact::Direction(Direction::Outbound));
                (
                    format!("{word} status:open from:us"),
                    vec![both(by_us, term(text, &word))],
                )
            }),
        ),
    ]
}

fn frequent(numbers: &mut Numbers) -> String {
    corpus::word(numbers.below(FREQUENT))
}

fn term(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, word),
        IndexRecordOption::Basic,
    ))
}

fn close(field: Field, word: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(field, word);
    Box::new(FuzzyTermQuery::new(term, 1, true))
}

fn fact(fields: Fields, fact: Fact<'_>) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_bytes(fields.facts, &fact.term()),
        IndexRecordOption::Basic,
    ))
}

fn both(one: Box<dyn Query>, other: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(BooleanQuery::intersection(vec![one, other]))
}

fn ask(search: &Search, question: &str) -> Result<usize, SearchError> {
    let query = parse(question);
    let hits = search.query(&Request {
        query: &query,
        kinds: &Kind::ALL,
        order: Order::Newest,
        limit: PAGE,
        after: None,
        count_to: 0,
        fence: &Fence::All,
        resolver: &Nameless,
        states: &|id| Some(corpus::state(id)),
    })?;
    Ok(hits.rows.len())
}

fn ask_bare(search: &Search, queries: &[Box<dyn Query>]) -> Result<usize, SearchError> {
    let generation = search.generation();
    let mut found = 0;
    for query in queries {
        if found < PAGE {
            found += bare(&generation.searcher, query.as_ref())
                .map_err(|source| SearchError::index("measuring", source))?;
        }
    }
    Ok(found)
}

/// As the library's own collectors do it: the column that orders is opened for each search.
fn bare(searcher: &Searcher, query: &dyn Query) -> tantivy::Result<usize> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut hits = Vec::new();
    for (at, reader) in searcher.segment_readers().iter().enumerate() {
        let rank = reader.fast_fields().u64(RANK)?;
        let mut docs = weight.scorer(reader, 1.0)?;
        let mut wanted = PAGE;
        while wanted > 0 && docs.doc() != TERMINATED {
            let doc = docs.doc();
            if reader
                .alive_bitset()
                .is_none_or(|alive| alive.is_alive(doc))
            {
                hits.push((rank.values.get_val(doc), at, doc));
                wanted -= 1;
            }
            docs.advance();
        }
    }
    hits.sort_unstable_by(|one, other| other.cmp(one));
    hits.truncate(PAGE);
    Ok(hits.len())
}

fn measure<T>(
    questions: &[T],
    ask: impl Fn(&T) -> Result<usize, SearchError>,
) -> Result<Times, SearchError> {
    // Once to warm up, as the page cache of a running server is.
    for question in questions {
        ask(question)?;
    }
    let mut took = Vec::with_capacity(questions.len() * ROUNDS);
    for _ in 0..ROUNDS {
        for question in questions {
            let begun = Instant::now();
            ask(question)?;
            took.push(begun.elapsed());
        }
    }
    Ok(Times::of(took))
}
