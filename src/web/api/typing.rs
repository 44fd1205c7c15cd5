//! `/channels/{id}/typing`: a program writes an answer, and the customer sees that it does.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::state::State;

/// The route of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("channels");
    routes
        .post(&["/channels/{id}/typing"], tell)
        .says("Show the customer of a conversation that an answer is being written, or no longer")
        .needs(Permission::Reply)
        .takes::<TypingIn>();
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TypingIn {
    /// The conversation; one of this channel.
    conversation_id: ConversationId,
    /// Whether it is being written.
    is_typing: bool,
}

async fn tell(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ChannelId>,
    body: Body<TypingIn>,
) -> Answered {
    let TypingIn {
        conversation_id,
        is_typing,
    } = body.0;
    let row = state.engine.listing.get(&caller.actor, conversation_id)?;
    if row.conversation.channel_id != id.0 {
        return Err(Rejection::not_found(Code::ConversationNotFound, "conversation").into());
    }
    state
        .engine
        .typing
        .tell(&caller.actor, conversation_id, is_typing)?;
    Ok(Answer::done())
}
