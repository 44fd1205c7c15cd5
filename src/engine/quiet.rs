//! Quiet hours of channels, on whoever's clock they are meant: what went to many at once, and what
//! advertises, does not go out meanwhile. It is decided when a message is to go out.

use crate::base::time::Timestamp;
use crate::engine::rules::quiet;
use crate::model::channel::Channel;
use crate::model::hours::QuietHours;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::messages;
use crate::store::records::organisation;
use crate::store::records::outbox;

/// The setting of a channel that says when it is quiet.
const QUIET_HOURS: &str = "quietHours";

/// Under which name a message keeps the moment before which it does not go out, for whoever looks.
pub const NOT_BEFORE: &str = "notBefore";

/// The first moment from `at` on that is not quiet for somebody on a channel.
///
/// # Errors
/// The disk's.
pub fn over(
    read: &impl Read,
    channel: &Channel,
    contact: ContactId,
    at: Timestamp,
) -> Result<Timestamp, StoreError> {
    let held = channel.settings.get(QUIET_HOURS).cloned();
    let quiet: Option<QuietHours> = held.and_then(|held| serde_json::from_value(held).ok());
    let Some(quiet) = quiet else {
        return Ok(at);
    };
    let theirs = contacts::get(read, contact)?.and_then(|contact| contact.timezone);
    let ours = organisation::get(read)?.map(|held| held.timezone);
    Ok(quiet::over(&quiet, theirs.as_deref(), ours.as_deref(), at))
}

/// Whether a channel is quiet at other hours than before.
#[must_use]
pub fn differs(before: &Channel, now: &Channel) -> bool {
    before.settings.get(QUIET_HOURS) != now.settings.get(QUIET_HOURS)
}

/// Has everything that waits on a channel and keeps its quiet hours decided anew: they are other ones
/// now.
///
/// # Errors
/// The disk's.
pub fn look_again(tx: &mut Tx<'_>, channel: ChannelId, now: Timestamp) -> Result<(), StoreError> {
    for row in outbox::of_channel(tx, channel)? {
        if !row.keeps_quiet || row.due <= now {
            continue;
        }
        outbox::put_off(tx, &outbox::key(&row), now)?;
        if let Some(mut message) = messages::get(tx, row.message_id)?
            && message.metadata.shift_remove(NOT_BEFORE).is_some()
        {
            messages::update(tx, &message)?;
        }
    }
    Ok(())
}
