//! What an actor may see of the conversations that are stored now.

use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::rules::sight;
use crate::model::actor::Actor;
use crate::model::conversation::Conversation;
use crate::model::fence::AgentVisibility;
use crate::model::fence::Fence;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::message::Message;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::team::Team;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::conversations;
use crate::store::records::organisation;
use crate::store::records::teams;

/// What decides who sees what, as it is stored now.
#[derive(Debug)]
pub struct Sights {
    visibility: AgentVisibility,
    teams: Vec<Team>,
}

impl Sights {
    /// Reads it.
    ///
    /// # Errors
    /// The disk's.
    pub fn read(read: &impl Read) -> Result<Self, StoreError> {
        let visibility = organisation::get(read)?
            .map(|organisation| organisation.agent_visibility)
            .unwrap_or_default();
        let teams = match visibility {
            AgentVisibility::All => Vec::new(),
            _ => teams::list(read)?,
        };
        Ok(Self { visibility, teams })
    }

    /// The conversations an actor may see.
    #[must_use]
    pub fn fence(&self, actor: &Actor) -> Fence {
        let mine = self.teams.iter().filter(|team| {
            actor
                .user_id()
                .is_some_and(|user| team.member_ids.contains(&user))
        });
        sight::fence(actor, self.visibility, mine.map(|team| team.id).collect())
    }
}

/// The conversations an actor may see.
///
/// # Errors
/// The disk's.
pub fn fence(read: &impl Read, actor: &Actor) -> Result<Fence, StoreError> {
    // Most people see everything, whatever the business chose for its agents.
    if !sight::may_be_narrowed(actor) {
        return Ok(Fence::All);
    }
    Ok(Sights::read(read)?.fence(actor))
}

/// A conversation that must be there for the actor to see.
///
/// # Errors
/// `CONVERSATION_NOT_FOUND`, also for one out of the actor's sight.
pub fn conversation_in(
    read: &impl Read,
    actor: &Actor,
    id: ConversationId,
) -> Result<Conversation, EngineError> {
    let conversation = find::conversation_in(read, id)?;
    if fence(read, actor)?.shows(&conversation) {
        return Ok(conversation);
    }
    Err(Rejection::not_found(Code::ConversationNotFound, "conversation").into())
}

/// A message that must be there for the actor to see.
///
/// # Errors
/// `MESSAGE_NOT_FOUND`, also for one in a conversation out of the actor's sight.
pub fn message_in(read: &impl Read, actor: &Actor, id: MessageId) -> Result<Message, EngineError> {
    let message = find::message_in(read, id)?;
    let fence = fence(read, actor)?;
    if fence == Fence::All
        || conversations::get(read, message.conversation_id)?
            .is_some_and(|conversation| fence.shows(&conversation))
    {
        return Ok(message);
    }
    Err(Rejection::not_found(Code::MessageNotFound, "message").into())
}
