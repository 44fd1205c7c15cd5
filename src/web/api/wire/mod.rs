//! The spellings of the wire: both casings come in, camelCase goes out, nulls stay at home.
//!
//! Keys inside opaque maps are somebody else's and are never touched.

pub mod reader;
mod wrong;

use std::future::Future;
use std::pin::Pin;

use actix_web::FromRequest;
use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Bytes;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Map;
use serde_json::Value;

use crate::base::mime;
use crate::model::ids::Id;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::wire::reader::Origin;
use crate::web::error::ApiError;
use crate::web::limits::Class;

/// Names of maps whose keys are not ours.
const OPAQUE: [&str; 10] = [
    "metadata",
    "customFields",
    "config",
    "variables",
    "headers",
    "parameters",
    "components",
    "attributes",
    "data",
    "filters",
];

/// The largest JSON body, in bytes.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;
/// The largest of a message that is sent: ten megabytes of files may stand in it as letters.
const SEND_MAX_BYTES: usize = 14 * 1024 * 1024;

/// `custom_fields` as `customFields`.
#[must_use]
pub fn camel(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    let mut raise = false;
    for c in key.chars() {
        if c == '_' && !out.is_empty() {
            raise = true;
        } else if raise {
            out.extend(c.to_uppercase());
            raise = false;
        } else {
            out.push(c);
        }
    }
    out
}

/// Every key in camelCase, opaque maps left alone. Where both spellings of a field came, the
/// camelCase one counts.
#[must_use]
pub fn camel_keys(object: Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    for (key, value) in object {
        let name = camel(&key);
        let value = if OPAQUE.contains(&name.as_str()) {
            value
        } else {
            camel_value(value)
        };
        if name == key || !out.contains_key(&name) {
            out.insert(name, value);
        }
    }
    out
}

fn camel_value(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(camel_keys(object)),
        Value::Array(rows) => rows.into_iter().map(camel_value).collect(),
        other => other,
    }
}

/// Fields that clients look for even where there is nothing to say.
const SHOWN_EMPTY: [&str; 5] = [
    "replyTo",
    "failedReason",
    "lastChecked",
    "lastMessageReceived",
    "lastMessageSent",
];

/// A value as it goes out: without nulls but for [`SHOWN_EMPTY`], opaque maps left alone.
#[must_use]
pub fn outgoing(value: &impl Serialize) -> Value {
    // What we answer with are our own structs: texts, numbers, lists and maps with text keys.
    without_nulls(serde_json::to_value(value).unwrap_or_default())
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(
            object
                .into_iter()
                .filter(|(key, value)| !value.is_null() || SHOWN_EMPTY.contains(&key.as_str()))
                .map(|(key, value)| {
                    let opaque = OPAQUE.contains(&key.as_str()) && value.is_object();
                    let value = if opaque { value } else { without_nulls(value) };
                    (key, value)
                })
                .collect(),
        ),
        Value::Array(rows) => rows.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// Reads a text that null or an empty text clears, while absence leaves it alone: `Option<String>`
/// with `#[serde(default, deserialize_with = "clearable")]`. Null is read as the empty text.
///
/// # Errors
/// The value is no text.
pub fn clearable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(Some(text.unwrap_or_default()))
}

/// Reads a list that null clears, while absence leaves it alone. Null is read as the empty list.
///
/// # Errors
/// The value is no list of texts.
pub fn clearable_list<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    let list = Option::<Vec<String>>::deserialize(from)?;
    Ok(Some(list.unwrap_or_default()))
}

/// Fields of the input that are not known, by path; kept with the request for the answer's `meta`.
#[derive(Debug, Default)]
pub struct Ignored(pub Vec<String>);

/// A body as it came, within the limit of what it is for.
#[derive(Debug)]
pub struct Whole(pub Bytes);

impl FromRequest for Whole {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let max_bytes = match Class::of(request.method().as_str(), request.path()) {
            Class::Send => SEND_MAX_BYTES,
            _ => BODY_MAX_BYTES,
        };
        let arriving = web::Payload::from_request(request, payload).into_inner();
        Box::pin(async move {
            let broken = |_| {
                let message = "The body did not arrive whole. Send it again.";
                Rejection::new(Code::ValidationError, message)
            };
            let arriving = arriving.map_err(broken)?;
            match arriving.to_bytes_limited(max_bytes).await {
                Ok(bytes) => Ok(Self(bytes.map_err(broken)?)),
                Err(_) => Err(too_large(max_bytes).into()),
            }
        })
    }
}

fn too_large(max_bytes: usize) -> Rejection {
    let limit = max_bytes / 1024;
    let message = format!("The body is larger than the limit of {limit} KiB.");
    Rejection::new(Code::PayloadTooLarge, message)
}

/// A JSON body. An empty one is `{}`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let whole = Whole::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let Whole(bytes) = whole.await?;
            let object = object_of(&bytes).map_err(|refused| {
                if is_called_json(&request) {
                    refused
                } else {
                    let message = "Send JSON, and call it so: Content-Type: application/json.";
                    Rejection::new(Code::UnsupportedMediaType, message)
                }
            });
            let object = camel_keys(object?);
            let parsed = reader::read(object, Origin::Body)?;
            if is_strict(&request)
                && let Some(first) = parsed.ignored.first()
            {
                return Err(Rejection::field(first, "is not known").into());
            }
            request.extensions_mut().insert(Ignored(parsed.ignored));
            Ok(Self(parsed.value))
        })
    }
}

