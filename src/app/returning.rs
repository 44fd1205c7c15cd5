//! Channels on the vendors in the box, after a restart: the sandbox forgets when the server stops,
//! so their accounts are opened again and told anew where to report.

use crate::app::error::StartError;
use crate::demo;
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::model::actor::Actor;
use crate::model::channel::ChannelState;
use crate::model::ids::ChannelId;
use crate::sandbox::Sandbox;
use crate::store::records::channels;

/// A channel in service, and its account in the sandbox.
type Returned = (ChannelId, String);

/// Opens the accounts of all channels on the sandbox again; those in service.
///
/// # Errors
/// [`StartError`]: the store cannot be read.
pub fn reopen(context: &Context, sandbox: &Sandbox) -> Result<Vec<Returned>, StartError> {
    let read = context.store.snapshot().map_err(StartError::new)?;
    let all = channels::list(&read).map_err(StartError::new)?;
    let mut returned = Vec::new();
    for channel in all.into_iter().filter(|channel| channel.sandbox) {
        // One whose secrets cannot be opened says so wherever it is used.
        let Ok(held) = context.account(&channel) else {
            continue;
        };
        let holds =
            |name: &str, value: &str| [held.text(name), held.secret(name)].contains(&Some(value));
        let account = sandbox.reopen(channel.kind.as_str(), holds);
        let in_service = channel.enabled && channel.state != ChannelState::Inactive;
        returned.extend(account.filter(|_| in_service).map(|id| (channel.id, id)));
    }
    Ok(returned)
}

/// Has the accounts report to their channels again. One that does not want to costs that channel and
/// nothing else; its page says why.
pub async fn report(engine: Engine, sandbox: Sandbox, returned: Vec<Returned>) {
    for (id, account) in returned {
        match engine.channels.connect(&Actor::system(), id).await {
            Ok(channel) => {
                if let Err(error) = demo::point(&engine, &sandbox, &channel, &account).await {
                    tracing::warn!("{account} of the sandbox does not report: {error}");
                }
            }
            Err(error) => tracing::warn!("{account} of the sandbox is not connected: {error}"),
        }
    }
}
