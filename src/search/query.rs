//! What a person typed into the search box, understood.
//!
//! [`parse`] is pure and never fails: an unclosed quote, an unknown operator or a value an
//! operator does not know is searched as words. Names in operators (`from:camila`) stay names
//! here; [`resolve`](crate::search::resolve) turns them into ids.

use std::ops::Range;

use crate::search::lexer;
use crate::search::lexer::Piece;
use crate::search::lexer::TEXT_MAX;
use crate::search::operators::Filter;
use crate::search::operators::filter;
use crate::search::words::head;
use crate::search::words::words;

/// Most parts of one question; the rest is ignored.
pub const PARTS_MAX: usize = 32;

/// A question in parts, all of which must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The parts in the order they were typed.
    pub parts: Vec<Part>,
}

/// One part of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whether it must not hold instead: typed with a leading `-`.
    pub negated: bool,
    /// What must hold.
    pub wanted: Wanted,
    /// The bytes of the question it was read from, so that a chip can be taken out again.
    pub span: Range<usize>,
}

/// What a part asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// One of these must occur: a single word or phrase, or several joined by `OR`.
    Text(Vec<Phrase>),
    /// A condition.
    Filter(Filter),
}

/// A word, or words that must stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// The words as typed.
    pub text: String,
    /// Whether they stood in quotes: no typing tolerance, no continuation.
    pub quoted: bool,
    /// Whether the last word may still be growing, so that what begins with it counts too.
    pub open: bool,
}

/// Reads a question.
#[must_use]
pub fn parse(question: &str) -> Query {
    let question = head(question, TEXT_MAX);
    let mut query = Query::default();
    let mut either = false;
    for piece in lexer::pieces(question) {
        if is_or(&piece) && query.can_be_widened() {
            either = true;
            continue;
        }
        let parts = parts_of(&piece, piece.span.end == question.len());
        for part in parts.into_iter().filter(Part::says_something) {
            query.push(part, std::mem::take(&mut either));
        }
    }
    query.parts.truncate(PARTS_MAX);
    query
}

impl Part {
    /// Whether there is a word in it: signs alone cannot be searched.
    fn says_something(&self) -> bool {
        match &self.wanted {
            Wanted::Text(any) => any.iter().any(|phrase| !words(&phrase.text).is_empty()),
            Wanted::Filter(_) => true,
        }
    }
}

impl Query {
    /// A question for all words of a text, each of which may go on; no operators are read.
    #[must_use]
    pub fn of_beginnings(text: &str) -> Self {
        let part = |word: &str| Part {
            negated: false,
            wanted: Wanted::Text(vec![Phrase {
                text: word.to_owned(),
                quoted: false,
                open: true,
            }]),
            span: 0..0,
        };
        let words = head(text, TEXT_MAX).split_whitespace().take(PARTS_MAX);
        Self {
            parts: words.map(part).filter(Part::says_something).collect(),
        }
    }

    /// A question for what carries a label, whatever signs are in it.
    #[must_use]
    pub fn of_label(name: &str) -> Self {
        Self {
            parts: vec![Part {
                negated: false,
                wanted: Wanted::Filter(Filter::Tag(name.to_owned())),
                span: 0..0,
            }],
        }
    }

    /// Whether nothing was asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The words and phrases that hits contain, for highlighting.
    pub fn phrases(&self) -> impl Iterator<Item = &Phrase> {
        self.parts
            .iter()
            .filter(|part| !part.negated)
            .filter_map(|part| match &part.wanted {
                Wanted::Text(any) => Some(any),
                Wanted::Filter(_) => None,
            })
            .flatten()
    }

    /// The conditions, each with the part it came from: what a search box shows as chips. Taking
    /// the part's span out of the question takes the condition away.
    pub fn chips(&self) -> impl Iterator<Item = (&Part, &Filter)> {
        self.parts.iter().filter_map(|part| match &part.wanted {
            Wanted::Filter(filter) => Some((part, filter)),
            Wanted::Text(_) => None,
        })
    }

    fn can_be_widened(&self) -> bool {
        matches!(self.parts.last(), Some(part) if !part.negated && matches!(part.wanted, Wanted::Text(_)))
    }

    fn push(&mut self, part: Part, either: bool) {
        match (self.parts.last_mut(), part) {
            (
                Some(Part {
                    wanted: Wanted::Text(any),
                    span,
                    ..
                }),
                Part {
                    negated: false,
                    wanted: Wanted::Text(more),
                    span: end,
                },
            ) if either => {
                any.extend(more);
                span.end = end.end;
            }
            (_, part) => self.parts.push(part),
        }
    }
}

fn is_or(piece: &Piece<'_>) -> bool {
    piece.text == "OR" && !piece.quoted && !piece.negated && piece.operator.is_none()
}

