//! Files that are part of the program: styles, scripts, pictures, fonts.

use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Path;
use rust_embed::RustEmbed;

use crate::web::dashboard::view::assets::FAVICON;
use crate::web::dashboard::view::assets::FILES;

/// What `static/dist` holds, inside the binary.
#[derive(RustEmbed)]
#[folder = "static/dist/"]
struct Dist;

/// A year: names change with their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The addresses of embedded files.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/app/assets/{name}", web::get().to(asset))
        .route("/favicon.ico", web::get().to(favicon));
}

async fn asset(name: Path<String>, request: HttpRequest) -> HttpResponse {
    let Some((_, file, kind)) = FILES.iter().find(|(known, ..)| *known == *name) else {
        return HttpResponse::NotFound().finish();
    };
    serve(file, kind, FOR_EVER, &request)
}

async fn favicon(request: HttpRequest) -> HttpResponse {
    let name = FAVICON.rsplit('/').next().unwrap_or_default();
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, file, kind)) => serve(file, kind, "public, max-age=3600", &request),
        None => HttpResponse::NotFound().finish(),
    }
}

fn serve(file: &str, kind: &str, cache: &str, request: &HttpRequest) -> HttpResponse {
    match Dist::get(file) {
        Some(found) => embedded(
            found.data,
            kind,
            cache,
            found.metadata.sha256_hash(),
            request,
        ),
        None => HttpResponse::NotFound().finish(),
    }
}

/// An embedded file with its digest as `ETag`.
#[must_use]
pub fn embedded(
    data: Cow<'static, [u8]>,
    kind: &str,
    cache: &str,
    digest: [u8; 32],
    request: &HttpRequest,
) -> HttpResponse {
    let tag = format!("\"{}\"", crate::base::crypto::hex(&digest[..8]));
    let asked = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    // A proxy that compressed an answer marks its tag as weak.
    let same = asked.is_some_and(|asked| {
        asked
            .split(',')
            .any(|one| one.trim().trim_start_matches("W/") == tag)
    });
    let mut response = if same {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ETAG, tag))
        .insert_header((header::CONTENT_TYPE, kind));
    if same {
        response.finish()
    } else {
        response.body(data)
    }
}
