//! Text to searchable words: splitting and folding, the same for documents and for questions.
//!
//! A word is a run of letters, digits and marks, folded so that case, accents and presentation
//! forms do not matter. Scripts that write no spaces are cut into overlapping pairs of characters
//! instead. Nothing here knows the index; [`words`] is a pure function over text.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longest word kept, in characters; the rest of a longer one is cut off, here as in questions.
pub const WORD_MAX_CHARS: usize = 64;

/// How a word came about, which decides how a question looks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Letters, digits and marks between things that are neither.
    Plain,
    /// A pair of characters of a script without spaces, or the last single one of a run.
    Gram,
}

/// One searchable word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The folded text.
    pub text: String,
    /// Its place among the words, from 0.
    pub position: usize,
    /// First byte in the original text.
    pub from: usize,
    /// One past the last byte in the original text.
    pub to: usize,
    /// How it came about.
    pub shape: Shape,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Gram,
    Gap,
}

/// The beginning of a text, at most so many bytes of it.
#[must_use]
pub fn head(text: &str, max_bytes: usize) -> &str {
    let mut end = max_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The words of a text in order.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((from, first)) = rest.next() {
        let class = class_of(first);
        if class == Class::Gap {
            continue;
        }
        let mut to = from + first.len_utf8();
        while let Some(&(at, next)) = rest.peek() {
            if class_of(next) != class && !continues_word(next) {
                break;
            }
            to = at + next.len_utf8();
            rest.next();
        }
        match class {
            Class::Letter => push_plain(&mut found, text, from, to),
            _ => push_grams(&mut found, text, from, to),
        }
    }
    found
}

/// The text of a single word with case, accents and presentation forms taken away.
#[must_use]
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        let mut folded = word.to_ascii_lowercase();
        folded.truncate(WORD_MAX_CHARS);
        return folded;
    }
    word.nfkd()
        .filter(|c| !is_dropped_mark(*c))
        .flat_map(char::to_lowercase)
        .flat_map(plain_letters)
        // Composing again keeps Hangul syllables and voiced kana whole.
        .nfc()
        .filter(|c| c.is_alphanumeric() || is_combining_mark(*c))
        .take(WORD_MAX_CHARS)
        .collect()
}

fn push_plain(found: &mut Vec<Word>, text: &str, from: usize, to: usize) {
    let folded = fold(&text[from..to]);
    if !folded.is_empty() {
        found.push(Word {
            text: folded,
            position: next_position(found),
            from,
            to,
            shape: Shape::Plain,
        });
    }
}

/// Cuts a run of an unspaced script into overlapping pairs. The last character also stands alone,
/// so that every character begins some word and a question of one character finds them all.
fn push_grams(found: &mut Vec<Word>, text: &str, from: usize, to: usize) {
    let units = units(&text[from..to]);
    for (at, (start, end, unit)) in units.iter().enumerate() {
        let (text, end) = match units.get(at + 1) {
            Some((_, end, next)) => (format!("{unit}{next}"), *end),
            None => (unit.clone(), *end),
        };
        found.push(Word {
            text,
            position: next_position(found),
            from: from + start,
            to: from + end,
            shape: Shape::Gram,
        });
    }
}

/// How many bytes the first character of a run takes, with the marks that belong to it.
#[must_use]
pub fn first_unit(run: &str) -> usize {
    units(run).first().map_or(run.len(), |(_, end, _)| *end)
}

/// The characters of a run with the marks that belong to them: start, end and folded text.
fn units(run: &str) -> Vec<(usize, usize, String)> {
    let mut starts: Vec<usize> = run
        .char_indices()
        .filter(|(at, c)| *at == 0 || !joins_previous(*c))
        .map(|(at, _)| at)
        .collect();
    starts.push(run.len());
    starts
        .windows(2)
        .map(|pair| (pair[0], pair[1], fold(&run[pair[0]..pair[1]])))
        .filter(|(_, _, unit)| !unit.is_empty())
        .collect()
}

fn next_position(found: &[Word]) -> usize {
    found.last().map_or(0, |word| word.position + 1)
}

fn class_of(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() {
            Class::Letter
        } else {
            Class::Gap
        };
    }
    if !c.is_alphanumeric() {
        Class::Gap
    } else if writes_no_spaces(c) {
        Class::Gram
    } else {
        Class::Letter
    }
}

/// Marks, joiners and soft hyphens stay within the word they stand in.
fn continues_word(c: char) -> bool {
    !c.is_ascii() && (is_combining_mark(c) || matches!(c, '\u{ad}' | '\u{200c}' | '\u{200d}'))
}

/// Whether a character of an unspaced script belongs to the one before it: marks, the half-width
/// voice marks of kana, and the inner letters of a decomposed Hangul syllable.
fn joins_previous(c: char) -> bool {
    continues_word(c) || matches!(c, '\u{ff9e}' | '\u{ff9f}' | '\u{1160}'..='\u{11ff}')
}

fn writes_no_spaces(c: char) -> bool {
    !c.is_numeric()
        && UNSPACED
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&c))
        || matches!(c, '\u{3007}' | '\u{3021}'..='\u{3029}')
}

