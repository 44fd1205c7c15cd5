//! Stored files, served so that nothing in them can run: as downloads, whatever they are.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Data;
use actix_web::web::Path;
use actix_web::web::Query;

use crate::model::attachment::Attachment;
use crate::model::ids::MediaId;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::error::ApiError;
use crate::web::files;
use crate::web::state::State;

/// The proof in a file's address.
#[derive(serde::Deserialize)]
struct Proof {
    e: Option<i64>,
    sig: Option<String>,
}

/// The addresses of stored files.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/media/{id}", web::get().to(show))
        .route("/m/{key}", web::get().to(show_short));
}

async fn show(
    state: Data<State>,
    id: Path<String>,
    proof: Query<Proof>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let missing = || Rejection::not_found(Code::ResourceNotFound, "file");
    let id: MediaId = id.parse().map_err(|_| missing())?;
    let context = &state.engine.context;
    let claimed = proof.sig.as_deref().unwrap_or_default();
    if !context
        .links
        .opens(id, proof.e, claimed, context.clock.now())
    {
        return Err(missing().into());
    }
    let attachment = state.engine.files.get(id)?;
    serve(&state, &attachment, &request, Shown::Download).await
}

/// A file under the address that stands in a text message.
async fn show_short(
    state: Data<State>,
    key: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let id = state.engine.context.links.short(&key);
    let id = id.ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "file"))?;
    let attachment = state.engine.files.get(id)?;
    serve(&state, &attachment, &request, Shown::Download).await
}

/// How a browser is to treat a file whose address it is sent to. Within a page, pictures, sound and
/// films show and play either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As a page of its own.
    Inline,
    /// As a download.
    Download,
}

/// Serves a stored file with ranges, and with headers that keep it from running.
///
/// # Errors
/// The file's bytes are gone.
pub async fn serve(
    state: &State,
    attachment: &Attachment,
    request: &HttpRequest,
    shown: Shown,
) -> Result<HttpResponse, ApiError> {
    let path = state.engine.files.path(attachment);
    let mut response = files::ranged(&path, attachment.size_bytes, request)
        .await
        .map_err(|error| {
            crate::engine::error::EngineError::Broken(format!("reading {}: {error}", attachment.id))
        })?;
    let headers = response.headers_mut();
    let mut set = |name: header::HeaderName, value: String| {
        if let Ok(value) = header::HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, attachment.mime_type.clone());
    set(
        header::CONTENT_DISPOSITION,
        disposition(shown, &attachment.filename),
    );
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned());
    set(
        header::CONTENT_SECURITY_POLICY,
        "sandbox; default-src 'none'".to_owned(),
    );
    set(header::CACHE_CONTROL, "private, max-age=3600".to_owned());
    Ok(response)
}

/// A disposition whose name survives every alphabet (RFC 6266).
fn disposition(shown: Shown, filename: &str) -> String {
    let kind = if shown == Shown::Inline {
        "inline"
    } else {
        "attachment"
    };
    let plain: String = filename
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && c != '"' && c != '\\' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let full = percent_encoding::utf8_percent_encode(filename, percent_encoding::NON_ALPHANUMERIC);
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_every_alphabet() {
        assert_eq!(
            disposition(Shown::Download, "caf\u{e9} \"x\".pdf"),
            "attachment; filename=\"caf___x_.pdf\"; filename*=UTF-8''caf%C3%A9%20%22x%22%2Epdf"
        );
    }
}
