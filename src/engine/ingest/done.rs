//! What somebody did with a message that was sent before: reactions, edits, deletions.
//!
//! Webhooks overtake each other: what was done with a message that has not come yet waits with the
//! receipts that come early, and is carried out once its message is there.

use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::revised;
use crate::engine::ingest::known;
use crate::engine::ingest::media;
use crate::engine::ingest::senders;
use crate::engine::ingest::waiting;
use crate::engine::rules::revising::Scope;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::model::inbound::InboundDelete;
use crate::model::inbound::InboundEdit;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundReaction;
use crate::model::message::Message;
use crate::model::message::ReactionMark;
use crate::model::message::SenderKind;
use crate::model::opaque;
use crate::store::Tx;

/// Under which id something waits for the message of that id.
fn waits_under(external_id: &str) -> String {
    format!("done:{external_id}")
}

/// Carries out what was done with a message before it came, in the order in which that was told.
///
/// # Errors
/// The disk's.
pub fn catch_up(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    external_id: &str,
) -> Result<(), EngineError> {
    let held = waiting::take(tx, pen, channel, &waits_under(external_id))?;
    if held.is_empty() {
        return Ok(());
    }
    let channel = find::channel_in(tx, channel)?;
    for one in held {
        match one {
            InboundEvent::Reaction(reaction) => react(tx, pen, &channel, &reaction)?,
            InboundEvent::Edit(edit) => change(tx, pen, &channel, &edit)?,
            InboundEvent::Delete(delete) => take_back(tx, pen, &channel, &delete)?,
            _ => known::nothing(),
        };
    }
    Ok(())
}

/// Records a reaction.
///
/// # Errors
/// The disk's.
pub fn react(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    reaction: &InboundReaction,
) -> Result<Recorded, EngineError> {
    let target = &reaction.target_external_id;
    let Some(mut message) = known::find_any(tx, channel, target, pen)? else {
        let done = InboundEvent::Reaction(reaction.clone());
        waiting::hold(tx, pen, channel.id, waits_under(target), &done)?;
        return Ok(known::nothing());
    };
    if message.deleted_at.is_some() {
        return Ok(known::duplicate_of(message.id));
    }
    let contact = senders::resolve(tx, pen, channel, &reaction.from)?;
    let author = contact.id.to_string();
    mark(
        &mut message,
        SenderKind::Contact,
        &author,
        &reaction.emoji,
        pen,
    );
    let set = message.reactions.iter_mut();
    for held in set.filter(|held| held.author == author) {
        held.metadata.clone_from(&reaction.metadata);
    }
    revised::store(tx, pen, &message)?;
    Ok(Recorded {
        message_id: Some(message.id),
        duplicate: false,
    })
}

/// Sets one author's reaction on a message; an empty emoji takes it back.
pub fn mark(message: &mut Message, by: SenderKind, author: &str, emoji: &str, pen: &Pen) {
    message.reactions.retain(|held| held.author != author);
    if !emoji.is_empty() {
        let (emoji, author) = (emoji.to_owned(), author.to_owned());
        message.reactions.push(ReactionMark {
            emoji,
            by,
            author,
            at: pen.now,
            metadata: Opaque::new(),
        });
    }
    message.updated_at = pen.now;
}

/// Records that a message says something else. An edit that was overtaken by a later one changes nothing.
///
/// # Errors
/// The disk's.
pub fn change(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    edit: &InboundEdit,
) -> Result<Recorded, EngineError> {
    let Some(mut message) = known::find_any(tx, channel, &edit.external_id, pen)? else {
        let done = InboundEvent::Edit(edit.clone());
        waiting::hold(tx, pen, channel.id, waits_under(&edit.external_id), &done)?;
        return Ok(known::nothing());
    };
    let at = edit.at.unwrap_or(pen.now);
    let is_late = message.edited_at.is_some_and(|edited| at < edited);
    let mut metadata = message.metadata.clone();
    opaque::merge(&mut metadata, &edit.metadata);
    let is_same = message.content == edit.content && message.metadata == metadata;
    if is_same || is_late || message.deleted_at.is_some() {
        return Ok(known::duplicate_of(message.id));
    }
    message.metadata = metadata;
    revised::replace(tx, pen, &mut message, edit.content.clone(), at)?;
    media::want(tx, pen, &mut message)?;
    Ok(Recorded {
        message_id: Some(message.id),
        duplicate: false,
    })
}

/// Records that a message was taken back.
///
/// # Errors
/// The disk's.
pub fn take_back(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    delete: &InboundDelete,
) -> Result<Recorded, EngineError> {
    let Some(mut message) = known::find_any(tx, channel, &delete.external_id, pen)? else {
        let done = InboundEvent::Delete(delete.clone());
        waiting::hold(tx, pen, channel.id, waits_under(&delete.external_id), &done)?;
        return Ok(known::nothing());
    };
    if message.deleted_at.is_some() {
        return Ok(known::duplicate_of(message.id));
    }
    revised::withdraw(tx, pen, &mut message, Scope::Everyone)?;
    Ok(Recorded {
        message_id: Some(message.id),
        duplicate: false,
    })
}
