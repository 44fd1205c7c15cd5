//! Conversations as the API answers with them.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::inbox::list::Beside;
use crate::engine::inbox::list::Row;
use crate::engine::links::Links;
use crate::engine::people::contacts::Person;
use crate::model::conversation::ResolvedBy;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::OrganisationId;
use crate::web::api::contact_out::ContactOut;
use crate::web::api::message_out::MessageOut;
use crate::web::state::State;

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conversation)]
pub struct ConversationOut {
    /// `conv_...`
    id: ConversationId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// Where it takes place.
    channel_id: ChannelId,
    /// The kind of that channel.
    channel_type: String,
    /// With whom.
    contact_id: ContactId,
    /// The customer.
    contact: ContactOut,
    /// `open`, `pending`, `snoozed` or `resolved`.
    status: &'static str,
    /// `low`, `normal`, `high` or `urgent`.
    priority: &'static str,
    /// Who answers.
    assigned_to: Option<String>,
    /// The same, for older clients.
    assigned_agent_id: Option<String>,
    /// The same with a name.
    #[schema(value_type = Option<Object>)]
    assignee: Option<Value>,
    /// Since when.
    assigned_at: Option<Timestamp>,
    /// Which team answers.
    team_id: Option<String>,
    /// What it is about.
    subject: Option<String>,
    /// The newest message.
    last_message: Option<MessageOut>,
    /// When that was.
    last_message_at: Timestamp,
    /// When the first message came.
    first_message_at: Option<Timestamp>,
    /// Customer messages the caller has not read.
    unread_count: u32,
    /// Messages from and to the customer.
    message_count: u32,
    /// What you keep with it.
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
    /// Tags.
    tags: Vec<String>,
    /// Until when it sleeps.
    snoozed_until: Option<Timestamp>,
    /// Since when the customer waits.
    waiting_since: Option<Timestamp>,
    /// When a person first replied.
    first_reply_at: Option<Timestamp>,
    /// When it was resolved.
    resolved_at: Option<Timestamp>,
    /// When it was closed.
    closed_at: Option<Timestamp>,
    /// How it ended.
    #[schema(value_type = Option<String>)]
    resolution: Option<crate::model::conversation::Resolution>,
    /// Who ended it: `bot`, `agent` or `system`.
    resolved_by: Option<&'static str>,
    /// People of yours who take part: who answered, noted something, was named in a note, or follows
    /// it.
    participants: Vec<String>,
    /// Grows with each change.
    revision: u64,
    /// When it was opened.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl ConversationOut {
    fn new(row: Row, beside: Beside, tenant_id: OrganisationId, links: &Links) -> Self {
        let Row {
            conversation,
            contact,
            assignee,
            unread,
            ..
        } = row;
        let person = Person {
            contact,
            identities: beside.identities,
        };
        let assigned = conversation.assignee.map(|user| user.to_string());
        Self {
            id: conversation.id,
            tenant_id,
            channel_id: conversation.channel_id,
            channel_type: conversation.channel_kind.as_str().to_owned(),
            contact_id: person.contact.id,
            contact: ContactOut::new(person, tenant_id),
            status: conversation.status.name(),
            priority: conversation.priority.name(),
            assigned_agent_id: assigned.clone(),
            assigned_to: assigned,
            assignee: assignee
                .map(|user| json!({ "id": user.id, "type": "agent", "name": user.name })),
            assigned_at: conversation.assigned_at,
            team_id: conversation.team_id.map(|team| team.to_string()),
            subject: conversation.subject,
            last_message: beside
                .last
                .map(|message| MessageOut::new(message, tenant_id, links)),
            last_message_at: conversation.last_message_at,
            first_message_at: conversation.first_message_at,
            unread_count: unread,
            message_count: conversation.message_count,
            metadata: conversation.metadata,
            tags: conversation.tags,
            snoozed_until: conversation.snoozed_until,
            waiting_since: conversation.waiting_since,
            first_reply_at: conversation.first_reply_at,
            resolved_at: conversation.resolved_at,
            closed_at: conversation.closed_at,
            resolution: conversation.resolution,
            resolved_by: conversation.resolved_by.map(ResolvedBy::name),
            participants: conversation
                .participants
                .iter()
                .map(ToString::to_string)
                .collect(),
            revision: conversation.revision,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
        }
    }
}

/// A conversation as it goes out.
///
/// # Errors
/// The store's.
pub fn of(state: &State, row: Row, tenant: OrganisationId) -> Result<ConversationOut, EngineError> {
    let beside = state.engine.listing.beside(&row)?;
    let links = &state.engine.context.links;
    Ok(ConversationOut::new(row, beside, tenant, links))
}
