//! `/login/code`, `/login/recovery`: the second step of signing in.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::web::Query;
use serde::Deserialize;

use crate::engine::people::logins::Finished;
use crate::engine::people::proofs::KNOWN;
use crate::model::rejection::Code;
use crate::web::auth;
use crate::web::csrf;
use crate::web::dashboard::account::add_cookie;
use crate::web::dashboard::account::safe_next;
use crate::web::dashboard::account::welcome;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::reader::theme_of;
use crate::web::dashboard::view::account::LoginCodePage;
use crate::web::error::rejection_of;
use crate::web::state::State;
use crate::web::state::VERSION;

/// Carries what the first step proved.
const HALF_COOKIE: &str = "linktor_half";
/// Spares a computer this step.
const KNOWN_COOKIE: &str = "linktor_known";
/// Where these cookies are sent: nowhere but to the pages of signing in.
const PLACE: &str = "/login";
/// The page that takes a code of the authenticator.
const CODE: &str = "/login/code";
/// The page that takes a recovery code.
const RECOVERY: &str = "/login/recovery";
/// Where it begins again.
const TOO_LATE: &str = "/login?late=1";

/// The addresses of the second step.
pub fn configure(config: &mut web::ServiceConfig) {
    for address in [CODE, RECOVERY] {
        config
            .route(address, web::get().to(show))
            .route(address, web::post().to(take));
    }
}

#[derive(Deserialize)]
struct Asked {
    next: Option<String>,
}

/// What a browser shows to be spared the second step.
#[must_use]
pub fn known(request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(KNOWN_COOKIE)?;
    Some(cookie.value().to_owned())
}

/// On to the second step, with the proof of the first.
#[must_use]
pub fn ask(state: &State, half: String, next: &str) -> HttpResponse {
    let query = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
    let mut response = see(&format!("{CODE}?next={query}"));
    add_cookie(&mut response, &private(state, HALF_COOKIE, half));
    response
}

fn private(state: &State, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build(name, value)
        .path(PLACE)
        .http_only(true)
        .secure(state.is_https)
        .same_site(SameSite::Lax)
        .finish()
}

fn half_of(state: &State, request: &HttpRequest) -> Option<String> {
    let half = request.cookie(HALF_COOKIE)?.value().to_owned();
    state.engine.logins.is_half_way(&half).then_some(half)
}

async fn show(state: Shared, asked: Query<Asked>, request: HttpRequest) -> HttpResponse {
    if half_of(&state, &request).is_none() {
        return see(TOO_LATE);
    }
    let next = safe_next(asked.next.as_deref().unwrap_or_default());
    draw(&state, &request, next, StatusCode::OK, None)
}

async fn take(state: Shared, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let next = safe_next(fields.get("next"));
    let Some(half) = half_of(&state, &request) else {
        return Ok(see(TOO_LATE));
    };
    if !csrf::is_before_sign_in(&state, &request, fields.get("_csrf")) {
        let words = Some("This page was open for long. Please try again.".to_owned());
        return Ok(draw(&state, &request, next, StatusCode::FORBIDDEN, words));
    }
    let origin = auth::origin_of(&request, &state);
    let logins = &state.engine.logins;
    match logins.finish(&half, fields.get("code"), origin).await {
        Ok(finished) => Ok(enter(&state, finished, fields.has("remember"), next)),
        Err(error) => {
            let refused = rejection_of(error);
            let status = match refused.code {
                Code::InvalidToken => return Ok(see(TOO_LATE)),
                Code::InvalidCredentials => StatusCode::UNPROCESSABLE_ENTITY,
                Code::RateLimitExceeded => StatusCode::TOO_MANY_REQUESTS,
                _ => return Err(Problem::Refused(refused)),
            };
            Ok(draw(&state, &request, next, status, Some(refused.message)))
        }
    }
}

/// In, with the session's cookie; the half way's is taken away.
fn enter(state: &State, finished: Finished, remember: bool, next: &str) -> HttpResponse {
    let mut response = welcome(state, &finished.signed_in, finished.stay, next);
    let mut gone = private(state, HALF_COOKIE, String::new());
    gone.make_removal();
    add_cookie(&mut response, &gone);
    if remember {
        let mut known = private(state, KNOWN_COOKIE, finished.known);
        known.set_max_age(Duration::try_from(KNOWN).ok());
        add_cookie(&mut response, &known);
    }
    response
}

fn draw(
    state: &State,
    request: &HttpRequest,
    next: &str,
    status: StatusCode,
    error: Option<String>,
) -> HttpResponse {
    let (proof, cookie) = csrf::before_sign_in(state, request);
    let page = LoginCodePage {
        theme: theme_of(request),
        csrf: proof,
        next: next.to_owned(),
        error,
        recovery: request.path() == RECOVERY,
        version: VERSION.to_owned(),
    };
    let mut response = page_with(status, &page);
    add_cookie(&mut response, &cookie);
    response
}
