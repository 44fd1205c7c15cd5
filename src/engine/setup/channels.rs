//! Channels: made, configured, connected, deleted.

use std::time::Duration;

use serde_json::Value;

use crate::base::text::one_line;
use crate::channels::Channel as Translation;
use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::context::secret_place;
use crate::engine::error::EngineError;
use crate::engine::limits;
use crate::engine::limits::Resource;
use crate::engine::quiet;
use crate::engine::setup::afterwards;
use crate::engine::setup::instructions;
use crate::engine::setup::instructions::Instruction;
use crate::engine::setup::instructions::Subject;
use crate::engine::setup::patching::merge;
use crate::engine::setup::routing;
use crate::engine::setup::seats;
use crate::engine::setup::settings;
use crate::engine::setup::standing;
use crate::engine::setup::wrong::Wrong;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::channel::leads_to_sandbox;
use crate::model::event::ChannelEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::outbound::Measure;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;
use crate::model::routing::Routing;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::channels;

/// The longest name, in characters.
const NAME_MAX: usize = 80;

/// A channel to be made.
#[derive(Debug, Clone)]
pub struct NewChannel {
    /// Which kind.
    pub kind: ChannelKind,
    /// Its name among colleagues.
    pub name: String,
    /// Its settings and secrets.
    pub config: Opaque,
    /// What an API client keeps with it.
    pub metadata: Opaque,
}

/// What may be changed; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct ChannelChanges {
    /// The name.
    pub name: Option<String>,
    /// Whether it is switched on.
    pub enabled: Option<bool>,
    /// Settings, merged one level deep; null takes one out.
    pub config: Opaque,
    /// Metadata, merged one level deep.
    pub metadata: Opaque,
    /// Where new conversations go, in place of what was said before.
    pub routing: Option<Routing>,
    /// The revision the change was made from.
    pub revision: Option<u64>,
}

/// A channel that was just made: its generated secrets are shown this once.
#[derive(Debug, Clone)]
pub struct Made {
    /// The channel.
    pub channel: Channel,
    /// Secrets that were generated, in clear.
    pub secrets: Vec<(String, String)>,
    /// What is left to do by hand.
    pub instructions: Vec<Instruction>,
}

/// A row of the capability matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatrixRow {
    /// The kind.
    pub kind: &'static str,
    /// The name people know it by.
    pub name: &'static str,
    /// What it can carry.
    pub capabilities: &'static Capabilities,
    /// Whether a channel of the kind can be made here.
    pub available: bool,
}

/// Managing channels.
#[derive(Clone)]
pub struct Channels(pub Context);

impl Channels {
    /// Every channel, oldest first.
    ///
    /// # Errors
    /// The actor may not.
    pub fn list(&self, actor: &Actor) -> Result<Vec<Channel>, EngineError> {
        actor.require(Permission::ReadChannels)?;
        Ok(channels::list(&self.0.store.snapshot()?)?)
    }

