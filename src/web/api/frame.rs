//! What surrounds every request of the API: its id, the same form for every refusal, answers that
//! are given again to a request that comes again, and the leave for pages of other sites.

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::Next;

use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::cors;
use crate::web::api::repeats;
use crate::web::error::ApiError;
use crate::web::limits;
use crate::web::limits::Standing;
use crate::web::request_id;

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
    let standing = limits::ask(request.request());
    let refusal = standing.as_ref().and_then(Standing::refusal);
    let response = match refusal {
        Some(refusal) => request.error_response(ApiError(refusal)),
        None => repeats::once(request, next).await?,
    };
    let mut response = request_id::told(response);
    if let Some(standing) = standing {
        standing.tell(response.headers_mut());
    }
    Ok(response)
}

/// The answer where no route is.
///
/// # Errors
/// Always.
pub async fn nothing_here() -> Result<&'static str, ApiError> {
    let message = "There is nothing at this address of the API; see /docs.";
    Err(ApiError(Rejection::new(Code::ResourceNotFound, message)))
}
