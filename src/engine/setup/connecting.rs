//! Connecting channels: proving them with the vendor, by hand or by themselves after an error.

use std::time::Duration;

use crate::engine::audit;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::setup::afterwards;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::channels::Check;
use crate::engine::setup::channels::SETTINGS;
use crate::engine::setup::channels::VERIFY_TOKEN;
use crate::engine::setup::channels::find;
use crate::engine::setup::standing;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::model::actor::Actor;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::event::ChannelEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::message::SendError;
use crate::model::outbound::Connected;
use crate::model::outbound::Refusal;
use crate::model::permission::Permission;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;

/// The name of the check that asks the vendor.
pub const VENDOR: &str = "vendor";

/// When a channel that was being connected is looked at if nobody heard how it ended: the program
/// stopped in between.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(10 * 60);

/// What came of looking at a channel again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rechecked {
    /// There is nothing more to do: it works, or somebody took it out of service.
    Done,
    /// It does not work yet.
    StillBroken,
}

impl Channels {
    /// Connects a channel: checks its settings and proves it with the vendor.
    ///
    /// # Errors
    /// The actor may not; there is none. A check that fails leaves the channel in error and says
    /// why.
    pub async fn connect(&self, actor: &Actor, id: ChannelId) -> Result<Channel, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let channel = self.begin(id).await?;
        let row = self.capabilities(&channel);
        let proved = self.prove(channel).await?;
        self.ended(actor, id, proved, row).await
    }

    /// Disconnects a channel; what waits in its queue stays there.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub async fn disconnect(&self, actor: &Actor, id: ChannelId) -> Result<Channel, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let change = |channel: &mut Channel| {
            channel.state = ChannelState::Inactive;
            channel.error = None;
            Ok(())
        };
        let action = "channel.disconnected";
        self.change(actor, id, action, Event::ChannelDisconnected, change)
            .await
    }

    /// What is known of a channel without asking the vendor now.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn checks(&self, actor: &Actor, id: ChannelId) -> Result<Vec<Check>, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let channel = find(&self.0.store.snapshot()?, id)?;
        let mut checks = self.own_checks(&channel);
        if !self.capabilities(&channel).own_transport {
            checks.push(as_known(&channel));
        }
        Ok(checks)
    }

    /// What a vendor says back when it asks whether the address of a channel is ours, for whoever has
    /// to enter it there.
    ///
    /// # Errors
    /// The actor may not; there is no such channel.
    pub fn verify_token(
        &self,
        actor: &Actor,
        id: ChannelId,
    ) -> Result<Option<String>, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let channel = find(&self.0.store.snapshot()?, id)?;
        let account = self.0.account(&channel)?;
        Ok(account.secret(VERIFY_TOKEN).map(str::to_owned))
    }

    /// Looks at everything a channel needs, and asks the vendor, without changing it here.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub async fn test(&self, actor: &Actor, id: ChannelId) -> Result<Vec<Check>, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let channel = find(&self.0.store.snapshot()?, id)?;
        let mut checks = self.own_checks(&channel);
        let has_vendor = !self.capabilities(&channel).own_transport;
        if has_vendor
            && checks
                .iter()
                .any(|check| check.name == SETTINGS && check.ok)
        {
            checks.push(of_vendor(self.ask_vendor(channel).await?));
        }
        Ok(checks)
    }

    /// Looks at a channel that does not work; one that does again is back in service.
    ///
    /// # Errors
    /// The store's.
    pub async fn recheck(&self, id: ChannelId) -> Result<Rechecked, EngineError> {
        let Some(held) = channels::get(&self.0.store.snapshot()?, id)? else {
            return Ok(Rechecked::Done);
        };
        if !is_broken(&held) {
            return Ok(Rechecked::Done);
        }
        let row = self.capabilities(&held);
        let proved = self.prove(held).await?;
        let stamp = self.0.stamp();
        self.0
            .store
            .write("looking at a channel again", move |tx| {
                let Some(mut channel) = channels::get(tx, id)?.filter(is_broken) else {
                    return Ok(Rechecked::Done);
                };
                match &proved {
                    Ok(connected) => {
                        let mut pen = stamp.pen();
                        standing::works(tx, &mut pen, &mut channel, connected)?;
                        afterwards::connected(tx, &pen, id, row)?;
                        Ok(Rechecked::Done)
                    }
                    Err(broken) => {
                        channel.state = ChannelState::Error;
                        channel.error = Some(broken.refusal.error().message.clone());
                        channels::put(tx, &channel)?;
                        Ok(Rechecked::StillBroken)
                    }
                }
            })
            .await
    }

    /// Looks at everything a channel needs, and asks the vendor whether it accepts it.
    async fn prove(&self, channel: Channel) -> Result<Result<Connected, Broken>, EngineError> {
        let wrong = self
            .own_checks(&channel)
            .into_iter()
            .find(|check| !check.ok);
        match wrong {
            Some(check) => Ok(Err(check.into())),
            None => self.ask_vendor(channel).await,
        }
    }

    async fn ask_vendor(&self, channel: Channel) -> Result<Result<Connected, Broken>, EngineError> {
        let mut line = Line::open(&self.0, channel)?;
        if let Err(broken) = line.renew().await {
            return Ok(Err(broken));
        }
        let translation = line.translation;
        Ok(line.hold(|asked| translation.connect(asked)).await)
    }

    /// Shows that a channel is being connected.
    async fn begin(&self, id: ChannelId) -> Result<Channel, EngineError> {
        let stamp = self.0.stamp();
        self.0
            .store
            .write("connecting a channel", move |tx| {
                let mut pen = stamp.pen();
                let mut channel = find(tx, id)?;
                channel.state = ChannelState::Connecting;
                channel.error = None;
                channels::put(tx, &channel)?;
                let channel_id = channel.id;
                pen.log(tx, Event::ChannelUpdated(ChannelEvent { channel_id }))?;
                standing::check_after(tx, &pen, id, FORGOTTEN_AFTER)?;
                Ok(channel)
            })
            .await
    }

    /// Writes down how connecting ended; a channel that was disconnected meanwhile stays so.
    async fn ended(
        &self,
        actor: &Actor,
        id: ChannelId,
        proved: Result<Connected, Broken>,
        row: &'static Capabilities,
    ) -> Result<Channel, EngineError> {
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("ending to connect a channel", move |tx| {
                let mut channel = find(tx, id)?;
                if channel.state == ChannelState::Connecting {
                    channel.revision += 1;
                    let mut pen = stamp.pen();
                    settle(tx, &mut pen, &actor, &mut channel, &proved)?;
                    if proved.is_ok() {
                        afterwards::connected(tx, &pen, id, row)?;
                    }
                }
                Ok(channel)
            })
            .await
    }
}

