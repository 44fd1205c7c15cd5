//! Long texts that come in parts, each as a webhook of its own: they wait for each other, and become
//! one message. Those that stay away for too long are not waited for. sms.md section 3.3.

use std::time::Duration;

use crate::base::crypto::digest;
use crate::channels::Recorded;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::ingest::known;
use crate::engine::ingest::message;
use crate::engine::ingest::waiting;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundPiece;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::Direction;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::dedup;
use crate::store::records::jobs;
use crate::store::records::messages;

/// How long the parts of a message are waited for.
const JOINED_WITHIN: Duration = Duration::from_secs(30);

/// The parts that one message may have; a vendor that says more is mistaken.
const PIECES_MAX: u32 = 255;

/// Takes a part in; the message, once all of it is there.
///
/// # Errors
/// The disk's.
pub fn hear(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    piece: &InboundPiece,
) -> Result<Recorded, EngineError> {
    if !(2..=PIECES_MAX).contains(&piece.total) {
        return message::record(tx, pen, channel, row, &piece.message);
    }
    if let Some(known) = known::find_any(tx, channel, &piece.message.external_id, pen)? {
        return Ok(known::duplicate_of(known.id));
    }
    let group = group_of(piece);
    let mut held: Vec<InboundPiece> = waiting::take(tx, pen, channel.id, &waits_under(group))?;
    let is_first = held.is_empty();
    if held.iter().all(|other| other.number != piece.number) {
        held.push(piece.clone());
    }
    if held.len() >= usize::try_from(piece.total).unwrap_or(usize::MAX) {
        return one(tx, pen, channel, row, held);
    }
    for piece in &held {
        waiting::hold(tx, pen, channel.id, waits_under(group), piece)?;
    }
    if is_first {
        let job = Job {
            id: pen.id(),
            kind: JobKind::JoinPieces {
                channel_id: channel.id,
                group,
            },
            due: pen.now.plus(JOINED_WITHIN),
            attempts: 0,
            created_at: pen.now,
        };
        jobs::put(tx, &job)?;
    }
    Ok(known::nothing())
}

/// Takes in what there is of a message whose parts were waited for long enough.
///
/// # Errors
/// The store's.
pub async fn join(context: &Context, channel: ChannelId, group: u64) -> Result<(), EngineError> {
    let registry = context.channels.clone();
    let stamp = context.stamp();
    context
        .store
        .write("joining the parts of a message", move |tx| {
            let mut pen = stamp.pen();
            let held: Vec<InboundPiece> = waiting::take(tx, &pen, channel, &waits_under(group))?;
            if let Some(channel) = channels::get(tx, channel)?.filter(|_| !held.is_empty()) {
                let row = registry.capabilities(&channel.kind);
                one(tx, &mut pen, &channel, row, held)?;
            }
            Ok(())
        })
        .await
}

/// The digest of what the parts of a message have in common.
fn group_of(piece: &InboundPiece) -> u64 {
    let message = &piece.message;
    let common = [&message.from.address, &message.to, &piece.group];
    let digest = digest(common.map(String::as_str).join("\n").as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

fn waits_under(group: u64) -> String {
    format!("pieces:{group:016x}")
}

/// Records parts as one message, which all their ids stand for.
fn one(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    mut held: Vec<InboundPiece>,
) -> Result<Recorded, EngineError> {
    held.sort_by_key(|piece| piece.number);
    let Some(whole) = joined(&held) else {
        return Ok(known::nothing());
    };
    let recorded = message::record(tx, pen, channel, row, &whole)?;
    let Some(id) = recorded.message_id.filter(|_| !recorded.duplicate) else {
        return Ok(recorded);
    };
    if let Some(mut message) = messages::get(tx, id)? {
        for piece in &held[1..] {
            let part = &piece.message;
            message.external_ids.push(part.external_id.clone());
            let event = dedup::Named {
                channel: channel.id,
                direction: Direction::Inbound,
                external_id: &part.external_id,
                sent_at: part.sent_at,
            };
            dedup::remember_event(tx, &event, id, pen.now, known::repeat_hours(row))?;
        }
        messages::update(tx, &message)?;
    }
    Ok(recorded)
}

/// The words of all parts under the first of them; none for no parts.
fn joined(held: &[InboundPiece]) -> Option<InboundMessage> {
    let first = held.first()?;
    let words = held.iter().map(|piece| piece.message.content.words());
    let mut whole = InboundMessage {
        content: Content::text(words.collect::<String>()),
        ..first.message.clone()
    };
    whole.metadata.shift_remove("concatPart");
    if held.len() < usize::try_from(first.total).unwrap_or(usize::MAX) {
        whole.metadata.insert("incomplete".to_owned(), true.into());
    }
    Some(whole)
}
