//! Reads a JSON value into a type, and says what came along that the type does not know.
//!
//! Errors name the field by its path in the input, in words for the person who sent it. Values of a
//! query are texts; there, numbers, switches and lists are read from text.

use std::cell::RefCell;

use serde::de::DeserializeOwned;
use serde::de::DeserializeSeed;
use serde::de::Deserializer;
use serde::de::Error as _;
use serde::de::IntoDeserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_json::Map;
use serde_json::Value;

use crate::model::rejection::Rejection;
use crate::web::api::wire::wrong::Wrong;

/// Where values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A JSON body: types are exact.
    Body,
    /// A query: everything is text.
    Query,
}

/// A value that was read, and the fields that nobody asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Parsed<T> {
    /// What was read.
    pub value: T,
    /// Paths of fields that are not known here.
    pub ignored: Vec<String>,
}

/// Reads an object.
///
/// # Errors
/// `VALIDATION_ERROR` naming the field.
pub fn read<T: DeserializeOwned>(
    object: Map<String, Value>,
    origin: Origin,
) -> Result<Parsed<T>, Rejection> {
    let ignored = RefCell::new(Vec::new());
    let reader = Reader {
        value: Value::Object(object),
        path: String::new(),
        origin,
        ignored: &ignored,
    };
    let value = T::deserialize(reader).map_err(Wrong::into_rejection)?;
    Ok(Parsed {
        value,
        ignored: ignored.into_inner(),
    })
}

struct Reader<'n> {
    value: Value,
    path: String,
    origin: Origin,
    ignored: &'n RefCell<Vec<String>>,
}

