//! The number and the business account: what a channel looks at and sets up when it connects.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::vendor::Given;
use crate::sandbox::whatsapp::check;

/// What a number shows of itself when nothing else is asked for.
const PLAIN: &str = "id,verified_name,display_phone_number";

/// Among what an account keeps: that its number is out of service, and its two-step PIN.
const DEREGISTERED: &str = "deregistered";
const PIN: &str = "pin";

/// Whether the number is in service.
#[must_use]
pub fn is_registered(desk: &Desk<'_>) -> bool {
    !desk.account.kept.contains_key(DEREGISTERED)
}

/// Puts the number into service. The first PIN is the number's from then on.
fn register(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    let body = call.json().unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("messaging_product") != "whatsapp" {
        return Err(check::missing("messaging_product"));
    }
    let pin = text("pin");
    if pin.len() != 6 || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(check::invalid("pin must have six digits"));
    }
    let kept = &mut desk.account.kept;
    let held = kept.entry(PIN.to_owned()).or_insert_with(|| pin.into());
    if *held != pin {
        return Err(Fault::new(
            400,
            133_005,
            "Two step verification PIN mismatch",
        ));
    }
    kept.remove(DEREGISTERED);
    Ok(done())
}

fn done() -> HttpReply {
    graph::answer(200, &json!({"success": true}))
}

/// `/{number}` and everything below it that is no message and no file.
///
/// # Errors
/// What the vendor would say.
pub fn number(desk: &mut Desk<'_>, call: &Call, below: &str) -> Result<Given, Fault> {
    match (call.method, below) {
        (Method::Get, "") => Ok(shown(desk, call).into()),
        (Method::Post, "") => address(desk, call, |body| {
            body.get("webhook_configuration")
                .and_then(Value::as_object)
                .cloned()
        }),
        (Method::Post, "register") => register(desk, call).map(Given::from),
        (Method::Post, "deregister") => {
            let kept = &mut desk.account.kept;
            kept.insert(DEREGISTERED.to_owned(), true.into());
            Ok(done().into())
        }
        (Method::Post, "conversational_automation") => {
            let body = automation(call)?;
            let kept = &mut desk.account.kept;
            kept.insert("conversational_automation".to_owned(), body);
            Ok(done().into())
        }
        (_, "whatsapp_business_profile") => profile(desk, call).map(Given::from),
        (_, "block_users") => block(desk, call).map(Given::from),
        _ => Err(Fault::no_object(below)),
    }
}

fn shown(desk: &Desk<'_>, call: &Call) -> HttpReply {
    let account = &desk.account;
    let asked = call.query("fields").unwrap_or_else(|| PLAIN.to_owned());
    let everything = json!({
        "id": account.key("phoneNumberId"),
        "verified_name": account.name,
        "display_phone_number": account.key("shownNumber"),
        "quality_rating": account.kept.get("quality").cloned().unwrap_or_else(|| json!("GREEN")),
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "status": if is_registered(desk) { "CONNECTED" } else { "DISCONNECTED" },
        "name_status": "APPROVED",
        "code_verification_status": "VERIFIED",
        "messaging_limit_tier": "TIER_1K",
        "webhook_configuration": {
            "phone_number": account.kept.get(CALLBACKS[0]),
            "whatsapp_business_account": account.kept.get(CALLBACKS[1]),
            "application": account.kept.get(CALLBACKS[2]).cloned()
                .unwrap_or_else(|| account.hook.url.as_str().into()),
        },
        "conversational_automation": account.kept.get("conversational_automation"),
    });
    let mut map = Map::new();
    for field in asked.split(',').chain(["id"]) {
        match everything.get(field.trim()) {
            Some(Value::Null) => {}
            Some(value) => {
                map.insert(field.trim().to_owned(), value.clone());
            }
            None => {
                let sentence = format!("Tried accessing nonexisting field ({field})");
                return Fault::parameter(sentence).reply(None);
            }
        }
    }
    graph::answer(200, &Value::Object(map))
}

/// Where an address of the business stands among what an account keeps: that of the number goes before
/// that of the business account, and either before the one in the app's dashboard.
const CALLBACKS: [&str; 3] = ["callback/number", "callback/account", "callback/app"];

