//! Measuring, cutting and splitting text by a channel's way of counting.

use unicode_segmentation::UnicodeSegmentation as _;

/// What a vendor counts when it limits the length of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Counting {
    /// Unicode scalar values.
    Characters,
    /// UTF-16 code units, as JavaScript counts.
    Utf16Units,
    /// Bytes of UTF-8.
    Bytes,
}

impl Counting {
    /// The length of `text` in this unit.
    #[must_use]
    pub fn measure(self, text: &str) -> usize {
        match self {
            Self::Characters => text.chars().count(),
            Self::Utf16Units => text.encode_utf16().count(),
            Self::Bytes => text.len(),
        }
    }
}

/// Cuts `text` to at most `max` units at a grapheme border, ending in an ellipsis when anything
/// was cut.
#[must_use]
pub fn shorten(text: &str, max: usize, counting: Counting) -> String {
    if counting.measure(text) <= max {
        return text.to_owned();
    }
    let ellipsis = "\u{2026}";
    let room = max.saturating_sub(counting.measure(ellipsis));
    let kept = take(text, room, counting);
    format!("{}{ellipsis}", kept.trim_end())
}

/// The longest start of `text` that fits `max` units without breaking a grapheme.
fn take(text: &str, max: usize, counting: Counting) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += counting.measure(grapheme);
        if used > max {
            return &text[..at];
        }
    }
    text
}

/// Splits `text` into parts of at most `max` units, at the latest fitting border of a paragraph,
/// else a line, else a sentence, else a word, else a grapheme. Nothing but blanks at the borders
/// is lost.
#[must_use]
pub fn split(text: &str, max: usize, counting: Counting) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if counting.measure(rest) <= max {
            parts.push(rest.to_owned());
            break;
        }
        let fitting = take(rest, max, counting);
        // One grapheme may be longer than the limit; it is better whole than lost.
        let fitting = if fitting.is_empty() {
            first_grapheme(rest)
        } else {
            fitting
        };
        let end = border(rest, fitting.len());
        parts.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    parts
}

fn first_grapheme(text: &str) -> &str {
    text.graphemes(true).next().unwrap_or(text)
}

/// Where to cut when the first `full` bytes fit: after the best border in their second half. A
/// blank right behind them counts, since blanks at a border are dropped.
fn border(rest: &str, full: usize) -> usize {
    const BORDERS: [&[&str]; 4] = [
        &["\n\n"],
        &["\n"],
        &[". ", "! ", "? ", "\u{3002}", "\u{2026} "],
        &[" "],
    ];
    let blank = rest[full..].chars().next().filter(|c| c.is_whitespace());
    let fitting = &rest[..full + blank.map_or(0, char::len_utf8)];
    let half = full / 2;
    BORDERS
        .iter()
        .find_map(|marks| {
            marks
                .iter()
                .filter_map(|mark| fitting.rfind(mark).map(|at| at + mark.len()))
                .filter(|end| *end > half)
                .max()
        })
        .unwrap_or(full)
}

/// A name on one line, as it is kept: line breaks and other signs that are not seen stand for a blank,
/// blanks are folded, and what turns the direction of all that stands behind it is left out.
#[must_use]
pub fn one_line(name: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let plain: String = name.chars().filter(|c| !turns(c)).collect();
    let words: Vec<&str> = plain.split(blank).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// One line for a list or a log of what a longer text says: blanks folded, at most `max`
/// characters.
#[must_use]
pub fn preview(text: &str, max: usize) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    shorten(&folded, max, Counting::Characters)
}

/// Lower case without accents, for comparing what people type with what we offered.
#[must_use]
pub fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    // Most names and addresses, of which a filter folds thousands for a page.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_text_is_cut_at_the_best_border() {
        let cases = [
            (
                "One two three. Four five six.",
                20,
                vec!["One two three.", "Four five six."],
            ),
            ("aaaa bbbb cccc", 9, vec!["aaaa bbbb", "cccc"]),
            ("aaaaaaaaaa", 4, vec!["aaaa", "aaaa", "aa"]),
            ("short", 10, vec!["short"]),
            ("first line\nsecond", 14, vec!["first line", "second"]),
            ("", 5, vec![]),
        ];
        for (text, max, expected) in cases {
            assert_eq!(split(text, max, Counting::Characters), expected, "{text}");
        }
    }

    #[test]
    fn a_name_stands_on_one_line_and_turns_nothing_around() {
        let cases = [
            ("  Ana \t Lima ", "Ana Lima"),
            ("Ana\r\nLima\u{2028}Sousa", "Ana Lima Sousa"),
            ("Ana\0\u{7}Lima\u{1b}[31m\u{85}", "Ana Lima [31m"),
            ("\u{202e}anA\u{202c} \u{2066}x\u{2069}", "anA x"),
            ("\u{202e}\n", ""),
            // Signs that names of some languages need.
            (
                "\u{645}\u{6cc}\u{200c}\u{62e}\u{200f}",
                "\u{645}\u{6cc}\u{200c}\u{62e}\u{200f}",
            ),
            ("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{200d}\u{1f469}"),
        ];
        for (name, expected) in cases {
            assert_eq!(one_line(name), expected, "{name:?}");
        }
    }

    #[test]
    fn units_differ() {
        let text = "a\u{1f600}\u{e9}";
        assert_eq!(Counting::Characters.measure(text), 3);
        assert_eq!(Counting::Utf16Units.measure(text), 4);
        assert_eq!(Counting::Bytes.measure(text), 7);
        assert_eq!(shorten("abcdef", 4, Counting::Characters), "abc\u{2026}");
        assert_eq!(shorten("abcd", 4, Counting::Characters), "abcd");
    }

    #[test]
    fn folding_drops_accents_and_case() {
        assert_eq!(fold("S\u{e3}o JO\u{c3}O"), "sao joao");
    }

    proptest! {
        #[test]
        fn plain_text_folds_as_it_does_beside_other_letters(text in "[ -~\t\n]{0,80}") {
            prop_assert_eq!(fold(&format!("{text}\u{e9}")), fold(&text) + "e");
        }

        #[test]
        fn splitting_loses_nothing_but_blanks(text in "[a-z .\n\u{e9}\u{1f600}]{0,200}", max in 1usize..40) {
            let parts = split(&text, max, Counting::Characters);
            let squeeze = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(squeeze(&parts.concat()), squeeze(&text));
            for part in parts {
                prop_assert!(part.chars().count() <= max || part.graphemes(true).count() == 1);
            }
        }
    }
}
