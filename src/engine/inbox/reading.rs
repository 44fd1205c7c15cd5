//! What people of ours have read, and what the customer gets to know of it.

use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::mentions;
use crate::engine::inbox::visitor_timeline;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::conversation::Conversation;
use crate::model::event::ConversationRead;
use crate::model::event::Event;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::UserId;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Direction;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::jobs;
use crate::store::records::messages;
use crate::store::records::read_marks;
use crate::store::records::read_marks::ReadMark;

/// Messages that can be named at once.
const NAMED_MAX: usize = 1_000;

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

    /// The person has seen everything up to the newest of some messages; how many of the customer's
    /// were new. What was seen before stays seen.
    ///
    /// # Errors
    /// The actor may not read; there is no such conversation; a message is not in it.
    pub async fn mark_read_to(
        &self,
        actor: &Actor,
        id: ConversationId,
        seen: Vec<MessageId>,
    ) -> Result<u32, EngineError> {
        actor.require(Permission::ReadConversations)?;
        if seen.len() > NAMED_MAX {
            let wrong = format!("must be at most {NAMED_MAX} messages");
            return Err(Rejection::field("messageIds", wrong).into());
        }
        let Some(user) = actor.user_id() else {
            return Ok(0);
        };
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("marking messages read", move |tx| {
                let mut conversation = sight::conversation_in(tx, &actor, id)?;
                let mut newest = None;
                for message in &seen {
                    let message = find::message_in(tx, *message)?;
                    if message.conversation_id != id {
                        return Err(Rejection::not_found(Code::MessageNotFound, "message").into());
                    }
                    newest = newest.max(Some(message.position));
                }
                let Some(position) = newest else { return Ok(0) };
                let unread = read_marks::unread(tx, user, &conversation)?;
                mark_to(tx, &mut stamp.pen(), &mut conversation, user, position)?;
                Ok(unread - read_marks::unread(tx, user, &conversation)?)
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
    let looked = mentions::see(tx, conversation, user)?;
    if looked || read_marks::get(tx, user, conversation.id)? != mark {
        read_marks::put(tx, user, conversation.id, mark)?;
        log(tx, pen, conversation.id, user)?;
    }
    see(tx, pen, conversation, None)
}

/// Notes that a person has seen everything up to a position, unless they had seen more already.
fn mark_to(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    user: UserId,
    position: u32,
) -> Result<(), StoreError> {
    let held = read_marks::get(tx, user, conversation.id)?;
    let from = Some(position);
    let later = messages::near(tx, conversation.id, from, Direction::Forward, usize::MAX)?;
    let inbound = later
        .iter()
        .filter(|message| message.direction == Way::Inbound);
    let unseen = u32::try_from(inbound.count()).unwrap_or(u32::MAX);
    let mark = ReadMark {
        inbound_count: conversation.inbound_count.saturating_sub(unseen),
        position,
    };
    if mark.inbound_count < held.inbound_count || mark.position <= held.position {
        return Ok(());
    }
    read_marks::put(tx, user, conversation.id, mark)?;
    log(tx, pen, conversation.id, user)?;
    see(tx, pen, conversation, Some(position))
}

/// Tells the customer, where that can be, what somebody of ours has seen for the first time:
/// everything, or everything up to a position.
fn see(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &mut Conversation,
    up_to: Option<u32>,
) -> Result<(), StoreError> {
    if let Some(newest) = newest_inbound(tx, conversation, up_to)?
        && newest.position > conversation.seen_position
    {
        let after = std::mem::replace(&mut conversation.seen_position, newest.position);
        conversations::put(tx, conversation)?;
        if !visitor_timeline::seen(tx, pen, &newest)? {
            tell_vendor(tx, pen, &newest, after)?;
        }
    }
    Ok(())
}

/// Tells a visitor that a program of ours took care of everything so far, unless one of us has seen
/// it: a program reads nothing, but it has got the messages it answers.
///
/// # Errors
/// The disk's.
pub fn handled(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: &Conversation,
) -> Result<(), StoreError> {
    match newest_inbound(tx, conversation, None)? {
        Some(newest) if newest.position > conversation.seen_position => {
            visitor_timeline::handled(tx, pen, &newest)
        }
        _ => Ok(()),
    }
}

/// Has a vendor told that a customer's message was seen, with those before it after a position.
fn tell_vendor(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &Message,
    after: u32,
) -> Result<(), StoreError> {
    let job = Job {
        id: pen.id(),
        kind: JobKind::TellSeen {
            message_id: message.id,
            after,
        },
        due: pen.now,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// How far back the newest message of the customer is looked for.
const LOOK_BACK: usize = 50;

fn newest_inbound(
    tx: &Tx<'_>,
    conversation: &Conversation,
    up_to: Option<u32>,
) -> Result<Option<Message>, StoreError> {
    let from = up_to.map(|position| position + 1);
    let recent = messages::near(tx, conversation.id, from, Direction::Backward, LOOK_BACK)?;
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
