//! `/app/me`: one's own name, look, password and sessions.

use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;

use crate::engine::people::users::UserChanges;
use crate::model::ids::SessionId;
use crate::model::permission::Permission;
use crate::model::session::Session;
use crate::model::user::AlertMails;
use crate::model::user::Theme as StoredTheme;
use crate::web::dashboard::account::theme_cookie;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::account::AlertsView;
use crate::web::dashboard::view::account::MePage;
use crate::web::dashboard::view::account::SessionView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::view::shell::Theme;
use crate::web::state::State;

/// The address of the page.
const HERE: &str = "/app/me";
/// Where a change leads.
const SAVED: &str = "/app/me?saved=1";
/// Where the end of other sessions leads.
const ENDED: &str = "/app/me?saved=out";

/// The addresses of one's own page.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(change))
        .route("/app/me/password", web::post().to(change_password))
        .route("/app/me/sessions/end-others", web::post().to(end_others))
        .route("/app/me/sessions/{id}/end", web::post().to(end));
}

async fn show(state: Shared, told: Query<Told>, reader: Reader) -> Result<HttpResponse, Problem> {
    let mut drawn = draw(&state, &reader, &Fields::default(), &Refused::nothing())?;
    drawn.banner = told.banner();
    Ok(page(&drawn))
}

async fn change(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let theme = Theme::parse(form.fields.get("theme"));
    let changes = UserChanges {
        name: Some(form.fields.get("name").to_owned()),
        theme: Some(stored(theme)),
        alert_mails: alert_mails(reader, form.fields.has("alerts")),
        signature: Some(form.fields.get("signature").replace("\r\n", "\n")),
        ..UserChanges::default()
    };
    let own = reader.agent.user.id;
    if let Err(error) = state
        .engine
        .users
        .update(&reader.actor(), own, changes)
        .await
    {
        return refuse(reader, error, |refused| {
            draw(&state, reader, &form.fields, refused)
        });
    }
    Ok(with_cookie(see(SAVED), &theme_cookie(theme)))
}

/// The choice of those who are asked: nobody else's changes.
fn alert_mails(reader: &Reader, ticked: bool) -> Option<AlertMails> {
    let chosen = if ticked {
        AlertMails::On
    } else {
        AlertMails::Off
    };
    Some(chosen).filter(|_| reader.actor().may(Permission::ManageChannels))
}

fn with_cookie(mut response: HttpResponse, cookie: &Cookie<'_>) -> HttpResponse {
    if let Err(error) = response.add_cookie(cookie) {
        tracing::error!("a cookie could not be set: {error}");
    }
    response
}

fn stored(theme: Theme) -> StoredTheme {
    match theme {
        Theme::System => StoredTheme::System,
        Theme::Light => StoredTheme::Light,
        Theme::Dark => StoredTheme::Dark,
    }
}

async fn change_password(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (present, new) = (fields.get("current"), fields.get("password"));
    let keep = Some(reader.agent.session.id);
    let logins = &state.engine.logins;
    match logins
        .change_password(&reader.actor(), present, new, keep)
        .await
    {
        Ok(()) => Ok(see(SAVED)),
        Err(error) => refuse(reader, error, |refused| {
            draw(&state, reader, fields, refused)
        }),
    }
}

async fn end(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id: SessionId = id.parse().map_err(|_| Problem::not_found())?;
    let own = state.engine.logins.sessions_of(form.reader.agent.user.id)?;
    if !own.iter().any(|session| session.id == id) {
        return Err(Problem::not_found());
    }
    state.engine.logins.sign_out(id).await?;
    Ok(see(ENDED))
}

async fn end_others(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let agent = &form.reader.agent;
    let logins = &state.engine.logins;
    logins
        .sign_out_others(agent.user.id, Some(agent.session.id))
        .await?;
    Ok(see(ENDED))
}

fn draw(
    state: &State,
    reader: &Reader,
    typed: &Fields,
    refused: &Refused,
) -> Result<MePage, Problem> {
    let user = &reader.agent.user;
    let sessions = state.engine.logins.sessions_of(user.id)?;
    // What was typed stays, whichever of the page's forms it stood in.
    let chosen = typed.has("name");
    let (name, signature) = if chosen {
        (typed.get("name"), typed.get("signature"))
    } else {
        (user.name.as_str(), user.signature.as_str())
    };
    Ok(MePage {
        shell: reader.shell(state, "My preferences", Area::Me)?,
        banner: refused.banner(&["name", "signature", "currentPassword", "password"]),
        signature: refused.field("signature", signature),
        name: refused.field("name", name),
        theme: if chosen {
            Theme::parse(typed.get("theme"))
        } else {
            reader.theme
        },
        current_error: refused
            .secret("currentPassword", typed.get("current"))
            .error,
        password: refused.secret("password", typed.get("password")),
        alerts: reader
            .actor()
            .may(Permission::ManageChannels)
            .then(|| AlertsView {
                on: if chosen {
                    typed.has("alerts")
                } else {
                    user.alert_mails == AlertMails::On
                },
                can_mail: state.engine.logins.can_mail(),
            }),
        two_step: user.totp.is_some(),
        sessions: sessions
            .iter()
            .map(|session| session_view(state, reader, session))
            .collect(),
    })
}

fn session_view(state: &State, reader: &Reader, session: &Session) -> SessionView {
    let now = state.engine.context.clock.now();
    SessionView {
        id: session.id.to_string(),
        device: device(session.user_agent.as_deref().unwrap_or_default()),
        address: session
            .ip
            .clone()
            .unwrap_or_else(|| "Unknown address".to_owned()),
        seen: TimeView::ago(session.last_seen_at, now),
        current: session.id == reader.agent.session.id,
    }
}

/// What to call the browser or program a session was opened with. Order matters: browsers name
/// those they descend from.
fn device(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ];
    let named = |table: &[(&str, &'static str)]| {
        table
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => {
            let program = user_agent.split(['/', ' ']).next().unwrap_or_default();
            if program.is_empty() {
                "Unknown program".to_owned()
            } else {
                program.to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_names_people_know() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.10.1", "curl"),
            ("", "Unknown program"),
        ];
        for (user_agent, name) in cases {
            assert_eq!(device(user_agent), name);
        }
    }
}
