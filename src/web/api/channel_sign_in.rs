//! `/channels/{id}/sign-in`: letting a channel into an account on a page of the vendor's, for programs
//! that show that page themselves.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use crate::engine::setup::signing_in::Returned;
use crate::engine::setup::signing_in::Whose;
use crate::model::actor::Who;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::caller::Proof;
use crate::web::api::channel_out::ChannelOut;
use crate::web::api::channels::connected;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes
        .post(&["/channels/{id}/sign-in"], begin)
        .says("Get the page of the vendor on which a person lets the channel into an account")
        .needs(Permission::ManageChannels)
        .takes::<SignInIn>()
        .gives::<SignInOut>();
    routes
        .post(&["/channels/{id}/sign-in/complete"], complete)
        .says("Hand in what the vendor sent the person back with; the channel is connected then")
        .needs(Permission::ManageChannels)
        .takes::<ReturnedIn>()
        .gives::<ChannelOut>();
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
#[schema(as = SignIn)]
struct SignInIn {
    /// Where the vendor sends the person; it has to be entered at the vendor. The dashboard where it
    /// is left out.
    redirect_uri: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignInPage)]
struct SignInOut {
    /// The page to show.
    url: String,
}

/// What stands in the address that the vendor sends the person to.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SignInReturned)]
struct ReturnedIn {
    /// As it came.
    state: String,
    /// As it came.
    code: String,
}

/// Who calls.
fn whose(caller: &ApiCaller) -> Result<Whose, ApiError> {
    match (caller.proof, caller.actor.who()) {
        (Proof::Token(session), _) => Ok(Whose::Session(session)),
        (Proof::Key, Who::ApiKey(key, _)) => Ok(Whose::Key(key)),
        (Proof::Key, _) => {
            Err(Rejection::new(Code::AuthenticationRequired, "Nobody is signed in.").into())
        }
    }
}

async fn begin(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    body: Body<SignInIn>,
) -> Answered {
    let back = body.0.redirect_uri.map(|text| {
        let url = Url::parse(&text).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        url.ok_or_else(|| Rejection::field("redirectUri", "must be an http or https address"))
    });
    let channels = &state.engine.channels;
    let url = channels.sign_in_page(&caller.actor, whose(&caller)?, id.0, back.transpose()?)?;
    Ok(Answer::one(&SignInOut { url }))
}

async fn complete(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    body: Body<ReturnedIn>,
) -> Answered {
    let channels = &state.engine.channels;
    channels.get(&caller.actor, id.0)?;
    let returned = Returned {
        state: body.0.state,
        code: Some(body.0.code),
        ..Returned::default()
    };
    let channel = channels
        .signed_in(&caller.actor, whose(&caller)?, returned)
        .await?;
    connected(&caller, &state, channel).await
}
