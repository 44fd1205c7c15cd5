//! From what was typed to what can be looked up: names become ids, days become moments.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::time::Timestamp;
use crate::model::channel::ChannelKind;
use crate::model::conversation::Priority;
use crate::model::conversation::Status;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::message::Direction;
use crate::search::facts::Author;
use crate::search::facts::Fact;
use crate::search::facts::Key;
use crate::search::facts::Kind;
use crate::search::facts::folded_name;
use crate::search::operators::Filter;
use crate::search::operators::Is;
use crate::search::operators::When;
use crate::search::query::Phrase;
use crate::search::query::Query;
use crate::search::query::Wanted;

/// Most ids one name may stand for; further ones are not looked for.
pub const NAMESAKES_MAX: usize = 500;

/// Knows the names of the installation. Matching is the resolver's business: by the beginning, by
/// a mail address, without regard to case. A name nobody bears gives an empty list, and then the
/// condition holds for nothing.
pub trait Resolver {
    /// The person asking; none for API keys.
    fn me(&self) -> Option<UserId>;
    /// The present.
    fn now(&self) -> Timestamp;
    /// Where the asking person's days begin.
    fn zone(&self) -> TimeZone;
    /// People of ours by that name.
    fn users(&self, name: &str) -> Vec<UserId>;
    /// Contacts by that name or address, with those merged into them.
    fn contacts(&self, name: &str) -> Vec<ContactId>;
    /// Teams by that name.
    fn teams(&self, name: &str) -> Vec<TeamId>;
    /// Channels by that name. Kinds of channels (`in:whatsapp`) are asked for only when
    /// [`is_kind`](Self::is_kind) denies them.
    fn channels(&self, name: &str) -> Vec<ChannelId>;
    /// Whether that is a kind of channel.
    fn is_kind(&self, kind: &ChannelKind) -> bool;
}

/// Knows no names and lives in 1970: for questions without operators.
#[derive(Debug, Clone, Copy)]
pub struct Nameless;

impl Resolver for Nameless {
    fn me(&self) -> Option<UserId> {
        None
    }

    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn zone(&self) -> TimeZone {
        TimeZone::UTC
    }

    fn users(&self, _name: &str) -> Vec<UserId> {
        Vec::new()
    }

    fn contacts(&self, _name: &str) -> Vec<ContactId> {
        Vec::new()
    }

    fn teams(&self, _name: &str) -> Vec<TeamId> {
        Vec::new()
    }

    fn channels(&self, _name: &str) -> Vec<ChannelId> {
        Vec::new()
    }

    fn is_kind(&self, _kind: &ChannelKind) -> bool {
        false
    }
}

/// A question ready to be looked up.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Plan {
    /// Words to find, each list with alternatives.
    pub texts: Vec<Negatable<Vec<Phrase>>>,
    /// Words to find in the names of files, all of one list together.
    pub files: Vec<Negatable<Vec<Phrase>>>,
    /// Facts: of each inner list one must hold.
    pub facts: Vec<Negatable<Vec<Vec<Vec<u8>>>>>,
    /// What must hold for the conversation.
    pub states: Vec<Negatable<StateTest>>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Not between the two: from the first on and before the second.
    pub gaps: Vec<(Timestamp, Timestamp)>,
}

/// A condition, or its opposite.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Negatable<T> {
    pub negated: bool,
    pub test: T,
}

/// A condition on the present state of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StateTest {
    Status(Status),
    /// One of these.
    Assignee(Vec<Option<UserId>>),
    /// One of these.
    Team(Vec<Option<TeamId>>),
    Priority(Priority),
    /// Folded.
    Tag(String),
    Unread,
}

impl Plan {
    /// Whether nothing at all limits what is found.
    pub(super) fn asks_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Works out what the parts of a question mean here and now.
pub(super) fn resolve(query: &Query, resolver: &dyn Resolver) -> Plan {
    let mut plan = Plan::default();
    for part in &query.parts {
        match &part.wanted {
            Wanted::Text(any) => plan.texts.push(Negatable {
                negated: part.negated,
                test: any.clone(),
            }),
            Wanted::Filter(filter) => plan.add(part.negated, filter, resolver),
        }
    }
    plan
}

impl Plan {
    fn add(&mut self, negated: bool, filter: &Filter, resolver: &dyn Resolver) {
        match filter {
            Filter::Before(when) => self.limit(negated, None, Some(span(*when, resolver).0)),
            Filter::After(when) => self.limit(negated, Some(span(*when, resolver).0), None),
            Filter::On(when) => {
                let (first, end) = span(*when, resolver);
                self.limit(negated, Some(first), Some(end));
            }
            Filter::File(name) => self.files.push(Negatable {
                negated,
                test: file_words(name),
            }),
            other => match (state_test(other, resolver), fact_test(other, resolver)) {
                (Some(test), _) => self.states.push(Negatable { negated, test }),
                (None, Some(test)) => self.facts.push(Negatable { negated, test }),
                (None, None) => {}
            },
        }
    }

