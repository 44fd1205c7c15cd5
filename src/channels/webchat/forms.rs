//! Forms before and instead of a conversation: their fields, and the answers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::base::phone::PhoneNumber;
use crate::channels::webchat::clean;
use crate::channels::webchat::problem::Flaw;
use crate::channels::webchat::settings::Words;
use crate::model::Opaque;
use crate::model::rejection::FieldError;
use crate::model::webchat::Claims;

/// Fields of one form, at most.
pub const FIELDS_MAX: usize = 20;

/// The longest answer, in characters.
pub const ANSWER_MAX: usize = 500;

/// The longest message of the offline form, which becomes a message like any other.
const MESSAGE_MAX: usize = clean::TEXT_MAX;

/// Nobody fills in a form faster, in milliseconds.
const HASTE_MS: u64 = 1_500;

const PATTERN_MAX: usize = 200;

/// A field of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Field {
    /// The name of the answer; `name`, `email` and `phone` belong to the contact.
    pub name: String,
    /// What the visitor reads.
    pub label: Words,
    /// What the answer looks like.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Whether there must be an answer.
    pub required: bool,
    /// An example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// The answers of a select.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// A regular expression the whole answer must fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The longest answer, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
}

/// What an answer looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of HTML")]
pub enum FieldKind {
    #[default]
    Text,
    Email,
    Tel,
    Textarea,
    Select,
    Checkbox,
    Number,
}

/// An answer of a select.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Choice {
    /// What is shown is what is sent.
    Plain(String),
    /// What is sent, and what is shown.
    Labelled {
        /// What is sent.
        value: String,
        /// What is shown.
        label: String,
    },
}

impl Choice {
    /// What is sent.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::Plain(value) | Self::Labelled { value, .. } => value,
        }
    }
}

