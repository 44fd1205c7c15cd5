//! Messages that are written to go together, such as pictures side by side: some vendors take them in
//! one call. Each says so itself, by a name that it shares with the others.

use std::time::Duration;

use crate::engine::context::Context;
use crate::model::Opaque;
use crate::model::channel::Channel;
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
pub fn patience(context: &Context, at: (&Channel, &str), said: (&Content, &Opaque)) -> Duration {
    let ((channel, to), (content, metadata)) = (at, said);
    let gathers = || {
        let translation = context.channels.channel(&channel.kind)?;
        // Of an account that cannot be read nothing goes out, together or not.
        let account = context.account(channel).ok()?;
        Some(translation.together(&account, to, &[content, content]) > 1)
    };
    if group(metadata).is_some() && gathers() == Some(true) {
        PATIENCE
    } else {
        Duration::ZERO
    }
}
