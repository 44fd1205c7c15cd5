//! Message templates: made, looked at, changed, and filled in when they are sent.

use std::time::Duration;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::time::Timestamp;
use crate::sandbox::call::Call;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Choice;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::queue::About;
use crate::sandbox::whatsapp::check;
use crate::sandbox::whatsapp::check::Shown;
use crate::sandbox::whatsapp::hooks;
use crate::sandbox::whatsapp::media;

/// How long the vendor looks at a new template.
const REVIEW: Duration = Duration::from_secs(3);
/// Templates at most.
const TEMPLATES_MAX: usize = 250;
/// What a name begins with that is refused: there has to be one.
const REFUSED: &str = "reject_";
const PLACE: &str = "template/";

/// A template the account begins with.
#[must_use]
pub fn sample(id: &str, name: &str, language: &str, category: &str, components: &Value) -> Value {
    json!({
        "id": id, "name": name, "language": language, "status": "APPROVED", "category": category,
        "parameter_format": "POSITIONAL", "quality_score": {"score": "GREEN"},
        "rejected_reason": "NONE", "components": components,
    })
}

/// The place of a template among what an account keeps.
#[must_use]
pub fn place(id: &str) -> String {
    format!("{PLACE}{id}")
}

fn all<'a>(desk: &'a Desk<'_>) -> impl Iterator<Item = &'a Value> {
    let kept = desk.account.kept.iter();
    kept.filter(|(place, _)| place.starts_with(PLACE))
        .map(|(_, template)| template)
}

