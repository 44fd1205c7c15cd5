//! What a template amounts to once it is filled in, and whether it may go out so.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::Opaque;
use crate::model::content::TemplateUse;
use crate::model::rejection::Code;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;
use crate::model::template::VendorTemplate;

/// The category that somebody may want no more of.
const MARKETING: &str = "MARKETING";

/// The topic under which that is kept with a contact.
const MARKETING_TOPIC: &str = "marketing";

/// The parts of a template whose texts carry variables, in the order in which they are shown.
const TEXTS: [&str; 3] = ["HEADER", "BODY", "FOOTER"];

/// Whether a template may be sent, filled in like this, to somebody who wants no more of
/// `opted_out`.
///
/// # Errors
/// `TEMPLATE_NOT_APPROVED`; `CONTACT_OPTED_OUT` of advertising; `VALIDATION_ERROR` for variables
/// that are missing or too many.
pub fn may_send(
    template: &VendorTemplate,
    filled: &TemplateUse,
    opted_out: &[String],
) -> Result<(), Rejection> {
    if let Some(refused) = refusal(template, opted_out) {
        return Err(refused);
    }
    for part in TEXTS {
        let Some(text) = text_of(template, part) else {
            continue;
        };
        let (wanted, given) = (variables(text).len(), values_of(filled, part).len());
        if wanted != given {
            let kind = part.to_lowercase();
            let wrong = format!("must have {wanted} values for the {kind}, and has {given}");
            return Err(Rejection::field("template.components", wrong));
        }
    }
    Ok(())
}

/// The same for a template that is kept here, of which it is known what is `wrong` with its values.
///
/// # Errors
/// `CONTACT_OPTED_OUT` of advertising; `VALIDATION_ERROR`.
pub fn may_send_own(
    template: &VendorTemplate,
    wrong: Vec<FieldError>,
    opted_out: &[String],
) -> Result<(), Rejection> {
    if let Some(refused) = refusal(template, opted_out) {
        return Err(refused);
    }
    let Some(first) = wrong.first() else {
        return Ok(());
    };
    let sentence = format!("{} {}.", first.field, first.message);
    Err(Rejection {
        fields: wrong,
        ..Rejection::new(Code::ValidationError, sentence)
    })
}

/// Why a template may not be sent to somebody who wants no more of `opted_out`, however it is filled
/// in; none where it may.
#[must_use]
pub fn refusal(template: &VendorTemplate, opted_out: &[String]) -> Option<Rejection> {
    if !template.is_usable() {
        let sentence = format!(
            "The template {} ({}) cannot be sent: the vendor has it as {}.",
            template.name, template.language, template.status
        );
        let refused = Rejection::new(Code::TemplateNotApproved, sentence);
        return Some(refused.because("template_not_approved"));
    }
    let no_more = opted_out.iter().any(|topic| topic == MARKETING_TOPIC);
    (template.category == MARKETING && no_more).then(|| {
        let sentence = "This contact wants no advertising.";
        Rejection::new(Code::ContactOptedOut, sentence)
    })
}

/// The words a customer reads: header, body and footer with their variables filled in.
#[must_use]
pub fn words(template: &VendorTemplate, filled: &TemplateUse) -> String {
    let texts = TEXTS.iter().filter_map(|part| {
        let text = text_of(template, part)?;
        Some(replaced(text, &values_of(filled, part)))
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn text_of<'t>(template: &'t VendorTemplate, part: &str) -> Option<&'t str> {
    let component = template.components.iter().find(|one| is_part(one, part))?;
    component.get("text").and_then(Value::as_str)
}

fn is_part(component: &Opaque, part: &str) -> bool {
    let kind = component.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case(part))
}

/// A variable's name, where it has one, and what stands in for it.
pub type Filling = (Option<String>, String);

fn values_of(filled: &TemplateUse, part: &str) -> Vec<Filling> {
    let component = filled.components.iter().find(|one| is_part(one, part));
    let parameters = component.and_then(|one| one.get("parameters"));
    let parameters = parameters.and_then(Value::as_array);
    let value = |parameter: &Value| {
        let name = parameter.get("parameter_name").and_then(Value::as_str);
        (name.map(str::to_owned), value_of(parameter))
    };
    parameters.into_iter().flatten().map(value).collect()
}

/// What is shown for a parameter: its text, or what vendors show where they cannot do better.
fn value_of(parameter: &Value) -> String {
    let kind = parameter
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("text");
    let held = parameter.get(kind).unwrap_or(&Value::Null);
    let text = held.as_str();
    let fallback = || held.get("fallback_value").and_then(Value::as_str);
    text.or_else(fallback).unwrap_or_default().to_owned()
}

