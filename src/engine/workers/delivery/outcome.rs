//! Writing down how sending goes: each step in one transaction, so that a stop at any instant
//! leaves a message that was not begun, one that is done, or one of which it is known that nothing
//! is known.

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::entries;
use crate::engine::inbox::heard;
use crate::engine::inbox::receipts;
use crate::engine::ingest::ours;
use crate::engine::people::closing;
use crate::engine::rules::retry;
use crate::engine::rules::retry::Verdict;
use crate::engine::setup::aftermath;
use crate::engine::setup::standing;
use crate::engine::workers::delivery::copies;
use crate::engine::workers::delivery::lanes::Ended;
use crate::model::channel::ChannelState;
use crate::model::event::Event;
use crate::model::event::MessageStatus;
use crate::model::ids::ChannelId;
use crate::model::message::Attempt;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::refusal::Refusal;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::LaneKey;
use crate::store::records::outbox::OutboxRow;

/// Clears a row away whose message is gone.
///
/// # Errors
/// The store's.
pub async fn clear(context: &Context, key: &LaneKey) -> Result<(), EngineError> {
    let key = key.clone();
    context
        .store
        .write("clearing a message that is gone away", move |tx| {
            Ok(found(tx, &key).map(drop)?)
        })
        .await
}

/// The vendor did not take it. What follows is decided by the rules and written down.
///
/// # Errors
/// The store's.
pub async fn refused(
    context: &Context,
    key: &LaneKey,
    refusal: Refusal,
) -> Result<Ended, EngineError> {
    let key = key.clone();
    let stamp = context.stamp();
    let registry = context.channels.clone();
    let [spread] = context.random.bytes();
    context
        .store
        .write(
            "recording that a vendor did not take a message",
            move |tx| {
                let mut pen = stamp.pen();
                let Some((row, mut message)) = found(tx, &key)? else {
                    return Ok(Ended::Settled);
                };
                let refusal = match reworded(&row, refusal.clone()) {
                    Ok(known) => {
                        outbox::update(tx, &row, &known)?;
                        inbound_choices(tx, &message)?;
                        return Ok(Ended::Settled);
                    }
                    Err(refusal) => refusal,
                };
                if let Refusal::Shut { why, .. } = &refusal {
                    let (channel, whom) = (row.channel_id, &row.address);
                    if row.is_copy {
                        closing::close_anybodys(tx, &mut pen, channel, whom, *why, None)?;
                    } else {
                        closing::close(tx, &mut pen, channel, whom, *why, None)?;
                    }
                }
                let attempt = retry::Attempt {
                    number: row.attempt,
                    first_at: row.first_tried_at.unwrap_or(pen.now),
                    now: pen.now,
                    spread,
                };
                let told = refusal.error().clone();
                let verdict = retry::after(refusal, attempt);
                let ended = carry_out(tx, &mut pen, &row, &mut message, verdict)?;
                if let Some(caps) = registry.capabilities(&message.channel_kind) {
                    let why = message.error.clone();
                    heard::too_late(tx, &mut pen, caps, &message, why.as_ref())?;
                    aftermath::of(tx, &mut pen, key.0, caps, &told)?;
                }
                ours::let_go(tx, &mut pen, key.0, &key.1)?;
                Ok(ended)
            },
        )
        .await
}

/// The row of a message that is to be put otherwise, at once and without counting as a try.
///
/// # Errors
/// What stays refused: it is no wish, or one that was known already.
fn reworded(row: &OutboxRow, refusal: Refusal) -> Result<OutboxRow, Refusal> {
    match refusal {
        Refusal::Reword { ref wish, .. } if row.handles.get(wish.name) != Some(&wish.value) => {
            let mut known = OutboxRow {
                begun: false,
                ..row.clone()
            };
            known
                .handles
                .insert(wish.name.to_owned(), wish.value.clone());
            Ok(known)
        }
        other => Err(other),
    }
}

