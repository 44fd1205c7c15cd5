//! Bringing in what is new in a folder.

use std::time::Duration;

use futures_util::stream;

use crate::base::time::Timestamp;
use crate::channels::email::imap;
use crate::channels::email::imap::Cursor;
use crate::channels::email::imap::Fetch;
use crate::channels::email::imap::Listed;
use crate::channels::email::imap::Opened;
use crate::channels::email::imap::Place;
use crate::channels::email::imap::Plan;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::ingest::Ingest;
use crate::engine::ingest::arriving::Arrival;
use crate::engine::workers::mailboxes::trouble::Trouble;
use crate::model::ids::ChannelId;
use crate::model::mail::Envelope;
use crate::model::mail::MailboxPlace;
use crate::net::mailbox::Fetched;
use crate::net::mailbox::Mailbox;
use crate::net::mailbox::MailboxError;
use crate::store::blobs::BlobError;
use crate::store::blobs::Blobs;
use crate::store::blobs::Stored;
use crate::store::records::intake;

/// How many files are written at once. Each takes a thread, and each thread keeps memory of its own.
const TOGETHER: usize = 4;

/// What brings mail of one mailbox in.
pub(super) struct Reader<'r> {
    /// The context.
    pub context: &'r Context,
    /// The channel.
    pub channel: ChannelId,
    /// How many days of older mail are brought in at first.
    pub initial_days: u32,
}

