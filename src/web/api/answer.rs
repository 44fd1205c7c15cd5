//! What handlers answer with.

use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::Responder;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::base::page::Page;
use crate::base::page::Span;
use crate::engine::setup::answers::Remembered;
use crate::web::api::page;
use crate::web::api::wire;
use crate::web::api::wire::Ignored;
use crate::web::error::ApiError;
use crate::web::request_id;

/// The header of an answer that was given before.
pub const REPLAYED: (&str, &str) = ("Idempotent-Replayed", "true");
/// Revisions count from 1.
const NO_REVISION: u64 = 0;

/// What a handler gives back.
pub type Answered = Result<Answer, ApiError>;

/// An answer of the API.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    body: Option<Value>,
    revision: Option<u64>,
    is_replayed: bool,
}

impl Answer {
    /// One thing.
    #[must_use]
    pub fn one(thing: &impl Serialize) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(wire::outgoing(thing)),
            revision: None,
            is_replayed: false,
        }
    }

    /// One thing that was just made.
    #[must_use]
    pub fn made(thing: &impl Serialize) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..Self::one(thing)
        }
    }

    /// Nothing to say but that it is done.
    #[must_use]
    pub const fn done() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
            revision: None,
            is_replayed: false,
        }
    }

    /// A page of a list.
    #[must_use]
    pub fn list<T: Serialize>(page: Page<T>, span: &Span) -> Self {
        let rows = page.map(|row| wire::outgoing(&row));
        Self {
            status: StatusCode::OK,
            body: Some(Value::Object(page::envelope(&rows, span))),
            revision: None,
            is_replayed: false,
        }
    }

    /// The answer that an earlier copy of the request got.
    #[must_use]
    pub fn again(earlier: &Remembered) -> Self {
        Self {
            status: StatusCode::from_u16(earlier.status).unwrap_or(StatusCode::OK),
            body: serde_json::from_slice(&earlier.body).ok(),
            revision: None,
            is_replayed: true,
        }
    }

    /// The answer as it is kept for a later copy of the request, of that digest.
    #[must_use]
    pub fn remembered(&self, request: [u8; 32]) -> Remembered {
        let body = self.body.as_ref().map(ToString::to_string);
        Remembered {
            request,
            status: self.status.as_u16(),
            body: body.unwrap_or_default().into_bytes(),
        }
    }

    /// The same with the revision of the thing, which a later `If-Match` may name.
    #[must_use]
    pub fn revision(mut self, revision: u64) -> Self {
        self.revision = Some(revision);
        self
    }

    /// The same with something to say beside the thing itself, under `meta`.
    #[must_use]
    pub fn meta(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Some(meta) = self.meta_map() {
            meta.insert(name.to_owned(), value.into());
        }
        self
    }

    /// The same with a field more.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Some(body) = self.body.as_mut().and_then(Value::as_object_mut) {
            body.insert(name.to_owned(), value.into());
        }
        self
    }

    fn meta_map(&mut self) -> Option<&mut Map<String, Value>> {
        let body = self.body.as_mut()?.as_object_mut()?;
        let meta = body.entry("meta").or_insert_with(|| Map::new().into());
        meta.as_object_mut()
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(mut self, request: &HttpRequest) -> HttpResponse {
        let is_list = self
            .body
            .as_ref()
            .is_some_and(|body| body.get("pagination").is_some());
        if is_list {
            self = self.meta("requestId", request_id::of(request));
        }
        let ignored = request
            .extensions_mut()
            .remove::<Ignored>()
            .unwrap_or_default();
        if !ignored.0.is_empty() {
            self = self.meta("ignored", ignored.0);
        }
        let mut response = HttpResponse::build(self.status);
        if let Some(revision) = self.revision {
            response.insert_header((header::ETAG, format!("\"{revision}\"")));
        }
        if self.is_replayed {
            response.insert_header(REPLAYED);
        }
        match self.body {
            Some(body) => response.json(body),
            None => response.finish(),
        }
    }
}

/// The revision that a change is based on, from `If-Match`; none where any will do. What is no
/// revision of ours is the revision of nothing.
#[must_use]
pub fn known_revision(request: &HttpRequest) -> Option<u64> {
    let value = request.headers().get(header::IF_MATCH)?;
    let value = value.to_str().unwrap_or_default().trim();
    if value == "*" {
        return None;
    }
    let tag = value.trim_start_matches("W/").trim_matches('"');
    Some(tag.parse().unwrap_or(NO_REVISION))
}
