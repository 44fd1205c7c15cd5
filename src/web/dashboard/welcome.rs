//! `/app/welcome`: the rest of the set-up, once the first owner is signed in.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Query;
use serde::Deserialize;

use crate::engine::setup::organisation::OrganisationChanges;
use crate::model::permission::Permission;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::channels::tiles;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::general::LANGUAGES;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::account::SetupPage;
use crate::web::dashboard::view::account::SetupStep;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::state::State;
use crate::web::state::VERSION;

/// The address of the page.
const HERE: &str = "/app/welcome";
/// The third step.
const CHANNEL: &str = "channel";
/// What the button says that fills the sandbox.
const SAMPLE: &str = "sample";

/// The addresses of the set-up behind the door.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(take));
}

#[derive(Deserialize)]
struct Asked {
    step: Option<String>,
}

async fn show(state: Shared, asked: Query<Asked>, reader: Reader) -> Result<HttpResponse, Problem> {
    reader.actor().require(Permission::ManageOrganisation)?;
    let step = if asked.step.as_deref() == Some(CHANNEL) {
        channel_step(&state)
    } else {
        workspace_step(&state, &reader, &stored(&state)?, &Refused::nothing())
    };
    Ok(page(&draw(&reader, step)))
}

/// The second step as it was taken before; empty while it was not.
fn stored(state: &State) -> Result<Fields, Problem> {
    let held = state.engine.organisations.get()?;
    let Some(held) = held.filter(|held| held.updated_at > held.created_at) else {
        return Ok(Fields::default());
    };
    let fields = [
        ("workspace", held.name),
        ("timeZone", held.timezone),
        ("language", held.language),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Ok(Fields::of(fields.into()))
}

async fn take(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    if form.fields.get("step") == CHANNEL {
        take_channel(&state, &form).await
    } else {
        take_workspace(&state, &form).await
    }
}

async fn take_workspace(state: &State, form: &Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let changes = OrganisationChanges {
        name: Some(fields.get("workspace").to_owned()),
        timezone: Some(fields.some("timeZone").unwrap_or("UTC").to_owned()),
        language: fields.some("language").map(str::to_owned),
        ..OrganisationChanges::default()
    };
    let organisations = &state.engine.organisations;
    match organisations.update(&reader.actor(), changes).await {
        Ok(_) => Ok(see("/app/welcome?step=channel")),
        Err(error) => refuse(reader, error, |refused| {
            Ok(draw(reader, workspace_step(state, reader, fields, refused)))
        }),
    }
}

/// The third step's own buttons; its tiles lead on by themselves.
async fn take_channel(state: &State, form: &Form) -> Result<HttpResponse, Problem> {
    let actor = form.reader.actor();
    actor.require(Permission::ManageOrganisation)?;
    if form.fields.some("next") != Some(SAMPLE) {
        return Ok(see("/app/inbox"));
    }
    let fill = state.sample().ok_or_else(Problem::not_found)?;
    // Pressed twice, it is filled once.
    if state.engine.channels.list(&actor)?.is_empty() {
        fill(form.reader.agent.user.clone()).await?;
    }
    Ok(see("/app/inbox/all"))
}

fn draw(reader: &Reader, step: SetupStep) -> SetupPage {
    SetupPage {
        theme: reader.theme,
        csrf: reader.agent.csrf.clone(),
        token: String::new(),
        step,
        version: VERSION.to_owned(),
    }
}

fn workspace_step(state: &State, reader: &Reader, typed: &Fields, refused: &Refused) -> SetupStep {
    // The browser's zone is chosen where it is known; the page's script chooses it otherwise.
    let known = reader.zone.iana_name().filter(|zone| *zone != "UTC");
    let chosen = typed.some("timeZone").or(known).unwrap_or_default();
    let workspace = match refused.about("name") {
        Some(words) => FieldView::of(typed.get("workspace")).wrong(words),
        None => FieldView::of(typed.get("workspace")),
    };
    SetupStep::Workspace {
        workspace,
        public_url: state.engine.context.links.public_url().to_owned(),
        time_zones: time_zones(chosen),
        languages: LANGUAGES
            .iter()
            .map(|(code, name)| OptionView::of(code, name, typed.get("language")))
            .collect(),
    }
}

fn channel_step(state: &State) -> SetupStep {
    SetupStep::FirstChannel {
        tiles: tiles(state),
        sample: state.sample().is_some(),
    }
}

/// Every zone this machine knows, UTC first.
#[must_use]
pub fn time_zones(chosen: &str) -> Vec<OptionView> {
    let mut names: Vec<String> = jiff::tz::db()
        .available()
        .map(|zone| zone.as_str().to_owned())
        .filter(|name| name.contains('/') && !name.starts_with("Etc/"))
        .collect();
    names.sort();
    names.insert(0, "UTC".to_owned());
    names
        .iter()
        .map(|name| OptionView::of(name, &name.replace('_', " "), chosen))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_can_be_chosen_and_utc_comes_first() {
        let zones = time_zones("America/Sao_Paulo");
        assert_eq!(zones.first().map(|zone| zone.value.as_str()), Some("UTC"));
        let chosen: Vec<_> = zones.iter().filter(|zone| zone.selected).collect();
        assert_eq!(chosen.len(), 1);
        assert!(chosen.iter().all(|zone| zone.label == "America/Sao Paulo"));
    }
}