/// Whose address a call sets.
fn place_of(call: &Call, body: &Map<String, Value>) -> &'static str {
    if body.contains_key("webhook_configuration") {
        CALLBACKS[0]
    } else if call.path.ends_with("/subscriptions") {
        CALLBACKS[2]
    } else {
        CALLBACKS[1]
    }
}

/// An address of the business for webhooks: asked whether it is its own before it is taken.
fn address(
    desk: &mut Desk<'_>,
    call: &Call,
    find: impl Fn(&Map<String, Value>) -> Option<Map<String, Value>>,
) -> Result<Given, Fault> {
    let body = call
        .json()
        .ok_or_else(|| Fault::parameter("Invalid parameter"))?;
    let kept = &mut desk.account.kept;
    kept.insert("subscribed".to_owned(), true.into());
    let place = place_of(call, &body);
    let wanted = find(&body).unwrap_or_default();
    let text = |name: &str| wanted.get(name).and_then(Value::as_str).unwrap_or_default();
    let (url, secret) = (text("override_callback_uri"), text("verify_token"));
    if url.is_empty() {
        // Without an address the one that was there is taken away.
        if kept.remove(place).is_some() {
            settle(desk);
        }
        return Ok(done().into());
    }
    Ok(Given::Ask(Box::new(graph::question(url, secret))))
}

/// The same once the address answered.
pub fn taken(desk: &mut Desk<'_>, call: &Call, asked: Option<&HttpReply>) -> HttpReply {
    if !asked.is_some_and(graph::is_right) {
        return graph::not_verified(asked);
    }
    let body = call.json().unwrap_or_default();
    let place = place_of(call, &body);
    let nested = body.get("webhook_configuration").and_then(Value::as_object);
    let wanted = nested.unwrap_or(&body);
    let pairs = crate::sandbox::call::pairs(call.query.as_bytes());
    let text = |names: [&str; 2]| {
        let inside = names.iter().find_map(|name| wanted.get(*name)?.as_str());
        let outside = pairs
            .iter()
            .find(|(name, _)| names.contains(&name.as_str()));
        inside
            .map(str::to_owned)
            .or_else(|| outside.map(|(_, value)| value.clone()))
    };
    let url = text(["override_callback_uri", "callback_url"]).unwrap_or_default();
    let account = &mut *desk.account;
    let of_app = account.hook.url.clone();
    let kept = &mut account.kept;
    kept.entry(CALLBACKS[2].to_owned())
        .or_insert_with(|| of_app.into());
    kept.insert(place.to_owned(), url.into());
    kept.insert("subscribed".to_owned(), true.into());
    account.hook.secret = text(["verify_token", "verify_token"]).unwrap_or_default();
    settle(desk);
    done()
}

/// Has webhooks go to the address that goes before the others.
fn settle(desk: &mut Desk<'_>) {
    let account = &mut *desk.account;
    let first = CALLBACKS.iter().find_map(|place| account.kept.get(*place));
    if let Some(url) = first.and_then(Value::as_str) {
        url.clone_into(&mut account.hook.url);
    }
}

/// `/{account}` and what is below it, templates apart.
///
/// # Errors
/// What the vendor would say.
pub fn business(desk: &mut Desk<'_>, call: &Call, below: &str) -> Result<Given, Fault> {
    let account = &mut *desk.account;
    match (call.method, below) {
        (Method::Get, "") => Ok(graph::answer(
            200,
            &json!({"id": account.key("businessAccountId"), "name": account.name}),
        )
        .into()),
        (Method::Get, "phone_numbers") => Ok(graph::answer(
            200,
            &json!({"data": [{
                "id": account.key("phoneNumberId"), "verified_name": account.name,
                "display_phone_number": account.key("shownNumber"),
            }]}),
        )
        .into()),
        (Method::Get, "subscribed_apps") => {
            let mut app = json!({"whatsapp_business_api_data": {
                "id": account.key("appId"), "name": account.name, "link": "https://example.com/",
            }});
            if let Some(url) = account.kept.get(CALLBACKS[1]) {
                app["override_callback_uri"] = url.clone();
            }
            let subscribed = account.kept.contains_key("subscribed");
            let apps: Vec<Value> = subscribed.then_some(app).into_iter().collect();
            Ok(graph::answer(200, &json!({"data": apps})).into())
        }
        (Method::Post, "subscribed_apps") => address(desk, call, |body| {
            body.contains_key("override_callback_uri")
                .then(|| body.clone())
        }),
        (Method::Delete, "subscribed_apps") => {
            account.kept.remove("subscribed");
            Ok(done().into())
        }
        _ => Err(Fault::no_object(below)),
    }
}