/// Choices that are put otherwise may be answered in words from now on.
fn inbound_choices(tx: &mut Tx<'_>, message: &Message) -> Result<(), StoreError> {
    match conversations::get(tx, message.conversation_id)? {
        Some(mut conversation) => entries::may_be_typed(tx, &mut conversation, message),
        None => Ok(()),
    }
}

fn carry_out(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    row: &OutboxRow,
    message: &mut Message,
    verdict: Verdict,
) -> Result<Ended, StoreError> {
    match verdict {
        Verdict::Again {
            due,
            attempt,
            whom,
            error,
        } => {
            let waiting = OutboxRow {
                due,
                attempt,
                begun: false,
                first_tried_at: row.first_tried_at.or(Some(pen.now)),
                ..row.clone()
            };
            outbox::update(tx, row, &waiting)?;
            if row.is_copy {
                copies::note(tx, row, message, Delivery::Pending, &error)?;
            } else {
                waits(tx, pen, message, &error, Some(due))?;
            }
            Ok(Ended::Waits {
                whom,
                until: due,
                error,
            })
        }
        Verdict::GiveUp(error) => {
            outbox::remove(tx, row)?;
            if row.is_copy {
                copies::note(tx, row, message, Delivery::Failed, &error)?;
                return Ok(Ended::Settled);
            }
            note(message, pen, &error, None);
            messages::update(tx, message)?;
            let now = pen.now;
            receipts::hear(tx, pen, message, Delivery::Failed, now, Some(error))?;
            Ok(Ended::Settled)
        }
        Verdict::StopAccount(error) => {
            let waiting = OutboxRow {
                begun: false,
                ..row.clone()
            };
            outbox::update(tx, row, &waiting)?;
            if row.is_copy {
                copies::note(tx, row, message, Delivery::Pending, &error)?;
            } else {
                waits(tx, pen, message, &error, None)?;
            }
            stop(tx, pen, row.channel_id, &error)?;
            Ok(Ended::Settled)
        }
    }
}

/// Takes a channel whose calls come to nothing one after the other out of service.
///
/// # Errors
/// The store's.
pub async fn out_of_order(
    context: &Context,
    channel: ChannelId,
    error: SendError,
) -> Result<(), EngineError> {
    let stamp = context.stamp();
    context
        .store
        .write("taking a channel out of service", move |tx| {
            Ok(stop(tx, &mut stamp.pen(), channel, &error)?)
        })
        .await
}

fn stop(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    error: &SendError,
) -> Result<(), StoreError> {
    match channels::get(tx, channel)? {
        Some(mut channel) if channel.state == ChannelState::Active => {
            standing::broke(tx, pen, &mut channel, &error.message)
        }
        _ => Ok(()),
    }
}

/// A row and its message; one without a message is cleared away.
pub(super) fn found(
    tx: &mut Tx<'_>,
    key: &LaneKey,
) -> Result<Option<(OutboxRow, Message)>, StoreError> {
    let Some(row) = outbox::get(tx, key)? else {
        return Ok(None);
    };
    let message = messages::get(tx, row.message_id)?;
    if message.is_none() {
        outbox::remove(tx, &row)?;
    }
    Ok(message.map(|message| (row, message)))
}

/// Keeps a try that came to nothing.
pub(super) fn note(
    message: &mut Message,
    pen: &Pen,
    error: &SendError,
    next_at: Option<Timestamp>,
) {
    message.note_attempt(Attempt {
        at: pen.now,
        error: error.clone(),
        next_at,
    });
}

/// Writes on a message why it waits.
fn waits(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &mut Message,
    error: &SendError,
    next_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    note(message, pen, error, next_at);
    message.error = Some(error.clone());
    message.updated_at = pen.now;
    messages::update(tx, message)?;
    log_status(tx, pen, message)
}

/// Tells how a delivery stands.
pub(super) fn log_status(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &Message,
) -> Result<(), StoreError> {
    let event = MessageStatus {
        message_id: message.id,
        conversation_id: message.conversation_id,
        status: message.delivery,
        at: pen.now,
    };
    pen.log(tx, Event::MessageStatus(event))?;
    Ok(())
}
