//! A call that is about to be made, each step written down before it is taken.

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::store::records::channels;
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
