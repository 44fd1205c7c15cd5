//! Pages of other sites may call the API: with a key or token they bring themselves, never with a
//! cookie, so every site is answered alike and none is named.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::http::header::HeaderMap;
use actix_web::http::header::HeaderValue;

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const ALLOWED: &str = "X-API-Key, Authorization, Content-Type, Idempotency-Key, X-Request-ID, Accept, If-Match, Last-Event-ID";
const EXPOSED: &str = "X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, ETag, Idempotent-Replayed";
/// How long a browser remembers what it was told, in seconds.
const REMEMBERED_SECS: &str = "7200";

/// The answer to a browser that asks before it calls; none to a call.
#[must_use]
pub fn preflight(request: &ServiceRequest) -> Option<HttpResponse> {
    let asks = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    asks.then(|| {
        HttpResponse::build(StatusCode::NO_CONTENT)
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, REMEMBERED_SECS))
            .finish()
    })
}

/// Lets pages of other sites read an answer.
pub fn open(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
}
