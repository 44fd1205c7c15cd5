//! Votes in polls of ours: a choice, as if a button had been pressed.

use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::ingest::known;
use crate::engine::ingest::message;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::content::Content;
use crate::model::content::Postback;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Vote;
use crate::store::Tx;

/// What stands for a vote that was taken back.
const TAKEN_BACK: &str = "Vote taken back";

/// Records a vote in the conversation where the poll was asked. One in a poll of somebody else is
/// none of ours.
///
/// # Errors
/// The disk's.
pub fn hear(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    row: Option<&Capabilities>,
    vote: &Vote,
) -> Result<Recorded, EngineError> {
    let Some(poll) = known::find_any(tx, channel, &vote.poll, pen)? else {
        return Ok(known::nothing());
    };
    let choices = poll.content.choices();
    let titles: Vec<&str> = (vote.chosen.iter())
        .filter_map(|at| choices.get(*at))
        .map(|(_, title)| *title)
        .collect();
    let title = if titles.is_empty() {
        TAKEN_BACK.to_owned()
    } else {
        titles.join(", ")
    };
    // In a group it is the group that is answered, not whoever voted.
    let from = if vote.from.address == poll.to {
        vote.from.clone()
    } else {
        InboundSender {
            address: poll.to.clone(),
            ..InboundSender::default()
        }
    };
    let message = InboundMessage {
        external_id: vote.external_id.clone(),
        from,
        to: poll.from.clone(),
        content: Content::Postback(Postback {
            payload: vote.payload.clone(),
            title,
            ..Postback::default()
        }),
        reply_to: Some(vote.poll.clone()),
        sent_at: None,
        metadata: vote.metadata.clone(),
    };
    message::record(tx, pen, channel, row, &message)
}
