//! `/conversations`: the inbox, and what is done to a conversation.

use std::collections::BTreeSet;

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::page::Page;
use crate::base::time::Timestamp;
use crate::engine::inbox::change::Edit;
use crate::engine::inbox::list::Filter;
use crate::engine::inbox::list::Owner;
use crate::model::channel::ChannelKind;
use crate::model::conversation::Priority;
use crate::model::conversation::Resolution;
use crate::model::conversation::Status;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::answer::known_revision;
use crate::web::api::caller::ApiCaller;
use crate::web::api::message_out::ConversationOut;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::Query;
use crate::web::error::ApiError;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("conversations");
    routes
        .get(&["/conversations"], index)
        .says("List conversations, the newest first")
        .needs(Permission::ReadConversations)
        .query::<ConversationQuery>()
        .lists::<ConversationOut>();
    routes
        .post(&["/conversations"], create)
        .says("Start a conversation with a contact")
        .needs(Permission::Reply)
        .takes::<ConversationIn>()
        .makes::<ConversationOut>();
    routes
        .get(&["/conversations/counts"], counts)
        .says("Count conversations by status")
        .needs(Permission::ReadConversations)
        .gives::<CountsOut>();
    routes
        .get(&["/conversations/{id}"], show)
        .says("Get a conversation")
        .needs(Permission::ReadConversations)
        .gives::<ConversationOut>();
    routes
        .patch(&["/conversations/{id}"], update)
        .says("Change a conversation")
        .needs(Permission::WorkConversations)
        .takes::<ConversationPatch>()
        .gives::<ConversationOut>();
    routes
        .delete(&["/conversations/{id}"], remove)
        .says("Delete a conversation and its messages for good")
        .needs(Permission::DeleteContacts);
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
    routes
        .get(&["/contacts/{id}/conversations"], of_contact)
        .says("List every conversation of a contact on any channel, the newest first")
        .needs(Permission::ReadConversations)
        .lists::<ConversationOut>();
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct ConversationQuery {
    /// `open`, `pending`, `snoozed`, `resolved` or `all`. Without it, snoozed ones are left out.
    status: Option<String>,
    /// On which channel.
    channel_id: Option<String>,
    /// On which kind of channel.
    channel_type: Option<String>,
    /// Given to whom; `none` for nobody.
    assigned_to: Option<String>,
    /// With whom.
    contact_id: Option<String>,
    /// With all these tags.
    tags: Vec<String>,
    /// In the name, the subject or the newest message.
    search: Option<String>,
    /// Every conversation of the contact on any channel.
    include_all_channels: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ConversationIn {
    /// On which channel.
    channel_id: String,
    /// With whom.
    contact_id: String,
    /// Given to whom.
    #[serde(default)]
    assignee_id: Option<String>,
    /// Tags.
    #[serde(default)]
    tags: Vec<String>,
    /// What you keep with it.
    #[serde(default)]
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct ConversationPatch {
    /// How it stands.
    status: Option<String>,
    /// Given to whom; null for nobody.
    #[serde(deserialize_with = "crate::web::api::wire::clearable")]
    assigned_to: Option<String>,
    /// How urgent.
    priority: Option<String>,
    /// What it is about.
    subject: Option<String>,
    /// Exactly these tags.
    tags: Option<Vec<String>>,
    /// Merged one level deep; null takes a key out.
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct AssignIn {
    /// The user.
    #[serde(alias = "assigneeId", alias = "userId")]
    agent_id: Option<String>,
    /// The team.
    team_id: Option<String>,
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
struct TagsIn {
    /// The tags.
    tags: Vec<String>,
}

/// Conversations by status.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConversationCounts)]
struct CountsOut {
    /// Open ones.
    open: u64,
    /// Parked ones.
    pending: u64,
    /// Resolved ones.
    resolved: u64,
    /// Sleeping ones.
    snoozed: u64,
    /// Open ones that nobody answers.
    unassigned: u64,
}

fn id<I: std::str::FromStr>(name: &str, text: &str) -> Result<I, Rejection> {
    text.parse()
        .map_err(|_| Rejection::field(name, "is not an id of the right kind"))
}

fn filter(query: &ConversationQuery) -> Result<Filter, Rejection> {
    let statuses = match query.status.as_deref() {
        None => vec![Status::Open, Status::Pending, Status::Resolved],
        Some("all") => Vec::new(),
        Some(word) => vec![status("status", word)?],
    };
    let owner = match query.assigned_to.as_deref() {
        None => Owner::Anyone,
        Some("none" | "unassigned" | "null") => Owner::Nobody,
        Some(user) => Owner::User(id("assignedTo", user)?),
    };
    let channel = query
        .channel_id
        .as_deref()
        .map(|text| id("channelId", text))
        .transpose()?;
    let contact = query
        .contact_id
        .as_deref()
        .map(|text| id("contactId", text))
        .transpose()?;
    Ok(Filter {
        statuses,
        owner,
        channel_id: channel,
        channel_kind: query.channel_type.as_deref().map(ChannelKind::named),
        contact_id: contact,
        tags: query.tags.clone(),
        words: query
            .search
            .clone()
            .filter(|words| !words.trim().is_empty()),
        ..Filter::default()
    })
}

fn status(field: &str, word: &str) -> Result<Status, Rejection> {
    Status::named(word)
        .ok_or_else(|| Rejection::field(field, "must be open, pending, snoozed or resolved"))
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    query: Query<ConversationQuery>,
    asked: Asked,
) -> Answered {
    let tenant = tenant_of(&state)?;
    let listing = &state.engine.listing;
    if let (true, Some(contact)) = (query.0.include_all_channels, &query.0.contact_id) {
        let contact: ContactId = id("contactId", contact)?;
        let (contact, rows) = listing.across_channels(&caller.actor, contact)?;
        let kinds: BTreeSet<String> = rows
            .iter()
            .map(|row| row.conversation.channel_kind.to_string())
            .collect();
        let ids: Vec<String> = std::iter::once(contact.id)
            .chain(contact.merged_ids.iter().copied())
            .map(|id| id.to_string())
            .collect();
        let page = Page::whole(rows).map(|row| ConversationOut::new(row, tenant));
        let across = serde_json::json!({ "contactIds": ids, "channelTypes": kinds });
        return Ok(Answer::list(page, &asked.0).meta("crossChannel", across));
    }
    let page = listing.page(&caller.actor, &filter(&query.0)?, &asked.0)?;
    Ok(Answer::list(
        page.map(|row| ConversationOut::new(row, tenant)),
        &asked.0,
    ))
}

async fn of_contact(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ContactId>,
    asked: Asked,
) -> Answered {
    let (_, rows) = state.engine.listing.across_channels(&caller.actor, id.0)?;
    let page = page::cut(rows, &asked.0, &format!("conversations of {}", id.0))?;
    let tenant = tenant_of(&state)?;
    Ok(Answer::list(
        page.map(|row| ConversationOut::new(row, tenant)),
        &asked.0,
    ))
}

fn one(
    caller: &ApiCaller,
    state: &State,
    conversation: ConversationId,
) -> Result<(ConversationOut, u64), ApiError> {
    let row = state.engine.listing.get(&caller.actor, conversation)?;
    let revision = row.conversation.revision;
    Ok((ConversationOut::new(row, tenant_of(state)?), revision))
}

async fn show(caller: ApiCaller, state: Data<State>, id: IdOf<ConversationId>) -> Answered {
    let (conversation, revision) = one(&caller, &state, id.0)?;
    Ok(Answer::one(&conversation).revision(revision))
}

async fn create(caller: ApiCaller, state: Data<State>, body: Body<ConversationIn>) -> Answered {
    let body = body.0;
    let channel = id("channelId", &body.channel_id)?;
    let contact = id("contactId", &body.contact_id)?;
    let made = state
        .engine
        .changing
        .start(&caller.actor, channel, contact)
        .await?;
    let mut edits = Vec::new();
    if let Some(user) = &body.assignee_id {
        edits.push(Edit::Assign(Some(id("assigneeId", user)?)));
    }
    if !body.tags.is_empty() {
        edits.push(Edit::AddTags(body.tags));
    }
    if !body.metadata.is_empty() {
        edits.push(Edit::Metadata(body.metadata));
    }
    if !edits.is_empty() {
        state
            .engine
            .changing
            .change(&caller.actor, made.id, edits, None)
            .await?;
    }
    Ok(Answer::made(&one(&caller, &state, made.id)?.0))
}

async fn change(
    caller: &ApiCaller,
    state: &State,
    id: ConversationId,
    edits: Vec<Edit>,
    revision: Option<u64>,
) -> Answered {
    state
        .engine
        .changing
        .change(&caller.actor, id, edits, revision)
        .await?;
    let (conversation, revision) = one(caller, state, id)?;
    Ok(Answer::one(&conversation).revision(revision))
}

async fn update(
    caller: ApiCaller,
    state: Data<State>,
    conversation: IdOf<ConversationId>,
    body: Body<ConversationPatch>,
    request: HttpRequest,
) -> Answered {
    let body = body.0;
    let mut edits = Vec::new();
    if let Some(word) = body.status.as_deref() {
        edits.push(match status("status", word)? {
            Status::Snoozed => Edit::Snooze(None),
            other => Edit::Status(other),
        });
    }
    match body.assigned_to.as_deref() {
        None => {}
        Some("") => edits.push(Edit::Assign(None)),
        Some(user) => edits.push(Edit::Assign(Some(id("assignedTo", user)?))),
    }
    if let Some(word) = body.priority.as_deref() {
        let wrong = || Rejection::field("priority", "must be low, normal, high or urgent");
        edits.push(Edit::Priority(Priority::named(word).ok_or_else(wrong)?));
    }
    if let Some(subject) = body.subject {
        edits.push(Edit::Subject(Some(subject)));
    }
    if let Some(tags) = body.tags {
        edits.push(Edit::SetTags(tags));
    }
    if !body.metadata.is_empty() {
        edits.push(Edit::Metadata(body.metadata));
    }
    change(
        &caller,
        &state,
        conversation.0,
        edits,
        known_revision(&request),
    )
    .await
}

async fn remove(caller: ApiCaller, state: Data<State>, id: IdOf<ConversationId>) -> Answered {
    state.engine.changing.delete(&caller.actor, id.0).await?;
    Ok(Answer::done())
}

async fn assign(
    caller: ApiCaller,
    state: Data<State>,
    conversation: IdOf<ConversationId>,
    body: Body<AssignIn>,
) -> Answered {
    let mut edits = Vec::new();
    if let Some(user) = &body.0.agent_id {
        edits.push(Edit::Assign(Some(id("agentId", user)?)));
    }
    if let Some(team) = &body.0.team_id {
        edits.push(Edit::Team(Some(id("teamId", team)?)));
    }
    if edits.is_empty() {
        return Err(Rejection::field("agentId", "must name a user, or teamId a team").into());
    }
    change(&caller, &state, conversation.0, edits, None).await
}

async fn unassign(caller: ApiCaller, state: Data<State>, id: IdOf<ConversationId>) -> Answered {
    change(&caller, &state, id.0, vec![Edit::Assign(None)], None).await
}

async fn snooze(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    body: Body<SnoozeIn>,
) -> Answered {
    change(
        &caller,
        &state,
        id.0,
        vec![Edit::Snooze(body.0.until)],
        None,
    )
    .await
}

async fn resolve(caller: ApiCaller, state: Data<State>, id: IdOf<ConversationId>) -> Answered {
    change(
        &caller,
        &state,
        id.0,
        vec![Edit::Status(Status::Resolved)],
        None,
    )
    .await
}

async fn reopen(caller: ApiCaller, state: Data<State>, id: IdOf<ConversationId>) -> Answered {
    change(
        &caller,
        &state,
        id.0,
        vec![Edit::Status(Status::Open)],
        None,
    )
    .await
}

async fn close(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    body: Body<CloseIn>,
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
    change(&caller, &state, id.0, vec![Edit::Close(resolution)], None).await
}

async fn add_tags(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    body: Body<TagsIn>,
) -> Answered {
    change(
        &caller,
        &state,
        id.0,
        vec![Edit::AddTags(body.0.tags)],
        None,
    )
    .await
}

async fn remove_tags(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    query: Query<TagsIn>,
    body: Body<TagsIn>,
) -> Answered {
    // Proxies may drop the body of a DELETE, so the query counts too.
    let tags = [body.0.tags, query.0.tags].concat();
    change(&caller, &state, id.0, vec![Edit::RemoveTags(tags)], None).await
}

async fn counts(caller: ApiCaller, state: Data<State>) -> Answered {
    let counts = state.engine.listing.counts(&caller.actor)?;
    Ok(Answer::one(&CountsOut {
        open: counts.open,
        pending: counts.pending,
        resolved: counts.resolved,
        snoozed: counts.snoozed,
        unassigned: counts.unassigned,
    }))
}
