//! What every call of the web chat passes: where it comes from, whose it is, and how a refusal
//! looks.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::web::Data;
use actix_web::web::Path;
use serde_json::json;

use crate::engine::webchat::Caller;
use crate::engine::webchat::Peer;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::origins::Access;
use crate::engine::webchat::origins::Evidence;
use crate::engine::webchat::site::Site;
use crate::web::auth::ip_of;
use crate::web::state::State;

/// A refusal in the web chat's own shape.
#[derive(Debug)]
pub struct Refusal(pub Problem);

impl<E: Into<WebchatError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.into().told())
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl actix_web::ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self.0.code {
            Code::InvalidJson | Code::UnknownType => StatusCode::BAD_REQUEST,
            Code::Validation | Code::UnsupportedContent | Code::InvalidPostback => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Code::TokenMissing | Code::TokenInvalid | Code::TokenExpired => {
                StatusCode::UNAUTHORIZED
            }
            Code::OriginNotAllowed
            | Code::ChannelDisabled
            | Code::VisitorBlocked
            | Code::IdentityUnverified => StatusCode::FORBIDDEN,
            Code::PrechatRequired | Code::IdConflict => StatusCode::CONFLICT,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::UpgradeRequired => StatusCode::UPGRADE_REQUIRED,
            Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(secs) = self.0.retry_after {
            response.insert_header((header::RETRY_AFTER, secs.to_string()));
        }
        response.json(json!({ "error": self.0 }))
    }
}

/// A call that may come from where it comes from.
pub struct Visit {
    /// The web chat.
    pub site: Arc<Site>,
    /// Where it comes from.
    pub peer: Peer,
    /// The token it brought.
    pub token: Option<String>,
    /// The website it comes from, where the browser says.
    pub origin: Option<String>,
}

impl Visit {
    /// Judges a call.
    ///
    /// # Errors
    /// `channel_disabled`, `origin_not_allowed`.
    pub fn of(state: &State, channel: &str, request: &HttpRequest) -> Result<Self, Refusal> {
        let access = match *request.method() {
            Method::GET | Method::HEAD => Access::Read,
            _ => Access::Change,
        };
        Self::judged(state, channel, request, access)
    }

    /// Judges a call as one that reads or one that changes.
    ///
    /// # Errors
    /// As [`Visit::of`].
    pub fn judged(
        state: &State,
        channel: &str,
        request: &HttpRequest,
        access: Access,
    ) -> Result<Self, Refusal> {
        let webchat = &state.engine.webchat;
        let closed = || Problem::new(Code::ChannelDisabled, "This chat is not available.");
        let site = webchat.site(channel.parse().map_err(|_| closed())?)?;
        let evidence = Evidence {
            origin: said(request, "Origin"),
            fetch_site: said(request, "Sec-Fetch-Site"),
        };
        webchat.admit(&site, access, evidence)?;
        Ok(Self {
            site,
            peer: peer_of(state, request),
            token: token_of(request),
            origin: said(request, "Origin").map(str::to_owned),
        })
    }

    /// The browser the call comes from.
    ///
    /// # Errors
    /// `token_missing`, `token_invalid`, `token_expired`, `visitor_blocked`.
    pub fn caller(&self, state: &State) -> Result<Caller, Refusal> {
        let webchat = &state.engine.webchat;
        Ok(webchat.caller(&self.site, self.token.as_deref())?)
    }
}

/// The body of a call, or why it is none.
///
/// # Errors
/// `too_large`.
pub fn whole(body: Result<Bytes, actix_web::Error>) -> Result<Bytes, Refusal> {
    body.map_err(|error| {
        let status = error.as_response_error().status_code();
        Refusal(if status == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(Code::TooLarge, "The request is larger than 64 KB.")
        } else {
            Problem::new(Code::InvalidJson, "The request did not arrive whole.")
        })
    })
}

fn said<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

fn token_of(request: &HttpRequest) -> Option<String> {
    let (scheme, token) = said(request, "Authorization")?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

/// The longest description of a browser that is kept, in characters.
const AGENT_MAX: usize = 300;

fn peer_of(state: &State, request: &HttpRequest) -> Peer {
    let agent = said(request, "User-Agent");
    let asks_not_to = |name| said(request, name) == Some("1");
    Peer {
        ip: ip_of(request, &state.trusted_proxies),
        user_agent: agent.map(|agent| agent.chars().take(AGENT_MAX).collect()),
        no_tracking: asks_not_to("Sec-GPC") || asks_not_to("DNT"),
    }
}

/// Answers a browser that asks whether a page may make a call.
///
/// # Errors
/// As [`Visit::of`].
pub async fn preflight(
    state: Data<State>,
    channel: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    Visit::judged(&state, &channel, &request, Access::Change)?;
    Ok(HttpResponse::NoContent()
        .insert_header((
            header::ACCESS_CONTROL_ALLOW_METHODS,
            "GET,POST,PATCH,DELETE",
        ))
        .insert_header((
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization,content-type,x-linktor-client",
        ))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
        .finish())
}

/// Lets the page that asked read the answer. Whether it may ask was decided before; a refusal is
/// readable too, so that the widget can say why it hides. Nothing here knows cookies, so nothing
/// is given away.
///
/// # Errors
/// Whatever the handler behind it fails with.
pub async fn share<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let refuses = request.method() == Method::OPTIONS;
    let mut response = next.call(request).await?;
    let shared = !refuses || response.status().is_success();
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin.filter(|_| shared) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::ResponseError as _;

    /// webchat.md section 9.
    #[test]
    fn every_code_has_the_status_of_the_document() {
        let cases = [
            (Code::InvalidJson, 400),
            (Code::UnknownType, 400),
            (Code::Validation, 422),
            (Code::UnsupportedContent, 422),
            (Code::InvalidPostback, 422),
            (Code::TokenMissing, 401),
            (Code::TokenInvalid, 401),
            (Code::TokenExpired, 401),
            (Code::OriginNotAllowed, 403),
            (Code::ChannelDisabled, 403),
            (Code::VisitorBlocked, 403),
            (Code::IdentityUnverified, 403),
            (Code::PrechatRequired, 409),
            (Code::IdConflict, 409),
            (Code::NotFound, 404),
            (Code::TooLarge, 413),
            (Code::UnsupportedMedia, 415),
            (Code::UpgradeRequired, 426),
            (Code::RateLimited, 429),
            (Code::Internal, 500),
            (Code::Unavailable, 503),
        ];
        for (code, status) in cases {
            let refusal = Refusal(Problem::new(code, "No.").retry_after(3));
            let answer = refusal.error_response();
            assert_eq!(answer.status().as_u16(), status, "{code:?}");
            let wait = answer.headers().get(header::RETRY_AFTER);
            assert_eq!(wait.and_then(|secs| secs.to_str().ok()), Some("3"));
        }
    }
}
