//! From a vendor's bytes to recorded facts.
//!
//! A webhook is verified before it is parsed, recorded in one transaction, and answered only when
//! that is on disk. What is genuine but unreadable is kept to be read again after a fix.

pub mod access;
pub mod apply;
pub mod arriving;
pub mod clicks;
mod copies;
pub mod done;
pub mod fetching;
mod heeding;
mod known;
pub mod mail;
mod mail_events;
pub mod mailed;
pub mod media;
mod message;
pub mod news;
pub mod opening;
pub mod ours;
pub mod people;
pub mod pieces;
pub mod presses;
pub mod quarantine;
mod receipt;
pub mod seen;
pub mod senders;
#[cfg(test)]
mod tests;
pub mod unheard;
pub mod unsubscribing;
mod votes;
mod waiting;

use std::time::Duration;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::channels::Channel as Translation;
use crate::channels::ParseError;
use crate::channels::Recorded;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::happenings;
use crate::engine::roster;
use crate::engine::roster::Member;
use crate::engine::vendor::caught;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::happening::HappeningKind;
use crate::model::ids::ChannelId;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Tap;
use crate::model::outbound::Account;
use crate::model::outbound::Polled;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::dedup;
use crate::store::records::intake;

/// Receiving what vendors report.
#[derive(Clone)]
pub struct Ingest(pub Context);

impl Ingest {
    /// Takes a webhook in and says what to answer. With an answer, everything in it is on disk.
    ///
    /// # Errors
    /// There is no such channel; the webhook is not genuine (nothing is kept); the sender is a
    /// program and made a mistake; the store is in trouble, and the vendor should come again.
    pub async fn receive(
        &self,
        kind: &ChannelKind,
        id: ChannelId,
        hook: Webhook,
    ) -> Result<HttpReply, EngineError> {
        let missing = || Rejection::not_found(Code::ChannelNotFound, "channel");
        let members = self.0.roster.now(&self.0)?;
        let member = roster::find(&members, id)
            .filter(|member| member.channel.kind == *kind)
            .ok_or_else(missing)?;
        let translation = self.0.channels.channel(kind).ok_or_else(missing)?;
        let (channel, account) = (&member.channel, member.account()?);
        let now = self.0.clock.now();
        let greeted = caught(|| translation.greet(account, &hook));
        if let Some(reply) = greeted.map_err(EngineError::Broken)? {
            let kind = if reply.status == 200 {
                HappeningKind::Greeted
            } else {
                HappeningKind::NotGreeted
            };
            happenings::tell(&self.0, channel.id, kind, String::new()).await;
            return Ok(reply);
        }
        let proof = match translation.proof_at(account, &hook) {
            Some(url) => Some(self.proof(url).await?),
            None => None,
        };
        let verified = caught(|| match &proof {
            Some(proof) => translation.verify_by(account, &hook, proof, now),
            None => translation.verify(account, &hook, now),
        });
        if verified.map_err(EngineError::Broken)?.is_err() {
            let kind = HappeningKind::NotGenuine;
            happenings::tell(&self.0, channel.id, kind, String::new()).await;
            return turned_away(translation, account, &hook);
        }
        let once = translation.once(account, &hook);
        self.heed(channel, translation.heed(account, &hook)).await?;
        match parsed(translation, account, &hook) {
            Ok(events) => {
                let mut all = vec![(channel.id, events)];
                if translation.shares_webhooks() {
                    all.extend(self.neighbours(&members, channel, translation, &hook)?);
                }
                let once = once.map(|proof| (channel.id, proof));
                let taps = taps_of(&all[0].1);
                if let Some(recorded) = self.record_all(all, once).await? {
                    presses::answer_taps(&self.0, channel.id, &taps).await?;
                    return Ok(translation.answer(account, &recorded));
                }
                let Some(refusal) = translation.turn_back(account, &hook) else {
                    return Ok(translation.answer(account, &[]));
                };
                let kind = HappeningKind::NotGenuine;
                happenings::tell(&self.0, channel.id, kind, String::new()).await;
                Ok(refusal)
            }
            Err(ParseError::Refused(rejection)) => Err(rejection.into()),
            Err(ParseError::Unreadable(reason)) => {
                tracing::error!(channel.id = %channel.id, "a webhook could not be read: {reason}");
                let kind = HappeningKind::Unreadable;
                happenings::tell(&self.0, channel.id, kind, String::new()).await;
                self.quarantine(channel.id, hook, reason).await?;
                Ok(translation.answer(account, &[]))
            }
        }
    }

