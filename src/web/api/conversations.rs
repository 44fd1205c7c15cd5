//! `/conversations`: one conversation, opened, read, changed, deleted.
//!
//! Lists of them are in [`crate::web::api::conversation_list`], what is done to one by a name of its
//! own in [`crate::web::api::conversation_moves`].

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use utoipa::ToSchema;

use crate::engine::inbox::change::Edit;
use crate::engine::inbox::change::IfOpen;
use crate::engine::inbox::change::Started;
use crate::engine::inbox::history::Stretch;
use crate::model::conversation::Priority;
use crate::model::conversation::Resolution;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::model::ids::Id;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::answer::known_revision;
use crate::web::api::caller::ApiCaller;
use crate::web::api::conversation_out;
use crate::web::api::conversation_out::ConversationOut;
use crate::web::api::message_out::MessageOut;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::route::Routes;
use crate::web::api::wire;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::Query;
use crate::web::error::ApiError;
use crate::web::state::State;

/// Messages shown with a conversation when nobody says how many.
const MESSAGES_SHOWN: usize = 50;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes
        .post(&["/conversations"], create)
        .says("Start a conversation with a contact")
        .needs(Permission::Reply)
        .query::<CreateQuery>()
        .takes::<ConversationIn>()
        .makes::<ConversationOut>();
    routes
        .get(&["/conversations/{id}"], show)
        .says("Get a conversation")
        .needs(Permission::ReadConversations)
        .query::<ShowQuery>()
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
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct ShowQuery {
    /// With its newest messages, under `relationships.messages`.
    include_messages: bool,
    /// How many of them, 1 to 100.
    message_limit: Option<u64>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
struct CreateQuery {
    /// Where one is open with the contact on that channel, answer with it as it is, with 200, rather
    /// than refuse.
    reuse: bool,
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
    /// What it is about.
    #[serde(default)]
    subject: Option<String>,
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
    /// How it stands; `closed` is resolved with the resolution `resolved`.
    status: Option<String>,
    /// Given to whom; null for nobody.
    #[serde(deserialize_with = "crate::web::api::wire::clearable")]
    assigned_to: Option<String>,
    /// How urgent.
    priority: Option<String>,
    /// What it is about; null clears it.
    #[serde(deserialize_with = "crate::web::api::wire::clearable")]
    subject: Option<String>,
    /// Exactly these tags; null takes them off.
    #[serde(deserialize_with = "crate::web::api::wire::clearable_list")]
    tags: Option<Vec<String>>,
    /// Merged one level deep; null takes a key out.
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

/// An id in a body or a query.
///
/// # Errors
/// `VALIDATION_ERROR` naming the field.
pub fn id<I: std::str::FromStr>(name: &str, text: &str) -> Result<I, Rejection> {
    text.parse()
        .map_err(|_| Rejection::field(name, "is not an id of the right kind"))
}

/// An id that a list is narrowed by. What is no id is the id of nothing, and finds nothing.
#[must_use]
pub fn sought<I: Id + std::str::FromStr>(text: &str) -> I {
    text.parse().unwrap_or_else(|_| I::from_bytes([0; 16]))
}

/// A status by its name.
///
/// # Errors
/// `VALIDATION_ERROR` naming the field.
pub fn status(field: &str, word: &str) -> Result<Status, Rejection> {
    Status::named(word)
        .ok_or_else(|| Rejection::field(field, "must be open, pending, snoozed or resolved"))
}

/// A priority by its name.
///
/// # Errors
/// `VALIDATION_ERROR` naming the field.
pub fn priority(word: &str) -> Result<Priority, Rejection> {
    let wrong = || Rejection::field("priority", "must be low, normal, high or urgent");
    Priority::named(word).ok_or_else(wrong)
}

/// A conversation as it stands now, and its revision.
///
/// # Errors
/// It is gone, or not for the caller.
pub fn one(
    caller: &ApiCaller,
    state: &State,
    conversation: ConversationId,
) -> Result<(ConversationOut, u64), ApiError> {
    let row = state.engine.listing.get(&caller.actor, conversation)?;
    let revision = row.conversation.revision;
    let conversation = conversation_out::of(state, row, tenant_of(state)?)?;
    Ok((conversation, revision))
}

async fn show(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    query: Query<ShowQuery>,
) -> Answered {
    let (conversation, revision) = one(&caller, &state, id.0)?;
    let answer = Answer::one(&conversation).revision(revision);
    if !query.0.include_messages {
        return Ok(answer);
    }
    let stretch = Stretch {
        limit: page::rows(query.0.message_limit, MESSAGES_SHOWN),
        ..Stretch::default()
    };
    let histories = &state.engine.histories;
    let history = histories.of_conversation(&caller.actor, id.0, stretch)?;
    let tenant = tenant_of(&state)?;
    let links = &state.engine.context.links;
    let messages = history.messages.into_iter().rev();
    let messages: Vec<_> = messages
        .map(|message| MessageOut::new(message, tenant, links))
        .collect();
    let messages = wire::outgoing(&messages);
    Ok(answer.field("relationships", json!({ "messages": messages })))
}

async fn create(
    caller: ApiCaller,
    state: Data<State>,
    query: Query<CreateQuery>,
    body: Body<ConversationIn>,
) -> Answered {
    let body = body.0;
    let channel = id("channelId", &body.channel_id)?;
    let contact = id("contactId", &body.contact_id)?;
    let mut edits = Vec::new();
    if let Some(user) = &body.assignee_id {
        edits.push(Edit::Assign(Some(id("assigneeId", user)?)));
    }
    if body.subject.is_some() {
        edits.push(Edit::Subject(body.subject));
    }
    if !body.tags.is_empty() {
        edits.push(Edit::AddTags(body.tags));
    }
    if !body.metadata.is_empty() {
        edits.push(Edit::Metadata(body.metadata));
    }
    let changing = &state.engine.changing;
    let if_open = if query.0.reuse {
        IfOpen::Take
    } else {
        IfOpen::Refuse
    };
    let started = changing
        .start(&caller.actor, channel, contact, edits, if_open)
        .await?;
    let (Started::Now(id) | Started::Before(id)) = started;
    let (conversation, revision) = one(&caller, &state, id)?;
    let answer = match started {
        Started::Now(_) => Answer::made(&conversation),
        Started::Before(_) => Answer::one(&conversation),
    };
    Ok(answer.revision(revision))
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
        edits.push(match (word, status("status", word)?) {
            ("closed", _) => Edit::Close(Resolution::Resolved),
            (_, Status::Snoozed) => Edit::Snooze(None),
            (_, other) => Edit::Status(other),
        });
    }
    match body.assigned_to.as_deref() {
        None => {}
        Some("") => edits.push(Edit::Assign(None)),
        Some(user) => edits.push(Edit::Assign(Some(id("assignedTo", user)?))),
    }
    if let Some(word) = body.priority.as_deref() {
        edits.push(Edit::Priority(priority(word)?));
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
    change(&caller, &state, conversation.0, edits, &request).await
}

/// Makes edits, against the revision the request names if it names one, and answers with the
/// conversation.
///
/// # Errors
/// The engine's.
pub async fn change(
    caller: &ApiCaller,
    state: &State,
    id: ConversationId,
    edits: Vec<Edit>,
    request: &HttpRequest,
) -> Answered {
    let revision = known_revision(request);
    let changing = &state.engine.changing;
    changing.change(&caller.actor, id, edits, revision).await?;
    let (conversation, revision) = one(caller, state, id)?;
    Ok(Answer::one(&conversation).revision(revision))
}

async fn remove(caller: ApiCaller, state: Data<State>, id: IdOf<ConversationId>) -> Answered {
    state.engine.changing.delete(&caller.actor, id.0).await?;
    Ok(Answer::done())
}
