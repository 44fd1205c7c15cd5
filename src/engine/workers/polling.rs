//! Asking vendors that do not call us: one task for each channel that must be asked.
//!
//! What a vendor told and where to go on are written in one transaction, so that nothing is told
//! twice or lost, whenever the program stops.

use std::time::Duration;

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::ingest::Ingest;
use crate::engine::setup::standing;
use crate::engine::vendor::Broken;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::engine::workers::Stop;
use crate::engine::workers::tending::tend;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::ids::ChannelId;
use crate::model::message::SendError;
use crate::model::outbound::Asked;
use crate::model::outbound::Polled;
use crate::model::refusal::Refusal;
use crate::store::StoreError;
use crate::store::records::channels;
use crate::store::records::intake;

/// Pauses after a vendor could not be asked, in seconds; the last one for ever.
const WAITS_SECS: [u64; 5] = [1, 5, 15, 30, 60];

/// Asks until it is told to stop.
pub async fn run(context: Context, stop: Stop) {
    tend(context, stop, must_be_asked, ask_on).await;
}

fn must_be_asked(context: &Context, channel: &Channel) -> bool {
    if channel.state != ChannelState::Active {
        return false;
    }
    let Some(translation) = context.channels.channel(&channel.kind) else {
        return false;
    };
    if translation.capabilities().own_transport {
        return false;
    }
    let Ok(account) = context.account(channel) else {
        return false;
    };
    let asked = Asked {
        account: &account,
        replies: &[],
        now: context.clock.now(),
    };
    caught(|| translation.poll(None, &asked).is_some()).unwrap_or(false)
}

/// Asks one vendor again and again, for as long as its channel is in service.
async fn ask_on(context: Context, mut channel: Channel) {
    let mut failures = 0;
    loop {
        let pause = match ask(&context, channel.clone()).await {
            Ok(Ok(())) => {
                failures = 0;
                Duration::ZERO
            }
            Ok(Err(refusal)) => {
                failures += 1;
                wait(&context, channel.id, refusal, failures).await
            }
            Err(error) => {
                tracing::error!(channel.id = %channel.id, "asking a vendor failed: {error}");
                failures += 1;
                backoff(failures)
            }
        };
        context.clock.until(context.clock.now().plus(pause)).await;
        let read = context.store.snapshot();
        let now = read.and_then(|read| channels::get(&read, channel.id));
        match now {
            Ok(Some(still)) if must_be_asked(&context, &still) => channel = still,
            _ => return,
        }
    }
}

/// Asks once and records what was told.
async fn ask(context: &Context, channel: Channel) -> Result<Result<(), Refusal>, EngineError> {
    let id = channel.id;
    let position = intake::position(&context.store.snapshot()?, id)?;
    let mut line = Line::open(context, channel)?;
    let refused = |broken: Broken| broken.refusal;
    if let Err(refusal) = line.renew().await.map_err(refused) {
        return Ok(Err(refusal));
    }
    let translation = line.translation;
    let next = |asked: &Asked<'_>| {
        let polled = translation.poll(position.as_deref(), asked);
        polled.unwrap_or_else(|| Err(Refusal::Never(not_asked())))
    };
    let polled: Polled = match line.hold(next).await {
        Ok(polled) => polled,
        Err(broken) => return Ok(Err(broken.refusal)),
    };
    let is_news = !polled.events.is_empty() || position.as_ref() != Some(&polled.position);
    if is_news {
        Ingest(context.clone()).record_polled(id, polled).await?;
    }
    Ok(Ok(()))
}

fn not_asked() -> SendError {
    SendError::lasting("not_asked", "This channel is not asked any more.")
}

/// How long to wait after a refusal. A vendor that refuses the account is not asked before it works
/// again.
async fn wait(context: &Context, id: ChannelId, refusal: Refusal, failures: usize) -> Duration {
    match refusal {
        Refusal::Later { wait, .. }
        | Refusal::Crowded { wait, .. }
        | Refusal::SlowDown { wait, .. } => wait.unwrap_or_default().max(backoff(failures)),
        Refusal::Never(error) | Refusal::Shut { error, .. } | Refusal::Reword { error, .. } => {
            tracing::error!(channel.id = %id, "asking a vendor failed: {}", error.message);
            backoff(failures)
        }
        Refusal::Account(error) => {
            if let Err(error) = take_out(context, id, error.message).await {
                tracing::error!("taking a channel out of service failed: {error}");
            }
            backoff(failures)
        }
    }
}

/// Takes a channel out of service that its vendor does not accept.
///
/// # Errors
/// The disk's.
pub(super) async fn take_out(
    context: &Context,
    id: ChannelId,
    why: String,
) -> Result<(), StoreError> {
    let stamp = context.stamp();
    let taken =
        context.store.write(
            "taking a channel out of service",
            move |tx| match channels::get(tx, id)? {
                Some(mut channel) if channel.state == ChannelState::Active => {
                    standing::broke(tx, &mut stamp.pen(), &mut channel, &why)
                }
                _ => Ok(()),
            },
        );
    taken.await
}

fn backoff(failures: usize) -> Duration {
    let index = failures.saturating_sub(1).min(WAITS_SECS.len() - 1);
    Duration::from_secs(WAITS_SECS[index])
}
