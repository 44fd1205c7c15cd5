//! Numbers the way people look for them: a telephone number is found by its end, written with or
//! without spaces, hyphens and brackets.
//!
//! Groups of digits that stand close together (`+55 11 98765-4321`) are joined, and the joined
//! number is indexed from each of its digits on, so that `987654321`, `4321` and the whole number
//! all are beginnings of some indexed word.

use crate::search::words::Shape;
use crate::search::words::Word;

/// Fewest and most digits of a joined number. Shorter ones are ordinary words; longer ones are no
/// telephone numbers.
const JOINED_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Shortest end of a number that is indexed.
const END_DIGITS: usize = 4;

/// Most characters between two groups of one number, as in `(11) 98765`.
const GAP_MAX: usize = 2;

/// Neighbouring groups of digits, as one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// All digits.
    pub digits: String,
    /// The index of the first group in the words it was found in.
    pub first: usize,
    /// One past the index of the last group.
    pub end: usize,
}

/// The numbers in a text, given its words.
#[must_use]
pub fn joined_numbers(text: &str, words: &[Word]) -> Vec<Joined> {
    let mut found = Vec::new();
    let mut first = 0;
    while first < words.len() {
        let mut end = first;
        while end < words.len()
            && is_digits(&words[end])
            && (end == first || is_gap(&text[words[end - 1].to..words[end].from]))
        {
            end += 1;
        }
        let digits: String = words[first..end].iter().map(|w| w.text.as_str()).collect();
        if JOINED_DIGITS.contains(&digits.len()) {
            found.push(Joined { digits, first, end });
        }
        first = end.max(first + 1);
    }
    found
}

/// The words of a document with the ends of its numbers among them.
#[must_use]
pub fn with_number_ends(text: &str, mut words: Vec<Word>) -> Vec<Word> {
    let numbers = joined_numbers(text, &words);
    if numbers.is_empty() {
        return words;
    }
    let mut ends = Vec::new();
    for number in &numbers {
        push_ends(&mut ends, number, &words[number.first..number.end]);
    }
    words.extend(ends);
    // The index wants the places of one word in rising order.
    words.sort_by_key(|word| word.position);
    words
}

fn push_ends(ends: &mut Vec<Word>, number: &Joined, groups: &[Word]) {
    let Some(last) = groups.last() else { return };
    let mut start = 0;
    for group in groups {
        for within in 0..group.text.len() {
            let end = &number.digits[start + within..];
            if end.len() >= END_DIGITS && end != group.text {
                ends.push(Word {
                    text: end.to_owned(),
                    position: group.position,
                    from: (group.from + within).min(last.to),
                    to: last.to,
                    shape: Shape::Plain,
                });
            }
        }
        start += group.text.len();
    }
}

fn is_digits(word: &Word) -> bool {
    word.text.bytes().all(|b| b.is_ascii_digit()) && word.to - word.from == word.text.len()
}

fn is_gap(between: &str) -> bool {
    between.len() <= GAP_MAX && between.bytes().all(|b| b" -.()/".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::words::words;

    fn numbers(text: &str) -> Vec<String> {
        joined_numbers(text, &words(text))
            .into_iter()
            .map(|number| number.digits)
            .collect()
    }

    #[test]
    fn groups_of_one_number_are_joined() {
        let cases: [(&str, &[&str]); 8] = [
            ("call +55 11 98765-4321 now", &["5511987654321"]),
            ("(11) 98765-4321", &["11987654321"]),
            ("555.0123", &["5550123"]),
            ("+5511987654321", &["5511987654321"]),
            ("order 4711", &[]),
            ("98765-4321, 98765-4322", &["987654321", "987654322"]),
            ("1234567890123456789", &[]),
            ("a1 b2", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(numbers(text), expected, "{text}");
        }
    }

    #[test]
    fn every_end_of_a_number_is_a_word() {
        let text = "+55 11 98765-4321";
        let all = with_number_ends(text, words(text));
        for wanted in [
            "5511987654321",
            "11987654321",
            "987654321",
            "98765",
            "4321",
            "54321",
        ] {
            assert!(all.iter().any(|word| word.text == wanted), "{wanted}");
        }
        assert!(all.is_sorted_by_key(|word| word.position));
        for word in &all {
            assert!(text.get(word.from..word.to).is_some());
        }
    }
}
