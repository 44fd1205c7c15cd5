//! Walking the index: the newest hits, stopping early, or the best ones.

use tantivy::DocId;
use tantivy::DocSet;
use tantivy::TERMINATED;
use tantivy::query::EnableScoring;
use tantivy::query::Query;
use tantivy::query::Weight;

use crate::base::time::Timestamp;
use crate::search::access::Gate;
use crate::search::generation::Generation;
use crate::search::generation::Numbers;
use crate::search::schema::rank_of;

/// A hit before it is looked at: what orders it, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    /// How well it fits; 0 where that was not asked.
    pub score: f32,
    /// Its time.
    pub rank: u64,
    /// Its id, which decides between equals.
    pub id: [u8; 16],
    pub segment: usize,
    pub doc: DocId,
}

/// A place in the order of hits: those after it come next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub score: f32,
    pub rank: u64,
    pub id: [u8; 16],
}

/// What one walk is to bring.
pub(super) struct Walk<'a> {
    pub generation: &'a Generation,
    pub gate: &'a Gate<'a>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Not from the first on and before the second.
    pub gaps: &'a [(Timestamp, Timestamp)],
    /// Only hits after this one.
    pub after: Option<Place>,
    /// Most hits wanted.
    pub limit: usize,
    /// Go on counting to this many hits, those before `after` included.
    pub count_to: u64,
}

/// What a walk brought.
#[derive(Default)]
pub(super) struct Yield {
    /// In order.
    pub hits: Vec<Found>,
    /// Hits seen, at least.
    pub count: u64,
    /// Whether there are hits that were not counted.
    pub cut: bool,
}

impl Found {
    pub(super) fn place(&self) -> Place {
        Place {
            score: self.score,
            rank: self.rank,
            id: self.id,
        }
    }
}

impl Place {
    /// Whether this comes before the other: better, then newer, then by id.
    fn precedes(&self, other: &Self) -> bool {
        self.score
            .total_cmp(&other.score)
            .then(self.rank.cmp(&other.rank))
            .then(self.id.cmp(&other.id))
            .is_gt()
    }
}