/// Checks the fields of a form as an operator set them. `path` is where they stand.
///
/// # Errors
/// Everything that is wrong.
pub fn check(fields: &[Field], path: &str) -> Result<(), Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut say = |at: String, message: &str| {
        wrong.push(FieldError {
            field: at,
            message: message.to_owned(),
        });
    };
    if fields.len() > FIELDS_MAX {
        say(path.to_owned(), "must have at most 20 fields");
    }
    for (index, field) in fields.iter().enumerate() {
        let at = |part: &str| format!("{path}[{index}].{part}");
        if !is_name(&field.name) {
            say(
                at("name"),
                "must begin with a letter and have at most 40 letters, digits and underscores",
            );
        }
        if fields[..index].iter().any(|other| other.name == field.name) {
            say(at("name"), "is there twice");
        }
        if field.label.texts().all(|text| text.trim().is_empty()) {
            say(at("label"), "must not be empty");
        }
        if field.kind == FieldKind::Select && field.options.is_empty() {
            say(at("options"), "must not be empty");
        }
        if field
            .max_length
            .is_some_and(|max| !(1..=ANSWER_MAX).contains(&max))
        {
            say(at("maxLength"), "must be 1 to 500");
        }
        if field
            .pattern
            .as_deref()
            .is_some_and(|text| whole(text).is_none())
        {
            say(
                at("pattern"),
                "must be a regular expression without look-around",
            );
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    begins
        && name.len() <= 40
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The pattern as an expression over the whole answer. The engine takes time linear in the answer,
/// whatever the pattern.
fn whole(pattern: &str) -> Option<regex::Regex> {
    if pattern.len() > PATTERN_MAX {
        return None;
    }
    regex::RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(100_000)
        .build()
        .ok()
}

/// The fields of a form that the page itself asks, or of the widget's own, while the channel has
/// none: known by its answers alone, so each is held against what its name promises.
#[must_use]
pub fn implied(raw: &Opaque) -> Vec<Field> {
    let asked = raw.iter().filter(|(name, _)| is_name(name));
    let fields = asked.take(FIELDS_MAX).map(|(name, value)| Field {
        name: name.clone(),
        kind: match (name.as_str(), value) {
            (_, Value::Bool(_)) => FieldKind::Checkbox,
            ("email", _) => FieldKind::Email,
            ("phone", _) => FieldKind::Tel,
            _ => FieldKind::Textarea,
        },
        ..Field::default()
    });
    fields.collect()
}

/// Answers that fit their form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// Every answer by its name, cleaned; what nobody asked is dropped.
    pub fields: Opaque,
    /// Those about the person, who claims them.
    pub claims: Claims,
    /// The message, where the form asks for one.
    pub message: Option<String>,
}

/// Holds answers against the fields of a form.
///
/// # Errors
/// What is wrong with which field.
pub fn read(fields: &[Field], raw: &Opaque) -> Result<Answers, BTreeMap<String, Flaw>> {
    let mut answers = Answers::default();
    let mut flaws = BTreeMap::new();
    for field in fields {
        match answer(field, raw.get(&field.name).unwrap_or(&Value::Null)) {
            Ok(Some(value)) => answers.add(&field.name, value),
            Ok(None) => {}
            Err(flaw) => {
                flaws.insert(field.name.clone(), flaw);
            }
        }
    }
    if flaws.is_empty() {
        Ok(answers)
    } else {
        Err(flaws)
    }
}

impl Answers {
    fn add(&mut self, name: &str, value: Value) {
        if let Some(text) = value.as_str() {
            let text = Some(text.to_owned());
            match name {
                "name" => self.claims.name = text,
                "email" => self.claims.email = text.map(|mail| mail.to_lowercase()),
                "phone" => self.claims.phone = text,
                "message" => self.message = text,
                _ => {}
            }
        }
        self.fields.insert(name.to_owned(), value);
    }
}

fn answer(field: &Field, raw: &Value) -> Result<Option<Value>, Flaw> {
    if field.kind == FieldKind::Checkbox {
        return match raw {
            Value::Bool(true) => Ok(Some(Value::Bool(true))),
            Value::Bool(false) | Value::Null if field.required => Err(Flaw::Required),
            Value::Bool(false) | Value::Null => Ok(Some(Value::Bool(false))),
            _ => Err(Flaw::Invalid),
        };
    }
    let typed = match raw {
        Value::Null => None,
        Value::String(text) => clean::text(text),
        Value::Number(number) => Some(number.to_string()),
        _ => return Err(Flaw::Invalid),
    };
    let Some(text) = typed else {
        return if field.required {
            Err(Flaw::Required)
        } else {
            Ok(None)
        };
    };
    let most = match field.max_length {
        Some(max) => max,
        None if field.name == "message" => MESSAGE_MAX,
        None => ANSWER_MAX,
    };
    if text.chars().count() > most {
        return Err(Flaw::TooLong);
    }
    let one_line = field.kind == FieldKind::Textarea || !text.contains('\n');
    if one_line && fits_kind(field, &text) && fits_pattern(field, &text) {
        Ok(Some(Value::String(text)))
    } else {
        Err(Flaw::Invalid)
    }
}

fn fits_kind(field: &Field, text: &str) -> bool {
    match field.kind {
        FieldKind::Email => is_mail_address(text),
        FieldKind::Tel => is_phone(text),
        FieldKind::Select => field.options.iter().any(|choice| choice.value() == text),
        FieldKind::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        FieldKind::Text | FieldKind::Textarea | FieldKind::Checkbox => true,
    }
}

fn fits_pattern(field: &Field, text: &str) -> bool {
    let Some(pattern) = field.pattern.as_deref() else {
        return true;
    };
    // A pattern that was stored before it was checked must not lock visitors out.
    whole(pattern).is_none_or(|pattern| pattern.is_match(text))
}

/// Whether a text looks like an address of mail: something, an @ and a domain with a dot.
#[must_use]
pub fn is_mail_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let labels_fit = domain.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    });
    let local_fits = (1..=64).contains(&local.len())
        && !local
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "@<>()[],;:\\\"".contains(c));
    text.len() <= 254 && local_fits && labels_fit && domain.contains('.')
}

/// Phone numbers are taken as people write them at home, too.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let local = (5..=15).contains(&digits)
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-.()/".contains(c));
    PhoneNumber::parse(text).is_some() || local
}

