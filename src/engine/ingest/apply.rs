//! All facts of one webhook, in one transaction.

use std::time::Duration;

use crate::channels::Recorded;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::ingest::access;
use crate::engine::ingest::arriving;
use crate::engine::ingest::done;
use crate::engine::ingest::known;
use crate::engine::ingest::mail_events;
use crate::engine::ingest::message;
use crate::engine::ingest::news;
use crate::engine::ingest::ours;
use crate::engine::ingest::pieces;
use crate::engine::ingest::receipt;
use crate::engine::ingest::votes;
use crate::engine::webchat::programs;
use crate::model::capability::Capabilities;
use crate::model::channel::Channel;
use crate::model::inbound::InboundEvent;
use crate::model::message::Source;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;

/// Records facts, oldest first; one entry of the answer for each.
///
/// # Errors
/// The disk's.
pub fn all(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    mut channel: Channel,
    row: Option<&Capabilities>,
    events: &[InboundEvent],
) -> Result<Vec<Recorded>, EngineError> {
    let hours = known::repeat_hours(row);
    let mut recorded = Vec::with_capacity(events.len());
    for event in events {
        recorded.push(match event {
            InboundEvent::Message(message) if row.is_some_and(|row| row.own_transport) => {
                let message = programs::as_visitor(tx, pen, &channel, message)?;
                let one = message::record(tx, pen, &channel, row, &message)?;
                if let Some(id) = one.message_id.filter(|_| !one.duplicate) {
                    programs::spoke(tx, &message.from.address, id)?;
                }
                one
            }
            InboundEvent::Message(message) => message::record(tx, pen, &channel, row, message)?,
            InboundEvent::Comment(comment) => {
                let said = (comment, Source::Comment);
                message::keep(tx, pen, &channel, row, said)?
            }
            InboundEvent::Receipt(receipt) => receipt::hear(tx, pen, &channel, row, receipt)?,
            InboundEvent::Reaction(reaction) => done::react(tx, pen, &channel, reaction)?,
            InboundEvent::Edit(edit) => done::change(tx, pen, &channel, edit)?,
            InboundEvent::Delete(delete) => done::take_back(tx, pen, &channel, delete)?,
            InboundEvent::Watermark(mark) => ours::up_to(tx, pen, &channel, mark)?,
            InboundEvent::Echo(echo) => ours::echo(tx, pen, &channel, echo)?,
            InboundEvent::Past(past) => ours::past(tx, pen, &channel, hours, past)?,
            InboundEvent::Contact(person) => news::of_person(tx, pen, &channel, person)?,
            InboundEvent::Consent(consent) => {
                let heard = news::of_consent(tx, pen, &channel, consent)?;
                if row.is_some_and(|row| row.threads) && !heard.duplicate {
                    mail_events::of_consent(tx, pen, &channel, consent)?;
                }
                heard
            }
            InboundEvent::Access(heard) => access::of_access(tx, pen, &channel, row, heard)?,
            InboundEvent::Answer(answer) => access::of_answer(tx, pen, &channel, answer)?,
            InboundEvent::Notice(notice) => news::of_account(tx, pen, &mut channel, notice)?,
            InboundEvent::Template(news) => news::of_template(tx, pen, &mut channel, news)?,
            InboundEvent::Piece(piece) => pieces::hear(tx, pen, &channel, row, piece)?,
            InboundEvent::Mail(mail) => arriving::of_mail(tx, pen, &channel, mail)?,
            InboundEvent::Vote(vote) => votes::hear(tx, pen, &channel, row, vote)?,
            // Answered once everything is on disk.
            InboundEvent::Tap(_) => known::nothing(),
        });
    }
    if recorded
        .iter()
        .any(|one| one.message_id.is_some() && !one.duplicate)
    {
        note_inbound(tx, &mut channel, pen)?;
    }
    Ok(recorded)
}

/// A channel's last inbound time, kept to the second so that a burst does not rewrite it each time.
///
/// # Errors
/// The disk's.
pub fn note_inbound(tx: &mut Tx<'_>, channel: &mut Channel, pen: &Pen) -> Result<(), StoreError> {
    let second = Duration::from_secs(1);
    if channel
        .last_inbound_at
        .is_none_or(|last| pen.now.since(last) >= second)
    {
        channel.last_inbound_at = Some(pen.now);
        channels::put(tx, channel)?;
    }
    Ok(())
}
