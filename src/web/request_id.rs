//! The id of a request: in the header of its answer, and in every refusal.

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

use crate::model::rejection::Rejection;
use crate::web::auth::SignedOut;
use crate::web::dashboard::problem::ForScript;
use crate::web::error;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The header that carries it, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest one taken from a client.
const MAX: usize = 200;

/// The id of a request, once somebody wanted to know it.
struct RequestId(String);

/// The id of a request: the client's own, where it gave one, else a new one. Always the same for the
/// same request.
#[must_use]
pub fn of(request: &HttpRequest) -> String {
    if let Some(known) = request.extensions().get::<RequestId>() {
        return known.0.clone();
    }
    let id = given_or_new(request);
    request.extensions_mut().insert(RequestId(id.clone()));
    id
}

fn given_or_new(request: &HttpRequest) -> String {
    let given = request.headers().get(HEADER);
    let given = given.and_then(|value| value.to_str().ok());
    let fits =
        |id: &&str| !id.is_empty() && id.len() <= MAX && id.chars().all(|c| c.is_ascii_graphic());
    match (given.filter(fits), request.app_data::<Data<State>>()) {
        (Some(id), _) => id.to_owned(),
        (None, Some(state)) => state.engine.answers.new_request_id(),
        (None, None) => String::new(),
    }
}

/// Has every refusal in the API's form name its request, wherever it comes from.
///
/// # Errors
/// Whatever the handler behind it fails with.
pub async fn in_refusals<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    // The API names its requests in all its answers.
    let is_told = response.headers().contains_key(HEADER);
    if is_told || refusal_in(&response).is_none() {
        return Ok(response);
    }
    Ok(told(response))
}

/// The response with the request's id, in its header and in the body of a refusal.
pub fn told(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let id = of(response.request());
    let answer = refusal_in(&response).map(|refusal| {
        let mut answer = error::answer(response.status(), refusal, &id);
        for (name, value) in response.headers() {
            if !answer.headers().contains_key(name) {
                answer.headers_mut().append(name.clone(), value.clone());
            }
        }
        answer
    });
    let mut response = match answer {
        Some(answer) => response.into_response(answer),
        None => response,
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

fn refusal_in(response: &ServiceResponse<BoxBody>) -> Option<&Rejection> {
    let error = response.response().error()?;
    let of_api = || error.as_error::<ApiError>().map(|refused| &refused.0);
    let of_script = || error.as_error::<ForScript>().map(|refused| &refused.0);
    let of_stranger = || error.as_error::<SignedOut>()?.refusal();
    of_api().or_else(of_script).or_else(of_stranger)
}
