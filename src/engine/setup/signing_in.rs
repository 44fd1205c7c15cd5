//! Letting us into a vendor's account by signing in there, on a page of the vendor's.
//!
//! What comes back with the person is sealed by us and names who went: nobody else can bring in an
//! account of theirs.

use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use url::Url;

use crate::base::crypto::base64url;
use crate::base::crypto::from_base64url;
use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::engine::audit;
use crate::engine::error::EngineError;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::channels::find;
use crate::engine::setup::wrong::all_wrong;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::declined;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::ids::ApiKeyId;
use crate::model::ids::ChannelId;
use crate::model::ids::SessionId;
use crate::model::outbound::Asked;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::visit::Visit;

/// Where vendors send people back to, below the public address. It is entered at the vendor.
pub const BACK: &str = "/app/oauth/callback";

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// For what the state of a visit is sealed.
const PLACE: &str = "channel/sign-in";

/// What is known of a person who is at a vendor.
#[derive(Serialize, Deserialize)]
struct Away {
    channel: ChannelId,
    whose: String,
    back: String,
    verifier: String,
    until: Timestamp,
}

/// Who goes to a vendor, and comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A person, in a session.
    Session(SessionId),
    /// A program, with a key.
    Key(ApiKeyId),
}

impl Whose {
    fn name(self) -> String {
        match self {
            Self::Session(id) => id.to_string(),
            Self::Key(id) => id.to_string(),
        }
    }
}

/// What a vendor sends a person back with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Returned {
    /// What went along.
    pub state: String,
    /// What is exchanged for access; none where the person said no, or the vendor did.
    pub code: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// The same in words.
    pub error_description: Option<String>,
}

impl Channels {
    /// The address that vendors send people back to.
    #[must_use]
    pub fn sign_in_back(&self) -> String {
        format!("{}{BACK}", self.0.links.public_url())
    }

    /// The page of the vendor's on which a person lets us into the account of a channel. The vendor
    /// sends that person to `back`, which has to be entered there.
    ///
    /// # Errors
    /// The actor may not; there is no such channel; its accounts are not opened so, or something is
    /// missing in its settings.
    pub fn sign_in_page(
        &self,
        actor: &Actor,
        whose: Whose,
        id: ChannelId,
        back: Option<Url>,
    ) -> Result<String, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let line = Line::open(&self.0, find(&self.0.store.snapshot()?, id)?)?;
        let back = back.map_or_else(|| self.sign_in_back(), String::from);
        let away = Away {
            channel: id,
            whose: whose.name(),
            back: back.clone(),
            verifier: base64url(&self.0.random.bytes::<32>()),
            until: self.0.clock.now().plus(PATIENCE),
        };
        let plain = serde_json::to_vec(&away)
            .map_err(|error| EngineError::Broken(format!("a visit was not written: {error}")))?;
        let visit = Visit {
            back,
            state: base64url(&self.0.sealer.seal(PLACE, &plain)),
            verifier: Secret::new(away.verifier),
        };
        let page = line.translation.sign_in_at(&line.account, &visit);
        let page = page.map_err(all_wrong)?;
        let none = || {
            let message =
                "This channel's account is not opened by signing in. Choose with whom first.";
            Rejection::new(Code::ValidationError, message)
        };
        Ok(page.ok_or_else(none)?)
    }

    /// Takes the access that a person brings back, and connects the channel with it.
    ///
    /// # Errors
    /// The actor may not; it is not who went, or it took too long; the vendor gives no access.
    pub async fn signed_in(
        &self,
        actor: &Actor,
        whose: Whose,
        returned: Returned,
    ) -> Result<Channel, EngineError> {
        actor.require(Permission::ManageChannels)?;
        let stale = || {
            let message = "This sign-in was begun elsewhere or too long ago. Begin it again on the channel's page.";
            Rejection::new(Code::ValidationError, message)
        };
        let sealed = from_base64url(&returned.state).ok_or_else(stale)?;
        let plain = self.0.sealer.open(PLACE, &sealed).map_err(|_| stale())?;
        let away: Away = serde_json::from_slice(&plain).map_err(|_| stale())?;
        if away.whose != whose.name() || away.until < self.0.clock.now() {
            return Err(stale().into());
        }
        let code = returned.code.filter(|code| !code.is_empty());
        let refused = returned.error_description.or(returned.error);
        let code = code.ok_or_else(|| {
            let why = refused.unwrap_or_else(|| "nobody said why".to_owned());
            let message = format!("The provider did not let us in: {why}");
            Rejection::new(Code::ValidationError, message)
        })?;
        let visit = Visit {
            back: away.back,
            state: returned.state,
            verifier: Secret::new(away.verifier),
        };
        let line = Line::open(&self.0, find(&self.0.store.snapshot()?, away.channel)?)?;
        let translation = line.translation;
        let next = |asked: &Asked<'_>| translation.let_in(&code, &visit, asked);
        let given = line.hold(next).await;
        let given = given.map_err(|broken| not_given(&broken))?;
        let kept = line.keep(given).await;
        kept.map_err(|broken| not_given(&broken))?;
        self.note_sign_in(actor, &line.channel).await?;
        self.connect(actor, away.channel).await
    }

    async fn note_sign_in(&self, actor: &Actor, channel: &Channel) -> Result<(), EngineError> {
        let (actor, id) = (actor.clone(), channel.id);
        let named = audit::named(&channel.name);
        let stamp = self.0.stamp();
        self.0
            .store
            .write("noting that somebody signed in", move |tx| {
                let mut pen = stamp.pen();
                let named = named.clone();
                Ok(audit::note(
                    tx,
                    &mut pen,
                    &actor,
                    "channel.signedIn",
                    id,
                    named,
                )?)
            })
            .await
    }
}

/// Why there is no access, for the person who came back: something in the settings or at the provider
/// is to be mended.
fn not_given(broken: &Broken) -> Rejection {
    Rejection {
        code: Code::ValidationError,
        ..declined(&broken.refusal)
    }
}
