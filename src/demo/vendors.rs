//! Connects a channel of each kind to the stand-in for its vendor.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::demo::sample;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::setup::channels::NewChannel;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::sandbox::Sandbox;
use crate::sandbox::act::Act;
use crate::sandbox::act::Letter;
use crate::sandbox::files::Chosen;

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
    if kind == "email" {
        write(sandbox, account);
    }
    Ok(())
}

/// Lets the customer of a mail service write the sample mails.
fn write(sandbox: &Sandbox, account: &str) {
    let customer = sandbox.look(|world| {
        let its = world.accounts.get(account)?;
        its.chats.keys().next().cloned()
    });
    let Some(customer) = customer else {
        return;
    };
    for mail in sample::MAILS {
        let letter = Letter {
            subject: mail.subject.to_owned(),
            text: mail.text.to_owned(),
            cc: mail.cc.iter().map(|&address| address.to_owned()).collect(),
            files: mail
                .file
                .into_iter()
                .map(|(name, text)| Chosen {
                    mime_type: "text/csv".to_owned(),
                    filename: name.to_owned(),
                    bytes: Arc::from(text.as_bytes()),
                })
                .collect(),
            ..Letter::default()
        };
        if let Err(refused) = sandbox.act(account, &customer, Act::Mail(letter)) {
            tracing::warn!("a sample mail is not written: {refused}");
        }
    }
}
