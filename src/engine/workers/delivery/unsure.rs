//! Messages of which nobody knows whether the vendor took them: an answer that never came, a stop
//! between call and answer.

use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::ingest::ours;
use crate::engine::workers::delivery::copies;
use crate::engine::workers::delivery::lost;
use crate::engine::workers::delivery::lost::Tellers;
use crate::engine::workers::delivery::outcome::found;
use crate::engine::workers::delivery::outcome::log_status;
use crate::engine::workers::delivery::outcome::note;
use crate::model::capability::Capabilities;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::LaneKey;
use crate::store::records::outbox::OutboxRow;

/// Nobody knows whether the vendor took it: a person, or a receipt, decides. What stands behind it
/// in its lane goes on.
///
/// # Errors
/// The store's.
pub async fn record(context: &Context, key: &LaneKey, error: SendError) -> Result<(), EngineError> {
    let key = key.clone();
    let stamp = context.stamp();
    let tellers = lost::tellers(context)?;
    context
        .store
        .write("recording that a message may have gone out", move |tx| {
            let Some((row, mut message)) = found(tx, &key)? else {
                return Ok(());
            };
            let mut pen = stamp.pen();
            outbox::remove(tx, &row)?;
            if row.is_copy {
                return Ok(copies::note(
                    tx,
                    &row,
                    &mut message,
                    Delivery::Unsure,
                    &error,
                )?);
            }
            become_unsure(tx, &mut pen, (&row, &tellers), &mut message, &error)?;
            ours::let_go(tx, &mut pen, row.channel_id, &row.address)
        })
        .await
}

/// Settles what a stop left begun.
///
/// # Errors
/// The store's.
pub async fn settle_begun(context: &Context) -> Result<(), EngineError> {
    let registry = context.channels.clone();
    let stamp = context.stamp();
    let tellers = lost::tellers(context)?;
    context
        .store
        .write("settling what was begun before the start", move |tx| {
            let mut pen = stamp.pen();
            for row in outbox::list(tx)?.into_iter().filter(|row| row.begun) {
                let Some((row, mut message)) = found(tx, &outbox::key(&row))? else {
                    continue;
                };
                let caps = registry.capabilities(&message.channel_kind);
                settle(tx, &mut pen, (&row, &tellers), &mut message, caps)?;
            }
            Ok(())
        })
        .await
}

/// Settles one message that was begun by an attempt nobody knows the end of.
///
/// # Errors
/// The store's.
pub async fn settle_one(context: &Context, key: &LaneKey) -> Result<(), EngineError> {
    let registry = context.channels.clone();
    let stamp = context.stamp();
    let key = key.clone();
    let tellers = lost::tellers(context)?;
    context
        .store
        .write("settling a message that was begun", move |tx| {
            let Some((row, mut message)) = found(tx, &key)? else {
                return Ok(());
            };
            let caps = registry.capabilities(&message.channel_kind);
            let pen = &mut stamp.pen();
            settle(tx, pen, (&row, &tellers), &mut message, caps)
        })
        .await
}

/// A message that was begun is sent again where the vendor notices a repeat, else unsure; one of
/// which a receipt told meanwhile is done.
fn settle(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    (row, tellers): (&OutboxRow, &Tellers),
    message: &mut Message,
    caps: Option<&Capabilities>,
) -> Result<(), EngineError> {
    if row.is_copy {
        outbox::remove(tx, row)?;
        return Ok(copies::note(
            tx,
            row,
            message,
            Delivery::Unsure,
            &interrupted(),
        )?);
    }
    if message.delivery == Delivery::Pending && caps.is_some_and(|caps| caps.resend_is_safe) {
        let fresh = OutboxRow {
            begun: false,
            ..row.clone()
        };
        outbox::update(tx, row, &fresh)?;
    } else {
        outbox::remove(tx, row)?;
        if message.delivery == Delivery::Pending {
            become_unsure(tx, pen, (row, tellers), message, &interrupted())?;
        }
    }
    ours::let_go(tx, pen, row.channel_id, &row.address)
}

fn become_unsure(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    (row, tellers): (&OutboxRow, &Tellers),
    message: &mut Message,
    error: &SendError,
) -> Result<(), StoreError> {
    if message.hear(Delivery::Unsure, pen.now) {
        note(message, pen, error, None);
        message.error = Some(error.clone());
        message.called_at = row.called_at;
        log_status(tx, pen, message)?;
        if tellers.contains(&row.channel_id) {
            lost::want(tx, pen, message.id)?;
        }
    }
    messages::update(tx, message)
}

fn interrupted() -> SendError {
    SendError::passing(
        "interrupted",
        "The server stopped while the message went out.",
    )
}
