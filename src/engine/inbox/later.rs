//! Messages that are for later: what goes to many at once is spread, and keeps quiet hours as what
//! advertises does.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::target::Place;
use crate::engine::quiet;
use crate::engine::quiet::NOT_BEFORE;
use crate::model::Opaque;
use crate::store::Tx;

/// What a sender says of a message that advertises.
const MARKETING: &str = "marketing";

/// How long a message waits before that is said.
const LONG: Duration = Duration::from_secs(60);

/// Whether a message keeps quiet hours: it goes to many, or advertises.
pub(super) fn keeps_quiet(draft: &Draft) -> bool {
    draft.not_before.is_some() || draft.metadata.get(MARKETING) == Some(&true.into())
}

/// When a message may go out as far as is known, where it must not at once: as said by the sender, and
/// no sooner than the channel's quiet hours are over.
pub(super) fn than(
    tx: &Tx<'_>,
    place: &Place,
    draft: &Draft,
    now: Timestamp,
) -> Result<Option<Timestamp>, EngineError> {
    if !keeps_quiet(draft) {
        return Ok(None);
    }
    let wanted = draft.not_before.unwrap_or(now).max(now);
    let due = quiet::over(tx, &place.channel, place.conversation.contact_id, wanted)?;
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
