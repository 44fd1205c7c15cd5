//! A mail from its bytes on disk to what it means, away from the event loop and in bounded memory:
//! its files go back to disk as they are met.

use std::fs::File;
use std::io::Read as _;

use crate::base::mime;
use crate::base::time::Timestamp;
use crate::channels::email::address;
use crate::channels::email::compose;
use crate::channels::email::incoming;
use crate::channels::email::incoming::Files;
use crate::channels::email::incoming::Reading;
use crate::channels::email::incoming::Source;
use crate::channels::email::incoming::Us;
use crate::channels::email::incoming::split::BOUNDS;
use crate::channels::email::incoming::split::Shelf;
use crate::channels::email::incoming::split::SplitError;
use crate::channels::email::incoming::split::Splitter;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::model::actor::Who;
use crate::model::attachment::Attachment;
use crate::model::channel::Channel;
use crate::model::content::Content;
use crate::model::content::Unsupported;
use crate::model::ids::MediaId;
use crate::model::inbound::InboundEvent;
use crate::model::mail::Mail;
use crate::model::mail::ReadMail;
use crate::store::blobs::Blobs;
use crate::store::blobs::Draft;
use crate::store::blobs::Stored;
use crate::store::records::mails::ArrivedMail;

/// How much of a mail is read at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// How much of a mail that cannot be read is looked at, to say who sent it.
const HEAD_BYTES: usize = 64 * 1024;

/// A mail that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The mail.
    pub mail: ArrivedMail,
    /// What it means.
    pub meaning: Meaning,
}

/// What a mail means.
#[derive(Debug, Clone)]
pub enum Meaning {
    /// A message and its files.
    Message(Box<ReadMail>, Vec<Attachment>),
    /// News about messages of ours.
    News(Vec<InboundEvent>),
    /// One that we sent ourselves, by the id it bears: nothing to keep.
    Own(String),
    /// Nothing to keep.
    Nothing,
    /// Nobody knows: why, and what is shown in its place where its sender can be told.
    Unreadable(String, Option<(Box<ReadMail>, Vec<Attachment>)>),
}

/// Who the channel is, for telling its own mail from others'.
///
/// # Errors
/// The disk's.
pub fn us(context: &Context, channel: &Channel) -> Result<Us, EngineError> {
    let account = context.account(channel)?;
    let mut addresses = vec![address::inbound(&account)];
    addresses.extend(address::all(&account));
    addresses.retain(|address| !address.is_empty());
    let mut others = Vec::new();
    for member in context.roster.now(context)?.iter() {
        let other = &member.channel;
        if other.kind == channel.kind && other.id != channel.id {
            others.extend(address::all(member.account()?));
        }
    }
    others.retain(|other| !addresses.contains(other));
    let folds = channel.settings.get("stripQuotes") != Some(&false.into());
    Ok(Us {
        addresses,
        others,
        mark: compose::loop_mark(&account),
        folds,
    })
}

/// Opens a mail. Whatever is in it, this ends: what breaks the reader is unreadable.
///
/// # Errors
/// The disk's.
pub async fn open(context: &Context, us: &Us, mail: ArrivedMail) -> Result<Opened, EngineError> {
    let blobs = context.store.blobs().clone();
    let stamp = context.stamp_at(mail.at);
    let (us, arrived) = (us.clone(), mail.clone());
    let reading =
        tokio::task::spawn_blocking(move || meaning(&blobs, &us, &arrived, &mut stamp.pen()));
    let meaning = match reading.await {
        Ok(meaning) => meaning?,
        Err(error) => {
            tracing::error!(mail.id = %mail.id, "a mail broke its reader: {error}");
            Meaning::Unreadable("reading it broke off".to_owned(), None)
        }
    };
    if let Meaning::Unreadable(reason, _) = &meaning {
        tracing::warn!(channel.id = %mail.channel_id, mail.id = %mail.id, "a mail cannot be read: {reason}");
    }
    match &meaning {
        Meaning::Own(id) => context
            .vendors
            .trips
            .arrived(mail.channel_id, [id], mail.at),
        Meaning::Message(read, _) => {
            let ids = &read.clues.ids;
            context.vendors.trips.arrived(mail.channel_id, ids, mail.at);
        }
        _ => {}
    }
    Ok(Opened { mail, meaning })
}

