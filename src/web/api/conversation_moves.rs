//! `/conversations/{id}/...`: what is done to a conversation by a name of its own.

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::inbox::change::Edit;
use crate::model::conversation::Resolution;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::conversation_out::ConversationOut;
use crate::web::api::conversations::change;
use crate::web::api::conversations::id;
use crate::web::api::conversations::priority;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::Query;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes
        .post(&["/conversations/{id}/assign"], assign)
        .says("Give a conversation to a user or a team")
        .needs(Permission::WorkConversations)
        .takes::<AssignIn>()
        .gives::<ConversationOut>();
    routes
        .post(&["/conversations/{id}/unassign"], unassign)
        .says("Give a conversation back to the queue")
        .needs(Permission::WorkConversations)
        .gives::<ConversationOut>();
    routes
        .post(&["/conversations/{id}/snooze"], snooze)
        .says("Put a conversation to sleep until a time or the next customer message")
        .needs(Permission::WorkConversations)
        .takes::<SnoozeIn>()
        .gives::<ConversationOut>();
    routes
        .post(&["/conversations/{id}/resolve"], resolve)
        .says("Mark a conversation as done")
        .needs(Permission::WorkConversations)
        .gives::<ConversationOut>();
    routes
        .post(&["/conversations/{id}/reopen"], reopen)
        .says("Open a conversation again")
        .needs(Permission::WorkConversations)
        .gives::<ConversationOut>();
    routes
        .post(&["/conversations/{id}/close"], close)
        .says("Mark a conversation as done and say how it ended")
        .needs(Permission::WorkConversations)
        .takes::<CloseIn>()
        .gives::<ConversationOut>();
    routes
        .post(&["/conversations/{id}/read"], mark_read)
        .says("Mark the messages of a conversation as read, all or up to some")
        .needs(Permission::ReadConversations)
        .takes::<ReadIn>()
        .gives::<MarkedOut>();
    labels(routes);
}