fn settle(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    channel: &mut Channel,
    proved: &Result<Connected, Broken>,
) -> Result<(), StoreError> {
    let action = match proved {
        Ok(connected) => {
            standing::works(tx, pen, channel, connected)?;
            "channel.connected"
        }
        Err(broken) => {
            standing::broke(tx, pen, channel, &broken.refusal.error().message)?;
            "channel.connectFailed"
        }
    };
    audit::note(
        tx,
        pen,
        actor,
        action,
        channel.id,
        audit::named(&channel.name),
    )
}

/// Whether a channel is meant to work and does not.
fn is_broken(channel: &Channel) -> bool {
    matches!(
        channel.state,
        ChannelState::Error | ChannelState::Connecting
    )
}

/// What the vendor said last, as a line of the test.
fn as_known(channel: &Channel) -> Check {
    let message = match (channel.state, &channel.error) {
        (ChannelState::Active, _) => "The vendor accepted the account.",
        (ChannelState::Connecting, _) => "The vendor is being asked.",
        (ChannelState::Inactive, _) => "It is not connected.",
        (ChannelState::Error, Some(why)) => why,
        (ChannelState::Error, None) => "The vendor refused the account.",
    };
    Check {
        name: VENDOR,
        ok: channel.state == ChannelState::Active,
        message: message.to_owned(),
    }
}

/// What the vendor said, as a line of the test.
fn of_vendor(proved: Result<Connected, Broken>) -> Check {
    match proved {
        Ok(connected) => Check {
            name: VENDOR,
            ok: true,
            message: if connected.warnings.is_empty() {
                "The vendor accepts the account.".to_owned()
            } else {
                connected.warnings.join(" ")
            },
        },
        Err(Broken { what, refusal }) => Check {
            name: what.unwrap_or(VENDOR),
            ok: false,
            message: said(&refusal),
        },
    }
}

/// The vendor's words, and its code.
fn said(refusal: &Refusal) -> String {
    let error = refusal.error();
    match &error.vendor_code {
        Some(code) => format!("{} ({code})", error.message),
        None => error.message.clone(),
    }
}

impl From<Check> for Broken {
    fn from(check: Check) -> Self {
        Self {
            what: Some(check.name),
            refusal: Refusal::Account(SendError {
                reason: "configuration".to_owned(),
                vendor_code: None,
                message: check.message,
                retryable: true,
            }),
        }
    }
}
