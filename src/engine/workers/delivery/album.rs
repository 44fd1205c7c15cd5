//! Messages that go out in the call of the one before them. Each stays a message of its own, with its
//! own id at the vendor and its own outcome; only the call is shared.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::together;
use crate::engine::vendor::Line;
use crate::engine::workers::delivery::begun;
use crate::engine::workers::delivery::taken;
use crate::engine::workers::delivery::taken::Left;
use crate::engine::workers::delivery::taken::Taken;
use crate::engine::workers::delivery::unsure;
use crate::model::content::Content;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::LaneKey;
use crate::store::records::outbox::OutboxRow;

/// Messages behind one that are looked at.
const LOOK_AT: usize = 32;

/// A message that goes out with the one before it.
#[derive(Debug)]
pub struct Companion {
    /// Its place in the outbox.
    pub key: LaneKey,
    /// The message.
    pub message: Message,
}

/// The messages that go out in the call of `first`, which stands at the head of its lane. None where
/// the vendor wanted something of it otherwise: then it goes by itself.
///
/// # Errors
/// The disk's.
pub fn companions(
    read: &impl Read,
    line: &Line<'_>,
    row: &OutboxRow,
    first: &Message,
) -> Result<Vec<Companion>, StoreError> {
    let mut found = Vec::new();
    let group = together::group(&first.metadata);
    let (Some(group), true, true) = (group, row.handles.is_empty(), is_plain(first)) else {
        return Ok(found);
    };
    let rows = outbox::of_lane(read, row.channel_id, &row.address, LOOK_AT)?;
    for next in rows.iter().filter(|next| next.message_id > row.message_id) {
        let Some(message) = messages::get(read, next.message_id)? else {
            break;
        };
        let belongs = together::group(&message.metadata) == Some(group);
        if !belongs || next.begun || next.is_copy || !is_plain(&message) {
            break;
        }
        let key = outbox::key(next);
        found.push(Companion { key, message });
    }
    let rest = found.iter().map(|companion| &companion.message.content);
    let contents: Vec<&Content> = std::iter::once(&first.content).chain(rest).collect();
    let together = (line.translation).together(&line.account, &row.address, &contents);
    found.truncate(together.saturating_sub(1));
    Ok(found)
}

/// Whether a message goes out as it was written, none of it yet.
fn is_plain(message: &Message) -> bool {
    message.sent_as.is_empty() && message.calls_taken == 0
}

/// The vendor took the call: the first id is that of the message before them.
///
/// # Errors
/// The store's.
pub async fn taken(
    context: &Context,
    companions: &[Companion],
    ids: &[String],
) -> Result<(), EngineError> {
    for (at, companion) in companions.iter().enumerate() {
        let taken = Taken {
            ids: ids.get(at + 1).cloned().into_iter().collect(),
            ..Taken::default()
        };
        taken::taken(context, &companion.key, taken, Left::Copies(Vec::new())).await?;
    }
    Ok(())
}

/// The vendor did not take the call: they wait as they did before.
///
/// # Errors
/// The store's.
pub async fn not_taken(context: &Context, companions: &[Companion]) -> Result<(), EngineError> {
    for companion in companions {
        begun::not_begun(context, &companion.key).await?;
    }
    Ok(())
}

/// Nobody knows whether the vendor took the call.
///
/// # Errors
/// The store's.
pub async fn unsure(
    context: &Context,
    companions: &[Companion],
    error: &SendError,
) -> Result<(), EngineError> {
    for companion in companions {
        unsure::record(context, &companion.key, error.clone()).await?;
    }
    Ok(())
}
