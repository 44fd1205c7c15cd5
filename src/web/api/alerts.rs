//! `/system/alerts`: the program that is told of channels which need somebody.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::alert_hook::AlertHooks;
use crate::model::alert_hook::AlertHook;
use crate::model::alert_hook::LastPost;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("system");
    routes
        .get(&["/system/alerts"], show)
        .says("Get where alerts are posted")
        .needs(Permission::ManageOrganisation)
        .gives::<AlertsOut>();
    routes
        .patch(&["/system/alerts"], set)
        .says("Have alerts posted to an address; the first time with the secret that signs them")
        .needs(Permission::ManageOrganisation)
        .takes::<AlertsIn>()
        .gives::<AlertsOut>();
    routes
        .delete(&["/system/alerts"], remove)
        .says("Have alerts posted nowhere")
        .needs(Permission::ManageOrganisation);
    routes
        .post(&["/system/alerts/test"], test)
        .says("Post a test now, and get what came of it")
        .needs(Permission::ManageOrganisation)
        .gives::<LastAlertOut>();
    routes
        .post(&["/system/alerts/secret"], renew)
        .says("Make a new secret that signs alerts, shown this once")
        .needs(Permission::ManageOrganisation)
        .gives::<AlertsOut>();
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AlertsIn {
    /// The address: https, or one on this machine.
    #[serde(alias = "url")]
    alert_url: String,
}

/// Where alerts are posted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Alerts)]
struct AlertsOut {
    /// The address.
    alert_url: String,
    /// The secret that signs them, in the answer that made it.
    secret: Option<String>,
    /// What came of the last one.
    last: Option<LastAlertOut>,
    /// Whether the other side said that it wants no more, by answering 410.
    refused: bool,
}

/// What came of an alert.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LastAlert)]
struct LastAlertOut {
    /// When it was posted.
    at: Timestamp,
    /// Whether it was taken.
    taken: bool,
    /// What the other side said, in a sentence.
    text: String,
}

impl From<LastPost> for LastAlertOut {
    fn from(last: LastPost) -> Self {
        Self {
            at: last.at,
            taken: last.taken,
            text: last.text,
        }
    }
}

impl AlertsOut {
    fn new(hook: AlertHook, secret: Option<String>) -> Self {
        Self {
            alert_url: hook.url,
            secret,
            last: hook.last.map(Into::into),
            refused: hook.refused,
        }
    }
}

/// The address as it stands now.
fn one(caller: &ApiCaller, hooks: &AlertHooks, secret: Option<String>) -> Answered {
    let hook = hooks.get(&caller.actor)?.ok_or_else(|| {
        let gone = Rejection::not_found(Code::ResourceNotFound, "address for alerts");
        ApiError::from(gone)
    })?;
    Ok(Answer::one(&AlertsOut::new(hook, secret)))
}

async fn show(caller: ApiCaller, state: Data<State>) -> Answered {
    one(&caller, &state.engine.alert_hooks, None)
}

async fn set(caller: ApiCaller, state: Data<State>, body: Body<AlertsIn>) -> Answered {
    let hooks = &state.engine.alert_hooks;
    let secret = hooks.set(&caller.actor, &body.0.alert_url).await?;
    one(&caller, hooks, secret)
}

async fn renew(caller: ApiCaller, state: Data<State>) -> Answered {
    let hooks = &state.engine.alert_hooks;
    let secret = hooks.renew(&caller.actor).await?;
    one(&caller, hooks, Some(secret))
}

async fn test(caller: ApiCaller, state: Data<State>) -> Answered {
    let last = state.engine.alert_hooks.test(&caller.actor).await?;
    Ok(Answer::one(&LastAlertOut::from(last)))
}

async fn remove(caller: ApiCaller, state: Data<State>) -> Answered {
    state.engine.alert_hooks.remove(&caller.actor).await?;
    Ok(Answer::done())
}
