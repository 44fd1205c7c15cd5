//! The inbox: conversations in order, filtered, page by page, and how many there are.

use crate::base::page::Cursor;
use crate::base::page::Page;
pub use crate::base::page::Span;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::contact::Contact;
use crate::model::conversation::Conversation;
use crate::model::conversation::Priority;
use crate::model::conversation::Resolution;
use crate::model::conversation::Status;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::TeamId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag::same_label;
use crate::model::user::User;
use crate::store::Snapshot;
use crate::store::key::Key as _;
use crate::store::key::Newest;
use crate::store::records::channels;
use crate::store::records::conversations;
pub use crate::store::records::conversations::Owner;
use crate::store::records::conversations::Place;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::read_marks;
use crate::store::records::users;

/// Which conversations to list.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// In which statuses; empty means all.
    pub statuses: Vec<Status>,
    /// Whose.
    pub owner: Owner,
    /// On which channel.
    pub channel_id: Option<ChannelId>,
    /// On which kind of channel.
    pub channel_kind: Option<ChannelKind>,
    /// With whom.
    pub contact_id: Option<ContactId>,
    /// Of which team.
    pub team_id: Option<TeamId>,
    /// How urgent.
    pub priority: Option<Priority>,
    /// With all of these labels.
    pub tags: Vec<String>,
    /// With this in the contact's name, the subject or the newest message.
    pub words: Option<String>,
    /// Only where the reader has something unread.
    pub unread: bool,
    /// Only spam, or only what is no spam.
    pub spam: Option<bool>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            statuses: Vec::new(),
            owner: Owner::Anyone,
            channel_id: None,
            channel_kind: None,
            contact_id: None,
            team_id: None,
            priority: None,
            tags: Vec::new(),
            words: None,
            unread: false,
            spam: None,
        }
    }
}

/// A conversation with everything a list or a page shows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The conversation.
    pub conversation: Conversation,
    /// The customer.
    pub contact: Contact,
    /// The channel; none when it was deleted.
    pub channel: Option<Channel>,
    /// Who answers.
    pub assignee: Option<User>,
    /// How many of the customer's messages the reader has not read.
    pub unread: u32,
}

/// How many conversations there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open ones.
    pub open: u64,
    /// Parked ones.
    pub pending: u64,
    /// Sleeping ones.
    pub snoozed: u64,
    /// Resolved ones.
    pub resolved: u64,
    /// Open ones that nobody answers.
    pub unassigned: u64,
    /// Open ones that the reader answers.
    pub mine: u64,
}

/// How many conversations are looked at for one page before the reader gets a cursor instead of
/// more rows: a rare filter must not hold up the server.
const LOOK_MAX: usize = 20_000;
/// How many places are read at a time.
const STEP: usize = 200;

/// Listing conversations.
#[derive(Clone)]
pub struct Listing(pub Context);

