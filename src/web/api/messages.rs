//! `/messages` and the messages of a conversation: reading, sending, retrying.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::base::page::Span;
use crate::engine::inbox::history::Stretch;
use crate::engine::inbox::send::Repeatable;
use crate::engine::inbox::target::Target;
use crate::engine::rules::revising::Scope;
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
const DEFAULT_ROWS: usize = 50;

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
        .patch(&["/messages/{id}"], edit)
        .says("Change a message of ours, also where the customer sees it, or a note; `metadata` is merged")
        .needs(Permission::Reply)
        .takes::<MessageIn>()
        .gives::<MessageOut>();
    routes
        .delete(&["/messages/{id}"], remove)
        .says("Delete a message here, or with `forEveryone` where the customer sees it too")
        .needs(Permission::Reply)
        .query::<DeleteQuery>();
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
    /// Only older ones than this message.
    before: Option<String>,
    /// Only newer ones than this message.
    after: Option<String>,
    /// Whether the page lies `before` the cursor, which is older, or `after` it. Without it, a page
    /// goes on the way the one before went.
    direction: Option<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct UndeliveredQuery {
    /// `failed`, or `unknown` for those of which nobody knows whether the vendor took them.
    status: String,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct DeleteQuery {
    /// Take it back from the customer too.
    for_everyone: bool,
}

/// What became of a message of unknown outcome.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResolveUnknown)]
struct ResolveUnknownIn {
    /// `sent`: it arrived. `resend`: send it once more.
    outcome: String,
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

/// Which way a list of messages is read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Older,
    Newer,
}

impl Way {
    fn named(word: &str) -> Result<Self, Rejection> {
        match word {
            "before" => Ok(Self::Older),
            "after" => Ok(Self::Newer),
            _ => Err(Rejection::field("direction", "must be before or after")),
        }
    }

    /// The part of the conversation that a request asks for.
    fn stretch(
        self,
        place: Option<MessageId>,
        query: &MessageQuery,
        span: &Span,
    ) -> Result<Stretch, Rejection> {
        let before = message_id("before", query.before.as_deref())?;
        let after = message_id("after", query.after.as_deref())?;
        let (before, after) = match self {
            Self::Older => (place.or(before), after),
            Self::Newer => (before, place.or(after)),
        };
        Ok(Stretch {
            before,
            after,
            skip: span.offset,
            limit: span.limit,
        })
    }
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ConversationId>,
    query: Query<MessageQuery>,
    asked: Asked<DEFAULT_ROWS>,
) -> Answered {
    let (query, span) = (query.0, asked.0);
    let older = format!("messages {}", id.0);
    let newer = format!("newer messages {}", id.0);
    let (place, went) = match &span.cursor {
        None => (None, Way::Older),
        Some(cursor) => match place(cursor, &older) {
            Ok(place) => (Some(place), Way::Older),
            Err(_) => (Some(self::place(cursor, &newer)?), Way::Newer),
        },
    };
    let told = query.direction.as_deref().map(Way::named).transpose()?;
    let stretch = told.unwrap_or(went).stretch(place, &query, &span)?;
    let goes_newer = stretch.after.is_some() && stretch.before.is_none();
    let histories = &state.engine.histories;
    let history = histories.of_conversation(&caller.actor, id.0, stretch)?;
    let end = if goes_newer {
        history.messages.last().map(|last| (last, &newer))
    } else {
        history.messages.first().map(|first| (first, &older))
    };
    let end = end.filter(|_| history.more);
    let next = end.map(|(message, words)| Cursor::new(message.id.bytes().to_vec(), words));
    let row = state.engine.listing.get(&caller.actor, id.0)?;
    listed(
        &state,
        history.messages.into_iter().rev(),
        next,
        Some(u64::from(row.conversation.positions)),
        &span,
    )
}

fn listed(
    state: &State,
    messages: impl Iterator<Item = Message>,
    next: Option<Cursor>,
    total: Option<u64>,
    span: &Span,
) -> Answered {
    let tenant = tenant_of(state)?;
    let links = &state.engine.context.links;
    let rows = messages.map(|message| MessageOut::new(message, tenant, links));
    let rows = rows.collect();
    Ok(Answer::list(Page { rows, next, total }, span))
}

async fn undelivered(
    caller: ApiCaller,
    state: Data<State>,
    query: Query<UndeliveredQuery>,
    asked: Asked<DEFAULT_ROWS>,
) -> Answered {
    let stands = match query.0.status.as_str() {
        "failed" => Delivery::Failed,
        "unknown" => Delivery::Unsure,
        _ => return Err(Rejection::field("status", "must be failed or unknown").into()),
    };
    let span = asked.0;
    let words = format!("messages {}", query.0.status);
    let cursor = span.cursor.as_ref();
    let before = cursor.map(|cursor| place(cursor, &words)).transpose()?;
    let histories = &state.engine.histories;
    let wanted = span.offset.saturating_add(span.limit);
    let found = histories.undelivered(&caller.actor, stands, before, wanted.saturating_add(1))?;
    let more = found.len() > wanted;
    let last = found.get(wanted.wrapping_sub(1)).filter(|_| more);
    let next = last.map(|message| Cursor::new(message.id.bytes().to_vec(), &words));
    let page = found.into_iter().skip(span.offset).take(span.limit);
    listed(&state, page, next, None, &span)
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
    let mut draft = body.draft()?;
    let (files, sending) = (&state.engine.files, &state.engine.sending);
    if sending.repeated(repeat)?.is_none() {
        files.enclose(&caller.actor, &mut draft).await?;
    }
    let sent = sending.send(&caller.actor, target, draft, repeat).await?;
    Ok(Answer::made(&out(state, sent.message)?))
}

async fn edit(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<MessageId>,
    body: Body<MessageIn>,
) -> Answered {
    let revision = body.0.revision()?;
    let revising = &state.engine.revising;
    let message = revising.edit(&caller.actor, id.0, revision).await?;
    Ok(Answer::one(&out(&state, message)?))
}

async fn remove(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<MessageId>,
    query: Query<DeleteQuery>,
) -> Answered {
    let scope = if query.0.for_everyone {
        Scope::Everyone
    } else {
        Scope::Here
    };
    let revising = &state.engine.revising;
    revising.delete(&caller.actor, id.0, scope).await?;
    Ok(Answer::done())
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
