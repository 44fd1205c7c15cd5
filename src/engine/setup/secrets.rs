//! Secrets that channels make by themselves, made anew.

use crate::engine::error::EngineError;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::channels::find;
use crate::engine::setup::settings;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;

/// The secret that signs webhooks.
pub const WEBHOOK_SECRET: &str = "webhookSecret";
/// The secret a vendor says back when it asks whether an address is ours.
pub(super) const VERIFY_TOKEN: &str = "verifyToken";
/// The secrets whose renewal makes earlier webhooks fail; a kind of channel has one of them or none.
const WEBHOOK_SECRETS: [&str; 2] = [WEBHOOK_SECRET, VERIFY_TOKEN];

impl Channels {
    /// Makes a new secret in place of the one that webhooks are proved with.
    ///
    /// # Errors
    /// The actor may not; there is no such channel, or it makes no such secret by itself.
    pub async fn renew_webhook_secret(
        &self,
        actor: &Actor,
        id: ChannelId,
    ) -> Result<(Channel, String), EngineError> {
        actor.require(Permission::ManageChannels)?;
        let held = find(&self.0.store.snapshot()?, id)?;
        let table = self.translation(&held.kind)?.settings();
        let has = |name: &&str| table.iter().any(|setting| setting.name == *name);
        let name = WEBHOOK_SECRETS.into_iter().find(has).unwrap_or_default();
        self.renew_secret(actor, id, name).await
    }

    /// Makes a new secret in place of one that the channel makes by itself, and shows it once.
    ///
    /// # Errors
    /// The actor may not; there is no such channel or secret.
    pub async fn renew_secret(
        &self,
        actor: &Actor,
        id: ChannelId,
        name: &str,
    ) -> Result<(Channel, String), EngineError> {
        actor.require(Permission::ManageChannels)?;
        let held = find(&self.0.store.snapshot()?, id)?;
        let table = self.translation(&held.kind)?.settings();
        let fresh = settings::generated(table, |other| other != name, &self.0.random).next();
        let Some((name, plain)) = fresh else {
            let wrong = "must be a secret that the channel makes by itself";
            return Err(Rejection::field("secret", wrong).into());
        };
        let this = self.clone();
        let shown = plain.clone();
        let change = move |channel: &mut Channel| {
            this.seal(channel, &name, &plain);
            Ok(())
        };
        let channel = self
            .change(
                actor,
                id,
                "channel.secretRenewed",
                Event::ChannelUpdated,
                change,
            )
            .await?;
        Ok((channel, shown))
    }
}