    /// What a webhook holds for other channels of the same kind that find it genuine: a vendor
    /// that knows one address for several accounts sends everything there. Where one of them cannot be
    /// opened, the vendor comes again: what is in it for that channel is not to be lost.
    ///
    /// # Errors
    /// A secret that this installation's key does not open.
    fn neighbours(
        &self,
        members: &[Member],
        channel: &Channel,
        translation: &dyn Translation,
        hook: &Webhook,
    ) -> Result<Vec<(ChannelId, Vec<InboundEvent>)>, EngineError> {
        let now = self.0.clock.now();
        let mut found = Vec::new();
        let others = members.iter().filter(|member| {
            member.channel.kind == channel.kind && member.channel.id != channel.id
        });
        for other in others {
            let account = other.account()?;
            let is_genuine = || translation.verify(account, hook, now).is_ok();
            if !caught(is_genuine).unwrap_or(false) {
                continue;
            }
            if let Ok(events) = parsed(translation, account, hook)
                && !events.is_empty()
            {
                found.push((other.channel.id, events));
            }
        }
        Ok(found)
    }

    /// Records facts that a vendor proved to come from it, in one transaction, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn record(
        &self,
        channel: ChannelId,
        events: Vec<InboundEvent>,
    ) -> Result<Vec<Recorded>, EngineError> {
        let recorded = self.record_all(vec![(channel, events)], None).await?;
        Ok(recorded.unwrap_or_default())
    }

    /// Records what a vendor told when it was asked, and where to go on, in one transaction.
    ///
    /// # Errors
    /// The store's.
    pub async fn record_polled(
        &self,
        channel: ChannelId,
        polled: Polled,
    ) -> Result<(), EngineError> {
        let stamp = self.0.stamp();
        let registry = self.0.channels.clone();
        let taps = taps_of(&polled.events);
        self.0
            .store
            .write("recording what a vendor told", move |tx| {
                let found = find::channel_in(tx, channel)?;
                let row = registry.capabilities(&found.kind);
                apply::all(tx, &mut stamp.pen(), found, row, &polled.events)?;
                Ok::<_, EngineError>(intake::put_position(tx, channel, &polled.position)?)
            })
            .await?;
        presses::answer_taps(&self.0, channel, &taps).await
    }

    /// Records facts of several channels in one transaction. None, and nothing is recorded, where
    /// what names them came before.
    async fn record_all(
        &self,
        all: Vec<(ChannelId, Vec<InboundEvent>)>,
        once: Option<(ChannelId, String)>,
    ) -> Result<Option<Vec<Recorded>>, EngineError> {
        let mut kept = Vec::with_capacity(all.len());
        for (channel, events) in all {
            kept.push((channel, self.with_mail_stored(events).await?));
        }
        let stamp = self.0.stamp();
        let registry = self.0.channels.clone();
        self.0
            .store
            .write("recording what a vendor reported", move |tx| {
                let mut pen = stamp.pen();
                if let Some((channel, proof)) = &once
                    && !dedup::first_time(tx, *channel, proof, pen.now)?
                {
                    return Ok(None);
                }
                let mut recorded = Vec::new();
                for (channel, events) in &kept {
                    let mut channel = find::channel_in(tx, *channel)?;
                    let row = registry.capabilities(&channel.kind);
                    proved(tx, &mut pen, &mut channel)?;
                    recorded.extend(apply::all(tx, &mut pen, channel, row, events)?);
                }
                Ok(Some(recorded))
            })
            .await
    }
}

/// What was pressed that only wants an answer.
fn taps_of(events: &[InboundEvent]) -> Vec<Tap> {
    let taps = events.iter().filter_map(|event| match event {
        InboundEvent::Tap(tap) => Some(tap.clone()),
        _ => None,
    });
    taps.collect()
}

/// The answer to a webhook that is not genuine, in the form its vendor understands.
///
/// # Errors
/// The usual refusal, where the vendor knows no other.
fn turned_away(
    translation: &dyn Translation,
    account: &Account,
    hook: &Webhook,
) -> Result<HttpReply, EngineError> {
    let message = "The signature of this webhook is missing or wrong.";
    translation
        .turn_away(account, hook)
        .ok_or_else(|| Rejection::new(Code::InvalidToken, message).into())
}

/// Notes that the vendor of a channel reached us, to the second so that a burst does not rewrite it
/// each time. For the first time is news.
fn proved(tx: &mut Tx<'_>, pen: &mut Pen, channel: &mut Channel) -> Result<(), StoreError> {
    let second = Duration::from_secs(1);
    let last = channel.webhook_at;
    if last.is_some_and(|last| pen.now.since(last) < second) {
        return Ok(());
    }
    channel.webhook_at = Some(pen.now);
    channels::put(tx, channel)?;
    if last.is_none() {
        let kind = HappeningKind::FirstWebhook;
        happenings::note(tx, pen.now, channel.id, kind, "")?;
    }
    Ok(())
}

/// What a webhook says. A channel that panics over it could not read it.
fn parsed(
    translation: &dyn Translation,
    account: &Account,
    hook: &Webhook,
) -> Result<Vec<InboundEvent>, ParseError> {
    caught(|| translation.parse(account, hook))
        .unwrap_or_else(|panic| Err(ParseError::Unreadable(panic)))
}