impl Listing {
    /// A page of conversations, the newest first.
    ///
    /// # Errors
    /// The actor may not read; `INVALID_CURSOR`.
    pub fn page(
        &self,
        actor: &Actor,
        filter: &Filter,
        span: &Span,
    ) -> Result<Page<Row>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let snapshot = self.0.store.snapshot()?;
        let words = format!("{filter:?}");
        let after = match &span.cursor {
            Some(cursor) => Some(read_place(cursor, &words)?),
            None => None,
        };
        let mut walk = Walk::new(&snapshot, filter, after);
        let mut rows = Vec::new();
        let mut skip = span.offset;
        let mut looked = 0;
        let mut last = after;
        while let Some(place) = walk.next()? {
            looked += 1;
            if let Some(row) = Self::row_if(&snapshot, actor, filter, place.1)? {
                if skip > 0 {
                    skip -= 1;
                } else if rows.len() == span.limit {
                    let next = last.map(|place| Cursor::new(place.to_bytes(), &words));
                    return Ok(Page {
                        rows,
                        next,
                        total: total(&snapshot, filter)?,
                    });
                } else {
                    rows.push(row);
                }
            }
            last = Some(place);
            if looked == LOOK_MAX {
                let next = Some(Cursor::new(place.to_bytes(), &words));
                return Ok(Page {
                    rows,
                    next,
                    total: total(&snapshot, filter)?,
                });
            }
        }
        Ok(Page {
            rows,
            next: None,
            total: total(&snapshot, filter)?,
        })
    }

    /// Every conversation of a person on any channel, merged contacts included, newest first.
    ///
    /// # Errors
    /// The actor may not read; there is no such contact.
    pub fn across_channels(
        &self,
        actor: &Actor,
        contact: ContactId,
    ) -> Result<(Contact, Vec<Row>), EngineError> {
        actor.require(Permission::ReadConversations)?;
        let snapshot = self.0.store.snapshot()?;
        let contact = find::contact_in(&snapshot, contact)?;
        let mut found = conversations::of_contact(&snapshot, contact.id)?;
        for merged in &contact.merged_ids {
            found.extend(conversations::of_contact(&snapshot, *merged)?);
        }
        found.sort_by_key(|conversation| std::cmp::Reverse(conversation.last_message_at));
        let rows = found
            .into_iter()
            .map(|conversation| Self::row(&snapshot, actor, conversation))
            .collect::<Result<_, _>>()?;
        Ok((contact, rows))
    }

    /// One conversation with everything around it.
    ///
    /// # Errors
    /// The actor may not read; there is no such conversation.
    pub fn get(&self, actor: &Actor, id: ConversationId) -> Result<Row, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let snapshot = self.0.store.snapshot()?;
        let conversation = find::conversation_in(&snapshot, id)?;
        Self::row(&snapshot, actor, conversation)
    }

    /// Whether a conversation belongs into a list, and with what.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn matching(
        &self,
        actor: &Actor,
        filter: &Filter,
        id: ConversationId,
    ) -> Result<Option<Row>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        Self::row_if(&self.0.store.snapshot()?, actor, filter, id)
    }

    /// How many of the reader's own open conversations have something unread, among the `look`
    /// newest ones.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn unread_of(&self, actor: &Actor, look: usize) -> Result<u64, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let Some(user) = actor.user_id() else {
            return Ok(0);
        };
        let snapshot = self.0.store.snapshot()?;
        let mut count = 0;
        for (_, id) in
            conversations::places(&snapshot, Status::Open, Owner::User(user), None, look)?
        {
            if let Some(conversation) = conversations::get(&snapshot, id)?
                && read_marks::unread(&snapshot, user, &conversation)? > 0
            {
                count += 1;
            }
        }
        Ok(count)
    }

    /// How many conversations there are.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn counts(&self, actor: &Actor) -> Result<Counts, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let snapshot = self.0.store.snapshot()?;
        let count = |counter| counters::get(&snapshot, counter);
        Ok(Counts {
            open: count(Counter::Status(Status::Open))?,
            pending: count(Counter::Status(Status::Pending))?,
            snoozed: count(Counter::Status(Status::Snoozed))?,
            resolved: count(Counter::Status(Status::Resolved))?,
            unassigned: count(Counter::Unassigned(Status::Open))?,
            mine: match actor.user_id() {
                Some(user) => count(Counter::Assigned(user, Status::Open))?,
                None => 0,
            },
        })
    }

    fn row(
        snapshot: &Snapshot,
        actor: &Actor,
        conversation: Conversation,
    ) -> Result<Row, EngineError> {
        let unread = match actor.user_id() {
            Some(user) => read_marks::unread(snapshot, user, &conversation)?,
            None => 0,
        };
        Ok(Row {
            contact: find::contact_in(snapshot, conversation.contact_id)?,
            channel: channels::get(snapshot, conversation.channel_id)?,
            assignee: match conversation.assignee {
                Some(user) => users::get(snapshot, user)?,
                None => None,
            },
            unread,
            conversation,
        })
    }

    fn row_if(
        snapshot: &Snapshot,
        actor: &Actor,
        filter: &Filter,
        id: ConversationId,
    ) -> Result<Option<Row>, EngineError> {
        let Some(conversation) = conversations::get(snapshot, id)? else {
            return Ok(None);
        };
        if !fits(filter, &conversation) {
            return Ok(None);
        }
        let row = Self::row(snapshot, actor, conversation)?;
        let wanted = (!filter.unread || row.unread > 0)
            && filter
                .words
                .as_deref()
                .is_none_or(|words| says(&row, words));
        Ok(wanted.then_some(row))
    }
}

