//! Looking after channels that work: whether they are still set up at the vendor as they were left.

use std::time::Duration;

use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::standing;
use crate::engine::setup::standing::INSPECT;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::channel::HealthNote;
use crate::model::channel::REPORTING;
use crate::model::event::ChannelEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::inbound::InboundEvent;
use crate::model::opaque;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;

/// How long until a channel is looked after again.
#[must_use]
pub fn every(row: &Capabilities) -> Duration {
    Duration::from_secs(row.inspected_every_secs.into())
}

/// What came of looking after a channel.
#[derive(Debug)]
pub struct Inspected {
    /// How long until the next look.
    pub again: Duration,
    /// What happened of which nobody may have heard yet.
    pub missed: Vec<InboundEvent>,
}

impl Channels {
    /// Looks after a channel. None where there is nothing to look at.
    ///
    /// # Errors
    /// The store's.
    pub async fn inspect(&self, id: ChannelId) -> Result<Option<Inspected>, EngineError> {
        let found = channels::get(&self.0.store.snapshot()?, id)?;
        let Some(channel) = found.filter(|channel| channel.state == ChannelState::Active) else {
            return Ok(None);
        };
        let row = self.capabilities(&channel);
        let Some(mut looked) = self.look(channel).await? else {
            return Ok(None);
        };
        let missed = match &mut looked {
            Ok(seen) => std::mem::take(&mut seen.missed),
            Err(_) => Vec::new(),
        };
        self.looked(id, looked).await?;
        Ok(Some(Inspected {
            again: every(row),
            missed,
        }))
    }

    /// Looks how a channel is set up at its vendor; none where there is nothing to look at.
    pub(super) async fn look(
        &self,
        channel: Channel,
    ) -> Result<Option<Result<Connected, Broken>>, EngineError> {
        let mut line = Line::open(&self.0, channel)?;
        let translation = line.translation;
        let first = Asked {
            account: &line.account,
            replies: &[],
            now: self.0.clock.now(),
        };
        if !caught(|| translation.inspect(&first).is_some()).unwrap_or(false) {
            return Ok(None);
        }
        if let Err(broken) = line.renew().await {
            return Ok(Some(Err(broken)));
        }
        let next = |asked: &Asked<'_>| {
            let done = || Ok(Step::Done(Connected::default()));
            translation.inspect(asked).unwrap_or_else(done)
        };
        Ok(Some(line.hold(next).await))
    }

    async fn looked(
        &self,
        id: ChannelId,
        looked: Result<Connected, Broken>,
    ) -> Result<(), EngineError> {
        let stamp = self.0.stamp();
        let this = self.clone();
        self.0
            .store
            .write("writing down how a channel is", move |tx| {
                let found = channels::get(tx, id)?;
                let Some(mut channel) =
                    found.filter(|channel| channel.state == ChannelState::Active)
                else {
                    return Ok(());
                };
                let mut pen = stamp.pen();
                match &looked {
                    Ok(seen) => {
                        opaque::merge(&mut channel.settings, &seen.settings);
                        warned(tx, &mut pen, &mut channel, &seen.warnings)?;
                    }
                    Err(broken) if matches!(broken.refusal, Refusal::Account(_)) => {
                        channel.checked_at = Some(pen.now);
                        let elsewhere = broken.what.filter(|what| *what == REPORTING);
                        channel.error_about = elsewhere
                            .map(str::to_owned)
                            .or_else(|| this.blamed(&channel, broken));
                        let why = &broken.refusal.error().message;
                        standing::broke(tx, &mut pen, &mut channel, why)?;
                    }
                    // The vendor is out of reach, which says nothing of the account.
                    Err(_) => {}
                }
                Ok(())
            })
            .await
    }
}

/// Keeps what the vendor warns of now in the place of what it warned of before.
fn warned(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &mut Channel,
    warnings: &[String],
) -> Result<(), StoreError> {
    let is_said = |note: &HealthNote| note.kind != INSPECT || warnings.contains(&note.text);
    let before = channel.notes.len();
    channel.notes.retain(is_said);
    let mut is_new = channel.notes.len() != before;
    for text in warnings {
        is_new |= standing::warn(tx, pen, channel, INSPECT, text)?;
    }
    channel.checked_at = Some(pen.now);
    channels::put(tx, channel)?;
    if is_new {
        let channel_id = channel.id;
        pen.log(tx, Event::ChannelUpdated(ChannelEvent { channel_id }))?;
    }
    Ok(())
}
