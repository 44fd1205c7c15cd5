//! Deleting a channel.

use crate::engine::error::EngineError;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::channels::find;
use crate::engine::setup::channels::note;
use crate::engine::setup::standing;
use crate::model::actor::Actor;
use crate::model::channel::ChannelState;
use crate::model::conversation::Status;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Read;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::conversations::Owner;
use crate::store::records::happenings;
use crate::store::records::intake;
use crate::store::records::mails;
use crate::store::records::templates;

impl Channels {
    /// Deletes a channel. Its conversations stay readable; what waits in its queue has failed.
    ///
    /// # Errors
    /// The actor may not; there is none; `ACTIVE_CONVERSATIONS_EXIST` without force.
    pub async fn delete(
        &self,
        actor: &Actor,
        id: ChannelId,
        force: bool,
    ) -> Result<(), EngineError> {
        actor.require(Permission::ManageChannels)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        let deleted = self
            .0
            .store
            .write("deleting a channel", move |tx| {
                let channel = find(tx, id)?;
                if !force && has_live_conversations(tx, id)? {
                    let message = "There are open conversations on this channel. Resolve them, or delete with force.";
                    return Err(Rejection::new(Code::ActiveConversationsExist, message).into());
                }
                let mut pen = stamp.pen();
                standing::abandon(tx, &mut pen, id)?;
                intake::forget(tx, id)?;
                mails::forget(tx, id)?;
                templates::forget_channel(tx, id)?;
                happenings::remove(tx, id)?;
                channels::remove(tx, id)?;
                note(tx, &mut pen, &actor, "channel.deleted", &channel, Event::ChannelDeleted)?;
                Ok::<_, EngineError>(channel)
            })
            .await?;
        if deleted.state != ChannelState::Inactive {
            self.release(deleted).await;
        }
        Ok(())
    }
}

fn has_live_conversations(read: &impl Read, id: ChannelId) -> Result<bool, EngineError> {
    for status in [Status::Open, Status::Pending, Status::Snoozed] {
        let mut after = None;
        loop {
            let places = conversations::places(read, status, Owner::Anyone, after, 500)?;
            let Some(last) = places.last() else { break };
            after = Some(*last);
            for (_, conversation) in places {
                let found = conversations::get(read, conversation)?;
                if found.is_some_and(|found| found.channel_id == id) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
