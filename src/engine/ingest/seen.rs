//! Telling a vendor that a customer's message was seen by us.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::model::Opaque;
use crate::model::channel::ChannelState;
use crate::model::ids::MessageId;
use crate::model::message::Direction;
use crate::model::outbound::Account;
use crate::model::outbound::Sign;
use crate::model::outbound::Watcher;
use crate::store::Direction as Order;
use crate::store::records::channels;
use crate::store::records::messages;

/// How many messages that were seen at once are told of at most.
const TOLD_MAX: usize = 200;

/// Tells it once, of a message and those before it after a position. A vendor that does not listen
/// is not asked again: the customer misses a tick.
///
/// # Errors
/// The store's.
pub async fn tell(context: &Context, id: MessageId, after: u32) -> Result<(), EngineError> {
    let read = context.store.snapshot()?;
    let Some(message) = messages::get(&read, id)? else {
        return Ok(());
    };
    let channel = channels::get(&read, message.channel_id)?;
    let from = Some(message.position + 1);
    let conversation = message.conversation_id;
    let seen = messages::near(&read, conversation, from, Order::Backward, TOLD_MAX)?;
    let seen: Vec<Opaque> = seen
        .into_iter()
        .take_while(|one| one.position > after)
        .filter(|one| one.direction == Direction::Inbound)
        .map(|one| one.metadata)
        .collect();
    drop(read);
    let Some(channel) = channel.filter(|found| found.state == ChannelState::Active) else {
        return Ok(());
    };
    let whom = Whom {
        address: &message.from,
        last_external_id: message.external_id(),
        seen: &seen,
    };
    show(context, channel, Sign::Seen, whom).await
}

/// Who is shown something.
#[derive(Debug, Clone, Copy)]
pub struct Whom<'a> {
    /// The customer's address.
    pub address: &'a str,
    /// The vendor's id of the customer's newest message.
    pub last_external_id: Option<&'a str>,
    /// What is kept with each message that was seen for the first time.
    pub seen: &'a [Opaque],
}

impl<'a> Whom<'a> {
    fn through(self, account: &'a Account) -> Watcher<'a> {
        Watcher {
            account,
            address: self.address,
            last_external_id: self.last_external_id,
            seen: self.seen,
        }
    }
}

/// Shows a customer what we do, where the channel can.
///
/// # Errors
/// The store's.
pub async fn show(
    context: &Context,
    channel: crate::model::channel::Channel,
    sign: Sign,
    whom: Whom<'_>,
) -> Result<(), EngineError> {
    let mute = &context.vendors.mute;
    if sign == Sign::Typing && mute.holds(&channel) {
        return Ok(());
    }
    let mut line = Line::open(context, channel)?;
    let call = caught(|| {
        let watcher = whom.through(&line.account);
        line.translation.show(sign, &watcher)
    });
    if !matches!(call, Ok(Some(_))) || line.renew().await.is_err() {
        return Ok(());
    }
    // Written again: renewing may have changed what stands in it.
    let watcher = whom.through(&line.account);
    let Ok(Some(call)) = caught(|| line.translation.show(sign, &watcher)) else {
        return Ok(());
    };
    match line.call(call).await {
        Err(none) => {
            tracing::debug!(channel.id = %line.channel.id, "a sign was not shown: {none:?}");
        }
        Ok(reply) => {
            let cannot = caught(|| line.translation.cannot_show(&reply)).unwrap_or(false);
            if sign == Sign::Typing && cannot && mute.note(&line.channel) {
                tracing::warn!(channel.id = %line.channel.id, "the vendor cannot show that somebody types");
            }
        }
    }
    Ok(())
}
