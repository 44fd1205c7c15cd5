//! `/conversations` as lists: the inbox, a person's conversations, and how many there are.

use std::collections::BTreeSet;

use actix_web::web::Data;
use serde::Deserialize;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::base::page::Order;
use crate::base::page::Page;
use crate::base::page::Span;
use crate::engine::error::EngineError;
use crate::engine::inbox::list::Filter;
use crate::engine::inbox::list::Owner;
use crate::engine::inbox::list::Row;
use crate::engine::inbox::list::Sort;
use crate::engine::inbox::list::SortBy;
use crate::model::channel::ChannelKind;
use crate::model::conversation::Status;
use crate::model::ids::ContactId;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::conversation_out;
use crate::web::api::conversation_out::ConversationOut;
use crate::web::api::conversations::priority;
use crate::web::api::conversations::sought;
use crate::web::api::conversations::status;
use crate::web::api::organisation::tenant_of;
use crate::web::api::page;
use crate::web::api::page::Asked;
use crate::web::api::page::SortField;
use crate::web::api::page::SortQuery;
use crate::web::api::route::Routes;
use crate::web::api::wire::IdOf;
use crate::web::api::wire::Query;
use crate::web::error::ApiError;
use crate::web::state::State;

/// What the list can be ordered by.
const SORTS: &[SortField<SortBy>] = &[
    ("lastMessageAt", SortBy::LastMessage, Order::Descending),
    ("createdAt", SortBy::Created, Order::Descending),
    ("updatedAt", SortBy::Updated, Order::Descending),
    ("priority", SortBy::Priority, Order::Descending),
    ("waitingSince", SortBy::Waiting, Order::Ascending),
    ("unread", SortBy::Unread, Order::Descending),
];

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes
        .get(&["/conversations"], index)
        .says(
            "List conversations, by `lastMessageAt`, `createdAt` or `updatedAt`, the newest first; by \
             `priority`, by `waitingSince` or by `unread`",
        )
        .needs(Permission::ReadConversations)
        .query::<ConversationQuery>()
        .query::<SortQuery>()
        .lists::<ConversationOut>();
    routes
        .get(&["/conversations/counts"], counts)
        .says("Count conversations by status")
        .needs(Permission::ReadConversations)
        .gives::<CountsOut>();
    routes
        .get(&["/contacts/{id}/conversations"], of_contact)
        .says("List every conversation of a contact on any channel, the newest first")
        .needs(Permission::ReadConversations)
        .lists::<ConversationOut>();
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
struct ConversationQuery {
    /// `open`, `pending`, `snoozed`, `resolved`, several of them, or `all`. Without it, snoozed ones
    /// are left out.
    status: Vec<String>,
    /// On which channel.
    channel_id: Option<String>,
    /// On which kind of channel.
    channel_type: Option<String>,
    /// Given to whom; `none` for nobody.
    assigned_to: Option<String>,
    /// Given to which team.
    team_id: Option<String>,
    /// How urgent: `low`, `normal`, `high` or `urgent`.
    priority: Option<String>,
    /// With exactly this contact, on channels that are switched on.
    contact_id: Option<String>,
    /// With all these tags.
    #[serde(alias = "tag")]
    tags: Vec<String>,
    /// In the name, the subject or the newest message.
    search: Option<String>,
    /// With `contactId`: every conversation of the person on any channel, whatever the other filters
    /// say, the newest first.
    include_all_channels: bool,
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

fn filter(query: &ConversationQuery, sort: &SortQuery) -> Result<Filter, Rejection> {
    let owner = match query.assigned_to.as_deref() {
        None => Owner::Anyone,
        Some("none" | "unassigned" | "null") => Owner::Nobody,
        Some(user) => Owner::User(sought(user)),
    };
    let channel = query.channel_id.as_deref();
    let contact = query.contact_id.as_deref();
    let team = query.team_id.as_deref();
    let (by, order) = sort.read(SORTS)?;
    let words = query.search.clone();
    Ok(Filter {
        statuses: statuses(&query.status)?,
        owner,
        channel_id: channel.map(sought),
        channel_kind: query.channel_type.as_deref().map(ChannelKind::named),
        contact_id: contact.map(sought),
        team_id: team.map(sought),
        priority: query.priority.as_deref().map(priority).transpose()?,
        tags: query.tags.clone(),
        words: words.filter(|words| !words.trim().is_empty()),
        sort: Sort { by, order },
        ..Filter::default()
    })
}

/// The statuses asked for; none means all.
fn statuses(words: &[String]) -> Result<Vec<Status>, Rejection> {
    if words.is_empty() {
        return Ok(vec![Status::Open, Status::Pending, Status::Resolved]);
    }
    if words.iter().any(|word| word == "all") {
        return Ok(Vec::new());
    }
    words.iter().map(|word| status("status", word)).collect()
}

fn listed(state: &State, page: Page<Row>, span: &Span) -> Result<Answer, ApiError> {
    let Page { rows, next, total } = page;
    let tenant = tenant_of(state)?;
    let rows = rows.into_iter();
    let rows = rows.map(|row| conversation_out::of(state, row, tenant));
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::list(Page { rows, next, total }, span))
}

async fn index(
    caller: ApiCaller,
    state: Data<State>,
    query: Query<ConversationQuery>,
    sort: Query<SortQuery>,
    asked: Asked,
) -> Answered {
    let listing = &state.engine.listing;
    let filter = filter(&query.0, &sort.0)?;
    let (true, Some(contact)) = (query.0.include_all_channels, filter.contact_id) else {
        let page = listing.page(&caller.actor, &filter, &asked.0)?;
        return listed(&state, page, &asked.0);
    };
    let found = match listing.across_channels(&caller.actor, contact) {
        // As of any other filter: nobody has said anything.
        Err(EngineError::Refused(refused)) if refused.code == Code::ContactNotFound => None,
        found => Some(found?),
    };
    let (ids, rows) = match found {
        None => (Vec::new(), Vec::new()),
        Some((contact, rows)) => {
            let merged = contact.merged_ids.iter().copied();
            (std::iter::once(contact.id).chain(merged).collect(), rows)
        }
    };
    let kinds: BTreeSet<String> = rows
        .iter()
        .map(|row| row.conversation.channel_kind.to_string())
        .collect();
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let page = page::cut(rows, &asked.0, &across(contact))?;
    let across = json!({ "contactIds": ids, "channelTypes": kinds });
    Ok(listed(&state, page, &asked.0)?.meta("crossChannel", across))
}

async fn of_contact(
    caller: ApiCaller,
    state: Data<State>,
    id: IdOf<ContactId>,
    asked: Asked,
) -> Answered {
    let listing = &state.engine.listing;
    let (contact, rows) = listing.across_channels(&caller.actor, id.0)?;
    let page = page::cut(rows, &asked.0, &across(contact.id))?;
    listed(&state, page, &asked.0)
}

/// The words a cursor into the conversations of a person is bound to.
fn across(contact: ContactId) -> String {
    format!("conversations of {contact}")
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
