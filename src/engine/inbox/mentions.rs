//! Naming colleagues in notes: they take part from then on, hear of it at once, and find it again.

use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Audience;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::list::Listing;
use crate::engine::inbox::list::Row;
use crate::engine::live::Live;
use crate::engine::live::Signal;
use crate::engine::sight;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::model::user::User;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::mentions;
use crate::store::records::mentions::Mention;
use crate::store::records::unsent;
use crate::store::records::users;

/// Where a note's metadata holds the people it names.
const FIELD: &str = "mentions";
/// The most people one note names.
const PEOPLE_MAX: usize = 50;
/// How many conversations a list of this kind shows.
const ROWS_MAX: usize = 200;

/// The people a note names, as far as they are accounts that work; never its author.
///
/// # Errors
/// The disk's.
pub fn named(tx: &Tx<'_>, draft: &Draft, author: &Actor) -> Result<Vec<UserId>, StoreError> {
    if draft.audience == Audience::Customer {
        return Ok(Vec::new());
    }
    let mut named = Vec::new();
    for id in listed(&draft.metadata) {
        let is_other = Some(id) != author.user_id() && !named.contains(&id);
        if is_other && users::get(tx, id)?.is_some_and(|user| user.is_active()) {
            named.push(id);
        }
    }
    Ok(named)
}

/// The people a note's metadata lists.
fn listed(metadata: &Opaque) -> Vec<UserId> {
    let held = metadata.get(FIELD).and_then(|held| held.as_array());
    held.into_iter()
        .flatten()
        .filter_map(|id| id.as_str()?.parse().ok())
        .take(PEOPLE_MAX)
        .collect()
}

/// Tells the people a note names, where they are.
pub fn tell(live: &Live, note: &Message) {
    if !note.private {
        return;
    }
    for user_id in listed(&note.metadata) {
        live.signal(Signal::Mentioned {
            conversation_id: note.conversation_id,
            message_id: note.id,
            user_id,
        });
    }
}

/// Notes in a conversation who takes part by a message, and who is named in it. The conversation is
/// stored by whoever goes on with it.
///
/// # Errors
/// The disk's.
pub fn take_part(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    message: &Message,
    author: &Actor,
    named: &[UserId],
) -> Result<(), StoreError> {
    let mut is_news = false;
    for user in author.user_id().iter().chain(named) {
        is_news |= conversation.take_part(*user);
    }
    if is_news {
        conversations::put(tx, conversation)?;
    }
    let mention = Mention {
        message_id: message.id,
        seen: false,
    };
    for user in named {
        mentions::put(tx, *user, conversation.id, mention)?;
    }
    Ok(())
}

/// A person has looked at a conversation.
///
/// # Errors
/// The disk's.
pub fn see(tx: &mut Tx<'_>, conversation: &Conversation, user: UserId) -> Result<bool, StoreError> {
    match mentions::get(tx, user, conversation.id)? {
        Some(mention) if !mention.seen => {
            let seen = Mention {
                seen: true,
                ..mention
            };
            mentions::put(tx, user, conversation.id, seen)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

impl Listing {
    /// People of ours who take part in a conversation, in the order in which they came to it.
    ///
    /// # Errors
    /// The actor may not read; there is no such conversation.
    pub fn participants(
        &self,
        actor: &Actor,
        id: ConversationId,
    ) -> Result<Vec<User>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let read = self.0.store.snapshot()?;
        let held = sight::conversation_in(&read, actor, id)?.participants;
        let mut people = Vec::new();
        for id in held {
            // Who left since is no longer shown.
            people.extend(users::get(&read, id)?);
        }
        Ok(people)
    }

    /// Conversations in which the actor was named, the newest note first.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn mentioning(&self, actor: &Actor) -> Result<Vec<Row>, EngineError> {
        let Some(user) = actor.user_id() else {
            return Ok(Vec::new());
        };
        let found = mentions::of_user(&self.0.store.snapshot()?, user)?;
        self.these(actor, found.into_iter().map(|(id, _)| id).collect())
    }

    /// In how many of them the actor has not looked since.
    ///
    /// # Errors
    /// The store's.
    pub fn unseen_mentions(&self, actor: &Actor) -> Result<u64, EngineError> {
        let Some(user) = actor.user_id() else {
            return Ok(0);
        };
        let found = mentions::of_user(&self.0.store.snapshot()?, user)?;
        Ok(found.iter().filter(|(_, mention)| !mention.seen).count() as u64)
    }

    /// Conversations in which the actor has begun to write.
    ///
    /// # Errors
    /// The actor may not read.
    pub fn begun(&self, actor: &Actor) -> Result<Vec<Row>, EngineError> {
        let Some(user) = actor.user_id() else {
            return Ok(Vec::new());
        };
        let mut rows = self.these(actor, unsent::of_user(&self.0.store.snapshot()?, user)?)?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.conversation.last_message_at));
        Ok(rows)
    }

    /// Some conversations in the order given, without those the actor may not see.
    fn these(&self, actor: &Actor, ids: Vec<ConversationId>) -> Result<Vec<Row>, EngineError> {
        actor.require(Permission::ReadConversations)?;
        let read = self.0.store.snapshot()?;
        let fence = sight::fence(&read, actor)?;
        let mut rows = Vec::new();
        for id in ids {
            match conversations::get(&read, id)? {
                Some(found) if fence.shows(&found) && !found.hidden => {
                    rows.push(Self::row(&read, actor, found)?);
                }
                _ => {}
            }
            if rows.len() == ROWS_MAX {
                break;
            }
        }
        Ok(rows)
    }
}
