//! Writing down how sending goes: each step in one transaction, so that a stop at any instant
//! leaves a message that was not begun, one that is done, or one of which it is known that nothing
//! is known.

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::entries;
use crate::engine::inbox::heard;
use crate::engine::inbox::receipts;
use crate::engine::ingest::done;
use crate::engine::ingest::news;
use crate::engine::ingest::ours;
use crate::engine::people::closing;
use crate::engine::rules::retry;
use crate::engine::rules::retry::Verdict;
use crate::engine::setup::aftermath;
use crate::engine::setup::standing;
use crate::engine::workers::delivery::copies;
use crate::engine::workers::delivery::lanes::Ended;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::contact::Shut;
use crate::model::event::Event;
use crate::model::event::MessageStatus;
use crate::model::ids::ChannelId;
use crate::model::inbound::InboundSender;
use crate::model::message::Attempt;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::opaque;
use crate::model::refusal::Refusal;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::dedup;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::LaneKey;
use crate::store::records::outbox::OutboxRow;

/// Whether messages of a channel go out now.
#[must_use]
pub fn sends(channel: &Channel) -> bool {
    channel.enabled && channel.state == ChannelState::Active
}

/// A message as it was when its call was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its place in the outbox.
    pub key: LaneKey,
    /// When it was last changed.
    pub edited_at: Option<Timestamp>,
}

/// Marks that a call is about to be made, for all messages it carries; false when it must not be: one
/// of them was taken back or says something else since it was read, or their channel stopped.
///
/// # Errors
/// The store's.
pub async fn begin(context: &Context, all: Vec<Written>) -> Result<bool, EngineError> {
    let now = context.clock.now();
    context
        .store
        .write("beginning to send a message", move |tx| {
            let mut rows = Vec::new();
            for Written { key, edited_at } in &all {
                let Some(row) = outbox::get(tx, key)? else {
                    return Ok(false);
                };
                if !channels::get(tx, key.0)?.as_ref().is_some_and(sends) {
                    return Ok(false);
                }
                let message = messages::get(tx, key.2)?;
                if message.is_none_or(|message| message.edited_at != *edited_at) {
                    return Ok(false);
                }
                rows.push(row);
            }
            for row in rows {
                let begun = OutboxRow {
                    begun: true,
                    first_tried_at: row.first_tried_at.or(Some(now)),
                    called_at: Some(now),
                    ..row.clone()
                };
                outbox::update(tx, &row, &begun)?;
            }
            Ok(true)
        })
        .await
}

/// Marks that a call which was to carry a message beside others came to nothing.
///
/// # Errors
/// The store's.
pub async fn not_begun(context: &Context, key: &LaneKey) -> Result<(), EngineError> {
    let key = key.clone();
    context
        .store
        .write("taking a message out of a call", move |tx| {
            if let Some(row) = outbox::get(tx, &key)? {
                let waiting = OutboxRow {
                    begun: false,
                    ..row.clone()
                };
                outbox::update(tx, &row, &waiting)?;
            }
            Ok(())
        })
        .await
}

/// Keeps what the vendor calls a file, so that it is not given to it twice.
///
/// # Errors
/// The store's.
pub async fn uploaded(
    context: &Context,
    key: &LaneKey,
    media: String,
    handle: String,
) -> Result<(), EngineError> {
    let key = key.clone();
    context
        .store
        .write("keeping what a vendor calls a file", move |tx| {
            if let Some(row) = outbox::get(tx, &key)? {
                let mut known = row.clone();
                known.handles.insert(media.clone(), handle.clone());
                outbox::update(tx, &row, &known)?;
            }
            Ok(())
        })
        .await
}

/// What is left of a message after the vendor took a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// More calls: the next is begun with the same stroke.
    More,
    /// More calls, not before a moment.
    Later(Timestamp),
    /// Nothing for the customer; copies for these.
    Copies(Vec<String>),
}

/// What is known of a call that the vendor took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taken {
    /// The ids under which it took it, the one that receipts name last.
    pub ids: Vec<String>,
    /// What is kept with the message.
    pub kept: Opaque,
    /// Whom it went to, where a mail goes to each by itself.
    pub whom: Option<String>,
    /// Why the vendor keeps it back for now, where it does.
    pub kept_back: Option<String>,
    /// Who gets no copy although the vendor took it, and why.
    pub left_out: Vec<(String, SendError)>,
}

