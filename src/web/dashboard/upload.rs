//! `POST /app/media`: a file for a message, kept before the message is sent.

use actix_multipart::Multipart;
use actix_web::FromRequest as _;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Payload;
use futures_util::StreamExt as _;
use serde_json::json;

use crate::engine::error::EngineError;
use crate::engine::inbox::files::Files;
use crate::model::actor::Actor;
use crate::model::attachment::Attachment;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::csrf;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::error::ApiError;

/// The field that carries the file.
const FIELD: &str = "file";

/// The address files are sent to.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/app/media", web::post().to(upload));
}

/// Takes the first file of the form, streaming it to disk. The proof travels in a header, because
/// only scripts send files.
async fn upload(
    state: Shared,
    reader: Reader,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let claimed = request
        .headers()
        .get(csrf::HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !csrf::is_of_session(&state, reader.agent.session.id, claimed) {
        return Err(ApiError(Problem::foreign_form().rejection().clone()));
    }
    let multipart = Multipart::from_request(&request, &mut payload.into_inner())
        .await
        .map_err(|error| not_a_form(&error.to_string()))?;
    let kept = keep(&state.engine.files, &reader.actor(), multipart).await?;
    let links = &state.engine.context.links;
    Ok(HttpResponse::build(StatusCode::CREATED).json(json!({
        "id": kept.id.to_string(),
        "filename": kept.filename,
        "mimeType": kept.mime_type,
        "size": kept.size_bytes,
        "url": links.path(kept.id),
    })))
}

/// Keeps the first file of a form.
///
/// # Errors
/// There is none; it is not accepted.
async fn keep(
    files: &Files,
    actor: &Actor,
    mut multipart: Multipart,
) -> Result<Attachment, EngineError> {
    while let Some(part) = multipart.next().await {
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
    Rejection::new(
        Code::ValidationError,
        format!("Send the file as multipart/form-data in the field {FIELD}: {why}."),
    )
}
