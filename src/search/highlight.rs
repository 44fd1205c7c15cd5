//! Marks the hits of a question in a text, as HTML that is safe to show.

use std::ops::Range;

use crate::search::build::asked_words;
use crate::search::build::forgives;
use crate::search::build::whole_number;
use crate::search::digits::with_number_ends;
use crate::search::query::Phrase;
use crate::search::query::Query;
use crate::search::words::Shape;
use crate::search::words::Word;
use crate::search::words::first_unit;
use crate::search::words::head;
use crate::search::words::words;

/// Most of a text that is read for a snippet, in bytes.
const TEXT_MAX: usize = 64 * 1024;

/// Text kept before the first hit, as a share of the snippet: one part in so many.
const LEAD: usize = 4;

/// Marks hits in texts. Make one per question and use it for every row.
#[derive(Debug, Clone)]
pub struct Highlighter {
    wanted: Vec<Wanted>,
}

/// Words in a row that are marked together.
#[derive(Debug, Clone)]
struct Wanted {
    words: Vec<Word>,
    /// Whether the last word may go on.
    open: bool,
    /// Whether a typing mistake is forgiven.
    close: bool,
}

impl Highlighter {
    /// A highlighter for what a question asks for, exclusions and conditions aside.
    #[must_use]
    pub fn new(query: &Query) -> Self {
        Self {
            wanted: query.phrases().flat_map(wanted).collect(),
        }
    }

    /// The part of the text around its first hit, about `length` characters long, escaped for
    /// HTML with each hit in `<mark>`. Without a hit it is the beginning of the text.
    #[must_use]
    pub fn snippet(&self, text: &str, length: usize) -> String {
        let text = head(text, TEXT_MAX);
        let marks = self.marks(text);
        let window = window(text, marks.first(), length);
        let mut html = String::with_capacity(window.len() + 64);
        if window.start > 0 {
            html.push('\u{2026}');
        }
        let mut at = window.start;
        for mark in marks
            .iter()
            .filter(|mark| mark.start >= window.start && mark.end <= window.end)
        {
            escape_into(&mut html, &text[at..mark.start]);
            html.push_str("<mark>");
            escape_into(&mut html, &text[mark.clone()]);
            html.push_str("</mark>");
            at = mark.end;
        }
        escape_into(&mut html, &text[at..window.end]);
        if window.end < text.len() {
            html.push('\u{2026}');
        }
        html
    }

    /// Whether anything in the text would be marked.
    #[must_use]
    pub fn hits(&self, text: &str) -> bool {
        !self.marks(text).is_empty()
    }

    /// The bytes to mark, in order, not overlapping.
    fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let there = words(text);
        let numbers = with_number_ends(text, there.clone());
        let mut marks: Vec<Range<usize>> = self
            .wanted
            .iter()
            .flat_map(|wanted| wanted.marks(text, &there, &numbers))
            .collect();
        marks.sort_unstable_by_key(|mark| (mark.start, mark.end));
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(marks.len());
        for mark in marks {
            match apart.last_mut() {
                Some(last) if mark.start < last.end => last.end = last.end.max(mark.end),
                _ => apart.push(mark),
            }
        }
        apart
    }
}

impl Wanted {
    fn marks(&self, text: &str, there: &[Word], numbers: &[Word]) -> Vec<Range<usize>> {
        // Only numbers look for the ends of numbers; they are single words out of order.
        let number = self
            .words
            .iter()
            .all(|w| w.text.bytes().all(|b| b.is_ascii_digit()));
        let searched = if number && self.words.len() == 1 {
            numbers
        } else {
            there
        };
        searched
            .windows(self.words.len())
            .filter(|window| self.fits(window))
            .filter_map(|window| Some(window.first()?.from..self.end_of(text, window.last()?)))
            .collect()
    }

    fn fits(&self, window: &[Word]) -> bool {
        let last = self.words.len() - 1;
        self.words
            .iter()
            .zip(window)
            .enumerate()
            .all(|(at, (wanted, word))| {
                let open = at == last && (self.open || wanted.shape == Shape::Gram);
                wanted.text == word.text
                    || (open && word.text.starts_with(&wanted.text))
                    || (self.close && forgives(wanted) && is_close(&wanted.text, &word.text, open))
            })
    }

    /// A lone character of an unspaced script begins a pair of which only it is marked.
    fn end_of(&self, text: &str, word: &Word) -> usize {
        match self.words.last() {
            Some(wanted) if wanted.shape == Shape::Gram && wanted.text != word.text => {
                word.from + first_unit(&text[word.from..word.to])
            }
            _ => word.to,
        }
    }
}

fn wanted(phrase: &Phrase) -> Vec<Wanted> {
    let words = asked_words(&phrase.text);
    let mut all = Vec::new();
    if let Some(number) = whole_number(&phrase.text) {
        let mut word = words.first().cloned();
        if let Some(word) = &mut word {
            word.text = number;
        }
        all.extend(word.map(|word| Wanted {
            words: vec![word],
            open: true,
            close: false,
        }));
    }
    if !words.is_empty() {
        all.push(Wanted {
            close: words.len() == 1 && !phrase.quoted,
            open: phrase.open && !phrase.quoted,
            words,
        });
    }
    all
}

/// Whether two words (or, when open, a word and the beginning of the other) differ in at most one
/// letter: missing, added, changed, or swapped with its neighbour.
fn is_close(wanted: &str, word: &str, open: bool) -> bool {
    let wanted: Vec<char> = wanted.chars().collect();
    let word: Vec<char> = word.chars().collect();
    if open {
        let lengths = wanted.len().saturating_sub(1)..=wanted.len() + 1;
        return lengths
            .filter(|length| *length <= word.len())
            .any(|length| one_apart(&wanted, &word[..length]));
    }
    one_apart(&wanted, &word)
}

