//! What pages show around conversations: addresses of a contact, names of teams and labels, the
//! state of channels. Reading only.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::channel::ChannelState;
use crate::model::contact::Closed;
use crate::model::contact::Identity;
use crate::model::conversation::Conversation;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::TeamId;
use crate::model::ids::VisitorId;
use crate::model::permission::Permission;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::identities;
use crate::store::records::organisation;
use crate::store::records::tags;
use crate::store::records::teams;

/// The visitor a contact is in a web chat, by the contact's addresses; none elsewhere.
#[must_use]
pub fn visitor_of(identities: &[Identity], chat: ChannelId) -> Option<VisitorId> {
    let own = identities.iter().find(|identity| {
        identity.channel_id == chat && identity.channel_kind.as_str() == "webchat"
    })?;
    own.address.parse().ok()
}

/// Looking around.
#[derive(Clone)]
pub struct Surroundings(pub Context);

impl Surroundings {
    /// The name of the business; none before set-up.
    ///
    /// # Errors
    /// The store's.
    pub fn workspace(&self) -> Result<Option<String>, EngineError> {
        let found = organisation::get(&self.0.store.snapshot()?)?;
        Ok(found.map(|organisation| organisation.name))
    }

    /// Every address of a contact.
    ///
    /// # Errors
    /// The actor may not.
    pub fn identities(
        &self,
        actor: &Actor,
        contact: ContactId,
    ) -> Result<Vec<Identity>, EngineError> {
        actor.require(Permission::ReadContacts)?;
        Ok(identities::of_contact(&self.0.store.snapshot()?, contact)?)
    }

    /// Why nothing may be sent to the customer of a conversation, where nothing may.
    ///
    /// # Errors
    /// The store's.
    pub fn shut(&self, talk: &Conversation) -> Result<Option<Closed>, EngineError> {
        let snapshot = self.0.store.snapshot()?;
        let identity = identities::get(&snapshot, talk.channel_id, &talk.address)?;
        Ok(identity.and_then(|identity| identity.closed))
    }

    /// The newest conversations of a person, whoever may see them.
    ///
    /// # Errors
    /// The store's.
    pub fn talks_of(
        &self,
        contact: ContactId,
        limit: usize,
    ) -> Result<Vec<ConversationId>, EngineError> {
        let found = conversations::of_contact(&self.0.store.snapshot()?, contact)?;
        let newest = found.into_iter().rev().take(limit);
        Ok(newest.map(|conversation| conversation.id).collect())
    }

    /// A team's name.
    ///
    /// # Errors
    /// The store's.
    pub fn team_name(&self, id: TeamId) -> Result<Option<String>, EngineError> {
        Ok(teams::get(&self.0.store.snapshot()?, id)?.map(|team| team.name))
    }

    /// The names of all labels, in order.
    ///
    /// # Errors
    /// The store's.
    pub fn tag_names(&self) -> Result<Vec<String>, EngineError> {
        let mut names: Vec<_> = tags::list(&self.0.store.snapshot()?)?
            .into_iter()
            .map(|tag| tag.name)
            .collect();
        names.sort_by_key(|name| name.to_lowercase());
        Ok(names)
    }

    /// How many channels there are, and how many of them are in trouble.
    ///
    /// # Errors
    /// The store's.
    pub fn channel_counts(&self) -> Result<(usize, usize), EngineError> {
        let all = channels::list(&self.0.store.snapshot()?)?;
        let troubled = all
            .iter()
            .filter(|channel| channel.state == ChannelState::Error)
            .count();
        Ok((all.len(), troubled))
    }
}
