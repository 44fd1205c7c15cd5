//! Conversations, found by id, in the order of the inbox, by owner and by contact.

use crate::base::time::Timestamp;
use crate::model::conversation::Conversation;
use crate::model::conversation::Status;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::Id as _;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::store::Direction;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::key::Newest;
use crate::store::keyspaces::CONVERSATION_BY_OWNER;
use crate::store::keyspaces::CONVERSATION_BY_STATUS;
use crate::store::keyspaces::CONVERSATION_BY_TEAM;
use crate::store::keyspaces::CONVERSATIONS;
use crate::store::keyspaces::CONVERSATIONS_OF_CONTACT;
use crate::store::keyspaces::LATEST_CONVERSATION;
use crate::store::keyspaces::SNOOZED_UNTIL;
use crate::store::records::counters;
use crate::store::records::messages;

/// The place of a conversation within one status, newest first.
pub type Place = (Newest, ConversationId);

/// One conversation.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
    read.get(&CONVERSATIONS, &id)
}

/// The newest conversation of a contact on a channel, live or not.
///
/// # Errors
/// The disk's.
pub fn latest(
    read: &impl Read,
    contact: ContactId,
    channel: ChannelId,
) -> Result<Option<Conversation>, StoreError> {
    match read.get(&LATEST_CONVERSATION, &(contact, channel))? {
        Some(id) => get(read, id),
        None => Ok(None),
    }
}

/// Every conversation of a contact, oldest first.
///
/// # Errors
/// The disk's.
pub fn of_contact(read: &impl Read, contact: ContactId) -> Result<Vec<Conversation>, StoreError> {
    let mut found = Vec::new();
    for (_, id) in read.keys_under(&CONVERSATIONS_OF_CONTACT, &contact)? {
        found.extend(get(read, id)?);
    }
    Ok(found)
}

/// How many conversations a contact has.
///
/// # Errors
/// The disk's.
pub fn count_of_contact(read: &impl Read, contact: ContactId) -> Result<u32, StoreError> {
    let found = read.keys_under(&CONVERSATIONS_OF_CONTACT, &contact)?;
    Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
}

/// Writes down whether a file is still in a conversation.
///
/// # Errors
/// The disk's.
pub fn look_for_files(tx: &mut Tx<'_>, id: ConversationId) -> Result<(), StoreError> {
    let Some(mut conversation) = get(tx, id)? else {
        return Ok(());
    };
    let all = messages::near(tx, id, None, Direction::Forward, usize::MAX)?;
    let has_file = all.iter().any(|message| message.content.media().is_some());
    if conversation.has_file != has_file {
        conversation.has_file = has_file;
        put(tx, &conversation)?;
    }
    Ok(())
}

