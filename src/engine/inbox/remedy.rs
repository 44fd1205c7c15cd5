//! What helps a message that failed.

use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::send::Sending;
use crate::engine::inbox::target;
use crate::engine::inbox::target::Place;
use crate::engine::rules::comments::Answer;
use crate::model::actor::Actor;
use crate::model::capability::Capabilities;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::model::rejection::Code;

/// What helps a message that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// To try it once more.
    Retry,
    /// A template in its place: the vendor takes nothing else until the customer writes.
    Template,
    /// To wait: in words, what for.
    Wait(String),
}

impl Sending {
    /// What helps a message that failed, as its channel lets us write now. Only what is bound to fail is
    /// not to be tried: what else may be wrong is said when somebody tries.
    ///
    /// # Errors
    /// The actor may not; its channel or its conversation is gone; the store's.
    pub fn remedy(&self, actor: &Actor, message: &Message) -> Result<Remedy, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let read = self.0.store.snapshot()?;
        let place = Place {
            channel: find::channel_in(&read, message.channel_id)?,
            conversation: find::conversation_in(&read, message.conversation_id)?,
        };
        let row = self.0.channels.capabilities(&place.channel.kind);
        let row = row.unwrap_or(&Capabilities::PLAIN);
        let answer = Answer {
            id: Some(message.id),
            reply_to: message.reply_to,
        };
        let writer = (message.source, &message.metadata);
        let asked = (&message.content, writer, answer);
        match target::in_window(&read, &place, row, asked, self.0.clock.now()) {
            Ok(_) => Ok(Remedy::Retry),
            Err(EngineError::Refused(refused)) => {
                let is_closed = refused.code == Code::OutsideMessageWindow;
                if is_closed && row.approved_templates {
                    Ok(Remedy::Template)
                } else {
                    Ok(Remedy::Wait(refused.message))
                }
            }
            Err(error) => Err(error),
        }
    }
}
