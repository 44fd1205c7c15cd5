//! Templates of our own for mails: a subject, words and HTML with variables in them. Nobody approves
//! them, so they are kept here. email.md section 7.2.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::channels::email::address::one_line;
use crate::channels::email::compose::html;
use crate::channels::meta::templates::variables::Naming;
use crate::channels::meta::templates::variables::filled;
use crate::channels::meta::templates::variables::filled_where;
use crate::channels::meta::templates::variables::names;
use crate::channels::node::Node;
use crate::channels::table::wrong as field;
use crate::model::Opaque;
use crate::model::filling::Blank;
use crate::model::filling::BlankKind;
use crate::model::filling::Filling;
use crate::model::filling::Header;
use crate::model::filling::Preview;
use crate::model::filling::TemplateTerms;
use crate::model::rejection::FieldError;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

const NAME_MAX: usize = 120;
const SUBJECT_MAX: usize = 255;
const WORDS_MAX: usize = 100_000;
const CATEGORIES: [&str; 2] = ["MARKETING", "UTILITY"];

/// What may stand in one.
pub static TERMS: TemplateTerms = TemplateTerms {
    categories: &CATEGORIES,
    headers: &["TEXT"],
    buttons: &[],
    header_max: SUBJECT_MAX,
    body_max: WORDS_MAX,
    footer_max: 0,
    html_max: WORDS_MAX,
    buttons_max: 0,
    button_max: 0,
    edits: true,
    resumes: false,
};

/// The parts of a template, and which values fill each: words and HTML share theirs.
const PARTS: [(&str, &str); 3] = [("HEADER", "header"), ("BODY", "body"), ("HTML", "body")];

/// What stands in a part; empty where there is none.
fn text_of(components: &[Opaque], part: &str) -> String {
    let is_it = |one: &&Opaque| {
        let kind = one.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case(part))
    };
    let text = components
        .iter()
        .find(is_it)
        .and_then(|one| one.get("text"));
    text.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Whether a variable is a number: then it counts within its part, and by name everywhere else.
fn is_number(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_digit())
}

/// The variables of a template, each once: the part that its value is given in, and its name.
fn variables(components: &[Opaque]) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    for (part, values) in PARTS {
        let text = text_of(components, part);
        for name in names(&text, Naming::Positional) {
            let is_known = |(known, other): &(&str, String)| {
                other == name && (*known == values || !is_number(name))
            };
            if !all.iter().any(is_known) {
                all.push((values, name.to_owned()));
            }
        }
    }
    all
}

/// Everything that is wrong with a draft, by the name of the field.
#[must_use]
pub fn check(draft: &TemplateDraft) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    if !(1..=NAME_MAX).contains(&draft.name.len()) || !draft.name.bytes().all(letters) {
        let words = "must be small letters, digits, hyphens and underscores, at most 120";
        wrong.push(field("name", words));
    }
    let language = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !(2..=20).contains(&draft.language.len()) || !draft.language.bytes().all(language) {
        wrong.push(field("language", "must look like en or pt_BR"));
    }
    if !CATEGORIES.contains(&draft.category.as_str()) {
        let words = format!("must be one of {}", CATEGORIES.join(", "));
        wrong.push(field("category", &words));
    }
    for (at, component) in draft.components.iter().enumerate() {
        wrong.extend(check_part(&format!("components[{at}]"), component));
    }
    let written = ["BODY", "HTML"].map(|part| text_of(&draft.components, part));
    if written.iter().all(|text| text.trim().is_empty()) {
        wrong.push(field("components", "must hold a body"));
    }
    wrong
}

fn check_part(path: &str, component: &Opaque) -> Option<FieldError> {
    let whole = Value::Object(component.clone());
    let part = Node::of(&whole);
    let text = part.word("text").unwrap_or_default();
    let max = match part
        .word("type")
        .unwrap_or_default()
        .to_ascii_uppercase()
        .as_str()
    {
        "HEADER" => SUBJECT_MAX,
        "BODY" | "HTML" => WORDS_MAX,
        _ => {
            let words = "must be HEADER, BODY or HTML";
            return Some(field(&format!("{path}.type"), words));
        }
    };
    let path = format!("{path}.text");
    if text.chars().count() > max {
        return Some(field(&path, &format!("must be at most {max} characters")));
    }
    let plain = |c: char| c.is_alphanumeric() || "_.-".contains(c);
    let names = names(&text, Naming::Named);
    let strange: Vec<&str> = names
        .into_iter()
        .filter(|name| name.is_empty() || !name.chars().all(plain))
        .collect();
    (!strange.is_empty()).then(|| {
        let words = format!("has variables that are no names: {}", strange.join(", "));
        field(&path, &words)
    })
}