/// Whether a machine seems to have filled in a form: the hidden field has an answer, or it went
/// faster than anybody types.
#[must_use]
pub fn smells_of_spam(hidden_field: &str, elapsed_ms: Option<u64>) -> bool {
    !hidden_field.is_empty() || elapsed_ms.is_some_and(|elapsed| elapsed < HASTE_MS)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn fields(json: Value) -> Vec<Field> {
        serde_json::from_value(json).unwrap()
    }

    fn opaque(json: Value) -> Opaque {
        serde_json::from_value(json).unwrap()
    }

    fn everything() -> Vec<Field> {
        fields(json!([
            {"name":"name","label":"Name","required":true,"maxLength":10},
            {"name":"email","label":"Email","type":"email"},
            {"name":"phone","label":"Phone","type":"tel"},
            {"name":"topic","label":"Topic","type":"select","options":["A",{"value":"b","label":"B"}]},
            {"name":"agree","label":"I agree","type":"checkbox","required":true},
            {"name":"size","label":"Size","type":"number"},
            {"name":"order","label":"Order","pattern":"[A-Z]{2}-\\d+"},
        ]))
    }

    #[test]
    fn answers_are_held_against_their_fields() {
        let good = json!({"name":" Ana ","email":"Ana@Example.com","phone":"(11) 98765-4321","topic":"b",
            "agree":true,"size":3,"order":"AB-12","extra":"dropped"});
        let answers = read(&everything(), &opaque(good)).unwrap();
        assert_eq!(answers.claims.name.as_deref(), Some("Ana"));
        assert_eq!(answers.claims.email.as_deref(), Some("ana@example.com"));
        assert_eq!(answers.fields.get("size"), Some(&json!("3")));
        assert!(!answers.fields.contains_key("extra"));

        let cases = [
            ("name", json!(""), Flaw::Required),
            ("name", json!("\u{200b}"), Flaw::Required),
            ("name", json!(null), Flaw::Required),
            ("name", json!("12345678901"), Flaw::TooLong),
            ("name", json!("a\nb"), Flaw::Invalid),
            ("name", json!(["x"]), Flaw::Invalid),
            ("email", json!("ana"), Flaw::Invalid),
            ("email", json!("ana@localhost"), Flaw::Invalid),
            ("phone", json!("call me"), Flaw::Invalid),
            ("topic", json!("C"), Flaw::Invalid),
            ("topic", json!("B"), Flaw::Invalid),
            ("agree", json!(false), Flaw::Required),
            ("agree", json!("yes"), Flaw::Invalid),
            ("size", json!("many"), Flaw::Invalid),
            ("size", json!("inf"), Flaw::Invalid),
            ("order", json!("ab-12"), Flaw::Invalid),
            ("order", json!("AB-12x"), Flaw::Invalid),
        ];
        for (field, value, expected) in cases {
            let mut raw = opaque(json!({"name":"Ana","agree":true}));
            raw.insert(field.to_owned(), value.clone());
            let flaws = read(&everything(), &raw).unwrap_err();
            let expected: BTreeMap<_, _> = [(field.to_owned(), expected)].into();
            assert_eq!(flaws, expected, "{field} {value}");
        }
    }

    #[test]
    fn forms_are_checked_when_they_are_set() {
        assert_eq!(check(&everything(), "preChatForm.fields"), Ok(()));
        let wrong = fields(json!([
            {"name":"1st","label":"x"},
            {"name":"a","label":" ","maxLength":501},
            {"name":"a","label":"x","type":"select"},
            {"name":"b","label":"x","pattern":"(?=x)"},
        ]));
        let at: Vec<_> = check(&wrong, "f")
            .unwrap_err()
            .into_iter()
            .map(|e| e.field)
            .collect();
        assert_eq!(
            at,
            [
                "f[0].name",
                "f[1].label",
                "f[1].maxLength",
                "f[2].name",
                "f[2].options",
                "f[3].pattern"
            ]
        );
        let many = vec![wrong[3].clone(); 21];
        assert!(
            check(&many, "f")
                .unwrap_err()
                .iter()
                .any(|e| e.field == "f")
        );
    }

    #[test]
    fn addresses_of_mail_look_like_it() {
        for good in [
            "a@b.co",
            "first.last+tag@mail.example.com",
            "jos\u{e9}@ex\u{e4}mple.de",
        ] {
            assert!(is_mail_address(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a b@c.de",
            "a@b..c",
            "a@-b.de",
            "<a@b.de>",
            "a@b.de,c@d.de",
        ] {
            assert!(!is_mail_address(bad), "{bad}");
        }
    }

    #[test]
    fn machines_give_themselves_away() {
        assert!(smells_of_spam("http://", Some(9_000)));
        assert!(smells_of_spam("", Some(1_499)));
        assert!(!smells_of_spam("", Some(1_500)));
        assert!(!smells_of_spam("", None));
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(text in "\\PC{0,60}", pattern in "\\PC{0,12}") {
            let mut form = everything();
            form[6].pattern = Some(pattern);
            let raw: Opaque = form.iter().map(|field| (field.name.clone(), json!(text))).collect();
            let _ = (check(&form, "f"), read(&form, &raw));
        }
    }
}
