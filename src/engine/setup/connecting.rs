//! Connecting channels: proving them with the vendor, by hand or by themselves after an error.

use std::time::Duration;

use crate::channels::Channel as Translation;
use crate::engine::alerts;
use crate::engine::audit;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::happenings;
use crate::engine::setup::afterwards;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::channels::find;
use crate::engine::setup::checks::Check;
use crate::engine::setup::checks::SETTINGS;
use crate::engine::setup::checks::as_known;
use crate::engine::setup::checks::of_vendor;
use crate::engine::setup::secrets::VERIFY_TOKEN;
use crate::engine::setup::standing;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::model::actor::Actor;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::channel::Part;
use crate::model::channel::REPORTING;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::event::ChannelEvent;
use crate::model::event::Event;
use crate::model::happening::Happening;
use crate::model::happening::HappeningKind;
use crate::model::ids::ChannelId;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Renewed;
use crate::model::outbound::Step;
use crate::model::permission::Permission;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::happenings as records;

/// When a channel that was being connected is looked at if nobody heard how it ended: the program
/// stopped in between.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(10 * 60);

/// Why vendors refuse a key.
const KEY_REASONS: [&str; 2] = ["token_invalid", CREDENTIALS];
/// A name or a password is wrong.
const CREDENTIALS: &str = "credentials";

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
        let revision = channel.revision;
        let proved = self.prove(channel).await?;
        self.ended(actor, id, revision, proved, row).await
    }

    /// Disconnects a channel; what waits in its queue stays there.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub async fn disconnect(&self, actor: &Actor, id: ChannelId) -> Result<Channel, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let before = find(&self.0.store.snapshot()?, id)?;
        let change = |channel: &mut Channel| {
            channel.state = ChannelState::Inactive;
            channel.error = None;
            channel.error_about = None;
            Ok(())
        };
        let action = "channel.disconnected";
        let channel = self
            .change(actor, id, action, Event::ChannelDisconnected, change)
            .await?;
        if before.state != ChannelState::Inactive {
            self.release(before).await;
        }
        Ok(channel)
    }

    /// Has the vendor of a channel stop reporting to us. What comes of it is written into the
    /// channel's log and stops nothing.
    pub(super) async fn release(&self, channel: Channel) {
        let id = channel.id;
        let Ok(line) = Line::open(&self.0, channel) else {
            return;
        };
        let translation = line.translation;
        if self.is_needed_elsewhere(translation, &line.account) {
            return;
        }
        let next = |asked: &Asked<'_>| translation.release(asked);
        let first = Asked {
            account: &line.account,
            replies: &[],
            now: self.0.clock.now(),
        };
        if matches!(caught(|| next(&first)), Ok(Ok(Step::Done(())))) {
            return;
        }
        let (kind, text) = match line.hold(next).await {
            Ok(()) => (HappeningKind::Released, String::new()),
            Err(broken) => (
                HappeningKind::NotReleased,
                broken.refusal.error().message.clone(),
            ),
        };
        happenings::tell(&self.0, id, kind, text).await;
    }

    /// Whether another channel in service lives on what releasing an account would take away, as two
    /// do of which one is reached through the other's page.
    fn is_needed_elsewhere(&self, translation: &dyn Translation, account: &Account) -> bool {
        let shared = |translation: &dyn Translation, account: &Account| {
            caught(|| translation.shared_reports(account))
                .ok()
                .flatten()
        };
        let Some(ours) = shared(translation, account) else {
            return false;
        };
        let Ok(all) = self
            .0
            .store
            .snapshot()
            .and_then(|read| channels::list(&read))
        else {
            return false;
        };
        let mut others = all.into_iter().filter(|other| {
            other.id != account.channel_id && other.state != ChannelState::Inactive
        });
        others.any(|other| {
            let known = self.0.channels.channel(&other.kind);
            let Some((known, account)) = known.zip(self.0.account(&other).ok()) else {
                return false;
            };
            shared(known, &account).is_some_and(|theirs| theirs == ours)
        })
    }

    /// Whether a change touched what connects a channel to its vendor.
    pub(super) fn connects_otherwise(&self, before: &Channel, after: &Channel) -> bool {
        let Some(translation) = self.0.channels.channel(&after.kind) else {
            return false;
        };
        let differs = |setting: &&Setting| {
            setting.part != Part::Behaviour
                && (before.settings.get(setting.name) != after.settings.get(setting.name)
                    || before.secrets.get(setting.name) != after.secrets.get(setting.name))
        };
        let has_vendor = !translation.capabilities().own_transport;
        has_vendor && translation.settings().iter().any(|one| differs(&one))
    }

    /// The setting that a refusal is about, where it can be told.
    pub(super) fn blamed(&self, channel: &Channel, broken: &Broken) -> Option<String> {
        let table = self.0.channels.channel(&channel.kind)?.settings();
        let named = table
            .iter()
            .find(|setting| Some(setting.name) == broken.what);
        let brought = Shape::Secret { generated: None };
        let secret = || {
            table.iter().find(|setting| {
                setting.shape == brought
                    && setting.counts(&channel.settings)
                    && channel.secrets.contains_key(setting.name)
            })
        };
        // Whatever was asked about: a key that does not fit is the key's fault.
        let reason = broken.refusal.error().reason.as_str();
        // Where an account has two, it was asked about one of them.
        let tried = named.filter(|one| one.shape == brought && reason == CREDENTIALS);
        let blamed = if KEY_REASONS.contains(&reason) {
            tried.or_else(secret)
        } else {
            named
        };
        blamed.map(|setting| setting.name.to_owned())
    }

    /// What happened to a channel lately, newest first.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn happenings(&self, actor: &Actor, id: ChannelId) -> Result<Vec<Happening>, EngineError> {
        actor.require(Permission::ReadChannels)?;
        let read = self.0.store.snapshot()?;
        find(&read, id)?;
        let mut all = records::list(&read, id)?;
        all.reverse();
        Ok(all)
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

    /// The address of a channel's webhooks with what proves a call written into it, where its vendor
    /// signs nothing, for whoever has to enter it there.
    ///
    /// # Errors
    /// The actor may not; there is no such channel.
    pub fn proving_url(&self, actor: &Actor, id: ChannelId) -> Result<Option<String>, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let channel = find(&self.0.store.snapshot()?, id)?;
        let translation = self.0.channels.channel(&channel.kind);
        let account = self.0.account(&channel)?;
        Ok(translation.and_then(|one| one.proving_url(&account)))
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
        let looked_at = (held.state, held.revision);
        let proved = self.prove_again(held).await?;
        let stamp = self.0.stamp();
        let this = self.clone();
        self.0
            .store
            .write("looking at a channel again", move |tx| {
                let Some(mut channel) = channels::get(tx, id)?.filter(is_broken) else {
                    return Ok(Rechecked::Done);
                };
                if (channel.state, channel.revision) != looked_at {
                    // Of what was changed meanwhile, or is being connected, this look knows nothing.
                    return Ok(Rechecked::StillBroken);
                }
                match &proved {
                    Ok(connected) => {
                        let mut pen = stamp.pen();
                        standing::works(tx, &mut pen, &mut channel, connected)?;
                        afterwards::connected(tx, &pen, id, row)?;
                        Ok(Rechecked::Done)
                    }
                    Err(broken) => {
                        let mut pen = stamp.pen();
                        channel.checked_at = Some(pen.now);
                        if channel.error_about.as_deref() != Some(REPORTING) {
                            channel.error_about = this.blamed(&channel, broken);
                        }
                        still_broken(tx, &mut pen, &mut channel, &broken.refusal.error().message)?;
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

    /// The same for a channel that nobody looks at. One whose vendor reports to somebody else is
    /// not taken back by itself: two programs would take it from one another for ever.
    async fn prove_again(
        &self,
        channel: Channel,
    ) -> Result<Result<Connected, Broken>, EngineError> {
        if channel.error_about.as_deref() == Some(REPORTING)
            && let Some(Err(broken)) = self.look(channel.clone()).await?
        {
            return Ok(Err(broken));
        }
        self.prove(channel).await
    }

    async fn ask_vendor(&self, channel: Channel) -> Result<Result<Connected, Broken>, EngineError> {
        let mut line = Line::open(&self.0, channel)?;
        if let Err(broken) = line.renew().await {
            return Ok(Err(broken));
        }
        let translation = line.translation;
        let mut proved = line.hold(|asked| translation.connect(asked)).await;
        let is_of_key =
            |broken: &Broken| KEY_REASONS.contains(&broken.refusal.error().reason.as_str());
        if proved.as_ref().is_err_and(is_of_key) {
            match line.renew_refused().await {
                Ok(true) => proved = line.hold(|asked| translation.connect(asked)).await,
                Ok(false) => {}
                Err(broken) => return Ok(Err(broken)),
            }
        }
        let made_up = proved
            .as_mut()
            .map(|connected| std::mem::take(&mut connected.secrets));
        let secrets = made_up.unwrap_or_default();
        if !secrets.is_empty() {
            let kept = Renewed {
                secrets,
                ..Renewed::default()
            };
            if let Err(broken) = line.keep(kept).await {
                return Ok(Err(broken));
            }
        }
        Ok(proved)
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
                channel.error_about = None;
                channels::put(tx, &channel)?;
                let channel_id = channel.id;
                pen.log(tx, Event::ChannelUpdated(ChannelEvent { channel_id }))?;
                standing::check_after(tx, &pen, id, FORGOTTEN_AFTER)?;
                Ok(channel)
            })
            .await
    }

    /// Writes down how connecting ended; a channel that was disconnected meanwhile stays so, and one
    /// that was changed is looked at once more.
    async fn ended(
        &self,
        actor: &Actor,
        id: ChannelId,
        revision: u64,
        proved: Result<Connected, Broken>,
        row: &'static Capabilities,
    ) -> Result<Channel, EngineError> {
        let stamp = self.0.stamp();
        let actor = actor.clone();
        let this = self.clone();
        self.0
            .store
            .write("ending to connect a channel", move |tx| {
                let mut channel = find(tx, id)?;
                if channel.state != ChannelState::Connecting {
                    return Ok(channel);
                }
                let mut pen = stamp.pen();
                if channel.revision != revision {
                    standing::check_after(tx, &pen, id, Duration::ZERO)?;
                    return Ok(channel);
                }
                channel.revision += 1;
                channel.error_about = proved
                    .as_ref()
                    .err()
                    .and_then(|broken| this.blamed(&channel, broken));
                settle(tx, &mut pen, &actor, &mut channel, &proved)?;
                if proved.is_ok() {
                    afterwards::connected(tx, &pen, id, row)?;
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

/// Writes down that looking again found a channel no better. One that was being connected breaks
/// now, which operators must hear of: nobody may be looking.
fn still_broken(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &mut Channel,
    why: &str,
) -> Result<(), StoreError> {
    if channel.state == ChannelState::Connecting {
        alerts::watch(tx, pen, channel.id)?;
        return standing::broke(tx, pen, channel, why);
    }
    if channel.error.as_deref() != Some(why) {
        happenings::note(tx, pen.now, channel.id, HappeningKind::NotAccepted, why)?;
    }
    channel.error = Some(why.to_owned());
    channels::put(tx, channel)
}

/// Whether a channel is meant to work and does not.
fn is_broken(channel: &Channel) -> bool {
    matches!(
        channel.state,
        ChannelState::Error | ChannelState::Connecting
    )
}
