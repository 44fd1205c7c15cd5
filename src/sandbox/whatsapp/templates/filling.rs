//! A template with its values, as it is sent.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::chat::Body;
use crate::sandbox::chat::Choice;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph::Fault;
use crate::sandbox::whatsapp::check;
use crate::sandbox::whatsapp::check::Shown;
use crate::sandbox::whatsapp::media;
use crate::sandbox::whatsapp::templates::all;
use crate::sandbox::whatsapp::templates::rules::variables;
use crate::sandbox::whatsapp::templates::status;

/// A template filled in: what it shows, and its category as it is billed.
///
/// # Errors
/// It does not exist, may not be used, or its variables do not fit.
pub fn filled(desk: &Desk<'_>, asked: &Map<String, Value>) -> Result<(Shown, String), Fault> {
    let name = check::text(asked, "name", 512)?;
    let code = asked
        .get("language")
        .and_then(|language| language.get("code"));
    let code = code
        .and_then(Value::as_str)
        .ok_or_else(|| check::missing("language"))?;
    let unknown = || {
        Fault::new(
            404,
            132_001,
            "Template name does not exist in the translation",
        )
        .because(format!("template name ({name}) does not exist in {code}"))
    };
    let mut known = all(desk);
    let template = known.find(|known| known["name"] == name && known["language"] == code);
    let template = template.ok_or_else(unknown)?;
    match status(desk, template) {
        "APPROVED" => {}
        "PAUSED" => return Err(Fault::new(400, 132_015, "Template is Paused")),
        _ => return Err(unknown()),
    }
    let given = asked.get("components").and_then(Value::as_array);
    let given = given.map_or(&[][..], Vec::as_slice);
    let is_nameless = |one: &Value| one["type"] == "button" && one["sub_type"].is_null();
    if given.iter().any(is_nameless) {
        return Err(check::missing("sub_type"));
    }
    let mut header = None;
    let mut file = None;
    let mut text = String::new();
    let mut footer = None;
    let mut choices = Vec::new();
    let empty = Vec::new();
    for part in template["components"].as_array().unwrap_or(&empty) {
        let words = part["text"].as_str().unwrap_or_default();
        match part["type"].as_str().unwrap_or_default() {
            "HEADER" if part["format"] == "TEXT" => {
                header = Some(fill(words, &parameters(given, "header"), "header")?);
            }
            "HEADER" => file = Some(header_file(desk, given, part)?),
            "BODY" => text = fill(words, &parameters(given, "body"), "body")?,
            "FOOTER" => footer = Some(words.to_owned()),
            "BUTTONS" => choices = buttons(&part["buttons"], given)?,
            _ => {}
        }
    }
    let body = match file {
        Some((sort, place)) => Body::File {
            sort,
            place,
            filename: None,
            caption: text,
            footer,
        },
        None => Body::Text {
            header,
            text,
            spans: Vec::new(),
            footer,
        },
    };
    let shown = Shown {
        body,
        choices,
        offer: Offer::Buttons,
    };
    let category = template["category"].as_str().unwrap_or_default();
    Ok((shown, category.to_ascii_lowercase()))
}

fn parameters<'a>(given: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let of_kind = given.iter().filter(|component| {
        let told = component["type"].as_str().unwrap_or_default();
        told.eq_ignore_ascii_case(kind)
    });
    let lists = of_kind.filter_map(|component| component["parameters"].as_array());
    lists.flatten().collect()
}

fn fill(text: &str, parameters: &[&Value], kind: &str) -> Result<String, Fault> {
    let names = variables(text);
    if names.len() != parameters.len() {
        return Err(Fault::new(
            400,
            132_000,
            "Number of parameters does not match the expected number of params",
        )
        .because(format!(
            "{kind}: number of localizable_params ({}) does not match the expected number of \
             params ({})",
            parameters.len(),
            names.len()
        )));
    }
    let mut filled = text.to_owned();
    for (at, name) in names.iter().enumerate() {
        let named = parameters
            .iter()
            .find(|given| given["parameter_name"] == name.as_str());
        let value = words_of(named.unwrap_or(&parameters[at]))?;
        filled = filled.replace(&format!("{{{{{name}}}}}"), &value);
    }
    if filled.encode_utf16().count() > 1_024 {
        return Err(Fault::new(400, 132_005, "Translated text too long"));
    }
    Ok(filled)
}

fn words_of(parameter: &Value) -> Result<String, Fault> {
    let words = match parameter["type"].as_str().unwrap_or("text") {
        "currency" => parameter.pointer("/currency/fallback_value"),
        "date_time" => parameter.pointer("/date_time/fallback_value"),
        _ => parameter.get("text"),
    };
    let words = words.and_then(Value::as_str).unwrap_or_default();
    if words.is_empty() || words.contains(['\n', '\t']) || words.contains("     ") {
        return Err(Fault::new(400, 132_018, "There is an issue with the parameters in your template")
            .because("Param text cannot be empty or have new-line/tab characters or more than 4 consecutive spaces"));
    }
    Ok(words.to_owned())
}

fn header_file(
    desk: &Desk<'_>,
    given: &[Value],
    part: &Value,
) -> Result<(Sort, crate::sandbox::chat::Place), Fault> {
    let sort = match part["format"].as_str().unwrap_or_default() {
        "IMAGE" => Sort::Image,
        "VIDEO" | "GIF" => Sort::Video,
        _ => Sort::Document,
    };
    let format = || {
        Fault::new(
            400,
            132_012,
            "Parameter format does not match format in the created template",
        )
        .because(format!("header: Format mismatch, expected {}", sort.name()))
    };
    let parameters = parameters(given, "header");
    let file = parameters
        .first()
        .and_then(|parameter| parameter[sort.name()].as_object());
    Ok((sort, media::find(desk, file.ok_or_else(format)?, sort)?))
}

fn buttons(buttons: &Value, given: &[Value]) -> Result<Vec<Choice>, Fault> {
    let empty = Vec::new();
    let buttons = buttons.as_array().unwrap_or(&empty);
    let mut choices = Vec::new();
    for (at, button) in buttons.iter().enumerate() {
        let own = given.iter().find(|component| {
            let told = component["type"].as_str().unwrap_or_default();
            let index = &component["index"];
            told.eq_ignore_ascii_case("button")
                && (index == &json!(at.to_string()) || index == &json!(at))
        });
        let parameter = own.and_then(|component| component.pointer("/parameters/0"));
        let title = button["text"].as_str().unwrap_or_default();
        let press = match button["type"].as_str().unwrap_or_default() {
            "QUICK_REPLY" => {
                let payload = parameter.and_then(|given| given["payload"].as_str());
                Press::Template(payload.unwrap_or(title).to_owned())
            }
            "POSTBACK" => {
                let payload = button["payload"].as_str().unwrap_or(title);
                Press::Template(payload.to_owned())
            }
            "PHONE_NUMBER" => Press::Dial(
                button["phone_number"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            ),
            "COPY_CODE" | "OTP" => {
                let code = parameter.and_then(|given| {
                    given["coupon_code"]
                        .as_str()
                        .or_else(|| given["text"].as_str())
                });
                Press::Copy(code.unwrap_or_default().to_owned())
            }
            _ => {
                let url = button["url"].as_str().unwrap_or_default();
                let ends: Vec<&Value> = parameter.into_iter().collect();
                Press::Open(fill(url, &ends, "button")?)
            }
        };
        choices.push(check::choice(title, "", press));
    }
    Ok(choices)
}
