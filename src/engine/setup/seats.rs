//! What accounts take up at their vendors. Two channels that share it would take each other's
//! messages, so the second one is refused.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::vendor::caught;
use crate::model::channel::Channel;
use crate::model::guide::Seat;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Read;
use crate::store::records::channels;

/// What a channel takes up; nothing where it cannot be told.
pub(super) fn of(context: &Context, channel: &Channel) -> Vec<Seat> {
    let Some(translation) = context.channels.channel(&channel.kind) else {
        return Vec::new();
    };
    let Ok(account) = context.account(channel) else {
        return Vec::new();
    };
    caught(|| translation.seats(&account)).unwrap_or_default()
}

/// What a change has a channel take up that it did not before.
pub(super) fn gained(context: &Context, before: &Channel, after: &Channel) -> Vec<Seat> {
    let held = of(context, before);
    let mut gained = of(context, after);
    gained.retain(|seat| !held.contains(seat));
    gained
}

/// Checks that nobody else has what a channel takes up from now on.
///
/// # Errors
/// `CHANNEL_ALREADY_EXISTS`, naming the setting and the other channel.
pub(super) fn are_free(
    context: &Context,
    read: &impl Read,
    wanted: &[Seat],
    channel: &Channel,
) -> Result<(), EngineError> {
    if wanted.is_empty() {
        return Ok(());
    }
    for other in channels::list(read)? {
        if other.kind != channel.kind || other.id == channel.id {
            continue;
        }
        let taken = of(context, &other);
        let shared = wanted
            .iter()
            .find(|seat| taken.iter().any(|taken| taken.key == seat.key));
        if let Some(seat) = shared {
            return Err(refusal(seat, &other).into());
        }
    }
    Ok(())
}

fn refusal(seat: &Seat, other: &Channel) -> Rejection {
    let message = format!(
        "The channel {} uses this {} already. Change that channel, or delete it first.",
        other.name, seat.what
    );
    let about = format!("belongs to the channel {} already", other.name);
    Rejection::new(Code::ChannelAlreadyExists, message)
        .and_field(format!("config.{}", seat.setting), about)
}
