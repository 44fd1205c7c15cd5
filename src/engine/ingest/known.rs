//! What was recorded before, and how that is answered.

use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::ids::MessageId;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::dedup;

/// How long vendors of an unknown kind may repeat an event, in hours.
const REPEAT_HOURS: u16 = 72;

/// A fact that had been recorded before.
#[must_use]
pub const fn duplicate_of(id: MessageId) -> Recorded {
    Recorded {
        message_id: Some(id),
        duplicate: true,
    }
}

/// A fact that made or changed no message.
#[must_use]
pub const fn nothing() -> Recorded {
    Recorded {
        message_id: None,
        duplicate: false,
    }
}

/// How long the vendor of a channel may repeat an event, in hours.
#[must_use]
pub fn repeat_hours(row: Option<&Capabilities>) -> u16 {
    row.map_or(REPEAT_HOURS, |row| row.repeat_hours)
}

/// The message a vendor's id stands for, whichever way it went.
///
/// # Errors
/// The disk's.
pub fn find_any(
    tx: &Tx<'_>,
    channel: &Channel,
    external_id: &str,
    pen: &Pen,
) -> Result<Option<Message>, StoreError> {
    for way in [Direction::Outbound, Direction::Inbound] {
        let hours = dedup::RECEIPT_HOURS;
        let found = dedup::find(tx, channel.id, way, external_id, pen.now, hours)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
