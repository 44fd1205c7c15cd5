//! Connects a channel of each kind to the stand-in for its vendor.

use std::collections::BTreeSet;

use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::setup::channels::NewChannel;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::sandbox::Sandbox;

/// One channel for the first account of each kind that can be connected. A vendor that does not want
/// one costs the demo that channel and nothing else; the log says why.
pub async fn connect(engine: &Engine, sandbox: &Sandbox) {
    let mut connected = BTreeSet::new();
    let vendors: Vec<(&str, &str, &str)> = sandbox
        .vendors()
        .map(|vendor| (vendor.name(), vendor.channel(), vendor.title()))
        .collect();
    for (account, kind, title) in vendors {
        let known = engine.context.channels.channel(&ChannelKind::named(kind));
        if known.is_none() || !connected.insert(kind) {
            continue;
        }
        if let Err(error) = open(engine, sandbox, account, kind, title).await {
            tracing::warn!("{title} is not connected to the sandbox: {error}");
        }
    }
}

async fn open(
    engine: &Engine,
    sandbox: &Sandbox,
    account: &str,
    kind: &str,
    title: &str,
) -> Result<(), EngineError> {
    let system = Actor::system();
    let settings = sandbox.settings(account).unwrap_or_default();
    let secret = settings
        .iter()
        .find(|(name, _)| *name == "verifyToken")
        .map(|(_, value)| value.clone())
        .unwrap_or_default();
    let config: Opaque = settings
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let new = NewChannel {
        kind: ChannelKind::named(kind),
        name: format!("Aurora {title}"),
        config,
        metadata: Opaque::new(),
    };
    let channel: Channel = engine.channels.create(&system, new).await?.channel;
    // Where the vendor learns the address from the channel itself, it is told once more below.
    engine.channels.connect(&system, channel.id).await?;
    if sandbox.wants_address(account) {
        let url = engine.channels.webhook_url(&channel);
        if let Err(refused) = sandbox.point(account, &url, &secret).await {
            tracing::warn!("{title} does not post to this demo: {refused}");
        }
    }
    Ok(())
}
