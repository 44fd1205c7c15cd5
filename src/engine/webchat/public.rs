//! What a page may know before anybody acts: the public settings.

use serde_json::Value;

use crate::channels::webchat::config;
use crate::channels::webchat::config::Facts;
use crate::channels::webchat::origins::frame_ancestors;
use crate::channels::webchat::settings::Face;
use crate::engine::error::EngineError;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::faces;
use crate::engine::webchat::site::Site;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::records::channels;
use crate::store::records::organisation;

/// The widget's files that a page will ask for.
#[derive(Debug, Clone, Copy)]
pub struct Bundle<'a> {
    /// The version of its files.
    pub hash: &'a str,
    /// The languages it speaks.
    pub languages: &'a [&'a str],
}

impl Webchat {
    /// The public settings of a web chat, in the nearest language there is.
    ///
    /// # Errors
    /// The store's.
    pub fn public(
        &self,
        site: &Site,
        language: Option<&str>,
        bundle: Bundle<'_>,
    ) -> Result<Value, WebchatError> {
        let read = self.context.store.snapshot()?;
        let pictures = self.pictures(site);
        let mut team = faces::team(&read)?;
        // Those who are here come first.
        team.sort_by_key(|user| !self.is_here(user));
        let team: Vec<Face> = team
            .into_iter()
            .map(|user| Face {
                avatar_url: pictures.of(&user),
                name: user.name,
            })
            .collect();
        let facts = Facts {
            channel_id: site.channel.id,
            name: &self.business(site)?,
            hash: bundle.hash,
            base_url: self.context.links.public_url(),
            language: language.unwrap_or(&site.settings.default_language),
            languages: bundle.languages,
            availability: self.availability(site)?,
            team: &team,
            mails: self.mail_channel(site)?.is_some(),
        };
        Ok(config::config(&site.settings, &facts))
    }

    /// The public settings as they would be with other settings, for whoever is about to save them.
    /// What is wrong in them has its default.
    ///
    /// # Errors
    /// The actor may not; there is no such chat.
    pub fn preview(
        &self,
        actor: &Actor,
        id: ChannelId,
        settings: &Opaque,
        language: Option<&str>,
        bundle: Bundle<'_>,
    ) -> Result<Value, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let found = channels::get(&self.context.store.snapshot()?, id)?;
        let mut channel =
            found.ok_or_else(|| Rejection::not_found(Code::ChannelNotFound, "channel"))?;
        channel.settings.clone_from(settings);
        let broken = |error: WebchatError| EngineError::Broken(format!("a preview: {error}"));
        let site = Site::read(self, channel).map_err(broken)?;
        self.public(&site, language, bundle).map_err(broken)
    }

    /// The name visitors see.
    ///
    /// # Errors
    /// The store's.
    pub fn business(&self, site: &Site) -> Result<String, WebchatError> {
        let found = organisation::get(&self.context.store.snapshot()?)?;
        let name = found.map(|organisation| organisation.name);
        Ok(name.unwrap_or_else(|| site.channel.name.clone()))
    }
}

impl Site {
    /// The websites that may show the full-page chat in a frame, as a policy says it.
    #[must_use]
    pub fn frame_ancestors(&self) -> String {
        frame_ancestors(&self.settings.allowed_origins)
    }
}
