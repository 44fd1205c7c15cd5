//! `/users`: people who answer.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::people::invitations::Invitation;
use crate::engine::people::users::Made;
use crate::engine::people::users::NewUser;
use crate::engine::people::users::UserChanges;
use crate::model::ids::OrganisationId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::permission::Role;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::model::user::UserStatus;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::api::wire;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::clearable;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("users");
    routes
        .get(&["/users"], index)
        .says("List users")
        .needs(Permission::ReadPeople)
        .lists::<UserOut>();
    routes
        .post(&["/users"], create)
        .says("Make a user")
        .needs(Permission::ManageUsers)
        .takes::<UserIn>()
        .makes::<UserOut>();
    routes
        .get(&["/users/{id}"], show)
        .says("Get a user")
        .needs(Permission::ReadPeople)
        .gives::<UserOut>();
    routes
        .patch(&["/users/{id}"], update)
        .says("Change a user")
        .needs(Permission::ManageUsers)
        .takes::<UserPatch>()
        .gives::<UserOut>();
    routes
        .delete(&["/users/{id}"], remove)
        .says("Remove a user; the user's conversations go back to the queue")
        .needs(Permission::ManageUsers);
    routes
        .post(&["/users/{id}/link"], link)
        .says("Make a link by which a user chooses a password; the invited get it by mail too")
        .needs(Permission::ManageUsers)
        .makes::<InvitationOut>();
    routes
        .delete(&["/users/{id}/totp"], reset_totp)
        .says("Take away a user's second factor and end the user's sessions")
        .needs(Permission::ManageUsers);
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct UserOut {
    /// `user_...`
    pub id: UserId,
    /// The organisation.
    pub tenant_id: OrganisationId,
    /// The address to sign in with.
    pub email: String,
    /// The name.
    pub name: String,
    /// `admin`, `supervisor`, `agent` or `viewer`; an owner is an admin with `isOwner`.
    pub role: &'static str,
    /// Whether the user is an owner.
    pub is_owner: bool,
    /// `active`, `pending`, `inactive` or `suspended`.
    pub status: &'static str,
    /// A picture.
    pub avatar_url: Option<String>,
    /// The same, for older clients.
    pub avatar: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
    /// What stands under the mails the user writes.
    pub signature: Option<String>,
    /// Whether two-step sign-in is on.
    pub totp_enabled: bool,
    /// The last sign-in.
    pub last_login_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl UserOut {
    /// A user as the outside sees it.
    #[must_use]
    pub fn new(user: User, tenant_id: OrganisationId) -> Self {
        let is_owner = user.role == Role::Owner;
        Self {
            id: user.id,
            tenant_id,
            email: user.email,
            name: user.name,
            role: if is_owner {
                Role::Admin.name()
            } else {
                user.role.name()
            },
            is_owner,
            status: status_name(user.status),
            avatar: user.avatar_url.clone(),
            avatar_url: user.avatar_url,
            phone: user.phone,
            signature: Some(user.signature).filter(|text| !text.is_empty()),
            totp_enabled: user.totp.is_some(),
            last_login_at: user.last_login_at,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

const fn status_name(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Active => "active",
        UserStatus::Pending => "pending",
        UserStatus::Inactive => "inactive",
        UserStatus::Suspended => "suspended",
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UserIn {
    /// The name.
    name: String,
    /// The address to sign in with.
    email: String,
    /// `owner`, `admin`, `supervisor`, `agent` (the default) or `viewer`.
    #[serde(default)]
    role: Option<String>,
    /// At least twelve characters. Without one the user is invited: a mail where mail is set up, and
    /// the link in `meta.invitation`.
    #[serde(default)]
    password: Option<String>,
}

/// A link that lets a user choose a password, once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UserLink)]
struct InvitationOut {
    /// The link.
    url: String,
    /// When it stops working.
    expires_at: Timestamp,
    /// Whether a mail with it is on its way to the user.
    mailed: bool,
}

impl From<Invitation> for InvitationOut {
    fn from(invitation: Invitation) -> Self {
        Self {
            url: invitation.url,
            expires_at: invitation.expires_at,
            mailed: invitation.mailed,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UserPatch {
    /// The name.
    #[serde(default)]
    name: Option<String>,
    /// The address to sign in with.
    #[serde(default)]
    email: Option<String>,
    /// What the user may do.
    #[serde(default)]
    role: Option<String>,
    /// `active`, `inactive` or `suspended`.
    #[serde(default)]
    status: Option<String>,
    /// A new password; it ends the user's sessions.
    #[serde(default)]
    password: Option<String>,
    /// The phone number; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    phone: Option<String>,
    /// A picture; null clears it.
    #[serde(default, alias = "avatar", deserialize_with = "clearable")]
    avatar_url: Option<String>,
    /// What stands under the mails the user writes, as words or HTML; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    signature: Option<String>,
}

async fn index(caller: ApiCaller, state: Data<State>, asked: Asked) -> Answered {
    let users = state.engine.users.list(&caller.actor)?;
    let tenant = tenant_of(&state)?;
    let page = page::cut(users, &asked.0, "users")?;
    Ok(Answer::list(
        page.map(|user| UserOut::new(user, tenant)),
        &asked.0,
    ))
}

async fn create(caller: ApiCaller, state: Data<State>, body: Body<UserIn>) -> Answered {
    let draft = body.0;
    let new = NewUser {
        name: draft.name,
        email: draft.email,
        role: role_named(draft.role.as_deref())?.unwrap_or(Role::Agent),
        password: draft.password,
    };
    let Made { user, invitation } = state.engine.users.create(&caller.actor, new).await?;
    let answer = Answer::made(&UserOut::new(user, tenant_of(&state)?));
    Ok(match invitation {
        Some(invitation) => {
            let link = wire::outgoing(&InvitationOut::from(invitation));
            answer.meta("invitation", link)
        }
        None => answer,
    })
}

async fn show(caller: ApiCaller, state: Data<State>, id: IdOf<UserId>) -> Answered {
    let user = state.engine.users.get(&caller.actor, id.0)?;
    one(&state, user)
}

async fn update(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<UserId>,
    body: Body<UserPatch>,
) -> Answered {
    let patch = body.0;
    let changes = UserChanges {
        name: patch.name,
        email: patch.email,
        role: role_named(patch.role.as_deref())?,
        status: patch.status.as_deref().map(status_named).transpose()?,
        password: patch.password,
        theme: None,
        alert_mails: None,
        signature: patch.signature,
        pictures_from: None,
        phone: patch.phone,
        avatar_url: patch.avatar_url,
    };
    let user = state
        .engine
        .users
        .update(&caller.actor, id.0, changes)
        .await?;
    one(&state, user)
}

async fn remove(caller: ApiCaller, state: Data<State>, id: IdOf<UserId>) -> Answered {
    state.engine.users.delete(&caller.actor, id.0).await?;
    Ok(Answer::done())
}

async fn link(caller: ApiCaller, state: Data<State>, id: IdOf<UserId>) -> Answered {
    let made = state.engine.users.link(&caller.actor, id.0).await?;
    Ok(Answer::made(&InvitationOut::from(made)))
}

async fn reset_totp(caller: ApiCaller, state: Data<State>, id: IdOf<UserId>) -> Answered {
    state.engine.users.reset_totp(&caller.actor, id.0).await?;
    Ok(Answer::done())
}

/// One user as an answer.
///
/// # Errors
/// The store's.
pub fn one(state: &State, user: User) -> Result<Answer, ApiError> {
    Ok(Answer::one(&UserOut::new(user, tenant_of(state)?)))
}

fn role_named(name: Option<&str>) -> Result<Option<Role>, Rejection> {
    let Some(name) = name else { return Ok(None) };
    // Older clients call a supervisor a manager.
    let name = if name == "manager" {
        "supervisor"
    } else {
        name
    };
    let wrong = "must be owner, admin, supervisor, agent or viewer";
    Role::named(name)
        .map(Some)
        .ok_or_else(|| Rejection::field("role", wrong))
}

fn status_named(name: &str) -> Result<UserStatus, Rejection> {
    match name {
        "active" => Ok(UserStatus::Active),
        "inactive" => Ok(UserStatus::Inactive),
        "suspended" => Ok(UserStatus::Suspended),
        _ => Err(Rejection::field(
            "status",
            "must be active, inactive or suspended",
        )),
    }
}
