//! What happened, as programs read it: an event with the present state of what it is about.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use utoipa::ToSchema;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::event::Change;
use crate::model::event::ContactMerged;
use crate::model::event::Custom;
use crate::model::event::Event;
use crate::model::event::EventRecord;
use crate::model::event::MessageStatus;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::OrganisationId;
use crate::web::api::contact_out::ContactOut;
use crate::web::api::conversation_out;
use crate::web::api::message_out::MessageOut;
use crate::web::api::wire;
use crate::web::state::State;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
pub struct EventOut {
    /// Its number in the log: gapless among all events, the same for two names of one event.
    pub seq: u64,
    /// `evt_...`: for receivers that see it more than once.
    pub id: String,
    /// What happened, such as `message.received`.
    pub r#type: String,
    /// When.
    pub timestamp: Timestamp,
    /// What it is about, as it stands now.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// Whoever reads events, and may read no more in them than elsewhere.
pub struct Eyes<'s> {
    /// Everything one may ask for.
    pub state: &'s State,
    /// Who reads.
    pub actor: &'s Actor,
    /// The organisation.
    pub tenant: OrganisationId,
}

impl Eyes<'_> {
    /// An entry of the log under each of its public names; nothing where it is about something
    /// that is gone or not for this reader.
    ///
    /// # Errors
    /// The store's.
    pub fn rows(
        &self,
        record: &EventRecord,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<EventOut>, EngineError> {
        let names = record.event.names();
        let names: Vec<(usize, &str)> = names
            .into_iter()
            .enumerate()
            .filter(|(_, name)| wanted(name))
            .collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let Some(data) = seen(self.data(&record.event))? else {
            return Ok(Vec::new());
        };
        let row = |(at, name): (usize, &str)| EventOut {
            seq: record.seq,
            // Each name is an event of its own to receivers.
            id: match at {
                0 => record.id.to_string(),
                at => format!("{}-{at}", record.id),
            },
            r#type: name.to_owned(),
            timestamp: record.at,
            data: data.clone(),
        };
        Ok(names.into_iter().map(row).collect())
    }

    /// A message as it goes out.
    ///
    /// # Errors
    /// It is gone, or not for this reader.
    pub fn message(&self, id: MessageId) -> Result<Value, EngineError> {
        let message = self.state.engine.histories.message(self.actor, id)?;
        let links = &self.state.engine.context.links;
        Ok(wire::outgoing(&MessageOut::new(
            message,
            self.tenant,
            links,
        )))
    }

    /// A conversation as it goes out.
    ///
    /// # Errors
    /// It is gone, or not for this reader.
    pub fn conversation(&self, id: ConversationId) -> Result<Value, EngineError> {
        let row = self.state.engine.listing.get(self.actor, id)?;
        Ok(wire::outgoing(&conversation_out::of(
            self.state,
            row,
            self.tenant,
        )?))
    }

    fn data(&self, event: &Event) -> Result<Value, EngineError> {
        match event {
            Event::MessageCreated(event)
            | Event::MessageUpdated(event)
            | Event::MessageDeleted(event) => {
                let message = self.message(event.message_id)?;
                let mut data = message.clone();
                data["message"] = message;
                Ok(data)
            }
            Event::MessageStatus(event) => self.status(event),
            Event::ConversationCreated(event) | Event::ConversationDeleted(event) => {
                self.about_conversation(event.conversation_id, None)
            }
            Event::ConversationChanged(event) => {
                self.about_conversation(event.conversation_id, Some(&event.change))
            }
            Event::ContactCreated(event) | Event::ContactUpdated(event) => {
                self.about_contact(event.contact_id)
            }
            Event::ContactMerged(event) => self.merged(event),
            Event::ContactDeleted(event) => Ok(json!({ "contactId": event.contact_id })),
            Event::ChannelDeleted(event) => Ok(json!({ "channelId": event.channel_id })),
            Event::ChannelCreated(event)
            | Event::ChannelUpdated(event)
            | Event::ChannelConnected(event)
            | Event::ChannelDisconnected(event)
            | Event::ChannelError(event) => self.about_channel(event.channel_id),
            Event::Custom(event) => Ok(custom(event)),
            // These have no public name, so nobody asks what they are about.
            Event::ConversationRead(_)
            | Event::UserChanged(_)
            | Event::TeamChanged(_)
            | Event::VisitorTimeline(_) => Ok(Value::Object(Map::new())),
        }
    }

    fn status(&self, event: &MessageStatus) -> Result<Value, EngineError> {
        let found = self
            .state
            .engine
            .histories
            .message(self.actor, event.message_id)?;
        Ok(wire::outgoing(&json!({
            "messageId": event.message_id,
            "conversationId": event.conversation_id,
            "contactId": found.contact_id,
            "channelId": found.channel_id,
            "status": event.status.name(),
            "direction": found.direction.name(),
            "timestamp": event.at,
            "error": found.error.map(|error| error.message),
        })))
    }

    fn about_conversation(
        &self,
        id: ConversationId,
        change: Option<&Change>,
    ) -> Result<Value, EngineError> {
        let conversation = self.conversation(id)?;
        let mut data = json!({
            "conversationId": id,
            "contactId": conversation["contactId"],
            "channelId": conversation["channelId"],
            "status": conversation["status"],
            "assignedTo": conversation["assignedTo"],
        });
        match change {
            Some(Change::Status { from, .. }) => data["previousStatus"] = from.name().into(),
            Some(Change::Assignee { from, .. }) => {
                data["previousAssignedTo"] = from.map(|user| user.to_string()).into();
            }
            _ => {}
        }
        data["conversation"] = conversation;
        Ok(wire::outgoing(&data))
    }

    fn about_contact(&self, id: ContactId) -> Result<Value, EngineError> {
        let person = self.state.engine.contacts.get(self.actor, id)?;
        let contact = wire::outgoing(&ContactOut::new(person, self.tenant));
        Ok(wire::outgoing(&json!({
            "contactId": id,
            "name": contact["name"],
            "email": contact["email"],
            "phone": contact["phone"],
            "contact": contact,
        })))
    }

    fn merged(&self, event: &ContactMerged) -> Result<Value, EngineError> {
        let mut data = self.about_contact(event.contact_id)?;
        data["mergedIds"] = json!(event.merged_ids);
        data["undone"] = event.undone.into();
        Ok(data)
    }

    fn about_channel(&self, id: ChannelId) -> Result<Value, EngineError> {
        let channel = self.state.engine.channels.get(self.actor, id)?;
        Ok(wire::outgoing(&json!({
            "channelId": id,
            "channelType": channel.kind.as_str(),
            "status": channel.state.name(),
            "error": channel.error,
        })))
    }
}

fn custom(event: &Custom) -> Value {
    wire::outgoing(&json!({
        "contactId": event.contact_id,
        "conversationId": event.conversation_id,
        "data": event.data,
    }))
}

/// What was read; nothing where it was refused, because then it is not for this reader.
///
/// # Errors
/// Ours.
pub fn seen<T>(read: Result<T, EngineError>) -> Result<Option<T>, EngineError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(EngineError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