/// Scripts cut into pairs: Thai, Lao, Myanmar, Khmer, Hangul, Han, kana and Bopomofo.
const UNSPACED: [(char, char); 18] = [
    ('\u{0e00}', '\u{0eff}'),
    ('\u{1000}', '\u{109f}'),
    ('\u{1100}', '\u{11ff}'),
    ('\u{1780}', '\u{17ff}'),
    ('\u{2e80}', '\u{2fdf}'),
    ('\u{3005}', '\u{3007}'),
    ('\u{3031}', '\u{318f}'),
    ('\u{31a0}', '\u{31bf}'),
    ('\u{31f0}', '\u{31ff}'),
    ('\u{3400}', '\u{4dbf}'),
    ('\u{4e00}', '\u{9fff}'),
    ('\u{a960}', '\u{a97f}'),
    ('\u{aa60}', '\u{aa7f}'),
    ('\u{ac00}', '\u{d7ff}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{ff66}', '\u{ffdc}'),
    ('\u{1b000}', '\u{1b16f}'),
    ('\u{20000}', '\u{323af}'),
];

/// Marks that carry an accent or a vowel point rather than a letter of their own.
fn is_dropped_mark(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}'
        | '\u{0591}'..='\u{05c7}'
        | '\u{0610}'..='\u{061a}'
        | '\u{0640}'
        | '\u{064b}'..='\u{065f}'
        | '\u{0670}'
        | '\u{06d6}'..='\u{06ed}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe2f}')
}

/// Letters that decomposition leaves alone but people type without their strokes, and digits and
/// letters of the Arabic script that have twins.
fn plain_letters(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        '\u{df}' => ('s', Some('s')),
        '\u{e6}' => ('a', Some('e')),
        '\u{153}' => ('o', Some('e')),
        '\u{fe}' => ('t', Some('h')),
        '\u{f8}' => ('o', None),
        '\u{f0}' | '\u{111}' => ('d', None),
        '\u{127}' => ('h', None),
        '\u{131}' => ('i', None),
        '\u{142}' => ('l', None),
        '\u{167}' => ('t', None),
        '\u{3c2}' => ('\u{3c3}', None),
        '\u{649}' | '\u{6cc}' => ('\u{64a}', None),
        '\u{629}' => ('\u{647}', None),
        '\u{671}' => ('\u{627}', None),
        '\u{6a9}' => ('\u{643}', None),
        '\u{660}'..='\u{669}' => (digit(c, 0x660), None),
        '\u{6f0}'..='\u{6f9}' => (digit(c, 0x6f0), None),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

fn digit(c: char, zero: u32) -> char {
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_folded_alike_however_they_are_written() {
        let cases: [(&str, &[&str]); 22] = [
            ("Hello, World!", &["hello", "world"]),
            ("S\u{e3}o Paulo", &["sao", "paulo"]),
            ("Sa\u{303}o", &["sao"]),
            ("Stra\u{df}e STRASSE", &["strasse", "strasse"]),
            ("\u{c6}sir \u{153}uvre", &["aesir", "oeuvre"]),
            ("\u{141}\u{f3}d\u{17a} \u{d8}re", &["lodz", "ore"]),
            (
                "\u{130}stanbul \u{131}\u{15f}\u{131}k",
                &["istanbul", "isik"],
            ),
            ("\u{fb01}le", &["file"]),
            ("\u{ff21}\u{ff22}\u{ff11}", &["ab1"]),
            (
                "\u{39f}\u{394}\u{39f}\u{3a3}",
                &["\u{3bf}\u{3b4}\u{3bf}\u{3c3}"],
            ),
            ("\u{401}\u{436}", &["\u{435}\u{436}"]),
            (
                "\u{623}\u{62d}\u{645}\u{64e}\u{62f}",
                &["\u{627}\u{62d}\u{645}\u{62f}"],
            ),
            ("\u{665}\u{6f5}5", &["555"]),
            ("co\u{ad}operate", &["cooperate"]),
            ("INV-2026/001", &["inv", "2026", "001"]),
            ("a.b@example.com", &["a", "b", "example", "com"]),
            (
                "\u{6771}\u{4eac}\u{90fd}",
                &["\u{6771}\u{4eac}", "\u{4eac}\u{90fd}", "\u{90fd}"],
            ),
            ("\u{6771}", &["\u{6771}"]),
            ("iPhone\u{7528}", &["iphone", "\u{7528}"]),
            ("\u{ac00}\u{ac01}", &["\u{ac00}\u{ac01}", "\u{ac01}"]),
            (
                "\u{1100}\u{1161}\u{1100}\u{1161}\u{11a8}",
                &["\u{ac00}\u{ac01}", "\u{ac01}"],
            ),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(texts(text), expected, "{text}");
        }
    }

    #[test]
    fn half_width_and_full_width_kana_are_the_same() {
        assert_eq!(texts("\u{ff76}\u{ff9e}\u{ff72}"), texts("\u{30ac}\u{30a4}"));
    }

    #[test]
    fn a_thai_character_keeps_its_marks() {
        let found = texts("\u{e17}\u{e35}\u{e48}\u{e19}");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("\u{e17}\u{e35}"), "{found:?}");
    }

    #[test]
    fn long_words_are_cut_not_lost() {
        assert_eq!(texts(&"x".repeat(500)), ["x".repeat(WORD_MAX_CHARS)]);
        assert_eq!(texts(&"\u{e9}".repeat(500)), ["e".repeat(WORD_MAX_CHARS)]);
    }

    proptest::proptest! {
        #[test]
        fn offsets_always_cut_the_original_text(text in "\\PC{0,40}") {
            for word in words(&text) {
                proptest::prop_assert!(word.from < word.to);
                proptest::prop_assert!(text.get(word.from..word.to).is_some());
                proptest::prop_assert!(word.text.chars().count() <= 2 * WORD_MAX_CHARS);
            }
        }

        #[test]
        fn folding_a_word_again_changes_nothing(text in "\\PC{0,20}") {
            for word in words(&text).iter().filter(|word| word.shape == Shape::Plain) {
                proptest::prop_assert_eq!(fold(&word.text), word.text.clone());
            }
        }
    }
}
