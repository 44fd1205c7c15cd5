//! Stored files that nothing needs any more: records that no message carries, and bytes that no
//! record names. The bytes go here and nowhere else, so that removing them can never race with
//! somebody who stores the same content again.

use std::collections::HashSet;
use std::time::Duration;
use std::time::SystemTime;

use crate::base::time::Timestamp;
use crate::channels::email::wishes;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::links::Links;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::ids::MediaId;
use crate::model::mail::Mail;
use crate::model::message::Message;
use crate::store::Direction;
use crate::store::Read;
use crate::store::Scan;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::log;
use crate::store::log::Entries;
use crate::store::records::attachments;
use crate::store::records::contacts;
use crate::store::records::identities;
use crate::store::records::mails;
use crate::store::records::messages;
use crate::store::records::unsent;
use crate::store::records::users;

/// How long a file is kept at least, whatever becomes of it.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// Messages read at a time.
const STEP: usize = 500;
/// Records removed in one transaction.
const BATCH: usize = 200;
/// Events that may have happened while messages were read; more, and the next sweep tries again.
const MEANWHILE_MAX: usize = 10_000;

/// Removes what nothing needs. Reads every message, so it is for quiet hours.
///
/// # Errors
/// The disk's.
pub async fn work(context: &Context) -> Result<(), EngineError> {
    let before = context.clock.now().minus(KEPT);
    let (store, links) = (context.store.clone(), context.links.clone());
    let (seq, unneeded) = apart(move || uncarried(&store, &links, before)).await?;
    for batch in unneeded.chunks(BATCH) {
        let batch = batch.to_vec();
        context
            .store
            .write("forgetting files that no message carries", move |tx| {
                let Some(taken) = carried_since(tx, seq)? else {
                    return Ok(());
                };
                for id in batch.iter().filter(|id| !taken.contains(*id)) {
                    attachments::remove(tx, *id)?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    let store = context.store.clone();
    apart(move || remove_orphans(&store, before)).await
}

/// Does work that takes long beside the event loop.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, EngineError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(EngineError::Broken(format!("sweeping files: {error}"))),
    }
}

/// The files from before a moment that were sent and that no message carries any more, nor one that
/// is still being written, that are nobody's picture, and the place of the log at which that was so.
fn uncarried(
    store: &Store,
    links: &Links,
    before: Timestamp,
) -> Result<(u64, Vec<MediaId>), StoreError> {
    let snapshot = store.snapshot()?;
    let seq = log::last_seq(&snapshot)?;
    let old = attachments::list(&snapshot)?
        .into_iter()
        .filter(|file| file.used && file.created_at < before);
    let mut left: HashSet<MediaId> = old.map(|file| file.id).collect();
    for id in unsent::files(&snapshot)? {
        left.remove(&id);
    }
    for address in pictures(&snapshot)? {
        if let Some(id) = links.media_of(&address) {
            left.remove(&id);
        }
    }
    let mut after = None;
    while !left.is_empty() {
        let step = messages::by_age(&snapshot, after, Direction::Forward, STEP)?;
        for id in step.iter().flat_map(files_of) {
            left.remove(&id);
        }
        after = step.last().map(|last| last.id);
        if step.len() < STEP {
            break;
        }
    }
    Ok((seq, left.into_iter().collect()))
}

/// The addresses of the pictures of people, ours and outside.
fn pictures(read: &impl Read) -> Result<Vec<String>, StoreError> {
    let ours = users::list(read)?.into_iter();
    let mut found: Vec<String> = ours.filter_map(|user| user.avatar_url).collect();
    let mut after = None;
    loop {
        let step = contacts::by_age(read, Scan::all().after(after.as_ref()).limit(STEP))?;
        let Some((last, _)) = step.last() else {
            return Ok(found);
        };
        after = Some(*last);
        for (id, contact) in step {
            found.extend(contact.avatar_url);
            let identities = identities::of_contact(read, id)?.into_iter();
            found.extend(identities.filter_map(|identity| identity.avatar_url));
        }
    }
}

/// The files that messages took up after a place of the log; none when too much happened to say.
fn carried_since(read: &impl Read, seq: u64) -> Result<Option<HashSet<MediaId>>, StoreError> {
    let Entries::Next(entries) = log::read_after(read, seq, MEANWHILE_MAX)? else {
        return Ok(None);
    };
    if entries.len() == MEANWHILE_MAX {
        return Ok(None);
    }
    let mut taken = HashSet::new();
    for entry in entries {
        if let Event::MessageCreated(event) | Event::MessageUpdated(event) = entry.event
            && let Some(message) = messages::get(read, event.message_id)?
        {
            taken.extend(files_of(&message));
        }
    }
    Ok(Some(taken))
}

fn files_of(message: &Message) -> Vec<MediaId> {
    let sent = message.sent_as.iter().flat_map(Content::files);
    let mut files: Vec<MediaId> = sent.collect();
    files.extend(message.content.files());
    files.extend(wishes::files_in(&message.metadata));
    let mail = Mail::of(&message.metadata);
    files.extend(mail.iter().flat_map(Mail::stored));
    files
}

/// Removes bytes that no record names: what a crash left between storing a file and its record, and
/// what became of records that are gone.
fn remove_orphans(store: &Store, before: Timestamp) -> Result<(), StoreError> {
    let blobs = store.blobs();
    let since_epoch = u64::try_from(before.as_millis()).unwrap_or_default();
    let before = SystemTime::UNIX_EPOCH + Duration::from_millis(since_epoch);
    // The files first: one whose record comes later is seen with it.
    let stored = blobs.digests().map_err(|error| StoreError::Disk {
        doing: "looking through stored files",
        cause: error.to_string(),
    })?;
    let snapshot = store.snapshot()?;
    let named = attachments::list(&snapshot)?.into_iter();
    let mut named: HashSet<[u8; 32]> = named.map(|file| file.digest).collect();
    let waiting = mails::kept(&snapshot)?.into_iter();
    named.extend(waiting.map(|mail| mail.digest));
    for digest in stored.iter().filter(|digest| !named.contains(*digest)) {
        blobs.remove_older(digest, before)?;
    }
    Ok(())
}
