//! Messages that keep quiet hours: what went to many at once, and what advertises.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::target::Place;
use crate::engine::rules::quiet;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::hours::QuietHours;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::organisation;

/// The setting of a channel that says when it is quiet.
const QUIET_HOURS: &str = "quietHours";

/// What a sender says of a message that advertises.
const MARKETING: &str = "marketing";

/// Under which name a message keeps the moment before which it does not go out.
pub const NOT_BEFORE: &str = "notBefore";

/// How long a message waits before that is said.
const LONG: Duration = Duration::from_secs(60);

/// When a message may go out, where it must not at once: as said by the sender, who spreads what goes
/// to many, and no sooner than the channel's quiet hours are over.
pub(super) fn than(
    tx: &Tx<'_>,
    place: &Place,
    draft: &Draft,
    now: Timestamp,
) -> Result<Option<Timestamp>, EngineError> {
    let advertises = draft.metadata.get(MARKETING) == Some(&true.into());
    let wanted = match draft.not_before {
        Some(wanted) => wanted.max(now),
        None if advertises => now,
        None => return Ok(None),
    };
    let due = match quiet_hours(&place.channel) {
        Some(quiet) => {
            let contact = contacts::get(tx, place.conversation.contact_id)?;
            let theirs = contact.and_then(|contact| contact.timezone);
            let ours = organisation::get(tx)?.map(|held| held.timezone);
            quiet::over(&quiet, theirs.as_deref(), ours.as_deref(), wanted)
        }
        None => wanted,
    };
    Ok((due > now || draft.not_before.is_some()).then_some(due))
}

/// What is kept with a message: beside what its sender keeps, the moment before which it does not go
/// out, where that is long enough off to wonder about.
pub(super) fn noted(draft: &Draft, now: Timestamp) -> Opaque {
    let mut kept = draft.metadata.clone();
    if let Some(due) = draft.not_before.filter(|due| due.since(now) >= LONG) {
        kept.insert(NOT_BEFORE.to_owned(), due.to_string().into());
    }
    kept
}

fn quiet_hours(channel: &Channel) -> Option<QuietHours> {
    let held = channel.settings.get(QUIET_HOURS)?;
    serde_json::from_value(held.clone()).ok()
}
