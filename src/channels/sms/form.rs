//! Webhooks and requests as pairs of names and values, which is how most carriers write them.

use serde_json::Value;

use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::channels::node;

/// Names and values, in the order they came.
#[derive(Debug, Clone, Default)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// What a webhook says, wherever it says it: in the query of a GET, in a form, or in a flat
    /// JSON object.
    #[must_use]
    pub fn of(hook: &Webhook) -> Self {
        if hook.method == Method::Get {
            return Self::decoded(hook.query.as_bytes());
        }
        if is_form(hook) {
            return Self::decoded(&hook.body);
        }
        match node::document(&hook.body) {
            Some(Value::Object(fields)) => Self(
                fields
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, text(&value)?)))
                    .collect(),
            ),
            _ => Self::decoded(&hook.body),
        }
    }

    /// Pairs as forms and queries write them.
    #[must_use]
    pub fn decoded(bytes: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(bytes);
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The first value under a name, unless it is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The first value under a name, empty where there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// Whether there is anything under a name, also nothing but an empty text.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Every pair.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(on) => Some(on.to_string()),
        _ => None,
    }
}

/// Whether the body is a form.
#[must_use]
pub fn is_form(hook: &Webhook) -> bool {
    hook.headers
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// A form of these pairs.
#[must_use]
pub fn encoded(pairs: &[(&str, String)]) -> Vec<u8> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish().into_bytes()
}
