//! `/channels`: connections to vendors, and web chats.

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::web;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use utoipa::ToSchema;

use crate::engine::error::EngineError;
use crate::engine::setup::channels::ChannelChanges;
use crate::engine::setup::channels::NewChannel;
use crate::engine::setup::checks::VENDOR;
use crate::engine::setup::traffic::BothWays;
use crate::model::channel::Channel;
use crate::model::channel::ChannelKind;
use crate::model::channel::ChannelState;
use crate::model::ids::ChannelId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::routing::Routing;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::answer::known_revision;
use crate::web::api::caller::ApiCaller;
use crate::web::api::channel_checks;
use crate::web::api::channel_out::ChannelOut;
use crate::web::api::channel_out::SetupStepOut as StepOut;
use crate::web::api::channel_routing::RoutingIn;
use crate::web::api::channel_sign_in;
use crate::web::api::channel_stats;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::api::wire;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::Query;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("channels");
    routes
        .get(&["/channels"], index)
        .says("List channels")
        .needs(Permission::ReadChannels)
        .query::<ChannelQuery>()
        .lists::<ChannelOut>();
    routes
        .post(&["/channels"], create)
        .says("Make a channel; secrets that were generated are in this answer and nowhere else")
        .needs(Permission::ManageChannels)
        .takes::<ChannelIn>()
        .makes::<ChannelOut>();
    routes
        .get(&["/channels/{id}"], show)
        .says("Get a channel")
        .needs(Permission::ReadChannels)
        .gives::<ChannelOut>();
    routes
        .patch(&["/channels/{id}"], update)
        .says("Change a channel; `config` is merged, and a masked secret stays as it is")
        .needs(Permission::ManageChannels)
        .takes::<ChannelPatch>()
        .gives::<ChannelOut>();
    routes
        .delete(&["/channels/{id}"], remove)
        .says("Delete a channel; its conversations stay readable")
        .needs(Permission::ManageChannels)
        .query::<RemoveQuery>();
    routes
        .patch(&["/channels/{id}/enabled"], enable)
        .says("Switch a channel on or off")
        .needs(Permission::ManageChannels)
        .takes::<EnabledIn>()
        .gives::<ChannelOut>();
    steps(routes);
    channel_checks::routes(routes);
    channel_stats::routes(routes);
    channel_sign_in::routes(routes);
}

