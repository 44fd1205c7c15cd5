//! Messages that did not go out: whoever answers in their conversations settles them, and whoever
//! leads sees all of them.

use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::entries::event_of;
use crate::engine::inbox::list::Listing;
use crate::engine::inbox::list::Row;
use crate::engine::sight;
use crate::engine::sight::Sights;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::conversation::Conversation;
use crate::model::event::Event;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::store::Snapshot;
use crate::store::records::conversations;
use crate::store::records::messages;
use crate::store::records::outbox;

/// Messages looked at for one list; more than that fail only while a vendor is gone.
const LOOK_MAX: usize = 2_000;
/// How far they are counted.
pub const COUNT_MAX: usize = 100;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Failed or of unknown outcome: somebody has to say what becomes of them.
    Waiting,
    /// Refused for now, and tried again by themselves: in a while, or with their channel.
    Retrying,
    /// Nothing more is to be done about them.
    Handled,
}

/// A message that did not go out, with its conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The message.
    pub message: Message,
    /// Where it belongs.
    pub row: Row,
}

/// Looking after messages that did not go out.
#[derive(Clone)]
pub struct Failing(pub Context);

impl Failing {
    /// The newest of them that are the actor's business.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn list(
        &self,
        actor: &Actor,
        which: Which,
        limit: usize,
    ) -> Result<Vec<Failure>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let read = self.0.store.snapshot()?;
        let sights = Sights::read(&read)?;
        let mut found = Vec::new();
        for message in all(&read, which)? {
            let Some(conversation) = conversations::get(&read, message.conversation_id)? else {
                continue;
            };
            if is_business_of(actor, &sights, &conversation) {
                let row = Listing::row(&read, actor, conversation)?;
                found.push(Failure { message, row });
            }
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }

    /// How many wait for the actor to say what becomes of them; at most [`COUNT_MAX`].
    ///
    /// # Errors
    /// The actor may not read.
    pub fn count(&self, actor: &Actor) -> Result<u64, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let read = self.0.store.snapshot()?;
        if messages::undelivered(&read, None, 1)?.is_empty() {
            return Ok(0);
        }
        Ok(self.list(actor, Which::Waiting, COUNT_MAX)?.len() as u64)
    }

    /// Says of a failed message that nothing more is to be done about it.
    ///
    /// # Errors
    /// The actor may not; there is no such message; it did not fail.
    pub async fn discard(&self, actor: &Actor, id: MessageId) -> Result<Message, EngineError> {
        actor.require(Permission::Reply)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("putting a failed message aside", move |tx| {
                let mut pen = stamp.pen();
                let mut message = sight::message_in(tx, &actor, id)?;
                if message.delivery != Delivery::Failed {
                    return Err(Rejection::field("status", "must be failed for this").into());
                }
                message.handled_at = Some(pen.now);
                message.updated_at = pen.now;
                messages::update(tx, &message)?;
                audit::note(tx, &mut pen, &actor, "message.handled", id, Opaque::new())?;
                pen.log(tx, Event::MessageUpdated(event_of(&message)))?;
                Ok(message)
            })
            .await
    }
}

/// Whether the actor looks after what failed in a conversation.
fn is_business_of(actor: &Actor, sights: &Sights, conversation: &Conversation) -> bool {
    let own = actor.user_id().is_some() && conversation.assignee == actor.user_id();
    sights.fence(actor).shows(conversation) && (own || actor.may(Permission::AssignOthers))
}

/// All of a kind, the newest first.
fn all(read: &Snapshot, which: Which) -> Result<Vec<Message>, EngineError> {
    let found = match which {
        Which::Waiting => messages::undelivered(read, None, LOOK_MAX)?,
        Which::Handled => messages::handled(read, None, LOOK_MAX)?,
        Which::Retrying => {
            let mut found = Vec::new();
            // Also what goes out once its channel is connected again: no further try of it is due.
            let again = outbox::list(read)?
                .into_iter()
                .filter(|row| row.called_at.is_some() && !row.begun);
            for row in again.take(LOOK_MAX) {
                found.extend(messages::get(read, row.message_id)?);
            }
            found.sort_by_key(|message| std::cmp::Reverse(message.created_at));
            found
        }
    };
    Ok(found)
}
