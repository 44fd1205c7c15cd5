//! `/app/settings/teams`: groups that conversations can be given to.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;

use crate::engine::people::teams::TeamChanges;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::model::team::Team;
use crate::model::user::User;
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
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::settings::TeamRow;
use crate::web::dashboard::view::settings::TeamsPage;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// The address of the page.
const HERE: &str = "/app/settings/teams";
/// Where a change leads.
const SAVED: &str = "/app/settings/teams?saved=1";

/// The addresses of teams.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(create))
        .route("/app/settings/teams/{id}", web::post().to(change))
        .route("/app/settings/teams/{id}/delete", web::post().to(delete));
}

async fn show(state: Shared, told: Query<Told>, reader: Reader) -> Result<HttpResponse, Problem> {
    let mut drawn = draw(&state, &reader, "", &Refused::nothing())?;
    drawn.banner = told.banner();
    Ok(page(&drawn))
}

async fn create(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let team = TeamChanges {
        name: Some(fields.get("name").to_owned()),
        description: fields.some("description").map(str::to_owned),
        member_ids: None,
    };
    match state.engine.teams.create(&reader.actor(), team).await {
        Ok(_) => Ok(see(SAVED)),
        Err(error) => refuse(reader, error, |refused| {
            draw(&state, reader, fields.get("name"), refused)
        }),
    }
}

async fn change(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let reader = &form.reader;
    let changed = match changes(&form.fields) {
        Ok(changes) => {
            let teams = &state.engine.teams;
            teams.update(&reader.actor(), id, changes).await
        }
        Err(rejection) => Err(rejection.into()),
    };
    match changed {
        Ok(_) => Ok(see(SAVED)),
        Err(error) => refuse(reader, error, |refused| {
            let mut drawn = draw(&state, reader, "", &Refused::nothing())?;
            drawn.banner = refused.banner(&[]);
            Ok(drawn)
        }),
    }
}

fn changes(fields: &Fields) -> Result<TeamChanges, Rejection> {
    let members: Result<Vec<UserId>, _> = fields.all("members").map(str::parse).collect();
    let members = members.map_err(|_| Rejection::field("members", "must be users"))?;
    Ok(TeamChanges {
        name: Some(fields.get("name").to_owned()),
        description: None,
        member_ids: Some(members),
    })
}

async fn delete(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    state.engine.teams.delete(&form.reader.actor(), id).await?;
    Ok(see(HERE))
}

fn id_of(path: &str) -> Result<TeamId, Problem> {
    path.parse().map_err(|_| Problem::not_found())
}

fn draw(
    state: &State,
    reader: &Reader,
    name: &str,
    refused: &Refused,
) -> Result<TeamsPage, Problem> {
    let actor = reader.actor();
    actor.require(Permission::ManageTeams)?;
    let users = state.engine.users.list(&actor)?;
    let teams = state.engine.teams.list(&actor)?;
    Ok(TeamsPage {
        shell: reader.shell(state, "Teams", Area::Teams)?,
        banner: refused.banner(&["name"]),
        teams: teams.iter().map(|team| row(team, &users)).collect(),
        name: refused.field("name", name),
    })
}

/// A team with its members, and with everybody who is or may become one.
fn row(team: &Team, users: &[User]) -> TeamRow {
    let is_member = |user: &&User| team.member_ids.contains(&user.id);
    TeamRow {
        id: team.id.to_string(),
        name: team.name.clone(),
        about: team.description.clone().unwrap_or_default(),
        members: users
            .iter()
            .filter(is_member)
            .map(|user| {
                let face = AvatarView::of(&user.name, &user.id.to_string());
                (user.name.clone(), face)
            })
            .collect(),
        choices: users
            .iter()
            .filter(|user| user.is_active() || is_member(user))
            .map(|user| OptionView {
                value: user.id.to_string(),
                label: user.name.clone(),
                selected: is_member(&user),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn no_ticked_box_means_no_member() {
        let read = changes(&Fields::read(b"name=Support")).unwrap();
        assert_eq!(read.member_ids, Some(Vec::new()));
        assert!(changes(&Fields::read(b"name=a&members=nobody")).is_err());
    }
}
