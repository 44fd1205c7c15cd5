//! An installation made for measuring: an owner who is signed in, a web chat, and an account of a
//! vendor that posts signed webhooks.

use std::path::Path;
use std::path::PathBuf;

use crate::app::Offline;
use crate::app::World;
use crate::base::crypto::hex;
use crate::bench::BenchError;
use crate::config::Config;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::people::first_owner::FirstOwner;
use crate::engine::people::logins::Origin;
use crate::engine::setup::channels::NewChannel;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::ChannelKind;
use crate::model::ids::ChannelId;

/// The kind of the channel that a vendor posts to.
pub const VENDOR: &str = "whatsapp";
/// What the vendor calls our number.
pub const NUMBER_ID: &str = "106540352242922";

/// What a client of the installation needs to know.
#[derive(Debug, Clone)]
pub struct House {
    /// Where its data lies.
    pub folder: PathBuf,
    /// Its web chat.
    pub channel: ChannelId,
    /// The channel that a vendor posts to. The vendor is never asked anything.
    pub vendor: ChannelId,
    /// What webhooks to that are signed with.
    pub secret: String,
    /// The owner's cookie.
    pub cookie: String,
}

impl House {
    /// Builds one in a new folder.
    pub async fn build(folder: PathBuf) -> Result<Self, BenchError> {
        let offline = open(&folder)?;
        let built = furnish(&offline.engine, folder).await;
        offline.close();
        built.map_err(BenchError::while_doing("making an installation"))
    }

    /// Opens it without a server.
    pub fn open(&self) -> Result<Offline, BenchError> {
        open(&self.folder)
    }
}

/// Settings for a folder, all others as they come.
pub fn config(folder: &Path) -> Config {
    let mut config = Config::default();
    folder.clone_into(&mut config.server.data);
    config
}

fn open(folder: &Path) -> Result<Offline, BenchError> {
    Offline::open(&config(folder), World::default()).map_err(BenchError::new)
}

/// Fills an empty installation.
pub async fn furnish(engine: &Engine, folder: PathBuf) -> Result<House, EngineError> {
    engine.organisations.ensure().await?;
    let owner = FirstOwner {
        name: "Owner".to_owned(),
        email: "owner@example.com".to_owned(),
        password: engine.context.random.base62(20),
        from: None,
    };
    let owner = engine.logins.make_first_owner(&owner).await?;
    let signed_in = engine.logins.admit(owner, Origin::default()).await?;
    let system = Actor::system();
    let website = NewChannel {
        kind: ChannelKind::named("webchat"),
        name: "Website".to_owned(),
        config: Opaque::new(),
        metadata: Opaque::new(),
    };
    let website = engine.channels.create(&system, website).await?.channel;
    let website = engine.channels.connect(&system, website.id).await?;
    let secret = hex(&engine.context.random.bytes::<16>());
    let config = [
        ("phoneNumberId", NUMBER_ID),
        ("accessToken", "never used"),
        ("appSecret", &secret),
    ];
    let number = NewChannel {
        kind: ChannelKind::named(VENDOR),
        name: "Number".to_owned(),
        config: config
            .map(|(name, value)| (name.to_owned(), value.into()))
            .into_iter()
            .collect(),
        metadata: Opaque::new(),
    };
    let number = engine.channels.create(&system, number).await?.channel;
    Ok(House {
        folder,
        channel: website.id,
        vendor: number.id,
        secret,
        cookie: signed_in.token,
    })
}
