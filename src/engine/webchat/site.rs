//! One web chat with its settings read: kept until the channel changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use crate::base::secret::Secret;
use crate::channels::webchat::origins::Access;
use crate::channels::webchat::origins::Allowed;
use crate::channels::webchat::origins::Evidence;
use crate::channels::webchat::origins::Origin;
use crate::channels::webchat::settings::Settings;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::store::records::channels;

/// A web chat, ready to be used.
pub struct Site {
    /// The channel.
    pub channel: Channel,
    /// Its settings.
    pub settings: Settings,
    /// The websites that may show it.
    pub allowed: Allowed,
    /// The key of proofs of identity.
    pub identity_secret: Secret<String>,
}

impl Site {
    pub(super) fn read(webchat: &Webchat, channel: Channel) -> Result<Self, WebchatError> {
        let account = webchat.context.account(&channel)?;
        let settings = Settings::of(&channel.settings);
        let secret = account.secret("identitySecret").unwrap_or_default();
        Ok(Self {
            allowed: settings.allowed(),
            identity_secret: Secret::new(secret.to_owned()),
            settings,
            channel,
        })
    }
}

impl Site {
    /// How long a browser stays known without use: an hour to a year.
    #[must_use]
    pub fn session_life(&self) -> Duration {
        const DAY: Duration = Duration::from_secs(24 * 3_600);
        let chosen = Duration::from_millis(self.settings.session_duration_ms);
        chosen.clamp(Duration::from_secs(3_600), DAY * 365)
    }
}

/// Web chats by channel, as they were read last.
#[derive(Default)]
pub struct Sites(Mutex<HashMap<ChannelId, Arc<Site>>>);

impl Webchat {
    /// A web chat that works.
    ///
    /// # Errors
    /// `channel_disabled`: there is none of that id, or it is switched off.
    pub fn site(&self, id: ChannelId) -> Result<Arc<Site>, WebchatError> {
        let closed = || Problem::new(Code::ChannelDisabled, "This chat is not available.");
        let channel = channels::get(&self.context.store.snapshot()?, id)?
            .filter(|channel| channel.kind.as_str() == "webchat" && channel.enabled)
            .ok_or_else(closed)?;
        let held = self
            .shared
            .sites
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = held.get(&id).cloned();
        drop(held);
        if let Some(site) = known
            && site.channel.revision == channel.revision
        {
            return Ok(site);
        }
        let site = Arc::new(Site::read(self, channel)?);
        let mut held = self
            .shared
            .sites
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        held.insert(id, site.clone());
        Ok(site)
    }

    /// Whether a request may come from where it comes from.
    ///
    /// # Errors
    /// `origin_not_allowed`, naming the origin so that the operator can add it.
    pub fn admit(
        &self,
        site: &Site,
        access: Access,
        evidence: Evidence<'_>,
    ) -> Result<(), WebchatError> {
        let own = Origin::parse(self.context.links.public_url());
        let judged = own.is_some_and(|own| site.allowed.judge(access, evidence, &own).is_ok());
        if judged {
            return Ok(());
        }
        if let (Access::Read, Some(origin)) = (access, evidence.origin) {
            let now = self.context.clock.now();
            self.shared.loads.note(site.channel.id, origin, false, now);
        }
        let from = evidence.origin.unwrap_or("a request without an origin");
        let message = format!("{from} is not among the allowed origins of this chat.");
        Err(Problem::new(Code::OriginNotAllowed, message).into())
    }
}
