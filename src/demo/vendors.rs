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
    engine.channels.connect(&system, channel.id).await?;
    // Where the vendor learns the address from the channel itself, there is nothing to tell.
    point(engine, sandbox, &channel, account).await
}

/// Tells an account where to report, as a person would, where the channel cannot tell it by itself.
///
/// # Errors
/// The engine's. An account that does not want the address says so in the log.
pub async fn point(
    engine: &Engine,
    sandbox: &Sandbox,
    channel: &Channel,
    account: &str,
) -> Result<(), EngineError> {
    if !sandbox.wants_address(account) {
        return Ok(());
    }
    let secret = engine
        .channels
        .verify_token(&Actor::system(), channel.id)?
        .unwrap_or_default();
    let url = engine.channels.webhook_url(channel);
    if let Err(refused) = sandbox.point(account, &url, &secret).await {
        tracing::warn!("{account} of the sandbox does not report: {refused}");
    }
    Ok(())
}