/// The places of conversations in one status, newest first, from after `after`.
///
/// # Errors
/// The disk's.
pub fn places(
    read: &impl Read,
    status: Status,
    owner: Owner,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<Place>, StoreError> {
    let status = status as u8;
    match owner.key() {
        None => {
            let scan = Scan::under(&status)
                .after(after.map(|(at, id)| (status, at, id)).as_ref())
                .limit(limit);
            let keys = read.scan(&CONVERSATION_BY_STATUS, scan)?;
            Ok(keys.into_iter().map(|((_, at, id), ())| (at, id)).collect())
        }
        Some(owner) => {
            let scan = Scan::under(&(owner, status))
                .after(after.map(|(at, id)| (owner, status, at, id)).as_ref())
                .limit(limit);
            let keys = read.scan(&CONVERSATION_BY_OWNER, scan)?;
            Ok(keys
                .into_iter()
                .map(|((_, _, at, id), ())| (at, id))
                .collect())
        }
    }
}

/// The places of a team's conversations in one status, newest first, from after `after`.
///
/// # Errors
/// The disk's.
pub fn places_of_team(
    read: &impl Read,
    status: Status,
    team: TeamId,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<Place>, StoreError> {
    let status = status as u8;
    let scan = Scan::under(&(team, status))
        .after(after.map(|(at, id)| (team, status, at, id)).as_ref())
        .limit(limit);
    let keys = read.scan(&CONVERSATION_BY_TEAM, scan)?;
    Ok(keys
        .into_iter()
        .map(|((_, _, at, id), ())| (at, id))
        .collect())
}

/// Whose conversations a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Everybody's.
    Anyone,
    /// Nobody's.
    Nobody,
    /// One person's.
    User(UserId),
}

impl Owner {
    fn key(self) -> Option<[u8; 16]> {
        match self {
            Self::Anyone => None,
            Self::Nobody => Some(NOBODY),
            Self::User(user) => Some(user.bytes()),
        }
    }
}

/// No user has the id of sixteen zero bytes: ids carry the time they were made.
const NOBODY: [u8; 16] = [0; 16];

/// Sleeping conversations whose time has come, the longest due first.
///
/// # Errors
/// The disk's.
pub fn due_to_wake(
    read: &impl Read,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<ConversationId>, StoreError> {
    let keys = read.scan(&SNOOZED_UNTIL, Scan::all().limit(limit))?;
    Ok(keys
        .into_iter()
        .take_while(|((at, _), ())| *at <= now)
        .map(|((_, id), ())| id)
        .collect())
}

/// Every conversation, oldest first, from after `after`: for rebuilding and for retention.
///
/// # Errors
/// The disk's.
pub fn scan(
    read: &impl Read,
    after: Option<ConversationId>,
    limit: usize,
) -> Result<Vec<Conversation>, StoreError> {
    by_age(read, after, Direction::Forward, limit)
}

/// Every conversation by age, hidden ones included, from after `after`.
///
/// # Errors
/// The disk's.
pub fn by_age(
    read: &impl Read,
    after: Option<ConversationId>,
    direction: Direction,
    limit: usize,
) -> Result<Vec<Conversation>, StoreError> {
    let scan = Scan::all()
        .after(after.as_ref())
        .direction(direction)
        .limit(limit);
    Ok(read
        .scan(&CONVERSATIONS, scan)?
        .into_iter()
        .map(|(_, found)| found)
        .collect())
}

/// Stores a conversation in place of what was there, and keeps lists and counts.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, new: &Conversation) -> Result<(), StoreError> {
    let old = get(tx, new.id)?;
    counters::moved(tx, old.as_ref(), Some(new))?;
    if let Some(old) = &old {
        unlist(tx, old, Some(new))?;
    }
    list(tx, new, old.as_ref())?;
    tx.put(&CONVERSATIONS, &new.id, new)
}

/// Removes a conversation from every list; its messages are the caller's to remove.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, old: &Conversation) -> Result<(), StoreError> {
    counters::moved(tx, Some(old), None)?;
    unlist(tx, old, None)?;
    tx.remove(&CONVERSATIONS, &old.id)
}

