//! What a mail is made of, for its bubble: its words in a frame of their own, and the mail as it came.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;

use crate::engine::error::EngineError;
use crate::engine::people::users::UserChanges;
use crate::model::mail::RemoteImages;
use crate::model::message::Message;
use crate::web::dashboard::conversation::id_of;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::present::mail::kept;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::assets::FONT;
use crate::web::files;

/// What the words of a mail may do: wear styles and our font and show their own pictures. Nothing
/// runs, nothing is sent, links open elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; form-action 'none'; \
    base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups \
    allow-popups-to-escape-sandbox; img-src 'self' data:";
/// The look of what brings none of its own.
const LOOK: &str = "body{margin:0;font:14px/20px Inter,system-ui,sans-serif;color:#1b1b22;\
    background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}\
    pre{white-space:pre-wrap}blockquote{margin:0 0 0 8px;padding-left:8px;border-left:2px solid #ccc}";

/// The addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    let messages = "/app/c/{conversation}/messages/{message}";
    config
        .route(&format!("{messages}/mail"), web::get().to(words))
        .route(&format!("{messages}/source"), web::get().to(source))
        .route(&format!("{messages}/pictures"), web::post().to(pictures));
}

/// Which part of a mail, and how.
#[derive(serde::Deserialize)]
struct Wanted {
    part: Option<String>,
    images: Option<String>,
    download: Option<String>,
}

/// A message of a conversation, for somebody who may see it.
///
/// # Errors
/// There is none; the reader may not.
pub fn message_of(
    state: &Shared,
    reader: &Reader,
    path: &(String, String),
) -> Result<Message, Problem> {
    let conversation = id_of(&path.0)?;
    let id = path.1.parse().map_err(|_| Problem::not_found())?;
    let message = state.engine.histories.message(&reader.actor(), id)?;
    if message.conversation_id == conversation && message.deleted_at.is_none() {
        Ok(message)
    } else {
        Err(Problem::not_found())
    }
}

async fn words(
    state: Shared,
    path: Path<(String, String)>,
    wanted: Query<Wanted>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let message = message_of(&state, &reader, &path)?;
    let mail = kept(&message).ok_or_else(Problem::not_found)?;
    let html = match wanted.part.as_deref() {
        Some("quoted") => mail.quoted_html.as_ref(),
        _ => mail.html.as_ref(),
    };
    let html = html.ok_or_else(Problem::not_found)?;
    let always = &reader.agent.user.pictures_from;
    let remote = if wanted.images.is_some() || always.contains(&message.from) {
        RemoteImages::Shown
    } else {
        RemoteImages::Blocked
    };
    let links = &state.engine.context.links;
    let html = mail.shown(html, remote, |id| links.path(id));
    Ok(framed(&html, remote))
}

/// HTML that was made safe, as the page of a frame in which nothing runs.
#[must_use]
pub fn framed(html: &str, remote: RemoteImages) -> HttpResponse {
    let policy = match remote {
        RemoteImages::Shown => format!("{POLICY} https: http:"),
        RemoteImages::Blocked => POLICY.to_owned(),
    };
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .content_type("text/html; charset=utf-8")
        .body(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Mail</title>\
             <style>@font-face{{font-family:Inter;font-weight:400 700;font-display:optional;\
             src:url({FONT})}}{LOOK}</style></head><body>{html}</body></html>"
        ))
}

/// Shows the pictures of whoever sent a mail from now on.
async fn pictures(
    state: Shared,
    path: Path<(String, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let message = message_of(&state, &form.reader, &path)?;
    let changes = UserChanges {
        pictures_from: Some(message.from.clone()),
        ..UserChanges::default()
    };
    let (actor, own) = (form.reader.actor(), form.reader.agent.user.id);
    state.engine.users.update(&actor, own, changes).await?;
    Ok(see(&format!("/app/c/{}?m={}", path.0, path.1)))
}

/// The mail as it came: to be read, or to be kept as a file.
async fn source(
    state: Shared,
    path: Path<(String, String)>,
    wanted: Query<Wanted>,
    reader: Reader,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let message = message_of(&state, &reader, &path)?;
    let raw = kept(&message).and_then(|mail| mail.raw_ref);
    let raw = raw.ok_or_else(Problem::not_found)?;
    let file = state.engine.files.get(raw)?;
    let place = state.engine.files.path(&file);
    let name = wanted.download.as_ref().map(|_| message.id.to_string());
    as_it_came(&place, file.size_bytes, name, &request).await
}

/// The bytes of a mail: as text that nothing runs in, or as a file of a name.
///
/// # Errors
/// They could not be read.
pub async fn as_it_came(
    place: &std::path::Path,
    size_bytes: u64,
    file_name: Option<String>,
    request: &HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut response = files::ranged(place, size_bytes, request)
        .await
        .map_err(|error| EngineError::Broken(format!("reading a mail: {error}")))?;
    let (kind, disposition) = match file_name {
        Some(name) => (
            "message/rfc822",
            format!("attachment; filename=\"{name}.eml\""),
        ),
        None => ("text/plain; charset=utf-8", "inline".to_owned()),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ),
    ] {
        if let Ok(value) = header::HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}
