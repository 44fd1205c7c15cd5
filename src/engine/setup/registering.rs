//! Having a vendor put an account into service, where it must be asked for that once.

use crate::engine::audit;
use crate::engine::error::EngineError;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::channels::find;
use crate::engine::vendor::Line;
use crate::engine::vendor::declined;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::model::outbound::Asked;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

impl Channels {
    /// What of a channel's account somebody may have registered; none where nothing is.
    #[must_use]
    pub fn registers(&self, channel: &Channel) -> Option<&'static str> {
        self.0.channels.channel(&channel.kind)?.registers()
    }

    /// Registers the account of a channel with its vendor, and connects the channel.
    ///
    /// # Errors
    /// The actor may not; there is none, or its vendor registers nothing:
    /// `UNSUPPORTED_CONTENT_TYPE`; the vendor does not do it: `CHANNEL_ERROR`.
    pub async fn register(&self, actor: &Actor, id: ChannelId) -> Result<Channel, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let channel = find(&self.0.store.snapshot()?, id)?;
        if self.registers(&channel).is_none() {
            let message = "The vendor of this channel registers nothing.";
            let refused = Rejection::new(Code::UnsupportedContentType, message);
            return Err(refused.because("no_registration").into());
        }
        let name = channel.name.clone();
        let line = Line::open(&self.0, channel)?;
        let translation = line.translation;
        let next = |asked: &Asked<'_>| translation.register(asked);
        let done = line.hold(next).await;
        done.map_err(|broken| declined(&broken.refusal))?;
        let (stamp, by) = (self.0.stamp(), actor.clone());
        self.0
            .store
            .write("noting that a channel was registered", move |tx| {
                let named = audit::named(&name);
                audit::note(tx, &mut stamp.pen(), &by, "channel.registered", id, named)?;
                Ok::<_, EngineError>(())
            })
            .await?;
        self.connect(actor, id).await
    }
}
