//! The register of a channel: addresses to which nothing may be sent, because their people said so or
//! because nothing arrives there, and those that get no advertising. Every sender obeys it.

use crate::base::time::Timestamp;
use crate::channels::email::unsubscribe::TOPIC;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::introducing::introduce;
use crate::engine::people::closing;
use crate::engine::people::consenting;
use crate::engine::people::contacts::Contacts;
use crate::model::actor::Actor;
use crate::model::contact::Identity;
use crate::model::contact::Shut;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::ids::IdentityId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::identities;

/// An address in the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The address.
    pub identity: Identity,
    /// Why nothing may be sent to it; none where only advertising may not.
    pub why: Option<Shut>,
    /// Since when; none where nobody wrote that down.
    pub since: Option<Timestamp>,
    /// Whose it is.
    pub name: String,
}

/// A part of the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// In the order of their addresses.
    pub entries: Vec<Entry>,
    /// The address behind which it goes on; none where this is the end.
    pub next: Option<String>,
}

impl Contacts {
    /// The register of a channel behind an address, at most so many entries.
    ///
    /// # Errors
    /// The actor may not; there is no such channel.
    pub fn register(
        &self,
        actor: &Actor,
        channel: ChannelId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Register, EngineError> {
        actor.require(Permission::ReadContacts)?;
        let read = self.0.store.snapshot()?;
        let channel = find::channel_in(&read, channel)?;
        let is_listed = |identity: &Identity| {
            Ok(identity.closed.is_some() || wants_no_advertising(&read, identity)?)
        };
        let most = limit.saturating_add(1);
        let mut found = identities::looked_for(&read, channel.id, after, most, is_listed)?;
        let is_more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|last| last.address.clone());
        let mut entries = Vec::with_capacity(found.len());
        for identity in found {
            let owner = contacts::survivor(&read, identity.contact_id)?;
            let topic = owner.as_ref().map(|owner| &owner.opted_out_since);
            let topic = topic.and_then(|since| since.get(TOPIC).copied());
            entries.push(Entry {
                since: identity.closed.map(|closed| closed.at).or(topic),
                name: owner.map_or_else(|| identity.address.clone(), |owner| owner.name),
                why: identity.closed.map(|closed| closed.why),
                identity,
            });
        }
        Ok(Register {
            entries,
            next: last.filter(|_| is_more),
        })
    }

    /// Puts an address into the register by hand, for somebody who asked for it. One that is in it
    /// stays as it is.
    ///
    /// # Errors
    /// The actor may not; there is no such channel; `INVALID_RECIPIENT`: it is none of the channel's
    /// addresses; a reason that is too long.
    pub async fn enter(
        &self,
        actor: &Actor,
        channel: ChannelId,
        typed: &str,
        reason: &str,
    ) -> Result<(), EngineError> {
        actor.require(Permission::EditContacts)?;
        let reason = consenting::reason(reason, false)?;
        let channel = find::channel_in(&self.0.store.snapshot()?, channel)?;
        let translation = self.0.channels.channel(&channel.kind);
        let address = translation.and_then(|one| one.address(&channel.settings, typed));
        let address = address.ok_or_else(|| Rejection {
            code: Code::InvalidRecipient,
            ..Rejection::field("address", "must be an address to which this channel writes")
        })?;
        let (stamp, actor) = (self.0.stamp(), actor.clone());
        let write = self.0.store.write("entering an address", move |tx| {
            let mut pen = stamp.pen();
            let identity = match identities::get(tx, channel.id, &address)? {
                Some(known) => known,
                None => introduce(tx, &mut pen, &channel, &address)?,
            };
            let at = Some(pen.now);
            if closing::close(tx, &mut pen, channel.id, &address, Shut::OptedOut, at)? {
                consenting::note(
                    tx,
                    &mut pen,
                    &actor,
                    "contact.opted_out",
                    &identity,
                    &reason,
                )?;
            }
            Ok(())
        });
        write.await
    }

    /// Strikes an address out of the register. Against a person's own word that takes an administrator
    /// and a reason; where mail came back it was a mistake of a server, or the mailbox is there again.
    ///
    /// # Errors
    /// The actor may not; there is no such channel or address; a reason that is missing or too long.
    pub async fn strike(
        &self,
        actor: &Actor,
        channel: ChannelId,
        id: IdentityId,
        reason: &str,
    ) -> Result<(), EngineError> {
        actor.require(Permission::EditContacts)?;
        let (stamp, actor, typed) = (self.0.stamp(), actor.clone(), reason.to_owned());
        let write = self.0.store.write("striking an address out", move |tx| {
            let mut pen = stamp.pen();
            let is_it = |one: &Identity| Ok(one.id == id);
            let mut found = identities::looked_for(tx, channel, None, 1, is_it)?;
            let identity = found.pop().ok_or_else(missing)?;
            let why = identity.closed.map(|closed| closed.why);
            let is_own_word = why != Some(Shut::Unreachable);
            if is_own_word {
                actor.require(Permission::GrantConsent)?;
            }
            let reason = consenting::reason(&typed, is_own_word)?;
            let changed = match why {
                Some(why) => closing::reopen(tx, &mut pen, channel, &identity.address, why)?,
                None => advertise_again(tx, &mut pen, &identity)?,
            };
            if changed {
                consenting::note(tx, &mut pen, &actor, "contact.opted_in", &identity, &reason)?;
            }
            Ok(())
        });
        write.await
    }
}

fn missing() -> Rejection {
    Rejection::not_found(Code::ResourceNotFound, "identifier")
}

fn wants_no_advertising(read: &impl Read, identity: &Identity) -> Result<bool, StoreError> {
    let owner = contacts::survivor(read, identity.contact_id)?;
    Ok(owner.is_some_and(|owner| owner.opted_out.iter().any(|topic| topic == TOPIC)))
}

fn advertise_again(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    identity: &Identity,
) -> Result<bool, EngineError> {
    let mut contact = find::contact_in(tx, identity.contact_id)?;
    if !contact.opt_in(TOPIC) {
        return Ok(false);
    }
    contact.revision += 1;
    contact.updated_at = pen.now;
    contacts::put(tx, &contact)?;
    let contact_id = contact.id;
    pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
    Ok(true)
}
