//! Messages as the API answers with them.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::links::Links;
use crate::model::content::Content;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::OrganisationId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::ReactionMark;
use crate::web::api::content_out;

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Message)]
pub struct MessageOut {
    /// `msg_...`
    id: MessageId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// Its conversation.
    conversation_id: ConversationId,
    /// The customer.
    contact_id: ContactId,
    /// The channel.
    channel_id: ChannelId,
    /// The kind of that channel.
    channel_type: String,
    /// `inbound` or `outbound`.
    direction: &'static str,
    /// The address it came from.
    from: String,
    /// The address it went to.
    to: String,
    /// What it says, in full.
    #[schema(value_type = Object)]
    content: Value,
    /// When it was written.
    timestamp: Timestamp,
    /// What the channel and you keep with it.
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
    /// The kind of content, for clients that know few.
    r#type: &'static str,
    /// The same, for clients that know still fewer.
    content_type: &'static str,
    /// Its words.
    text: Option<String>,
    /// `pending`, `sent`, `delivered`, `read` or `failed`.
    status: &'static str,
    /// Each state and when it was reached.
    #[schema(value_type = Vec<Object>)]
    status_history: Vec<Value>,
    /// `contact`, `agent`, `bot` or `system`.
    sender_type: &'static str,
    /// The author's id.
    sender_id: Option<String>,
    /// The author's name.
    sender_name: String,
    /// The vendor's id.
    external_id: Option<String>,
    /// When the vendor took it.
    sent_at: Option<Timestamp>,
    /// When it reached the customer.
    delivered_at: Option<Timestamp>,
    /// When the customer saw it.
    read_at: Option<Timestamp>,
    /// Why it failed.
    failed_reason: Option<String>,
    /// The message it answers.
    reply_to: Option<MessageId>,
    /// Whether it is a note among us.
    private: bool,
    /// The id your program gave it.
    client_id: Option<String>,
    /// Reactions to it.
    #[schema(value_type = Vec<Object>)]
    reactions: Vec<Value>,
    /// When it was stored.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
    /// When it came to say something else.
    edited_at: Option<Timestamp>,
    /// When it was deleted.
    deleted_at: Option<Timestamp>,
    /// Whether it was taken back from the customer too, or by the customer.
    deleted_for_everyone: bool,
}

impl MessageOut {
    /// A message as it goes out.
    #[must_use]
    pub fn new(message: Message, tenant_id: OrganisationId, links: &Links) -> Self {
        let (kind, content_type) = old_names(&message.content);
        let text = Some(message.content.words().to_owned()).filter(|text| !text.is_empty());
        let reached = |state| message.reached(state);
        Self {
            id: message.id,
            tenant_id,
            conversation_id: message.conversation_id,
            contact_id: message.contact_id,
            channel_id: message.channel_id,
            channel_type: message.channel_kind.as_str().to_owned(),
            direction: message.direction.name(),
            content: content_out::of(&message.content, links),
            timestamp: message.at,
            metadata: metadata_out(&message),
            r#type: kind,
            content_type,
            text,
            status: message.delivery.name(),
            status_history: message
                .steps
                .iter()
                .map(|step| json!({ "status": step.state.name(), "timestamp": step.at }))
                .collect(),
            sender_type: message.sender.kind.name(),
            sent_at: reached(Delivery::Sent),
            // Some vendors tell only that it was seen.
            delivered_at: reached(Delivery::Delivered).or_else(|| reached(Delivery::Read)),
            read_at: reached(Delivery::Read),
            failed_reason: failed_reason(&message),
            external_id: external_id(&message).cloned(),
            reply_to: message.reply_to,
            private: message.private,
            reactions: message.reactions.iter().map(reaction).collect(),
            created_at: message.created_at,
            updated_at: message.updated_at,
            edited_at: message.edited_at,
            deleted_at: message.deleted_at,
            deleted_for_everyone: message.deleted_for_everyone,
            from: message.from,
            to: message.to,
            sender_id: message.sender.id,
            sender_name: message.sender.name,
            client_id: message.client_id,
        }
    }
}

fn reaction(mark: &ReactionMark) -> Value {
    let mut shown = json!({ "emoji": mark.emoji, "by": mark.by.name(), "at": mark.at });
    if !mark.metadata.is_empty() {
        shown["metadata"] = Value::Object(mark.metadata.clone());
    }
    shown
}

/// Why a message failed. What waits for another try has not failed.
fn failed_reason(message: &Message) -> Option<String> {
    let error = message.error.as_ref()?;
    (message.delivery == Delivery::Failed).then(|| error.message.clone())
}

/// What is kept with a message, how it was converted for its channel, and what the vendor said.
fn metadata_out(message: &Message) -> Map<String, Value> {
    let mut metadata = message.metadata.clone();
    if let Some(error) = &message.error {
        let told = error.said.clone().unwrap_or_default();
        let said = json!({
            "reason": error.reason,
            "code": error.code(),
            "subcode": told.subcode,
            "title": told.title,
            "message": error.message,
            "details": told.details,
            "traceId": told.trace_id,
            "class": error.class().name(),
            "retryable": error.retryable,
        });
        metadata.insert("error".to_owned(), said);
    }
    if message.external_ids.len() > 1 {
        for name in ["externalIds", "partIds"] {
            metadata.insert(name.to_owned(), message.external_ids.clone().into());
        }
    }
    if message.delivery == Delivery::Unsure {
        metadata.insert("outcome".to_owned(), "unknown".into());
    }
    if let Some(next) = message.attempts.last().and_then(|attempt| attempt.next_at)
        && message.delivery == Delivery::Pending
    {
        metadata.insert("nextAttemptAt".to_owned(), next.to_string().into());
    }
    if !message.converted.is_empty() {
        metadata.insert("degradedFrom".to_owned(), message.content.kind().into());
        metadata.insert("converted".to_owned(), message.converted.clone().into());
    }
    metadata
}

/// The channels on which the last of several parts stands for the whole; elsewhere the first does.
const KNOWN_BY_THE_LAST: [&str; 3] = ["whatsapp", "facebook", "instagram"];

/// The vendor's id that stands for the whole message.
fn external_id(message: &Message) -> Option<&String> {
    let ids = &message.external_ids;
    if KNOWN_BY_THE_LAST.contains(&message.channel_kind.as_str()) {
        ids.last()
    } else {
        ids.first()
    }
}

/// The names of a kind of content in the closed lists of older clients.
const fn old_names(content: &Content) -> (&'static str, &'static str) {
    match content {
        Content::Text(_) | Content::StoryReply(_) | Content::Unsupported(_) => ("text", "text"),
        Content::Image(_) => ("image", "image"),
        Content::Video(_) => ("video", "video"),
        Content::Audio(_) => ("audio", "audio"),
        Content::Document(_) => ("document", "document"),
        Content::Sticker(_) => ("sticker", "sticker"),
        Content::Location(_) => ("location", "location"),
        Content::Contacts(_) => ("contact", "contact"),
        Content::Buttons(_) | Content::List(_) | Content::Carousel(_) | Content::Postback(_) => {
            ("interactive", "text")
        }
        Content::Template(_) => ("template", "text"),
        Content::Reaction(_) | Content::StoryMention(_) | Content::Call(_) | Content::Event(_) => {
            ("system", "text")
        }
    }
}
