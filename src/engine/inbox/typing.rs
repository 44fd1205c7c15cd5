//! Telling the customer, and colleagues, that one of us types.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::live::Signal;
use crate::engine::live::Typist;
use crate::engine::live::visitors::Author;
use crate::engine::sight;
use crate::model::actor::Actor;
use crate::model::ids::ConversationId;
use crate::model::permission::Permission;

/// Telling who types.
#[derive(Clone)]
pub struct Typing(pub Context);

impl Typing {
    /// The actor types in a conversation, or stopped. Nothing of it is kept.
    ///
    /// # Errors
    /// The actor may not reply; there is no such conversation.
    pub fn tell(&self, actor: &Actor, id: ConversationId, on: bool) -> Result<(), EngineError> {
        actor.require(Permission::Reply)?;
        sight::conversation_in(&self.0.store.snapshot()?, actor, id)?;
        if let Some(user_id) = actor.user_id() {
            let who = Typist::Colleague {
                user_id,
                name: actor.name().to_owned(),
            };
            self.0.live.signal(Signal::Typing {
                conversation_id: id,
                who,
                on,
            });
        }
        let author = on.then(|| Author {
            name: actor.name().to_owned(),
            bot: false,
        });
        self.0.live.visitors().typing(id, author);
        Ok(())
    }
}
