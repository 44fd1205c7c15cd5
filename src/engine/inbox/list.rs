//! The inbox: conversations in order, filtered, page by page, and how many there are.

use std::time::Duration;

use crate::base::page::Cursor;
use crate::base::page::Page;
pub use crate::base::page::Span;
use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::bylines;
use crate::engine::inbox::counting;
use crate::engine::inbox::counting::Counts;
use crate::engine::inbox::glance::Mark;
pub use crate::engine::inbox::order::Sort;
pub use crate::engine::inbox::order::SortBy;
use crate::engine::inbox::order::Walk;
use crate::engine::inbox::passing::fits;
use crate::engine::inbox::passing::is_wanted;
use crate::engine::inbox::passing::ripens;
use crate::engine::sight;
use crate::engine::sight::Sights;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::condition::Condition;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::conversation::Conversation;
use crate::model::conversation::Priority;
use crate::model::conversation::Status;
use crate::model::fence::Fence;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::TeamId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::store::Snapshot;
use crate::store::key::Key as _;
use crate::store::key::Newest;
use crate::store::records::channels;
use crate::store::records::conversations;
pub use crate::store::records::conversations::Owner;
use crate::store::records::conversations::Place;
use crate::store::records::identities;
use crate::store::records::messages;
use crate::store::records::read_marks;
use crate::store::records::users;

/// Which conversations to list, and in which order.
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
    /// With whom: exactly this contact, on channels that are switched on.
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
    /// What else must hold, in groups.
    pub condition: Option<Condition>,
    /// In which order.
    pub sort: Sort,
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
            condition: None,
            sort: Sort::default(),
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
    /// What the reader has begun to write.
    pub begun: Option<String>,
    /// Whether the reader was named in a note.
    pub mentioned: bool,
    /// How the newest message stands where it did not go out: failed, or of unknown outcome.
    pub undelivered: Option<Delivery>,
}

/// What programs are shown beside a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// The customer's addresses, oldest first.
    pub identities: Vec<Identity>,
    /// The newest message.
    pub last: Option<Message>,
}

/// How many conversations are looked at for one page before the reader gets a cursor instead of
/// more rows: a rare filter must not hold up the server.
const LOOK_MAX: usize = 20_000;

/// Listing conversations.
#[derive(Clone)]
pub struct Listing(pub Context);

