//! Cuts a question into pieces: words, quoted phrases and `operator:value` pairs.

use std::ops::Range;

/// Longest question read, in bytes; the rest is ignored.
pub const TEXT_MAX: usize = 2_000;

/// One piece of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Whether it began with `-`.
    pub negated: bool,
    /// The name before the colon, where there is one.
    pub operator: Option<&'a str>,
    /// The word, the phrase without its quotes, or the operator's value without its quotes.
    pub text: &'a str,
    /// Whether the text stood in quotes.
    pub quoted: bool,
    /// Where it stands in the question, with sign, operator and quotes.
    pub span: Range<usize>,
}

/// The pieces in order.
pub fn pieces(question: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let piece = next_piece(question, at)?;
        at = piece.span.end;
        Some(piece)
    })
}

fn next_piece(question: &str, from: usize) -> Option<Piece<'_>> {
    let start = from + skip(&question[from..], char::is_whitespace);
    let mut at = start;
    let negated = question[at..].starts_with('-')
        && question[at + 1..]
            .chars()
            .next()
            .is_some_and(|c| !c.is_whitespace() && c != '-');
    if negated {
        at += 1;
    }
    let operator = operator_at(&question[at..]);
    let value_at = operator.map_or(at, |name| at + name.len() + 1);
    let (text, quoted, end) = value_from(question, value_at)?;
    Some(Piece {
        negated,
        operator,
        text,
        quoted,
        span: start..end,
    })
}

/// A word or a closed quotation; a quote that is never closed is skipped.
fn value_from(question: &str, mut at: usize) -> Option<(&str, bool, usize)> {
    while let Some(quote) = question[at..].chars().next().filter(|c| is_quote(*c)) {
        let inner = at + quote.len_utf8();
        if let Some(length) = question[inner..].find(is_quote) {
            let close = inner + length;
            let after = question[close..].chars().next().map_or(0, char::len_utf8);
            return Some((&question[inner..close], true, close + after));
        }
        at = inner;
    }
    let rest = &question[at..];
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    (length > 0).then(|| (&rest[..length], false, at + length))
}

/// The name of an operator: Latin letters, a colon, and a value right after it.
fn operator_at(rest: &str) -> Option<&str> {
    let (name, value) = rest.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic());
    let has_value = value_from(value, 0).is_some() && !value.starts_with(char::is_whitespace);
    (is_name && has_value).then_some(name)
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}'
    )
}

fn skip(text: &str, unwanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !unwanted(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(question: &str) -> Vec<String> {
        pieces(question)
            .map(|piece| {
                format!(
                    "{}{}{}{}",
                    if piece.negated { "-" } else { "" },
                    piece.operator.map(|o| format!("{o}:")).unwrap_or_default(),
                    if piece.quoted { "=" } else { "" },
                    piece.text
                )
            })
            .collect()
    }

    #[test]
    fn questions_fall_into_pieces() {
        let cases: [(&str, &[&str]); 16] = [
            ("", &[]),
            ("  \t ", &[]),
            ("torn bag", &["torn", "bag"]),
            ("\"torn bag\" -refund", &["=torn bag", "-refund"]),
            ("in:\"US orders\" x", &["in:=US orders", "x"]),
            ("-tag:vip", &["-tag:vip"]),
            ("-\"a b\"", &["-=a b"]),
            ("from: x", &["from:", "x"]),
            ("from:", &["from:"]),
            ("\"never closed", &["never", "closed"]),
            ("in:\"US ord", &["in:US", "ord"]),
            ("\u{201c}smart quotes\u{201d}", &["=smart quotes"]),
            ("well-known - -- x", &["well-known", "-", "--", "x"]),
            ("10:30 a:b:c", &["10:30", "a:b:c"]),
            ("\"", &[]),
            ("\"\"", &["="]),
        ];
        for (question, expected) in cases {
            assert_eq!(told(question), expected, "{question}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cut_at_characters(question in "\\PC{0,60}") {
            let mut last = 0;
            for piece in pieces(&question) {
                proptest::prop_assert!(question.get(piece.span.clone()).is_some());
                proptest::prop_assert!(piece.span.start >= last && piece.span.end > piece.span.start);
                last = piece.span.end;
            }
        }
    }
}