    fn limit(&mut self, negated: bool, from: Option<Timestamp>, until: Option<Timestamp>) {
        match (negated, from, until) {
            (true, Some(from), Some(until)) => self.gaps.push((from, until)),
            (true, from, until) => self.limit(false, until, from),
            (false, from, until) => {
                self.from = self.from.max(from);
                self.until = match (self.until, until) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
            }
        }
    }
}

fn state_test(filter: &Filter, resolver: &dyn Resolver) -> Option<StateTest> {
    Some(match filter {
        Filter::Status(status) => StateTest::Status(*status),
        Filter::Priority(priority) => StateTest::Priority(*priority),
        Filter::Tag(name) => StateTest::Tag(folded_name(name)),
        Filter::Is(Is::Unread) => StateTest::Unread,
        Filter::Is(Is::Mine) => StateTest::Assignee(users("me", resolver)),
        Filter::Assignee(name) => StateTest::Assignee(users(name, resolver)),
        Filter::Team(name) if is_nobody(name) => StateTest::Team(vec![None]),
        Filter::Team(name) => StateTest::Team(limited(resolver.teams(name)).map(Some).collect()),
        _ => return None,
    })
}

fn users(name: &str, resolver: &dyn Resolver) -> Vec<Option<UserId>> {
    if is_nobody(name) {
        vec![None]
    } else if name.eq_ignore_ascii_case("me") {
        resolver.me().into_iter().map(Some).collect()
    } else {
        limited(resolver.users(name)).map(Some).collect()
    }
}

fn fact_test(filter: &Filter, resolver: &dyn Resolver) -> Option<Vec<Vec<Vec<u8>>>> {
    let direction = |direction| vec![Fact::Direction(direction).term()];
    Some(match filter {
        Filter::From(name) => vec![authors(name, resolver)],
        Filter::To(name) => {
            let contacts = limited(resolver.contacts(name));
            vec![
                contacts.map(|id| Fact::Contact(id).term()).collect(),
                direction(Direction::Outbound),
            ]
        }
        Filter::In(name) => vec![channels(name, resolver)],
        Filter::Has(has) => vec![vec![Fact::Has(*has).term()]],
        Filter::Is(Is::Failed) => vec![vec![Fact::Failed.term()]],
        Filter::Is(Is::Note) => vec![vec![Fact::Kind(Kind::Note).term()]],
        Filter::Is(Is::Inbound) => vec![direction(Direction::Inbound)],
        Filter::Is(Is::Outbound) => vec![direction(Direction::Outbound)],
        Filter::Id(id) => vec![named(id)],
        _ => return None,
    })
}

fn authors(name: &str, resolver: &dyn Resolver) -> Vec<Vec<u8>> {
    let user = |id| Fact::Author(Author::User(id)).term();
    match name.to_ascii_lowercase().as_str() {
        "me" => resolver.me().into_iter().map(user).collect(),
        "us" => vec![Fact::Direction(Direction::Outbound).term()],
        "customer" | "contact" => vec![Fact::Direction(Direction::Inbound).term()],
        "bot" => vec![Fact::Author(Author::Bot).term()],
        _ => {
            let contacts = limited(resolver.contacts(name));
            limited(resolver.users(name))
                .map(user)
                .chain(contacts.map(|id| Fact::Author(Author::Contact(id)).term()))
                .collect()
        }
    }
}

fn channels(name: &str, resolver: &dyn Resolver) -> Vec<Vec<u8>> {
    let kind = ChannelKind::named(name);
    let mut terms: Vec<Vec<u8>> = limited(resolver.channels(name))
        .map(|id| Fact::Channel(id).term())
        .collect();
    if resolver.is_kind(&kind) {
        terms.push(Fact::ChannelKind(&kind).term());
    }
    terms
}

/// The document of an id, or all that belongs to the conversation or contact.
fn named(id: &str) -> Vec<Vec<u8>> {
    if let Ok(id) = id.parse::<MessageId>() {
        vec![Fact::Is(Key::Message(id)).term()]
    } else if let Ok(id) = id.parse::<ConversationId>() {
        vec![Fact::Conversation(id).term()]
    } else if let Ok(id) = id.parse::<ContactId>() {
        vec![Fact::Contact(id).term()]
    } else {
        Vec::new()
    }
}

/// `invoice*.pdf`: what stands before a star may go on, what stands after it is a word of its own.
fn file_words(name: &str) -> Vec<Phrase> {
    let mut pieces: Vec<Phrase> = name
        .split('*')
        .map(|piece| Phrase {
            text: piece.to_owned(),
            quoted: true,
            open: true,
        })
        .collect();
    if let Some(last) = pieces.last_mut() {
        last.open = false;
    }
    pieces
}

/// The first moment of a time typed, and the first one after it.
fn span(when: When, resolver: &dyn Resolver) -> (Timestamp, Timestamp) {
    let days = |first: Date, end: Date| {
        let zone = resolver.zone();
        (midnight(first, &zone), midnight(end, &zone))
    };
    match when {
        When::Moment(moment) => (moment, Timestamp::from_millis(moment.as_millis() + 1_000)),
        When::Days(first, end) => days(first, end),
        When::DaysAgo(back) => {
            let today = resolver
                .zone()
                .to_datetime(resolver.now().calendar())
                .date();
            let first = today.saturating_sub(jiff::Span::new().days(back));
            days(first, first.tomorrow().unwrap_or(Date::MAX))
        }
    }
}

fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    let moment = zone.to_timestamp(day.at(0, 0, 0, 0));
    let end_of_time = if day.year() > 0 { i64::MAX } else { i64::MIN };
    Timestamp::from_millis(moment.map_or(end_of_time, jiff::Timestamp::as_millisecond))
}

fn is_nobody(name: &str) -> bool {
    ["none", "nobody", "unassigned"]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word))
}

fn limited<T>(ids: Vec<T>) -> impl Iterator<Item = T> {
    ids.into_iter().take(NAMESAKES_MAX)
}
