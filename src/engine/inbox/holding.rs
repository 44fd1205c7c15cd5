//! Who has a conversation where several apps of a vendor share its customers.

use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::change::Changing;
use crate::engine::sight;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::declined;
use crate::model::actor::Actor;
use crate::model::conversation::Conversation;
use crate::model::event::Change;
use crate::model::event::ConversationChanged;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::outbound::Asked;
use crate::model::outbound::Regained;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::identities;

/// Why nothing is sent while another app has it.
pub const HELD_ELSEWHERE: &str = "held_elsewhere";

impl Changing {
    /// Takes a conversation back from another app of the vendor.
    ///
    /// # Errors
    /// The actor may not; there is no such conversation in sight; the vendor does not give it back:
    /// `CHANNEL_ERROR`; the other app was only asked for it: `CONTACT_UNREACHABLE`.
    pub async fn take_back(&self, actor: &Actor, id: ConversationId) -> Result<(), EngineError> {
        let (conversation, line) = self.line(actor, id).await?;
        let (translation, address) = (line.translation, &conversation.address);
        let next = |asked: &Asked<'_>| translation.take_over(address, asked);
        match line.hold(next).await.map_err(|broken| refused(&broken))? {
            Regained::Ours => self.goes(actor, id, false).await,
            Regained::AskedFor => {
                let message = "The other app comes first on this page. It was asked to give the conversation back.";
                let waits = Rejection::new(Code::ContactUnreachable, message);
                Err(waits.because(HELD_ELSEWHERE).into())
            }
        }
    }

    /// Hands a conversation to the vendor's own inbox.
    ///
    /// # Errors
    /// The actor may not; there is no such conversation in sight; its vendor has no inbox:
    /// `UNSUPPORTED_CONTENT_TYPE`, or does not take it: `CHANNEL_ERROR`.
    pub async fn hand_over(&self, actor: &Actor, id: ConversationId) -> Result<(), EngineError> {
        let (conversation, line) = self.line(actor, id).await?;
        if !line.translation.capabilities().hands_over {
            let message = "The vendor of this channel has no inbox of its own.";
            return Err(Rejection::new(Code::UnsupportedContentType, message).into());
        }
        let (translation, address) = (line.translation, &conversation.address);
        let next = |asked: &Asked<'_>| translation.hand_over(address, asked);
        line.hold(next).await.map_err(|broken| refused(&broken))?;
        self.goes(actor, id, true).await
    }

    async fn line(
        &self,
        actor: &Actor,
        id: ConversationId,
    ) -> Result<(Conversation, Line<'_>), EngineError> {
        actor.require(Permission::Reply)?;
        let (conversation, channel) = {
            let read = self.0.store.snapshot()?;
            let conversation = sight::conversation_in(&read, actor, id)?;
            let channel = find::channel_in(&read, conversation.channel_id)?;
            (conversation, channel)
        };
        let mut line = Line::open(&self.0, channel)?;
        line.renew().await.map_err(|broken| refused(&broken))?;
        Ok((conversation, line))
    }

    async fn goes(
        &self,
        actor: &Actor,
        id: ConversationId,
        elsewhere: bool,
    ) -> Result<(), EngineError> {
        let (stamp, actor) = (self.0.stamp(), actor.clone());
        self.0
            .store
            .write("noting who has a conversation", move |tx| {
                let held = sight::conversation_in(tx, &actor, id)?;
                Ok(set(tx, &mut stamp.pen(), held, elsewhere)?)
            })
            .await
    }
}

fn refused(broken: &Broken) -> EngineError {
    declined(&broken.refusal).into()
}

/// Writes down that the conversation with an address is ours, or went to another app; nothing where
/// there is none.
///
/// # Errors
/// The disk's.
pub fn moved(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
    holds: bool,
) -> Result<(), EngineError> {
    let Some(identity) = identities::get(tx, channel, address)? else {
        return Ok(());
    };
    match conversations::latest(tx, identity.contact_id, channel)? {
        Some(held) => Ok(set(tx, pen, held, !holds)?),
        None => Ok(()),
    }
}

fn set(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    mut conversation: Conversation,
    elsewhere: bool,
) -> Result<(), StoreError> {
    if conversation.elsewhere == elsewhere {
        return Ok(());
    }
    conversation.elsewhere = elsewhere;
    conversation.revision += 1;
    conversation.updated_at = pen.now;
    conversations::put(tx, &conversation)?;
    let changed = ConversationChanged {
        conversation_id: conversation.id,
        change: Change::Details,
    };
    pen.log(tx, Event::ConversationChanged(changed))?;
    Ok(())
}

/// Whether anything may be sent in a conversation as far as other apps are concerned.
///
/// # Errors
/// `CONTACT_UNREACHABLE` while another app has it.
pub fn may_send(conversation: &Conversation) -> Result<(), Rejection> {
    if !conversation.elsewhere {
        return Ok(());
    }
    let message = "Another app of the vendor has this conversation. Take it back to write.";
    Err(Rejection::new(Code::ContactUnreachable, message).because(HELD_ELSEWHERE))
}