fn one_apart(one: &[char], other: &[char]) -> bool {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    match (&one[same..], &other[same..]) {
        ([], rest) | (rest, []) => rest.len() <= 1,
        ([a, b, one @ ..], [c, d, other @ ..]) if a == d && b == c && one == other => true,
        ([_, one @ ..], [_, other @ ..]) if one == other => true,
        ([_, one @ ..], other) if one == other => true,
        (one, [_, other @ ..]) => one == other,
    }
}

/// The bytes of the text to show: whole words around the first hit.
fn window(text: &str, first: Option<&Range<usize>>, length: usize) -> Range<usize> {
    let hit = first.map_or(0, |mark| mark.start);
    let back = text[..hit].char_indices().rev().take(length / LEAD).last();
    let mut start = back.map_or(hit, |(at, _)| at);
    if start > 0 {
        start = text[start..hit]
            .find(char::is_whitespace)
            .map_or(start, |gap| start + gap)
            .min(hit);
        start += text[start..hit].len() - text[start..hit].trim_start().len();
    }
    let rest = &text[start..];
    let mut end = rest
        .char_indices()
        .nth(length)
        .map_or(text.len(), |(at, _)| start + at);
    if end < text.len() {
        let floor = first.map_or(start, |mark| mark.end.min(end));
        end = text[floor..end]
            .rfind(char::is_whitespace)
            .map_or(end, |gap| floor + gap);
    }
    start..end
}

fn escape_into(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // A snippet is one line.
            c if c.is_control() => html.push(' '),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::query::parse;

    fn marked(question: &str, text: &str) -> String {
        Highlighter::new(&parse(question)).snippet(text, 160)
    }

    #[test]
    fn hits_are_marked_and_all_else_is_escaped() {
        let cases = [
            (
                "bag ",
                "The <b>Bag</b> & bags",
                "The &lt;b&gt;<mark>Bag</mark>&lt;/b&gt; &amp; bags",
            ),
            ("bag", "The bags", "The <mark>bags</mark>"),
            // Signs above a character of an unspaced script belong to it.
            (
                "\u{6b37}",
                "\u{6b37}\u{747}\u{747}\u{6771} x",
                "<mark>\u{6b37}\u{747}\u{747}</mark>\u{6771} x",
            ),
            (
                "\"torn bag\"",
                "a torn bag, torn",
                "a <mark>torn bag</mark>, torn",
            ),
            ("sao ", "S\u{e3}o Paulo", "<mark>S\u{e3}o</mark> Paulo"),
            ("shpping ", "my shipping", "my <mark>shipping</mark>"),
            ("recieve ", "I receive", "I <mark>receive</mark>"),
            ("-bag torn ", "torn bag", "<mark>torn</mark> bag"),
            ("from:bag torn ", "torn bag", "<mark>torn</mark> bag"),
            (
                "987654321",
                "+55 11 98765-4321!",
                "+55 11 <mark>98765-4321</mark>!",
            ),
            (
                "\u{4eac}\u{90fd}",
                "\u{6771}\u{4eac}\u{90fd}\u{5e81}",
                "\u{6771}<mark>\u{4eac}\u{90fd}</mark>\u{5e81}",
            ),
            (
                "\u{4eac}",
                "\u{6771}\u{4eac}\u{90fd}",
                "\u{6771}<mark>\u{4eac}</mark>\u{90fd}",
            ),
            ("zebra", "a\nb", "a b"),
        ];
        for (question, text, expected) in cases {
            assert_eq!(marked(question, text), expected, "{question}");
        }
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_hit() {
        let text = format!("{} needle {}", "hay ".repeat(200), "straw ".repeat(200));
        let snippet = Highlighter::new(&parse("needle ")).snippet(&text, 80);
        assert!(
            snippet.starts_with('\u{2026}') && snippet.ends_with('\u{2026}'),
            "{snippet}"
        );
        assert!(snippet.contains("<mark>needle</mark>"), "{snippet}");
        assert!(snippet.chars().count() < 110, "{snippet}");
    }

    #[test]
    fn one_mistake_is_close_and_two_are_not() {
        for word in [
            "shpping",
            "shiipping",
            "shoppingg",
            "hsipping",
            "shippin",
            "shipping",
        ] {
            assert_eq!(
                is_close("shipping", word, false),
                word != "shoppingg",
                "{word}"
            );
        }
        assert!(is_close("shiping", "shippingfee", true));
        assert!(!is_close("shiping", "shippingfee", false));
    }

    proptest::proptest! {
        #[test]
        fn no_text_can_break_out(question in "\\PC{0,20}", text in "\\PC{0,80}", length in 0_usize..60) {
            let html = Highlighter::new(&parse(&question)).snippet(&text, length);
            let bare = html.replace("<mark>", "").replace("</mark>", "");
            proptest::prop_assert!(!bare.contains(['<', '>', '"', '\'']));
        }
    }

    proptest::proptest! {
        #[test]
        fn signs_above_characters_never_break_a_mark(
            question in "[a\u{6b37}\u{6771}\u{747}\u{3099} ]{0,6}",
            text in "[a1\u{6b37}\u{6771}\u{747}\u{742}\u{3099} .]{0,24}",
        ) {
            let html = marked(&question, &text);
            proptest::prop_assert_eq!(html.replace("<mark>", "").replace("</mark>", ""), text);
        }
    }
}
