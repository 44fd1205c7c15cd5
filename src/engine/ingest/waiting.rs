//! Facts that wait for others, held among the early receipts: what was done with a message before it
//! came, and parts of a message that is not whole yet.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::engine::context::Pen;
use crate::model::ids::ChannelId;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::dedup;

/// Holds a fact, which is an object when written down, under a name.
///
/// # Errors
/// The disk's.
pub fn hold(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel: ChannelId,
    name: String,
    fact: &impl Serialize,
) -> Result<(), StoreError> {
    let whole = serde_json::to_value(fact).unwrap_or_default();
    let held = Receipt {
        external_id: name,
        state: Delivery::Sent,
        at: None,
        error: None,
        tag: None,
        metadata: whole.as_object().cloned().unwrap_or_default(),
        address: None,
    };
    dedup::keep_early(tx, channel, &held, pen.now)
}

/// Takes what is held under a name, oldest first.
///
/// # Errors
/// The disk's.
pub fn take<T: DeserializeOwned>(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel: ChannelId,
    name: &str,
) -> Result<Vec<T>, StoreError> {
    let held = dedup::take_early(tx, channel, name, pen.now)?;
    Ok(held
        .into_iter()
        .filter_map(|one| serde_json::from_value(Value::Object(one.metadata)).ok())
        .collect())
}
