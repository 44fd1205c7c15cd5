//! Addresses where nothing is: a page for people, a refusal for programs.

use actix_web::Error;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;

use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::dashboard::problem::Problem;
use crate::web::error::ApiError;

/// Answers where no route is.
///
/// # Errors
/// Always: `RESOURCE_NOT_FOUND`, in the form that the caller reads.
pub async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Error> {
    let accepted = request.headers().get(header::ACCEPT);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    let is_person = accepted.is_some_and(|accepted| accepted.contains("text/html"));
    let nothing = Rejection::new(Code::ResourceNotFound, "There is nothing at this address.");
    Err(if is_person {
        Problem::Outside(nothing).into()
    } else {
        ApiError(nothing).into()
    })
}
