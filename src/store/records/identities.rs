//! Addresses of contacts on channels, found by channel and address, and by contact.

use crate::model::contact::Identity;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::key::Beginning;
use crate::store::keyspaces::IDENTITIES;
use crate::store::keyspaces::IDENTITIES_OF_CONTACT;

/// The identity behind an address of a channel.
///
/// # Errors
/// The disk's.
pub fn get(
    read: &impl Read,
    channel: ChannelId,
    address: &str,
) -> Result<Option<Identity>, StoreError> {
    read.get(&IDENTITIES, &(channel, address.to_owned()))
}

/// Every identity of a channel whose address begins so.
///
/// # Errors
/// The disk's.
pub fn beginning(
    read: &impl Read,
    channel: ChannelId,
    address: &str,
) -> Result<Vec<Identity>, StoreError> {
    let begins = Beginning(address.to_owned());
    let found = read.scan(&IDENTITIES, Scan::under(&(channel, begins)))?;
    Ok(found.into_iter().map(|(_, identity)| identity).collect())
}

/// Rows that are read at once where few of them are looked for.
const CHUNK: usize = 1_000;

/// The identities of a channel that are looked for, in the order of their addresses, behind one
/// address and at most so many. Reads through all of the channel's where they are few.
///
/// # Errors
/// The disk's.
pub fn looked_for(
    read: &impl Read,
    channel: ChannelId,
    after: Option<&str>,
    limit: usize,
    mut is_one: impl FnMut(&Identity) -> Result<bool, StoreError>,
) -> Result<Vec<Identity>, StoreError> {
    let mut found = Vec::new();
    let mut last = after.map(|address| (channel, address.to_owned()));
    loop {
        let scan = Scan::under(&channel).after(last.as_ref()).limit(CHUNK);
        let rows = read.scan(&IDENTITIES, scan)?;
        let is_end = rows.len() < CHUNK;
        last = rows.last().map(|(key, _)| key.clone());
        for (_, identity) in rows {
            if is_one(&identity)? {
                found.push(identity);
            }
            if found.len() >= limit {
                return Ok(found);
            }
        }
        if is_end {
            return Ok(found);
        }
    }
}

/// Every address of a contact, oldest first.
///
/// # Errors
/// The disk's.
pub fn of_contact(read: &impl Read, contact: ContactId) -> Result<Vec<Identity>, StoreError> {
    let mut found = Vec::new();
    for (_, (channel, address)) in read.entries_under(&IDENTITIES_OF_CONTACT, &contact)? {
        found.extend(get(read, channel, &address)?);
    }
    Ok(found)
}

/// Stores an identity in place of what was there, moving it to its owner's list.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, identity: &Identity) -> Result<(), StoreError> {
    let old = get(tx, identity.channel_id, &identity.address)?;
    put_over(tx, old.as_ref(), identity)
}

/// The same for who has just read what stands under the address; none where there is nothing.
///
/// # Errors
/// The disk's.
pub fn put_over(
    tx: &mut Tx<'_>,
    old: Option<&Identity>,
    identity: &Identity,
) -> Result<(), StoreError> {
    if old == Some(identity) {
        return Ok(());
    }
    let key = (identity.channel_id, identity.address.clone());
    let place = (identity.contact_id, identity.id);
    let before = old.map(|old| (old.contact_id, old.id));
    if before != Some(place) {
        if let Some(before) = before {
            tx.remove(&IDENTITIES_OF_CONTACT, &before)?;
        }
        tx.put(&IDENTITIES_OF_CONTACT, &place, &key)?;
    }
    tx.put(&IDENTITIES, &key, identity)
}

/// Removes an identity.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, identity: &Identity) -> Result<(), StoreError> {
    tx.remove(&IDENTITIES_OF_CONTACT, &(identity.contact_id, identity.id))?;
    tx.remove(
        &IDENTITIES,
        &(identity.channel_id, identity.address.clone()),
    )
}