impl Walk<'_> {
    /// The newest hits.
    pub(super) fn newest(&self, query: &dyn Query) -> tantivy::Result<Yield> {
        let searcher = &self.generation.searcher;
        let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let mut order: Vec<usize> = (0..self.generation.segments.len()).collect();
        order.sort_unstable_by_key(|at| std::cmp::Reverse(self.generation.segments[*at].newest()));
        let mut found = Yield::default();
        for segment in order {
            self.newest_of(segment, weight.as_ref(), &mut found)?;
        }
        Ok(found)
    }

    fn newest_of(
        &self,
        segment: usize,
        weight: &dyn Weight,
        found: &mut Yield,
    ) -> tantivy::Result<()> {
        let numbers = &self.generation.segments[segment];
        if found.count >= self.count_to && self.is_full_above(found, numbers.newest()) {
            found.cut = true;
            return Ok(());
        }
        let reader = self
            .generation
            .searcher
            .segment_reader(segment_ord(segment));
        let (first, end) = self.range(numbers, reader.max_doc());
        found.cut |= self.resumes();
        if first >= end {
            return Ok(());
        }
        let mut docs = weight.scorer(reader, 1.0)?;
        let mut doc = docs.doc();
        if doc < first {
            doc = docs.seek(first);
        }
        while doc < end {
            let rank = numbers.rank(doc);
            if found.count >= self.count_to && self.is_full_above(found, rank) {
                found.cut = true;
                break;
            }
            if reader
                .alive_bitset()
                .is_none_or(|alive| alive.is_alive(doc))
                && self.admits(numbers, doc, rank)
            {
                found.count += 1;
                self.keep(
                    found,
                    numbers,
                    Found {
                        score: 0.0,
                        rank,
                        id: [0; 16],
                        segment,
                        doc,
                    },
                );
            }
            doc = docs.advance();
        }
        Ok(())
    }

    /// The best hits: every one has to be looked at.
    pub(super) fn best(&self, query: &dyn Query) -> tantivy::Result<Yield> {
        let searcher = &self.generation.searcher;
        let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
        let mut found = Yield::default();
        for segment in 0..self.generation.segments.len() {
            self.best_of(segment, weight.as_ref(), &mut found)?;
        }
        Ok(found)
    }

    fn best_of(
        &self,
        segment: usize,
        weight: &dyn Weight,
        found: &mut Yield,
    ) -> tantivy::Result<()> {
        let numbers = &self.generation.segments[segment];
        let reader = self
            .generation
            .searcher
            .segment_reader(segment_ord(segment));
        let (first, end) = self.range(numbers, reader.max_doc());
        if first >= end {
            return Ok(());
        }
        let mut docs = weight.scorer(reader, 1.0)?;
        let mut doc = docs.doc();
        if doc < first {
            doc = docs.seek(first);
        }
        while doc < end {
            let score = docs.score();
            let counts = found.count < self.count_to;
            let wanted = counts || found.hits.len() < self.limit || beats(found, score);
            found.cut |= !wanted;
            if wanted
                && reader
                    .alive_bitset()
                    .is_none_or(|alive| alive.is_alive(doc))
            {
                let rank = numbers.rank(doc);
                if self.admits(numbers, doc, rank) {
                    found.count += 1;
                    self.keep(
                        found,
                        numbers,
                        Found {
                            score,
                            rank,
                            id: [0; 16],
                            segment,
                            doc,
                        },
                    );
                }
            }
            doc = docs.advance();
        }
        Ok(())
    }

    /// Whether what comes before the place can be passed over: nothing is counted, and the hits
    /// stand in the order of time.
    fn resumes(&self) -> bool {
        self.count_to == 0 && self.after.is_some_and(|place| place.score == 0.0)
    }

    /// The documents of a segment that can hold what is wanted, by their time.
    fn range(&self, numbers: &Numbers, max_doc: DocId) -> (DocId, DocId) {
        let below = |at: Timestamp| numbers.first_below(rank_of(at), max_doc);
        let first = self.until.map_or(0, below);
        let end = self.from.map_or(max_doc, below);
        let resumed = match self.after {
            Some(place) if self.resumes() => {
                numbers.first_below(place.rank.saturating_add(1), max_doc)
            }
            _ => 0,
        };
        (first.max(resumed), end.min(TERMINATED))
    }

    fn admits(&self, numbers: &Numbers, doc: DocId, rank: u64) -> bool {
        let in_gap = |(from, until): &(Timestamp, Timestamp)| {
            (rank_of(*from)..rank_of(*until)).contains(&rank)
        };
        !self.gaps.iter().any(in_gap)
            && numbers
                .conversation(doc)
                .is_none_or(|conversation| self.gate.admits(conversation))
    }

    /// Whether enough hits are newer than anything from `rank` down.
    fn is_full_above(&self, found: &Yield, rank: u64) -> bool {
        found.hits.len() >= self.limit && found.hits.last().is_none_or(|last| last.rank > rank)
    }

    /// Puts a hit where it belongs, if it comes after the place and among the first.
    fn keep(&self, found: &mut Yield, numbers: &Numbers, mut hit: Found) {
        let last = found.hits.last();
        let full = found.hits.len() >= self.limit;
        if full && last.is_none_or(|last| (last.score, last.rank) > (hit.score, hit.rank)) {
            return;
        }
        hit.id = numbers.id(hit.doc);
        let place = hit.place();
        if self.after.is_some_and(|after| !after.precedes(&place)) {
            return;
        }
        let at = found
            .hits
            .partition_point(|other| other.place().precedes(&place));
        found.hits.insert(at, hit);
        if found.hits.len() > self.limit {
            found.hits.pop();
        }
    }
}

fn beats(found: &Yield, score: f32) -> bool {
    found.hits.last().is_some_and(|last| score >= last.score)
}

fn segment_ord(segment: usize) -> u32 {
    u32::try_from(segment).unwrap_or(u32::MAX)
}
