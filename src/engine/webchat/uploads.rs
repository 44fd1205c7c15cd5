//! Files visitors bring, and files they may open.

use bytes::Bytes;
use bytes::BytesMut;
use futures_util::Stream;
use futures_util::StreamExt as _;
use serde::Serialize;

use crate::base::crypto::digest;
use crate::base::mime;
use crate::channels::webchat::clean;
use crate::channels::webchat::files;
use crate::channels::webchat::files::LinkQuery;
use crate::engine::inbox::files::Bringer;
use crate::engine::inbox::files::Files;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::jpeg;
use crate::engine::webchat::limits::Limit;
use crate::model::actor::Who;
use crate::model::attachment::Attachment;
use crate::model::ids::Id as _;
use crate::model::ids::MediaId;
use crate::model::ids::WebchatSessionId;
use crate::model::rejection;
use crate::model::rejection::Rejection;
use crate::store::records::attachments;
use crate::store::records::idempotency;
use crate::store::records::idempotency::Answered;
use crate::store::records::visitors;

/// A file that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Uploaded {
    /// Its id, for the message that sends it.
    file_id: String,
    /// What it really is.
    mime_type: String,
    /// Its name, cleaned.
    filename: String,
    /// Its length in bytes.
    size: u64,
    /// Where this browser can open it.
    url: String,
    /// The same where it is a picture.
    thumbnail_url: Option<String>,
}

/// The name a browser gave a file, and the id it gave the upload.
#[derive(Debug, Clone, Default)]
pub struct Label {
    /// The name.
    pub filename: String,
    /// The same id in the same session is the same file.
    pub client_id: Option<String>,
}

impl Webchat {
    /// Takes a file in. What it is, its first bytes say; photos lose the place they were taken at.
    ///
    /// # Errors
    /// `too_large`, `unsupported_media`, `validation` for an empty one, `rate_limited`.
    pub async fn upload<B, E>(
        &self,
        caller: &Caller,
        label: Label,
        bytes: impl Stream<Item = Result<B, E>> + Unpin,
    ) -> Result<Uploaded, WebchatError>
    where
        B: AsRef<[u8]>,
        E: std::fmt::Display,
    {
        let session = caller.session.id;
        let client_id = label.client_id.filter(|id| clean::is_client_id(id));
        let key = client_id.map(|id| digest(format!("upload/{session}/{id}").as_bytes()));
        if let Some(known) = self.uploaded_before(key)? {
            return Ok(self.shown(caller, &known));
        }
        self.count(Limit::Uploads, &session.to_string())?;
        let rules = &caller.site.settings.file_upload;
        if !rules.enabled {
            let message = "This chat takes no files.";
            return Err(Problem::new(Code::UnsupportedMedia, message).into());
        }
        let bringer = Bringer {
            who: caller.visitor.contact_id.map_or(Who::System, Who::Contact),
            session: Some(session),
        };
        let accept = |mime: &str, name: &str| {
            let message = if mime::runs(name) {
                "Files that run are not accepted here.".to_owned()
            } else if mime::allowed(&rules.allowed_types, mime, name) {
                return Ok(());
            } else {
                format!("Files of the type {mime} are not accepted here.")
            };
            Err(Rejection::new(
                rejection::Code::UnsupportedMediaType,
                message,
            ))
        };
        let files = Files(self.context.clone());
        let cleaned = Box::pin(without_place(bytes, rules.max_size));
        let kept = files
            .keep(bringer, &label.filename, cleaned, rules.max_size, accept)
            .await?;
        if let Some(key) = key {
            self.remember_upload(key, kept.id).await?;
        }
        Ok(self.shown(caller, &kept))
    }

    fn uploaded_before(&self, key: Option<[u8; 32]>) -> Result<Option<Attachment>, WebchatError> {
        let read = self.context.store.snapshot()?;
        let Some(key) = key else { return Ok(None) };
        let Some(answered) = idempotency::get(&read, &key)? else {
            return Ok(None);
        };
        let Ok(id) = answered.result.as_slice().try_into() else {
            return Ok(None);
        };
        Ok(attachments::get(&read, MediaId::from_bytes(id))?)
    }

