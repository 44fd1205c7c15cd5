//! Writing down that a vendor took a call, and what came early for it.

use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::receipts;
use crate::engine::ingest::done;
use crate::engine::ingest::news;
use crate::engine::ingest::ours;
use crate::engine::people::closing;
use crate::engine::workers::delivery::copies;
use crate::engine::workers::delivery::outcome::found;
use crate::model::Opaque;
use crate::model::contact::Shut;
use crate::model::ids::ChannelId;
use crate::model::inbound::InboundSender;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::opaque;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::dedup;
use crate::store::records::messages;
use crate::store::records::outbox;
use crate::store::records::outbox::LaneKey;
use crate::store::records::outbox::OutboxRow;

/// What is left of a message after the vendor took a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// More calls: the next is begun with the same stroke.
    More,
    /// More calls, not before a moment.
    Later(Timestamp),
    /// Nothing for the customer; copies for these.
    Copies(Vec<String>),
}

/// What is known of a call that the vendor took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taken {
    /// The ids under which it took it, the one that receipts name last.
    pub ids: Vec<String>,
    /// What is kept with the message.
    pub kept: Opaque,
    /// Whom it went to, where a mail goes to each by itself.
    pub whom: Option<String>,
    /// Why the vendor keeps it back for now, where it does.
    pub kept_back: Option<String>,
    /// Who gets no copy although the vendor took it, and why.
    pub left_out: Vec<(String, SendError)>,
}

/// Under this name a message keeps why its vendor keeps it back.
const KEPT_BACK: &str = "messageStatus";

/// The vendor took a call.
///
/// # Errors
/// The store's.
pub async fn taken(
    context: &Context,
    key: &LaneKey,
    taken: Taken,
    left: Left,
) -> Result<(), EngineError> {
    let key = key.clone();
    let stamp = context.stamp();
    context
        .store
        .write("recording that a vendor took a message", move |tx| {
            let mut pen = stamp.pen();
            let Some((row, mut message)) = found(tx, &key)? else {
                return Ok(());
            };
            learn(tx, &mut message, &taken.ids, pen.now)?;
            opaque::merge(&mut message.metadata, &taken.kept);
            if let Some(why) = &taken.kept_back {
                message
                    .metadata
                    .insert(KEPT_BACK.to_owned(), why.clone().into());
            }
            if let Some(whom) = &taken.whom {
                message.note_recipient(whom, Delivery::Sent, None);
            }
            for (whom, why) in &taken.left_out {
                message.note_recipient(whom, Delivery::Failed, Some(why));
                closing::close_anybodys(tx, &mut pen, key.0, whom, Shut::OptedOut, None)?;
            }
            message.updated_at = pen.now;
            if row.is_copy {
                messages::update(tx, &message)?;
                return Ok(outbox::remove(tx, &row)?);
            }
            message.calls_taken += 1;
            let others = match &left {
                Left::Copies(others) => others,
                Left::More => return Ok(messages::update(tx, &message)?),
                Left::Later(due) => {
                    messages::update(tx, &message)?;
                    let waiting = OutboxRow {
                        begun: false,
                        due: *due,
                        ..row.clone()
                    };
                    return Ok(outbox::update(tx, &row, &waiting)?);
                }
            };
            message.calls_taken = 0;
            message.called_at = row.called_at;
            messages::update(tx, &message)?;
            outbox::remove(tx, &row)?;
            let now = pen.now;
            if taken.kept_back.is_none() {
                receipts::hear(tx, &mut pen, &mut message, Delivery::Sent, now, None)?;
            }
            copies::push(tx, &message, others, now)?;
            hear_early(tx, &mut pen, &mut message)?;
            ours::let_go(tx, &mut pen, key.0, &key.1)?;
            Ok(channels::note_outbound(tx, key.0, pen.now)?)
        })
        .await
}

/// The vendor knows the customer under other addresses too: they lead to the same contact from now
/// on.
///
/// # Errors
/// The store's.
pub async fn met(
    context: &Context,
    channel: ChannelId,
    person: InboundSender,
) -> Result<(), EngineError> {
    let stamp = context.stamp();
    context
        .store
        .write("learning another address of a customer", move |tx| {
            let channel = find::channel_in(tx, channel)?;
            news::of_person(tx, &mut stamp.pen(), &channel, &person).map(drop)
        })
        .await
}

/// Remembers the vendor's ids of a message.
fn learn(
    tx: &mut Tx<'_>,
    message: &mut Message,
    ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    for id in ids {
        // An echo may have been quicker than the answer.
        if !message.external_ids.contains(id) {
            message.external_ids.push(id.clone());
        }
        let way = Direction::Outbound;
        dedup::remember(tx, message.channel_id, way, id, message.id, now)?;
    }
    Ok(())
}

/// What came before we knew under which ids the vendor took the message: receipts, and reactions.
fn hear_early(tx: &mut Tx<'_>, pen: &mut Pen, message: &mut Message) -> Result<(), EngineError> {
    for id in message.external_ids.clone() {
        for receipt in dedup::take_early(tx, message.channel_id, &id, pen.now)? {
            receipts::of_part(tx, pen, message, &receipt)?;
        }
        done::catch_up(tx, pen, message.channel_id, &id)?;
    }
    Ok(())
}