/// The state of a template now: a review takes its time.
fn status(desk: &Desk<'_>, template: &Value) -> &'static str {
    let until = template["reviewedAt"].as_i64().unwrap_or(0);
    let refused = template["name"]
        .as_str()
        .is_some_and(|name| name.starts_with(REFUSED));
    if desk.now < Timestamp::from_millis(until) {
        "PENDING"
    } else if refused {
        "REJECTED"
    } else {
        "APPROVED"
    }
}

fn shown(desk: &Desk<'_>, template: &Value) -> Value {
    let mut shown = template.clone();
    let state = status(desk, template);
    shown["status"] = state.into();
    if state == "REJECTED" {
        shown["rejected_reason"] = "INVALID_FORMAT".into();
    }
    if let Some(map) = shown.as_object_mut() {
        map.remove("reviewedAt");
    }
    shown
}

/// Whether a template is advertising.
#[must_use]
pub fn is_marketing(desk: &Desk<'_>, name: &str) -> bool {
    all(desk).any(|known| known["name"] == name && known["category"] == "MARKETING")
}

/// `/{account}/message_templates`.
///
/// # Errors
/// What the vendor would say.
pub fn collection(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    match call.method {
        Method::Get => Ok(listed(desk, call)),
        Method::Delete => remove(desk, call),
        _ => create(desk, call),
    }
}

fn listed(desk: &Desk<'_>, call: &Call) -> HttpReply {
    let matches = |template: &&Value| {
        ["name", "language", "category"].iter().all(|field| {
            let asked = call.query(field);
            asked.is_none_or(|asked| template[*field] == asked)
        })
    };
    let limit: usize = call
        .query("limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(25);
    let after: usize = call
        .query("after")
        .and_then(|after| after.parse().ok())
        .unwrap_or(0);
    let found: Vec<Value> = all(desk)
        .filter(matches)
        .map(|known| shown(desk, known))
        .collect();
    let page: Vec<&Value> = found.iter().skip(after).take(limit).collect();
    let end = after + page.len();
    let mut body = json!({"data": page});
    if !page.is_empty() {
        body["paging"] =
            json!({"cursors": {"before": after.to_string(), "after": end.to_string()}});
        if end < found.len() {
            body["paging"]["next"] = format!("https://graph.facebook.com/next?after={end}").into();
        }
    }
    graph::answer(200, &body)
}

fn create(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    let body = call
        .json()
        .ok_or_else(|| Fault::parameter("Invalid parameter"))?;
    let template = Value::Object(body);
    let field = |name: &str| template[name].as_str().unwrap_or_default().to_owned();
    let (name, language, category) = (field("name"), field("language"), field("category"));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || name.len() > 512 || !name.chars().all(plain) {
        return Err(wrong(
            2_388_040,
            "The name has 1 to 512 of a to z, 0 to 9 and _.",
        ));
    }
    if !["AUTHENTICATION", "MARKETING", "UTILITY"].contains(&category.as_str()) {
        return Err(Fault::parameter(
            "Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}",
        ));
    }
    if language.is_empty() {
        return Err(check::missing("language"));
    }
    check_components(&template["components"])?;
    if all(desk).any(|known| known["name"] == name && known["language"] == language) {
        return Err(wrong(
            2_388_024,
            "There is already content in this language for this template.",
        ));
    }
    if all(desk).count() >= TEMPLATES_MAX {
        return Err(wrong(
            2_388_019,
            "The limit of message templates is reached.",
        ));
    }
    let id = desk.digits(16);
    let mut made = sample(&id, &name, &language, &category, &template["components"]);
    if let Some(format) = template.get("parameter_format") {
        made["parameter_format"] = format.clone();
    }
    review(desk, made);
    Ok(graph::answer(
        200,
        &json!({"id": id, "status": "PENDING", "category": category}),
    ))
}

/// Lets the vendor look at a template; it says what it found.
fn review(desk: &mut Desk<'_>, mut template: Value) {
    template["reviewedAt"] = desk.now.plus(REVIEW).as_millis().into();
    let refused = template["name"]
        .as_str()
        .is_some_and(|name| name.starts_with(REFUSED));
    let id = template["id"].as_str().unwrap_or_default().to_owned();
    let value = json!({
        "event": if refused { "REJECTED" } else { "APPROVED" },
        "message_template_id": id.parse::<u64>().unwrap_or(0),
        "message_template_name": template["name"],
        "message_template_language": template["language"],
        "message_template_category": template["category"],
        "reason": if refused { "INVALID_FORMAT" } else { "NONE" },
    });
    desk.account.kept.insert(place(&id), template);
    let body = hooks::envelope(desk.account, "message_template_status_update", &value);
    desk.post_after(REVIEW, About::Account, "account", "template status", body);
}

fn remove(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    let name = call.query("name").ok_or_else(|| check::missing("name"))?;
    let one = call.query("hsm_id");
    let before = desk.account.kept.len();
    desk.account.kept.retain(|place, known| {
        let gone = place.starts_with(PLACE)
            && known["name"] == name
            && one.as_ref().is_none_or(|one| known["id"] == one.as_str());
        !gone
    });
    if desk.account.kept.len() == before {
        return Err(wrong(2_593_002, "The message template was not found."));
    }
    Ok(graph::answer(200, &json!({"success": true})))
}

/// `/{template}` and `/{template}/unpause`; none where there is no such template.
///
/// # Errors
/// What the vendor would say.
pub fn one(desk: &mut Desk<'_>, call: &Call, id: &str) -> Option<Result<HttpReply, Fault>> {
    let known = desk.account.kept.get(&place(id))?.clone();
    if call.method == Method::Get {
        return Some(Ok(graph::answer(200, &shown(desk, &known))));
    }
    let changed = call
        .json()
        .ok_or_else(|| Fault::parameter("Invalid parameter"));
    Some(changed.and_then(|changes| {
        let mut known = known;
        if let Some(components) = changes.get("components") {
            check_components(components)?;
            known["components"] = components.clone();
        }
        if let Some(category) = changes.get("category") {
            known["category"] = category.clone();
        }
        if !call.path.ends_with("/unpause") {
            review(desk, known);
        }
        Ok(graph::answer(200, &json!({"success": true})))
    }))
}

fn wrong(subcode: i64, sentence: &str) -> Fault {
    Fault::parameter("Invalid parameter")
        .within(subcode)
        .saying(sentence)
}

fn check_components(components: &Value) -> Result<(), Fault> {
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
fn variables(text: &str) -> Vec<String> {
    let parts = text.split("{{").skip(1);
    let names = parts.filter_map(|part| part.split_once("}}"));
    names.map(|(name, _)| name.trim().to_owned()).collect()
}

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
    if status(desk, template) != "APPROVED" {
        return Err(unknown());
    }
    let given = asked.get("components").and_then(Value::as_array);
    let given = given.map_or(&[][..], Vec::as_slice);
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
