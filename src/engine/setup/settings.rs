//! Settings of a channel: what a client sends, checked against the table of the channel, secrets
//! taken out and sealed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::random::Random;
use crate::model::Opaque;
use crate::model::channel::MASK;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::rejection::FieldError;

/// What a client's settings come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sorted {
    /// What is no secret; null takes a setting out.
    pub open: Opaque,
    /// New secrets by name, in clear.
    pub secrets: BTreeMap<String, String>,
}

/// Brings known settings that came in snake case to their names. What nobody here knows keeps its
/// spelling, and where both spellings came, ours counts.
pub fn respell(table: &[Setting], sent: &mut Opaque) {
    for setting in table {
        let snake = snake(setting.name);
        if snake == setting.name {
            continue;
        }
        if let Some(value) = sent.shift_remove(&snake) {
            sent.entry(setting.name).or_insert(value);
        }
    }
}

/// `allowedOrigins` as `allowed_origins`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Sorts what a client sent, already under today's names; beside it every setting whose value has the
/// wrong shape, which is left out.
pub fn sort(table: &[Setting], sent: &Opaque) -> (Sorted, Vec<FieldError>) {
    let mut sorted = Sorted::default();
    let mut wrong = Vec::new();
    for (name, value) in sent {
        let known = table.iter().find(|setting| setting.name == name);
        match known.map(|setting| setting.shape) {
            Some(Shape::Secret { .. }) => match value {
                Value::String(text) if text == MASK => {}
                Value::String(text) if !text.trim().is_empty() => {
                    sorted.secrets.insert(name.clone(), text.trim().to_owned());
                }
                Value::Null => {}
                _ => wrong.push(field(name, "must be a text")),
            },
            Some(shape) if !value.is_null() => match shaped(shape, value) {
                Ok(value) => {
                    sorted.open.insert(name.clone(), value);
                }
                Err(words) => wrong.push(field(name, &words)),
            },
            // Settings nobody here knows are kept for whoever sent them.
            _ => {
                sorted.open.insert(name.clone(), value.clone());
            }
        }
    }
    (sorted, wrong)
}

fn field(name: &str, message: &str) -> FieldError {
    FieldError {
        field: format!("config.{name}"),
        message: message.to_owned(),
    }
}

/// A value in its shape; forms send switches and numbers as text.
fn shaped(shape: Shape, value: &Value) -> Result<Value, String> {
    match (shape, value) {
        (Shape::Text | Shape::Lines, Value::String(_))
        | (Shape::Switch, Value::Bool(_))
        | (Shape::Object | Shape::DailyHours, Value::Object(_))
        | (Shape::Array | Shape::List, Value::Array(_)) => Ok(value.clone()),
        (Shape::Text, Value::Number(number)) => Ok(number.to_string().into()),
        (Shape::Text | Shape::Lines | Shape::Secret { .. }, _) => Err("must be a text".to_owned()),
        (Shape::Switch, Value::String(word)) => match word.as_str() {
            "true" | "1" | "on" => Ok(true.into()),
            "false" | "0" | "off" => Ok(false.into()),
            _ => Err("must be true or false".to_owned()),
        },
        (Shape::Switch, _) => Err("must be true or false".to_owned()),
        (Shape::Number { min, max }, value) => {
            let number = value
                .as_i64()
                .or_else(|| value.as_str().and_then(|text| text.parse().ok()));
            match number.filter(|number| (min..=max).contains(number)) {
                Some(number) => Ok(number.into()),
                None => Err(format!("must be a whole number from {min} to {max}")),
            }
        }
        (Shape::Choice(words), Value::String(word)) if words.contains(&word.as_str()) => {
            Ok(value.clone())
        }
        (Shape::Choice(words), _) => Err(format!("must be one of {}", words.join(", "))),
        (Shape::List, Value::String(text)) => {
            let lines = text
                .split(['\n', ','])
                .map(str::trim)
                .filter(|line| !line.is_empty());
            Ok(lines.map(Value::from).collect())
        }
        (Shape::List | Shape::Array, _) => Err("must be a list".to_owned()),
        (Shape::Object | Shape::DailyHours, _) => Err("must be an object".to_owned()),
    }
}

