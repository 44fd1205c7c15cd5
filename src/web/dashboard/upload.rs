//! `POST /app/media`: a file for a message, kept before the message is sent.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Payload;
use serde_json::json;

use crate::web::csrf;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::error::ApiError;
use crate::web::uploads;

/// The address files are sent to.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/app/media", web::post().to(upload));
}

/// Takes the first file of the form. The proof travels in a header, because only scripts send
/// files.
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
    let kept = uploads::keep(&state.engine.files, &reader.actor(), &request, payload).await?;
    let links = &state.engine.context.links;
    Ok(HttpResponse::build(StatusCode::CREATED).json(json!({
        "id": kept.id.to_string(),
        "filename": kept.filename,
        "mimeType": kept.mime_type,
        "size": kept.size_bytes,
        "url": links.path(kept.id),
    })))
}
