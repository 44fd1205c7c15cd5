//! A queue of the inbox, whole or narrowed, and its word in addresses.
//!
//! The word is the queue's, then what narrows it: `all;team=team_...;tag=vip`. It stands in one
//! segment of the path, so that a conversation in it has an address too. Letters that mean something
//! in addresses are written `~` and two hexadecimal digits.

use std::fmt::Write as _;

use crate::base::crypto::base64url;
use crate::base::crypto::from_base64url;
use crate::base::page::Order as Way;
use crate::base::time::Timestamp;
use crate::engine::inbox::list::Filter;
use crate::engine::inbox::list::Row;
use crate::engine::inbox::list::Sort;
use crate::engine::inbox::list::SortBy;
use crate::model::channel::ChannelKind;
use crate::model::condition::Condition;
use crate::model::conversation::Priority;
use crate::model::ids::UserId;
use crate::model::view::Narrowing;
use crate::model::view::Order;
use crate::model::view::View;
use crate::web::dashboard::present::list::Queue;
use crate::web::dashboard::view::atoms::OptionView;

/// A queue, whole or narrowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Section {
    queue: Queue,
    narrowing: Narrowing,
    word: String,
}

impl From<Queue> for Section {
    fn from(queue: Queue) -> Self {
        Self::of(queue, Narrowing::default())
    }
}

impl From<&View> for Section {
    fn from(view: &View) -> Self {
        // A view is of a queue there is; the one of a later version would be another list.
        let queue = Queue::named(&view.queue).unwrap_or(Queue::All);
        Self::of(queue, view.narrowing.clone())
    }
}

impl Section {
    /// A queue, narrowed. Those that are the reader's own list are always whole.
    #[must_use]
    pub fn of(queue: Queue, narrowing: Narrowing) -> Self {
        let narrowing = if queue.is_own() {
            Narrowing::default()
        } else {
            narrowing
        };
        let mut word = queue.word().to_owned();
        for (name, value) in parts(&narrowing) {
            word.push(';');
            word.push_str(name);
            if !value.is_empty() {
                word.push('=');
                escape(&mut word, &value);
            }
        }
        Self {
            queue,
            narrowing,
            word,
        }
    }

    /// The section of that word; none for a queue there is not, or what narrows nothing.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let mut parts = word.split(';');
        let queue = Queue::named(parts.next()?)?;
        let mut narrowing = Narrowing::default();
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            take(&mut narrowing, name, &unescape(value)?)?;
        }
        Some(Self::of(queue, narrowing))
    }

    /// The queue.
    #[must_use]
    pub const fn queue(&self) -> Queue {
        self.queue
    }

    /// What narrows it.
    #[must_use]
    pub const fn narrowing(&self) -> &Narrowing {
        &self.narrowing
    }

    /// Its word in addresses.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("/app/inbox/{}", self.word)
    }

    /// Open, Waiting, Snoozed, Done above the list, narrowed alike.
    #[must_use]
    pub fn segments(&self) -> Vec<OptionView> {
        if self.queue.is_own() {
            return Vec::new();
        }
        let open = match self.queue {
            grouped if grouped.is_grouped() => grouped,
            _ if self.narrowing.is_none() => Queue::Mine,
            _ => Queue::All,
        };
        let current = match self.queue {
            Queue::Spam => Queue::Done,
            other => other,
        };
        let address = |queue| Self::of(queue, self.narrowing.clone()).address();
        [
            (open, "Open"),
            (Queue::Waiting, "Waiting"),
            (Queue::Snoozed, "Snoozed"),
            (Queue::Done, "Done"),
        ]
        .into_iter()
        .map(|(queue, label)| OptionView::of(&address(queue), label, &address(current)))
        .collect()
    }

    /// What it shows to a reader; none for those that are the reader's own list.
    #[must_use]
    pub fn filter(&self, reader: UserId) -> Option<Filter> {
        let narrowing = &self.narrowing;
        Some(Filter {
            team_id: narrowing.team_id,
            channel_id: narrowing.channel_id,
            channel_kind: narrowing.channel_kind.clone(),
            priority: narrowing.priority,
            tags: narrowing.tags.clone(),
            unread: narrowing.unread,
            words: narrowing.words.clone(),
            condition: narrowing.condition.clone(),
            sort: sort(narrowing.order),
            ..self.queue.filter(reader)?
        })
    }

    /// Whether time alone brings rows into it: it asks how long somebody waits.
    #[must_use]
    pub fn follows_the_clock(&self) -> bool {
        let condition = self.narrowing.condition.as_ref();
        condition.is_some_and(|condition| !condition.waits().is_empty())
    }

    /// Whether it is narrowed, and shows a row at that time all the same.
    #[must_use]
    pub fn shows_narrowed(&self, row: &Row, reader: UserId, now: Timestamp) -> bool {
        let filter = self.filter(reader).filter(|_| !self.narrowing.is_none());
        filter.is_some_and(|filter| row.passes(&filter, now))
    }
}

