//! Set-up, signing in and out.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::Bytes;
use actix_web::web::Query;
use serde::Deserialize;

use crate::engine::people::first_owner::FirstOwner;
use crate::engine::people::logins::SignedIn;
use crate::engine::people::logins::Stay;
use crate::engine::people::logins::Step;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::auth;
use crate::web::csrf;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::code;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::reader::theme_of;
use crate::web::dashboard::reader::workspace;
use crate::web::dashboard::view::account::LoginPage;
use crate::web::dashboard::view::account::SetupPage;
use crate::web::dashboard::view::account::SetupStep;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::shell::Theme;
use crate::web::error::rejection_of;
use crate::web::state::State;
use crate::web::state::VERSION;

/// The addresses outside the dashboard's door.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/login", web::get().to(show_login))
        .route("/login", web::post().to(login))
        .route("/logout", web::post().to(logout))
        .route("/setup", web::get().to(show_setup))
        .route("/setup", web::post().to(set_up))
        .route("/app/theme", web::post().to(theme));
}

#[derive(Deserialize)]
struct Asked {
    next: Option<String>,
    token: Option<String>,
    out: Option<String>,
    late: Option<String>,
    changed: Option<String>,
}

impl Asked {
    /// What brought somebody to the sign-in page.
    fn notice(&self) -> Option<String> {
        let words = match (&self.out, &self.late, &self.changed) {
            (Some(_), ..) => "You are signed out.",
            (_, Some(_), _) => "That took too long. Please sign in again.",
            (.., Some(_)) => "Your new password is set. Sign in with it.",
            (None, None, None) => return None,
        };
        Some(words.to_owned())
    }
}

/// A path of ours to go on to. Anything that could lead elsewhere leads to the inbox.
#[must_use]
pub fn safe_next(next: &str) -> &str {
    // Browsers leave tabs and ends of lines out, which may bring two slashes together.
    let could_lead_out = |c: char| c == '\\' || c.is_control();
    let inside = next.starts_with('/') && !next.starts_with("//") && !next.contains(could_lead_out);
    if inside { next } else { "/app/inbox" }
}

