//! The one place where refusals become status codes and bodies.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::engine::error::EngineError;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// The status a code is answered with.
#[must_use]
pub fn status_of(code: Code) -> StatusCode {
    use Code as C;
    match code {
        C::ValidationError
        | C::InvalidCursor
        | C::InvalidChannelType
        | C::InvalidRecipient
        | C::UnsupportedContentType
        | C::InvalidUrl
        | C::InvalidResetToken
        | C::ActiveConversationsExist
        | C::DeleteNotSupported
        | C::DeleteWindowExpired => StatusCode::BAD_REQUEST,
        C::AuthenticationRequired
        | C::InvalidApiKey
        | C::InvalidToken
        | C::InvalidCredentials
        | C::InvalidRefreshToken
        | C::TokenRevoked => StatusCode::UNAUTHORIZED,
        C::QuotaExceeded => StatusCode::PAYMENT_REQUIRED,
        C::InsufficientPermissions | C::AccountLocked | C::TenantSuspended | C::ContactBlocked => {
            StatusCode::FORBIDDEN
        }
        C::ResourceNotFound
        | C::ChannelNotFound
        | C::ConversationNotFound
        | C::MessageNotFound
        | C::ContactNotFound => StatusCode::NOT_FOUND,
        C::ResourceAlreadyExists
        | C::ChannelAlreadyExists
        | C::ConversationExists
        | C::EmailAlreadyExists
        | C::IdempotencyConflict
        | C::ChannelDisabled => StatusCode::CONFLICT,
        C::CursorTooOld => StatusCode::GONE,
        C::RevisionMismatch => StatusCode::PRECONDITION_FAILED,
        C::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        C::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        C::ChannelNotConnected
        | C::OutsideMessageWindow
        | C::ContactOptedOut
        | C::ContactUnreachable
        | C::ContentTooLong
        | C::TemplateNotApproved
        | C::ProviderNotConfigured => StatusCode::UNPROCESSABLE_ENTITY,
        C::RateLimitExceeded => StatusCode::TOO_MANY_REQUESTS,
        C::ChannelError => StatusCode::BAD_GATEWAY,
        C::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
        C::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What a failure looks like from outside. What is ours to fix is logged here, once, and told to
/// nobody.
#[must_use]
pub fn rejection_of(error: EngineError) -> Rejection {
    match error {
        EngineError::Refused(rejection) => rejection,
        EngineError::Passing(message) => {
            // Whoever is in trouble says so when it begins and when it ends, not for each request.
            tracing::debug!("{message}");
            Rejection::new(Code::ServiceUnavailable, message).retry_after(2)
        }
        EngineError::Store(error) => broken(&error.to_string()),
        EngineError::Broken(reason) => broken(&reason),
    }
}

fn broken(reason: &str) -> Rejection {
    tracing::error!("{reason}");
    Rejection::new(
        Code::InternalError,
        "Something broke on our side. It was written to the log.",
    )
}

/// A refusal as an API answers it: both at the top level and under `error`, because clients read
/// one or the other.
#[derive(Debug)]
pub struct ApiError(pub Rejection);

impl<E: Into<EngineError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(rejection_of(error.into()))
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl actix_web::ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        status_of(self.0.code)
    }

    fn error_response(&self) -> HttpResponse {
        unnamed(self.status_code(), &self.0)
    }
}

/// A refusal as it stands until [`crate::web::request_id`] names the request in it.
#[must_use]
pub fn unnamed(status: StatusCode, rejection: &Rejection) -> HttpResponse {
    answer(status, rejection, "")
}

/// A refusal as the answer to the request of that id.
#[must_use]
pub fn answer(status: StatusCode, rejection: &Rejection, request_id: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    if let Some(secs) = rejection.retry_after_secs {
        response.insert_header((header::RETRY_AFTER, secs.to_string()));
    }
    response.json(body(rejection, request_id))
}

/// The body of a refusal.
fn body(rejection: &Rejection, request_id: &str) -> Value {
    let code = rejection.code.as_str();
    let mut details: Map<String, Value> = rejection
        .fields
        .iter()
        .map(|field| (field.field.clone(), Value::from(field.message.clone())))
        .collect();
    if let Some(reason) = rejection.reason {
        details.insert("reason".to_owned(), reason.into());
    }
    if let Some(quota) = rejection.quota {
        details.insert("resource".to_owned(), quota.resource.into());
        details.insert("limit".to_owned(), quota.limit.into());
        details.insert("used".to_owned(), quota.used.into());
    }
    let listed: Vec<Value> = rejection
        .fields
        .iter()
        .map(|field| json!({ "field": field.field, "message": field.message }))
        .collect();
    let mut body = json!({
        "code": code,
        "message": rejection.message,
        "details": details,
        "requestId": request_id,
        "error": { "code": code, "message": rejection.message, "details": listed },
        "meta": { "requestId": request_id },
    });
    if let Some(secs) = rejection.retry_after_secs {
        body["retryAfter"] = secs.into();
        body["retry_after"] = secs.into();
        body["error"]["retryAfter"] = secs.into();
    }
    body
}
