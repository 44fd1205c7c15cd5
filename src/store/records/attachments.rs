//! Stored files: what they are; their bytes lie under their digest.

use crate::base::time::Timestamp;
use crate::model::attachment::Attachment;
use crate::model::ids::MediaId;
use crate::store::Read;
use crate::store::Scan;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::ATTACHMENTS;
use crate::store::keyspaces::UNUSED_ATTACHMENTS;

/// One file.
///
/// # Errors
/// The disk's.
pub fn get(read: &impl Read, id: MediaId) -> Result<Option<Attachment>, StoreError> {
    read.get(&ATTACHMENTS, &id)
}

/// Every file, oldest first.
///
/// # Errors
/// The disk's.
pub fn list(read: &impl Read) -> Result<Vec<Attachment>, StoreError> {
    read.values(&ATTACHMENTS)
}

/// Stores what a file is.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, attachment: &Attachment) -> Result<(), StoreError> {
    if attachment.used {
        tx.remove(&UNUSED_ATTACHMENTS, &attachment.id)?;
    } else {
        tx.put(&UNUSED_ATTACHMENTS, &attachment.id, &attachment.created_at)?;
    }
    tx.put(&ATTACHMENTS, &attachment.id, attachment)
}

/// Notes that something else than a message shows a file, so that it is kept. A file that is gone
/// stays gone.
///
/// # Errors
/// The disk's.
pub fn take_into_use(tx: &mut Tx<'_>, id: MediaId) -> Result<(), StoreError> {
    match get(tx, id)? {
        Some(attachment) => put(
            tx,
            &Attachment {
                used: true,
                ..attachment
            },
        ),
        None => Ok(()),
    }
}

/// Files that no message carries and that came before `until`, oldest first.
///
/// # Errors
/// The disk's.
pub fn unused_before(
    read: &impl Read,
    until: Timestamp,
    limit: usize,
) -> Result<Vec<Attachment>, StoreError> {
    let mut found = Vec::new();
    for (id, at) in read.scan(&UNUSED_ATTACHMENTS, Scan::all().limit(limit))? {
        if at < until {
            found.extend(get(read, id)?);
        }
    }
    Ok(found)
}

/// Removes a file's record; its bytes go when no other record has their digest.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, id: MediaId) -> Result<(), StoreError> {
    tx.remove(&UNUSED_ATTACHMENTS, &id)?;
    tx.remove(&ATTACHMENTS, &id)
}
