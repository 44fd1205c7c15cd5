//! What surrounds every request of the API: its id, the same form for every refusal, answers that
//! are given again to a request that comes again, and the leave for pages of other sites.

use actix_web::Error;
use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::cors;
use crate::web::api::repeats;
use crate::web::error::ApiError;
use crate::web::limits;
use crate::web::limits::Standing;
use crate::web::state::State;

/// The header that carries a request's id, both ways.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id taken from a client.
const REQUEST_ID_MAX: usize = 200;

/// The id of a request.
#[derive(Debug, Clone)]
struct RequestId(String);

/// The id of a request; empty outside the API.
#[must_use]
pub fn request_id_of(request: &HttpRequest) -> String {
    let extensions = request.extensions();
    extensions
        .get::<RequestId>()
        .map_or_else(String::new, |id| id.0.clone())
}

/// Runs a request within the frame.
///
/// # Errors
/// None that is not an answer already; the type is the web framework's.
pub async fn around<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = match cors::preflight(&request) {
        Some(answer) => request.into_response(answer),
        None => answer(request, next).await?,
    };
    cors::open(response.headers_mut());
    Ok(response)
}

async fn answer<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = given_or_new(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let standing = limits::ask(request.request());
    let refusal = standing.as_ref().and_then(Standing::refusal);
    let response = match refusal {
        Some(refusal) => request.error_response(ApiError(refusal)),
        None => repeats::once(request, next).await?,
    };
    let mut response = with_id(response, &id);
    if let Some(standing) = standing {
        standing.tell(response.headers_mut());
    }
    Ok(response)
}

fn given_or_new(request: &ServiceRequest) -> String {
    let given = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let fits = |id: &&str| {
        !id.is_empty() && id.len() <= REQUEST_ID_MAX && id.chars().all(|c| c.is_ascii_graphic())
    };
    match (given.filter(fits), request.app_data::<Data<State>>()) {
        (Some(id), _) => id.to_owned(),
        (None, Some(state)) => state.engine.answers.new_request_id(),
        (None, None) => String::new(),
    }
}

/// The response with the request's id, in its header and in the body of a refusal.
fn with_id(response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let refused = response
        .response()
        .error()
        .and_then(|error| error.as_error::<ApiError>());
    let answer = refused.map(|refused| refused.answer(id));
    let mut response = match answer {
        Some(answer) => response.into_response(answer),
        None => response,
    };
    if let Ok(value) = HeaderValue::from_str(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The answer where no route is.
///
/// # Errors
/// Always.
pub async fn nothing_here() -> Result<&'static str, ApiError> {
    let message = "There is nothing at this address of the API; see /docs.";
    Err(ApiError(Rejection::new(Code::ResourceNotFound, message)))
}
