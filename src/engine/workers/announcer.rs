//! Follows the event log and tells everybody who is connected, from the present on.

use crate::engine::context::Context;
use crate::engine::workers::Stop;
use crate::store::StoreError;
use crate::store::log;
use crate::store::log::Entries;

/// How many entries are read at a time.
const BATCH: usize = 500;

/// Follows the log until it is told to stop.
pub async fn run(context: Context, mut stop: Stop) {
    let mut published = context.store.published();
    let mut told = context.store.last_seq();
    loop {
        match tell(&context, told) {
            Ok(now) => told = now,
            Err(error) => tracing::error!("reading the event log failed: {error}"),
        }
        tokio::select! {
            () = stop.asked() => return,
            changed = published.changed() => if changed.is_err() { return },
        }
    }
}

/// Tells what came after `told`; the number of the last entry told.
fn tell(context: &Context, mut told: u64) -> Result<u64, StoreError> {
    loop {
        match log::read_after(&context.store.snapshot()?, told, BATCH)? {
            Entries::Next(entries) => {
                let Some(last) = entries.last() else {
                    return Ok(told);
                };
                told = last.seq;
                context.live.announce(entries);
            }
            // Nothing here needs the past: listeners read their own.
            Entries::TooOld { oldest } => told = oldest.saturating_sub(1),
            Entries::Ahead => return Ok(told),
        }
    }
}
