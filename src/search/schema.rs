//! The fields of the index, how text is cut for it, and the order its documents stand in.

use tantivy::IndexSettings;
use tantivy::IndexSortByField;
use tantivy::Order;
use tantivy::schema::BytesOptions;
use tantivy::schema::FAST;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::Schema;
use tantivy::schema::TextFieldIndexing;
use tantivy::schema::TextOptions;
use tantivy::store::Compressor;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::tokenizer::Token;
use tantivy::tokenizer::TokenStream;
use tantivy::tokenizer::Tokenizer;
use tantivy::tokenizer::TokenizerManager;

use crate::base::time::Timestamp;
use crate::search::digits::with_number_ends;
use crate::search::words::words;

/// The number of this schema. An index of another number is thrown away and built again, so count
/// up with every change to the fields, to [`words`] or to the facts.
pub const SCHEMA: u32 = 1;

/// The name of the field documents are sorted by.
pub const RANK: &str = "rank";

const TOKENIZER: &str = "linktor";

/// The fields of a document.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// Its time, as [`rank_of`] writes it: documents stand by it, highest first.
    pub rank: Field,
    /// Its kind.
    pub kind: Field,
    /// The first half of its id.
    pub id_high: Field,
    /// The second half of its id.
    pub id_low: Field,
    /// The first half of its conversation's id; 0 where there is none.
    pub conversation_high: Field,
    /// The second half of its conversation's id; 0 where there is none.
    pub conversation_low: Field,
    /// What is exactly true of it.
    pub facts: Field,
    /// Every word in it, whatever it stands in.
    pub text: Field,
    /// The words of its subject or name, for relevance.
    pub title: Field,
    /// The words of its files' names.
    pub files: Field,
}

/// The schema and its fields.
#[must_use]
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let fields = Fields {
        rank: builder.add_u64_field(RANK, FAST),
        kind: builder.add_u64_field("kind", FAST),
        id_high: builder.add_u64_field("id_high", FAST),
        id_low: builder.add_u64_field("id_low", FAST),
        conversation_high: builder.add_u64_field("conversation_high", FAST),
        conversation_low: builder.add_u64_field("conversation_low", FAST),
        facts: builder.add_bytes_field("facts", BytesOptions::default().set_indexed()),
        text: builder.add_text_field("text", text(IndexRecordOption::WithFreqsAndPositions)),
        title: builder.add_text_field("title", text(IndexRecordOption::WithFreqs)),
        files: builder.add_text_field("files", text(IndexRecordOption::WithFreqsAndPositions)),
    };
    (builder.build(), fields)
}

/// Newest first, nothing stored.
#[must_use]
pub fn settings() -> IndexSettings {
    IndexSettings {
        sort_by_field: Some(IndexSortByField {
            field: RANK.to_owned(),
            order: Order::Desc,
        }),
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

/// The one way text is cut, under the name the schema calls it by.
#[must_use]
pub fn tokenizers() -> TokenizerManager {
    // The library wants its own default tokenizer there even for fields without text.
    let manager = TokenizerManager::default();
    manager.register(TOKENIZER, TextAnalyzer::from(Words));
    manager
}

/// A time as a number that sorts like it.
#[must_use]
pub fn rank_of(at: Timestamp) -> u64 {
    at.as_millis().cast_unsigned() ^ (1 << 63)
}

/// The time a number of [`rank_of`] stands for.
#[must_use]
pub fn time_of(rank: u64) -> Timestamp {
    Timestamp::from_millis((rank ^ (1 << 63)).cast_signed())
}

fn text(option: IndexRecordOption) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(option),
    )
}

#[derive(Clone)]
struct Words;

impl Tokenizer for Words {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        Tokens {
            words: with_number_ends(text, words(text)).into_iter(),
            token: Token::default(),
        }
    }
}

struct Tokens {
    words: std::vec::IntoIter<crate::search::words::Word>,
    token: Token,
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else {
            return false;
        };
        self.token = Token {
            offset_from: word.from,
            offset_to: word.to,
            position: word.position,
            text: word.text,
            position_length: 1,
        };
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_sort_like_times() {
        let times = [i64::MIN, -1, 0, 1, 1_700_000_000_000, i64::MAX];
        let ranks = times.map(|millis| rank_of(Timestamp::from_millis(millis)));
        assert!(ranks.is_sorted());
        assert_eq!(ranks.map(|rank| time_of(rank).as_millis()), times);
    }
}
