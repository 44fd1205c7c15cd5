//! Reading messages: one, a page of a conversation, or what is around one.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::bylines;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Direction;
use crate::store::Snapshot;
use crate::store::records::messages;

/// Messages read at a time where most may not be wanted.
const STEP: usize = 100;

/// How far back files of a conversation are looked for.
const FILES_LOOK: usize = 2_000;

/// Which messages of a conversation to read. Places are left out themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stretch {
    /// Only older ones than this.
    pub before: Option<MessageId>,
    /// Only newer ones than this.
    pub after: Option<MessageId>,
    /// Leave out so many at the end that is read from.
    pub skip: usize,
    /// At most so many.
    pub limit: usize,
}

/// Messages of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// Whether there are more beyond the end that was read towards.
    pub more: bool,
    /// Whether there are newer ones than the last of them.
    pub newer: bool,
}

/// Reading messages.
#[derive(Clone)]
pub struct Histories(pub Context);

impl Histories {
    /// One message.
    ///
    /// # Errors
    /// The actor may not read; there is no such message.
    pub fn message(&self, actor: &Actor, id: MessageId) -> Result<Message, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let snapshot = self.0.store.snapshot()?;
        let mut message = sight::message_in(&snapshot, actor, id)?;
        bylines::renew(&snapshot, std::slice::from_mut(&mut message))?;
        Ok(message)
    }

    /// Messages of a conversation: the newest ones, those before a place, or those after one.
    ///
    /// # Errors
    /// The actor may not read; there is no such conversation or message.
    pub fn of_conversation(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        stretch: Stretch,
    ) -> Result<History, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let snapshot = self.0.store.snapshot()?;
        sight::conversation_in(&snapshot, actor, conversation)?;
        let forward = stretch.after.is_some() && stretch.before.is_none();
        let direction = if forward {
            Direction::Forward
        } else {
            Direction::Backward
        };
        let from = match stretch.after.filter(|_| forward).or(stretch.before) {
            Some(id) => Some(position_in(&snapshot, conversation, id)?),
            None => None,
        };
        let mut found = messages::near(
            &snapshot,
            conversation,
            from,
            direction,
            stretch.skip.saturating_add(stretch.limit).saturating_add(1),
        )?;
        if let Some(after) = stretch.after.filter(|_| !forward) {
            let floor = position_in(&snapshot, conversation, after)?;
            found.retain(|message| message.position > floor);
        }
        found.drain(..stretch.skip.min(found.len()));
        let more = found.len() > stretch.limit;
        found.truncate(stretch.limit);
        if !forward {
            found.reverse();
        }
        bylines::renew(&snapshot, &mut found)?;
        let newer = if forward { more } else { from.is_some() };
        Ok(History {
            messages: found,
            more,
            newer,
        })
    }

    /// Messages around one of a conversation: it stands in the middle, with at most `limit` on either
    /// side.
    ///
    /// # Errors
    /// The actor may not read; there is no such conversation or message in it.
    pub fn around(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        id: MessageId,
        limit: usize,
    ) -> Result<History, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let snapshot = self.0.store.snapshot()?;
        let middle = sight::message_in(&snapshot, actor, id)?;
        if middle.conversation_id != conversation {
            return Err(Rejection::not_found(Code::MessageNotFound, "message").into());
        }
        let from = Some(middle.position);
        let mut newer =
            messages::near(&snapshot, conversation, from, Direction::Forward, limit + 1)?;
        let mut found = messages::near(
            &snapshot,
            conversation,
            from,
            Direction::Backward,
            limit + 1,
        )?;
        let (has_newer, has_older) = (newer.len() > limit, found.len() > limit);
        newer.truncate(limit);
        found.truncate(limit);
        found.reverse();
        found.push(middle);
        found.extend(newer);
        bylines::renew(&snapshot, &mut found)?;
        Ok(History {
            messages: found,
            more: has_older,
            newer: has_newer,
        })
    }

    /// Messages that did not go out and stand as `state` says, from before `before`, the newest
    /// first; of those in conversations the actor sees.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn undelivered(
        &self,
        actor: &Actor,
        state: Delivery,
        mut before: Option<MessageId>,
        limit: usize,
    ) -> Result<Vec<Message>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let read = self.0.store.snapshot()?;
        let fence = sight::fence(&read, actor)?;
        let mut found = Vec::new();
        loop {
            let step = messages::undelivered(&read, before, STEP)?;
            let is_last = step.len() < STEP;
            before = step.last().map(|message| message.id);
            for message in step.into_iter().filter(|one| one.delivery == state) {
                let conversation = find::conversation_in(&read, message.conversation_id)?;
                if fence.shows(&conversation) {
                    found.push(message);
                }
                if found.len() == limit {
                    return Ok(found);
                }
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    /// The newest files of a conversation, with the messages that carry them.
    ///
    /// # Errors
    /// The actor may not read; there is no such conversation.
    pub fn files(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        limit: usize,
    ) -> Result<Vec<Message>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let read = self.0.store.snapshot()?;
        sight::conversation_in(&read, actor, conversation)?;
        let newest = messages::near(&read, conversation, None, Direction::Backward, FILES_LOOK)?;
        let mut found = newest;
        found.retain(|message| message.content.media().is_some() && message.deleted_at.is_none());
        found.truncate(limit);
        bylines::renew(&read, &mut found)?;
        Ok(found)
    }

    /// The entry right before a message in its conversation.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn before(&self, actor: &Actor, message: &Message) -> Result<Option<Message>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let snapshot = self.0.store.snapshot()?;
        let (conversation, from) = (message.conversation_id, Some(message.position));
        let mut found = messages::near(&snapshot, conversation, from, Direction::Backward, 1)?;
        bylines::renew(&snapshot, &mut found)?;
        Ok(found.into_iter().next())
    }

    /// The messages others quote, by id, for showing a page of them.
    ///
    /// # Errors
    /// The disk's.
    pub fn quoted(&self, shown: &[Message]) -> Result<Vec<Message>, EngineError> {
        let snapshot = self.0.store.snapshot()?;
        let mut quoted = Vec::new();
        for id in shown.iter().filter_map(|message| message.reply_to) {
            quoted.extend(messages::get(&snapshot, id)?);
        }
        bylines::renew(&snapshot, &mut quoted)?;
        Ok(quoted)
    }
}

/// The position of a message of a conversation.
fn position_in(
    snapshot: &Snapshot,
    conversation: ConversationId,
    id: MessageId,
) -> Result<u32, EngineError> {
    let message = find::message_in(snapshot, id)?;
    if message.conversation_id != conversation {
        return Err(Rejection::not_found(Code::MessageNotFound, "message").into());
    }
    Ok(message.position)
}
