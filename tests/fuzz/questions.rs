//! The query language of the search: every text is a question, and what is shown of a hit is of the
//! hit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linktor::search::highlight::Highlighter;
use linktor::search::query;

fuzz_target!(|input: (&str, &str)| {
    let (question, text) = input;
    let query = query::parse(question);
    let highlighter = Highlighter::new(&query);
    let snippet = highlighter.snippet(text, 160);
    assert!(snippet.is_empty() || !text.is_empty());
    if !highlighter.hits(text) {
        assert!(!snippet.contains("<mark>"), "what is no hit shows none");
    }
});
