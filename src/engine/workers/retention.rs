//! What happens to conversations by themselves after days: idle ones are resolved, old ones are
//! forgotten, as the organisation chose, and those of a web chat as that one did. Everything goes in
//! steps, so that no change is large.

use crate::base::time::Timestamp;
use crate::channels::webchat::settings::Settings;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::change;
use crate::engine::inbox::moves;
use crate::engine::inbox::moves::Terms;
use crate::engine::old::days_before;
use crate::engine::old::is_idle;
use crate::engine::old::is_over;
use crate::engine::old::old_ones;
use crate::model::conversation::Conversation;
use crate::model::conversation::Move;
use crate::model::ids::ChannelId;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::organisation;

/// Conversations resolved, or messages removed, in one transaction.
const BATCH: usize = 200;
/// Transactions in one go; the rest is for the next time.
const CHANGES_MAX: usize = 50;
/// Goes for one web chat; the rest is for the next time.
const GOES_MAX: usize = 200;

/// Resolves what is idle and forgets what is old, as much as fits into one go.
///
/// # Errors
/// The disk's.
pub async fn work(context: &Context) -> Result<(), EngineError> {
    let Some(chosen) = organisation::get(&context.store.snapshot()?)? else {
        return Ok(());
    };
    let before = |days: u16| days_before(context.clock.now(), days);
    if let Some(days) = chosen.auto_close_after_days {
        resolve_idle(context, before(days)).await?;
    }
    if let Some(days) = chosen.retention_days {
        forget_old(context, before(days), None).await?;
    }
    Ok(())
}

/// Forgets what is old in the web chats that say for how long they keep what was said. Looks through
/// every old conversation, so it is for quiet hours.
///
/// # Errors
/// The disk's.
pub async fn work_of_chats(context: &Context) -> Result<(), EngineError> {
    for channel in channels::list(&context.store.snapshot()?)? {
        let days = match channel.kind.as_str() {
            "webchat" => Settings::of(&channel.settings).privacy.data_retention,
            _ => 0,
        };
        if days == 0 {
            continue;
        }
        let days = u16::try_from(days).unwrap_or(u16::MAX);
        let since = days_before(context.clock.now(), days);
        let mut goes = 0;
        while forget_old(context, since, Some(channel.id)).await? && goes < GOES_MAX {
            goes += 1;
        }
    }
    Ok(())
}

async fn resolve_idle(context: &Context, since: Timestamp) -> Result<(), EngineError> {
    let idle = old_ones(
        &context.store.snapshot()?,
        since,
        CHANGES_MAX * BATCH,
        is_idle,
    )?;
    for batch in idle.chunks(BATCH) {
        let stamp = context.stamp();
        let batch = batch.to_vec();
        context
            .store
            .write("resolving idle conversations", move |tx| {
                let mut pen = stamp.pen();
                for id in &batch {
                    let Some(mut found) = conversations::get(tx, *id)? else {
                        continue;
                    };
                    if is_idle(&found, since) {
                        let (happened, terms) = (Move::Resolve, Terms::default());
                        moves::make(tx, &mut pen, &mut found, happened, terms, "linktor")?;
                    }
                }
                Ok::<_, EngineError>(())
            })
            .await?;
    }
    Ok(())
}

/// Forgets as much as fits into one go, of every channel or of one. Whether there may be more.
async fn forget_old(
    context: &Context,
    since: Timestamp,
    only: Option<ChannelId>,
) -> Result<bool, EngineError> {
    let is_over = move |conversation: &Conversation, since| {
        is_over(conversation, since) && only.is_none_or(|id| conversation.channel_id == id)
    };
    let old = old_ones(&context.store.snapshot()?, since, CHANGES_MAX, is_over)?;
    let mut changes = 0;
    for id in old {
        while changes < CHANGES_MAX {
            changes += 1;
            let stamp = context.stamp();
            let done =
                context.store.write(
                    "forgetting old messages",
                    move |tx| match conversations::get(tx, id)? {
                        Some(found) if is_over(&found, since) => {
                            change::erase_some(tx, &mut stamp.pen(), &found, BATCH)
                        }
                        _ => Ok(true),
                    },
                );
            if done.await? {
                break;
            }
        }
    }
    Ok(changes == CHANGES_MAX)
}
