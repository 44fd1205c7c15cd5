//! Showing customers that one of us types, where their vendor can.
//!
//! Nothing of it is kept: a sign that finds no room, or no vendor, is not shown.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::ingest::seen;
use crate::engine::live::Heard;
use crate::engine::live::Signal;
use crate::engine::live::Typist;
use crate::engine::workers::Stop;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::model::message::Direction as Way;
use crate::model::outbound::Sign;
use crate::store::Direction;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::messages;

/// Signs that are shown at once.
const RUNNING_MAX: usize = 8;

/// How far back the customer's newest message is looked for.
const LOOK_BACK: usize = 50;

/// Conversations remembered at most before old ones are forgotten.
const REMEMBERED_MAX: usize = 1_000;

/// Shows until it is told to stop.
pub async fn run(context: Context, mut stop: Stop) {
    let mut heard = context.live.listen();
    let mut running = JoinSet::new();
    let mut shown = BTreeMap::new();
    loop {
        let signal = tokio::select! {
            () = stop.asked() => return,
            Some(_) = running.join_next() => continue,
            heard = heard.recv() => match heard {
                Ok(Heard::Signal(signal)) => signal,
                Ok(Heard::Event(_)) | Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            },
        };
        let Some(id) = typed_in(&signal).filter(|_| running.len() < RUNNING_MAX) else {
            continue;
        };
        match about(&context, id, &mut shown) {
            Ok(Some(about)) => {
                running.spawn(show(context.clone(), about));
            }
            Ok(None) => {}
            Err(error) => tracing::error!("showing that somebody types failed: {error}"),
        }
    }
}

/// The conversation one of us types in.
fn typed_in(signal: &Signal) -> Option<ConversationId> {
    match signal {
        Signal::Typing {
            conversation_id,
            who: Typist::Colleague { .. },
            on: true,
        } => Some(*conversation_id),
        _ => None,
    }
}

/// Whom to show it to.
struct About {
    channel: Channel,
    address: String,
    last_external_id: Option<String>,
}

/// Whom to show it to; nobody where the vendor would not, or has just been told.
fn about(
    context: &Context,
    id: ConversationId,
    shown: &mut BTreeMap<ConversationId, Timestamp>,
) -> Result<Option<About>, StoreError> {
    let read = context.store.snapshot()?;
    let Some(conversation) = conversations::get(&read, id)? else {
        return Ok(None);
    };
    let channel = channels::get(&read, conversation.channel_id)?;
    let channel = channel.filter(|one| one.enabled && one.state == ChannelState::Active);
    let Some(channel) = channel else {
        return Ok(None);
    };
    let Some(row) = context.channels.capabilities(&channel.kind) else {
        return Ok(None);
    };
    let now = context.clock.now();
    let every = Duration::from_secs(u64::from(row.typing_every_secs));
    let is_due = shown.get(&id).is_none_or(|last| now.since(*last) >= every);
    if row.own_transport || !is_due {
        return Ok(None);
    }
    if shown.len() >= REMEMBERED_MAX {
        shown.retain(|_, last| now.since(*last) < every);
    }
    shown.insert(id, now);
    Ok(Some(About {
        last_external_id: last_of_customer(&read, &conversation)?,
        address: conversation.address,
        channel,
    }))
}

fn last_of_customer(
    read: &impl Read,
    conversation: &Conversation,
) -> Result<Option<String>, StoreError> {
    let recent = messages::near(read, conversation.id, None, Direction::Backward, LOOK_BACK)?;
    let newest = recent
        .into_iter()
        .find(|message| message.direction == Way::Inbound);
    Ok(newest.and_then(|message| message.external_id().map(str::to_owned)))
}

async fn show(context: Context, about: About) {
    let whom = seen::Whom {
        address: &about.address,
        last_external_id: about.last_external_id.as_deref(),
        seen: &[],
    };
    let shown: Result<(), EngineError> =
        seen::show(&context, about.channel, Sign::Typing, whom).await;
    if let Err(error) = shown {
        tracing::error!("showing that somebody types failed: {error}");
    }
}
