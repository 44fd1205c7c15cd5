//! The parameters of a method, however they were sent: JSON, a form, a form with files, or the query.

use serde_json::Map;
use serde_json::Value;

use crate::base::http::HttpReply;
use crate::sandbox::call;
use crate::sandbox::call::Body;
use crate::sandbox::call::Call;
use crate::sandbox::call::Part;

/// What the vendor says when it does not do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code, which is also the status.
    pub code: u16,
    /// The sentence.
    pub description: String,
    /// Seconds to wait, where that helps.
    pub retry_after: Option<u32>,
}

impl Fault {
    /// A call that makes no sense.
    #[must_use]
    pub fn bad(sentence: &str) -> Self {
        Self {
            code: 400,
            description: format!("Bad Request: {sentence}"),
            retry_after: None,
        }
    }

    /// A call that is not allowed.
    #[must_use]
    pub fn forbidden(sentence: &str) -> Self {
        Self {
            code: 403,
            description: format!("Forbidden: {sentence}"),
            retry_after: None,
        }
    }

    /// Too many calls.
    #[must_use]
    pub fn flood(secs: u32) -> Self {
        Self {
            code: 429,
            description: format!("Too Many Requests: retry after {secs}"),
            retry_after: Some(secs),
        }
    }

    /// Something in the way.
    #[must_use]
    pub fn conflict(sentence: &str) -> Self {
        Self {
            code: 409,
            description: format!("Conflict: {sentence}"),
            retry_after: None,
        }
    }

    /// The answer that carries it.
    #[must_use]
    pub fn reply(&self) -> HttpReply {
        let mut body = serde_json::json!({
            "ok": false, "error_code": self.code, "description": self.description,
        });
        if let Some(secs) = self.retry_after {
            body["parameters"] = serde_json::json!({ "retry_after": secs });
        }
        call::json(self.code, &body)
    }
}

/// The parameters.
pub struct Params<'a> {
    given: Map<String, Value>,
    parts: &'a [Part],
}

impl<'a> Params<'a> {
    /// Reads them.
    #[must_use]
    pub fn of(call: &'a Call) -> Self {
        let mut given = Map::new();
        let mut add = |pairs: Vec<(String, String)>| {
            for (name, value) in pairs {
                given.insert(name, Value::String(value));
            }
        };
        add(call::pairs(call.query.as_bytes()));
        let mut parts: &[Part] = &[];
        match &call.body {
            Body::Form(all) => {
                let texts = all.iter().filter(|part| part.filename.is_none());
                add(texts.map(|part| (part.name.clone(), part.text())).collect());
                parts = all;
            }
            Body::Bytes(_) if call.is_urlencoded() => add(call.fields()),
            Body::Bytes(_) => given.extend(call.json().unwrap_or_default()),
        }
        Self { given, parts }
    }

    /// A text; numbers count as their digits.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        match self.given.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// A whole number.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    /// A number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.text(name)?.trim().parse().ok()
    }

    /// Yes or no; no where nothing is said.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.text(name)
            .is_some_and(|text| text == "true" || text == "1")
    }

    /// An object or a list; in forms they are texts of JSON.
    #[must_use]
    pub fn nested(&self, name: &str) -> Option<Value> {
        match self.given.get(name)? {
            Value::Null => None,
            Value::String(text) => serde_json::from_str(text).ok(),
            other => Some(other.clone()),
        }
    }

    /// A file of the form.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&'a Part> {
        self.parts
            .iter()
            .find(|part| part.name == name && part.filename.is_some())
    }
}
