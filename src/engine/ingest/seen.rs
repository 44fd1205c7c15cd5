//! Telling a vendor that a customer's message was seen by us.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::model::channel::ChannelState;
use crate::model::ids::MessageId;
use crate::model::outbound::Sign;
use crate::model::outbound::Watcher;
use crate::store::records::channels;
use crate::store::records::messages;

/// Tells it once. A vendor that does not listen is not asked again: the customer misses a tick.
///
/// # Errors
/// The store's.
pub async fn tell(context: &Context, id: MessageId) -> Result<(), EngineError> {
    let read = context.store.snapshot()?;
    let Some(message) = messages::get(&read, id)? else {
        return Ok(());
    };
    let channel = channels::get(&read, message.channel_id)?;
    drop(read);
    let Some(channel) = channel.filter(|found| found.state == ChannelState::Active) else {
        return Ok(());
    };
    show(
        context,
        channel,
        Sign::Seen,
        &message.from,
        message.external_id(),
    )
    .await
}

/// Shows a customer what we do, where the channel can.
///
/// # Errors
/// The store's.
pub async fn show(
    context: &Context,
    channel: crate::model::channel::Channel,
    sign: Sign,
    address: &str,
    last_external_id: Option<&str>,
) -> Result<(), EngineError> {
    let mut line = Line::open(context, channel)?;
    let call = caught(|| {
        let watcher = Watcher {
            account: &line.account,
            address,
            last_external_id,
        };
        line.translation.show(sign, &watcher)
    });
    if !matches!(call, Ok(Some(_))) || line.renew().await.is_err() {
        return Ok(());
    }
    // Written again: renewing may have changed what stands in it.
    let watcher = Watcher {
        account: &line.account,
        address,
        last_external_id,
    };
    if let Ok(Some(call)) = caught(|| line.translation.show(sign, &watcher))
        && let Err(none) = line.call(call).await
    {
        tracing::debug!(channel.id = %line.channel.id, "a sign was not shown: {none:?}");
    }
    Ok(())
}
