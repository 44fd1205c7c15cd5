//! The widget's own files, inside the binary.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::web::Data;
use actix_web::web::Path;
use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::engine::webchat::public::Bundle;
use crate::web::assets::embedded;

/// What `widget/dist` holds.
#[derive(RustEmbed)]
#[folder = "widget/dist/"]
struct Dist;

/// The names of the widget's files.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Widget {
    hash: String,
    loader: String,
    files: BTreeMap<String, String>,
}

impl Widget {
    /// Reads the list that the widget's build wrote.
    #[must_use]
    pub fn load() -> Self {
        let list = Dist::get("manifest.json");
        let read = list.and_then(|list| serde_json::from_slice(&list.data).ok());
        read.unwrap_or_else(|| {
            tracing::error!("the widget's files are not part of this build");
            Self::default()
        })
    }

    /// The languages the widget speaks.
    #[must_use]
    pub fn languages(&self) -> Vec<&str> {
        let names = self.files.keys().filter_map(|name| {
            let name = name.strip_prefix("i18n/")?;
            name.strip_suffix(".json")
        });
        names.collect()
    }

    /// What a page is told of the files.
    #[must_use]
    pub fn bundle<'a>(&'a self, languages: &'a [&'a str]) -> Bundle<'a> {
        Bundle {
            hash: &self.hash,
            languages,
        }
    }
}

/// `GET /v1/linktor.js`
pub async fn loader(widget: Data<Widget>, request: HttpRequest) -> HttpResponse {
    serve(&widget.loader, "public, max-age=3600", &request)
}

/// `GET /v1/widget/{hash}/{name}`
pub async fn file(
    widget: Data<Widget>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> HttpResponse {
    let (hash, name) = path.into_inner();
    match widget.files.get(&name).filter(|_| hash == widget.hash) {
        Some(file) => serve(file, "public, max-age=31536000, immutable", &request),
        None => shared(HttpResponse::NotFound().finish()),
    }
}

fn serve(file: &str, cache: &str, request: &HttpRequest) -> HttpResponse {
    let Some(found) = Dist::get(file) else {
        return shared(HttpResponse::NotFound().finish());
    };
    let json = std::path::Path::new(file)
        .extension()
        .is_some_and(|end| end == "json");
    let kind = if json {
        "application/json"
    } else {
        "text/javascript; charset=utf-8"
    };
    let digest = found.metadata.sha256_hash();
    shared(embedded(found.data, kind, cache, digest, request))
}

/// Every page may load these, also one that isolates itself.
fn shared(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}
