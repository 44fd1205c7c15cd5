//! What vendors tell besides messages: of people, of consent, of the account itself.

use std::time::Duration;

use crate::channels::Recorded;
use crate::engine::alerts;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::happenings;
use crate::engine::inbox::holding;
use crate::engine::ingest::access;
use crate::engine::ingest::known;
use crate::engine::ingest::senders;
use crate::engine::setup::afterwards;
use crate::engine::setup::standing;
use crate::engine::setup::template_copies;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::channel::HealthNote;
use crate::model::contact::Contact;
use crate::model::event::ChannelEvent;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::happening::HappeningKind;
use crate::model::inbound::Consent;
use crate::model::inbound::EVERYTHING;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Notice;
use crate::model::inbound::TemplateNews;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::conversations;

/// Learns what became known of somebody: addresses that belong together, a name. Nobody is made
/// of it.
///
/// # Errors
/// The disk's.
pub fn of_person(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    person: &InboundSender,
) -> Result<Recorded, EngineError> {
    if senders::known(tx, channel, person)?.is_some() {
        let contact = senders::resolve(tx, pen, channel, person)?;
        follow(tx, channel, &contact, person)?;
    }
    Ok(known::nothing())
}

/// Has answers go where somebody moved to.
fn follow(
    tx: &mut Tx<'_>,
    channel: &Channel,
    contact: &Contact,
    person: &InboundSender,
) -> Result<(), StoreError> {
    let Some(mut conversation) = conversations::latest(tx, contact.id, channel.id)? else {
        return Ok(());
    };
    if conversation.is_live() && person.also.contains(&conversation.address) {
        conversation.address.clone_from(&person.address);
        conversations::put(tx, &conversation)?;
    }
    Ok(())
}

/// Writes down what somebody allowed or forbade us.
///
/// # Errors
/// The disk's.
pub fn of_consent(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    consent: &Consent,
) -> Result<Recorded, EngineError> {
    if consent.topic == EVERYTHING {
        return access::of_consent(tx, pen, channel, consent);
    }
    let mut contact = senders::resolve(tx, pen, channel, &consent.from)?;
    let changed = if consent.is_given {
        contact.opt_in(&consent.topic)
    } else {
        let since = consent.at.unwrap_or(pen.now).min(pen.now);
        contact.opt_out(&consent.topic, Some(since))
    };
    if !changed {
        return Ok(known::nothing());
    }
    contact.revision += 1;
    contact.updated_at = pen.now;
    contacts::put(tx, &contact)?;
    let contact_id = contact.id;
    pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
    Ok(known::nothing())
}

/// Keeps what the vendor says about the account. A channel that it breaks stops until it
/// works again; one that it mends is asked for at once.
///
/// # Errors
/// The disk's.
pub fn of_account(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &mut Channel,
    notice: &Notice,
) -> Result<Recorded, EngineError> {
    if notice.effect == Effect::Break && channel.state == ChannelState::Active {
        standing::broke(tx, pen, channel, &notice.text)?;
    }
    if notice.effect == Effect::Mend && channel.state == ChannelState::Error {
        standing::check_after(tx, pen, channel.id, Duration::ZERO)?;
    }
    let note = HealthNote {
        kind: notice.kind.clone(),
        effect: notice.effect,
        text: notice.text.clone(),
        data: notice.data.clone(),
        at: notice.at.unwrap_or(pen.now),
    };
    keep(tx, pen, channel, note)?;
    if let (Some(holds), Some(address)) = (notice.holds, &notice.address) {
        holding::moved(tx, pen, channel.id, address, holds)?;
    }
    Ok(known::nothing())
}

/// Takes over what became of a template, and keeps it with the channel.
///
/// # Errors
/// The disk's.
pub fn of_template(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &mut Channel,
    news: &TemplateNews,
) -> Result<Recorded, EngineError> {
    template_copies::hear(tx, pen, channel.id, news)?;
    if news.is_of_words() {
        afterwards::resync(tx, pen, channel.id)?;
    }
    let bad = ["REJECTED", "PAUSED", "DISABLED", "FLAGGED", "RED"];
    let is_bad = |word: &Option<String>| word.as_deref().is_some_and(|word| bad.contains(&word));
    let note = HealthNote {
        kind: "template".to_owned(),
        effect: if is_bad(&news.status) || is_bad(&news.quality) {
            Effect::Warn
        } else {
            Effect::Note
        },
        text: sentence(news),
        data: serde_json::to_value(news)
            .ok()
            .and_then(|value| value.as_object().cloned())
            .unwrap_or_default(),
        at: pen.now,
    };
    keep(tx, pen, channel, note)?;
    Ok(known::nothing())
}

fn sentence(news: &TemplateNews) -> String {
    let name = news.name.as_deref().unwrap_or("A template");
    let language = news.language.as_ref().map(|code| format!(" ({code})"));
    let told = [
        news.status.as_ref().map(|word| format!("status {word}")),
        news.category
            .as_ref()
            .map(|word| format!("category {word}")),
        news.quality.as_ref().map(|word| format!("quality {word}")),
        news.reason
            .as_ref()
            .map(|word| format!("because of {}", word.trim_end_matches('.'))),
    ];
    let told: Vec<_> = told.into_iter().flatten().collect();
    let told = if told.is_empty() {
        "its text changed".to_owned()
    } else {
        told.join(", ")
    };
    format!("{name}{}: {told}.", language.unwrap_or_default())
}

fn keep(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &mut Channel,
    note: HealthNote,
) -> Result<(), StoreError> {
    let kind = if note.effect == Effect::Warn {
        alerts::watch(tx, pen, channel.id)?;
        HappeningKind::Warned
    } else {
        HappeningKind::Told
    };
    happenings::note(tx, pen.now, channel.id, kind, &note.text)?;
    standing::note(channel, note);
    channel.updated_at = pen.now;
    channels::put(tx, channel)?;
    let channel_id = channel.id;
    pen.log(tx, Event::ChannelUpdated(ChannelEvent { channel_id }))?;
    Ok(())
}
