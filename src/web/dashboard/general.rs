//! `/app/settings/general`: the workspace itself: its name, who sees what, and what is forgotten.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Query;

use crate::engine::setup::organisation::FORGET_COUNT_MAX;
use crate::engine::setup::organisation::OrganisationChanges;
use crate::model::fence::AgentVisibility;
use crate::model::organisation::Organisation;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::web::dashboard::alerting;
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
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::general::AskView;
use crate::web::dashboard::view::general::GeneralPage;
use crate::web::dashboard::view::general::SightView;
use crate::web::dashboard::view::shell::Area;
use crate::web::dashboard::welcome::time_zones;
use crate::web::state::State;

/// The address of the page.
const HERE: &str = "/app/settings/general";
/// Where a change leads.
const SAVED: &str = "/app/settings/general?saved=1";

/// Languages the business may speak, by code.
pub const LANGUAGES: [(&str, &str); 3] = [
    ("en", "English"),
    ("pt-BR", "Portugu\u{ea}s (Brasil)"),
    ("es", "Espa\u{f1}ol"),
];

/// What agents may see, in words.
const SIGHTS: [(AgentVisibility, &str, &str); 3] = [
    (
        AgentVisibility::All,
        "Every conversation",
        "Agents help one another. Fits most small teams.",
    ),
    (
        AgentVisibility::Team,
        "Their own, their teams\u{2019}, and what nobody has",
        "A conversation given to another team or person is out of sight.",
    ),
    (
        AgentVisibility::Own,
        "Only what is assigned to them",
        "Somebody has to give every conversation to a person.",
    ),
];

/// The addresses of the workspace's settings.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(change));
}

async fn show(state: Shared, told: Query<Told>, reader: Reader) -> Result<HttpResponse, Problem> {
    let mut drawn = stored(&state, &reader)?;
    drawn.banner = told.banner();
    Ok(page(&drawn))
}

/// The page as it is stored.
///
/// # Errors
/// The reader may not; the store's.
pub fn stored(state: &State, reader: &Reader) -> Result<GeneralPage, Problem> {
    let typed = Typed::of(&held(state)?);
    draw(state, reader, &typed, &Refused::nothing())
}

async fn change(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let typed = Typed::read(&form.fields);
    let mut wrong = Vec::new();
    let changes = typed.changes(&mut wrong);
    wrong.extend(changes.check().err());
    if let Err(rejection) = Rejection::together(wrong) {
        return refuse(reader, rejection, |refused| {
            draw(&state, reader, &typed, refused)
        });
    }
    if let Some(ask) = to_ask(&state, reader, &changes, &form.fields)? {
        let mut drawn = draw(&state, reader, &typed, &Refused::nothing())?;
        drawn.ask = Some(ask);
        return Ok(page(&drawn));
    }
    let organisations = &state.engine.organisations;
    match organisations.update(&reader.actor(), changes).await {
        Ok(_) => Ok(see(SAVED)),
        Err(error) => refuse(reader, error, |refused| {
            draw(&state, reader, &typed, refused)
        }),
    }
}

/// What has to be asked before conversations are lost: nothing, once the question was answered with
/// the same number of days.
fn to_ask(
    state: &State,
    reader: &Reader,
    changes: &OrganisationChanges,
    fields: &Fields,
) -> Result<Option<AskView>, Problem> {
    let days = changes.retention_days.unwrap_or_default();
    if days == 0 || fields.get("sure") == days.to_string() {
        return Ok(None);
    }
    let before = held(state)?.retention_days;
    if before.is_some_and(|before| before <= days) {
        return Ok(None);
    }
    let organisations = &state.engine.organisations;
    let count = organisations.would_forget(&reader.actor(), days)?;
    Ok((count > 0).then(|| AskView {
        days,
        what: match count {
            1 => "1 conversation".to_owned(),
            FORGET_COUNT_MAX.. => "More than 100,000 conversations".to_owned(),
            count => format!("{} conversations", format::count(count as u64)),
        },
    }))
}

