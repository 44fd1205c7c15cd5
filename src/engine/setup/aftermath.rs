//! What a vendor's refusal of one message says of its channel.

use crate::engine::context::Pen;
use crate::engine::setup::afterwards;
use crate::engine::setup::standing;
use crate::engine::setup::standing::INSPECT;
use crate::model::capability::Capabilities;
use crate::model::capability::Telling;
use crate::model::event::ChannelEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::message::SendError;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;

/// Does what follows for the channel, where the refusal tells something of it.
///
/// # Errors
/// The disk's.
pub fn of(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel_id: ChannelId,
    row: &Capabilities,
    error: &SendError,
) -> Result<(), StoreError> {
    match row.telling(error) {
        None | Some(Telling::OfLink | Telling::OfMoment) => Ok(()),
        Some(Telling::OfTemplates) => afterwards::resync(tx, pen, channel_id),
        Some(Telling::OfAccount) => {
            let Some(mut channel) = channels::get(tx, channel_id)? else {
                return Ok(());
            };
            if standing::warn(tx, pen, &mut channel, INSPECT, &error.message)? {
                channels::put(tx, &channel)?;
                pen.log(tx, Event::ChannelUpdated(ChannelEvent { channel_id }))?;
            }
            Ok(())
        }
    }
}