/// The names of the variables in a text, each once: `1`, `first_name`.
#[must_use]
pub fn variables(text: &str) -> BTreeSet<&str> {
    let pieces = text.split("{{").skip(1);
    pieces
        .filter_map(|piece| piece.split_once("}}"))
        .map(|(name, _)| name.trim())
        .filter(|name| !name.is_empty())
        .collect()
}

/// A text with what stands in for its variables; those that have nothing stay.
#[must_use]
pub fn replaced(text: &str, values: &[Filling]) -> String {
    let mut pieces = text.split("{{");
    let mut words = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let Some((name, rest)) = piece.split_once("}}") else {
            words.push_str("{{");
            words.push_str(piece);
            continue;
        };
        match value_for(name.trim(), values) {
            Some(value) => words.push_str(value),
            None => words.extend(["{{", name, "}}"]),
        }
        words.push_str(rest);
    }
    words
}

fn value_for<'v>(name: &str, values: &'v [Filling]) -> Option<&'v str> {
    let named = values.iter().find(|(own, _)| own.as_deref() == Some(name));
    let by_place = || {
        let place = name.parse::<usize>().ok()?.checked_sub(1)?;
        values.get(place)
    };
    named.or_else(by_place).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use serde_json::json;

    use super::*;

    fn template(status: &str, category: &str) -> VendorTemplate {
        let components = json!([
            { "type": "HEADER", "format": "TEXT", "text": "Order {{1}}" },
            { "type": "BODY", "text": "Hi {{1}}, it costs {{2}}. Bye {{1}}" },
            { "type": "FOOTER", "text": "Reply STOP to opt out" },
            { "type": "BUTTONS", "buttons": [] },
        ]);
        VendorTemplate {
            name: "order".into(),
            language: "en".into(),
            status: status.into(),
            category: category.into(),
            components: serde_json::from_value(components).unwrap(),
            ..VendorTemplate::default()
        }
    }

    fn filled(components: Value) -> TemplateUse {
        TemplateUse {
            name: "order".into(),
            language: "en".into(),
            components: serde_json::from_value(components).unwrap(),
            ..TemplateUse::default()
        }
    }

    fn complete() -> TemplateUse {
        filled(json!([
            { "type": "header", "parameters": [{ "type": "text", "text": "#7" }] },
            { "type": "body", "parameters": [
                { "type": "text", "text": "Ana" },
                { "type": "currency", "currency": { "fallback_value": "$9", "code": "USD" } },
            ] },
        ]))
    }

    #[test]
    fn what_it_amounts_to_is_read_off_its_variables() {
        let held = template("APPROVED", "UTILITY");
        let expected = "Order #7\nHi Ana, it costs $9. Bye Ana\nReply STOP to opt out";
        assert_eq!(words(&held, &complete()), expected);
        let nothing = "Order {{1}}\nHi {{1}}, it costs {{2}}. Bye {{1}}\nReply STOP to opt out";
        assert_eq!(words(&held, &filled(json!([]))), nothing);
        let by_name = VendorTemplate {
            components: serde_json::from_value(
                json!([{ "type": "BODY", "text": "Hi {{ name }} {{open" }]),
            )
            .unwrap(),
            ..held
        };
        let named = filled(json!([{ "type": "body", "parameters": [
            { "type": "text", "parameter_name": "name", "text": "Ana" }] }]));
        assert_eq!(words(&by_name, &named), "Hi Ana {{open");
    }

    #[test]
    fn only_what_is_approved_complete_and_wanted_goes_out() {
        let marketing = ["marketing".to_owned()];
        let short = filled(json!([
            { "type": "header", "parameters": [{ "type": "text", "text": "#7" }] },
            { "type": "body", "parameters": [{ "type": "text", "text": "Ana" }] },
        ]));
        let cases = [
            (template("APPROVED", "UTILITY"), complete(), &[][..], None),
            (
                template("PAUSED", "UTILITY"),
                complete(),
                &[],
                Some(Code::TemplateNotApproved),
            ),
            (
                template("APPROVED", "MARKETING"),
                complete(),
                &marketing,
                Some(Code::ContactOptedOut),
            ),
            (
                template("APPROVED", "UTILITY"),
                complete(),
                &marketing,
                None,
            ),
            (
                template("APPROVED", "UTILITY"),
                short,
                &[],
                Some(Code::ValidationError),
            ),
        ];
        for (template, filled, opted_out, expected) in cases {
            let refused = may_send(&template, &filled, opted_out).err();
            let status = template.status;
            assert_eq!(refused.map(|refused| refused.code), expected, "{status}");
        }
    }
}