fn held(state: &State) -> Result<Organisation, Problem> {
    let held = state.engine.organisations.get()?;
    held.ok_or_else(Problem::not_found)
}

/// What stands in the form.
struct Typed {
    name: String,
    timezone: String,
    language: String,
    sight: String,
    retention: String,
    auto_close: String,
    suspended: bool,
}

impl Typed {
    fn of(held: &Organisation) -> Self {
        let days = |days: Option<u16>| days.map_or_else(String::new, |days| days.to_string());
        Self {
            name: held.name.clone(),
            timezone: held.timezone.clone(),
            language: held.language.clone(),
            sight: held.agent_visibility.name().to_owned(),
            retention: days(held.retention_days),
            auto_close: days(held.auto_close_after_days),
            suspended: held.suspended,
        }
    }

    fn read(fields: &Fields) -> Self {
        let get = |name| fields.get(name).trim().to_owned();
        Self {
            name: get("name"),
            timezone: get("timezone"),
            language: get("language"),
            sight: get("agentVisibility"),
            retention: get("retentionDays"),
            auto_close: get("autoCloseAfterDays"),
            suspended: fields.has("suspended"),
        }
    }

    /// What is to be changed; what could not be read is in `wrong`, and changes nothing.
    fn changes(&self, wrong: &mut Vec<Rejection>) -> OrganisationChanges {
        let sight = AgentVisibility::named(&self.sight);
        if sight.is_none() {
            let words = "must be one of the three";
            wrong.push(Rejection::field("agentVisibility", words));
        }
        let mut read = |field, typed| days(field, typed).map_err(|bad| wrong.push(bad)).ok();
        OrganisationChanges {
            name: Some(self.name.clone()),
            timezone: Some(self.timezone.clone()),
            language: Some(self.language.clone()),
            agent_visibility: sight,
            retention_days: read("retentionDays", &self.retention),
            auto_close_after_days: read("autoCloseAfterDays", &self.auto_close),
            suspended: Some(self.suspended),
            ..OrganisationChanges::default()
        }
    }
}

/// A number of days; an empty field means never, which is 0.
fn days(field: &str, typed: &str) -> Result<u16, Rejection> {
    if typed.is_empty() {
        return Ok(0);
    }
    let wrong = "must be a number of days, or empty";
    typed.parse().map_err(|_| Rejection::field(field, wrong))
}

fn draw(
    state: &State,
    reader: &Reader,
    typed: &Typed,
    refused: &Refused,
) -> Result<GeneralPage, Problem> {
    reader.actor().require(Permission::ManageOrganisation)?;
    let known = ["name", "timezone", "retentionDays", "autoCloseAfterDays"];
    Ok(GeneralPage {
        shell: reader.shell(state, "Workspace", Area::General)?,
        banner: refused.banner(&known),
        alerts: alerting::view(state, reader)?,
        ask: None,
        name: refused.field("name", &typed.name),
        zones: time_zones(&typed.timezone),
        languages: LANGUAGES
            .iter()
            .map(|(code, name)| OptionView::of(code, name, &typed.language))
            .collect(),
        sights: SIGHTS
            .iter()
            .map(|(sight, title, about)| SightView {
                option: OptionView::of(sight.name(), title, &typed.sight),
                about: (*about).to_owned(),
            })
            .collect(),
        retention: refused.field("retentionDays", &typed.retention),
        auto_close: refused.field("autoCloseAfterDays", &typed.auto_close),
        suspended: typed.suspended,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn an_empty_number_of_days_means_never() {
        assert_eq!(days("retentionDays", "").unwrap(), 0);
        assert_eq!(days("retentionDays", "90").unwrap(), 90);
        for wrong in ["-1", "ten", "1.5", "70000"] {
            assert!(days("retentionDays", wrong).is_err(), "{wrong}");
        }
    }
}
