//! Reading the vendor's JSON without trusting its shape.
//!
//! Fields appear, vanish and change their type between versions of the vendor's interface, and an
//! event that cannot be read must not take its neighbours along. So nothing here fails: what is not
//! there, or not what was expected, is absent.

use serde_json::Value;

use crate::base::time::Timestamp;
use crate::model::Opaque;

/// A document of JSON; none where it is none. Halves of characters, which are left where somebody cut a
/// text in two, are taken out.
#[must_use]
pub fn document(bytes: &[u8]) -> Option<Value> {
    let read = serde_json::from_slice(bytes).ok();
    read.or_else(|| {
        let text = std::str::from_utf8(bytes).ok()?;
        serde_json::from_str(&without_halves(text)?).ok()
    })
}

/// The same JSON without escapes that stand for half a character; none where there are none.
fn without_halves(text: &str) -> Option<String> {
    let unit = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(next) = text[at..].find('\\') {
        let escape = at + next;
        out.push_str(&text[at..escape]);
        let length = match (unit(escape), unit(escape + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => 0,
            (Some(_), _) => 6,
            // The sign behind it is escaped, whatever it is.
            (None, _) => 1 + text[escape + 1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&text[escape..escape + length]);
        at = escape + if length == 0 { 6 } else { length };
    }
    out.push_str(&text[at..]);
    (out.len() < text.len()).then_some(out)
}

/// Below this a number is seconds, from it on milliseconds (meta section 7).
const MILLIS_FROM: f64 = 100_000_000_000.0;

/// A place in a JSON document; it may be empty.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(Option<&'a Value>);

impl<'a> Node<'a> {
    /// The document itself.
    #[must_use]
    pub const fn of(value: &'a Value) -> Self {
        Self(Some(value))
    }

    /// A field of an object.
    #[must_use]
    pub fn at(self, name: &str) -> Self {
        Self(self.0.and_then(|value| value.get(name)))
    }

    /// The first element of a list.
    #[must_use]
    pub fn first(self) -> Self {
        Self(self.0.and_then(|value| value.get(0)))
    }

    /// The elements of a list; of anything else none.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let list = self.0.and_then(Value::as_array);
        list.into_iter().flatten().map(Self::of)
    }

    /// Whether there is anything here but null.
    #[must_use]
    pub fn is_there(self) -> bool {
        self.0.is_some_and(|value| !value.is_null())
    }

    /// A text here, or a number as text: ids are written both ways.
    #[must_use]
    pub fn text(self) -> Option<String> {
        match self.0? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A text in a field, unless it is empty.
    #[must_use]
    pub fn word(self, name: &str) -> Option<String> {
        self.at(name).text().filter(|text| !text.is_empty())
    }

    /// Whether this is that text.
    #[must_use]
    pub fn is(self, text: &str) -> bool {
        self.text().as_deref() == Some(text)
    }

    /// A number here, also when it is written as text.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        let value = self.0?;
        let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
        number.filter(|number| number.is_finite())
    }

    /// A whole number here, also when it is written as text.
    #[must_use]
    pub fn whole(self) -> Option<i64> {
        let value = self.0?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    /// Whether a switch stands on.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.0.and_then(Value::as_bool).unwrap_or(false)
    }

    /// A moment here: seconds or milliseconds, as number or text.
    #[must_use]
    pub fn moment(self) -> Option<Timestamp> {
        let number = self.number().filter(|number| *number > 0.0)?;
        let millis = if number < MILLIS_FROM {
            number * 1_000.0
        } else {
            number
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "times are far from the edges of 64 bits; anything else saturates"
        )]
        let millis = millis as i64;
        Some(Timestamp::from_millis(millis))
    }

    /// What is here, as it came.
    #[must_use]
    pub fn raw(self) -> Value {
        self.0.cloned().unwrap_or_default()
    }

    /// The object here, as it came; empty when it is none.
    #[must_use]
    pub fn object(self) -> Opaque {
        self.0
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    }
}

/// What a channel keeps with a message, built field by field: nothing is kept of what is not there.
#[derive(Debug, Clone, Default)]
pub struct Kept(Opaque);

impl Kept {
    /// Keeps a value under a name, unless there is none.
    pub fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    /// Keeps what stands at a place of the vendor's document, unless nothing does.
    pub fn put_raw(&mut self, name: &str, node: Node<'_>) {
        self.put(name, node.is_there().then(|| node.raw()));
    }

    /// All that is kept.
    #[must_use]
    pub fn into_inner(self) -> Opaque {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_there_is_absent_and_ids_are_texts_either_way() {
        let value = json!({"a":{"b":[{"id":17},{"id":"x"},null,4]},"empty":"","on":true});
        let root = Node::of(&value);
        let ids: Vec<_> = root
            .at("a")
            .at("b")
            .items()
            .map(|node| node.word("id"))
            .collect();
        assert_eq!(
            ids,
            [Some("17".to_owned()), Some("x".to_owned()), None, None]
        );
        assert_eq!(root.word("empty"), None);
        assert_eq!(root.at("empty").text(), Some(String::new()));
        assert!(!root.at("a").at("c").at("d").first().is_there());
        assert!(root.at("on").is_on() && !root.at("a").is_on());
        assert_eq!(root.at("on").object(), Opaque::new());
    }

    #[test]
    fn halves_of_characters_are_taken_out_and_nothing_else_is_changed() {
        let cases = [
            (r#"{"text":"a\ud83d\ude00b"}"#, Some("a\u{1f600}b")),
            (r#"{"text":"a\ud83d"}"#, Some("a")),
            (r#"{"text":"\ude00 b"}"#, Some(" b")),
            (r#"{"text":"\ud83d\ud83d\ude00"}"#, Some("\u{1f600}")),
            (
                r#"{"text":"\\ud83d \ud83d\n\u00e9"}"#,
                Some("\\ud83d \n\u{e9}"),
            ),
            (r#"{"text":"\ud83d"#, None),
            ("<html>", None),
            ("\\", None),
        ];
        for (text, expected) in cases {
            let found = document(text.as_bytes());
            let found = found
                .as_ref()
                .map(|value| value["text"].as_str().unwrap_or_default());
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(document(&[0xff]), None);
    }

    #[test]
    fn moments_are_seconds_or_milliseconds_in_numbers_or_texts() {
        let cases = [
            (json!("1749416383"), Some("2025-06-08T20:59:43.000Z")),
            (json!(1_731_705_721), Some("2024-11-15T21:22:01.000Z")),
            (
                json!(1_458_692_752_478_i64),
                Some("2016-03-23T00:25:52.478Z"),
            ),
            (json!("1458692752478"), Some("2016-03-23T00:25:52.478Z")),
            (json!("1527459824"), Some("2018-05-27T22:23:44.000Z")),
            (json!("soon"), None),
            (json!(0), None),
            (json!(-5), None),
            (json!({}), None),
        ];
        for (value, expected) in cases {
            let moment = Node::of(&value).moment().map(|moment| moment.to_string());
            assert_eq!(moment.as_deref(), expected, "{value}");
        }
    }
}