/// Whether a body is said to be JSON, or nothing is said of it. JSON is read whatever it is called.
fn is_called_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    kind.is_none_or(|kind| {
        let essence = mime::essence(kind);
        essence.is_empty() || essence == "application/json" || essence.ends_with("+json")
    })
}

fn object_of(bytes: &[u8]) -> Result<Map<String, Value>, Rejection> {
    if bytes.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Rejection::field("body", "must be a JSON object")),
        Err(error) => Err(Rejection::field("body", format!("must be JSON: {error}"))),
    }
}

fn is_strict(request: &HttpRequest) -> bool {
    query_object(request.query_string())
        .get("strict")
        .and_then(Value::as_str)
        .is_some_and(|value| matches!(value, "" | "1" | "true"))
}

/// The query.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let object = camel_keys(query_object(request.query_string()));
        let parsed = reader::read(object, Origin::Query);
        std::future::ready(parsed.map(|parsed| Self(parsed.value)).map_err(Into::into))
    }
}

/// A query as an object of texts and lists of texts: `tags[]=a&tags[]=b` and `tags=a&tags=b` are
/// lists.
fn query_object(query: &str) -> Map<String, Value> {
    let mut object = Map::new();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let name = key.strip_suffix("[]").unwrap_or(&key).to_owned();
        let value = Value::from(value.into_owned());
        match object.get_mut(&name) {
            Some(Value::Array(rows)) => rows.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None if key.ends_with("[]") => {
                object.insert(name, Value::Array(vec![value]));
            }
            None => {
                object.insert(name, value);
            }
        }
    }
    object
}

/// The id in an address such as `/contacts/{id}`.
#[derive(Debug, Clone, Copy)]
pub struct IdOf<I>(pub I);

impl<I: Id + std::str::FromStr> FromRequest for IdOf<I> {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(id_named(request, "id").map(Self).map_err(Into::into))
    }
}

/// The ids in an address such as `/conversations/{id}/messages/{inner}`.
#[derive(Debug, Clone, Copy)]
pub struct IdsOf<I, J>(pub I, pub J);

impl<I: Id + std::str::FromStr, J: Id + std::str::FromStr> FromRequest for IdsOf<I, J> {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let both =
            id_named(request, "id").and_then(|outer| Ok(Self(outer, id_named(request, "inner")?)));
        std::future::ready(both.map_err(Into::into))
    }
}

/// An id that is none is an id of nothing: 404, like one that is unknown.
fn id_named<I: Id + std::str::FromStr>(request: &HttpRequest, name: &str) -> Result<I, Rejection> {
    let text = request.match_info().query(name);
    text.parse().map_err(|_| match I::PREFIX {
        "ch" => Rejection::not_found(Code::ChannelNotFound, "channel"),
        "conv" => Rejection::not_found(Code::ConversationNotFound, "conversation"),
        "msg" => Rejection::not_found(Code::MessageNotFound, "message"),
        "contact" => Rejection::not_found(Code::ContactNotFound, "contact"),
        _ => Rejection::not_found(Code::ResourceNotFound, I::PREFIX),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use serde_json::json;

    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn keys_become_camel_case_outside_opaque_maps() {
        let cases = [
            ("custom_fields", "customFields"),
            ("name", "name"),
            ("a_b_c", "aBC"),
            ("_csrf", "_csrf"),
            ("externalId", "externalId"),
        ];
        for (given, expected) in cases {
            assert_eq!(camel(given), expected);
        }
        let given = json!({
            "first_name": "a",
            "custom_fields": {"my_key": 1},
            "rows": [{"inner_key": 1}],
            "components": [{"sub_type": "url"}],
        });
        let expected = json!({
            "firstName": "a",
            "customFields": {"my_key": 1},
            "rows": [{"innerKey": 1}],
            "components": [{"sub_type": "url"}],
        });
        assert_eq!(camel_keys(object(&given)), object(&expected));
    }

    #[test]
    fn camel_case_wins_whatever_the_order() {
        for given in [json!({"a_b": 1, "aB": 2}), json!({"aB": 2, "a_b": 1})] {
            assert_eq!(camel_keys(object(&given)), object(&json!({"aB": 2})));
        }
    }

    #[test]
    fn nulls_stay_at_home_except_in_opaque_maps() {
        let given = json!({"a": null, "b": [{"c": null}], "metadata": {"d": null}});
        let expected = json!({"b": [{}], "metadata": {"d": null}});
        assert_eq!(outgoing(&given), expected);
    }

    #[test]
    fn queries_hold_lists_in_three_spellings() {
        for query in ["tags%5B%5D=a&tags%5B%5D=b", "tags=a&tags=b"] {
            assert_eq!(query_object(query), object(&json!({"tags": ["a", "b"]})));
        }
        assert_eq!(
            query_object("tags=a,b&x"),
            object(&json!({"tags": "a,b", "x": ""}))
        );
    }

    #[test]
    fn bodies_are_objects_and_may_be_empty() {
        assert!(object_of(b"").unwrap().is_empty());
        assert!(object_of(b"  \n").unwrap().is_empty());
        assert!(object_of(b"[]").is_err());
        assert!(object_of(b"{").is_err());
    }
}