    /// One channel.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn get(&self, actor: &Actor, id: ChannelId) -> Result<Channel, EngineError> {
        actor.require(Permission::ReadChannels)?;
        find(&self.0.store.snapshot()?, id)
    }

    /// Makes a channel. It is not connected yet.
    ///
    /// # Errors
    /// The actor may not; `INVALID_CHANNEL_TYPE`; `VALIDATION_ERROR` naming every wrong setting.
    pub async fn create(&self, actor: &Actor, new: NewChannel) -> Result<Made, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let mut wrong = Wrong::default();
        let name = wrong.kept(clean_name(&new.name))?.unwrap_or_default();
        let translation = self.translation(&new.kind)?;
        let mut config = new.config;
        settings::respell(translation.settings(), &mut config);
        translation.adopt(&mut config);
        let (sorted, misshapen) = settings::sort(translation.settings(), &config);
        wrong.settings(misshapen);
        let given = sorted.secrets.clone();
        let fresh: Vec<(String, String)> = settings::generated(
            translation.settings(),
            move |name| given.contains_key(name),
            &self.0.random,
        )
        .collect();
        let stamp = self.0.stamp();
        let mut pen = stamp.pen();
        let id: ChannelId = pen.id();
        let mut channel = Channel {
            metadata: new.metadata,
            ..Channel::new(id, new.kind, name, pen.now)
        };
        merge(&mut channel.settings, &sorted.open);
        channel.sandbox = leads_to_sandbox(&channel.settings);
        for (name, plain) in &sorted.secrets {
            self.seal(&mut channel, name, plain);
        }
        for (name, plain) in &fresh {
            self.seal(&mut channel, name, plain);
        }
        wrong.settings(self.wrong_settings(&channel)?);
        wrong.refuse()?;
        let seats = seats::of(&self.0, &channel);
        let context = self.0.clone();
        let actor = actor.clone();
        let stored = self.0.store.write("making a channel", move |tx| {
            seats::are_free(&context, tx, &seats, &channel)?;
            let mut pen = stamp.pen();
            let _same: ChannelId = pen.id();
            limits::one_more(tx, Resource::Channels)?;
            channels::put(tx, &channel)?;
            note(
                tx,
                &mut pen,
                &actor,
                "channel.created",
                &channel,
                Event::ChannelCreated,
            )?;
            Ok::<_, EngineError>(channel.clone())
        });
        let channel = stored.await?;
        Ok(Made {
            instructions: self.instructions(&channel, &fresh)?,
            channel,
            secrets: fresh,
        })
    }

    fn instructions(
        &self,
        channel: &Channel,
        fresh: &[(String, String)],
    ) -> Result<Vec<Instruction>, EngineError> {
        let translation = self.translation(&channel.kind)?;
        let subject = Subject {
            channel,
            guide: translation.guide(&channel.settings),
            settings: translation.settings(),
            is_own: self.capabilities(channel).own_transport,
            public_url: self.0.links.public_url(),
            webhook_url: &self.webhook_url(channel),
        };
        Ok(instructions::steps(&subject, fresh))
    }

    /// Changes a channel.
    ///
    /// # Errors
    /// The actor may not; there is none; somebody else changed it; a setting is wrong; another
    /// channel has the account already.
    pub async fn update(
        &self,
        actor: &Actor,
        id: ChannelId,
        changes: ChannelChanges,
    ) -> Result<Channel, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let held = find(&self.0.store.snapshot()?, id)?;
        let translation = self.translation(&held.kind)?;
        let mut config = changes.config.clone();
        settings::respell(translation.settings(), &mut config);
        translation.adopt(&mut config);
        let (sorted, misshapen) = settings::sort(translation.settings(), &config);
        let mut wrong = Wrong::default();
        let name = match &changes.name {
            Some(name) => wrong.kept(clean_name(name))?,
            None => None,
        };
        let routing = match &changes.routing {
            Some(routing) => wrong.kept(routing::checked(&self.0.store.snapshot()?, routing))?,
            None => None,
        };
        wrong.settings(misshapen);
        let before = seats::of(&self.0, &held);
        let is_elsewhere = |now: &Channel| {
            let seats = seats::of(&self.0, now);
            held.state != ChannelState::Inactive && !before.iter().all(|seat| seats.contains(seat))
        };
        let change = {
            let this = self.clone();
            move |channel: &mut Channel| -> Result<(), EngineError> {
                if changes
                    .revision
                    .is_some_and(|known| known != channel.revision)
                {
                    let message =
                        "Somebody changed this channel meanwhile; read it again before you save.";
                    return Err(Rejection::new(Code::RevisionMismatch, message).into());
                }
                if let Some(name) = &name {
                    channel.name.clone_from(name);
                }
                channel.enabled = changes.enabled.unwrap_or(channel.enabled);
                if let Some(routing) = &routing {
                    channel.routing.clone_from(routing);
                }
                merge(&mut channel.settings, &sorted.open);
                channel.sandbox = leads_to_sandbox(&channel.settings);
                merge(&mut channel.metadata, &changes.metadata);
                for (name, plain) in &sorted.secrets {
                    this.seal(channel, name, plain);
                }
                let mut wrong = wrong.clone();
                wrong.settings(this.wrong_settings(channel)?);
                Ok(wrong.refuse()?)
            }
        };
        let changed = self
            .change(actor, id, "channel.updated", Event::ChannelUpdated, change)
            .await?;
        if is_elsewhere(&changed) {
            self.release(held).await;
        }
        Ok(changed)
    }

    /// Brings what the vendor shows beside messages in line with the settings now, rather than soon.
    /// Within: why the vendor does not take it.
    ///
    /// # Errors
    /// The actor may not; there is no such channel.
    pub async fn publish(
        &self,
        actor: &Actor,
        id: ChannelId,
    ) -> Result<Result<(), String>, EngineError> {
        actor.require(Permission::ManageChannels)?;
        find(&self.0.store.snapshot()?, id)?;
        let published = afterwards::publish(&self.0, id).await?;
        if let Err(broken) = &published {
            afterwards::give_up(&self.0, id, broken).await?;
        }
        Ok(published.map_err(|broken| broken.refusal.error().message.clone()))
    }

    /// What each kind of channel can carry, in the order of the matrix.
    ///
    /// # Errors
    /// The actor may not.
    pub fn matrix(&self, actor: &Actor) -> Result<Vec<MatrixRow>, EngineError> {
        actor.require(Permission::ReadChannels)?;
        let registry = &self.0.channels;
        let rows = registry.rows().iter().map(|row| MatrixRow {
            kind: row.kind,
            name: row.name,
            capabilities: row.capabilities,
            available: registry.channel(&ChannelKind::named(row.kind)).is_some(),
        });
        Ok(rows.collect())
    }

    /// What a channel can carry.
    #[must_use]
    pub fn capabilities(&self, channel: &Channel) -> &'static Capabilities {
        let known = self.0.channels.capabilities(&channel.kind);
        known.unwrap_or(&Capabilities::PLAIN)
    }

    /// What a text would cost on a channel; none where that does not depend on its length.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub fn measure(
        &self,
        actor: &Actor,
        id: ChannelId,
        text: &str,
    ) -> Result<Option<Measure>, EngineError> {
        let channel = self.get(actor, id)?;
        let translation = self.translation(&channel.kind)?;
        Ok(translation.measure(&self.0.account(&channel)?, text))
    }

    /// Where a vendor reports what happens.
    #[must_use]
    pub fn webhook_url(&self, channel: &Channel) -> String {
        self.0.links.webhook(channel)
    }

    /// The settings as they may be shown: secrets masked.
    #[must_use]
    pub fn shown_settings(channel: &Channel) -> Opaque {
        settings::masked(&channel.settings, channel.secrets.keys())
    }

    pub(super) fn translation(&self, kind: &ChannelKind) -> Result<&dyn Translation, Rejection> {
        self.0.channels.channel(kind).ok_or_else(|| {
            let known: Vec<_> = self.0.channels.channels().map(Translation::kind).collect();
            let message = format!(
                "{kind} cannot be connected here; known types: {}.",
                known.join(", ")
            );
            Rejection::new(Code::InvalidChannelType, message)
        })
    }

    pub(super) fn seal(&self, channel: &mut Channel, name: &str, plain: &str) {
        let sealed = self
            .0
            .sealer
            .seal(&secret_place(channel.id, name), plain.as_bytes());
        channel.secrets.insert(name.to_owned(), sealed);
    }

    /// The channel's own checks, and that nothing it needs is missing.
    pub(super) fn check(&self, channel: &Channel) -> Result<(), EngineError> {
        let mut wrong = Wrong::default();
        wrong.settings(self.wrong_settings(channel)?);
        Ok(wrong.refuse()?)
    }

    /// What a channel needs and does not have, and what its own checks say of the rest.
    fn wrong_settings(&self, channel: &Channel) -> Result<Vec<FieldError>, EngineError> {
        let translation = self.translation(&channel.kind)?;
        let missing = translation
            .settings()
            .iter()
            .filter(|setting| {
                let has = channel.settings.contains_key(setting.name)
                    || channel.secrets.contains_key(setting.name);
                setting.required && !has
            })
            .map(|setting| FieldError {
                field: format!("config.{}", setting.name),
                message: format!("is missing: {}", setting.label),
            });
        let checked = translation.check(&self.0.account(channel)?);
        let under_config = |field: FieldError| FieldError {
            field: format!("config.{}", field.field),
            message: field.message,
        };
        let told = checked.err().unwrap_or_default();
        Ok(missing.chain(told.into_iter().map(under_config)).collect())
    }

    pub(super) async fn change(
        &self,
        actor: &Actor,
        id: ChannelId,
        action: &'static str,
        event: fn(ChannelEvent) -> Event,
        change: impl Fn(&mut Channel) -> Result<(), EngineError> + Send + 'static,
    ) -> Result<Channel, EngineError> {
        let stamp = self.0.stamp();
        let actor = actor.clone();
        let this = self.clone();
        self.0
            .store
            .write("changing a channel", move |tx| {
                let before = find(tx, id)?;
                let mut channel = before.clone();
                change(&mut channel)?;
                let wanted = seats::gained(&this.0, &before, &channel);
                seats::are_free(&this.0, tx, &wanted, &channel)?;
                let mut pen = stamp.pen();
                channel.revision += 1;
                channel.updated_at = pen.now;
                if this.connects_otherwise(&before, &channel) {
                    standing::reconnect(tx, &pen, &mut channel)?;
                }
                channels::put(tx, &channel)?;
                if quiet::differs(&before, &channel) {
                    quiet::look_again(tx, id, pen.now)?;
                }
                if channel.state == ChannelState::Error {
                    // What was wrong may be right now.
                    standing::check_after(tx, &pen, id, Duration::ZERO)?;
                }
                if channel.state == ChannelState::Active && channel.settings != before.settings {
                    afterwards::changed(tx, &pen, id, this.capabilities(&channel))?;
                }
                note(tx, &mut pen, &actor, action, &channel, event)?;
                Ok(channel)
            })
            .await
    }
}

/// Writes into the audit log and the event log what was done to a channel.
///
/// # Errors
/// The disk's.
pub(super) fn note(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    actor: &Actor,
    action: &str,
    channel: &Channel,
    event: fn(ChannelEvent) -> Event,
) -> Result<(), EngineError> {
    let details = Opaque::from_iter([("name".to_owned(), Value::from(channel.name.clone()))]);
    audit::note(tx, pen, actor, action, channel.id, details)?;
    pen.log(
        tx,
        event(ChannelEvent {
            channel_id: channel.id,
        }),
    )?;
    Ok(())
}

pub(super) fn find(read: &impl Read, id: ChannelId) -> Result<Channel, EngineError> {
    channels::get(read, id)?
        .ok_or_else(|| Rejection::not_found(Code::ChannelNotFound, "channel").into())
}

fn clean_name(name: &str) -> Result<String, Rejection> {
    let name = one_line(name);
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(Rejection::field(
            "name",
            format!("must be 1 to {NAME_MAX} characters long"),
        ));
    }
    Ok(name)
}
