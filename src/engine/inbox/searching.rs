//! Searching everything said, as a person of ours may see it.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::bylines;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::channel::ChannelKind;
use crate::model::contact::Contact;
use crate::model::conversation::Conversation;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
pub use crate::search::PAGE_MAX;
pub use crate::search::highlight::Highlighter;

use crate::search::Hit;
pub use crate::search::Order;
use crate::search::Request;
use crate::search::SearchError;
use crate::search::access::State;
use crate::search::facts::Key;
pub use crate::search::facts::Kind;
pub use crate::search::operators;
pub use crate::search::query;
use crate::search::query::Query;
use crate::search::resolve::Resolver;
use crate::store::Snapshot;
use crate::store::StoreError;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::messages;
use crate::store::records::read_marks;
use crate::store::records::teams;
use crate::store::records::users;

/// What is searched for.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// What was typed.
    pub text: &'a str,
    /// What hits can be.
    pub kinds: &'a [Kind],
    /// Their order.
    pub order: Order,
    /// Most hits wanted.
    pub limit: usize,
    /// Where the page begins.
    pub after: Option<&'a [u8]>,
    /// Count on to this many hits.
    pub count_to: u64,
    /// Where the asking person's days begin.
    pub zone: TimeZone,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The question as it was understood.
    pub query: Query,
    /// Hits in order; what is gone meanwhile is left out.
    pub hits: Vec<Found>,
    /// How many there are in all, or at least.
    pub total: u64,
    /// Whether `total` is exact.
    pub total_is_exact: bool,
    /// The place after the last row.
    pub next: Option<Vec<u8>>,
    /// How long it took, in microseconds.
    pub took_micros: u64,
    /// Changes that cannot be found yet.
    pub behind: u64,
}

/// One hit with what it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The hit.
    pub hit: Hit,
    /// What it is.
    pub thing: Thing,
}

/// What can be found.
#[derive(Debug, Clone, PartialEq)]
pub enum Thing {
    /// A message or note.
    Message(Box<Message>, Box<Conversation>, Box<Contact>),
    /// A conversation.
    Conversation(Box<Conversation>, Box<Contact>),
    /// A contact.
    Contact(Box<Contact>),
}

impl Thing {
    /// The text to show a passage of.
    #[must_use]
    pub fn shown(&self, marks: &Highlighter) -> Cow<'_, str> {
        match self {
            Self::Message(message, ..) => {
                let words = message.content.words();
                let file = message.content.media();
                let name = file.and_then(|file| file.filename.as_deref());
                // A message found by the name of its file shows that name.
                Cow::Borrowed(match name {
                    Some(name) if words.is_empty() || !marks.hits(words) => name,
                    _ => words,
                })
            }
            Self::Conversation(conversation, _) => {
                let last = conversation.last.as_ref().map(|last| last.text.as_str());
                Cow::Borrowed(conversation.subject.as_deref().or(last).unwrap_or_default())
            }
            Self::Contact(contact) => {
                let reach = [&contact.email, &contact.phone, &contact.company];
                let known: Vec<&str> = reach.into_iter().flatten().map(String::as_str).collect();
                Cow::Owned(known.join(", "))
            }
        }
    }
}

/// Searching.
#[derive(Clone)]
pub struct Searching(pub Context);

impl Searching {
    /// Searches.
    ///
    /// # Errors
    /// The actor may not; `INVALID_CURSOR`; the index cannot be read.
    pub fn find(&self, actor: &Actor, question: &Question<'_>) -> Result<Answer, EngineError> {
        self.ask(actor, query::parse(question.text), question)
    }

    /// How many conversations or contacts carry a label, counted on to `count_to`, and whether there
    /// are no more.
    ///
    /// # Errors
    /// The actor may not; the index cannot be read.
    pub fn carrying(
        &self,
        actor: &Actor,
        label: &str,
        kind: Kind,
        count_to: u64,
    ) -> Result<(u64, bool), EngineError> {
        let question = Question {
            text: "",
            kinds: &[kind],
            order: Order::Newest,
            limit: 1,
            after: None,
            count_to,
            zone: TimeZone::UTC,
        };
        let answer = self.ask(actor, Query::of_label(label), &question)?;
        Ok((answer.total, answer.total_is_exact))
    }

    fn ask(
        &self,
        actor: &Actor,
        query: Query,
        question: &Question<'_>,
    ) -> Result<Answer, EngineError> {
        actor.require(Permission::Search)?;
        let snapshot = self.0.store.snapshot()?;
        let names = Names {
            context: &self.0,
            snapshot: &snapshot,
            me: actor.user_id(),
            zone: question.zone.clone(),
        };
        let fence = sight::fence(&snapshot, actor)?;
        let states = |id| state_of(&snapshot, actor.user_id(), id);
        let hits = self
            .0
            .search
            .query(&Request {
                query: &query,
                kinds: question.kinds,
                order: question.order,
                limit: question.limit,
                after: question.after,
                count_to: question.count_to,
                fence: &fence,
                resolver: &names,
                states: &states,
            })
            .map_err(refused)?;
        let mut found = Vec::with_capacity(hits.rows.len());
        for hit in hits.rows {
            if let Some(thing) = thing(&snapshot, hit.key)? {
                found.push(Found { hit, thing });
            }
        }
        Ok(Answer {
            query,
            hits: found,
            total: hits.total,
            total_is_exact: hits.total_is_exact,
            next: hits.next,
            took_micros: u64::try_from(hits.took.as_micros()).unwrap_or(u64::MAX),
            behind: self
                .0
                .store
                .last_seq()
                .saturating_sub(self.0.search.position()),
        })
    }
}

