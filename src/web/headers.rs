//! Headers every answer carries.

use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;

/// The policy of pages: everything from here, nothing inline, nothing framed.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
    connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Asks proxies to pass an answer on as it comes: one that goes on for as long as somebody listens.
pub const UNBUFFERED: (&str, &str) = ("X-Accel-Buffering", "no");

/// Adds what keeps pages from being misused. An answer that brought a policy of its own keeps it.
///
/// # Errors
/// Whatever the handler behind it fails with.
pub async fn secure<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add(header::CONTENT_SECURITY_POLICY, POLICY);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "same-origin");
    add(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(self), microphone=(self)",
    );
    Ok(response)
}