/// A piece as one part; an operator we do not know, or a value it does not, as words.
fn parts_of(piece: &Piece<'_>, last: bool) -> Vec<Part> {
    let Some(operator) = piece.operator else {
        return vec![text_part(piece, piece.text, last)];
    };
    match filter(operator, piece.text) {
        Some(filter) => vec![Part {
            negated: piece.negated,
            wanted: Wanted::Filter(filter),
            span: piece.span.clone(),
        }],
        // "10:30" and "colour:red" are two words that need not stand together.
        None => vec![
            text_part(piece, operator, false),
            text_part(piece, piece.text, last),
        ],
    }
}

fn text_part(piece: &Piece<'_>, text: &str, last: bool) -> Part {
    Part {
        negated: piece.negated,
        wanted: Wanted::Text(vec![Phrase {
            text: text.to_owned(),
            quoted: piece.quoted,
            open: last && !piece.quoted,
        }]),
        span: piece.span.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    /// A question retold: `+` for what must hold, `-` for what must not, `~` after a word that may
    /// go on, quotes around phrases, `|` between alternatives.
    fn told(question: &str) -> Vec<String> {
        parse(question)
            .parts
            .iter()
            .map(|part| {
                let sign = if part.negated { '-' } else { '+' };
                match &part.wanted {
                    Wanted::Filter(filter) => format!("{sign}{filter:?}"),
                    Wanted::Text(any) => {
                        let words: Vec<String> = any.iter().map(told_phrase).collect();
                        format!("{sign}{}", words.join("|"))
                    }
                }
            })
            .collect()
    }

    fn told_phrase(phrase: &Phrase) -> String {
        let quote = if phrase.quoted { "\"" } else { "" };
        let open = if phrase.open { "~" } else { "" };
        format!("{quote}{}{quote}{open}", phrase.text)
    }

    #[test]
    fn questions_are_understood() {
        let cases: [(&str, &[&str]); 30] = [
            ("", &[]),
            ("torn bag", &["+torn", "+bag~"]),
            ("torn bag ", &["+torn", "+bag"]),
            (
                "\"torn bag\" -refund x ",
                &["+\"torn bag\"", "-refund", "+x"],
            ),
            ("\"torn bag", &["+torn", "+bag~"]),
            ("a OR b ", &["+a|b"]),
            ("a OR b OR \"c d\"", &["+a|b|\"c d\""]),
            ("OR a ", &["+OR", "+a"]),
            ("a OR ", &["+a"]),
            ("a OR tag:x", &["+a", "+Tag(\"x\")"]),
            ("from:camila", &["+From(\"camila\")"]),
            ("FROM:me", &["+From(\"me\")"]),
            ("in:\"US orders\" x ", &["+In(\"US orders\")", "+x"]),
            ("channel:whatsapp", &["+In(\"whatsapp\")"]),
            ("status:done", &["+Status(Resolved)"]),
            ("status:nonsense ", &["+status", "+nonsense"]),
            ("-tag:vip", &["-Tag(\"vip\")"]),
            ("has:file", &["+Has(File)"]),
            ("has:photos", &["+Has(Image)"]),
            ("is:unread is:snoozed", &["+Is(Unread)", "+Status(Snoozed)"]),
            ("assignee:none", &["+Assignee(\"none\")"]),
            ("priority:urgent", &["+Priority(Urgent)"]),
            (
                "before:2026-10-01",
                &["+Before(Days(2026-10-01, 2026-10-02))"],
            ),
            ("on:2026-02", &["+On(Days(2026-02-01, 2026-03-01))"]),
            ("after:2026", &["+After(Days(2026-01-01, 2027-01-01))"]),
            (
                "after:yesterday on:7d",
                &["+After(DaysAgo(1))", "+On(DaysAgo(7))"],
            ),
            ("before:2026-13-01 ", &["+before", "+2026-13-01"]),
            ("colour:red ", &["+colour", "+red"]),
            ("from: x ", &["+from:", "+x"]),
            ("file:invoice*.pdf", &["+File(\"invoice*.pdf\")"]),
        ];
        for (question, expected) in cases {
            assert_eq!(told(question), expected, "{question}");
        }
    }

    #[test]
    fn taking_a_chip_out_leaves_the_rest() {
        let question = "torn in:\"US orders\" -tag:vip bag";
        let query = parse(question);
        let (chip, filter) = query.chips().next().unwrap();
        assert_eq!(*filter, Filter::In("US orders".to_owned()));
        let mut rest = question.to_owned();
        rest.replace_range(chip.span.clone(), "");
        assert_eq!(told(&rest), ["+torn", "-Tag(\"vip\")", "+bag~"]);
        assert_eq!(query.chips().count(), 2);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_question(question in "\\PC{0,200}") {
            let query = parse(&question);
            proptest::prop_assert!(query.parts.len() <= PARTS_MAX);
            for part in &query.parts {
                proptest::prop_assert!(question.get(part.span.clone()).is_some());
            }
        }

        #[test]
        fn operators_in_any_company_never_fail(
            question in "(-?(from|in|on|before|has|is|id|file|\"|OR|\\*|:)?[:\" ]{0,2}[a-z0-9*-]{0,6} ?){0,12}"
        ) {
            proptest::prop_assert!(parse(&question).parts.len() <= PARTS_MAX);
        }
    }
}
