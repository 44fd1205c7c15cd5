//! A form of settings, read back: what was typed into the settings as they would then be.

use serde_json::Value;

use crate::model::Opaque;
use crate::model::rejection::FieldError;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::webchat::hours;
use crate::web::dashboard::webchat::place;
use crate::web::dashboard::webchat::rows;
use crate::web::dashboard::webchat::table::EMAIL_CHANNEL;
use crate::web::dashboard::webchat::table::Entry;
use crate::web::dashboard::webchat::table::Kind;
use crate::web::dashboard::webchat::table::LANGUAGES;
use crate::web::dashboard::webchat::table::Page;
use crate::web::dashboard::webchat::table::Unit;

/// What a form says.
#[derive(Debug, Default)]
pub struct Typed {
    /// The settings as they would then be, with what is wrong as it was typed.
    pub settings: Opaque,
    /// What the form itself finds wrong.
    pub wrong: Vec<FieldError>,
}

/// Reads a page of settings over what is stored.
#[must_use]
pub fn page(page: &Page, fields: &Fields, stored: &Opaque) -> Typed {
    let mut typed = Typed {
        settings: stored.clone(),
        wrong: Vec::new(),
    };
    let by_email = fields.has(EMAIL_CHANNEL);
    for entry in page.entries() {
        match &entry.kind {
            // It was not offered.
            _ if entry.needs_email() && !by_email => {}
            Kind::Name => {}
            Kind::Rows(list) => {
                let held = place::at(stored, entry.path).and_then(Value::as_array);
                let held = held.map_or(&[][..], Vec::as_slice);
                let read = rows::read(list, entry.path, fields, held, &mut typed.wrong);
                let read =
                    Some(Value::Array(read)).filter(|rows| rows != &Value::Array(Vec::new()));
                place::put(&mut typed.settings, entry.path, read);
            }
            Kind::Hours => {
                let held = place::at(stored, entry.path);
                let read = hours::read(entry.path, fields, held, &mut typed.wrong);
                place::put(&mut typed.settings, entry.path, read);
            }
            _ => {
                let held = place::at(stored, entry.path);
                let read = value(entry, entry.path, fields, held, &mut typed.wrong);
                let read = read.filter(|value| !is_default(&entry.kind, value));
                place::put(&mut typed.settings, entry.path, read);
            }
        }
    }
    typed
}

/// What was typed into the field called `name`; none when it was left empty.
pub fn value(
    entry: &Entry,
    name: &str,
    fields: &Fields,
    held: Option<&Value>,
    wrong: &mut Vec<FieldError>,
) -> Option<Value> {
    match &entry.kind {
        Kind::Tick(_) => Some(fields.has(name).into()),
        Kind::Words(_) => words(name, fields, held),
        Kind::Number(unit) => number(unit, fields.some(name)?, held).or_else(|| {
            wrong.push(FieldError {
                field: name.to_owned(),
                message: format!("must be a number from {} to {}", unit.min, unit.max),
            });
            Some(fields.get(name).into())
        }),
        Kind::Lines => {
            Some(lines(fields.get(name))).filter(|list| list != &Value::Array(Vec::new()))
        }
        Kind::Options => options(fields.get(name)),
        Kind::Name | Kind::Rows(_) | Kind::Hours => None,
        Kind::Line | Kind::Area(_) | Kind::Colour(_) | Kind::Choice(_) | Kind::EmailChannel => {
            fields
                .some(name)
                .map(|text| text.replace("\r\n", "\n").into())
        }
    }
}

/// Whether a value is what holds anyway.
fn is_default(kind: &Kind, value: &Value) -> bool {
    match kind {
        Kind::Tick(on) => value == *on,
        Kind::Choice(choices) => choices.first().is_some_and(|(first, _)| value == *first),
        Kind::Colour(colour) => value
            .as_str()
            .is_some_and(|text| text.eq_ignore_ascii_case(colour)),
        Kind::Number(unit) => unit
            .default
            .is_some_and(|default| value == default.saturating_mul(unit.stored)),
        _ => false,
    }
}

/// A number in a person's unit as it is stored. What is shown rounded and was not touched stays.
fn number(unit: &Unit, typed: &str, held: Option<&Value>) -> Option<Value> {
    let typed = typed.replace(',', ".");
    if let Some(held) = held
        && shown(unit, held) == typed
    {
        return Some(held.clone());
    }
    let number: f64 = typed.parse().ok()?;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "compared with the bounds first, which are far from where digits are lost"
    )]
    let stored = (number >= unit.min as f64 && number <= unit.max as f64)
        .then(|| (number * unit.stored as f64).round() as u64);
    stored.map(Value::from)
}

