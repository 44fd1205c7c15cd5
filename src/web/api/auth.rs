//! `/auth`: programs that sign in as a person.

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::people::first_owner::FirstOwner;
use crate::engine::people::logins::TokenPair;
use crate::engine::people::tokens::ACCESS_SECS;
use crate::engine::people::users::UserChanges;
use crate::engine::setup::organisation::OrganisationChanges;
use crate::model::actor::Actor;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::AlertMails;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::caller::Proof;
use crate::web::api::organisation;
use crate::web::api::organisation::OrganisationOut;
use crate::web::api::organisation::tenant_of;
use crate::web::api::route::Routes;
use crate::web::api::users::UserOut;
use crate::web::api::wire::Body;
use crate::web::api::wire::clearable;
use crate::web::auth::origin_of;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("auth");
    routes
        .post(&["/auth/login"], login)
        .says("Sign in with email and password, and a code where the account asks for one")
        .anyone()
        .takes::<LoginIn>()
        .gives::<LoginOut>();
    routes
        .post(&["/auth/refresh"], refresh)
        .says("Exchange a refresh token for a new pair of tokens")
        .anyone()
        .takes::<RefreshIn>()
        .gives::<LoginOut>();
    routes
        .post(&["/auth/register"], register)
        .says("Make the first account, with the token of the set-up link; later ones are invited")
        .anyone()
        .takes::<RegisterIn>()
        .makes::<LoginOut>();
    routes
        .post(&["/auth/password/reset"], ask_for_link)
        .says("Have a link to choose a new password sent; the answer is the same for unknown addresses")
        .anyone()
        .takes::<ResetIn>();
    routes
        .post(&["/auth/password/confirm"], choose_password)
        .says("Choose a password with what a link carries; every session ends")
        .anyone()
        .takes::<ConfirmIn>();
    routes
        .post(&["/auth/logout"], logout)
        .says("End the session, or with `allDevices` every session")
        .takes::<LogoutIn>();
    routes
        .get(&["/auth/me", "/me", "/users/me"], me)
        .says("Get the caller")
        .gives::<MeOut>();
    routes
        .patch(&["/auth/me", "/me"], update_me)
        .says("Change the caller's own profile")
        .takes::<ProfilePatch>()
        .gives::<MeOut>();
    routes
        .post(&["/auth/change-password"], change_password)
        .says("Change the caller's own password; every other session ends")
        .takes::<PasswordIn>();
    routes
        .patch(&["/me/password"], change_password)
        .says("Change the caller's own password; every other session ends")
        .takes::<PasswordIn>();
}

