//! Files in forms: the one that is sent, streamed to disk.

use actix_multipart::Multipart;
use actix_web::FromRequest as _;
use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Payload;
use futures_util::StreamExt as _;

use crate::base::mime;
use crate::engine::error::EngineError;
use crate::engine::inbox::files::Files;
use crate::model::actor::Actor;
use crate::model::attachment::Attachment;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// The field that carries the file.
pub const FIELD: &str = "file";

/// Keeps the first file of a `multipart/form-data` body.
///
/// # Errors
/// It is no such body; there is no file in it; the actor may not; the file is not accepted.
pub async fn keep(
    files: &Files,
    actor: &Actor,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Attachment, EngineError> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if mime::essence(kind) != "multipart/form-data" {
        let message = format!("Send the file as multipart/form-data in the field {FIELD}.");
        return Err(Rejection::new(Code::UnsupportedMediaType, message).into());
    }
    let mut form = Multipart::from_request(request, &mut payload.into_inner())
        .await
        .map_err(|error| not_a_form(&error.to_string()))?;
    while let Some(part) = form.next().await {
        let part = part.map_err(|error| not_a_form(&error.to_string()))?;
        if part.name() == Some(FIELD) {
            let filename = part
                .content_disposition()
                .and_then(|disposition| disposition.get_filename())
                .unwrap_or("file")
                .to_owned();
            return files.upload(actor, &filename, part).await;
        }
    }
    Err(Rejection::field(FIELD, "is missing").into())
}

fn not_a_form(why: &str) -> Rejection {
    let why = why.trim_end_matches('.');
    Rejection::new(
        Code::ValidationError,
        format!("Send the file as multipart/form-data in the field {FIELD}: {why}."),
    )
}
