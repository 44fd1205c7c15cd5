//! Fetching files that came with a message and still lie with the vendor.
//!
//! A vendor's address ends, needs the account's access, or belongs to a stranger; so what a
//! customer sends is copied in, and only the copy is ever shown.

use std::time::Duration;

use crate::base::crypto::hex;
use crate::base::mime;
use crate::channels::vcard;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::files::Bringer;
use crate::engine::inbox::files::Files;
use crate::engine::inbox::files::UPLOAD_MAX_BYTES;
use crate::engine::inbox::revised;
use crate::engine::vendor::Line;
use crate::model::actor::Who;
use crate::model::attachment::Attachment;
use crate::model::content::ContactCard;
use crate::model::content::Contacts;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::ContactId;
use crate::model::ids::MessageId;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::outbound::Remote;
use crate::model::outbound::Source;
use crate::model::refusal::Refusal;
use crate::net::http::HttpError;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::attachments;
use crate::store::records::channels;
use crate::store::records::jobs;
use crate::store::records::messages;

/// Under which name a message says how far its file is: `pending`, `failed`; absent once it is here.
const STATE: &str = "mediaState";
/// Under which name a message says why its file could not be had.
const WHY: &str = "mediaError";

/// Types of files that hold visiting cards.
const CARDS: [&str; 3] = ["text/vcard", "text/x-vcard", "text/directory"];
/// The largest such file that is read, in bytes.
const CARDS_MAX_BYTES: u64 = 256 * 1024;

/// What came of fetching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is here, or nobody wants it any more.
    Done,
    /// Not now.
    Later(SendError, Option<Duration>),
    /// Never.
    Never(SendError),
}