/// The host people know the installation by.
#[must_use]
pub fn host(state: &State) -> String {
    let url = url::Url::parse(state.engine.context.links.public_url());
    url.ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

/// What a sign-in page says beside its form.
#[derive(Default)]
struct Told {
    email: String,
    next: String,
    error: Option<String>,
    wait_secs: u64,
    notice: Option<String>,
}

fn login_page(
    state: &State,
    request: &HttpRequest,
    status: StatusCode,
    told: Told,
) -> Result<HttpResponse, Problem> {
    let (proof, cookie) = csrf::before_sign_in(state, request);
    let page = LoginPage {
        workspace: workspace(state)?,
        host: host(state),
        theme: theme_of(request),
        csrf: proof,
        next: told.next,
        email: told.email,
        error: told.error,
        wait_secs: told.wait_secs,
        notice: told.notice,
        version: VERSION.to_owned(),
    };
    let mut response = page_with(status, &page);
    add_cookie(&mut response, &cookie);
    Ok(response)
}

/// Adds a cookie to an answer.
pub fn add_cookie(response: &mut HttpResponse, cookie: &Cookie<'_>) {
    if let Err(error) = response.add_cookie(cookie) {
        tracing::error!("a cookie could not be set: {error}");
    }
}

async fn show_login(
    state: Shared,
    asked: Query<Asked>,
    reader: Option<Reader>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let next = safe_next(asked.next.as_deref().unwrap_or_default()).to_owned();
    if reader.is_some() {
        return Ok(see(&next));
    }
    if state.engine.logins.is_unowned()? {
        return Ok(see("/setup"));
    }
    let notice = asked.notice();
    login_page(
        &state,
        &request,
        StatusCode::OK,
        Told {
            next,
            notice,
            ..Told::default()
        },
    )
}

async fn login(state: Shared, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let next = safe_next(fields.get("next")).to_owned();
    let email = fields.get("email").to_owned();
    if !csrf::is_before_sign_in(&state, &request, fields.get("_csrf")) {
        let notice = Some("This page was open for long. Please try again.".to_owned());
        let told = Told {
            email,
            next,
            notice,
            ..Told::default()
        };
        return login_page(&state, &request, StatusCode::FORBIDDEN, told);
    }
    let stay = if fields.has("keep") {
        Stay::Long
    } else {
        Stay::Brief
    };
    let origin = auth::origin_of(&request, &state);
    let (password, known) = (fields.get("password"), code::known(&request));
    let logins = &state.engine.logins;
    match logins
        .sign_in(&email, password, stay, known.as_deref(), origin)
        .await
    {
        Ok(Step::Done(signed_in)) => Ok(welcome(&state, &signed_in, stay, &next)),
        Ok(Step::Code(half)) => Ok(code::ask(&state, half, &next)),
        Err(error) => {
            let refused = rejection_of(error);
            let status = match refused.code {
                Code::RateLimitExceeded => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let wait_secs = refused.retry_after_secs.unwrap_or(0);
            let told = Told {
                email,
                next,
                error: Some(refused.message),
                wait_secs,
                notice: None,
            };
            login_page(&state, &request, status, told)
        }
    }
}

/// On to the page asked for, with the cookie.
#[must_use]
pub fn welcome(state: &State, signed_in: &SignedIn, stay: Stay, next: &str) -> HttpResponse {
    let mut response = see(next);
    add_cookie(&mut response, &auth::cookie_for(state, signed_in, stay));
    response
}

async fn logout(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    state
        .engine
        .logins
        .sign_out(form.reader.agent.session.id)
        .await?;
    let mut response = see("/login?out=1");
    add_cookie(&mut response, &auth::no_cookie());
    Ok(response)
}

async fn theme(form: Form) -> Result<HttpResponse, Problem> {
    let theme = Theme::parse(form.fields.get("theme"));
    let mut response = see(safe_next(form.fields.get("back")));
    add_cookie(&mut response, &theme_cookie(theme));
    Ok(response)
}

/// The cookie that tells pages which look to have.
#[must_use]
pub fn theme_cookie(theme: Theme) -> Cookie<'static> {
    let mut cookie = Cookie::build("linktor_theme", theme.to_string())
        .path("/")
        .finish();
    cookie.make_permanent();
    cookie
}

const REFUSED: &str =
    "This link is wrong or was already used. Start linktor again to print a new one.";

fn setup_page(
    state: &State,
    request: &HttpRequest,
    token: &str,
    status: StatusCode,
    step: SetupStep,
) -> HttpResponse {
    let (proof, cookie) = csrf::before_sign_in(state, request);
    let page = SetupPage {
        theme: theme_of(request),
        csrf: proof,
        token: token.to_owned(),
        step,
        version: VERSION.to_owned(),
    };
    let mut response = page_with(status, &page);
    add_cookie(&mut response, &cookie);
    response
}

async fn show_setup(
    state: Shared,
    asked: Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if !state.engine.logins.is_unowned()? {
        return Err(Problem::not_found());
    }
    let token = asked.token.as_deref().unwrap_or_default();
    if !state.engine.logins.is_setup_token(token)? {
        let words = if token.is_empty() {
            "Open the set-up link that linktor printed when it started, or start it again to print a new one."
        } else {
            REFUSED
        };
        let step = SetupStep::Refused(words.to_owned());
        return Ok(setup_page(
            &state,
            &request,
            token,
            StatusCode::FORBIDDEN,
            step,
        ));
    }
    let step = SetupStep::You {
        name: FieldView::default(),
        email: FieldView::default(),
        password: FieldView::default(),
    };
    Ok(setup_page(&state, &request, token, StatusCode::OK, step))
}

/// The first step makes the owner and signs in; what follows are pages of the dashboard's own.
async fn set_up(state: Shared, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&body);
    let token = fields.get("token");
    let genuine = csrf::is_before_sign_in(&state, &request, fields.get("_csrf"));
    if !genuine || !state.engine.logins.is_setup_token(token)? {
        let step = SetupStep::Refused(REFUSED.to_owned());
        return Ok(setup_page(
            &state,
            &request,
            token,
            StatusCode::FORBIDDEN,
            step,
        ));
    }
    let owner = FirstOwner {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        password: fields.get("password").to_owned(),
        from: Some(auth::origin_of(&request, &state)),
    };
    let made = match state.engine.logins.make_first_owner(&owner).await {
        Ok(user) => user,
        Err(error) => {
            let step = owner_step(&owner, rejection_of(error));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(setup_page(&state, &request, token, status, step));
        }
    };
    tracing::info!(user.id = %made.id, "the first owner was made");
    let origin = auth::origin_of(&request, &state);
    let signed_in = state.engine.logins.admit(made, origin).await?;
    Ok(welcome(&state, &signed_in, Stay::Brief, "/app/welcome"))
}

/// The first step again, with what is wrong.
fn owner_step(owner: &FirstOwner, rejection: Rejection) -> SetupStep {
    let about_none = rejection
        .fields
        .is_empty()
        .then(|| rejection.message.clone());
    let refused = Refused::by(rejection);
    SetupStep::You {
        name: match about_none {
            Some(words) => FieldView::of(&owner.name).wrong(words),
            None => refused.field("name", &owner.name),
        },
        email: refused.field("email", &owner.email),
        password: refused.secret("password", &owner.password),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_nowhere_else() {
        assert_eq!(safe_next("/app/c/conv_1?m=2"), "/app/c/conv_1?m=2");
        for evil in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "",
            "javascript:x",
        ] {
            assert_eq!(safe_next(evil), "/app/inbox", "{evil}");
        }
    }
}
