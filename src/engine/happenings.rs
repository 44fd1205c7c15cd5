//! The log of a channel: what happened to it, for whoever looks after it.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::model::happening::Happening;
use crate::model::happening::HappeningKind;
use crate::model::ids::ChannelId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::happenings;

/// What strangers can bring about is written down once in so long.
const QUIET: Duration = Duration::from_secs(10);

/// Writes down that something happened to a channel.
///
/// # Errors
/// The disk's.
pub fn note(
    tx: &mut Tx<'_>,
    at: Timestamp,
    channel: ChannelId,
    kind: HappeningKind,
    text: &str,
) -> Result<(), StoreError> {
    let happening = Happening {
        at,
        kind,
        text: text.to_owned(),
    };
    happenings::add(tx, channel, happening)
}

/// Writes down by itself that something happened. It tells and decides nothing, so what goes wrong
/// here is logged and stops nobody.
pub async fn tell(context: &Context, channel: ChannelId, kind: HappeningKind, text: String) {
    let now = context.clock.now();
    let found = context
        .store
        .snapshot()
        .and_then(|read| is_due(&read, channel, kind, now));
    let told = match found {
        Ok(true) => {
            let write = context.store.write("writing a channel's log", move |tx| {
                // It may have been deleted meanwhile.
                if channels::get(tx, channel)?.is_some() && is_due(tx, channel, kind, now)? {
                    note(tx, now, channel, kind, &text)?;
                }
                Ok::<_, StoreError>(())
            });
            write.await
        }
        other => other.map(drop),
    };
    if let Err(error) = told {
        tracing::error!(channel.id = %channel, "a channel's log could not be written: {error}");
    }
}

/// Whether something is worth a line now.
fn is_due(
    read: &impl Read,
    channel: ChannelId,
    kind: HappeningKind,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !kind.is_cheap() {
        return Ok(true);
    }
    let all = happenings::list(read, channel)?;
    let last = all.iter().rev().find(|line| line.kind == kind);
    Ok(last.is_none_or(|last| now.since(last.at) >= QUIET))
}