/// Secrets that a channel makes by itself and does not have yet.
pub fn generated<'a>(
    table: &'a [Setting],
    has: impl Fn(&str) -> bool + 'a,
    random: &'a Random,
) -> impl Iterator<Item = (String, String)> + 'a {
    table.iter().filter_map(move |setting| match setting.shape {
        Shape::Secret {
            generated: Some(prefix),
        } if !has(setting.name) => Some((
            setting.name.to_owned(),
            format!("{prefix}{}", random.base62(32)),
        )),
        _ => None,
    })
}

/// The settings as they may be shown: secrets masked.
#[must_use]
pub fn masked<'a>(open: &Opaque, secrets: impl Iterator<Item = &'a String>) -> Opaque {
    let mut shown = open.clone();
    for name in secrets {
        shown.insert(name.clone(), MASK.into());
    }
    shown
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    const fn setting(name: &'static str, shape: Shape) -> Setting {
        Setting::new(name, "", "", shape)
    }

    const TABLE: &[Setting] = &[
        setting(
            "token",
            Shape::Secret {
                generated: Some("wcid_"),
            },
        ),
        setting("on", Shape::Switch),
        setting("days", Shape::Number { min: 0, max: 365 }),
        setting("mode", Shape::Choice(&["off", "optional"])),
        setting("origins", Shape::List),
    ];

    fn sent(json: &str) -> Opaque {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn settings_take_their_shape_and_secrets_are_taken_out() {
        let (sorted, wrong) = sort(
            TABLE,
            &sent(
                r#"{"token":" s3cret ","on":"true","days":"30","mode":"off","origins":"a.de\nb.de","own":{"x":1}}"#,
            ),
        );
        assert_eq!(wrong, []);
        assert_eq!(
            sorted.secrets.get("token").map(String::as_str),
            Some("s3cret")
        );
        assert_eq!(
            Value::Object(sorted.open),
            serde_json::json!({"on":true,"days":30,"mode":"off","origins":["a.de","b.de"],"own":{"x":1}})
        );
    }

    #[test]
    fn known_settings_are_understood_in_snake_case() {
        let table = [
            setting("allowedOrigins", Shape::List),
            setting("on", Shape::Switch),
        ];
        let mut given = sent(r#"{"allowed_origins":["a.de"],"my_own":1,"on":true}"#);
        respell(&table, &mut given);
        assert_eq!(
            given,
            sent(r#"{"my_own":1,"on":true,"allowedOrigins":["a.de"]}"#)
        );
        let mut both = sent(r#"{"allowed_origins":["a"],"allowedOrigins":["b"]}"#);
        respell(&table, &mut both);
        assert_eq!(both, sent(r#"{"allowedOrigins":["b"]}"#));
    }

    #[test]
    fn a_mask_sent_back_changes_nothing() {
        assert_eq!(
            sort(TABLE, &sent(r#"{"token":"********"}"#)),
            (Sorted::default(), Vec::new())
        );
    }

    #[test]
    fn every_wrong_setting_is_named() {
        let (sorted, wrong) = sort(
            TABLE,
            &sent(r#"{"on":3,"days":400,"mode":"x","origins":7,"token":[]}"#),
        );
        assert_eq!(sorted, Sorted::default());
        let names: Vec<_> = wrong.into_iter().map(|field| field.field).collect();
        assert_eq!(
            names,
            [
                "config.on",
                "config.days",
                "config.mode",
                "config.origins",
                "config.token"
            ]
        );
    }

    #[test]
    fn missing_secrets_are_made() {
        let random = Random::system();
        let made: Vec<_> = generated(TABLE, |_| false, &random).collect();
        assert_eq!(made.len(), 1);
        assert!(made[0].1.starts_with("wcid_") && made[0].1.len() == 37);
        assert_eq!(generated(TABLE, |_| true, &random).count(), 0);
    }
}
