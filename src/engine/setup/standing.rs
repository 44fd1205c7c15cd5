//! Whether a channel works, written down by whoever finds out: a person who connects it, a vendor
//! who refuses it, a check that succeeds.

use std::time::Duration;

use crate::engine::alerts;
use crate::engine::alerts::CONNECT;
use crate::engine::context::Pen;
use crate::engine::happenings;
use crate::engine::queue;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::channel::HealthNote;
use crate::model::event::ChannelEvent;
use crate::model::event::Event;
use crate::model::happening::HappeningKind;
use crate::model::ids::ChannelId;
use crate::model::ids::Id as _;
use crate::model::ids::JobId;
use crate::model::inbound::Effect;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::SendError;
use crate::model::opaque;
use crate::model::outbound::Connected;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::jobs;
use crate::store::records::outbox;

/// How many notices a channel keeps; older ones make room.
const NOTES_MAX: usize = 20;

/// How long after it broke a channel is looked at again for the first time.
const FIRST_CHECK: Duration = Duration::from_secs(60);

/// Writes down that a channel does not work, and that it is looked at again by itself.
///
/// # Errors
/// The disk's.
pub fn broke(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &mut Channel,
    why: &str,
) -> Result<(), StoreError> {
    // One that a person tries to connect is no news: that person sees it.
    let kind = if channel.state == ChannelState::Active {
        alerts::watch(tx, pen, channel.id)?;
        HappeningKind::Broke
    } else {
        HappeningKind::NotAccepted
    };
    happenings::note(tx, pen.now, channel.id, kind, why)?;
    channel.state = ChannelState::Error;
    channel.error = Some(why.to_owned());
    channel.updated_at = pen.now;
    channels::put(tx, channel)?;
    let channel_id = channel.id;
    pen.log(tx, Event::ChannelError(ChannelEvent { channel_id }))?;
    check_after(tx, pen, channel_id, FIRST_CHECK)
}

/// Writes down that the vendor accepted a channel, and what it told.
///
/// # Errors
/// The disk's.
pub fn works(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &mut Channel,
    connected: &Connected,
) -> Result<(), StoreError> {
    channel.state = ChannelState::Active;
    channel.error = None;
    channel.error_about = None;
    channel.checked_at = Some(pen.now);
    channel.connected_at = Some(pen.now);
    channel.updated_at = pen.now;
    opaque::merge(&mut channel.settings, &connected.settings);
    channel.notes.retain(|note| note.kind != CONNECT);
    happenings::note(tx, pen.now, channel.id, HappeningKind::Accepted, "")?;
    for warning in &connected.warnings {
        happenings::note(tx, pen.now, channel.id, HappeningKind::Warned, warning)?;
        note(
            channel,
            HealthNote {
                kind: CONNECT.to_owned(),
                effect: Effect::Warn,
                text: warning.clone(),
                data: opaque::Opaque::new(),
                at: pen.now,
            },
        );
    }
    channels::put(tx, channel)?;
    let channel_id = channel.id;
    pen.log(tx, Event::ChannelConnected(ChannelEvent { channel_id }))?;
    alerts::watch(tx, pen, channel_id)
}

/// Has a channel whose account changed connected again, at once and by itself. What waits to be
/// sent stays in its queue meanwhile. The caller keeps the channel.
///
/// # Errors
/// The disk's.
pub fn reconnect(tx: &mut Tx<'_>, pen: &Pen, channel: &mut Channel) -> Result<(), StoreError> {
    channel.webhook_at = None;
    channel.error_about = None;
    if channel.state == ChannelState::Active {
        channel.state = ChannelState::Connecting;
        happenings::note(tx, pen.now, channel.id, HappeningKind::Reconnecting, "")?;
        check_after(tx, pen, channel.id, Duration::ZERO)?;
    }
    Ok(())
}

/// The kind of the notes that using a channel and looking after it leave. They stand until it is
/// looked after again.
pub const INSPECT: &str = "inspect";

/// Has operators hear that something about a channel is worth a look; whether that is news. What
/// kind of note it leaves says who takes it away again. The caller keeps the channel.
///
/// # Errors
/// The disk's.
pub fn warn(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel: &mut Channel,
    kind: &str,
    text: &str,
) -> Result<bool, StoreError> {
    // Connecting may have told of it already.
    if channel.notes.iter().any(|note| note.text == *text) {
        return Ok(false);
    }
    let told = HealthNote {
        kind: kind.to_owned(),
        effect: Effect::Warn,
        text: text.to_owned(),
        data: opaque::Opaque::new(),
        at: pen.now,
    };
    note(channel, told);
    happenings::note(tx, pen.now, channel.id, HappeningKind::Warned, text)?;
    alerts::watch(tx, pen, channel.id)?;
    Ok(true)
}

/// Keeps a notice with a channel; the oldest makes room.
pub fn note(channel: &mut Channel, note: HealthNote) {
    channel.notes.push(note);
    let extra = channel.notes.len().saturating_sub(NOTES_MAX);
    channel.notes.drain(..extra);
}

/// Has a channel looked at after a while, if it does not work then. There is one such look ahead for
/// a channel: a new one takes the place of the last.
///
/// # Errors
/// The disk's.
pub fn check_after(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel_id: ChannelId,
    pause: Duration,
) -> Result<(), StoreError> {
    let job = Job {
        id: JobId::from_bytes(channel_id.bytes()),
        kind: JobKind::CheckChannel { channel_id },
        due: pen.now.plus(pause),
        attempts: 0,
        created_at: pen.now,
    };
    jobs::replace(tx, &job)
}

/// Gives up everything that waits to be sent through a channel which is deleted.
///
/// # Errors
/// The disk's.
pub fn abandon(tx: &mut Tx<'_>, pen: &mut Pen, channel_id: ChannelId) -> Result<(), StoreError> {
    let why = SendError::lasting(
        "channel_deleted",
        "The channel was deleted before the message went out.",
    );
    let waiting = outbox::of_channel(tx, channel_id)?;
    queue::abandon(tx, pen, waiting, &why)
}