/// Under this name a message keeps why its vendor keeps it back.
const KEPT_BACK: &str = "messageStatus";

/// The vendor took a call.
///
/// # Errors
/// The store's.
pub async fn taken(
    context: &Context,
    key: &LaneKey,
    taken: Taken,
    left: Left,
) -> Result<(), EngineError> {
    let key = key.clone();
    let stamp = context.stamp();
    context
        .store
        .write("recording that a vendor took a message", move |tx| {
            let mut pen = stamp.pen();
            let Some((row, mut message)) = found(tx, &key)? else {
                return Ok(());
            };
            learn(tx, &mut message, &taken.ids, pen.now)?;
            opaque::merge(&mut message.metadata, &taken.kept);
            if let Some(why) = &taken.kept_back {
                message
                    .metadata
                    .insert(KEPT_BACK.to_owned(), why.clone().into());
            }
            if let Some(whom) = &taken.whom {
                message.note_recipient(whom, Delivery::Sent, None);
            }
            for (whom, why) in &taken.left_out {
                message.note_recipient(whom, Delivery::Failed, Some(why));
                closing::close_anybodys(tx, &mut pen, key.0, whom, Shut::OptedOut, None)?;
            }
            message.updated_at = pen.now;
            if row.is_copy {
                messages::update(tx, &message)?;
                return Ok(outbox::remove(tx, &row)?);
            }
            message.calls_taken += 1;
            let others = match &left {
                Left::Copies(others) => others,
                Left::More => return Ok(messages::update(tx, &message)?),
                Left::Later(due) => {
                    messages::update(tx, &message)?;
                    let waiting = OutboxRow {
                        begun: false,
                        due: *due,
                        ..row.clone()
                    };
                    return Ok(outbox::update(tx, &row, &waiting)?);
                }
            };
            message.calls_taken = 0;
            message.called_at = row.called_at;
            messages::update(tx, &message)?;
            outbox::remove(tx, &row)?;
            let now = pen.now;
            if taken.kept_back.is_none() {
                receipts::hear(tx, &mut pen, &mut message, Delivery::Sent, now, None)?;
            }
            copies::push(tx, &message, others, now)?;
            hear_early(tx, &mut pen, &mut message)?;
            ours::let_go(tx, &mut pen, key.0, &key.1)?;
            Ok(channels::note_outbound(tx, key.0, pen.now)?)
        })
        .await
}

/// The vendor knows the customer under other addresses too: they lead to the same contact from now
/// on.
///
/// # Errors
/// The store's.
pub async fn met(
    context: &Context,
    channel: ChannelId,
    person: InboundSender,
) -> Result<(), EngineError> {
    let stamp = context.stamp();
    context
        .store
        .write("learning another address of a customer", move |tx| {
            let channel = find::channel_in(tx, channel)?;
            news::of_person(tx, &mut stamp.pen(), &channel, &person).map(drop)
        })
        .await
}

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

/// Remembers the vendor's ids of a message.
fn learn(
    tx: &mut Tx<'_>,
    message: &mut Message,
    ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    for id in ids {
        // An echo may have been quicker than the answer.
        if !message.external_ids.contains(id) {
            message.external_ids.push(id.clone());
        }
        let way = Direction::Outbound;
        dedup::remember(tx, message.channel_id, way, id, message.id, now)?;
    }
    Ok(())
}

/// What came before we knew under which ids the vendor took the message: receipts, and reactions.
fn hear_early(tx: &mut Tx<'_>, pen: &mut Pen, message: &mut Message) -> Result<(), EngineError> {
    for id in message.external_ids.clone() {
        for receipt in dedup::take_early(tx, message.channel_id, &id, pen.now)? {
            if receipts::is_of_earlier_part(message, &id, receipt.state) {
                continue;
            }
            let at = receipt.at.unwrap_or(pen.now);
            receipts::hear(tx, pen, message, receipt.state, at, receipt.error)?;
        }
        done::catch_up(tx, pen, message.channel_id, &id)?;
    }
    Ok(())
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