impl Reader<'_> {
    /// Brings in what is new in a folder.
    ///
    /// # Errors
    /// The mailbox's trouble, or ours.
    pub async fn bring(&mut self, mailbox: &mut Mailbox, folder: &str) -> Result<(), Trouble> {
        let found = mailbox.select(folder).await?;
        let opened = Opened {
            uid_validity: found.uid_validity,
            uid_next: found.uid_next,
        };
        let position = intake::position(&self.context.store.snapshot()?, self.channel)?;
        let mut cursor = Cursor::read(position.as_deref());
        let before = cursor.place(folder);
        let plan = imap::plan(before, opened, self.initial_days);
        let (listed, after) = match plan {
            Plan::After(uid) => (mailbox.list_after(uid).await?, uid),
            Plan::Days(days) => (mailbox.list_since(&self.day(days)).await?, 0),
        };
        let numbered = Numbered {
            folder,
            uid_validity: opened.uid_validity,
        };
        let listed = listed.into_iter().map(|entry| Listed {
            uid: entry.uid,
            size: entry.size,
            is_deleted: entry.is_deleted,
        });
        let mut place = Place {
            uid_validity: opened.uid_validity,
            last_uid: after,
        };
        for step in imap::steps(listed.collect(), after) {
            place.last_uid = step.last();
            let arrivals = self.fetch(mailbox, step, numbered).await?;
            cursor.note(folder, place);
            self.arrive(arrivals, &cursor).await?;
        }
        if let Plan::Days(_) = plan {
            let newest = opened.uid_next.unwrap_or_default().saturating_sub(1);
            place.last_uid = place.last_uid.max(newest);
        }
        if cursor.place(folder) != Some(place) {
            cursor.note(folder, place);
            self.arrive(Vec::new(), &cursor).await?;
        }
        Ok(())
    }

    async fn arrive(&self, arrivals: Vec<Arrival>, cursor: &Cursor) -> Result<(), EngineError> {
        Ingest(self.context.clone())
            .arrive(self.channel, arrivals, Some(cursor.written()))
            .await
    }

    /// The day so many days ago, as servers read it.
    fn day(&self, days: u32) -> String {
        let span = Duration::from_secs(u64::from(days) * 24 * 3_600);
        let day = self.context.clock.now().minus(span).calendar();
        day.strftime("%-d-%b-%Y").to_string()
    }

    async fn fetch(
        &self,
        mailbox: &mut Mailbox,
        step: Fetch,
        folder: Numbered<'_>,
    ) -> Result<Vec<Arrival>, Trouble> {
        let large = match step {
            Fetch::Skip(_) => return Ok(Vec::new()),
            Fetch::Together(uids) => {
                let found = mailbox.fetch(&uids).await?;
                return self.store_all(found, folder).await;
            }
            Fetch::Header(uid) => {
                let found = mailbox.header(uid).await?;
                let found = found.into_iter().collect();
                let mut arrivals = self.store_all(found, folder).await?;
                for arrival in &mut arrivals {
                    arrival.is_header_only = true;
                }
                return Ok(arrivals);
            }
            Fetch::Pieces(mail) => mail,
        };
        let arrival = self.store_in_pieces(mailbox, large, folder).await?;
        Ok(arrival.into_iter().collect())
    }

    async fn store_all(
        &self,
        found: Vec<Fetched>,
        folder: Numbered<'_>,
    ) -> Result<Vec<Arrival>, Trouble> {
        let share = found.len().div_ceil(TOGETHER).max(1);
        let mut found = found.into_iter();
        let mut storing = Vec::new();
        while found.len() > 0 {
            let mails: Vec<_> = found.by_ref().take(share).collect();
            let blobs = self.context.store.blobs().clone();
            storing.push(tokio::task::spawn_blocking(move || store(&blobs, mails)));
        }
        let mut arrivals = Vec::new();
        for stored in storing {
            let broken = |why| EngineError::Broken(format!("storing mail: {why}"));
            let stored = stored.await.map_err(|error| broken(error.to_string()))?;
            let stored = stored.map_err(|error| broken(error.to_string()))?;
            let its = stored.into_iter();
            arrivals.extend(its.map(|(uid, stored, at)| folder.arrival(uid, stored, at)));
        }
        Ok(arrivals)
    }

    /// Stores a large mail while it is fetched; none where it went meanwhile.
    async fn store_in_pieces(
        &self,
        mailbox: &mut Mailbox,
        mail: Listed,
        folder: Numbered<'_>,
    ) -> Result<Option<Arrival>, Trouble> {
        let Some(first) = mailbox.piece(mail.uid, 0, imap::PIECE_BYTES).await? else {
            return Ok(None);
        };
        let arrived = first.arrived_secs;
        let begin = (mailbox, Some(first.bytes), 0_u32);
        let pieces = stream::try_unfold(begin, |(mailbox, held, at)| async move {
            let bytes = if let Some(bytes) = held {
                bytes
            } else {
                let piece = mailbox.piece(mail.uid, at, imap::PIECE_BYTES).await?;
                piece.map(|piece| piece.bytes).unwrap_or_default()
            };
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let next = (mailbox, None, at.saturating_add(length));
            Ok::<_, MailboxError>((length > 0).then_some((bytes, next)))
        });
        let most = u64::from(imap::MAIL_BYTES) * 2;
        let stored = self
            .context
            .store
            .blobs()
            .store(Box::pin(pieces), most)
            .await;
        let stored = stored.map_err(|error| match error {
            BlobError::Interrupted(why) => Trouble::Mailbox(MailboxError::Broken(why)),
            other => Trouble::Engine(other.into()),
        })?;
        Ok(Some(folder.arrival(mail.uid, stored, arrived)))
    }
}

/// Stores mails one after the other, with their numbers and when they arrived.
///
/// # Errors
/// The disk's.
fn store(blobs: &Blobs, mails: Vec<Fetched>) -> std::io::Result<Vec<(u32, Stored, Option<i64>)>> {
    let stored = mails.into_iter().map(|mail| {
        let mut draft = blobs.draft()?;
        draft.write(&mail.bytes)?;
        Ok((mail.uid, draft.finish()?, mail.arrived_secs))
    });
    stored.collect()
}

/// A folder, and how its mails are numbered.
#[derive(Debug, Clone, Copy)]
struct Numbered<'f> {
    folder: &'f str,
    uid_validity: u32,
}

impl Numbered<'_> {
    /// A mail of the folder that is stored.
    fn arrival(self, uid: u32, stored: Stored, arrived_secs: Option<i64>) -> Arrival {
        Arrival {
            stored,
            envelope: Envelope {
                arrived_at: arrived_secs.map(Timestamp::from_secs),
                is_header_trusted: true,
                place: Some(MailboxPlace {
                    folder: self.folder.to_owned(),
                    uid_validity: self.uid_validity,
                    uid,
                }),
                ..Envelope::default()
            },
            is_header_only: false,
        }
    }
}
