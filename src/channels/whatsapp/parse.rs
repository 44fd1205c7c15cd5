//! Webhooks of a WhatsApp business account into facts. whatsapp.md section 3.

use crate::base::http::Webhook;
use crate::channels::ParseError;
use crate::channels::meta::envelope::Envelope;
use crate::channels::node::Node;
use crate::channels::whatsapp::notices;
use crate::channels::whatsapp::people;
use crate::channels::whatsapp::people::People;
use crate::channels::whatsapp::receipts;
use crate::channels::whatsapp::said;
use crate::channels::whatsapp::said::Said;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::inbound::Echo;
use crate::model::inbound::InboundDelete;
use crate::model::inbound::InboundEdit;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundReaction;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Past;
use crate::model::message::Delivery;
use crate::model::outbound::Account;
use crate::model::outbound::Switch;

const OBJECT: &str = "whatsapp_business_account";

/// Reads what a webhook says about this account. One address may serve several numbers of an app:
/// what is about another number is left out.
///
/// # Errors
/// [`ParseError::Refused`]: no JSON.
pub fn read(account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
    let envelope = Envelope::read(hook, OBJECT)?;
    let mut events = Vec::new();
    for entry in envelope.entries() {
        let business = entry.account();
        for (field, value) in entry.changes() {
            let place = Place {
                account,
                business: &business,
                value,
            };
            if place.is_ours(&field) {
                events.extend(place.read(&field));
            }
        }
    }
    Ok(events)
}

/// One change of one entry.
struct Place<'a> {
    account: &'a Account,
    business: &'a str,
    value: Node<'a>,
}

/// Which way the messages of a list went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From a customer.
    In,
    /// From the business, on the phone.
    Out,
}

impl Place<'_> {
    /// What concerns a number names it; the rest concerns the business account and with it each of
    /// its numbers.
    fn is_ours(&self, field: &str) -> bool {
        let number = self.value.at("metadata").word("phone_number_id");
        match number {
            Some(number) => self.account.text("phoneNumberId") == Some(number.as_str()),
            None => {
                notices::concern_the_business(field)
                    && self.account.text("businessAccountId") == Some(self.business)
            }
        }
    }

    fn read(&self, field: &str) -> Vec<InboundEvent> {
        match field {
            "messages" => self.messages(),
            "smb_message_echoes" => self.said("message_echoes", Way::Out),
            "history" => self.history(),
            "smb_app_state_sync" => people::address_book(self.value),
            "user_preferences" => people::preferences(self.value),
            _ => notices::read(field, self.value),
        }
    }

    fn messages(&self) -> Vec<InboundEvent> {
        let mut events = self.said("messages", Way::In);
        events.extend(receipts::read(self.value));
        let has_messages = self.value.at("messages").first().is_there();
        if !has_messages {
            events.extend(self.value.at("errors").items().map(notices::error));
        }
        events
    }

    /// The messages of a list, oldest first.
    fn said(&self, list: &str, way: Way) -> Vec<InboundEvent> {
        let mut messages: Vec<_> = self.value.at(list).items().collect();
        messages.sort_by_key(|message| message.at("timestamp").moment());
        messages
            .into_iter()
            .filter(|message| self.takes(*message))
            .filter_map(|message| self.event(message, way))
            .collect()
    }

    /// Group conversations are only taken in where the account says so.
    fn takes(&self, message: Node<'_>) -> bool {
        !message.at("group_id").is_there() || self.account.is_on("groups", Switch::Off)
    }

    fn event(&self, message: Node<'_>, way: Way) -> Option<InboundEvent> {
        let id = message.word("id")?;
        let at = message.at("timestamp").moment();
        let people = People::of(self.value);
        let person = match way {
            Way::In => people.author(message),
            Way::Out => people::addressee(message),
        };
        match said::read(message, self.value) {
            Said::Message { content, metadata } => {
                let person = person?;
                let profile = match way {
                    Way::In => people.profile(message),
                    Way::Out => Opaque::new(),
                };
                let metadata = self.metadata(message, profile, &id, metadata);
                Some(self.message(message, way, id, person, content, metadata))
            }
            Said::Reaction { target, emoji } => Some(InboundEvent::Reaction(InboundReaction {
                metadata: Opaque::new(),
                external_id: id,
                from: person.filter(|_| way == Way::In)?,
                target_external_id: target,
                emoji,
            })),
            Said::Edit { target, content } => Some(InboundEvent::Edit(InboundEdit {
                metadata: Opaque::new(),
                external_id: target,
                content,
                at,
            })),
            Said::Delete { target } => Some(InboundEvent::Delete(InboundDelete {
                external_id: target,
            })),
            Said::System => people::system(message, person.as_ref()),
        }
    }

    fn message(
        &self,
        message: Node<'_>,
        way: Way,
        external_id: String,
        person: InboundSender,
        content: Content,
        mut metadata: Opaque,
    ) -> InboundEvent {
        let reply_to = said::quoted(message);
        let sent_at = message.at("timestamp").moment();
        match way {
            Way::In => InboundEvent::Message(InboundMessage {
                external_id,
                from: person,
                to: self.own_number(),
                content,
                reply_to,
                sent_at,
                metadata,
            }),
            Way::Out => {
                metadata.insert("echo".to_owned(), true.into());
                metadata.insert("source".to_owned(), "native_app".into());
                InboundEvent::Echo(Echo {
                    external_id,
                    to: person,
                    from: self.own_number(),
                    content,
                    reply_to,
                    sent_at,
                    tag: None,
                    metadata,
                    whole: None,
                })
            }
        }
    }

    fn metadata(
        &self,
        message: Node<'_>,
        profile: Opaque,
        id: &str,
        mut metadata: Opaque,
    ) -> Opaque {
        metadata.extend(profile);
        metadata.extend(said::decorations(message));
        metadata.insert("waMessageId".to_owned(), id.into());
        if let Some(number) = self.value.at("metadata").word("phone_number_id") {
            metadata.insert("phoneNumberId".to_owned(), number.into());
        }
        metadata.insert("wabaId".to_owned(), self.business.into());
        metadata
    }

    fn own_number(&self) -> String {
        let shown = self.value.at("metadata").word("display_phone_number");
        shown
            .map(|number| people::with_plus(&number))
            .unwrap_or_default()
    }

    /// Conversations from before the number was connected, oldest message first.
    fn history(&self) -> Vec<InboundEvent> {
        let mut events = Vec::new();
        for part in self.value.at("history").items() {
            events.extend(part.at("errors").items().map(notices::error));
            for thread in part.at("threads").items() {
                let with = thread.word("id").unwrap_or_default();
                events.extend(self.thread(&with, thread));
            }
        }
        let files = self.value.at("messages").items();
        events.extend(files.filter_map(|message| self.past_file(message)));
        events
    }

    /// A file of the past comes after its message, as if it were new.
    fn past_file(&self, message: Node<'_>) -> Option<InboundEvent> {
        let own = self.value.at("metadata").word("display_phone_number");
        let is_ours = own.is_some() && own == message.word("from");
        let way = if is_ours { Way::Out } else { Way::In };
        self.event(message, way)
            .map(|event| as_past(event, message))
    }

    fn thread(&self, with: &str, thread: Node<'_>) -> Vec<InboundEvent> {
        let mut messages: Vec<_> = thread.at("messages").items().collect();
        messages.sort_by_key(|message| message.at("timestamp").moment());
        messages
            .into_iter()
            .filter_map(|message| self.past(with, message))
            .collect()
    }

    fn past(&self, with: &str, message: Node<'_>) -> Option<InboundEvent> {
        let theirs = message.word("from").is_some_and(|from| from == with);
        let way = if theirs { Way::In } else { Way::Out };
        let event = match self.event(message, way) {
            None if !theirs => self.ours_without_addressee(with, message),
            found => found,
        }?;
        Some(as_past(event, message))
    }

    /// A message of ours in a thread need not say to whom: the thread does.
    fn ours_without_addressee(&self, with: &str, message: Node<'_>) -> Option<InboundEvent> {
        let mut raw = message.raw();
        raw.as_object_mut()?.insert("to".to_owned(), with.into());
        self.event(Node::of(&raw), Way::Out)
    }
}

