//! Stored files.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::actor::Who;
use crate::model::ids::MediaId;

/// A file kept in the data directory under its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// The file's id.
    pub id: MediaId,
    /// SHA-256 of the content, by which the bytes are found.
    pub digest: [u8; 32],
    /// The content type, from the first bytes.
    pub mime_type: String,
    /// The name it came with, cleaned.
    pub filename: String,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Width and height in pixels, for pictures.
    pub dimensions: Option<(u32, u32)>,
    /// Who brought it.
    pub uploaded_by: Who,
    /// The web chat session it was uploaded in: others may not send it.
    pub webchat_session: Option<crate::model::ids::WebchatSessionId>,
    /// Whether a message carries it. Unused uploads are removed after an hour.
    pub used: bool,
    /// When it came.
    pub created_at: Timestamp,
}
