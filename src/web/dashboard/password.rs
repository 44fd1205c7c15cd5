//! `/login/forgot`, `/login/reset`, `/invite`: a new password, with a link.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::web::Query;
use serde::Deserialize;

use crate::engine::error::EngineError;
use crate::engine::people::logins::Stay;
use crate::model::pass::Purpose;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::auth;
use crate::web::csrf;
use crate::web::dashboard::account::add_cookie;
use crate::web::dashboard::account::host;
use crate::web::dashboard::account::welcome;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::reader::theme_of;
use crate::web::dashboard::reader::workspace;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::password::ChoosePage;
use crate::web::dashboard::view::password::ForgotPage;
use crate::web::dashboard::view::password::Link;
use crate::web::error::rejection_of;
use crate::web::state::State;
use crate::web::state::VERSION;

/// Where a link is asked for.
const FORGOT: &str = "/login/forgot";
/// Where the links of mails lead.
const CHOOSE: [&str; 2] = ["/login/reset", "/invite"];

/// The addresses of new passwords.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(FORGOT, web::get().to(show_forgot))
        .route(FORGOT, web::post().to(forgot));
    for address in CHOOSE {
        config
            .route(address, web::get().to(show_choose))
            .route(address, web::post().to(choose));
    }
}

#[derive(Deserialize)]
struct Asked {
    token: Option<String>,
}

async fn show_forgot(state: Shared, request: HttpRequest) -> Result<HttpResponse, Problem> {
    draw_forgot(&state, &request, StatusCode::OK, ForgotPage::default())
}

async fn forgot(state: Shared, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let told = ForgotPage {
        email: fields.get("email").to_owned(),
        ..ForgotPage::default()
    };
    if !csrf::is_before_sign_in(&state, &request, fields.get("_csrf")) {
        let error = Some("This page was open for long. Please try again.".to_owned());
        let told = ForgotPage { error, ..told };
        return draw_forgot(&state, &request, StatusCode::FORBIDDEN, told);
    }
    let origin = auth::origin_of(&request, &state);
    match state.engine.logins.ask_for_link(&told.email, &origin).await {
        Ok(()) => {
            let told = ForgotPage { sent: true, ..told };
            draw_forgot(&state, &request, StatusCode::OK, told)
        }
        Err(error) => {
            let refused = rejection_of(error);
            let status = match refused.code {
                Code::RateLimitExceeded => StatusCode::TOO_MANY_REQUESTS,
                Code::ProviderNotConfigured => StatusCode::UNPROCESSABLE_ENTITY,
                _ => return Err(Problem::Refused(refused)),
            };
            let error = Some(refused.message);
            draw_forgot(&state, &request, status, ForgotPage { error, ..told })
        }
    }
}

fn draw_forgot(
    state: &State,
    request: &HttpRequest,
    status: StatusCode,
    told: ForgotPage,
) -> Result<HttpResponse, Problem> {
    let (proof, cookie) = csrf::before_sign_in(state, request);
    let page = ForgotPage {
        workspace: workspace(state)?,
        host: host(state),
        theme: theme_of(request),
        csrf: proof,
        can_mail: state.engine.logins.can_mail(),
        version: VERSION.to_owned(),
        ..told
    };
    let mut response = page_with(status, &page);
    add_cookie(&mut response, &cookie);
    Ok(response)
}

async fn show_choose(
    state: Shared,
    asked: Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let token = asked.token.clone().unwrap_or_default();
    let asked = Fields::of(vec![("token".to_owned(), token)]);
    draw_choose(&state, &request, &asked, None)
}

async fn choose(state: Shared, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let token = fields.get("token");
    if !csrf::is_before_sign_in(&state, &request, fields.get("_csrf")) {
        let message = "This page was open for long. Please try again.";
        let refused = Rejection::new(Code::ValidationError, message);
        return draw_choose(&state, &request, &fields, Some(refused));
    }
    let origin = auth::origin_of(&request, &state);
    let logins = &state.engine.logins;
    match logins
        .choose_password(token, fields.get("password"), &origin)
        .await
    {
        Ok((user, Purpose::Invitation)) => {
            let signed_in = logins.admit(user, origin).await?;
            Ok(welcome(&state, &signed_in, Stay::Brief, "/app/inbox"))
        }
        Ok((_, Purpose::Reset)) => Ok(see("/login?changed=1")),
        Err(error) => {
            let refused = rejection_of(error);
            match refused.code {
                Code::ValidationError | Code::InvalidResetToken => {
                    draw_choose(&state, &request, &fields, Some(refused))
                }
                _ => Err(Problem::Refused(refused)),
            }
        }
    }
}

/// The form, with what was wrong with it; or why there is none, where the link does not work.
fn draw_choose(
    state: &State,
    request: &HttpRequest,
    fields: &Fields,
    refused: Option<Rejection>,
) -> Result<HttpResponse, Problem> {
    let token = fields.get("token");
    let (link, status) = match state.engine.logins.pass_of(token) {
        Ok((pass, user)) => {
            let error = refused.map(|refused| match refused.fields.first() {
                Some(field) => format!("This {}.", field.message),
                None => refused.message,
            });
            let (status, password) = match error {
                Some(error) => (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    FieldView::default().wrong(error),
                ),
                None => (StatusCode::OK, FieldView::default()),
            };
            let link = Link::Works {
                invited: pass.purpose == Purpose::Invitation,
                name: user.name,
                email: user.email,
                token: token.to_owned(),
                password,
            };
            (link, status)
        }
        Err(EngineError::Refused(refused)) => {
            (Link::Refused(refused.message), StatusCode::FORBIDDEN)
        }
        Err(error) => return Err(error.into()),
    };
    let (proof, cookie) = csrf::before_sign_in(state, request);
    let page = ChoosePage {
        workspace: workspace(state)?,
        host: host(state),
        theme: theme_of(request),
        csrf: proof,
        link,
        action: request.path().to_owned(),
        version: VERSION.to_owned(),
    };
    let mut response = page_with(status, &page);
    add_cookie(&mut response, &cookie);
    Ok(response)
}
