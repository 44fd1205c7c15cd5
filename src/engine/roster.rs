//! The channels and their accounts as they stand on disk, read once for many webhooks.
//!
//! A webhook concerns its channel and all its neighbours; reading them for each cost as much as
//! reading the webhook itself.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::opened::Opened;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::model::outbound::Account;
use crate::store::keyspaces::CHANNELS;
use crate::store::records::channels;

/// A channel, and how its vendor knows it.
#[derive(Debug)]
pub struct Member {
    /// The channel as it was committed last.
    pub channel: Channel,
    account: Result<Account, String>,
}

impl Member {
    /// The account.
    ///
    /// # Errors
    /// A secret that this installation's key does not open.
    pub fn account(&self) -> Result<&Account, EngineError> {
        let account = self.account.as_ref();
        account.map_err(|broken| EngineError::Broken(broken.clone()))
    }
}

/// Every channel, oldest first.
pub type Members = Arc<Vec<Member>>;

/// What of channels is kept in memory.
#[derive(Default)]
pub struct Roster {
    /// What was read last, and under which number of the keyspace.
    members: RwLock<Option<(u64, Members)>>,
    /// Their secrets.
    pub opened: Opened,
}

impl Roster {
    /// The channels as of the last commit.
    ///
    /// # Errors
    /// The store's.
    pub fn now(&self, context: &Context) -> Result<Members, EngineError> {
        let edition = context.store.edition(&CHANNELS);
        let known = self.members.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((read_at, members)) = &*known
            && *read_at == edition
        {
            return Ok(members.clone());
        }
        drop(known);
        let members = channels::list(&context.store.snapshot()?)?
            .into_iter()
            .map(|channel| Member {
                account: context.account(&channel).map_err(|error| error.to_string()),
                channel,
            });
        let members: Members = Arc::new(members.collect());
        let mut known = self.members.write().unwrap_or_else(PoisonError::into_inner);
        *known = Some((edition, members.clone()));
        Ok(members)
    }
}

/// The member with this id.
#[must_use]
pub fn find(members: &Members, id: ChannelId) -> Option<&Member> {
    members.iter().find(|member| member.channel.id == id)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::engine::context::Shared;
    use crate::model::channel::ChannelKind;
    use crate::model::ids::Id as _;

    #[tokio::test]
    async fn a_channel_is_read_anew_once_it_changed_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::from(Shared::for_tests(folder.path()));
        let id = ChannelId::from_bytes([9; 16]);
        let named = |name: &str| {
            let kind = ChannelKind::named("whatsapp");
            Channel::new(id, kind, name.to_owned(), context.clock.now())
        };
        let put = async |channel: Channel| {
            let write = context
                .store
                .write("putting a channel", move |tx| channels::put(tx, &channel));
            write.await.unwrap();
        };
        let name_now = || {
            let members = context.roster.now(&context).unwrap();
            find(&members, id).map(|member| member.channel.name.clone())
        };
        assert_eq!(name_now(), None);
        put(named("Shop")).await;
        assert_eq!(name_now(), Some("Shop".to_owned()));
        let (one, other) = (context.roster.now(&context), context.roster.now(&context));
        assert!(Arc::ptr_eq(&one.unwrap(), &other.unwrap()));
        put(named("Shop in Porto")).await;
        assert_eq!(name_now(), Some("Shop in Porto".to_owned()));
        let write = context
            .store
            .write("removing a channel", move |tx| channels::remove(tx, id));
        write.await.unwrap();
        assert_eq!(name_now(), None);
    }
}