fn refused(error: SearchError) -> EngineError {
    match error {
        SearchError::BadPlace => Rejection::new(Code::InvalidCursor, error.to_string()).into(),
        other => EngineError::Broken(other.to_string()),
    }
}

fn thing(snapshot: &Snapshot, key: Key) -> Result<Option<Thing>, StoreError> {
    match key {
        Key::Contact(id) => {
            let found = contacts::survivor(snapshot, id)?;
            Ok(found.map(|contact| Thing::Contact(Box::new(contact))))
        }
        Key::Conversation(id) => {
            let found = with_contact(snapshot, id)?;
            Ok(found.map(|(conversation, contact)| Thing::Conversation(conversation, contact)))
        }
        Key::Message(id) => {
            let Some(mut message) = messages::get(snapshot, id)? else {
                return Ok(None);
            };
            bylines::renew(snapshot, std::slice::from_mut(&mut message))?;
            let found = with_contact(snapshot, message.conversation_id)?;
            Ok(found.map(|(conversation, contact)| {
                Thing::Message(Box::new(message), conversation, contact)
            }))
        }
    }
}

type Talk = (Box<Conversation>, Box<Contact>);

fn with_contact(snapshot: &Snapshot, id: ConversationId) -> Result<Option<Talk>, StoreError> {
    let Some(conversation) = conversations::get(snapshot, id)? else {
        return Ok(None);
    };
    let contact = contacts::survivor(snapshot, conversation.contact_id)?;
    Ok(contact.map(|contact| (Box::new(conversation), Box::new(contact))))
}

/// How a conversation stands; one that cannot be read is not found.
fn state_of(snapshot: &Snapshot, me: Option<UserId>, id: ConversationId) -> Option<State> {
    let conversation = logged(conversations::get(snapshot, id)).flatten()?;
    let unread = me.is_some_and(|me| {
        logged(read_marks::unread(snapshot, me, &conversation)).is_some_and(|count| count > 0)
    });
    Some(State {
        status: conversation.status,
        assignee: conversation.assignee,
        team: conversation.team_id,
        priority: conversation.priority,
        tags: conversation.tags,
        unread,
        hidden: conversation.hidden,
    })
}

/// What was read. Search goes on without what cannot be.
fn logged<T>(read: Result<T, StoreError>) -> Option<T> {
    read.inspect_err(|error| tracing::error!("searching: {error}"))
        .ok()
}

/// The names of the installation, as the question means them.
struct Names<'a> {
    context: &'a Context,
    snapshot: &'a Snapshot,
    me: Option<UserId>,
    zone: TimeZone,
}

impl Resolver for Names<'_> {
    fn me(&self) -> Option<UserId> {
        self.me
    }

    fn now(&self) -> Timestamp {
        self.context.clock.now()
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone()
    }

    fn users(&self, name: &str) -> Vec<UserId> {
        let all = logged(users::list(self.snapshot)).unwrap_or_default();
        all.into_iter()
            .filter(|user| bears(&user.name, name) || user.email.eq_ignore_ascii_case(name))
            .map(|user| user.id)
            .collect()
    }

    fn contacts(&self, name: &str) -> Vec<ContactId> {
        let mut found = logged(contacts::by_email(self.snapshot, name)).unwrap_or_default();
        found.extend(logged(contacts::by_phone(self.snapshot, name)).unwrap_or_default());
        let named = self.context.search.contacts_named(name);
        for id in named
            .inspect_err(|error| tracing::error!("searching: {error}"))
            .unwrap_or_default()
        {
            let contact = logged(contacts::get(self.snapshot, id)).flatten();
            found.extend(contact.filter(|contact| bears(&contact.name, name)));
        }
        let with_merged = |contact: Contact| std::iter::once(contact.id).chain(contact.merged_ids);
        found.into_iter().flat_map(with_merged).collect()
    }

    fn teams(&self, name: &str) -> Vec<TeamId> {
        let all = logged(teams::list(self.snapshot)).unwrap_or_default();
        all.into_iter()
            .filter(|team| bears(&team.name, name))
            .map(|team| team.id)
            .collect()
    }

    fn channels(&self, name: &str) -> Vec<ChannelId> {
        let all = logged(channels::list(self.snapshot)).unwrap_or_default();
        all.into_iter()
            .filter(|channel| bears(&channel.name, name))
            .map(|channel| channel.id)
            .collect()
    }

    fn is_kind(&self, kind: &ChannelKind) -> bool {
        self.context.channels.capabilities(kind).is_some()
    }
}

/// Whether a name, or a word of it, begins with what was typed, without regard to case and accents.
fn bears(name: &str, typed: &str) -> bool {
    let (folded, wanted) = (fold(name), fold(typed));
    let begins = |at: usize| folded[at..].starts_with(&wanted);
    !wanted.is_empty()
        && (begins(0)
            || folded
                .match_indices(' ')
                .any(|(at, space)| begins(at + space.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_the_beginning_of_any_of_its_words() {
        for typed in ["cam", "Duarte", "camila d", "CAMILA DUARTE"] {
            assert!(bears("Camila Duarte", typed), "{typed}");
        }
        for typed in ["amila", "duartes", ""] {
            assert!(!bears("Camila Duarte", typed), "{typed}");
        }
        assert!(bears("Jos\u{e9} \u{c1}lvares", "alv"));
    }
}