    async fn remember_upload(&self, key: [u8; 32], id: MediaId) -> Result<(), WebchatError> {
        let at = self.context.clock.now();
        let write = self
            .context
            .store
            .write("remembering an upload", move |tx| {
                let answered = Answered {
                    request: [0; 32],
                    result: id.bytes().to_vec(),
                    at,
                };
                idempotency::put(tx, &key, &answered)?;
                Ok::<_, WebchatError>(())
            });
        write.await
    }

    fn shown(&self, caller: &Caller, kept: &Attachment) -> Uploaded {
        let until = self.context.clock.now().plus(files::LINK_LIFE);
        let session = caller.session.id.to_string();
        let link = files::link(self.context.links.key(), kept.id, &session, until);
        let base = caller.site.settings.media_base_url.as_deref();
        let base = base.unwrap_or(self.context.links.public_url());
        let url = format!("{base}{link}");
        Uploaded {
            file_id: files::file_id(kept.id),
            thumbnail_url: kept.mime_type.starts_with("image/").then(|| url.clone()),
            mime_type: kept.mime_type.clone(),
            filename: kept.filename.clone(),
            size: kept.size_bytes,
            url,
        }
    }

    /// The file behind a link, while the session it was made for is good.
    ///
    /// # Errors
    /// `not_found`: a forged or old link, an ended session, a file that is gone.
    pub fn file(&self, id: &str, query: LinkQuery<'_>) -> Result<Attachment, WebchatError> {
        let gone = || Problem::new(Code::NotFound, "This link is no longer good.");
        let media = files::media_id(id).ok_or_else(gone)?;
        let path = format!("{}{id}", files::FILES);
        let now = self.context.clock.now();
        if !files::opens(self.context.links.key(), &path, query, now) {
            return Err(gone().into());
        }
        let read = self.context.store.snapshot()?;
        if query.session != files::TEAM {
            let session: WebchatSessionId = query.session.parse().map_err(|_| gone())?;
            let session = visitors::session(&read, session)?.ok_or_else(gone)?;
            if session.revoked_at.is_some() || session.expires_at <= now {
                return Err(gone().into());
            }
        }
        Ok(attachments::get(&read, media)?.ok_or_else(gone)?)
    }
}

/// The same bytes, but for photos: those are gathered, and lose the place they were taken at.
fn without_place<B, E>(
    bytes: impl Stream<Item = Result<B, E>> + Unpin,
    max_bytes: u64,
) -> impl Stream<Item = Result<Bytes, String>>
where
    B: AsRef<[u8]>,
    E: std::fmt::Display,
{
    let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let start = Passing::Unknown(bytes, BytesMut::new());
    futures_util::stream::unfold(start, move |passing| async move {
        match passing {
            Passing::Unknown(mut bytes, mut head) => {
                while head.len() < 3 {
                    match bytes.next().await {
                        Some(Ok(chunk)) => head.extend_from_slice(chunk.as_ref()),
                        Some(Err(error)) => return Some((Err(error.to_string()), Passing::Over)),
                        // An ended stream must not be asked again.
                        None => return Some((Ok(head.freeze()), Passing::Over)),
                    }
                }
                if !jpeg::is_jpeg(&head) {
                    return Some((Ok(head.freeze()), Passing::Plain(bytes)));
                }
                while head.len() <= max_bytes {
                    match bytes.next().await {
                        Some(Ok(chunk)) => head.extend_from_slice(chunk.as_ref()),
                        Some(Err(error)) => return Some((Err(error.to_string()), Passing::Over)),
                        None => break,
                    }
                }
                let photo = head.freeze();
                if photo.len() > max_bytes {
                    // Too large either way: whoever stores it says so.
                    return Some((Ok(photo), Passing::Over));
                }
                let cleaned = jpeg::without_place(photo);
                let cleaned = cleaned.ok_or_else(|| "the photo is damaged".to_owned());
                Some((cleaned, Passing::Over))
            }
            Passing::Plain(mut bytes) => {
                let chunk = bytes.next().await?;
                let chunk = chunk
                    .map(|chunk| Bytes::copy_from_slice(chunk.as_ref()))
                    .map_err(|error| error.to_string());
                Some((chunk, Passing::Plain(bytes)))
            }
            Passing::Over => None,
        }
    })
}

/// How far a file on its way in is known.
enum Passing<S> {
    Unknown(S, BytesMut),
    Plain(S),
    Over,
}
