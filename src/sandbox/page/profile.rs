//! What a Page shows of itself and what it sets up: its webhooks' fields, its menu, its ice breakers.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::page::Kind;
use crate::sandbox::page::threads;
use crate::sandbox::whatsapp::templates;

/// The properties that can be set, and to whom.
const PROPERTIES: [(&str, bool); 5] = [
    ("get_started", false),
    ("greeting", false),
    ("commands", false),
    ("ice_breakers", true),
    ("persistent_menu", true),
];

fn done() -> HttpReply {
    graph::answer(200, &json!({"success": true}))
}

/// Answers a call about the Page itself.
///
/// # Errors
/// What the vendor would say.
pub fn answer(
    kind: Kind,
    desk: &mut Desk<'_>,
    call: &Call,
    below: &str,
) -> Result<HttpReply, Fault> {
    match (call.method, below) {
        (Method::Get, "") => Ok(shown(kind, desk, call)),
        (_, "subscribed_apps") => subscriptions(kind, desk, call),
        (_, "messenger_profile") => messenger_profile(kind, desk, call),
        (Method::Post, "moderate_conversations" | "custom_user_settings") => Ok(done()),
        (
            _,
            "pass_thread_control"
            | "take_thread_control"
            | "request_thread_control"
            | "release_thread_control"
            | "extend_thread_control"
            | "thread_owner",
        ) => threads::answer(kind, desk, call, below),
        (_, "message_templates") if kind == Kind::Messenger => templates::collection(desk, call),
        (Method::Get, "conversations" | "message_templates") => {
            Ok(graph::answer(200, &json!({"data": []})))
        }
        _ => Err(Fault::no_object(below)),
    }
}

fn shown(kind: Kind, desk: &Desk<'_>, call: &Call) -> HttpReply {
    let account = &desk.account;
    let instagram = json!({
        "id": account.key("instagramId"), "username": account.key("username"),
        "name": account.name,
    });
    let fields = call.query("fields").unwrap_or_default();
    let mut page = json!({
        "id": account.key("pageId"), "name": account.name, "category": "Coffee shop",
    });
    if fields.contains("user_id") {
        page = json!({
            "user_id": account.key("instagramId"), "id": format!("26{}", account.key("pageId")),
            "username": account.key("username"), "name": account.name, "account_type": "BUSINESS",
        });
    }
    if fields.contains("instagram_business_account") && kind == Kind::Instagram {
        page["instagram_business_account"] = instagram;
    }
    if fields.contains("access_token") {
        page["access_token"] = account.key("token").into();
    }
    graph::answer(200, &page)
}

fn subscriptions(kind: Kind, desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    match call.method {
        Method::Get => {
            let fields = desk.account.kept.get("subscribed_fields").cloned();
            let app = fields.map(|fields| {
                json!({
                    "id": desk.account.key("appId"), "name": desk.account.name,
                    "subscribed_fields": fields,
                })
            });
            let apps: Vec<Value> = app.into_iter().collect();
            Ok(graph::answer(200, &json!({ "data": apps })))
        }
        Method::Delete => {
            desk.account.kept.remove("subscribed_fields");
            Ok(done())
        }
        _ => {
            let inside = call
                .json()
                .and_then(|body| Some(body.get("subscribed_fields")?.as_str()?.to_owned()));
            let fields = call
                .query("subscribed_fields")
                .or(inside)
                .unwrap_or_default();
            let fields: Vec<&str> = fields
                .split(',')
                .filter(|field| !field.is_empty())
                .collect();
            if fields.is_empty() {
                return Err(Fault::parameter("Param subscribed_fields is required"));
            }
            if fields.contains(&"story_mentions")
                || (kind == Kind::Messenger && fields.contains(&"messaging_seen"))
            {
                return Err(Fault::parameter(
                    "Param subscribed_fields[0] must be one of the known fields",
                ));
            }
            let list = fields.into();
            desk.account
                .kept
                .insert("subscribed_fields".to_owned(), list);
            Ok(done())
        }
    }
}

fn messenger_profile(kind: Kind, desk: &mut Desk<'_>, call: &Call) -> Result<HttpReply, Fault> {
    let known = |name: &str| {
        let found = PROPERTIES.iter().find(|(known, _)| *known == name);
        found.is_some_and(|(_, both)| *both || kind == Kind::Messenger)
    };
    match call.method {
        Method::Get => {
            let asked = call.query("fields").unwrap_or_default();
            let mut map = Map::new();
            for name in asked.split(',').filter(|name| known(name)) {
                if let Some(value) = desk.account.kept.get(name) {
                    map.insert(name.to_owned(), value.clone());
                }
            }
            let data: Vec<Value> = if map.is_empty() {
                Vec::new()
            } else {
                vec![map.into()]
            };
            Ok(graph::answer(200, &json!({ "data": data })))
        }
        Method::Delete => {
            let body = Value::Object(call.json().unwrap_or_default());
            let empty = Vec::new();
            let gone: Vec<&str> = body["fields"]
                .as_array()
                .unwrap_or(&empty)
                .iter()
                .filter_map(Value::as_str)
                .collect();
            let menu = desk.account.kept.contains_key("persistent_menu");
            if gone.contains(&"get_started") && menu && !gone.contains(&"persistent_menu") {
                return Err(
                    Fault::parameter("You must delete the persistent menu first").within(2_018_145),
                );
            }
            for name in gone {
                desk.account.kept.remove(name);
            }
            Ok(graph::answer(200, &json!({"result": "success"})))
        }
        _ => {
            let body = call.json().unwrap_or_default();
            let properties: Vec<_> = body
                .into_iter()
                .filter(|(name, _)| name != "platform")
                .collect();
            let started = desk.account.kept.contains_key("get_started")
                || properties.iter().any(|(name, _)| name == "get_started");
            for (name, value) in &properties {
                if !known(name) {
                    return Err(Fault::parameter(format!(
                        "{name} is no property of the profile"
                    )));
                }
                check(kind, name, value, started)?;
            }
            desk.account.kept.extend(properties);
            Ok(graph::answer(200, &json!({"result": "success"})))
        }
    }
}

fn check(kind: Kind, name: &str, value: &Value, started: bool) -> Result<(), Fault> {
    let empty = Vec::new();
    let first = &value[0];
    let actions = first["call_to_actions"].as_array().unwrap_or(&empty);
    let long = |text: &Value, max: usize| text.as_str().unwrap_or_default().chars().count() > max;
    let wrong = match name {
        "get_started" => long(&value["payload"], 1_000),
        "greeting" => long(&first["text"], 160),
        "ice_breakers" => {
            actions.len() > 4 || actions.iter().any(|action| long(&action["question"], 80))
        }
        "persistent_menu" => {
            if kind == Kind::Messenger && !started {
                let sentence = "You must set up a Get Started button first";
                return Err(Fault::parameter(sentence).within(2_018_145));
            }
            actions.len() > 20
                || first["locale"] != "default"
                || actions.iter().any(|action| long(&action["title"], 30))
        }
        _ => false,
    };
    if wrong {
        return Err(Fault::parameter(format!("Param {name} is not valid")).within(2_018_164));
    }
    Ok(())
}
