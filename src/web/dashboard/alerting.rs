//! `/app/settings/general/alerts`: where a program is told of channels that need somebody.

use actix_web::HttpResponse;
use actix_web::web;

use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::general;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::general::AlertsView;
use crate::web::dashboard::view::general::GeneralPage;
use crate::web::state::State;

/// The address of the form.
const HERE: &str = "/app/settings/general/alerts";
/// Where a change leads.
const THERE: &str = "/app/settings/general?saved=1#alerts";

/// The addresses of the alerts' settings.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::post().to(set))
        .route("/app/settings/general/alerts/test", web::post().to(test))
        .route("/app/settings/general/alerts/renew", web::post().to(renew))
        .route(
            "/app/settings/general/alerts/remove",
            web::post().to(remove),
        );
}

/// The section as it stands.
///
/// # Errors
/// The reader may not; the store's.
pub fn view(state: &State, reader: &Reader) -> Result<AlertsView, Problem> {
    let hook = state.engine.alert_hooks.get(&reader.actor())?;
    let now = state.engine.context.clock.now();
    let last = hook.as_ref().and_then(|hook| hook.last.as_ref());
    let none = Refused::nothing();
    Ok(AlertsView {
        url: none.field("alertUrl", hook.as_ref().map_or("", |hook| &hook.url)),
        is_set: hook.is_some(),
        fresh: None,
        last: last.map(|last| {
            let tone = if last.taken { Tone::Ok } else { Tone::Bad };
            let title = if last.taken { "Taken" } else { "Not taken" };
            let at = format::exact(last.at, now, &reader.zone);
            (tone, format!("{title}, {at}. {}", last.text))
        }),
    })
}

async fn set(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let typed = form.fields.get("alertUrl");
    match state.engine.alert_hooks.set(&reader.actor(), typed).await {
        Ok(None) => Ok(see(THERE)),
        Ok(Some(secret)) => shown(&state, reader, secret),
        Err(error) => refuse(reader, error, |refused| {
            let mut drawn = general::stored(&state, reader)?;
            drawn.alerts.url = refused.field("alertUrl", typed);
            drawn.banner = refused.banner(&["alertUrl"]);
            Ok::<GeneralPage, Problem>(drawn)
        }),
    }
}

/// The page with a secret that was just made. It is in this answer and nowhere else.
fn shown(state: &State, reader: &Reader, secret: String) -> Result<HttpResponse, Problem> {
    let mut drawn = general::stored(state, reader)?;
    drawn.alerts.fresh = Some(secret);
    Ok(page(&drawn))
}

async fn test(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let actor = form.reader.actor();
    state.engine.alert_hooks.test(&actor).await?;
    Ok(see("/app/settings/general#alerts"))
}

async fn renew(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let actor = form.reader.actor();
    let secret = state.engine.alert_hooks.renew(&actor).await?;
    shown(&state, &form.reader, secret)
}

async fn remove(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let actor = form.reader.actor();
    state.engine.alert_hooks.remove(&actor).await?;
    Ok(see(THERE))
}