/// Writes down that the file of a message is wanted, when it carries one that is not stored here.
///
/// # Errors
/// The disk's.
pub fn want(tx: &mut Tx<'_>, pen: &mut Pen, message: &mut Message) -> Result<(), StoreError> {
    if wanted(message).is_none() {
        return Ok(());
    }
    message.metadata.insert(STATE.to_owned(), "pending".into());
    messages::update(tx, message)?;
    let job = Job {
        id: pen.id(),
        kind: JobKind::FetchFile {
            message_id: message.id,
        },
        due: pen.now,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

/// The file of a message that still lies elsewhere.
fn wanted(message: &Message) -> Option<&Media> {
    let media = message.content.brought()?;
    (media.media_id.is_none() && message.deleted_at.is_none()).then_some(media)
}

/// Fetches the file of a message.
///
/// # Errors
/// The store's.
pub async fn fetch(context: &Context, id: MessageId) -> Result<Fetched, EngineError> {
    let read = context.store.snapshot()?;
    let Some(message) = messages::get(&read, id)?.filter(|found| wanted(found).is_some()) else {
        return Ok(Fetched::Done);
    };
    let Some(channel) = channels::get(&read, message.channel_id)? else {
        return Ok(Fetched::Done);
    };
    drop(read);
    let mut line = Line::open(context, channel)?;
    let source = match locate(&mut line, &message).await {
        Ok(source) => source,
        Err(refusal) => return Ok(refusal.into()),
    };
    let (contact, name) = (message.contact_id, name(&message));
    match copy(context, contact, &name, &source, UPLOAD_MAX_BYTES).await {
        Ok(attachment) => {
            let cards = cards(context, &message, &attachment).await;
            attach(context, id, attachment, cards).await?;
            Ok(Fetched::Done)
        }
        Err(Failed::Fetch(fetched)) => Ok(fetched),
        Err(Failed::Engine(error)) => Err(error),
    }
}

async fn locate(line: &mut Line<'_>, message: &Message) -> Result<Source, Refusal> {
    line.renew().await.map_err(|broken| broken.refusal)?;
    let media = message.content.brought().cloned().unwrap_or_default();
    let remote = Remote {
        media: &media,
        metadata: &message.metadata,
    };
    let translation = line.translation;
    let located = line.hold(|asked| translation.locate(&remote, asked)).await;
    located.map_err(|broken| broken.refusal)
}

/// Why a file was not copied.
pub enum Failed {
    /// It cannot be had, or not now.
    Fetch(Fetched),
    /// Ours to mend.
    Engine(EngineError),
}

/// Copies a file of a contact from where it lies.
///
/// # Errors
/// It cannot be had, or the store's.
pub async fn copy(
    context: &Context,
    contact: ContactId,
    name: &str,
    source: &Source,
    max_bytes: u64,
) -> Result<Attachment, Failed> {
    let http = &context.vendors.http;
    let authorization = source.authorization.as_ref();
    let fetch = async |authorization| {
        let download = http.download(&source.url, authorization, max_bytes);
        let download = download.await;
        download.map_err(|error| Failed::Fetch(of_net(&error)))
    };
    let mut download = fetch(authorization).await?;
    if download.status == 401 && authorization.is_some() {
        // Some that need no proof refuse one.
        download = fetch(None).await?;
    }
    if download.status != 200 {
        return Err(Failed::Fetch(of_status(download.status)));
    }
    let bringer = Bringer {
        who: Who::Contact(contact),
        session: None,
    };
    let files = Files(context.clone());
    let kept = files.keep(bringer, name, download.body, max_bytes, |_, _| Ok(()));
    let attachment = kept.await.map_err(|error| match error {
        EngineError::Refused(rejection) => {
            Failed::Fetch(Fetched::Never(reason("refused", rejection.message)))
        }
        other => Failed::Engine(other),
    })?;
    let told = source.digest.as_deref();
    if told.is_some_and(|told| !told.eq_ignore_ascii_case(&hex(&attachment.digest))) {
        let why = "The file that came is not the one the vendor told of.".to_owned();
        let error = reason("not_fetched", why);
        return Err(Failed::Fetch(Fetched::Later(error, None)));
    }
    Ok(attachment)
}

/// What the file is called: as the customer called it, else by its kind.
fn name(message: &Message) -> String {
    let media = message.content.brought();
    let given = media.and_then(|media| media.filename.clone());
    let declared = media.and_then(|media| media.mime_type.as_deref());
    given.unwrap_or_else(|| {
        let ending = declared.map_or("bin", mime::ending);
        format!("{}.{ending}", message.content.kind())
    })
}

/// What a file of visiting cards says, on channels that have no other form for them. One with words
/// of its own under it stays a file, so that they are kept.
async fn cards(context: &Context, message: &Message, file: &Attachment) -> Vec<ContactCard> {
    let row = context.channels.capabilities(&message.channel_kind);
    let told = message
        .content
        .media()
        .and_then(|media| media.mime_type.as_deref());
    let is_cards = told.is_some_and(|told| CARDS.contains(&mime::essence(told).as_str()))
        && row.is_some_and(|row| !row.contacts)
        && message.content.words().is_empty()
        && file.size_bytes <= CARDS_MAX_BYTES;
    if !is_cards {
        return Vec::new();
    }
    let path = context.store.blobs().path(&file.digest);
    // What cannot be read stays the file it is.
    let bytes = tokio::fs::read(path).await.unwrap_or_default();
    vcard::read(&String::from_utf8_lossy(&bytes))
}

/// Puts a file that arrived into its message, or what it says in its place.
async fn attach(
    context: &Context,
    id: MessageId,
    attachment: Attachment,
    cards: Vec<ContactCard>,
) -> Result<(), EngineError> {
    let stamp = context.stamp();
    context
        .store
        .write("putting a file into its message", move |tx| {
            let mut message = find::message_in(tx, id)?;
            if wanted(&message).is_none() {
                return Ok(());
            }
            if cards.is_empty() {
                let mut stored = attachment.clone();
                stored.used = true;
                attachments::put(tx, &stored)?;
                if let Some(media) = message.content.brought_mut() {
                    describe(media, &stored);
                }
            } else {
                message.content = Content::Contacts(Contacts {
                    contacts: cards.clone(),
                });
            }
            message.metadata.remove(STATE);
            message.metadata.remove(WHY);
            let mut pen = stamp.pen();
            message.updated_at = pen.now;
            Ok(revised::store(tx, &mut pen, &message)?)
        })
        .await
}

fn describe(media: &mut Media, stored: &Attachment) {
    media.media_id = Some(stored.id);
    media.url = None;
    media.mime_type = Some(stored.mime_type.clone());
    media
        .filename
        .get_or_insert_with(|| stored.filename.clone());
    media.size_bytes = Some(stored.size_bytes);
    if let Some((width, height)) = stored.dimensions {
        media.width = Some(width);
        media.height = Some(height);
    }
}

/// Writes on a message that its file cannot be had.
///
/// # Errors
/// The store's.
pub async fn give_up(
    context: &Context,
    id: MessageId,
    error: SendError,
) -> Result<(), EngineError> {
    let stamp = context.stamp();
    context
        .store
        .write("giving up a file", move |tx| {
            let mut pen = stamp.pen();
            let mut message = find::message_in(tx, id)?;
            message.metadata.insert(STATE.to_owned(), "failed".into());
            let why = error.message.clone();
            message.metadata.insert(WHY.to_owned(), why.into());
            message.updated_at = pen.now;
            Ok(revised::store(tx, &mut pen, &message)?)
        })
        .await
}

fn of_net(error: &HttpError) -> Fetched {
    let why = format!("The file could not be fetched: {error}.");
    match error {
        HttpError::Target(_) | HttpError::TooLarge { .. } => {
            Fetched::Never(reason("not_fetched", why))
        }
        HttpError::NeverLeft(_) | HttpError::Unsure(_) => {
            Fetched::Later(reason("not_fetched", why), None)
        }
    }
}

fn of_status(status: u16) -> Fetched {
    let why = format!("The file could not be fetched: the vendor answered with {status}.");
    let error = reason("not_fetched", why);
    match status {
        // Access may be renewed, a file may take a while to be there.
        401 | 403 | 404 | 408 | 425 | 429 | 500.. => Fetched::Later(error, None),
        _ => Fetched::Never(error),
    }
}

fn reason(reason: &str, message: String) -> SendError {
    SendError::passing(reason, message)
}

impl From<Refusal> for Fetched {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Later { error, wait }
            | Refusal::Crowded { error, wait }
            | Refusal::SlowDown { error, wait } => Self::Later(error, wait),
            // The account may be mended before the file is gone.
            Refusal::Account(error) => Self::Later(error, None),
            Refusal::Never(error) | Refusal::Shut { error, .. } | Refusal::Reword { error, .. } => {
                Self::Never(error)
            }
        }
    }
}