#[derive(Debug, Deserialize, ToSchema)]
struct LoginIn {
    /// The address.
    email: String,
    /// The password.
    password: String,
    /// Where the account has two-step sign-in: the six digits the authenticator shows, or a recovery
    /// code.
    #[serde(default)]
    code: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RegisterIn {
    /// The address to sign in with.
    email: String,
    /// At least twelve characters.
    password: String,
    /// The person's name.
    name: String,
    /// The name of the business.
    #[serde(default)]
    organization_name: Option<String>,
    /// What the set-up link in the server's log carries.
    #[serde(default)]
    setup_token: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct ResetIn {
    /// The address somebody signs in with.
    email: String,
}

#[derive(Debug, Deserialize, ToSchema)]
struct ConfirmIn {
    /// What the link carries.
    token: String,
    /// The new password: at least twelve characters.
    password: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RefreshIn {
    /// The refresh token; it works once.
    refresh_token: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LogoutIn {
    /// The session to end, when it is not the caller's own.
    #[serde(default)]
    refresh_token: Option<String>,
    /// End every session of the person.
    #[serde(default)]
    all_devices: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PasswordIn {
    /// The present password.
    current_password: String,
    /// The new one: at least twelve characters.
    new_password: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProfilePatch {
    /// The name.
    #[serde(default)]
    name: Option<String>,
    /// The phone number; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    phone: Option<String>,
    /// A picture; null clears it.
    #[serde(default, alias = "avatar", deserialize_with = "clearable")]
    avatar_url: Option<String>,
    /// Whether to be written to when a channel breaks; for those who can manage channels.
    #[serde(default)]
    alert_mails: Option<bool>,
    /// What stands under your mails, as words or HTML; null clears it.
    #[serde(default, deserialize_with = "clearable")]
    signature: Option<String>,
}

/// A pair of tokens.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Login)]
struct LoginOut {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// For `POST /auth/refresh`.
    refresh_token: String,
    /// How long the access token works, in seconds.
    expires_in: i64,
    /// `Bearer`.
    token_type: &'static str,
    /// Who signed in.
    user: Option<UserOut>,
    /// The organisation.
    tenant: Option<OrganisationOut>,
    /// The same tokens, for readers of the documentation.
    meta: TokensOut,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Tokens)]
struct TokensOut {
    /// As above.
    access_token: String,
    /// As above.
    refresh_token: String,
    /// As above.
    expires_in: i64,
}

impl LoginOut {
    fn new(pair: &TokenPair) -> Self {
        Self {
            access_token: pair.access.clone(),
            refresh_token: pair.refresh.clone(),
            expires_in: ACCESS_SECS,
            token_type: "Bearer",
            user: None,
            tenant: None,
            meta: TokensOut {
                access_token: pair.access.clone(),
                refresh_token: pair.refresh.clone(),
                expires_in: ACCESS_SECS,
            },
        }
    }
}

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Me)]
struct MeOut {
    /// The person, or whom the key acts for.
    #[serde(flatten)]
    user: UserOut,
    /// `api_key` or `token`.
    auth_type: &'static str,
    /// Whether the person is written to when a channel breaks, while they can manage channels.
    alert_mails: bool,
}

impl MeOut {
    fn new(user: UserOut, alert_mails: AlertMails, proof: Proof) -> Self {
        let auth_type = match proof {
            Proof::Key => "api_key",
            Proof::Token(_) => "token",
        };
        Self {
            user,
            auth_type,
            alert_mails: alert_mails == AlertMails::On,
        }
    }
}

async fn login(state: Data<State>, request: HttpRequest, body: Body<LoginIn>) -> Answered {
    let origin = origin_of(&request, &state);
    let LoginIn {
        email,
        password,
        code,
    } = body.0;
    let logins = &state.engine.logins;
    let pair = logins
        .issue(&email, &password, code.as_deref(), origin)
        .await?;
    let mut out = LoginOut::new(&pair);
    out.user = Some(UserOut::new(pair.user, tenant_of(&state)?));
    out.tenant = Some(organisation::present(&state)?);
    Ok(Answer::one(&out))
}

async fn register(state: Data<State>, request: HttpRequest, body: Body<RegisterIn>) -> Answered {
    let logins = &state.engine.logins;
    if !logins.is_unowned()? {
        let message = "Accounts are made by invitation here; ask whoever manages users.";
        return Err(Rejection::new(Code::InsufficientPermissions, message).into());
    }
    let draft = body.0;
    if !logins.is_setup_token(draft.setup_token.as_deref().unwrap_or_default())? {
        let message = "The first account needs the token of the set-up link that linktor printed when it started, as `setupToken`.";
        return Err(Rejection::new(Code::InvalidToken, message)
            .and_field("setupToken", "is not the one of the set-up link")
            .into());
    }
    let owner = FirstOwner {
        name: draft.name,
        email: draft.email,
        password: draft.password,
        from: Some(origin_of(&request, &state)),
    };
    let user = logins.make_first_owner(&owner).await?;
    if let Some(name) = draft.organization_name {
        let actor = Actor::user(user.id, user.role, user.name.clone())
            .from_ip(origin_of(&request, &state).ip);
        let changes = OrganisationChanges {
            name: Some(name),
            ..OrganisationChanges::default()
        };
        state.engine.organisations.update(&actor, changes).await?;
    }
    let pair = logins.issue_to(user, origin_of(&request, &state)).await?;
    let mut out = LoginOut::new(&pair);
    out.user = Some(UserOut::new(pair.user, tenant_of(&state)?));
    out.tenant = Some(organisation::present(&state)?);
    Ok(Answer::made(&out))
}

async fn ask_for_link(state: Data<State>, request: HttpRequest, body: Body<ResetIn>) -> Answered {
    let origin = origin_of(&request, &state);
    let logins = &state.engine.logins;
    logins.ask_for_link(&body.0.email, &origin).await?;
    Ok(Answer::done())
}

async fn choose_password(
    state: Data<State>,
    request: HttpRequest,
    body: Body<ConfirmIn>,
) -> Answered {
    let origin = origin_of(&request, &state);
    let ConfirmIn { token, password } = body.0;
    let logins = &state.engine.logins;
    logins.choose_password(&token, &password, &origin).await?;
    Ok(Answer::done())
}

async fn refresh(state: Data<State>, body: Body<RefreshIn>) -> Answered {
    let pair = state.engine.logins.refresh(&body.0.refresh_token).await?;
    Ok(Answer::one(&LoginOut::new(&pair)))
}

async fn logout(caller: ApiCaller, state: Data<State>, body: Body<LogoutIn>) -> Answered {
    let logins = &state.engine.logins;
    match (body.0.refresh_token, caller.proof) {
        _ if body.0.all_devices => logins.sign_out_others(caller.user.id, None).await?,
        (Some(token), _) => logins.sign_out_token(&token).await?,
        (None, Proof::Token(session)) => logins.sign_out(session).await?,
        (None, Proof::Key) => {}
    }
    Ok(Answer::done())
}

async fn me(caller: ApiCaller, state: Data<State>) -> Answered {
    let alerts = caller.user.alert_mails;
    let user = UserOut::new(caller.user, tenant_of(&state)?);
    Ok(Answer::one(&MeOut::new(user, alerts, caller.proof)))
}

async fn update_me(caller: ApiCaller, state: Data<State>, body: Body<ProfilePatch>) -> Answered {
    let changes = UserChanges {
        name: body.0.name,
        phone: body.0.phone,
        avatar_url: body.0.avatar_url,
        signature: body.0.signature,
        alert_mails: body
            .0
            .alert_mails
            .map(|on| if on { AlertMails::On } else { AlertMails::Off }),
        ..UserChanges::default()
    };
    let user = state
        .engine
        .users
        .update(&caller.actor, caller.user.id, changes)
        .await?;
    let alerts = user.alert_mails;
    let user = UserOut::new(user, tenant_of(&state)?);
    Ok(Answer::one(&MeOut::new(user, alerts, caller.proof)))
}

async fn change_password(
    caller: ApiCaller,
    state: Data<State>,
    body: Body<PasswordIn>,
) -> Answered {
    let keep = match caller.proof {
        Proof::Token(session) => Some(session),
        Proof::Key => None,
    };
    let PasswordIn {
        current_password,
        new_password,
    } = body.0;
    let logins = &state.engine.logins;
    logins
        .change_password(&caller.actor, &current_password, &new_password, keep)
        .await?;
    Ok(Answer::done())
}
