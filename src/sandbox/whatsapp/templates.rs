//! Message templates of a business account, and of a page: made, looked at, changed, and filled in
//! when they are sent.

pub mod filling;
mod rules;

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::time::Timestamp;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::queue::About;
use crate::sandbox::whatsapp::check;
use crate::sandbox::whatsapp::hooks;
use crate::sandbox::whatsapp::templates::rules::check_components;
use crate::sandbox::whatsapp::templates::rules::wrong;

/// How long the vendor looks at a new template.
const REVIEW: Duration = Duration::from_secs(3);
/// Templates at most.
const TEMPLATES_MAX: usize = 250;
/// What a name begins with that is refused: there has to be one.
const REFUSED: &str = "reject_";
/// What a name begins with that is paused soon after its review, as if customers had reported it.
const DISLIKED: &str = "pause_";
/// How long after its review that is.
const DISLIKE: Duration = Duration::from_secs(3);
/// How long a pause lasts at least.
const PAUSE: Duration = Duration::from_secs(5 * 60);
const PLACE: &str = "template/";
/// Until when a template is looked at, and since when it is paused, among what is kept of it.
const REVIEWED_AT: &str = "reviewedAt";
const PAUSED_AT: &str = "pausedAt";

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

/// Whether a template is named so that something happens to it.
fn is_named(template: &Value, beginning: &str) -> bool {
    let name = template["name"].as_str();
    name.is_some_and(|name| name.starts_with(beginning))
}

/// A moment among what is kept of a template; none where there is none.
fn moment(template: &Value, name: &str) -> Option<Timestamp> {
    template[name].as_i64().map(Timestamp::from_millis)
}

/// The state of a template now: a review takes its time.
fn status(desk: &Desk<'_>, template: &Value) -> &'static str {
    let is_past = |name: &str| moment(template, name).is_none_or(|at| desk.now >= at);
    let is_paused = moment(template, PAUSED_AT).is_some_and(|at| desk.now >= at);
    if !is_past(REVIEWED_AT) {
        "PENDING"
    } else if is_named(template, REFUSED) {
        "REJECTED"
    } else if is_paused {
        "PAUSED"
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
        map.remove(REVIEWED_AT);
        map.remove(PAUSED_AT);
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

/// Whether the templates are those of a page.
fn is_page(desk: &Desk<'_>) -> bool {
    !desk.account.key("pageId").is_empty()
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
    let categories: &[&str] = if is_page(desk) {
        &["UTILITY"]
    } else {
        &["UTILITY", "MARKETING", "AUTHENTICATION"]
    };
    if !categories.contains(&category.as_str()) {
        let all = categories.join(", ");
        return Err(Fault::parameter(format!(
            "Param category must be one of {{{all}}}"
        )));
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
    template[REVIEWED_AT] = desk.now.plus(REVIEW).as_millis().into();
    let found = if is_named(&template, REFUSED) {
        json!({"event": "REJECTED", "reason": "INVALID_FORMAT"})
    } else {
        json!({"event": "APPROVED", "reason": "NONE"})
    };
    tell(desk, REVIEW, &template, found);
    if is_named(&template, DISLIKED) {
        let after = REVIEW + DISLIKE;
        template[PAUSED_AT] = desk.now.plus(after).as_millis().into();
        let info = json!({"title": "FIRST_PAUSE", "description": "Customers reported it."});
        let found = json!({"event": "PAUSED", "reason": "NONE", "other_info": info});
        tell(desk, after, &template, found);
    }
    keep(desk, template);
}

fn keep(desk: &mut Desk<'_>, template: Value) {
    let id = template["id"].as_str().unwrap_or_default();
    desk.account.kept.insert(place(id), template);
}

/// Posts how a template stands after a while.
fn tell(desk: &mut Desk<'_>, after: Duration, template: &Value, mut found: Value) {
    let id = template["id"].as_str().unwrap_or_default();
    found["message_template_id"] = id.parse::<u64>().unwrap_or(0).into();
    for name in ["name", "language", "category"] {
        found[format!("message_template_{name}")] = template[name].clone();
    }
    let body = if is_page(desk) {
        let field = "messenger_template_status_update";
        graph::escaped(&json!({"object": "page", "entry": [{
            "id": desk.account.key("pageId"), "time": desk.now.as_secs(),
            "changes": [{"field": field, "value": found}],
        }]}))
    } else {
        hooks::envelope(desk.account, "message_template_status_update", &found)
    };
    desk.post_after(after, About::Account, "account", "template status", body);
}

/// Sends a template again that was paused for long enough.
fn unpause(desk: &mut Desk<'_>, mut template: Value) -> Result<HttpReply, Fault> {
    let since = moment(&template, PAUSED_AT).filter(|at| desk.now >= *at);
    let since = since.ok_or_else(|| wrong(2_388_061, "The message template is not paused."))?;
    if desk.now.since(since) < PAUSE {
        let sentence = "A message template can be unpaused five minutes after it was paused.";
        return Err(wrong(2_388_062, sentence));
    }
    if let Some(map) = template.as_object_mut() {
        map.remove(PAUSED_AT);
    }
    let found = json!({"event": "APPROVED", "reason": "NONE"});
    tell(desk, Duration::ZERO, &template, found);
    keep(desk, template);
    Ok(graph::answer(200, &json!({"success": true})))
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
    if call.path.ends_with("/unpause") {
        return Some(unpause(desk, known));
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
        review(desk, known);
        Ok(graph::answer(200, &json!({"success": true})))
    }))
}