/// Puts a conversation that was stored before there were lists of teams into the list and the
/// counts of its team: one step of an upgrade.
///
/// # Errors
/// The disk's.
pub fn list_by_team(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<(), StoreError> {
    if let Some(key) = team_place(conversation) {
        tx.put(&CONVERSATION_BY_TEAM, &key, &())?;
    }
    counters::count_shares(tx, conversation)
}

/// Carries the customer's last word over from the conversation before, where none was said in this
/// one: one step of an upgrade, oldest conversations first.
///
/// # Errors
/// The disk's.
pub fn inherit_last_inbound(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
) -> Result<(), StoreError> {
    let (None, Some(previous)) = (conversation.last_inbound_at, conversation.previous_id) else {
        return Ok(());
    };
    let Some(heard) = get(tx, previous)?.and_then(|previous| previous.last_inbound_at) else {
        return Ok(());
    };
    let heir = Conversation {
        last_inbound_at: Some(heard),
        ..conversation.clone()
    };
    tx.put(&CONVERSATIONS, &heir.id, &heir)
}

/// Where a conversation stands in the lists; hidden ones stand nowhere.
fn place(of: &Conversation) -> Option<([u8; 16], u8, Newest)> {
    let owner = of.assignee.map_or(NOBODY, UserId::bytes);
    (!of.hidden).then_some((owner, of.status as u8, Newest(of.last_message_at)))
}

/// Where a conversation stands in its team's list.
fn team_place(of: &Conversation) -> Option<(TeamId, u8, Newest, ConversationId)> {
    let team = of.team_id.filter(|_| !of.hidden)?;
    Some((team, of.status as u8, Newest(of.last_message_at), of.id))
}

fn wakes_at(of: &Conversation) -> Option<Timestamp> {
    of.snoozed_until.filter(|_| of.status == Status::Snoozed)
}

fn unlist(
    tx: &mut Tx<'_>,
    old: &Conversation,
    new: Option<&Conversation>,
) -> Result<(), StoreError> {
    if let Some((owner, status, at)) = place(old)
        && new.and_then(place) != place(old)
    {
        tx.remove(&CONVERSATION_BY_STATUS, &(status, at, old.id))?;
        tx.remove(&CONVERSATION_BY_OWNER, &(owner, status, at, old.id))?;
    }
    if let Some(key) = team_place(old)
        && new.and_then(team_place) != Some(key)
    {
        tx.remove(&CONVERSATION_BY_TEAM, &key)?;
    }
    if let Some(at) = wakes_at(old)
        && new.and_then(wakes_at) != Some(at)
    {
        tx.remove(&SNOOZED_UNTIL, &(at, old.id))?;
    }
    if new.map(|new| new.contact_id) != Some(old.contact_id) {
        tx.remove(&CONVERSATIONS_OF_CONTACT, &(old.contact_id, old.id))?;
        hand_on_latest(tx, old)?;
    }
    Ok(())
}

/// A contact that loses its newest conversation on a channel goes on with the one before.
fn hand_on_latest(tx: &mut Tx<'_>, lost: &Conversation) -> Result<(), StoreError> {
    let key = (lost.contact_id, lost.channel_id);
    if tx.get(&LATEST_CONVERSATION, &key)? != Some(lost.id) {
        return Ok(());
    }
    let left = of_contact(tx, lost.contact_id)?;
    let on_channel = left
        .iter()
        .filter(|found| found.channel_id == lost.channel_id && found.id != lost.id);
    match on_channel.map(|found| found.id).max() {
        Some(before) => tx.put(&LATEST_CONVERSATION, &key, &before),
        None => tx.remove(&LATEST_CONVERSATION, &key),
    }
}

fn list(tx: &mut Tx<'_>, new: &Conversation, old: Option<&Conversation>) -> Result<(), StoreError> {
    if let Some((owner, status, at)) = place(new)
        && old.and_then(place) != place(new)
    {
        tx.put(&CONVERSATION_BY_STATUS, &(status, at, new.id), &())?;
        tx.put(&CONVERSATION_BY_OWNER, &(owner, status, at, new.id), &())?;
    }
    if let Some(key) = team_place(new)
        && old.and_then(team_place) != Some(key)
    {
        tx.put(&CONVERSATION_BY_TEAM, &key, &())?;
    }
    if let Some(at) = wakes_at(new)
        && old.and_then(wakes_at) != Some(at)
    {
        tx.put(&SNOOZED_UNTIL, &(at, new.id), &())?;
    }
    if old.map(|old| old.contact_id) != Some(new.contact_id) {
        tx.put(&CONVERSATIONS_OF_CONTACT, &(new.contact_id, new.id), &())?;
        let key = (new.contact_id, new.channel_id);
        // Ids rise with time, so the greater one is the newer conversation.
        if tx
            .get(&LATEST_CONVERSATION, &key)?
            .is_none_or(|held| held < new.id)
        {
            tx.put(&LATEST_CONVERSATION, &key, &new.id)?;
        }
    }
    Ok(())
}