fn labels(routes: &mut Routes) {
    routes
        .post(&["/conversations/{id}/tags"], add_tags)
        .says("Put tags on a conversation")
        .needs(Permission::WorkConversations)
        .takes::<TagsIn>()
        .gives::<ConversationOut>();
    routes
        .delete(&["/conversations/{id}/tags"], remove_tags)
        .says("Take tags off a conversation")
        .needs(Permission::WorkConversations)
        .takes::<TagsIn>()
        .gives::<ConversationOut>();
    routes
        .post(&["/conversations/{id}/tags/remove"], remove_tags)
        .says("Take tags off a conversation, for clients that cannot send a body with DELETE")
        .needs(Permission::WorkConversations)
        .takes::<TagsIn>()
        .gives::<ConversationOut>();
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct AssignIn {
    /// The user.
    #[serde(alias = "userId")]
    agent_id: Option<String>,
    /// The user or the team, as `assigneeType` says.
    assignee_id: Option<String>,
    /// What `assigneeId` is: `user` (the default), `agent`, which is the same, or `team`.
    assignee_type: Option<String>,
    /// The team.
    team_id: Option<String>,
    /// A note for whoever gets it.
    note: Option<String>,
    /// How urgent it is from now on.
    priority: Option<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct SnoozeIn {
    /// Until when; absent until the customer writes.
    #[schema(value_type = Option<String>)]
    until: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct CloseIn {
    /// `resolved`, `unresolved` or `spam`.
    resolution: Option<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct ReadIn {
    /// Up to the newest of these; all, when absent.
    message_ids: Option<Vec<MessageId>>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct TagsIn {
    /// The tags.
    tags: Vec<String>,
}

/// How many messages were marked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarkedMessages)]
struct MarkedOut {
    /// Messages that were unread.
    marked_count: u32,
    /// The conversation.
    conversation_id: ConversationId,
}

impl AssignIn {
    fn edits(self) -> Result<Vec<Edit>, Rejection> {
        let (user, team) = self.whom()?;
        let mut edits = Vec::new();
        edits.extend(user.map(|user| Edit::Assign(Some(user))));
        edits.extend(team.map(|team| Edit::Team(Some(team))));
        if edits.is_empty() {
            return Err(Rejection::field(
                "agentId",
                "must name a user, or teamId a team",
            ));
        }
        if let Some(word) = &self.priority {
            edits.push(Edit::Priority(priority(word)?));
        }
        edits.extend(self.note.map(Edit::Note));
        Ok(edits)
    }

    /// The user and the team that are named, under whichever name.
    fn whom(&self) -> Result<(Option<UserId>, Option<TeamId>), Rejection> {
        let of = |name: &str, text: &Option<String>| {
            text.as_deref().map(|text| id(name, text)).transpose()
        };
        let user = of("agentId", &self.agent_id)?;
        let team = self.team_id.as_deref();
        let team = team.map(|text| id("teamId", text)).transpose()?;
        let Some(assignee) = self.assignee_id.as_deref() else {
            return Ok((user, team));
        };
        match self.assignee_type.as_deref() {
            None | Some("user" | "agent") => Ok((user.or(Some(id("assigneeId", assignee)?)), team)),
            Some("team") => Ok((user, team.or(Some(id("assigneeId", assignee)?)))),
            Some(_) => Err(Rejection::field("assigneeType", "must be user or team")),
        }
    }
}

async fn assign(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    body: Body<AssignIn>,
    request: HttpRequest,
) -> Answered {
    change(&caller, &state, id.0, body.0.edits()?, &request).await
}

async fn unassign(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    request: HttpRequest,
) -> Answered {
    change(&caller, &state, id.0, vec![Edit::Assign(None)], &request).await
}

async fn snooze(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    body: Body<SnoozeIn>,
    request: HttpRequest,
) -> Answered {
    let edits = vec![Edit::Snooze(body.0.until)];
    change(&caller, &state, id.0, edits, &request).await
}

async fn resolve(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    request: HttpRequest,
) -> Answered {
    let edits = vec![Edit::Status(Status::Resolved)];
    change(&caller, &state, id.0, edits, &request).await
}

async fn reopen(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    request: HttpRequest,
) -> Answered {
    let edits = vec![Edit::Status(Status::Open)];
    change(&caller, &state, id.0, edits, &request).await
}

async fn close(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    body: Body<CloseIn>,
    request: HttpRequest,
) -> Answered {
    let resolution = match body.0.resolution.as_deref() {
        None | Some("resolved") => Resolution::Resolved,
        Some("unresolved") => Resolution::Unresolved,
        Some("spam") => Resolution::Spam,
        Some(_) => {
            let wrong = "must be resolved, unresolved or spam";
            return Err(Rejection::field("resolution", wrong).into());
        }
    };
    let edits = vec![Edit::Close(resolution)];
    change(&caller, &state, id.0, edits, &request).await
}

async fn mark_read(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    body: Body<ReadIn>,
) -> Answered {
    let reading = &state.engine.reading;
    let marked_count = match body.0.message_ids {
        None => reading.mark_read(&caller.actor, id.0).await?,
        Some(messages) => reading.mark_read_to(&caller.actor, id.0, messages).await?,
    };
    Ok(Answer::one(&MarkedOut {
        marked_count,
        conversation_id: id.0,
    }))
}

async fn add_tags(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    body: Body<TagsIn>,
    request: HttpRequest,
) -> Answered {
    let edits = vec![Edit::AddTags(body.0.tags)];
    change(&caller, &state, id.0, edits, &request).await
}

async fn remove_tags(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    query: Query<TagsIn>,
    body: Body<TagsIn>,
    request: HttpRequest,
) -> Answered {
    // Proxies may drop the body of a DELETE, so the query counts too.
    let tags = [body.0.tags, query.0.tags].concat();
    let edits = vec![Edit::RemoveTags(tags)];
    change(&caller, &state, id.0, edits, &request).await
}
