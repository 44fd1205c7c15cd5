//! Files visitors bring, streamed to the store.

use actix_multipart::Field;
use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::Data;
use actix_web::web::Path;
use futures_util::StreamExt as _;
use futures_util::TryStreamExt as _;

use crate::engine::webchat::error::Problem;
use crate::engine::webchat::uploads::Label;
use crate::web::state::State;
use crate::web::widget::guard::Refusal;
use crate::web::widget::guard::Visit;

/// The longest value of a field that is no file.
const FIELD_MAX: usize = 256;

/// `POST uploads`: the id of the upload, then the file.
///
/// # Errors
/// `too_large`, `unsupported_media`, `validation`, and those of every call.
pub async fn upload(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
    mut parts: Multipart,
) -> Result<HttpResponse, Refusal> {
    let visit = Visit::of(&state, &channel, &request)?;
    let caller = visit.caller(&state)?;
    let mut label = Label::default();
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| broken())?;
        match part.name() {
            Some("clientUploadId") => label.client_id = Some(text(&mut part).await?),
            Some("file") => {
                let disposition = part.content_disposition();
                let name = disposition.and_then(|said| said.get_filename());
                label.filename = name.unwrap_or_default().to_owned();
                let webchat = &state.engine.webchat;
                let kept = webchat.upload(&caller, label, Box::pin(part)).await?;
                return Ok(HttpResponse::Created().json(kept));
            }
            _ => while part.try_next().await.map_err(|_| broken())?.is_some() {},
        }
    }
    Err(Problem::validation("There must be one part named file.").into())
}

async fn text(part: &mut Field) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.try_next().await.map_err(|_| broken())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD_MAX {
            return Err(Problem::validation("clientUploadId is too long.").into());
        }
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

fn broken() -> Refusal {
    Refusal(Problem::validation(
        "The upload is not readable as multipart/form-data.",
    ))
}
