//! Addresses that nothing may be sent to: the register that every sender obeys.
//!
//! It is kept with the address on its channel, so that somebody who wants no more texts can still
//! be mailed. What waits for such an address when it closes has failed; what is sent later is
//! refused before any vendor hears of it.

use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::introducing::introduce;
use crate::engine::queue;
use crate::model::contact::Closed;
use crate::model::contact::Shut;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::message::SendError;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::identities;
use crate::store::records::outbox;

/// Closes an address; whether it was open. One that somebody closed in words stays so.
///
/// # Errors
/// The disk's.
pub fn close(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
    why: Shut,
    at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let at = at.unwrap_or(pen.now);
    let closed = turn(tx, pen, channel, address, |held| match held {
        Some(held) if held.why == why || held.why == Shut::OptedOut => Some(held),
        _ => Some(Closed { why, at }),
    })?;
    if closed {
        abandon(tx, pen, channel, address, why)?;
    }
    Ok(closed)
}

/// The same for an address that may be nobody's yet, such as one that only ever got copies: with it
/// begins somebody new, so that it is remembered, unless there are as many contacts as there may be.
///
/// # Errors
/// The disk's.
pub fn close_anybodys(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
    why: Shut,
    at: Option<Timestamp>,
) -> Result<bool, EngineError> {
    if identities::get(tx, channel, address)?.is_none()
        && let Some(channel) = channels::get(tx, channel)?
    {
        match introduce(tx, pen, &channel, address) {
            Ok(_) => {}
            Err(EngineError::Refused(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(close(tx, pen, channel, address, why, at)?)
}

/// Opens an address again that was closed for a reason; whether that changed anything.
///
/// # Errors
/// The disk's.
pub fn reopen(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
    why: Shut,
) -> Result<bool, StoreError> {
    turn(tx, pen, channel, address, |held| {
        held.filter(|held| held.why != why)
    })
}

/// Closes or opens an address as `decide` says of how it stands; whether that changed anything.
fn turn(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
    decide: impl FnOnce(Option<Closed>) -> Option<Closed>,
) -> Result<bool, StoreError> {
    let Some(mut identity) = identities::get(tx, channel, address)? else {
        return Ok(false);
    };
    let closed = decide(identity.closed);
    if closed == identity.closed {
        return Ok(false);
    }
    identity.closed = closed;
    identities::put(tx, &identity)?;
    let contact_id = identity.contact_id;
    pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
    Ok(true)
}

/// Gives up what waits for an address. What is with the vendor already is not ours to stop.
fn abandon(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    address: &str,
    why: Shut,
) -> Result<(), StoreError> {
    let mut rows = outbox::of_lane(tx, channel, address, usize::MAX)?;
    rows.retain(|row| !row.begun);
    queue::abandon(tx, pen, rows, &refused(why))
}

fn refused(why: Shut) -> SendError {
    let (reason, message) = match why {
        Shut::OptedOut => ("opted_out", "The person asked not to be written to."),
        Shut::Unreachable => (
            "unreachable",
            "The person cannot be reached there any more.",
        ),
    };
    SendError::lasting(reason, message)
}
