//! Updates into facts. telegram.md section 3.

use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::ParseError;
use crate::channels::node;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::telegram::acts;
use crate::channels::telegram::chat::Chat;
use crate::channels::telegram::consent;
use crate::channels::telegram::groups;
use crate::channels::telegram::people;
use crate::channels::telegram::said;
use crate::channels::telegram::table;
use crate::channels::telegram::votes;
use crate::model::content::Content;
use crate::model::inbound::Echo;
use crate::model::inbound::InboundDelete;
use crate::model::inbound::InboundEdit;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundSender;
use crate::model::outbound::Account;
use crate::model::rejection::Rejection;

/// Reads a webhook: one update.
///
/// # Errors
/// [`ParseError::Refused`]: no update.
pub fn read(account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
    let value = node::document(&hook.body);
    let value = value.ok_or_else(|| Rejection::field("body", "must be JSON."))?;
    let root = Node::of(&value);
    if root.at("update_id").whole().is_none() {
        return Err(Rejection::field("update_id", "must be a whole number.").into());
    }
    Ok(update(account, root))
}

/// Reads an update; kinds we do not know say nothing.
#[must_use]
pub fn update(account: &Account, update: Node<'_>) -> Vec<InboundEvent> {
    let at = |name| {
        let node = update.at(name);
        node.is_there().then_some(node)
    };
    let business = table::takes_business(account);
    if let Some(message) = at("message").or_else(|| at("channel_post")) {
        return Incoming::of(account, update, message).map_or_else(Vec::new, Incoming::new_message);
    }
    if let Some(message) = at("edited_message").or_else(|| at("edited_channel_post")) {
        return Incoming::of(account, update, message).map_or_else(Vec::new, Incoming::edited);
    }
    if let Some(message) = at("business_message").filter(|_| business) {
        return Incoming::of(account, update, message).map_or_else(Vec::new, Incoming::new_message);
    }
    if let Some(message) = at("edited_business_message").filter(|_| business) {
        return Incoming::of(account, update, message).map_or_else(Vec::new, Incoming::edited);
    }
    if let Some(deleted) = at("deleted_business_messages").filter(|_| business) {
        return deletions(deleted);
    }
    if let Some(connection) = at("business_connection").filter(|_| business) {
        return acts::connection(connection);
    }
    if let Some(query) = at("callback_query") {
        return acts::pressed(account, query).into_iter().collect();
    }
    if let Some(reaction) = at("message_reaction") {
        let id = update.word("update_id").unwrap_or_default();
        return acts::reaction(reaction, &id).into_iter().collect();
    }
    if let Some(answer) = at("poll_answer") {
        let id = update.word("update_id").unwrap_or_default();
        return votes::cast(answer, &id).into_iter().collect();
    }
    if let Some(member) = at("my_chat_member") {
        return acts::membership(member).into_iter().collect();
    }
    Vec::new()
}

/// Messages that a business account or its customer took back.
fn deletions(deleted: Node<'_>) -> Vec<InboundEvent> {
    let Some(chat) = Chat::of(deleted) else {
        return Vec::new();
    };
    let ids = deleted.at("message_ids").items().filter_map(Node::text);
    ids.map(|id| {
        InboundEvent::Delete(InboundDelete {
            external_id: chat.external_id(&id),
        })
    })
    .collect()
}

/// The number of a message in its chat. Of one that goes out later the vendor has none yet: the update
/// names it.
fn number(update: Node<'_>, message: Node<'_>) -> Option<String> {
    let number = message.word("message_id")?;
    if number != "0" {
        return Some(number);
    }
    Some(format!("u{}", update.word("update_id")?))
}

/// A message that was sent where the bot sees it.
struct Incoming<'a> {
    account: &'a Account,
    message: Node<'a>,
    chat: Chat,
    id: String,
}

impl<'a> Incoming<'a> {
    /// A message that is taken in; none for one that is not meant for us, or was written by a bot.
    fn of(account: &'a Account, update: Node<'_>, message: Node<'a>) -> Option<Self> {
        let said = Self {
            account,
            message,
            chat: Chat::of(message)?,
            id: number(update, message)?,
        };
        let by_bot =
            message.at("from").at("is_bot").is_on() && !message.at("sender_chat").is_there();
        let is_ours = message.at("sender_business_bot").is_there();
        let is_copy = message.at("is_automatic_forward").is_on();
        let is_wanted = said.chat.is_private() || groups::wants(account, message);
        (!by_bot && !is_ours && !is_copy && is_wanted).then_some(said)
    }

    fn new_message(self) -> Vec<InboundEvent> {
        if let Some(moved) = self.moved() {
            return vec![moved];
        }
        let Some(mut event) = self.read(false) else {
            return Vec::new();
        };
        let follows = match &mut event {
            InboundEvent::Message(message) => consent::follows(self.account, &self.chat, message),
            _ => None,
        };
        std::iter::once(event).chain(follows).collect()
    }