/// A draft as it is kept.
#[must_use]
pub fn kept(draft: &TemplateDraft) -> VendorTemplate {
    VendorTemplate {
        name: draft.name.clone(),
        language: draft.language.clone(),
        category: draft.category.clone(),
        status: "APPROVED".to_owned(),
        parameter_format: draft.parameter_format.clone(),
        components: draft.components.clone(),
        ..VendorTemplate::default()
    }
}

/// What has to be filled in before a template can be sent.
#[must_use]
pub fn blanks(template: &VendorTemplate) -> Vec<Blank> {
    let all = variables(&template.components).into_iter();
    all.map(|(part, name)| Blank {
        key: format!("{part}.{name}"),
        kind: BlankKind::Text,
        example: None,
    })
    .collect()
}

/// A template with these values in its blanks.
#[must_use]
pub fn fill(template: &VendorTemplate, values: &BTreeMap<String, String>) -> Filling {
    let mut filling = Filling::default();
    let mut parts: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (part, name) in variables(&template.components) {
        let key = format!("{part}.{name}");
        let given = ["header", "body", "html"].map(|other| format!("{other}.{name}"));
        let given = given
            .iter()
            .filter(|other| !is_number(&name) || **other == key);
        let value = std::iter::once(&key).chain(given);
        let value = value
            .filter_map(|key| values.get(key))
            .map(|text| text.trim());
        match value.into_iter().find(|text| !text.is_empty()) {
            Some(text) => parts.entry(part).or_default().push(json!({
                "type": "text", "parameter_name": name, "text": text,
            })),
            None => filling.wrong.push(field(&key, "must not be empty")),
        }
    }
    filling.components = ["header", "body"]
        .into_iter()
        .filter_map(|part| Some((part, parts.remove(part)?)))
        .filter_map(|(part, parameters)| {
            let part = json!({ "type": part, "parameters": parameters });
            part.as_object().cloned()
        })
        .collect();
    filling
}

/// The values that a message brings: the part, the name, the value.
fn given(filled: &[Opaque]) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for component in filled {
        let whole = Value::Object(component.clone());
        let component = Node::of(&whole);
        let part = component.word("type").unwrap_or_default().to_lowercase();
        for (at, parameter) in component.at("parameters").items().enumerate() {
            let name = parameter.word("parameter_name");
            let name = name.unwrap_or_else(|| (at + 1).to_string());
            let text = parameter.at("text").text().unwrap_or_default();
            all.push((part.clone(), name, text));
        }
    }
    all
}

/// What is wrong with the values that a message brings: variables that the template does not know, and
/// those that have none.
#[must_use]
pub fn wrong_values(template: &VendorTemplate, filled: &[Opaque]) -> Vec<FieldError> {
    let wanted = variables(&template.components);
    let given = given(filled);
    let fits = |part: &str, name: &str, (in_part, of): (&str, &str)| {
        of == name && (in_part == part || !is_number(name))
    };
    let unknown: Vec<&str> = given
        .iter()
        .filter(|(part, name, _)| {
            let mut known = wanted.iter();
            !known.any(|(own, of)| fits(own, of, (part, name)))
        })
        .map(|(_, name, _)| name.as_str())
        .collect();
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(own, of)| {
            let mut brought = given.iter();
            !brought.any(|(part, name, _)| fits(own, of, (part, name)))
        })
        .map(|(_, name)| name.as_str())
        .collect();
    let said = |words: &str, names: &[&str]| {
        (!names.is_empty()).then(|| {
            let words = format!("{words}: {}", names.join(", "));
            field("template.components", &words)
        })
    };
    let unknown = said(
        "has values for variables that the template does not know",
        &unknown,
    );
    let missing = said("must have values for", &missing);
    unknown.into_iter().chain(missing).collect()
}