impl<'n> Reader<'n> {
    fn child(&self, value: Value, path: String) -> Reader<'n> {
        Reader {
            value,
            path,
            origin: self.origin,
            ignored: self.ignored,
        }
    }

    /// A number or switch that a query holds as text.
    fn read_from_text(mut self) -> Self {
        if self.origin == Origin::Query
            && let Value::String(text) = &self.value
            && let Ok(value @ (Value::Number(_) | Value::Bool(_))) = serde_json::from_str(text)
        {
            self.value = value;
        }
        self
    }

    fn into_map<'de, V: Visitor<'de>>(
        self,
        known: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let parent = self.child(Value::Null, self.path.clone());
        let mut object = match self.value {
            Value::Object(object) => object,
            Value::Null if known.is_none() => Map::new(),
            _ => return Err(Wrong::custom("must be an object").at(&self.path)),
        };
        drop_old_names(&mut object, known.unwrap_or_default());
        visitor.visit_map(Fields {
            rest: object.into_iter(),
            current: None,
            known,
            parent,
        })
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let path = self.path.clone();
        let read = match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::String(text) => visitor.visit_string(text),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::Array(ref rows) => {
                let parent = self.child(Value::Null, self.path.clone());
                let rest = rows.clone().into_iter();
                visitor.visit_seq(Rows {
                    rest,
                    at: 0,
                    parent,
                })
            }
            Value::Object(_) => self.into_map(None, visitor),
        };
        read.map_err(|wrong| wrong.at(&path))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.into_map(Some(fields), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let path = self.path;
        let read = match self.value {
            Value::String(word) => visitor.visit_enum(word.into_deserializer()),
            Value::Object(object) => object
                .deserialize_enum(name, variants, visitor)
                .map_err(Wrong::custom),
            _ => Err(Wrong::unknown_variant("", variants)),
        };
        read.map_err(|wrong| wrong.at(&path))
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Wrong> {
        if self.origin == Origin::Query
            && let Value::String(text) = &self.value
        {
            self.value = match text.as_str() {
                "" | "1" | "true" => Value::Bool(true),
                "0" | "false" => Value::Bool(false),
                _ => return Err(Wrong::custom("must be true or false").at(&self.path)),
            };
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Wrong> {
        if self.origin == Origin::Query
            && let Value::String(text) = &self.value
        {
            let parts = text.split(',').filter(|part| !part.is_empty());
            self.value = parts.map(Value::from).collect();
        }
        if self.origin == Origin::Body && self.value.is_null() {
            self.value = Value::Array(Vec::new());
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.into_map(None, visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.read_from_text().deserialize_any(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.read_from_text().deserialize_any(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.read_from_text().deserialize_any(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.read_from_text().deserialize_any(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct identifier
    }
}

/// Names under which older clients know a field, and ours.
const OLD_NAMES: &[(&str, &str)] = &[
    ("avatar", "avatarUrl"),
    ("identities", "identifiers"),
    ("permissions", "scopes"),
    ("userId", "agentId"),
    ("channelType", "type"),
];

/// Where a field came under its old name too, ours counts: whoever sends back what was read sends
/// both.
fn drop_old_names(object: &mut Map<String, Value>, known: &[&str]) {
    for (old, ours) in OLD_NAMES {
        if known.contains(old) && known.contains(ours) && object.contains_key(*ours) {
            object.shift_remove(*old);
        }
    }
}

/// The fields of an object, one after the other.
struct Fields<'n> {
    rest: serde_json::map::IntoIter,
    current: Option<(String, Value)>,
    known: Option<&'static [&'static str]>,
    parent: Reader<'n>,
}

impl Fields<'_> {
    fn path_of(&self, key: &str) -> String {
        if self.parent.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.parent.path)
        }
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        for (key, value) in self.rest.by_ref() {
            if self
                .known
                .is_some_and(|known| !known.contains(&key.as_str()))
            {
                let path = if self.parent.path.is_empty() {
                    key
                } else {
                    format!("{}.{key}", self.parent.path)
                };
                self.parent.ignored.borrow_mut().push(path);
                continue;
            }
            self.current = Some((key.clone(), value));
            return seed.deserialize(key.into_deserializer()).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (key, value) = self.current.take().unwrap_or_default();
        let path = self.path_of(&key);
        let reader = self.parent.child(value, path.clone());
        seed.deserialize(reader).map_err(|wrong| wrong.at(&path))
    }
}

/// The rows of an array, one after the other.
struct Rows<'n> {
    rest: std::vec::IntoIter<Value>,
    at: usize,
    parent: Reader<'n>,
}

impl<'de> SeqAccess<'de> for Rows<'_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        let Some(value) = self.rest.next() else {
            return Ok(None);
        };
        let path = format!("{}[{}]", self.parent.path, self.at);
        self.at += 1;
        let reader = self.parent.child(value, path.clone());
        seed.deserialize(reader)
            .map(Some)
            .map_err(|wrong| wrong.at(&path))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Draft {
        #[serde(alias = "label")]
        name: String,
        #[serde(default)]
        size: Option<u32>,
        #[serde(default)]
        urgent: bool,
        #[serde(default)]
        tags: Vec<String>,
        #[serde(default)]
        parts: Vec<Part>,
        #[serde(default)]
        kind: Option<Kind>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Part {
        title: String,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum Kind {
        Big,
        Small,
    }

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path() {
        let cases = [
            (json!({}), "name", "is required"),
            (json!({"name": 5}), "name", "must be a text"),
            (
                json!({"name": "a", "size": -1}),
                "size",
                "must be a whole number, not negative",
            ),
            (
                json!({"name": "a", "kind": "huge"}),
                "kind",
                "must be one of big, small",
            ),
            (
                json!({"name": "a", "kind": 3}),
                "kind",
                "must be one of big, small",
            ),
            (json!({"name": "a", "tags": "x"}), "tags", "must be a list"),
            (
                json!({"name": "a", "label": "b"}),
                "name",
                "came twice, under two names",
            ),
            (
                json!({"name": "a", "parts": [{"title": "x"}, {"title": 1}]}),
                "parts[1].title",
                "must be a text",
            ),
        ];
        for (input, field, message) in cases {
            let refused = read::<Draft>(object(&input), Origin::Body).unwrap_err();
            assert_eq!(refused.fields[0].field, field, "{input}");
            assert_eq!(refused.fields[0].message, message, "{input}");
        }
    }

    #[test]
    fn null_is_an_empty_list_or_object_and_our_own_name_counts() {
        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Person {
            tags: Vec<String>,
            metadata: Map<String, Value>,
            #[serde(alias = "avatar")]
            avatar_url: String,
        }
        let input = json!({"tags": null, "metadata": null, "avatar": "old", "avatarUrl": "ours"});
        let person = read::<Person>(object(&input), Origin::Body).unwrap().value;
        assert!(person.tags.is_empty() && person.metadata.is_empty());
        assert_eq!(person.avatar_url, "ours");
    }

    #[test]
    fn unknown_fields_are_named_and_left_out() {
        let input = json!({"name": "a", "x": 1, "parts": [{"title": "t", "y": 2}]});
        let parsed = read::<Draft>(object(&input), Origin::Body).unwrap();
        assert_eq!(parsed.ignored, ["x", "parts[0].y"]);
        assert_eq!(parsed.value.parts.len(), 1);
    }

    #[test]
    fn queries_are_read_from_text() {
        let input = json!({"name": "5", "size": "7", "urgent": "", "tags": "a,b"});
        let draft = read::<Draft>(object(&input), Origin::Query).unwrap().value;
        assert_eq!(
            (draft.name.as_str(), draft.size, draft.urgent),
            ("5", Some(7), true)
        );
        assert_eq!(draft.tags, ["a", "b"]);
        let refused = read::<Draft>(
            object(&json!({"name": "", "urgent": "maybe"})),
            Origin::Query,
        );
        assert!(refused.is_err());
    }
}
