//! `/conversations/{id}/participants`: people of ours who take part in a conversation, or follow it.

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::inbox::change::Edit;
use crate::model::ids::ConversationId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::user::User;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::conversation_out::ConversationOut;
use crate::web::api::conversations::change;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::IdsOf;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes
        .get(&["/conversations/{id}/participants"], index)
        .says(
            "List who takes part in a conversation: who answered, noted, was named, or follows it",
        )
        .needs(Permission::ReadConversations)
        .lists::<ParticipantOut>();
    routes
        .post(&["/conversations/{id}/participants"], add)
        .says("Let users follow a conversation; without any, the caller does")
        .needs(Permission::WorkConversations)
        .takes::<ParticipantsIn>()
        .gives::<ConversationOut>();
    routes
        .delete(&["/conversations/{id}/participants/{inner}"], remove)
        .says("Take a user out of a conversation; whoever writes in it takes part again")
        .needs(Permission::WorkConversations)
        .gives::<ConversationOut>();
}

/// Somebody who takes part.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Participant)]
struct ParticipantOut {
    /// `user_...`
    id: UserId,
    /// The name.
    name: String,
    /// A picture.
    avatar_url: Option<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct ParticipantsIn {
    /// One user.
    #[serde(alias = "agentId")]
    user_id: Option<UserId>,
    /// Several.
    user_ids: Vec<UserId>,
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    asked: Asked,
) -> Answered {
    let listing = &state.engine.listing;
    let people = listing.participants(&caller.actor, id.0)?;
    let page = page::cut(people, &asked.0, &format!("participants {}", id.0))?;
    let row = |user: User| ParticipantOut {
        id: user.id,
        name: user.name,
        avatar_url: user.avatar_url,
    };
    Ok(Answer::list(page.map(row), &asked.0))
}

async fn add(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    body: Body<ParticipantsIn>,
    request: HttpRequest,
) -> Answered {
    let ParticipantsIn { user_id, user_ids } = body.0;
    let mut named: Vec<UserId> = user_id.into_iter().chain(user_ids).collect();
    if named.is_empty() {
        named.push(caller.user.id);
    }
    let edits = named.into_iter().map(Edit::Follow).collect();
    change(&caller, &state, id.0, edits, &request).await
}

async fn remove(
    caller: ApiCaller,
    state: Data<State>,
    ids: IdsOf<ConversationId, UserId>,
    request: HttpRequest,
) -> Answered {
    let edits = vec![Edit::Unfollow(ids.1)];
    change(&caller, &state, ids.0, edits, &request).await
}
