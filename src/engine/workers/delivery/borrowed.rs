//! Files that lie at addresses the sender named. A vendor fetches those itself; where it could not,
//! we fetch them and hand them over like files of ours.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::files::UPLOAD_MAX_BYTES;
use crate::engine::ingest::media;
use crate::engine::ingest::media::Failed;
use crate::engine::ingest::media::Fetched;
use crate::model::content::Media;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::outbound::Source;

/// A file of a message as one of ours. Within: why it cannot be had.
///
/// # Errors
/// The store's.
pub async fn copied(
    context: &Context,
    message: &Message,
    file: &Media,
) -> Result<Result<Media, SendError>, EngineError> {
    let source = Source {
        url: file.url.clone().unwrap_or_default(),
        authorization: None,
    };
    let name = file
        .filename
        .clone()
        .unwrap_or_else(|| last_of(&source.url));
    let copied = media::copy(
        context,
        message.contact_id,
        &name,
        &source,
        UPLOAD_MAX_BYTES,
    );
    match copied.await {
        Ok(stored) => Ok(Ok(Media {
            media_id: Some(stored.id),
            url: None,
            mime_type: Some(stored.mime_type),
            filename: Some(stored.filename),
            size_bytes: Some(stored.size_bytes),
            ..file.clone()
        })),
        Err(Failed::Fetch(Fetched::Later(error, _) | Fetched::Never(error))) => Ok(Err(error)),
        // What is copied on nobody's behalf is wanted.
        Err(Failed::Fetch(Fetched::Done)) => Err(EngineError::Broken("no file".to_owned())),
        Err(Failed::Engine(error)) => Err(error),
    }
}

/// The last part of an address.
fn last_of(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
