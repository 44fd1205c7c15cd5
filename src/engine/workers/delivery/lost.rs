//! Asking vendors about messages of which nobody knows whether they took them. What they have counts as
//! sent; what they do not have a while later never reached them. Of those who tell nothing it stays for
//! a person, or a receipt.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::receipts;
use crate::engine::inbox::send;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::engine::workers::delivery::attempt;
use crate::engine::workers::delivery::begun;
use crate::engine::workers::delivery::outcome::log_status;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::MessageId;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::outbound::Asked;
use crate::model::outbound::Lost;
use crate::model::outbound::Step;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::dedup;
use crate::store::records::jobs;
use crate::store::records::messages;
use crate::store::records::outbox;

/// How long after a call the vendor is first asked: its reports may tell before.
const FIRST: Duration = Duration::from_secs(30);

/// Pauses before it is asked again, in seconds. With the first they are a quarter of an hour; what it
/// does not have by then it never got.
const WAITS_SECS: [u64; 4] = [90, 180, 300, 300];

/// Channels whose vendor tells what it took.
pub type Tellers = BTreeSet<ChannelId>;

/// The channels whose vendor tells what it took.
///
/// # Errors
/// The disk's.
pub fn tellers(context: &Context) -> Result<Tellers, EngineError> {
    let mut tellers = Tellers::new();
    for channel in channels::list(&context.store.snapshot()?)? {
        if tells(context, &channel) {
            tellers.insert(channel.id);
        }
    }
    Ok(tellers)
}

fn tells(context: &Context, channel: &Channel) -> bool {
    let translation = context.channels.channel(&channel.kind);
    let (Some(translation), Ok(account)) = (translation, context.account(channel)) else {
        return false;
    };
    let (parts, metadata, now) = ([Content::text("?")], Opaque::new(), context.clock.now());
    let lost = Lost {
        to: "",
        parts: &parts,
        calls_taken: 0,
        metadata: &metadata,
        since: now,
    };
    let asked = Asked {
        account: &account,
        replies: &[],
        now,
    };
    caught(|| translation.find_lost(&lost, &asked).is_some()).unwrap_or(false)
}

/// Writes down that the vendor is to be asked about a message.
///
/// # Errors
/// The disk's.
pub fn want(tx: &mut Tx<'_>, pen: &mut Pen, message_id: MessageId) -> Result<(), StoreError> {
    let job = Job {
        id: pen.id(),
        kind: JobKind::FindLost { message_id },
        due: pen.now.plus(FIRST),
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// Asks about a message; how long until it is asked again, where it must be.
///
/// # Errors
/// The store's.
pub async fn look(
    context: &Context,
    job: &Job,
    id: MessageId,
) -> Result<Option<Duration>, EngineError> {
    let index = usize::try_from(job.attempts).unwrap_or(usize::MAX);
    let pause = WAITS_SECS.get(index).copied().map(Duration::from_secs);
    let read = context.store.snapshot()?;
    let message = messages::get(&read, id)?.filter(is_lost);
    let Some(message) = message else {
        return Ok(None);
    };
    let channel = channels::get(&read, message.channel_id)?.filter(begun::sends);
    drop(read);
    let Some(channel) = channel else {
        return Ok(pause);
    };
    let Some(found) = asked(context, channel, &message, job.created_at).await? else {
        // It did not say; without an answer to the last question it stays for a person.
        return Ok(pause);
    };
    settle(context, id, found, pause.is_none())
        .await
        .map(|done| pause.filter(|_| !done))
}

fn is_lost(message: &Message) -> bool {
    message.delivery == Delivery::Unsure && message.deleted_at.is_none()
}

/// What the vendor has that may be a message; none where it does not say now.
async fn asked(
    context: &Context,
    channel: Channel,
    message: &Message,
    noticed: Timestamp,
) -> Result<Option<Vec<String>>, EngineError> {
    let mut line = Line::open(context, channel)?;
    if line.renew().await.is_err() {
        return Ok(None);
    }
    let lost = Lost {
        to: &message.to,
        parts: attempt::parts(message),
        calls_taken: usize::from(message.calls_taken),
        metadata: &message.metadata,
        since: message.called_at.unwrap_or(noticed),
    };
    let translation = line.translation;
    let next = |asked: &Asked<'_>| {
        let next = translation.find_lost(&lost, asked);
        next.unwrap_or_else(|| Ok(Step::Done(Vec::new())))
    };
    match line.hold(next).await {
        Ok(found) => Ok(Some(found)),
        Err(broken) => {
            let why = broken.refusal.error().message.clone();
            tracing::info!(channel.id = %line.channel.id, "a vendor did not say what it took: {why}");
            Ok(None)
        }
    }
}

/// Settles a message by what the vendor has: the first of it that is no other message's. Whether that
/// settled it. With the last answer nothing means that it has none.
async fn settle(
    context: &Context,
    id: MessageId,
    found: Vec<String>,
    is_last: bool,
) -> Result<bool, EngineError> {
    let stamp = context.stamp();
    context
        .store
        .write("settling a message by what its vendor has", move |tx| {
            let mut pen = stamp.pen();
            let Some(mut message) = messages::get(tx, id)?.filter(is_lost) else {
                return Ok(true);
            };
            let (channel, way) = (message.channel_id, Direction::Outbound);
            for external_id in &found {
                let hours = dedup::RECEIPT_HOURS;
                let known = dedup::find(tx, channel, way, external_id, pen.now, hours)?;
                if known.is_none() {
                    take(tx, &mut pen, &mut message, external_id)?;
                    return Ok(true);
                }
            }
            if is_last {
                let now = pen.now;
                let error = Some(not_taken());
                receipts::hear(tx, &mut pen, &mut message, Delivery::Failed, now, error)?;
            }
            Ok(is_last)
        })
        .await
}

/// The vendor has it: it goes on behind that call, which says that it is sent where there is no other.
fn take(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    message: &mut Message,
    external_id: &str,
) -> Result<(), EngineError> {
    message.external_ids.push(external_id.to_owned());
    let (channel, way) = (message.channel_id, Direction::Outbound);
    dedup::remember(tx, channel, way, external_id, message.id, pen.now)?;
    message.calls_taken += 1;
    message.delivery = Delivery::Pending;
    message.error = None;
    message.updated_at = pen.now;
    messages::update(tx, message)?;
    let row = outbox::OutboxRow {
        called_at: message.called_at,
        ..send::row(message, pen.now)
    };
    outbox::push(tx, &row)?;
    Ok(log_status(tx, pen, message)?)
}

fn not_taken() -> SendError {
    SendError::passing(
        "not_taken",
        "The vendor has no such message: it never got there.",
    )
}
