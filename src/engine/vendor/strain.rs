//! Vendors that say how much of what they allow is used: before nothing goes out any more, what can
//! wait is asked for seldom.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use crate::base::http::HttpReply;
use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::setup::standing;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::model::channel::Channel;
use crate::model::channel::HealthNote;
use crate::model::event::ChannelEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::store::records::channels;

/// From which share on what can wait waits, in percent.
const NEARLY_ALL: u32 = 90;

/// How long it waits then. After that one call is made, and its answer says whether it goes on so.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// The kind of the note that says so. It stands until the vendor says otherwise.
const USAGE: &str = "usage";

/// What the note says.
const SAID: &str = "More than 90 % of what the vendor allows in an hour is used. Messages still go out; names, \
     templates and checks are asked for more slowly until there is room again.";

/// Channels whose vendor allows little more. Cheap to clone; forgotten when the server stops.
#[derive(Debug, Clone, Default)]
pub struct Strain(Arc<Mutex<BTreeMap<ChannelId, Timestamp>>>);

impl Strain {
    /// How long what can wait must wait on a channel; none where it need not.
    #[must_use]
    pub fn wait(&self, channel: ChannelId, now: Timestamp) -> Option<Duration> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *all.get(&channel)?;
        (until > now).then(|| until.since(now))
    }

    /// Notes how much is used; whether that is nearly all.
    fn hear(&self, channel: ChannelId, percent: u32, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_much = percent >= NEARLY_ALL;
        if is_much {
            all.insert(channel, now.plus(PAUSE));
        } else {
            all.remove(&channel);
        }
        is_much
    }
}

/// Heeds what a vendor says of its allowance beside an answer, and shows it as the channel's health.
pub(super) async fn heed(line: &Line<'_>, reply: &HttpReply) {
    let Ok(Some(percent)) = caught(|| line.translation.used(reply)) else {
        return;
    };
    let (context, channel) = (line.context, &line.channel);
    let strain = &context.vendors.strain;
    let is_much = strain.hear(channel.id, percent, context.clock.now());
    if is_much == is_noted(channel) {
        return;
    }
    if let Err(error) = show(line, is_much).await {
        tracing::error!(channel.id = %channel.id, "what a vendor allows could not be noted: {error}");
    }
}

fn is_noted(channel: &Channel) -> bool {
    channel.notes.iter().any(of_usage)
}

fn of_usage(note: &HealthNote) -> bool {
    note.kind == USAGE
}

async fn show(line: &Line<'_>, is_much: bool) -> Result<(), EngineError> {
    let (stamp, channel_id) = (line.context.stamp(), line.channel.id);
    line.context
        .store
        .write("noting what a vendor allows", move |tx| {
            let Some(mut channel) = channels::get(tx, channel_id)? else {
                return Ok(());
            };
            if is_noted(&channel) == is_much {
                return Ok(());
            }
            let mut pen = stamp.pen();
            if is_much {
                standing::warn(tx, &pen, &mut channel, USAGE, SAID)?;
            } else {
                channel.notes.retain(|note| !of_usage(note));
            }
            channels::put(tx, &channel)?;
            pen.log(tx, Event::ChannelUpdated(ChannelEvent { channel_id }))?;
            Ok::<_, EngineError>(())
        })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::Id as _;

    #[test]
    fn what_can_wait_waits_while_nearly_all_is_used() {
        let (one, other) = (
            ChannelId::from_bytes([1; 16]),
            ChannelId::from_bytes([2; 16]),
        );
        let now = Timestamp::from_secs(1_000);
        let strain = Strain::default();
        assert!(!strain.hear(one, 89, now));
        assert_eq!(strain.wait(one, now), None);
        assert!(strain.hear(one, 90, now));
        assert_eq!(strain.wait(one, now), Some(PAUSE));
        assert_eq!(strain.wait(other, now), None);
        assert_eq!(strain.wait(one, now.plus(PAUSE)), None);
        assert!(!strain.hear(one, 10, now));
        assert_eq!(strain.wait(one, now), None);
    }
}
