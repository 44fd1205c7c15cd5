//! The envelope of every webhook: entries, and in them changes or messages. meta section 7.

use serde_json::Value;

use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::ParseError;
use crate::channels::node::Node;
use crate::model::rejection::Rejection;

/// A webhook of one of the vendor's products.
#[derive(Debug)]
pub struct Envelope(Value);

/// One entry: what happened to one account.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a>(Node<'a>);

impl Envelope {
    /// Reads the body. One that is about another product than `object` has no entries.
    ///
    /// # Errors
    /// [`ParseError::Refused`]: no JSON. The vendor sends none but JSON, so this is told to whoever
    /// sent it, and nothing is kept.
    pub fn read(hook: &Webhook, object: &str) -> Result<Self, ParseError> {
        let value: Value = serde_json::from_slice(&hook.body)
            .map_err(|_| Rejection::field("body", "must be JSON."))?;
        let is_ours = Node::of(&value).at("object").is(object);
        Ok(Self(if is_ours { value } else { Value::Null }))
    }

    /// Every entry, in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        Node::of(&self.0).at("entry").items().map(Entry)
    }
}

impl<'a> Entry<'a> {
    /// The account it is about: a page, an Instagram account, a WhatsApp business account.
    #[must_use]
    pub fn account(self) -> String {
        self.0.word("id").unwrap_or_default()
    }

    /// When it happened.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        self.0.at("time").moment()
    }

    /// Changes: the name of the field, and what it holds.
    pub fn changes(self) -> impl Iterator<Item = (String, Node<'a>)> {
        self.0
            .at("changes")
            .items()
            .map(|change| (change.word("field").unwrap_or_default(), change.at("value")))
    }

    /// What people did while the conversation is ours.
    pub fn messaging(self) -> impl Iterator<Item = Node<'a>> {
        self.0.at("messaging").items()
    }

    /// What people did while the conversation is another app's.
    pub fn standby(self) -> impl Iterator<Item = Node<'a>> {
        self.0.at("standby").items()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::http::Headers;
    use crate::base::http::Method;

    fn hook(body: &str) -> Webhook {
        Webhook {
            method: Method::Post,
            headers: Headers::default(),
            query: String::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn every_entry_and_every_element_is_read() {
        let body = r#"{"object":"page","entry":[{"id":1,"messaging":[{},{}]},{"id":"2","changes":[{"field":"feed","value":{}}]},7]}"#;
        let envelope = Envelope::read(&hook(body), "page").ok();
        let found: Vec<_> = envelope
            .iter()
            .flat_map(Envelope::entries)
            .map(|entry| {
                let counts = (entry.messaging().count(), entry.changes().count());
                (entry.account(), counts)
            })
            .collect();
        let expected = [("1", (2, 0)), ("2", (0, 1)), ("", (0, 0))];
        assert_eq!(found, expected.map(|(id, counts)| (id.to_owned(), counts)));
    }

    #[test]
    fn another_product_is_empty_and_no_json_is_refused() {
        let other = Envelope::read(&hook(r#"{"object":"user","entry":[{"id":"1"}]}"#), "page");
        assert_eq!(
            other.ok().map(|envelope| envelope.entries().count()),
            Some(0)
        );
        let broken = Envelope::read(&hook("{"), "page");
        assert!(matches!(broken, Err(ParseError::Refused(_))));
    }
}