fn meaning(
    blobs: &Blobs,
    us: &Us,
    mail: &ArrivedMail,
    pen: &mut Pen,
) -> Result<Meaning, EngineError> {
    let broken = |error: std::io::Error| EngineError::Broken(format!("reading a mail: {error}"));
    let mut shelf = Disk::new(blobs);
    let read = read(blobs, us, mail, &mut shelf);
    let reading = match read {
        Ok(reading) => reading,
        Err(SplitError::Shelf(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Meaning::Unreadable("its bytes are gone".to_owned(), None));
        }
        Err(SplitError::Shelf(error)) => return Err(broken(error)),
        Err(SplitError::Bomb(bomb)) => {
            let shown = in_its_place(blobs, us, mail, pen);
            return Ok(Meaning::Unreadable(bomb.to_string(), shown));
        }
    };
    let kept = shelf.finish().map_err(broken)?;
    Ok(match reading {
        Reading::Message(read, files) => {
            let (read, files) = keep(blobs, mail, *read, &files, &kept, pen).map_err(broken)?;
            Meaning::Message(Box::new(read), files)
        }
        Reading::News(events) => Meaning::News(events),
        Reading::Own(id) => Meaning::Own(id),
        Reading::Nothing(why) => {
            tracing::info!(channel.id = %mail.channel_id, mail.id = %mail.id, "a mail was left out: {why}");
            Meaning::Nothing
        }
    })
}

fn read(
    blobs: &Blobs,
    us: &Us,
    mail: &ArrivedMail,
    shelf: &mut Disk<'_>,
) -> Result<Reading, SplitError> {
    let mut splitter = Splitter::new(BOUNDS);
    let mut file = File::open(blobs.path(&mail.digest))?;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            break;
        }
        splitter.take(&piece[..count], shelf)?;
    }
    let parts = splitter.end(shelf)?;
    Ok(incoming::read(
        &parts,
        &mail.digest,
        &mail.envelope,
        us,
        mail.at,
    ))
}

/// What is shown of a mail that is not read: who sent it, and the mail itself as a file.
fn in_its_place(
    blobs: &Blobs,
    us: &Us,
    mail: &ArrivedMail,
    pen: &mut Pen,
) -> Option<(Box<ReadMail>, Vec<Attachment>)> {
    let mut head = vec![0; HEAD_BYTES];
    let mut file = File::open(blobs.path(&mail.digest)).ok()?;
    let count = file.read(&mut head).ok()?;
    let mut shelf: Vec<Vec<u8>> = Vec::new();
    let mut splitter = Splitter::new(BOUNDS);
    // Only its header: what stands behind the first empty line is what cannot be read.
    let mut lines = head[..count].split_inclusive(|byte| *byte == b'\n');
    for line in lines
        .by_ref()
        .take_while(|line| !line.trim_ascii().is_empty())
    {
        let is_of_parts = line.to_ascii_lowercase().starts_with(b"content-");
        if !is_of_parts {
            splitter.take(line, &mut shelf).ok()?;
        }
    }
    let parts = splitter.end(&mut shelf).ok()?;
    let reading = incoming::read(&parts, &mail.digest, &mail.envelope, us, mail.at);
    let Reading::Message(mut read, _) = reading else {
        return None;
    };
    read.message.content = Content::Unsupported(Unsupported {
        kind: "email".to_owned(),
        ..Unsupported::default()
    });
    let raw = raw_file(mail, pen);
    read.message
        .metadata
        .insert("rawRef".to_owned(), raw.id.to_string().into());
    Some((read, vec![raw]))
}

