//! Machines of ours that write where others may answer by themselves.

use crate::base::crypto::digest;
use crate::channels::email::address;
use crate::channels::email::incoming::auto;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::target::Place;
use crate::engine::rules::machines;
use crate::engine::rules::machines::Silence;
use crate::model::message::Direction;
use crate::model::message::Source;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Direction as Order;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::identities;
use crate::store::records::messages;

/// How far back the customer's newest message is looked for.
const LOOK_BACK: usize = 50;

/// Whether no person is behind a message: nobody has read what it answers.
pub(super) fn is_by_machine(draft: &Draft) -> bool {
    matches!(draft.source, Source::Bot | Source::Flow | Source::System)
}

/// Lets a machine say something, and remembers that it did.
///
/// # Errors
/// It has said enough, nobody reads there, or a machine wrote last.
pub(super) fn hold_back(
    tx: &mut Tx<'_>,
    context: &Context,
    place: &Place,
    draft: &Draft,
    now: crate::base::time::Timestamp,
) -> Result<(), EngineError> {
    if !is_by_machine(draft) {
        return Ok(());
    }
    let channel = &place.channel;
    let translation = context.channels.channel(&channel.kind);
    let hour_max = translation.and_then(|one| one.machine_messages(&channel.settings));
    let Some(hour_max) = hour_max else {
        return Ok(());
    };
    let to = &place.conversation.address;
    if auto::is_unread(to) || is_ours(tx, context, place)? || wrote_by_itself(tx, place)? {
        let message = "A machine of ours does not write to one of somebody else's.";
        return Err(Rejection::field("to", message).into());
    }
    let Some(mut identity) = identities::get(tx, channel.id, to)? else {
        return Ok(());
    };
    let content = serde_json::to_vec(&draft.content).unwrap_or_default();
    let words = *digest(&content).first_chunk().unwrap_or(&[0; 8]);
    let said = machines::may_say(&identity.by_machine, words, hour_max, now);
    identity.by_machine = said.map_err(refused)?;
    identities::put(tx, &identity)?;
    Ok(())
}

fn refused(silence: Silence) -> Rejection {
    let (message, secs) = match silence {
        Silence::Hour => (
            "This address got enough automatic messages this hour.",
            3_600,
        ),
        Silence::Day => (
            "This address got enough automatic messages today.",
            24 * 3_600,
        ),
        Silence::Same => (
            "This address got the same automatic message today.",
            24 * 3_600,
        ),
    };
    Rejection::new(Code::RateLimitExceeded, message).retry_after(secs)
}

/// Whether the address is one of our own channels of the kind.
fn is_ours(tx: &Tx<'_>, context: &Context, place: &Place) -> Result<bool, EngineError> {
    let to = address::without_plus(&place.conversation.address);
    for other in channels::list(tx)? {
        if other.kind == place.channel.kind && address::all(&context.account(&other)?).contains(&to)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a program wrote the customer's newest message.
fn wrote_by_itself(tx: &Tx<'_>, place: &Place) -> Result<bool, EngineError> {
    let recent = messages::near(tx, place.conversation.id, None, Order::Backward, LOOK_BACK)?;
    let newest = recent
        .into_iter()
        .find(|message| message.direction == Direction::Inbound);
    Ok(newest.is_some_and(|message| message.metadata.contains_key("auto")))
}
