//! One place in a question that several indexed words fit: a beginning, a word with a typing
//! mistake, or any of a list of facts.
//!
//! The library's own queries for this read every posting of every fitting word into a bit set
//! before the first document comes out. This one keeps the frequent words lazy, so that a search
//! that stops after twenty documents reads no more than it needs.

use std::sync::Arc;

use tantivy::DocId;
use tantivy::DocSet;
use tantivy::Score;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::Term;
use tantivy::postings::SegmentPostings;
use tantivy::postings::TermInfo;
use tantivy::query::DfaWrapper;
use tantivy::query::EnableScoring;
use tantivy::query::Explanation;
use tantivy::query::FuzzyTermQuery;
use tantivy::query::Query;
use tantivy::query::Scorer;
use tantivy::query::Weight;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::termdict::TermDictionary;

/// Fitting words read lazily; the rarer ones beyond are read at once into a bit set.
const LAZY_MAX: usize = 16;

/// Most words one place stands for in a segment; the rarest beyond are not looked for. Reached
/// only by beginnings of one or two letters.
const WORDS_MAX: usize = 4_096;

/// Which indexed words fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fits {
    /// Exactly one of these.
    Any(Vec<Vec<u8>>),
    /// Those that begin so.
    Beginning(String),
    /// Those that differ in at most one letter: missing, added, changed, or two swapped.
    Close(String),
    /// Those with such a beginning.
    CloseBeginning(String),
}

/// Matches documents with a fitting word in a field; every match scores the same.
#[derive(Debug, Clone)]
pub(super) struct Expansion {
    pub field: Field,
    pub fits: Fits,
}

impl Query for Expansion {
    fn weight(&self, _scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let close = |word: &str, beginning: bool| {
            let term = Term::from_field_text(self.field, word);
            let query = if beginning {
                FuzzyTermQuery::new_prefix(term, 1, true)
            } else {
                FuzzyTermQuery::new(term, 1, true)
            };
            query.automaton().map(Arc::new).map(Finder::Close)
        };
        let finder = match &self.fits {
            Fits::Any(terms) => Finder::Any(terms.clone()),
            Fits::Beginning(word) => Finder::Beginning(word.clone()),
            Fits::Close(word) => close(word, false)?,
            Fits::CloseBeginning(word) => close(word, true)?,
        };
        Ok(Box::new(ExpansionWeight {
            field: self.field,
            finder,
        }))
    }
}

enum Finder {
    Any(Vec<Vec<u8>>),
    Beginning(String),
    Close(Arc<DfaWrapper>),
}

impl Finder {
    fn find(&self, words: &TermDictionary) -> std::io::Result<Vec<TermInfo>> {
        let mut found = Vec::new();
        let mut stream = match self {
            Self::Any(terms) => {
                for term in terms {
                    found.extend(words.get(term)?);
                }
                return Ok(found);
            }
            Self::Beginning(start) => {
                let range = words.range().ge(start.as_bytes());
                let range = match end_of_prefix(start) {
                    Some(end) => range.lt(end),
                    None => range,
                };
                let mut stream = range.into_stream()?;
                while stream.advance() {
                    found.push(stream.value().clone());
                }
                return Ok(found);
            }
            Self::Close(automaton) => words.search(automaton.as_ref()).into_stream()?,
        };
        while stream.advance() {
            found.push(stream.value().clone());
        }
        Ok(found)
    }
}

/// The first text after all that begin with `start`. Its last byte is never 0xff in UTF-8.
fn end_of_prefix(start: &str) -> Option<Vec<u8>> {
    let mut end = start.as_bytes().to_vec();
    let last = end.last_mut()?;
    *last += 1;
    Some(end)
}

struct ExpansionWeight {
    field: Field,
    finder: Finder,
}

impl Weight for ExpansionWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let index = reader.inverted_index(self.field)?;
        let mut found = self.finder.find(index.terms())?;
        if found.len() > LAZY_MAX {
            found.sort_unstable_by_key(|info| std::cmp::Reverse(info.doc_freq));
            found.truncate(WORDS_MAX);
        }
        let (lazy, eager) = found.split_at(found.len().min(LAZY_MAX));
        let lazy = lazy
            .iter()
            .map(|info| index.read_postings_from_terminfo(info, IndexRecordOption::Basic))
            .collect::<std::io::Result<Vec<_>>>()?;
        let mut rest = Bits::default();
        for info in eager {
            let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            while postings.doc() != TERMINATED {
                rest.insert(postings.doc(), reader.max_doc());
                postings.advance();
            }
        }
        Ok(Box::new(Union::new(lazy, rest, boost)))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("one of several words", 1.0))
    }
}

/// Documents in any of several postings lists or in a bit set.
struct Union {
    lists: Vec<SegmentPostings>,
    rest: Bits,
    doc: DocId,
    score: Score,
}

impl Union {
    fn new(lists: Vec<SegmentPostings>, rest: Bits, score: Score) -> Self {
        let mut union = Self {
            lists,
            rest,
            doc: 0,
            score,
        };
        union.doc = union.lowest(0);
        union
    }

    /// The first document from `target` on, when every list stands at or after it.
    fn lowest(&self, target: DocId) -> DocId {
        self.lists
            .iter()
            .map(SegmentPostings::doc)
            .fold(self.rest.next(target), DocId::min)
    }
}

impl DocSet for Union {
    fn advance(&mut self) -> DocId {
        if self.doc == TERMINATED {
            return TERMINATED;
        }
        for list in &mut self.lists {
            if list.doc() == self.doc {
                list.advance();
            }
        }
        self.doc = self.lowest(self.doc + 1);
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target {
            return self.doc;
        }
        for list in &mut self.lists {
            if list.doc() < target {
                list.seek(target);
            }
        }
        self.doc = self.lowest(target);
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.lists
            .iter()
            .map(DocSet::size_hint)
            .fold(self.rest.count, u32::saturating_add)
    }
}

impl Scorer for Union {
    fn score(&mut self) -> Score {
        self.score
    }
}

/// A set of documents of one segment, allocated with its first member.
#[derive(Default)]
struct Bits {
    words: Vec<u64>,
    count: u32,
}

impl Bits {
    fn insert(&mut self, doc: DocId, max_doc: DocId) {
        if self.words.is_empty() {
            self.words = vec![0; max_doc as usize / 64 + 1];
        }
        let word = &mut self.words[doc as usize / 64];
        let bit = 1 << (doc % 64);
        self.count += u32::from(*word & bit == 0);
        *word |= bit;
    }

    /// The first member from `target` on.
    fn next(&self, target: DocId) -> DocId {
        let mut at = target as usize / 64;
        let Some(word) = self.words.get(at) else {
            return TERMINATED;
        };
        let mut word = word & (u64::MAX << (target % 64));
        while word == 0 {
            at += 1;
            match self.words.get(at) {
                Some(next) => word = *next,
                None => return TERMINATED,
            }
        }
        DocId::try_from(at * 64).map_or(TERMINATED, |base| base + word.trailing_zeros())
    }
}