fn steps(routes: &mut Routes) {
    routes
        .post(
            &["/channels/{id}/connect", "/channels/{id}/activate"],
            connect,
        )
        .says("Connect a channel, after checking that it can work and asking its vendor; one that is refused is in error, and says why")
        .needs(Permission::ManageChannels)
        .gives::<ChannelOut>();
    routes
        .post(
            &["/channels/{id}/disconnect", "/channels/{id}/deactivate"],
            disconnect,
        )
        .says("Disconnect a channel; what waits in its queue stays there")
        .needs(Permission::ManageChannels)
        .gives::<ChannelOut>();
    routes
        .post(&["/channels/{id}/register"], register)
        .says("Have the vendor put the account into service, where it must be asked for that once; the channel is connected then")
        .needs(Permission::ManageChannels)
        .gives::<ChannelOut>();
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ChannelQuery {
    /// Only of this kind.
    #[serde(default, rename = "type", alias = "channelType")]
    kind: Option<String>,
    /// Only in this state.
    #[serde(default)]
    status: Option<String>,
    /// Only with this in the name.
    #[serde(default)]
    search: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct ChannelIn {
    /// The kind, such as `webchat`.
    #[serde(rename = "type", alias = "channelType")]
    kind: String,
    /// Its name among colleagues.
    name: String,
    /// Settings and secrets, by the names of the channel's document.
    #[serde(default)]
    config: Map<String, Value>,
    /// Secrets, for clients that send them apart.
    #[serde(default)]
    credentials: Map<String, Value>,
    /// Anything of your own.
    #[serde(default)]
    metadata: Map<String, Value>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct ChannelPatch {
    /// Its name among colleagues.
    #[serde(default)]
    name: Option<String>,
    /// Switched on.
    #[serde(default)]
    enabled: Option<bool>,
    /// Settings and secrets, merged one level deep; null takes one out.
    #[serde(default)]
    config: Map<String, Value>,
    /// Secrets, for clients that send them apart.
    #[serde(default)]
    credentials: Map<String, Value>,
    /// Anything of your own, merged one level deep.
    #[serde(default)]
    metadata: Map<String, Value>,
    /// Where conversations go that customers begin, in place of what was said before.
    #[serde(default)]
    routing: Option<RoutingIn>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct EnabledIn {
    /// Switched on.
    enabled: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
struct RemoveQuery {
    /// Also with open conversations.
    #[serde(default)]
    force: bool,
}

/// Both halves of what clients send as settings; the kind that some repeat in them is left out.
fn config_of(
    mut config: Map<String, Value>,
    credentials: Map<String, Value>,
) -> Map<String, Value> {
    config.extend(credentials);
    config.shift_remove("type");
    config
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    query: Query<ChannelQuery>,
    asked: Asked,
) -> Answered {
    let wanted = query.0;
    let status = wanted.status.as_deref().map(state_named).transpose()?;
    let kind = wanted.kind.as_deref().map(ChannelKind::named);
    let words = wanted.search.as_deref().map(str::to_lowercase);
    let mut channels = state.engine.channels.list(&caller.actor)?;
    channels.retain(|channel| {
        kind.as_ref().is_none_or(|kind| *kind == channel.kind)
            && status.is_none_or(|status| status == channel.state)
            && words
                .as_ref()
                .is_none_or(|words| channel.name.to_lowercase().contains(words))
    });
    let filter = format!("channels {kind:?} {status:?} {words:?}");
    let page = page::cut(channels, &asked.0, &filter)?;
    let tenant = tenant_of(&state)?;
    let ways = last_day(&caller, &state).await?;
    let row = |channel: Channel| {
        let ways = ways.get(&channel.id).copied().unwrap_or_default();
        ChannelOut::new(&state.engine.channels, channel, tenant, ways)
    };
    Ok(Answer::list(page.map(row), &asked.0))
}

fn state_named(name: &str) -> Result<ChannelState, Rejection> {
    match name {
        "active" | "connected" => Ok(ChannelState::Active),
        "inactive" | "pending" | "disconnected" => Ok(ChannelState::Inactive),
        "connecting" => Ok(ChannelState::Connecting),
        "error" => Ok(ChannelState::Error),
        _ => Err(Rejection::field(
            "status",
            "must be active, inactive, connecting or error",
        )),
    }
}

async fn create(caller: ApiCaller, state: Data<State>, body: Body<ChannelIn>) -> Answered {
    let draft = body.0;
    let new = NewChannel {
        kind: ChannelKind::named(&draft.kind),
        name: draft.name,
        config: config_of(draft.config, draft.credentials),
        metadata: draft.metadata,
    };
    let made = state.engine.channels.create(&caller.actor, new).await?;
    let tenant = tenant_of(&state)?;
    let revision = made.channel.revision;
    let none = BothWays::default();
    let mut out = ChannelOut::new(&state.engine.channels, made.channel, tenant, none);
    out.reveal(made.secrets);
    let steps: Vec<_> = (1..).zip(made.instructions).map(StepOut::from).collect();
    let steps = wire::outgoing(&steps);
    Ok(Answer::made(&out)
        .revision(revision)
        .meta("setupInstructions", steps))
}

async fn one(caller: &ApiCaller, state: &State, channel: Channel) -> Answered {
    let revision = channel.revision;
    let ways = last_day(caller, state).await?;
    let ways = ways.get(&channel.id).copied().unwrap_or_default();
    let tenant = tenant_of(state)?;
    let out = ChannelOut::new(&state.engine.channels, channel, tenant, ways);
    Ok(Answer::one(&out).revision(revision))
}

/// What came and went on each channel lately.
async fn last_day(
    caller: &ApiCaller,
    state: &State,
) -> Result<HashMap<ChannelId, BothWays>, ApiError> {
    // A key may change channels without reading what goes through them.
    if caller.actor.require(Permission::ReadChannels).is_err() {
        return Ok(HashMap::new());
    }
    let traffic = state.engine.traffic.clone();
    let actor = caller.actor.clone();
    let counting = web::block(move || traffic.both_ways(&actor));
    let counted = counting
        .await
        .map_err(|error| EngineError::Broken(format!("counting messages: {error}")))?;
    Ok(counted?)
}

async fn show(caller: ApiCaller, state: Data<State>, id: IdOf<ChannelId>) -> Answered {
    let channel = state.engine.channels.get(&caller.actor, id.0)?;
    one(&caller, &state, channel).await
}

async fn update(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    request: HttpRequest,
    body: Body<ChannelPatch>,
) -> Answered {
    let patch = body.0;
    let changes = ChannelChanges {
        name: patch.name,
        enabled: patch.enabled,
        config: config_of(patch.config, patch.credentials),
        metadata: patch.metadata,
        routing: patch.routing.map(Routing::from),
        revision: known_revision(&request),
    };
    let channel = state
        .engine
        .channels
        .update(&caller.actor, id.0, changes)
        .await?;
    one(&caller, &state, channel).await
}

async fn remove(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    query: Query<RemoveQuery>,
) -> Answered {
    state
        .engine
        .channels
        .delete(&caller.actor, id.0, query.0.force)
        .await?;
    Ok(Answer::done())
}

async fn enable(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    body: Body<EnabledIn>,
) -> Answered {
    let changes = ChannelChanges {
        enabled: Some(body.0.enabled),
        ..ChannelChanges::default()
    };
    let channel = state
        .engine
        .channels
        .update(&caller.actor, id.0, changes)
        .await?;
    one(&caller, &state, channel).await
}

async fn register(caller: ApiCaller, state: Data<State>, id: IdOf<ChannelId>) -> Answered {
    let channels = &state.engine.channels;
    let channel = channels.register(&caller.actor, id.0).await?;
    connected(&caller, &state, channel).await
}

async fn connect(caller: ApiCaller, state: Data<State>, id: IdOf<ChannelId>) -> Answered {
    let channels = &state.engine.channels;
    let channel = channels.connect(&caller.actor, id.0).await?;
    connected(&caller, &state, channel).await
}

/// A channel that somebody wanted to be connected, or why it is not.
///
/// # Errors
/// `PROVIDER_NOT_CONFIGURED`, `CHANNEL_ERROR`.
pub async fn connected(caller: &ApiCaller, state: &Data<State>, channel: Channel) -> Answered {
    if channel.state != ChannelState::Error {
        return one(caller, state, channel).await;
    }
    let checks = state.engine.channels.checks(&caller.actor, channel.id)?;
    let is_ours = checks.iter().any(|check| !check.ok && check.name != VENDOR);
    let code = if is_ours {
        Code::ProviderNotConfigured
    } else {
        Code::ChannelError
    };
    let why = channel.error.unwrap_or_default();
    Err(Rejection::new(code, why).into())
}

async fn disconnect(caller: ApiCaller, state: Data<State>, id: IdOf<ChannelId>) -> Answered {
    let channel = state
        .engine
        .channels
        .disconnect(&caller.actor, id.0)
        .await?;
    one(&caller, &state, channel).await
}
