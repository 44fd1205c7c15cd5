//! Where a conversation is held: a person, a group, a topic of a group, or a business account's
//! customer. telegram.md section 3.1.
//!
//! An address holds everything it takes to answer there: `5550001`, `-1001234:42` for topic 42 of a
//! group, `b:CONNECTION:5550001` for a customer of a connected business account.

use serde_json::Value;

use crate::channels::node::Node;

/// What the address of a business account's customer begins with.
pub const BUSINESS: &str = "b:";

/// Where a conversation is held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chat {
    /// The vendor's id of the chat.
    pub id: String,
    /// The topic of a group.
    pub thread: Option<String>,
    /// The connection to a business account.
    pub business: Option<String>,
}

impl Chat {
    /// The chat of a message.
    #[must_use]
    pub fn of(message: Node<'_>) -> Option<Self> {
        let in_topic = message.at("is_topic_message").is_on();
        Some(Self {
            id: message.at("chat").word("id")?,
            thread: message.word("message_thread_id").filter(|_| in_topic),
            business: message.word("business_connection_id"),
        })
    }

    /// The chat of an address.
    #[must_use]
    pub fn at(address: &str) -> Self {
        if let Some((connection, id)) = address
            .strip_prefix(BUSINESS)
            .and_then(|rest| rest.rsplit_once(':'))
        {
            return Self {
                id: id.to_owned(),
                thread: None,
                business: Some(connection.to_owned()),
            };
        }
        match address.split_once(':') {
            Some((id, thread)) => Self {
                id: id.to_owned(),
                thread: Some(thread.to_owned()),
                business: None,
            },
            None => Self {
                id: address.to_owned(),
                ..Self::default()
            },
        }
    }

    /// The address under which it is written to.
    #[must_use]
    pub fn address(&self) -> String {
        match (&self.business, &self.thread) {
            (Some(connection), _) => format!("{BUSINESS}{connection}:{}", self.id),
            (None, Some(thread)) => format!("{}:{thread}", self.id),
            (None, None) => self.id.clone(),
        }
    }

    /// Our name for a message in it. The vendor's number is unique within a chat alone.
    #[must_use]
    pub fn external_id(&self, message_id: &str) -> String {
        match &self.business {
            Some(connection) => format!("{BUSINESS}{connection}:{}:{message_id}", self.id),
            None => format!("{}:{message_id}", self.id),
        }
    }

    /// Whether one person is at the other end.
    #[must_use]
    pub fn is_private(&self) -> bool {
        !self.id.starts_with('-') && !self.id.starts_with('@')
    }

    /// The id as the vendor takes it: a number, or the name of a public channel.
    #[must_use]
    pub fn id_value(&self) -> Value {
        number_or_text(&self.id)
    }
}

/// The number of a message in its chat, as the vendor takes it.
#[must_use]
pub fn message_number(external_id: &str) -> Option<i64> {
    external_id.rsplit(':').next()?.parse().ok()
}

/// A number where the text is one.
#[must_use]
pub fn number_or_text(text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(number) => number.into(),
        Err(_) => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_leads_back_to_its_chat() {
        let cases = [
            (
                json!({"chat":{"id":5_550_001}}),
                "5550001",
                "5550001:77",
                true,
            ),
            (
                json!({"chat":{"id":-100_123}}),
                "-100123",
                "-100123:77",
                false,
            ),
            (
                json!({"chat":{"id":-100_123},"message_thread_id":42,"is_topic_message":true}),
                "-100123:42",
                "-100123:77",
                false,
            ),
            (
                json!({"chat":{"id":-100_123},"message_thread_id":42}),
                "-100123",
                "-100123:77",
                false,
            ),
            (
                json!({"chat":{"id":5_550_001},"business_connection_id":"AbC-_1"}),
                "b:AbC-_1:5550001",
                "b:AbC-_1:5550001:77",
                true,
            ),
        ];
        for (message, address, external_id, is_private) in cases {
            let chat = Chat::of(Node::of(&message)).unwrap_or_default();
            assert_eq!(chat.address(), address);
            assert_eq!(Chat::at(address), chat);
            assert_eq!(chat.external_id("77"), external_id);
            assert_eq!(message_number(external_id), Some(77));
            assert_eq!(chat.is_private(), is_private, "{address}");
        }
        assert_eq!(Chat::of(Node::of(&json!({}))), None);
        assert_eq!(message_number("cb:x"), None);
    }
}