/// A template as a customer gets it. Values stand in one line in the subject, and as text in HTML.
#[must_use]
pub fn preview(template: &VendorTemplate, filled_in: &[Opaque]) -> Preview {
    let given = given(filled_in);
    let value = |part: &'static str| {
        let given = &given;
        move |name: &str| {
            let found = given
                .iter()
                .find(|(in_part, of, _)| of == name && (in_part == part || !is_number(name)));
            found.map(|(.., text)| text.clone())
        }
    };
    let components = &template.components;
    let subject = filled(&text_of(components, "HEADER"), value("header"));
    let subject = one_line(&subject);
    let (mut body, mut fills) = filled_where(&text_of(components, "BODY"), value("body"));
    let page = text_of(components, "HTML");
    let page = (!page.trim().is_empty()).then(|| {
        let in_html = value("body");
        html::safe(&filled(&page, |name| Some(html::escaped(&in_html(name)?))))
    });
    if let Some(page) = page.as_ref().filter(|_| body.trim().is_empty()) {
        body = html::words_of(page);
        fills = Vec::new();
    }
    Preview {
        header: (!subject.is_empty()).then_some(Header::Text(subject)),
        body,
        fills,
        html: page,
        ..Preview::default()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn draft(components: Value) -> TemplateDraft {
        TemplateDraft {
            name: "order".to_owned(),
            language: "en".to_owned(),
            category: "UTILITY".to_owned(),
            components: serde_json::from_value(components).unwrap(),
            ..TemplateDraft::default()
        }
    }

    fn order() -> VendorTemplate {
        kept(&draft(json!([
            { "type": "HEADER", "format": "TEXT", "text": "Order {{number}}" },
            { "type": "BODY", "text": "Hi {{name}}, {{number}} is on its way." },
            { "type": "HTML", "text": "<p title=\"{{number}}\">Hi <b>{{name}}</b></p>" },
        ])))
    }

    fn components(value: Value) -> Vec<Opaque> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_name_is_one_blank_wherever_it_stands() {
        let keys: Vec<String> = blanks(&order()).into_iter().map(|one| one.key).collect();
        assert_eq!(keys, ["header.number", "body.name"]);
        let numbers = kept(&draft(json!([
            { "type": "HEADER", "format": "TEXT", "text": "{{1}}" },
            { "type": "BODY", "text": "{{2}} {{1}}" },
        ])));
        let keys: Vec<String> = blanks(&numbers).into_iter().map(|one| one.key).collect();
        assert_eq!(keys, ["header.1", "body.1", "body.2"]);
    }

    #[test]
    fn values_are_one_line_in_the_subject_and_text_in_html() {
        let values = [
            ("body.number", "7\r\nBcc: x@y.example"),
            ("body.name", "<Ana> & \"Bo\""),
        ];
        let values = values.map(|(key, text)| (key.to_owned(), text.to_owned()));
        let filling = fill(&order(), &values.into());
        assert_eq!(filling.wrong, []);
        let seen = preview(&order(), &filling.components);
        let Some(Header::Text(subject)) = &seen.header else {
            unreachable!("it has a subject");
        };
        assert!(!subject.contains(['\r', '\n']), "{subject}");
        assert!(subject.starts_with("Order 7"), "{subject}");
        assert!(
            seen.body.starts_with("Hi <Ana> & \"Bo\", 7"),
            "{}",
            seen.body
        );
        let html = seen.html.unwrap();
        assert!(html.contains("<b>&lt;Ana&gt; &amp; \"Bo\"</b>"), "{html}");
    }

    #[test]
    fn values_nobody_asked_for_and_those_that_lack_are_named() {
        let named = |name: &str| json!({ "type": "text", "parameter_name": name, "text": "x" });
        for (given, expected) in [
            (
                json!([{ "type": "body", "parameters": [named("name"), named("number")] }]),
                vec![],
            ),
            (
                json!([{ "type": "body", "parameters": [named("name"), named("colour")] }]),
                vec![
                    "has values for variables that the template does not know: colour",
                    "must have values for: number",
                ],
            ),
            (json!([]), vec!["must have values for: number, name"]),
        ] {
            let wrong = wrong_values(&order(), &components(given.clone()));
            let told: Vec<&str> = wrong.iter().map(|one| one.message.as_str()).collect();
            assert_eq!(told, expected, "{given}");
        }
    }

    #[test]
    fn what_is_no_template_is_told_by_its_field() {
        let body = json!({ "type": "BODY", "text": "x" });
        let long = "x".repeat(SUBJECT_MAX + 1);
        for (components, expected) in [
            (json!([body]), vec![]),
            (json!([]), vec!["components"]),
            (
                json!([{ "type": "FOOTER", "text": "x" }, body]),
                vec!["components[0].type"],
            ),
            (
                json!([{ "type": "HEADER", "text": long }, body]),
                vec!["components[0].text"],
            ),
            (
                json!([{ "type": "BODY", "text": "{{a b}}" }]),
                vec!["components[0].text"],
            ),
            (json!([{ "type": "HTML", "text": "<p>x</p>" }]), vec![]),
        ] {
            let wrong = check(&draft(components.clone()));
            let told: Vec<&str> = wrong.iter().map(|one| one.field.as_str()).collect();
            assert_eq!(told, expected, "{components}");
        }
        let nameless = TemplateDraft {
            name: "sendgrid:d-1".to_owned(),
            language: "?".to_owned(),
            category: "X".to_owned(),
            ..draft(json!([body]))
        };
        let wrong = check(&nameless);
        let told: Vec<&str> = wrong.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(told, ["name", "language", "category"]);
    }

    #[test]
    fn a_template_of_html_alone_has_words_too() {
        let html = kept(&draft(
            json!([{ "type": "HTML", "text": "<p>Hi {{name}}</p>" }]),
        ));
        let filled = components(json!([{ "type": "body", "parameters":
            [{ "type": "text", "parameter_name": "name", "text": "Ana" }] }]));
        assert_eq!(preview(&html, &filled).body, "Hi Ana");
    }
}