/// What narrows, by name and value, in the order of the word.
#[must_use]
pub fn parts(narrowing: &Narrowing) -> Vec<(&'static str, String)> {
    let mut parts = Vec::new();
    let mut add = |name, value: Option<String>| parts.extend(value.map(|value| (name, value)));
    add("team", narrowing.team_id.map(|id| id.to_string()));
    add("channel", narrowing.channel_id.map(|id| id.to_string()));
    let kind = narrowing.channel_kind.as_ref();
    add("type", kind.map(|kind| kind.as_str().to_owned()));
    let priority = narrowing.priority.map(Priority::name);
    add("priority", priority.map(str::to_owned));
    for tag in &narrowing.tags {
        add("tag", Some(tag.clone()));
    }
    add("unread", narrowing.unread.then(String::new));
    add("q", narrowing.words.clone());
    add("where", narrowing.condition.as_ref().map(written));
    let ordered = narrowing.order != Order::default();
    add("order", ordered.then(|| narrowing.order.name().to_owned()));
    parts
}

fn sort(order: Order) -> Sort {
    let (by, order) = match order {
        Order::Reply | Order::Newest => (SortBy::LastMessage, Way::Descending),
        Order::Oldest => (SortBy::LastMessage, Way::Ascending),
        Order::Begun => (SortBy::Created, Way::Descending),
        Order::Priority => (SortBy::Priority, Way::Descending),
        Order::Waiting => (SortBy::Waiting, Way::Ascending),
        Order::Unread => (SortBy::Unread, Way::Descending),
    };
    Sort { by, order }
}

/// Takes one part in; none for what narrows nothing.
#[must_use]
pub fn take(narrowing: &mut Narrowing, name: &str, value: &str) -> Option<()> {
    match name {
        "team" => narrowing.team_id = Some(value.parse().ok()?),
        "channel" => narrowing.channel_id = Some(value.parse().ok()?),
        "type" => narrowing.channel_kind = Some(ChannelKind::named(value)),
        "priority" => narrowing.priority = Some(Priority::named(value)?),
        "tag" => narrowing.tags.push(value.to_owned()),
        "unread" => narrowing.unread = true,
        "q" => narrowing.words = Some(value.to_owned()),
        "where" => narrowing.condition = Some(condition(value)?),
        "order" => narrowing.order = Order::named(value)?,
        _ => return None,
    }
    Some(())
}

/// A condition as it stands in addresses.
fn written(condition: &Condition) -> String {
    // Ids, names and words always have a text.
    base64url(&serde_json::to_vec(condition).unwrap_or_default())
}

fn condition(value: &str) -> Option<Condition> {
    let condition: Condition = serde_json::from_slice(&from_base64url(value)?).ok()?;
    condition.is_sound().then_some(condition)
}

fn escape(word: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            word.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            let _written = write!(word, "~{byte:02X}");
        }
    }
}

fn unescape(value: &str) -> Option<String> {
    let mut pieces = value.split('~');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::condition::Test;
    use crate::model::ids::Id as _;
    use crate::model::ids::TeamId;

    #[test]
    fn a_section_is_known_by_its_word() {
        assert_eq!(Section::from(Queue::Mine).word(), "mine");
        let narrowing = Narrowing {
            team_id: Some(TeamId::from_bytes([1; 16])),
            priority: Some(Priority::Urgent),
            tags: vec![
                "S\u{e3}o Paulo; 50% = half/half".to_owned(),
                "vip".to_owned(),
            ],
            unread: true,
            words: Some("order ~7".to_owned()),
            order: Order::Oldest,
            condition: Some(Condition::Any(vec![Condition::Is(Test::Unread)])),
            ..Narrowing::default()
        };
        let section = Section::of(Queue::All, narrowing);
        let word = section.word();
        assert!(
            word.contains(
                ";tag=S~C3~A3o~20Paulo~3B~2050~25~20~3D~20half~2Fhalf;tag=vip;unread;q=order~20~7E7;where=eyJhbnkiOlt7ImlzIjoidW5yZWFkIn1dfQ;order=oldest"
            ),
            "{word}"
        );
        assert_eq!(Section::named(word).unwrap(), section);
    }

    #[test]
    fn a_word_that_narrows_nothing_is_no_section() {
        for word in [
            "",
            "everything",
            "all;",
            "all;colour=red",
            "all;team=nobody",
            "all;priority=soon",
            "all;order=odd",
            "all;tag=~G1",
            "all;tag=~C3",
            "all;tag=~4",
            "all;where=nonsense",
            // A group of nothing.
            "all;where=eyJhbnkiOltdfQ",
        ] {
            assert_eq!(Section::named(word), None, "{word}");
        }
        let own = Section::named("drafts;tag=vip").unwrap();
        assert_eq!(own.word(), "drafts", "one's own list is whole");
    }
}