fn as_past(event: InboundEvent, message: Node<'_>) -> InboundEvent {
    match event {
        InboundEvent::Message(message) => InboundEvent::Past(Past::Inbound(message)),
        InboundEvent::Echo(echo) => InboundEvent::Past(Past::Outbound {
            message: echo,
            state: past_state(message),
        }),
        other => other,
    }
}

fn past_state(message: Node<'_>) -> Delivery {
    match message.at("history_context").word("status").as_deref() {
        Some("READ" | "PLAYED") => Delivery::Read,
        Some("DELIVERED") => Delivery::Delivered,
        Some("ERROR") => Delivery::Failed,
        _ => Delivery::Sent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::every_fixture_parses;
    use crate::channels::meta::tests::post;
    use proptest::prelude::*;
    use serde_json::Value;
    use serde_json::json;

    fn ours() -> Account {
        let settings = json!({
            "phoneNumberId": "106540352242922",
            "businessAccountId": "102290129340398",
        });
        account(settings, &[])
    }

    #[test]
    fn every_row_of_the_document_becomes_what_it_says() {
        every_fixture_parses("whatsapp/in", &ours(), read);
    }

    /// Any JSON at all, made mostly of names the vendor uses.
    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z_]{0,12}|text|image|interactive|system|edit|history|106540352242922"
                .prop_map(Value::from),
        ];
        let name = "from|id|type|text|body|image|contacts|messages|statuses|errors|metadata|\
            phone_number_id|interactive|button_reply|edit|message|system|context|history|threads|\
            timestamp|order|product_items|reaction|state_sync|user_preferences|event";
        leaf.prop_recursive(6, 60, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::hash_map(name, inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_posted_makes_it_panic(
            field in "messages|history|smb_message_echoes|smb_app_state_sync|user_preferences|account_update",
            mut value in anything(),
            message in anything(),
        ) {
            if let Some(fields) = value.as_object_mut() {
                fields.insert("metadata".to_owned(), json!({"phone_number_id":"106540352242922"}));
                fields.insert("messages".to_owned(), json!([message]));
            }
            let body = json!({"object":OBJECT,"entry":[{"id":"102290129340398","changes":[{"field":field,"value":value}]}]});
            prop_assert!(read(&ours(), &post(&body.to_string())).is_ok());
        }
    }
}
