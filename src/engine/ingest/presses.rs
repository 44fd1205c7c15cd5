//! Buttons that customers pressed: what they mean, and telling the vendor that the press is here.

use crate::channels::short_key;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::vendor::Line;
use crate::engine::vendor::caught;
use crate::model::channel::ChannelState;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::MessageId;
use crate::model::inbound::Tap;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::outbound::Pressed;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::dedup;
use crate::store::records::jobs;
use crate::store::records::messages;

/// Fills in what a vendor did not carry of a choice, from the message of ours that offered it: the
/// whole id where only a key for it fits a button, and the title.
pub fn complete(content: &mut Content, offer: Option<&Message>) {
    let (Content::Postback(postback), Some(offer)) = (content, offer) else {
        return;
    };
    let choices = offer.content.choices();
    let chosen = choices.iter().find(|(id, title)| {
        let id = if id.is_empty() { title } else { id };
        *id == postback.payload || short_key::stands_for(&postback.payload, id)
    });
    if let Some((id, title)) = chosen {
        if !id.is_empty() {
            postback.payload = (*id).to_owned();
        }
        (*title).clone_into(&mut postback.title);
    }
    postback
        .source_message_id
        .get_or_insert_with(|| offer.id.to_string());
}

/// Writes down that the vendor is to hear of a press.
///
/// # Errors
/// The disk's.
pub fn want(tx: &mut Tx<'_>, pen: &mut Pen, message: &Message) -> Result<(), StoreError> {
    let Content::Postback(postback) = &message.content else {
        return Ok(());
    };
    // What was typed is no press.
    if postback.typed.is_some() {
        return Ok(());
    }
    let job = Job {
        id: pen.id(),
        kind: JobKind::AnswerPress {
            message_id: message.id,
        },
        due: pen.now,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// Answers what was pressed that says nothing. What cannot be told is lost: it can be pressed again.
///
/// # Errors
/// The store's.
pub async fn answer_taps(
    context: &Context,
    id: ChannelId,
    taps: &[Tap],
) -> Result<(), EngineError> {
    for tap in taps {
        let read = context.store.snapshot()?;
        let Some(channel) = channels::get(&read, id)? else {
            return Ok(());
        };
        let (now, hours) = (context.clock.now(), dedup::RECEIPT_HOURS);
        let offer = match &tap.under {
            Some(under) => dedup::find(&read, id, Direction::Outbound, under, now, hours)?,
            None => None,
        };
        drop(read);
        let line = Line::open(context, channel)?;
        let pressed = Pressed {
            account: &line.account,
            external_id: "",
            under: tap.under.as_deref(),
            offer: offer.as_ref().map(|offer| &offer.content),
            metadata: &tap.metadata,
        };
        acknowledge(&line, &pressed).await;
    }
    Ok(())
}

/// Tells the vendor once, where it wants to hear of it.
///
/// # Errors
/// The store's.
pub async fn tell(context: &Context, id: MessageId) -> Result<(), EngineError> {
    let read = context.store.snapshot()?;
    let Some(message) = messages::get(&read, id)? else {
        return Ok(());
    };
    let offer = match message.reply_to {
        Some(id) => messages::get(&read, id)?,
        None => None,
    };
    let channel = channels::get(&read, message.channel_id)?;
    drop(read);
    let Some(channel) = channel.filter(|found| found.state == ChannelState::Active) else {
        return Ok(());
    };
    if context.channels.channel(&channel.kind).is_none() {
        return Ok(());
    }
    let line = Line::open(context, channel)?;
    let pressed = Pressed {
        account: &line.account,
        external_id: message.external_id().unwrap_or_default(),
        under: offer.as_ref().and_then(Message::external_id),
        offer: offer.as_ref().map(|offer| &offer.content),
        metadata: &message.metadata,
    };
    acknowledge(&line, &pressed).await;
    Ok(())
}

async fn acknowledge(line: &Line<'_>, pressed: &Pressed<'_>) {
    let calls = caught(|| line.translation.acknowledge(pressed));
    for call in calls.unwrap_or_default() {
        if let Err(none) = line.call(call).await {
            tracing::debug!(channel.id = %line.channel.id, "a press was not answered: {none:?}");
        }
    }
}
