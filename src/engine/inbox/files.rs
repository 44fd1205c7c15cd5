//! Files: uploaded by us, kept under their digest, and opened by whoever may see them.

use std::time::Duration;

use futures_util::Stream;

use crate::base::mime;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::actor::Who;
use crate::model::attachment::Attachment;
use crate::model::ids::MediaId;
use crate::model::ids::WebchatSessionId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::store::records::attachments;

/// The largest file one of us may upload.
pub const UPLOAD_MAX_BYTES: u64 = 100 * 1024 * 1024;

/// How long a file is kept that no message carries.
pub const UNUSED_KEPT: Duration = Duration::from_secs(3_600);

/// Storing and finding files.
#[derive(Clone)]
pub struct Files(pub Context);

/// Who brings a file.
#[derive(Debug, Clone, Copy)]
pub struct Bringer {
    /// The person, program or customer.
    pub who: Who,
    /// The web chat session, when it is a visitor.
    pub session: Option<WebchatSessionId>,
}

impl Files {
    /// Stores a file one of us uploads.
    ///
    /// # Errors
    /// The actor may not; it is too large, empty, or of a kind that could run somewhere.
    pub async fn upload<B, E>(
        &self,
        actor: &Actor,
        filename: &str,
        bytes: impl Stream<Item = Result<B, E>> + Unpin,
    ) -> Result<Attachment, EngineError>
    where
        B: AsRef<[u8]>,
        E: std::fmt::Display,
    {
        actor.require(Permission::Reply)?;
        let bringer = Bringer {
            who: actor.who(),
            session: None,
        };
        self.keep(bringer, filename, bytes, UPLOAD_MAX_BYTES, |_, _| Ok(()))
            .await
    }

    /// Stores a file after `accept` has seen its real type and cleaned name.
    ///
    /// # Errors
    /// It is too large, empty, could run somewhere, or is not accepted.
    pub async fn keep<B, E>(
        &self,
        bringer: Bringer,
        filename: &str,
        bytes: impl Stream<Item = Result<B, E>> + Unpin,
        max_bytes: u64,
        accept: impl Fn(&str, &str) -> Result<(), Rejection>,
    ) -> Result<Attachment, EngineError>
    where
        B: AsRef<[u8]>,
        E: std::fmt::Display,
    {
        let stored = self.0.store.blobs().store(bytes, max_bytes).await?;
        let filename = mime::clean_filename(filename);
        let mime_type = mime::sniff(&stored.head);
        if stored.size_bytes == 0 {
            let empty = Rejection::new(Code::ValidationError, "This file is empty.");
            return Err(empty.and_field("file", "must not be empty").into());
        }
        if mime::is_active(mime_type) {
            let message = format!("Files of the type {mime_type} are not accepted.");
            return Err(Rejection::new(Code::UnsupportedMediaType, message).into());
        }
        accept(mime_type, &filename)?;
        let stamp = self.0.stamp();
        let dimensions = mime::dimensions(&stored.head);
        let write = self.0.store.write("storing what a file is", move |tx| {
            let mut pen = stamp.pen();
            let attachment = Attachment {
                id: pen.id(),
                digest: stored.digest,
                mime_type: mime_type.to_owned(),
                filename: filename.clone(),
                size_bytes: stored.size_bytes,
                dimensions,
                uploaded_by: bringer.who,
                webchat_session: bringer.session,
                used: false,
                created_at: pen.now,
            };
            attachments::put(tx, &attachment)?;
            Ok(attachment)
        });
        write.await
    }

    /// What a file is. Whether somebody may open it is decided by the signature of its address.
    ///
    /// # Errors
    /// There is no such file.
    pub fn get(&self, id: MediaId) -> Result<Attachment, EngineError> {
        attachments::get(&self.0.store.snapshot()?, id)?
            .ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "file").into())
    }

    /// Where a file's bytes lie.
    #[must_use]
    pub fn path(&self, attachment: &Attachment) -> std::path::PathBuf {
        self.0.store.blobs().path(&attachment.digest)
    }
}
