//! `/app/settings/users`: who works here, and what they may do.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;
use actix_web::web::Query;

use crate::engine::people::invitations::Invitation;
use crate::engine::people::users::Made;
use crate::engine::people::users::NewUser;
use crate::engine::people::users::UserChanges;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::permission::Role;
use crate::model::rejection::Rejection;
use crate::model::team::Team;
use crate::model::user::User;
use crate::model::user::UserStatus;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::Told;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::capitalised;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::AvatarView;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::atoms::Presence;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::settings::LinkView;
use crate::web::dashboard::view::settings::UserRow;
use crate::web::dashboard::view::settings::UsersPage;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// The address of the page.
const HERE: &str = "/app/settings/users";
/// Where a change of a user leads.
const SAVED: &str = "/app/settings/users?saved=1";

/// The addresses of users.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(create))
        .route("/app/settings/users/{id}", web::post().to(change))
        .route("/app/settings/users/{id}/disable", web::post().to(disable))
        .route("/app/settings/users/{id}/enable", web::post().to(enable))
        .route("/app/settings/users/{id}/link", web::post().to(link))
        .route(
            "/app/settings/users/{id}/two-step-off",
            web::post().to(reset_two_step),
        );
}

async fn show(state: Shared, told: Query<Told>, reader: Reader) -> Result<HttpResponse, Problem> {
    let mut drawn = draw(&state, &reader, &Fields::default(), &Refused::nothing())?;
    drawn.banner = told.banner();
    Ok(page(&drawn))
}

async fn create(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let made = match Role::named(fields.get("role")) {
        Some(role) => {
            let new = NewUser {
                name: fields.get("name").to_owned(),
                email: fields.get("email").to_owned(),
                role,
                password: fields.some("password").map(str::to_owned),
            };
            state.engine.users.create(&reader.actor(), new).await
        }
        None => Err(no_role().into()),
    };
    match made {
        Ok(Made {
            user,
            invitation: Some(link),
        }) => with_link(&state, reader, user.name, link),
        Ok(_) => Ok(see(SAVED)),
        Err(error) => refuse(reader, error, |refused| {
            draw(&state, reader, fields, refused)
        }),
    }
}

async fn change(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let Some(role) = Role::named(form.fields.get("role")) else {
        return refuse(&form.reader, no_role(), |refused| {
            draw(&state, &form.reader, &Fields::default(), refused)
        });
    };
    let changes = UserChanges {
        role: Some(role),
        ..UserChanges::default()
    };
    update(&state, &id, &form.reader, changes).await
}

async fn disable(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    update(&state, &id, &form.reader, to_status(UserStatus::Suspended)).await
}

async fn enable(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    update(&state, &id, &form.reader, to_status(UserStatus::Active)).await
}

async fn link(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id: UserId = id.parse().map_err(|_| Problem::not_found())?;
    let (reader, users) = (&form.reader, &state.engine.users);
    let actor = reader.actor();
    let made = users.link(&actor, id).await?;
    with_link(&state, reader, users.get(&actor, id)?.name, made)
}

/// The page with a link for somebody on it, this once.
fn with_link(
    state: &State,
    reader: &Reader,
    name: String,
    link: Invitation,
) -> Result<HttpResponse, Problem> {
    let mut drawn = draw(state, reader, &Fields::default(), &Refused::nothing())?;
    let (date, clock) = (
        format::date(link.expires_at, &reader.zone),
        format::clock(link.expires_at, &reader.zone),
    );
    drawn.fresh = Some(LinkView {
        name,
        url: link.url,
        until: format!("{date}, {clock}"),
        mailed: link.mailed,
    });
    Ok(page(&drawn))
}

async fn reset_two_step(
    state: Shared,
    id: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let id: UserId = id.parse().map_err(|_| Problem::not_found())?;
    let users = &state.engine.users;
    users.reset_totp(&form.reader.actor(), id).await?;
    Ok(see(SAVED))
}

fn to_status(status: UserStatus) -> UserChanges {
    UserChanges {
        status: Some(status),
        ..UserChanges::default()
    }
}

fn no_role() -> Rejection {
    Rejection::field("role", "must be one of the roles in the list")
}

async fn update(
    state: &State,
    id: &str,
    reader: &Reader,
    changes: UserChanges,
) -> Result<HttpResponse, Problem> {
    let id: UserId = id.parse().map_err(|_| Problem::not_found())?;
    let users = &state.engine.users;
    match users.update(&reader.actor(), id, changes).await {
        Ok(_) => Ok(see(SAVED)),
        Err(error) => refuse(reader, error, |refused| {
            let mut drawn = draw(state, reader, &Fields::default(), &Refused::nothing())?;
            drawn.banner = refused.banner(&[]);
            Ok(drawn)
        }),
    }
}

fn draw(
    state: &State,
    reader: &Reader,
    typed: &Fields,
    refused: &Refused,
) -> Result<UsersPage, Problem> {
    let actor = reader.actor();
    actor.require(Permission::ManageUsers)?;
    let teams = state.engine.teams.list(&actor)?;
    let users = state.engine.users.list(&actor)?;
    Ok(UsersPage {
        shell: reader.shell(state, "Users", Area::Users)?,
        banner: refused.banner(&["name", "email", "password"]),
        fresh: None,
        users: users
            .iter()
            .map(|user| row(state, reader, user, &teams))
            .collect(),
        name: refused.field("name", typed.get("name")),
        email: refused.field("email", typed.get("email")),
        password: refused.secret("password", typed.get("password")),
        roles: roles_up_to(actor.role(), typed.some("role").unwrap_or("agent")),
    })
}

fn row(state: &State, reader: &Reader, user: &User, teams: &[Team]) -> UserRow {
    let context = &state.engine.context;
    let present = if context.live.presence().is_here(user.id) {
        Presence::Online
    } else {
        Presence::Offline
    };
    let own = reader.agent.user.role;
    let changeable = own == Role::Owner || user.role < own;
    let role = user.role.name();
    UserRow {
        id: user.id.to_string(),
        avatar: AvatarView::of(&user.name, &user.id.to_string()).with(present),
        name: user.name.clone(),
        email: user.email.clone(),
        roles: if changeable {
            roles_up_to(own, role)
        } else {
            vec![OptionView::of(role, &capitalised(role), role)]
        },
        teams: teams
            .iter()
            .filter(|team| team.member_ids.contains(&user.id))
            .map(|team| team.name.clone())
            .collect(),
        seen: user
            .last_login_at
            .map(|at| TimeView::ago(at, context.clock.now())),
        two_step: user.totp.is_some(),
        changeable,
        invited: user.status == UserStatus::Pending,
        active: user.status != UserStatus::Suspended && user.status != UserStatus::Inactive,
        me: user.id == reader.agent.user.id,
    }
}

/// The roles somebody may give, highest first.
fn roles_up_to(own: Role, current: &str) -> Vec<OptionView> {
    Role::ALL
        .into_iter()
        .rev()
        .filter(|role| *role <= own)
        .map(|role| OptionView::of(role.name(), &capitalised(role.name()), current))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gives_a_role_above_their_own() {
        let names: Vec<String> = roles_up_to(Role::Admin, "agent")
            .into_iter()
            .map(|role| role.label)
            .collect();
        assert_eq!(names, ["Admin", "Supervisor", "Agent", "Viewer"]);
        assert!(roles_up_to(Role::Owner, "owner")[0].selected);
    }
}
