//! Messages that are written to go together, such as pictures side by side: some vendors take them in
//! one call. Each says so itself, by a name that it shares with the others.

use std::time::Duration;

use crate::channels::Channel;
use crate::model::Opaque;
use crate::model::content::Content;

/// Under which name a message keeps what it shares with those it goes with.
pub const GROUP: &str = "mediaGroupId";

/// How long a message waits for those that are written right after it.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a message shares with those it goes with.
#[must_use]
pub fn group(metadata: &Opaque) -> Option<&str> {
    let name = metadata.get(GROUP)?.as_str()?;
    Some(name).filter(|name| !name.is_empty())
}

/// How long a message waits before it goes out: for its companions, where the channel would take them
/// in one call.
#[must_use]
pub fn patience(channel: Option<&dyn Channel>, content: &Content, metadata: &Opaque) -> Duration {
    let gathers = group(metadata).and(channel);
    if gathers.is_some_and(|channel| channel.together(&[content, content]) > 1) {
        PATIENCE
    } else {
        Duration::ZERO
    }
}