    /// A message that was changed. One that we never saw is new to us.
    fn edited(self) -> Vec<InboundEvent> {
        let Some(event) = self.read(true) else {
            return Vec::new();
        };
        let (content, told) = match &event {
            InboundEvent::Message(message) => (message.content.clone(), &message.metadata),
            InboundEvent::Echo(echo) => (echo.content.clone(), &echo.metadata),
            _ => return Vec::new(),
        };
        let edit = InboundEvent::Edit(InboundEdit {
            external_id: self.external_id(),
            metadata: said::otherwise(&content, told),
            content,
            at: self.message.at("edit_date").moment(),
        });
        vec![event, edit]
    }

    /// A group that became a supergroup has another id from then on. The new group tells it too;
    /// once is enough.
    fn moved(&self) -> Option<InboundEvent> {
        let new = self.message.word("migrate_to_chat_id")?;
        Some(InboundEvent::Contact(InboundSender {
            address: new,
            name: self.message.at("chat").word("title"),
            also: vec![self.chat.address()],
            ..InboundSender::default()
        }))
    }

    fn read(&self, is_edit: bool) -> Option<InboundEvent> {
        let mut kept = Kept::default();
        let content = said::content(self.message, self.chat.is_private(), &mut kept)?;
        people::keep(&self.chat, self.message, &mut kept);
        self.decorate(&mut kept);
        kept.put("edited", is_edit.then_some(true));
        Some(if self.is_owners() {
            kept.put("echo", Some(true));
            self.echo(content, kept)
        } else {
            self.inbound(content, kept)
        })
    }

    /// Whether the owner of a business account wrote it, on the phone: in such a chat the customer
    /// has the id of the chat.
    fn is_owners(&self) -> bool {
        let from = self.message.at("from").word("id");
        self.chat.business.is_some() && from.as_deref() != Some(self.chat.id.as_str())
    }

    fn inbound(&self, content: Content, kept: Kept) -> InboundEvent {
        InboundEvent::Message(InboundMessage {
            external_id: self.external_id(),
            from: people::other_end(&self.chat, self.message),
            to: table::bot_id(self.account).to_owned(),
            content,
            reply_to: self.reply_to(),
            sent_at: self.sent_at(),
            metadata: kept.into_inner(),
        })
    }

    fn echo(&self, content: Content, kept: Kept) -> InboundEvent {
        InboundEvent::Echo(Echo {
            external_id: self.external_id(),
            to: people::other_end(&self.chat, self.message),
            from: table::bot_id(self.account).to_owned(),
            content,
            reply_to: self.reply_to(),
            sent_at: self.sent_at(),
            tag: None,
            metadata: kept.into_inner(),
            whole: None,
        })
    }

    fn external_id(&self) -> String {
        self.chat.external_id(&self.id)
    }

    fn sent_at(&self) -> Option<Timestamp> {
        self.message.at("date").moment()
    }

    /// The message it answers. In a topic every message answers its opening, which says nothing.
    fn reply_to(&self) -> Option<String> {
        let quoted = self.message.at("reply_to_message").word("message_id")?;
        let is_opening = self.chat.thread.as_deref() == Some(quoted.as_str());
        (!is_opening).then(|| self.chat.external_id(&quoted))
    }

    fn decorate(&self, kept: &mut Kept) {
        let message = self.message;
        kept.put("mediaGroupId", message.word("media_group_id"));
        kept.put("quote", message.at("quote").word("text"));
        kept.put("viaBot", message.at("via_bot").word("username"));
        kept.put("authorSignature", message.word("author_signature"));
        kept.put_raw("forwardedFrom", message.at("forward_origin"));
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
        account(
            json!({"botUsername":"acme_bot"}),
            &[("botToken", "123456789:AAFakeTokenFakeTokenFakeTokenFake00")],
        )
    }

    #[test]
    fn every_row_of_the_document_becomes_what_it_says() {
        every_fixture_parses("telegram/in", &ours(), read);
    }

    #[test]
    fn what_is_no_update_is_refused() {
        for body in ["", "[]", "{}", "{\"update_id\":\"x\"}", "<html>"] {
            assert!(read(&ours(), &post(body)).is_err(), "{body}");
        }
        assert_eq!(read(&ours(), &post("{\"update_id\":1}")), Ok(Vec::new()));
    }

    /// Any JSON at all, made mostly of names the vendor uses.
    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "/start x|[a-z_\u{e9}\u{1f600}]{0,12}|bot_command|text_mention|private|supergroup|5550001"
                .prop_map(Value::from),
        ];
        let name = "from|id|type|text|chat|message_id|date|entities|offset|length|caption|photo|\
            document|sticker|voice|file_id|location|venue|contact|dice|data|message|reply_markup|\
            inline_keyboard|new_chat_member|status|new_reaction|emoji|user|is_bot|business_connection_id";
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
            kind in "message|edited_message|channel_post|callback_query|message_reaction|poll_answer|my_chat_member|business_message|deleted_business_messages|business_connection",
            mut value in anything(),
            entities in anything(),
        ) {
            if let Some(fields) = value.as_object_mut() {
                fields.insert("chat".to_owned(), json!({"id":5_550_001,"type":"private"}));
                fields.insert("message_id".to_owned(), json!(7));
                fields.insert("entities".to_owned(), json!([entities]));
            }
            let body = json!({"update_id":1, kind:value});
            let account = account(json!({"businessMode":true}), &[("botToken", "1:x")]);
            prop_assert!(read(&account, &post(&body.to_string())).is_ok());
        }
    }
}
