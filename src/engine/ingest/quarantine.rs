//! Keeping what could not be read, and reading it again after a fix.

use crate::base::http::Headers;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::ingest::Ingest;
use crate::model::ids::ChannelId;
use crate::store::records::quarantine;
use crate::store::records::quarantine::Quarantined;

impl Ingest {
    /// Keeps a webhook that could not be read.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn quarantine(
        &self,
        channel_id: ChannelId,
        hook: Webhook,
        reason: String,
    ) -> Result<(), EngineError> {
        let stamp = self.0.stamp();
        let headers: Vec<_> = hook
            .headers
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        self.0
            .store
            .write("keeping a webhook that could not be read", move |tx| {
                let mut pen = stamp.pen();
                let held = Quarantined {
                    id: pen.id(),
                    channel_id,
                    headers: headers.clone(),
                    query: hook.query.clone(),
                    body: hook.body.clone(),
                    reason: reason.clone(),
                    at: pen.now,
                };
                Ok(quarantine::put(tx, &held)?)
            })
            .await
    }

    /// Reads everything in quarantine again; how many could be read now. Run at each start: a new
    /// version may understand what the old one did not.
    ///
    /// # Errors
    /// The store's.
    pub async fn replay(&self) -> Result<usize, EngineError> {
        let held = quarantine::list(&self.0.store.snapshot()?)?;
        let mut read = 0;
        for one in held {
            let Some(events) = read_again(&self.0, &one)? else {
                continue;
            };
            self.record(one.channel_id, events).await?;
            let id = one.id;
            let removed = self
                .0
                .store
                .write("releasing a webhook from quarantine", move |tx| {
                    Ok::<_, EngineError>(quarantine::remove(tx, id)?)
                });
            removed.await?;
            read += 1;
        }
        Ok(read)
    }
}

fn read_again(
    context: &Context,
    held: &Quarantined,
) -> Result<Option<Vec<crate::model::inbound::InboundEvent>>, EngineError> {
    let Ok(channel) = find::channel_in(&context.store.snapshot()?, held.channel_id) else {
        return Ok(None);
    };
    let Some(translation) = context.channels.channel(&channel.kind) else {
        return Ok(None);
    };
    let headers = held.headers.iter();
    let hook = Webhook {
        method: Method::Post,
        headers: headers.fold(Headers::default(), |all, (name, value)| {
            all.with(name, value)
        }),
        query: held.query.clone(),
        body: held.body.clone(),
    };
    Ok(super::parsed(translation, &context.account(&channel)?, &hook).ok())
}