impl Listing {
    /// A page of conversations, in the order of the filter.
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
        let fence = sight::fence(&snapshot, actor)?;
        let words = format!("{filter:?}");
        let after = match &span.cursor {
            Some(cursor) => Some(read_place(cursor, &words)?),
            None => None,
        };
        let mut walk = Walk::new(&snapshot, filter, &fence, actor.user_id(), after)?;
        let mut total = counting::total(&snapshot, filter, &fence)?;
        let mut rows = Vec::new();
        let mut skip = span.offset;
        let mut looked = 0;
        let mut last = after;
        while let Some(place) = walk.next()? {
            looked += 1;
            if let Some(row) = self.row_if(&snapshot, actor, &fence, filter, place.1)? {
                if skip > 0 {
                    skip -= 1;
                } else if rows.len() == span.limit {
                    let next = last.map(|place| Cursor::new(place.to_bytes(), &words));
                    return Ok(Page { rows, next, total });
                } else {
                    rows.push(row);
                }
            }
            last = Some(place);
            if looked == LOOK_MAX {
                let next = Some(Cursor::new(place.to_bytes(), &words));
                return Ok(Page { rows, next, total });
            }
        }
        if span.cursor.is_none() {
            // Read from its beginning to its end, the list was counted on the way.
            let skipped = span.offset - skip;
            total = total.or(Some((skipped + rows.len()) as u64));
        }
        Ok(Page {
            rows,
            next: None,
            total,
        })
    }

    /// What programs are shown beside a row.
    ///
    /// # Errors
    /// The disk's.
    pub fn beside(&self, row: &Row) -> Result<Beside, EngineError> {
        let snapshot = self.0.store.snapshot()?;
        let mut last = match &row.conversation.last {
            Some(last) => messages::get(&snapshot, last.message_id)?,
            None => None,
        };
        bylines::renew(&snapshot, last.as_mut_slice())?;
        Ok(Beside {
            identities: identities::of_contact(&snapshot, row.contact.id)?,
            last,
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
        let fence = sight::fence(&snapshot, actor)?;
        found.retain(|conversation| fence.shows(conversation));
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
        let conversation = sight::conversation_in(&snapshot, actor, id)?;
        Self::row(&snapshot, actor, conversation)
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
        let fence = sight::fence(&snapshot, actor)?;
        counting::counts(&snapshot, actor, &fence)
    }

    /// How long a whole list is, where that is known without walking it.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn total(&self, actor: &Actor, filter: &Filter) -> Result<Option<u64>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let snapshot = self.0.store.snapshot()?;
        let fence = sight::fence(&snapshot, actor)?;
        counting::total(&snapshot, filter, &fence)
    }

    /// How long a list is, where looking at no more than `look` conversations tells.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn size(
        &self,
        actor: &Actor,
        filter: &Filter,
        look: usize,
    ) -> Result<Option<u64>, EngineError> {
        if let Some(total) = self.total(actor, filter)? {
            return Ok(Some(total));
        }
        let snapshot = self.0.store.snapshot()?;
        let fence = sight::fence(&snapshot, actor)?;
        let mut walk = Walk::new(&snapshot, filter, &fence, actor.user_id(), None)?;
        let mut size = 0;
        for _ in 0..look {
            let Some(place) = walk.next()? else {
                return Ok(Some(size));
            };
            let row = self.row_if(&snapshot, actor, &fence, filter, place.1)?;
            size += u64::from(row.is_some());
        }
        Ok(None)
    }

    /// The conversations a filter shows now and did not show at an earlier moment, though nothing
    /// happened in them: those that have waited long enough meanwhile. No more than `look` are looked
    /// at.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn ripened(
        &self,
        actor: &Actor,
        filter: &Filter,
        after: Timestamp,
        look: usize,
    ) -> Result<Vec<ConversationId>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let Some(condition) = &filter.condition else {
            return Ok(Vec::new());
        };
        let Some(longest) = condition.waits().into_iter().max() else {
            return Ok(Vec::new());
        };
        let now = self.0.clock.now();
        let snapshot = self.0.store.snapshot()?;
        let fence = sight::fence(&snapshot, actor)?;
        let newest_first = Filter {
            sort: Sort::default(),
            ..filter.clone()
        };
        // Nobody waits for longer than nothing was said.
        let begin = after.minus(Duration::from_secs(u64::from(longest) * 60 + 1));
        let mut walk = Walk::new(&snapshot, &newest_first, &fence, actor.user_id(), None)?;
        let mut found = Vec::new();
        for _ in 0..look {
            let Some((Newest(at), id)) = walk.next()? else {
                break;
            };
            if at < begin {
                break;
            }
            let ripe = conversations::get(&snapshot, id)?
                .is_some_and(|talk| ripens(condition, &talk, after, now));
            if ripe && self.row_if(&snapshot, actor, &fence, filter, id)?.is_some() {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// What decides who sees which conversations.
    ///
    /// # Errors
    /// The store's.
    pub fn sights(&self) -> Result<Sights, EngineError> {
        Ok(Sights::read(&self.0.store.snapshot()?)?)
    }

    pub(super) fn row(
        snapshot: &Snapshot,
        actor: &Actor,
        conversation: Conversation,
    ) -> Result<Row, EngineError> {
        let mark = match actor.user_id() {
            Some(user) => Mark::of(snapshot, user, &conversation)?,
            None => Mark::default(),
        };
        Ok(Row {
            contact: find::contact_in(snapshot, conversation.contact_id)?,
            channel: channels::get(snapshot, conversation.channel_id)?,
            assignee: match conversation.assignee {
                Some(user) => users::get(snapshot, user)?,
                None => None,
            },
            unread: mark.unread,
            begun: mark.begun,
            mentioned: mark.mentioned,
            undelivered: match newest_of_ours(&conversation) {
                Some(newest) => messages::waits_as(snapshot, newest)?,
                None => None,
            },
            conversation,
        })
    }

    fn row_if(
        &self,
        snapshot: &Snapshot,
        actor: &Actor,
        fence: &Fence,
        filter: &Filter,
        id: ConversationId,
    ) -> Result<Option<Row>, EngineError> {
        let Some(conversation) = conversations::get(snapshot, id)? else {
            return Ok(None);
        };
        if !fence.shows(&conversation) || !fits(filter, &conversation) {
            return Ok(None);
        }
        let row = Self::row(snapshot, actor, conversation)?;
        Ok(is_wanted(filter, &row, self.0.clock.now()).then_some(row))
    }
}

/// The newest message, where it is one to the customer.
pub(super) fn newest_of_ours(conversation: &Conversation) -> Option<MessageId> {
    let newest = conversation.last.as_ref()?;
    let is_ours = newest.direction == Direction::Outbound && !newest.private;
    is_ours.then_some(newest.message_id)
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
