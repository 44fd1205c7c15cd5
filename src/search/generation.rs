//! One committed state of the index, opened for reading.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::Searcher;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::fastfield::Column;
use tantivy::index::SegmentId;
use tantivy::query::EnableScoring;
use tantivy::query::Query;

use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::Id;
use crate::search::access::Candidates;
use crate::search::documents::from_halves;
use crate::search::facts::Key;
use crate::search::facts::Kind;
use crate::search::schema::RANK;

/// A committed state: the searcher, and the numbers of each segment's documents.
pub(super) struct Generation {
    pub searcher: Searcher,
    /// In the order of the searcher's segments.
    pub segments: Vec<Arc<Numbers>>,
}

/// The numbers of a segment's documents, opened once and kept as long as the segment lives.
pub(super) struct Numbers {
    segment: SegmentId,
    rank: Column<u64>,
    kind: Column<u64>,
    id: (Column<u64>, Column<u64>),
    conversation: (Column<u64>, Column<u64>),
}

impl Generation {
    /// Opens the numbers of segments that `before` did not have.
    pub(super) fn new(searcher: Searcher, before: Option<&Self>) -> tantivy::Result<Self> {
        let segments = searcher
            .segment_readers()
            .iter()
            .map(|reader| {
                let known = before
                    .into_iter()
                    .flat_map(|before| &before.segments)
                    .find(|numbers| numbers.segment == reader.segment_id());
                match known {
                    Some(numbers) => Ok(Arc::clone(numbers)),
                    None => Numbers::open(reader).map(Arc::new),
                }
            })
            .collect::<tantivy::Result<_>>()?;
        Ok(Self { searcher, segments })
    }

    /// The highest first half of an id.
    pub(super) fn highest_id(&self) -> u64 {
        let highest = |numbers: &Arc<Numbers>| numbers.id.0.max_value();
        self.segments.iter().map(highest).max().unwrap_or(0)
    }

    /// The conversations a query finds; none when there are more than `most`.
    pub(super) fn conversations(
        &self,
        query: &dyn Query,
        most: usize,
    ) -> tantivy::Result<Candidates> {
        self.gathered(query, most, Numbers::conversation)
    }

    /// The contacts whose own documents a query finds; none when there are more than `most`.
    pub(super) fn contacts(
        &self,
        query: &dyn Query,
        most: usize,
    ) -> tantivy::Result<Option<HashSet<ContactId>>> {
        self.gathered(query, most, |numbers, doc| match numbers.key(doc).1 {
            Key::Contact(id) => Some(id),
            Key::Message(_) | Key::Conversation(_) => None,
        })
    }

    fn gathered<T: Eq + Hash>(
        &self,
        query: &dyn Query,
        most: usize,
        read: impl Fn(&Numbers, DocId) -> Option<T>,
    ) -> tantivy::Result<Option<HashSet<T>>> {
        let weight = query.weight(EnableScoring::disabled_from_searcher(&self.searcher))?;
        let mut found = HashSet::new();
        for (reader, numbers) in self.searcher.segment_readers().iter().zip(&self.segments) {
            let mut docs = weight.scorer(reader, 1.0)?;
            while docs.doc() != TERMINATED {
                if reader
                    .alive_bitset()
                    .is_none_or(|alive| alive.is_alive(docs.doc()))
                {
                    found.extend(read(numbers, docs.doc()));
                }
                if found.len() > most {
                    return Ok(None);
                }
                docs.advance();
            }
        }
        Ok(Some(found))
    }
}

impl Numbers {
    fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            segment: reader.segment_id(),
            rank: fast.u64(RANK)?,
            kind: fast.u64("kind")?,
            id: (fast.u64("id_high")?, fast.u64("id_low")?),
            conversation: (
                fast.u64("conversation_high")?,
                fast.u64("conversation_low")?,
            ),
        })
    }

    /// The rank of the newest document.
    pub(super) fn newest(&self) -> u64 {
        self.rank.max_value()
    }

    pub(super) fn rank(&self, doc: DocId) -> u64 {
        self.rank.values.get_val(doc)
    }

    pub(super) fn id(&self, doc: DocId) -> [u8; 16] {
        from_halves(self.id.0.values.get_val(doc), self.id.1.values.get_val(doc))
    }

    pub(super) fn kind(&self, doc: DocId) -> Kind {
        Kind::from_code(self.kind.values.get_val(doc))
    }

    pub(super) fn key(&self, doc: DocId) -> (Kind, Key) {
        let kind = self.kind(doc);
        (kind, Key::from_parts(kind, self.id(doc)))
    }

    /// The conversation of a document; none for a contact.
    pub(super) fn conversation(&self, doc: DocId) -> Option<ConversationId> {
        let id = from_halves(
            self.conversation.0.values.get_val(doc),
            self.conversation.1.values.get_val(doc),
        );
        (id != [0; 16]).then(|| ConversationId::from_bytes(id))
    }

    /// The first document whose rank is below `rank`. Documents stand by rank, highest first.
    pub(super) fn first_below(&self, rank: u64, max_doc: DocId) -> DocId {
        let (mut low, mut high) = (0, max_doc);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.rank(middle) < rank {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}
