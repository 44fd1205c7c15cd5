//! How a channel is, what it can carry, and where its vendor reports.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::ids::ChannelId;
use crate::model::outbound::Measure;
use crate::model::permission::Permission;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::capabilities::CapabilitiesOut;
use crate::web::api::channel_out::StatusOut;
use crate::web::api::channel_out::TestOut;
use crate::web::api::channel_out::WebhookOut;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes
        .get(&["/channels/{id}/status"], status)
        .says("Get how a channel is")
        .needs(Permission::ReadChannels)
        .gives::<StatusOut>();
    routes
        .get(&["/channels/{id}/capabilities"], capabilities)
        .says("Get what a channel can carry")
        .needs(Permission::ReadChannels)
        .gives::<CapabilitiesOut>();
    routes
        .post(&["/channels/{id}/test"], test)
        .says("Look at everything a channel needs, step by step")
        .needs(Permission::ManageChannels)
        .gives::<TestOut>();
    routes
        .post(&["/channels/{id}/estimate-cost"], estimate)
        .says("Say in how many pieces a text would go, where messages are paid by the piece")
        .needs(Permission::ReadChannels)
        .takes::<EstimateIn>()
        .gives::<EstimateOut>();
    routes
        .get(&["/channels/{id}/webhook"], webhook)
        .says("Get the address at which the vendor reports")
        .needs(Permission::ManageChannels)
        .gives::<WebhookOut>();
    routes
        .post(&["/channels/{id}/webhook/regenerate"], regenerate)
        .says("Make a new webhook secret, where the kind of channel has one")
        .needs(Permission::ManageChannels)
        .gives::<WebhookOut>();
}

#[derive(Debug, Deserialize, ToSchema)]
struct EstimateIn {
    /// The text.
    text: String,
}

/// How a text would go.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EstimateOut {
    /// The alphabet: `gsm7` or `ucs2`; none on channels that are not paid by the piece.
    encoding: Option<&'static str>,
    /// How long it is, in units of that alphabet.
    units: usize,
    /// In how many pieces it goes.
    segments: usize,
    /// How many units more the last piece takes.
    remaining: usize,
    /// Pieces the channel sends at most; longer texts are refused.
    max_segments: Option<usize>,
}

impl From<Option<Measure>> for EstimateOut {
    fn from(measure: Option<Measure>) -> Self {
        match measure {
            Some(measure) => Self {
                encoding: Some(measure.encoding),
                units: measure.units,
                segments: measure.segments,
                remaining: measure.remaining,
                max_segments: Some(measure.segments_max),
            },
            None => Self {
                encoding: None,
                units: 0,
                segments: 1,
                remaining: 0,
                max_segments: None,
            },
        }
    }
}

async fn status(caller: ApiCaller, state: Data<State>, id: IdOf<ChannelId>) -> Answered {
    let channel = state.engine.channels.get(&caller.actor, id.0)?;
    Ok(Answer::one(&StatusOut::from(channel)))
}

async fn capabilities(caller: ApiCaller, state: Data<State>, id: IdOf<ChannelId>) -> Answered {
    let channel = state.engine.channels.get(&caller.actor, id.0)?;
    let held = state.engine.channels.capabilities(&channel);
    Ok(Answer::one(&CapabilitiesOut::from(held)))
}

async fn test(caller: ApiCaller, state: Data<State>, id: IdOf<ChannelId>) -> Answered {
    let checks = state.engine.channels.test(&caller.actor, id.0).await?;
    let now = state.engine.context.clock.now();
    Ok(Answer::one(&TestOut::new(id.0, checks, now)))
}

async fn estimate(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    body: Body<EstimateIn>,
) -> Answered {
    let channels = &state.engine.channels;
    let measure = channels.measure(&caller.actor, id.0, &body.0.text)?;
    Ok(Answer::one(&EstimateOut::from(measure)))
}

async fn webhook(caller: ApiCaller, state: Data<State>, id: IdOf<ChannelId>) -> Answered {
    // The address is no secret, but only who sets channels up has a use for it.
    caller
        .actor
        .require(Permission::ManageChannels)
        .map_err(ApiError::from)?;
    let channels = &state.engine.channels;
    let channel = channels.get(&caller.actor, id.0)?;
    Ok(Answer::one(&WebhookOut {
        url: channels.webhook_url(&channel),
        verify_token: channels.verify_token(&caller.actor, id.0)?,
    }))
}

async fn regenerate(caller: ApiCaller, state: Data<State>, id: IdOf<ChannelId>) -> Answered {
    let channels = &state.engine.channels;
    let (channel, secret) = channels.renew_webhook_secret(&caller.actor, id.0).await?;
    let url = channels.webhook_url(&channel);
    Ok(Answer::one(&WebhookOut {
        url,
        verify_token: Some(secret),
    }))
}
