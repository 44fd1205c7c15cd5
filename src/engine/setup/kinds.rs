//! The kinds of channels that can be added, and what a person needs to know of each.

use crate::engine::audit;
use crate::engine::error::EngineError;
use crate::engine::setup::afterwards;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::channels::find;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::channel::Setting;
use crate::model::guide::Guide;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// A kind of channel.
#[expect(clippy::struct_field_names, reason = "the word everybody uses")]
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The kind, as it stands in addresses.
    pub kind: &'static str,
    /// The name people know it by.
    pub name: &'static str,
    /// How one is connected.
    pub guide: &'static Guide,
    /// Its settings, in the order of the form.
    pub settings: &'static [Setting],
    /// Whether it is carried by linktor itself rather than by a vendor.
    pub is_own: bool,
    /// Whether the first message may be ours.
    pub begins: bool,
}

impl Kind {
    /// The setting that is chosen before all others, because it decides which of them count.
    #[must_use]
    pub fn hinge(&self) -> Option<&'static Setting> {
        let name = self.settings.iter().find_map(|setting| setting.when)?.name;
        self.settings.iter().find(|setting| setting.name == name)
    }
}

impl Channels {
    /// Every kind that can be added, in the order of the matrix.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let known = self.0.channels.channels();
        known
            .filter_map(|known| self.kind(&ChannelKind::named(known.kind()), &Opaque::new()))
            .collect()
    }

    /// A kind as accounts with these settings see it; none while it cannot be connected.
    #[must_use]
    pub fn kind(&self, kind: &ChannelKind, settings: &Opaque) -> Option<Kind> {
        let translation = self.0.channels.channel(kind)?;
        let row = translation.capabilities();
        Some(Kind {
            kind: translation.kind(),
            name: translation.name(),
            guide: translation.guide(settings),
            settings: translation.settings(),
            is_own: row.own_transport,
            begins: row.starts_conversations,
        })
    }

    /// Has what the vendor shows of a channel brought in line with its settings once more.
    ///
    /// # Errors
    /// The actor may not; there is none; it is not connected.
    pub async fn publish_again(&self, actor: &Actor, id: ChannelId) -> Result<(), EngineError> {
        actor.require(Permission::ManageChannels)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        let this = self.clone();
        self.0
            .store
            .write("publishing a channel again", move |tx| {
                let channel = find(tx, id)?;
                if channel.state != ChannelState::Active {
                    let message = "The channel is not connected.";
                    return Err(Rejection::new(Code::ChannelNotConnected, message).into());
                }
                let mut pen = stamp.pen();
                afterwards::changed(tx, &pen, id, this.capabilities(&channel))?;
                let named = audit::named(&channel.name);
                audit::note(tx, &mut pen, &actor, "channel.published", id, named)?;
                Ok(())
            })
            .await
    }
}