/// A stored number in a person's unit, to two places.
#[must_use]
pub fn shown(unit: &Unit, held: &Value) -> String {
    match held.as_u64() {
        Some(number) if number % unit.stored == 0 => (number / unit.stored).to_string(),
        Some(number) => {
            let hundredths = number.saturating_mul(100) / unit.stored;
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        }
        None => held
            .as_str()
            .map_or_else(|| held.to_string(), str::to_owned),
    }
}

/// A list typed one a line.
#[must_use]
pub fn lines(typed: &str) -> Value {
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().into()
}

fn options(typed: &str) -> Option<Value> {
    let choices: Vec<Value> = typed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| match line.split_once('|') {
            Some((value, label)) => {
                serde_json::json!({ "value": value.trim(), "label": label.trim() })
            }
            None => line.into(),
        })
        .collect();
    (!choices.is_empty()).then(|| choices.into())
}

/// A text by language. Wordings in languages the form does not show stay; one alone in the default
/// language is the text for everybody.
fn words(name: &str, fields: &Fields, held: Option<&Value>) -> Option<Value> {
    let mut wordings = match held {
        Some(Value::Object(wordings)) => wordings.clone(),
        _ => Opaque::new(),
    };
    wordings.retain(|language, _| LANGUAGES.iter().all(|(known, _)| known != language));
    for (language, _) in LANGUAGES {
        if let Some(text) = fields.some(&format!("{name}.{language}")) {
            wordings.insert((*language).to_owned(), text.replace("\r\n", "\n").into());
        }
    }
    let main = fields.get(&format!("{name}.main"));
    match wordings.len() {
        0 => None,
        1 if wordings.contains_key(main) => wordings.shift_remove(main),
        _ => Some(wordings.into()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;
    use crate::web::dashboard::webchat::table;

    fn read(path: &str, body: &str, stored: Value) -> Typed {
        let stored: Opaque = serde_json::from_value(stored).unwrap();
        page(
            table::page(path).unwrap(),
            &Fields::read(body.as_bytes()),
            &stored,
        )
    }

    #[test]
    fn what_is_left_empty_or_at_its_default_is_not_stored() {
        let typed = read(
            "appearance",
            "theme.primaryColor=%230066ff&theme.size=standard&theme.position=&theme.borderRadius=12\
            &theme.headerText.main=en&theme.headerText.en=&showBranding=true&emojiPicker=true&defaultLanguage=en",
            json!({"theme":{"size":"large","headerText":"Hi","zIndex":5},"customCss":"a{}","soundEnabled":false}),
        );
        assert_eq!(typed.wrong, []);
        // What another page asks about stays.
        assert_eq!(Value::Object(typed.settings), json!({"soundEnabled":false}));
    }

    #[test]
    fn texts_are_kept_by_language() {
        let body = "theme.welcomeMessage.main=en&theme.welcomeMessage.en=Hi&theme.welcomeMessage.ar=%D9%85&emojiPicker=1&showBranding=1";
        let typed = read(
            "appearance",
            body,
            json!({"theme":{"welcomeMessage":{"ja":"J","es":"Hola"}}}),
        );
        assert_eq!(
            typed.settings["theme"]["welcomeMessage"],
            json!({"ja":"J","en":"Hi","ar":"\u{645}"})
        );
        let body = "theme.welcomeMessage.main=en&theme.welcomeMessage.en=Hi";
        assert_eq!(
            read("appearance", body, json!({})).settings["theme"]["welcomeMessage"],
            json!("Hi")
        );
    }

    #[test]
    fn numbers_are_typed_in_peoples_units() {
        let cases = [
            ("fileUpload.maxSize=2.5", json!({}), Some(json!(2_621_440))),
            ("fileUpload.maxSize=10", json!({}), None),
            (
                "fileUpload.maxSize=",
                json!({"fileUpload":{"maxSize":5}}),
                None,
            ),
            // Shown as 0.00 and not touched.
            (
                "fileUpload.maxSize=0.00",
                json!({"fileUpload":{"maxSize":5}}),
                Some(json!(5)),
            ),
        ];
        for (body, stored, expected) in cases {
            let body = format!("{body}&fileUpload.enabled=1&fileUpload.multiple=1");
            let typed = read("behaviour", &body, stored);
            assert_eq!(typed.wrong, [], "{body}");
            assert_eq!(
                place::at(&typed.settings, "fileUpload.maxSize"),
                expected.as_ref(),
                "{body}"
            );
        }
        let typed = read(
            "behaviour",
            "fileUpload.maxSize=101&sessionDuration=x",
            json!({}),
        );
        let fields: Vec<_> = typed
            .wrong
            .iter()
            .map(|wrong| wrong.field.as_str())
            .collect();
        assert_eq!(fields, ["fileUpload.maxSize", "sessionDuration"]);
        assert_eq!(typed.settings["sessionDuration"], json!("x"));
    }
}
