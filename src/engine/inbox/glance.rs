//! One conversation as many people see it at the same moment: what all of them share is read once.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::list::Listing;
use crate::engine::inbox::list::Row;
use crate::engine::inbox::list::newest_of_ours;
use crate::engine::sight::Sights;
use crate::model::actor::Actor;
use crate::model::conversation::Conversation;
use crate::model::event::Event;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::model::message::Delivery;
use crate::model::permission::Permission;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::conversations;
use crate::store::records::mentions;
use crate::store::records::messages;
use crate::store::records::read_marks;
use crate::store::records::unsent;

/// A conversation at a moment, for whoever may see it.
pub struct Glance {
    context: Context,
    sights: Sights,
    row: Option<Row>,
    marks: HashMap<UserId, Mark>,
    recovered: OnceLock<bool>,
}

/// What of a row differs from reader to reader.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Mark {
    /// How many of the customer's messages the reader has not read.
    pub unread: u32,
    /// What the reader has begun to write.
    pub begun: Option<String>,
    /// Whether the reader was named in a note.
    pub mentioned: bool,
}

impl Mark {
    /// What of a conversation is a reader's own.
    ///
    /// # Errors
    /// The disk's.
    pub fn of(
        read: &impl Read,
        user: UserId,
        conversation: &Conversation,
    ) -> Result<Self, StoreError> {
        let unsent = unsent::get(read, user, conversation.id)?;
        Ok(Self {
            unread: read_marks::unread(read, user, conversation)?,
            begun: unsent.shown().map(|words| words.text.clone()),
            mentioned: mentions::get(read, user, conversation.id)?.is_some(),
        })
    }
}

impl Listing {
    /// Reads a conversation once for many: those in `readers` need nothing read for themselves.
    ///
    /// # Errors
    /// The store's.
    pub fn glance(&self, id: ConversationId, readers: &[UserId]) -> Result<Glance, EngineError> {
        let read = self.0.store.snapshot()?;
        let row = match conversations::get(&read, id)? {
            Some(conversation) => Some(Self::row(&read, &Actor::system(), conversation)?),
            None => None,
        };
        let mut marks = HashMap::with_capacity(readers.len());
        if let Some(row) = &row {
            for user in readers {
                let unread = read_marks::unread(&read, *user, &row.conversation)?;
                let mark = Mark {
                    unread,
                    ..Mark::default()
                };
                marks.insert(*user, mark);
            }
            // Few have begun anything or take part: only theirs is read whole.
            let begun = unsent::in_conversation(&read, id)?;
            let begun = begun.into_iter().map(|(user, _)| user);
            for user in begun.chain(row.conversation.participants.iter().copied()) {
                if let Some(mark) = marks.get_mut(&user) {
                    *mark = Mark::of(&read, user, &row.conversation)?;
                }
            }
        }
        Ok(Glance {
            sights: Sights::read(&read)?,
            context: self.0.clone(),
            row,
            marks,
            recovered: OnceLock::new(),
        })
    }
}

impl Glance {
    /// The conversation, where it is still there and the actor may see it.
    #[must_use]
    pub fn seen_by(&self, actor: &Actor) -> Option<&Conversation> {
        if !actor.may(Permission::ReadConversations) {
            return None;
        }
        let conversation = &self.row.as_ref()?.conversation;
        let fence = self.sights.fence(actor);
        fence.shows(conversation).then_some(conversation)
    }

    /// Whether the actor hears of something that happened to the conversation: also of what took it
    /// out of sight.
    #[must_use]
    pub fn is_heard_by(&self, actor: &Actor, event: &Event) -> bool {
        let now = self.row.as_ref().map(|row| &row.conversation);
        crate::engine::inbox::events::is_heard(&self.sights.fence(actor), now, event)
    }

    /// What of the row is the actor's own.
    ///
    /// # Errors
    /// The store's.
    pub fn mark_of(&self, actor: &Actor) -> Result<Mark, EngineError> {
        let known = actor.user_id().and_then(|user| self.marks.get(&user));
        if let Some(mark) = known {
            return Ok(mark.clone());
        }
        let Some((user, row)) = actor.user_id().zip(self.row.as_ref()) else {
            return Ok(Mark::default());
        };
        let read = self.context.store.snapshot()?;
        Ok(Mark::of(&read, user, &row.conversation)?)
    }

    /// Whether the newest message was told as failed or of unknown outcome before it went out.
    ///
    /// # Errors
    /// The store's.
    pub fn recovered(&self) -> Result<bool, EngineError> {
        if let Some(known) = self.recovered.get() {
            return Ok(*known);
        }
        let row = self.row.as_ref();
        let newest = row.and_then(|row| newest_of_ours(&row.conversation));
        let message = match newest {
            Some(newest) => messages::get(&self.context.store.snapshot()?, newest)?,
            None => None,
        };
        let was = |state| message.as_ref().and_then(|message| message.reached(state));
        let troubled = was(Delivery::Failed).or(was(Delivery::Unsure));
        Ok(*self.recovered.get_or_init(|| troubled.is_some()))
    }

    /// The row with what is a reader's own.
    #[must_use]
    pub fn row(&self, mark: &Mark) -> Option<Row> {
        let row = self.row.clone()?;
        Some(Row {
            unread: mark.unread,
            begun: mark.begun.clone(),
            mentioned: mark.mentioned,
            ..row
        })
    }
}
