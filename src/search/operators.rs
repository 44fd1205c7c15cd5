//! The operators of a question and what they take: `is:unread`, `before:2026-10`, `from:camila`.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::base::time::Timestamp;
use crate::model::conversation::Priority;
use crate::model::conversation::Status;
use crate::search::facts::Has;
use crate::search::lexer;
use crate::search::lexer::TEXT_MAX;
use crate::search::words::head;

/// A condition typed as `operator:value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Written by this person, `me`, `us`, `bot` or `customer`.
    From(String),
    /// Written to this person.
    To(String),
    /// On this channel or type of channel.
    In(String),
    /// In a conversation that stands so.
    Status(Status),
    /// In a conversation of this person; `me` and `none` too.
    Assignee(String),
    /// In a conversation of this team; `none` too.
    Team(String),
    /// In a conversation (or of a contact) with this label.
    Tag(String),
    /// In a conversation this urgent.
    Priority(Priority),
    /// With something in it.
    Has(Has),
    /// Being something.
    Is(Is),
    /// Before the day begins.
    Before(When),
    /// From the day's beginning on.
    After(When),
    /// Within the day.
    On(When),
    /// With this id.
    Id(String),
    /// With a file whose name has these words.
    File(String),
}

/// What a hit can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// In a conversation the person asking has not read to its end.
    Unread,
    /// A message that could not be sent.
    Failed,
    /// In a conversation assigned to the person asking.
    Mine,
    /// A private note.
    Note,
    /// From the customer.
    Inbound,
    /// To the customer, or among us.
    Outbound,
}

/// A time typed by a person; days begin where that person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A whole year, month or day: its first day, and the first one after it.
    Days(Date, Date),
    /// So many days before today; 0 is today.
    DaysAgo(u16),
    /// A moment, given to the second.
    Moment(Timestamp),
}

/// What an operator asks for with a value; none where it is no operator, or does not take the value.
pub(super) fn filter(operator: &str, value: &str) -> Option<Filter> {
    let name = || Some(value.trim().to_owned()).filter(|value| !value.is_empty());
    let word = value.trim().to_ascii_lowercase();
    match operator.to_ascii_lowercase().as_str() {
        "from" => name().map(Filter::From),
        "to" => name().map(Filter::To),
        "in" | "channel" => name().map(Filter::In),
        "assignee" | "assigned" => name().map(Filter::Assignee),
        "team" => name().map(Filter::Team),
        "tag" | "label" => name().map(Filter::Tag),
        "id" => name().map(Filter::Id),
        "file" | "filename" => name().map(Filter::File),
        "status" => Status::named(&word).map(Filter::Status),
        "priority" => Priority::named(&word).map(Filter::Priority),
        "has" => Has::named(&word).map(Filter::Has),
        "is" => is(&word),
        "before" => when(&word).map(Filter::Before),
        "after" | "since" => when(&word).map(Filter::After),
        "on" => when(&word).map(Filter::On),
        _ => None,
    }
}

/// What operators take whose values are not free words: an example each that is understood.
const TAKES: [(&[&str], &[&str]); 5] = [
    (&["status"], &["open", "waiting", "snoozed", "done"]),
    (&["priority"], &["low", "normal", "high", "urgent"]),
    (
        &["has"],
        &[
            "file", "image", "audio", "video", "document", "link", "location", "call",
        ],
    ),
    (
        &["is"],
        &[
            "unread", "failed", "mine", "note", "inbound", "outbound", "open", "waiting",
            "snoozed", "done",
        ],
    ),
    (
        &["before", "after", "since", "on"],
        &["2026-10-01", "2026-10", "2026", "today", "yesterday", "7d"],
    ),
];

/// A part with an operator we know and a value that it does not: it is searched as words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// The operator, as it was typed.
    pub operator: String,
    /// The value.
    pub value: String,
    /// What the operator takes.
    pub takes: &'static [&'static str],
}

/// The parts of a question that were not understood as they were meant.
#[must_use]
pub fn misread(question: &str) -> Vec<Misread> {
    let pieces = lexer::pieces(head(question, TEXT_MAX)).filter_map(|piece| {
        let operator = piece.operator?;
        let known = operator.to_ascii_lowercase();
        let (_, takes) = TAKES
            .iter()
            .find(|(names, _)| names.contains(&known.as_str()))?;
        filter(operator, piece.text).is_none().then(|| Misread {
            operator: operator.to_owned(),
            value: piece.text.to_owned(),
            takes,
        })
    });
    pieces.collect()
}

fn is(word: &str) -> Option<Filter> {
    match word {
        "unread" => Some(Filter::Is(Is::Unread)),
        "failed" => Some(Filter::Is(Is::Failed)),
        "mine" => Some(Filter::Is(Is::Mine)),
        "note" => Some(Filter::Is(Is::Note)),
        "inbound" | "received" => Some(Filter::Is(Is::Inbound)),
        "outbound" | "sent" => Some(Filter::Is(Is::Outbound)),
        other => Status::named(other).map(Filter::Status),
    }
}

/// `today`, `yesterday`, `7d`, `2026`, `2026-10`, `2026-10-01`, or a full RFC 3339 moment.
fn when(word: &str) -> Option<When> {
    match word {
        "today" => return Some(When::DaysAgo(0)),
        "yesterday" => return Some(When::DaysAgo(1)),
        _ => {}
    }
    if let Some(days) = word.strip_suffix('d').and_then(|days| days.parse().ok()) {
        return Some(When::DaysAgo(days));
    }
    calendar(word).or_else(|| Timestamp::parse(&word.to_ascii_uppercase()).map(When::Moment))
}

fn calendar(word: &str) -> Option<When> {
    let mut numbers = word.splitn(3, ['-', '/']);
    let year: i16 = numbers
        .next()
        .filter(|year| year.len() == 4)?
        .parse()
        .ok()?;
    let month = numbers.next().map(str::parse::<i8>).transpose().ok()?;
    let day = numbers.next().map(str::parse::<i8>).transpose().ok()?;
    let first = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
    let length = match (month, day) {
        (None, _) => 1.year(),
        (Some(_), None) => 1.month(),
        (Some(_), Some(_)) => 1.day(),
    };
    Some(When::Days(first, first.checked_add(length).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_an_operator_does_not_know_is_told_with_those_it_does() {
        let told: Vec<_> =
            misread("is:nonsense Status:\"in doubt\" colour:red from:x has:file on:7d")
                .into_iter()
                .map(|one| (one.operator, one.value, one.takes[0]))
                .collect();
        let part =
            |operator: &str, value: &str, first| (operator.to_owned(), value.to_owned(), first);
        assert_eq!(
            told,
            [
                part("is", "nonsense", "unread"),
                part("Status", "in doubt", "open")
            ]
        );
        for (names, takes) in TAKES {
            for name in names {
                for value in takes {
                    assert!(filter(name, value).is_some(), "{name}:{value}");
                }
            }
        }
    }
}
