//! What a template may be made of.

use serde_json::Value;

use crate::sandbox::graph::Fault;
use crate::sandbox::whatsapp::check;

/// What the vendor says of a template that breaks a rule.
pub fn wrong(subcode: i64, sentence: &str) -> Fault {
    Fault::parameter("Invalid parameter")
        .within(subcode)
        .saying(sentence)
}

/// Holds the parts of a template against the vendor's rules.
///
/// # Errors
/// What the vendor would say.
pub fn check_components(components: &Value) -> Result<(), Fault> {
    let parts = components
        .as_array()
        .ok_or_else(|| check::missing("components"))?;
    let mut has_body = false;
    for part in parts {
        let text = part["text"].as_str().unwrap_or_default();
        let length = text.encode_utf16().count();
        match part["type"]
            .as_str()
            .unwrap_or_default()
            .to_ascii_uppercase()
            .as_str()
        {
            "BODY" => {
                has_body = true;
                check_body(part, text, length)?;
            }
            "HEADER" if part["format"] == "TEXT" && (length == 0 || length > 60) => {
                return Err(wrong(2_388_047, "The header has 1 to 60 characters."));
            }
            "FOOTER" if length > 60 || text.contains("{{") => {
                return Err(wrong(
                    2_388_073,
                    "The footer has up to 60 characters and no variables.",
                ));
            }
            "HEADER" | "FOOTER" => {}
            "BUTTONS" => check_buttons(&part["buttons"])?,
            other => {
                return Err(Fault::parameter(format!("Unknown component type {other}")));
            }
        }
    }
    if has_body {
        Ok(())
    } else {
        Err(wrong(2_388_047, "A template needs a body."))
    }
}

fn check_body(part: &Value, text: &str, length: usize) -> Result<(), Fault> {
    if part.get("add_security_recommendation").is_some() && text.is_empty() {
        return Ok(());
    }
    if length == 0 || length > 1_024 {
        return Err(wrong(2_388_040, "The body has 1 to 1024 characters."));
    }
    let trimmed = text.trim();
    if trimmed.starts_with("{{") || trimmed.ends_with("}}") {
        return Err(wrong(
            2_388_299,
            "Variables cannot be at the start or end of the template.",
        ));
    }
    let variables = variables(text).len();
    let words = text.split_whitespace().count();
    if variables * 2 > words {
        return Err(wrong(
            2_388_293,
            "There are too many variables for the length of the text.",
        ));
    }
    if variables > 0 && part.get("example").is_none() {
        return Err(wrong(2_388_043, "Every variable needs an example."));
    }
    Ok(())
}

fn check_buttons(buttons: &Value) -> Result<(), Fault> {
    let buttons = buttons
        .as_array()
        .ok_or_else(|| check::missing("buttons"))?;
    let count = |kind: &str| {
        buttons
            .iter()
            .filter(|button| button["type"] == kind)
            .count()
    };
    let long = buttons.iter().any(|button| {
        let text = button["text"].as_str().unwrap_or_default();
        text.encode_utf16().count() > 25
    });
    let too_many = buttons.len() > 10
        || count("URL") > 2
        || count("PHONE_NUMBER") > 1
        || count("COPY_CODE") > 1;
    if long || too_many {
        return Err(wrong(
            2_388_040,
            "There are too many buttons, or their texts are too long.",
        ));
    }
    Ok(())
}

/// The variables of a text, in order.
#[must_use]
pub fn variables(text: &str) -> Vec<String> {
    let parts = text.split("{{").skip(1);
    let names = parts.filter_map(|part| part.split_once("}}"));
    names.map(|(name, _)| name.trim().to_owned()).collect()
}