fn automation(call: &Call) -> Result<Value, Fault> {
    let body = Value::Object(call.json().unwrap_or_default());
    let empty = Vec::new();
    let list = |name: &str| body[name].as_array().unwrap_or(&empty);
    let long =
        |text: &Value, max: usize| text.as_str().unwrap_or_default().encode_utf16().count() > max;
    let prompts = list("prompts");
    let commands = list("commands");
    let wrong = prompts.len() > 4
        || prompts.iter().any(|prompt| long(prompt, 80))
        || commands.len() > 30
        || commands.iter().any(|command| {
            long(&command["command_name"], 32) || long(&command["command_description"], 256)
        });
    if wrong {
        return Err(check::invalid(
            "At most 4 prompts of 80 characters and 30 commands of 32 and 256 characters",
        ));
    }
    Ok(body)
}

fn profile(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    let kept = &mut desk.account.kept;
    if call.method == Method::Get {
        let profile = kept.get("profile").cloned().unwrap_or_else(|| json!({}));
        return Ok(graph::answer(200, &json!({"data": [profile]})));
    }
    let mut body = call.json().unwrap_or_default();
    if body.get("messaging_product").and_then(Value::as_str) != Some("whatsapp") {
        return Err(check::missing("messaging_product"));
    }
    for (name, max) in [
        ("about", 139),
        ("address", 256),
        ("description", 512),
        ("email", 128),
    ] {
        let text = body.get(name).and_then(Value::as_str).unwrap_or_default();
        if text.encode_utf16().count() > max {
            return Err(check::invalid(format!(
                "{name} has at most {max} characters"
            )));
        }
    }
    body.remove("messaging_product");
    let held = kept
        .entry("profile".to_owned())
        .or_insert_with(|| json!({}));
    if let Some(held) = held.as_object_mut() {
        held.extend(body);
        // What is empty is not told.
        held.retain(|_, value| *value != json!("") && *value != json!([]));
    }
    Ok(done())
}

fn block(desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    let body = call.json().unwrap_or_default();
    let users = body.get("block_users").and_then(Value::as_array).cloned();
    let on = call.method == Method::Post;
    let mut settled = Vec::new();
    for user in users.unwrap_or_default() {
        let id = user["user"].as_str().unwrap_or_default().to_owned();
        let digits: String = id.chars().filter(char::is_ascii_digit).collect();
        if desk.chat(&digits).is_none() {
            return Err(Fault::new(
                400,
                139_100,
                "Failed to block/unblock some users",
            ));
        }
        let place = format!("blocked/{digits}");
        if on {
            desk.account.kept.insert(place, true.into());
        } else {
            desk.account.kept.remove(&place);
        }
        settled.push(json!({"input": id, "wa_id": digits}));
    }
    let word = if on { "added_users" } else { "removed_users" };
    Ok(graph::answer(
        200,
        &json!({"messaging_product": "whatsapp", "block_users": {word: settled}}),
    ))
}

/// `/{app}/subscriptions` and `/{app}/uploads`.
///
/// # Errors
/// What the vendor would say.
pub fn app(desk: &mut Desk<'_>, call: &Call, below: &str) -> Result<Given, Fault> {
    match (call.method, below) {
        (Method::Post, "subscriptions") => {
            let url = call
                .field("callback_url")
                .ok_or_else(|| check::missing("callback_url"))?;
            let secret = call.field("verify_token").unwrap_or_default();
            Ok(Given::Ask(Box::new(graph::question(&url, &secret))))
        }
        (Method::Post, "uploads") => {
            let kind = call
                .field("file_type")
                .ok_or_else(|| check::missing("file_type"))?;
            if !["image/jpeg", "image/png", "video/mp4", "application/pdf"].contains(&kind.as_str())
            {
                return Err(check::invalid(format!("file_type {kind} is not supported")));
            }
            let id = desk.hex(24);
            Ok(graph::answer(200, &json!({"id": format!("upload:{id}")})).into())
        }
        _ => Err(Fault::no_object(below)),
    }
}
