//! The register of a channel: addresses to which nothing may be sent, because their people said so or
//! because nothing arrives there. Every sender obeys it.

use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::people::contacts::Contacts;
use crate::model::actor::Actor;
use crate::model::contact::Identity;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::store::records::contacts;
use crate::store::records::identities;

/// An address in the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The address, and since when and why it is closed.
    pub identity: Identity,
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
        let mut found = identities::closed(&read, channel.id, after, limit.saturating_add(1))?;
        let is_more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|last| last.address.clone());
        let mut entries = Vec::with_capacity(found.len());
        for identity in found {
            let owner = contacts::get(&read, identity.contact_id)?;
            entries.push(Entry {
                name: owner.map_or_else(|| identity.address.clone(), |owner| owner.name),
                identity,
            });
        }
        Ok(Register {
            entries,
            next: last.filter(|_| is_more),
        })
    }
}
