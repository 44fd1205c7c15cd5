//! `/teams`: groups of users.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::people::teams::TeamChanges;
use crate::model::ids::OrganisationId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::team::Team;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::clearable;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("teams");
    routes
        .get(&["/teams"], index)
        .says("List teams")
        .needs(Permission::ReadPeople)
        .lists::<TeamOut>();
    routes
        .post(&["/teams"], create)
        .says("Make a team")
        .needs(Permission::ManageTeams)
        .takes::<TeamIn>()
        .makes::<TeamOut>();
    routes
        .get(&["/teams/{id}"], show)
        .says("Get a team")
        .needs(Permission::ReadPeople)
        .gives::<TeamOut>();
    routes
        .patch(&["/teams/{id}"], update)
        .says("Change a team")
        .needs(Permission::ManageTeams)
        .takes::<TeamIn>()
        .gives::<TeamOut>();
    routes
        .delete(&["/teams/{id}"], remove)
        .says("Remove a team")
        .needs(Permission::ManageTeams);
}

/// A team.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Team)]
struct TeamOut {
    /// `team_...`
    id: TeamId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// Its name.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Its members.
    member_ids: Vec<UserId>,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl TeamOut {
    fn new(team: Team, tenant_id: OrganisationId) -> Self {
        Self {
            id: team.id,
            tenant_id,
            name: team.name,
            description: team.description,
            member_ids: team.member_ids,
            created_at: team.created_at,
            updated_at: team.updated_at,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TeamIn {
    /// Its name; required for a new one.
    #[serde(default)]
    name: Option<String>,
    /// What it is for; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    description: Option<String>,
    /// Its members, all of them.
    #[serde(default, alias = "userIds")]
    member_ids: Option<Vec<UserId>>,
}

impl From<TeamIn> for TeamChanges {
    fn from(team: TeamIn) -> Self {
        Self {
            name: team.name,
            description: team.description,
            member_ids: team.member_ids,
        }
    }
}

async fn index(caller: ApiCaller, state: Data<State>, asked: Asked) -> Answered {
    let teams = state.engine.teams.list(&caller.actor)?;
    let tenant = tenant_of(&state)?;
    let page = page::cut(teams, &asked.0, "teams")?;
    Ok(Answer::list(
        page.map(|team| TeamOut::new(team, tenant)),
        &asked.0,
    ))
}

async fn create(caller: ApiCaller, state: Data<State>, body: Body<TeamIn>) -> Answered {
    let team = state
        .engine
        .teams
        .create(&caller.actor, body.0.into())
        .await?;
    Ok(Answer::made(&TeamOut::new(team, tenant_of(&state)?)))
}

async fn show(caller: ApiCaller, state: Data<State>, id: IdOf<TeamId>) -> Answered {
    let team = state.engine.teams.get(&caller.actor, id.0)?;
    Ok(Answer::one(&TeamOut::new(team, tenant_of(&state)?)))
}

async fn update(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<TeamId>,
    body: Body<TeamIn>,
) -> Answered {
    let team = state
        .engine
        .teams
        .update(&caller.actor, id.0, body.0.into())
        .await?;
    Ok(Answer::one(&TeamOut::new(team, tenant_of(&state)?)))
}

async fn remove(caller: ApiCaller, state: Data<State>, id: IdOf<TeamId>) -> Answered {
    state.engine.teams.delete(&caller.actor, id.0).await?;
    Ok(Answer::done())
}
