//! Wakes sleeping conversations, and clears away what nobody needs any more.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::files::UNUSED_KEPT;
use crate::engine::inbox::moves;
use crate::engine::inbox::moves::Terms;
use crate::engine::workers::Stop;
use crate::engine::workers::retention;
use crate::engine::workers::sweep;
use crate::model::conversation::Move;
use crate::store::log;
use crate::store::records::attachments;
use crate::store::records::conversations;
use crate::store::records::dedup;
use crate::store::records::idempotency;
use crate::store::records::passes;
use crate::store::records::sessions;
use crate::store::records::visitors;

/// How often sleeping conversations are looked at, when nothing else wakes the loop.
const WAKE_EVERY: Duration = Duration::from_secs(1);
/// How often old things are cleared.
const CLEAR_EVERY: Duration = Duration::from_secs(60);
/// How often stored files are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(6 * 3_600);
/// Rows changed in one transaction.
const BATCH: usize = 200;
/// How long answers under idempotency keys are kept.
const IDEMPOTENCY_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How long the event log is kept.
const LOG_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Works until it is told to stop.
pub async fn run(context: Context, mut stop: Stop) {
    let mut cleared: Option<Timestamp> = None;
    // A start is no quiet hour: the first sweep comes later.
    let mut swept = context.clock.now();
    loop {
        if let Err(error) = wake(&context).await {
            tracing::error!("waking conversations failed: {error}");
        }
        let now = context.clock.now();
        if cleared.is_none_or(|last| now.since(last) >= CLEAR_EVERY) {
            cleared = Some(now);
            if let Err(error) = clear(&context, now).await {
                tracing::error!("clearing old things failed: {error}");
            }
            if let Err(error) = retention::work(&context).await {
                tracing::error!("keeping to the days of conversations failed: {error}");
            }
        }
        if now.since(swept) >= SWEEP_EVERY {
            swept = now;
            if let Err(error) = retention::work_of_chats(&context).await {
                tracing::error!("keeping to the days of web chats failed: {error}");
            }
            if let Err(error) = sweep::work(&context).await {
                tracing::error!("sweeping files failed: {error}");
            }
        }
        tokio::select! {
            () = stop.asked() => return,
            () = tokio::time::sleep(WAKE_EVERY) => {}
        }
    }
}

/// Wakes every conversation whose time has come.
///
/// # Errors
/// The disk's.
pub async fn wake(context: &Context) -> Result<(), EngineError> {
    let now = context.clock.now();
    if conversations::due_to_wake(&context.store.snapshot()?, now, 1)?.is_empty() {
        return Ok(());
    }
    let stamp = context.stamp();
    context
        .store
        .write("waking conversations", move |tx| {
            let mut pen = stamp.pen();
            for id in conversations::due_to_wake(tx, now, BATCH)? {
                let Some(mut found) = conversations::get(tx, id)? else {
                    continue;
                };
                moves::make(
                    tx,
                    &mut pen,
                    &mut found,
                    Move::Wake,
                    Terms::default(),
                    "linktor",
                )?;
            }
            Ok(())
        })
        .await
}

async fn clear(context: &Context, now: Timestamp) -> Result<(), EngineError> {
    let store = &context.store;
    store
        .write("clearing old things", move |tx| {
            idempotency::forget(tx, now.minus(IDEMPOTENCY_KEPT), BATCH)?;
            dedup::forget(tx, now, BATCH)?;
            passes::forget(tx, now)?;
            log::forget(tx, now.minus(LOG_KEPT), BATCH)?;
            for session in sessions::list(tx)?
                .into_iter()
                .filter(|held| held.expires_at < now)
            {
                sessions::remove(tx, &session)?;
            }
            for session in visitors::sessions(tx)?
                .into_iter()
                .filter(|held| held.expires_at < now)
            {
                visitors::remove_session(tx, &session)?;
            }
            Ok::<_, EngineError>(())
        })
        .await?;
    clear_uploads(context, now).await
}

/// Forgets uploads that no message took; their bytes go with the next sweep.
async fn clear_uploads(context: &Context, now: Timestamp) -> Result<(), EngineError> {
    let until = now.minus(UNUSED_KEPT);
    let unused = attachments::unused_before(&context.store.snapshot()?, until, BATCH)?;
    if unused.is_empty() {
        return Ok(());
    }
    context
        .store
        .write("clearing unused uploads", move |tx| {
            for upload in attachments::unused_before(tx, until, BATCH)? {
                attachments::remove(tx, upload.id)?;
            }
            Ok::<_, EngineError>(())
        })
        .await
}
