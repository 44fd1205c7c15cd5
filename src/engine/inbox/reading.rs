//! What people of ours have read, and what the customer gets to know of it.

use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::visitor_timeline;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::conversation::Conversation;
use crate::model::event::ConversationRead;
use crate::model::event::Event;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::Delivery;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::store::Direction;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::jobs;
use crate::store::records::messages;
use crate::store::records::read_marks;
use crate::store::records::read_marks::ReadMark;

/// Marking conversations read and unread.
#[derive(Clone)]
pub struct Reading(pub Context);

impl Reading {
    /// The person has seen everything up to now; how many of the customer's messages were new.
    ///
    /// # Errors
    /// The actor may not read; there is no such conversation.
    pub async fn mark_read(&self, actor: &Actor, id: ConversationId) -> Result<u32, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let Some(user) = actor.user_id() else {
            return Ok(0);
        };
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("marking a conversation read", move |tx| {
                let mut conversation = sight::conversation_in(tx, &actor, id)?;
                let unread = read_marks::unread(tx, user, &conversation)?;
                mark(tx, &mut stamp.pen(), &mut conversation, user)?;
                Ok(unread)
            })
            .await
    }

    /// The person wants to come back to the newest message.
    ///
    /// # Errors
    /// The actor may not read; there is no such conversation.
    pub async fn mark_unread(&self, actor: &Actor, id: ConversationId) -> Result<(), EngineError> {
        actor.require(Permission::ReadConversations)?;
        let Some(user) = actor.user_id() else {
            return Ok(());
        };
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("marking a conversation unread", move |tx| {
                let conversation = sight::conversation_in(tx, &actor, id)?;
                let inbound_count = conversation.inbound_count.saturating_sub(1);
                let position = conversation.positions.saturating_sub(1);
                read_marks::put(
                    tx,
                    user,
                    id,
                    ReadMark {
                        inbound_count,
                        position,
                    },
                )?;
                log(tx, &mut stamp.pen(), id, user)?;
                Ok(())
            })
            .await
    }
}

/// Notes that a person has seen everything in a conversation. A customer who can be told so is
/// told, the first time anybody of ours sees a message.
///
/// # Errors
/// The disk's.
pub fn mark(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    user: UserId,
) -> Result<(), StoreError> {
    let mark = ReadMark {
        inbound_count: conversation.inbound_count,
        position: conversation.positions,
    };
    if read_marks::get(tx, user, conversation.id)? != mark {
        read_marks::put(tx, user, conversation.id, mark)?;
        log(tx, pen, conversation.id, user)?;
    }
    if let Some(newest) = newest_inbound(tx, conversation)?
        && newest.position > conversation.seen_position
    {
        conversation.seen_position = newest.position;
        conversations::put(tx, conversation)?;
        if !visitor_timeline::seen(tx, pen, &newest, Delivery::Read)? {
            tell_vendor(tx, pen, &newest)?;
        }
    }
    Ok(())
}

/// Has a vendor told that a customer's message was seen.
fn tell_vendor(tx: &mut Tx<'_>, pen: &mut Pen, message: &Message) -> Result<(), StoreError> {
    let job = Job {
        id: pen.id(),
        kind: JobKind::TellSeen {
            message_id: message.id,
        },
        due: pen.now,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// How far back the newest message of the customer is looked for.
const LOOK_BACK: usize = 50;

fn newest_inbound(tx: &Tx<'_>, conversation: &Conversation) -> Result<Option<Message>, StoreError> {
    let recent = messages::near(tx, conversation.id, None, Direction::Backward, LOOK_BACK)?;
    Ok(recent
        .into_iter()
        .find(|message| message.direction == Way::Inbound))
}

fn log(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<(), StoreError> {
    pen.log(
        tx,
        Event::ConversationRead(ConversationRead {
            conversation_id,
            user_id,
        }),
    )
    .map(drop)
}