/// Gives the files of a mail their records, and the mail their ids.
fn keep(
    blobs: &Blobs,
    mail: &ArrivedMail,
    mut read: ReadMail,
    files: &Files,
    kept: &[Stored],
    pen: &mut Pen,
) -> std::io::Result<(ReadMail, Vec<Attachment>)> {
    let mut all = Vec::new();
    let Some(mut told) = Mail::of(&read.message.metadata) else {
        return Ok((read, all));
    };
    for (file, source) in told.attachments.iter_mut().zip(&files.attached) {
        if let Some(stored) = stored(blobs, source, kept)? {
            let record = record(mail.at, &stored, &file.filename, &file.mime_type, pen);
            file.id = Some(record.id);
            file.size = record.size_bytes;
            all.push(record);
        }
    }
    if let (Some(media), Some(source)) = (read.message.content.media_mut(), &files.content)
        && let Some(stored) = stored(blobs, source, kept)?
    {
        let name = media.filename.clone().unwrap_or_default();
        let declared = media.mime_type.clone().unwrap_or_default();
        let record = record(mail.at, &stored, &name, &declared, pen);
        media.media_id = Some(record.id);
        media.mime_type = Some(record.mime_type.clone());
        media.size_bytes = Some(record.size_bytes);
        if let Some((width, height)) = record.dimensions {
            (media.width, media.height) = (Some(width), Some(height));
        }
        all.push(record);
    }
    let raw = raw_file(mail, pen);
    told.raw_ref = Some(raw.id);
    all.push(raw);
    if mail.is_header_only {
        told.media_error = Some("too_big".to_owned());
    }
    read.message.metadata = told.into_metadata();
    Ok((read, all))
}

fn stored(blobs: &Blobs, source: &Source, kept: &[Stored]) -> std::io::Result<Option<Stored>> {
    Ok(match source {
        Source::Shelf(number) => kept.get(*number).cloned(),
        Source::Bytes(bytes) => {
            let mut draft = blobs.draft()?;
            draft.write(bytes)?;
            Some(draft.finish()?)
        }
    })
}

fn raw_file(mail: &ArrivedMail, pen: &mut Pen) -> Attachment {
    let stored = Stored {
        digest: mail.digest,
        size_bytes: mail.size_bytes,
        head: Vec::new(),
    };
    Attachment {
        mime_type: "message/rfc822".to_owned(),
        ..record(mail.at, &stored, "mail.eml", "message/rfc822", pen)
    }
}

/// The record of a file. Its type is what its first bytes show; where they show nothing, what the
/// mail says, unless that could run somewhere or would be shown inside a page.
fn record(at: Timestamp, stored: &Stored, name: &str, declared: &str, pen: &mut Pen) -> Attachment {
    let seen = mime::sniff(&stored.head);
    let is_vague = matches!(
        seen,
        "text/plain" | "application/octet-stream" | "application/zip"
    );
    let is_harmless = !mime::is_active(declared) && !mime::is_inline(declared);
    let mime_type = if mime::is_active(seen) {
        "application/octet-stream"
    } else if is_vague && is_harmless && !declared.is_empty() {
        declared
    } else {
        seen
    };
    let id: MediaId = pen.id();
    Attachment {
        id,
        digest: stored.digest,
        mime_type: mime_type.to_owned(),
        filename: mime::clean_filename(name),
        size_bytes: stored.size_bytes,
        dimensions: mime::dimensions(&stored.head),
        uploaded_by: Who::System,
        webchat_session: None,
        used: true,
        created_at: at,
    }
}

/// The files of one mail, on their way to disk: one at a time.
struct Disk<'b> {
    blobs: &'b Blobs,
    open: Option<(usize, Draft)>,
    kept: Vec<Stored>,
}

impl<'b> Disk<'b> {
    const fn new(blobs: &'b Blobs) -> Self {
        Self {
            blobs,
            open: None,
            kept: Vec::new(),
        }
    }

    fn close(&mut self) -> std::io::Result<()> {
        if let Some((_, draft)) = self.open.take() {
            self.kept.push(draft.finish()?);
        }
        Ok(())
    }

    fn finish(mut self) -> std::io::Result<Vec<Stored>> {
        self.close()?;
        Ok(self.kept)
    }
}

impl Shelf for Disk<'_> {
    fn put(&mut self, number: usize, bytes: &[u8]) -> std::io::Result<()> {
        if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
            self.close()?;
            self.open = Some((number, self.blobs.draft()?));
        }
        match &mut self.open {
            Some((_, draft)) => draft.write(bytes),
            None => Ok(()),
        }
    }
}