/// Whether a conversation's own fields pass a filter.
fn fits(filter: &Filter, conversation: &Conversation) -> bool {
    let owner = match filter.owner {
        Owner::Anyone => true,
        Owner::Nobody => conversation.assignee.is_none(),
        Owner::User(user) => conversation.assignee == Some(user),
    };
    let spam = conversation.resolution == Some(Resolution::Spam);
    let has = |tag: &String| conversation.tags.iter().any(|held| same_label(held, tag));
    owner
        && !conversation.hidden
        && filter.spam.is_none_or(|wanted| wanted == spam)
        && (filter.statuses.is_empty() || filter.statuses.contains(&conversation.status))
        && filter
            .channel_id
            .is_none_or(|id| id == conversation.channel_id)
        && filter
            .channel_kind
            .as_ref()
            .is_none_or(|kind| *kind == conversation.channel_kind)
        && filter
            .contact_id
            .is_none_or(|id| id == conversation.contact_id)
        && filter
            .team_id
            .is_none_or(|id| Some(id) == conversation.team_id)
        && filter
            .priority
            .is_none_or(|priority| priority == conversation.priority)
        && filter.tags.iter().all(has)
}

fn says(row: &Row, words: &str) -> bool {
    use crate::base::text::fold;
    let wanted = fold(words);
    let last = row
        .conversation
        .last
        .as_ref()
        .map(|last| last.text.as_str());
    [
        Some(row.contact.name.as_str()),
        row.conversation.subject.as_deref(),
        last,
    ]
    .into_iter()
    .flatten()
    .any(|text| fold(text).contains(&wanted))
}

/// How long the whole list is, where a maintained count says so.
fn total(snapshot: &Snapshot, filter: &Filter) -> Result<Option<u64>, EngineError> {
    let plain = Filter {
        statuses: filter.statuses.clone(),
        owner: filter.owner,
        ..Filter::default()
    };
    if plain != *filter {
        return Ok(None);
    }
    let mut total = 0;
    for status in statuses(filter) {
        total += counters::get(
            snapshot,
            match filter.owner {
                Owner::Anyone => Counter::Status(status),
                Owner::Nobody => Counter::Unassigned(status),
                Owner::User(user) => Counter::Assigned(user, status),
            },
        )?;
    }
    Ok(Some(total))
}

fn statuses(filter: &Filter) -> Vec<Status> {
    let all = filter.statuses.is_empty();
    Status::ALL
        .into_iter()
        .filter(|status| all || filter.statuses.contains(status))
        .collect()
}

fn read_place(cursor: &Cursor, words: &str) -> Result<Place, Rejection> {
    let refuse = |message: String| Rejection::new(Code::InvalidCursor, message);
    let mut bytes = cursor
        .position(words)
        .map_err(|error| refuse(error.to_string()))?;
    let at = Newest::read(&mut bytes);
    let id = ConversationId::read(&mut bytes);
    at.zip(id)
        .ok_or_else(|| refuse("This cursor cannot be read.".to_owned()))
}

/// Walks the lists of several statuses as if they were one, newest first.
struct Walk<'s> {
    snapshot: &'s Snapshot,
    owner: Owner,
    lists: Vec<Ahead>,
}

/// What is known of one status: the next places, and where to read on.
struct Ahead {
    status: Status,
    places: std::collections::VecDeque<Place>,
    after: Option<Place>,
    done: bool,
}

impl<'s> Walk<'s> {
    fn new(snapshot: &'s Snapshot, filter: &Filter, after: Option<Place>) -> Self {
        let ahead = |status| Ahead {
            status,
            places: [].into(),
            after,
            done: false,
        };
        let lists = statuses(filter).into_iter().map(ahead).collect();
        Self {
            snapshot,
            owner: filter.owner,
            lists,
        }
    }

    fn next(&mut self) -> Result<Option<Place>, EngineError> {
        for list in &mut self.lists {
            if list.places.is_empty() && !list.done {
                let places = conversations::places(
                    self.snapshot,
                    list.status,
                    self.owner,
                    list.after,
                    STEP,
                )?;
                list.done = places.len() < STEP;
                list.after = places.last().copied().or(list.after);
                list.places.extend(places);
            }
        }
        let order = |place: &Place| (std::cmp::Reverse(place.0.0), place.1);
        let newest = self
            .lists
            .iter_mut()
            .filter(|list| !list.places.is_empty())
            .min_by_key(|list| list.places.front().map(order));
        Ok(newest.and_then(|list| list.places.pop_front()))
    }
}
