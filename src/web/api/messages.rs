//! `/messages` and the messages of a conversation: reading, sending, retrying.

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::engine::inbox::history::Stretch;
use crate::engine::inbox::send::Repeatable;
use crate::engine::inbox::target::Target;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::Id as _;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::message_in::MessageIn;
use crate::web::api::message_out::MessageOut;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page::Asked;
use crate::web::api::repeats::Repeat;
use crate::web::api::route::Routes;
use crate::web::api::wire::Body;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::IdsOf;
use crate::web::api::wire::Query;
use crate::web::error::ApiError;
use crate::web::state::State;

/// Messages of a page, when the client does not say.
const DEFAULT_ROWS: u64 = 50;
/// Messages of a page at most.
const MAX_ROWS: u64 = 100;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("messages");
    routes
        .get(&["/conversations/{id}/messages"], index)
        .says("List the messages of a conversation, the newest first")
        .needs(Permission::ReadConversations)
        .query::<MessageQuery>()
        .lists::<MessageOut>();
    routes
        .post(&["/conversations/{id}/messages"], send_into)
        .says("Send a message, or write a note, in a conversation")
        .needs(Permission::Reply)
        .takes::<MessageIn>()
        .makes::<MessageOut>();
    routes
        .get(&["/conversations/{id}/messages/{inner}"], show_in)
        .says("Get a message of a conversation")
        .needs(Permission::ReadConversations)
        .gives::<MessageOut>();
    routes
        .post(&["/conversations/{id}/read"], mark_read)
        .says("Mark the messages of a conversation as read")
        .needs(Permission::ReadConversations)
        .gives::<MarkedOut>();
    routes
        .post(&["/messages"], send)
        .says("Send a message to a conversation, a contact or an address")
        .needs(Permission::Reply)
        .takes::<MessageIn>()
        .makes::<MessageOut>();
    routes
        .get(&["/messages"], undelivered)
        .says("List messages that failed, or whose outcome is unknown, the newest first")
        .needs(Permission::ReadConversations)
        .query::<UndeliveredQuery>()
        .lists::<MessageOut>();
    routes
        .get(&["/messages/{id}"], show)
        .says("Get a message")
        .needs(Permission::ReadConversations)
        .gives::<MessageOut>();
    routes
        .post(&["/messages/{id}/retry"], retry)
        .says("Try a failed message again")
        .needs(Permission::Reply)
        .gives::<MessageOut>();
    routes
        .post(&["/messages/{id}/cancel"], cancel)
        .says("Take a waiting message back")
        .needs(Permission::Reply)
        .gives::<MessageOut>();
    routes
        .post(&["/messages/{id}/resolve-unknown"], resolve_unknown)
        .says("Say of a message whose outcome is unknown that it was sent, or have it sent again")
        .needs(Permission::Reply)
        .takes::<ResolveUnknownIn>()
        .gives::<MessageOut>();
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct MessageQuery {
    /// Messages at most, 1 to 100.
    limit: Option<u64>,
    /// Only older ones than this message.
    before: Option<String>,
    /// Only newer ones than this message.
    after: Option<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct UndeliveredQuery {
    /// `failed`, or `unknown` for those of which nobody knows whether the vendor took them.
    status: String,
    /// Messages at most, 1 to 100.
    limit: Option<u64>,
}

/// What became of a message of unknown outcome.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResolveUnknown)]
struct ResolveUnknownIn {
    /// `sent`: it arrived. `resend`: send it once more.
    outcome: String,
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

fn out(state: &State, message: Message) -> Result<MessageOut, ApiError> {
    Ok(MessageOut::new(
        message,
        tenant_of(state)?,
        &state.engine.context.links,
    ))
}

fn message_id(name: &str, text: Option<&str>) -> Result<Option<MessageId>, Rejection> {
    text.map(|text| {
        text.parse()
            .map_err(|_| Rejection::field(name, "must be a message id"))
    })
    .transpose()
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    query: Query<MessageQuery>,
    asked: Asked,
) -> Answered {
    let limit = query.0.limit.unwrap_or(DEFAULT_ROWS).clamp(1, MAX_ROWS);
    let words = format!("messages {}", id.0);
    let stretch = Stretch {
        before: match &asked.0.cursor {
            Some(cursor) => Some(place(cursor, &words)?),
            None => message_id("before", query.0.before.as_deref())?,
        },
        after: message_id("after", query.0.after.as_deref())?,
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let history = state
        .engine
        .histories
        .of_conversation(&caller.actor, id.0, stretch)?;
    let row = state.engine.listing.get(&caller.actor, id.0)?;
    let tenant = tenant_of(&state)?;
    let links = &state.engine.context.links;
    let oldest = history.messages.first().filter(|_| history.more);
    let next = oldest.map(|message| Cursor::new(message.id.bytes().to_vec(), &words));
    let rows = history.messages.into_iter().rev();
    let page = Page {
        rows: rows
            .map(|message| MessageOut::new(message, tenant, links))
            .collect(),
        next,
        total: Some(u64::from(row.conversation.message_count)),
    };
    Ok(Answer::list(page, &asked.0))
}

async fn undelivered(
    caller: ApiCaller,
    state: Data<State>,
    query: Query<UndeliveredQuery>,
    asked: Asked,
) -> Answered {
    let stands = match query.0.status.as_str() {
        "failed" => Delivery::Failed,
        "unknown" => Delivery::Unsure,
        _ => return Err(Rejection::field("status", "must be failed or unknown").into()),
    };
    let limit = query.0.limit.unwrap_or(DEFAULT_ROWS).clamp(1, MAX_ROWS);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let words = format!("messages {}", query.0.status);
    let cursor = asked.0.cursor.as_ref();
    let before = cursor.map(|cursor| place(cursor, &words)).transpose()?;
    let histories = &state.engine.histories;
    let mut found = histories.undelivered(&caller.actor, stands, before, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|message| Cursor::new(message.id.bytes().to_vec(), &words));
    let tenant = tenant_of(&state)?;
    let links = &state.engine.context.links;
    let rows = found.into_iter();
    let page = Page {
        rows: rows
            .map(|message| MessageOut::new(message, tenant, links))
            .collect(),
        next,
        total: None,
    };
    Ok(Answer::list(page, &asked.0))
}

/// The message a cursor stands at.
fn place(cursor: &Cursor, words: &str) -> Result<MessageId, Rejection> {
    let refuse = |message: String| Rejection::new(Code::InvalidCursor, message);
    let position = cursor
        .position(words)
        .map_err(|error| refuse(error.to_string()))?;
    let bytes = position
        .try_into()
        .map_err(|_| refuse("This cursor cannot be read.".to_owned()))?;
    Ok(MessageId::from_bytes(bytes))
}

async fn show(caller: ApiCaller, state: Data<State>, id: IdOf<MessageId>) -> Answered {
    let message = state.engine.histories.message(&caller.actor, id.0)?;
    Ok(Answer::one(&out(&state, message)?))
}

async fn show_in(
    caller: ApiCaller,
    state: Data<State>,
    ids: IdsOf<ConversationId, MessageId>,
) -> Answered {
    let message = state.engine.histories.message(&caller.actor, ids.1)?;
    if message.conversation_id != ids.0 {
        return Err(Rejection::not_found(Code::MessageNotFound, "message").into());
    }
    Ok(Answer::one(&out(&state, message)?))
}

async fn send_into(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    repeat: Repeat,
    body: Body<MessageIn>,
) -> Answered {
    let target = Target::Conversation(id.0);
    deliver(&caller, &state, target, repeat, body.0).await
}

async fn send(
    caller: ApiCaller,
    state: Data<State>,
    repeat: Repeat,
    body: Body<MessageIn>,
) -> Answered {
    let target = target(&body.0)?;
    deliver(&caller, &state, target, repeat, body.0).await
}

/// Where a message goes that names no conversation in its address.
fn target(body: &MessageIn) -> Result<Target, Rejection> {
    if let Some(id) = &body.conversation_id {
        let wrong = |_| Rejection::field("conversationId", "must be a conversation id");
        return Ok(Target::Conversation(id.parse().map_err(wrong)?));
    }
    let missing = || {
        Rejection::field(
            "channelId",
            "must be given with to, or conversationId alone",
        )
    };
    let channel = body.channel_id.as_deref().ok_or_else(missing)?;
    let wrong = |_| Rejection::field("channelId", "must be a channel id");
    let channel = channel.parse().map_err(wrong)?;
    let to = body
        .to
        .as_deref()
        .map(str::trim)
        .filter(|to| !to.is_empty());
    let to = to.ok_or_else(|| Rejection::field("to", "must not be empty"))?;
    Ok(match to.parse::<ContactId>() {
        Ok(contact) => Target::Contact(channel, contact),
        Err(_) => Target::Address(channel, to.to_owned()),
    })
}

async fn deliver(
    caller: &ApiCaller,
    state: &State,
    target: Target,
    Repeat(named): Repeat,
    body: MessageIn,
) -> Answered {
    let repeat = match (&target, &body.client_id) {
        (Target::Conversation(id), Some(client)) => {
            Some(Repeatable::by_client_id(&caller.actor, *id, client))
        }
        _ => named,
    };
    let sent = state
        .engine
        .sending
        .send(&caller.actor, target, body.draft()?, repeat)
        .await?;
    Ok(Answer::made(&out(state, sent.message)?))
}

async fn mark_read(caller: ApiCaller, state: Data<State>, id: IdOf<ConversationId>) -> Answered {
    let marked_count = state.engine.reading.mark_read(&caller.actor, id.0).await?;
    Ok(Answer::one(&MarkedOut {
        marked_count,
        conversation_id: id.0,
    }))
}

async fn retry(caller: ApiCaller, state: Data<State>, id: IdOf<MessageId>) -> Answered {
    let message = state.engine.sending.retry(&caller.actor, id.0).await?;
    Ok(Answer::one(&out(&state, message)?))
}

async fn cancel(caller: ApiCaller, state: Data<State>, id: IdOf<MessageId>) -> Answered {
    let message = state.engine.sending.cancel(&caller.actor, id.0).await?;
    Ok(Answer::one(&out(&state, message)?))
}

async fn resolve_unknown(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<MessageId>,
    body: Body<ResolveUnknownIn>,
) -> Answered {
    let sending = &state.engine.sending;
    let message = match body.0.outcome.as_str() {
        "sent" => sending.confirm(&caller.actor, id.0).await?,
        "resend" => sending.resend(&caller.actor, id.0).await?,
        _ => return Err(Rejection::field("outcome", "must be sent or resend").into()),
    };
    Ok(Answer::one(&out(&state, message)?))
}
