//! What a bot is, and what it says of itself: its name, its texts and the commands of its menu.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::sandbox::account::Account;
use crate::sandbox::desk::Desk;

use super::message;
use super::params::Fault;
use super::params::Params;
use super::rooms;
use super::updates::ok;

/// `getMe`.
#[must_use]
pub fn me(account: &Account) -> Value {
    let mut me = message::bot(account);
    let more = [
        ("can_join_groups", true),
        ("can_read_all_group_messages", rooms::hears_all(account)),
        ("supports_inline_queries", false),
        ("can_connect_to_business", true),
        ("has_main_web_app", false),
    ];
    for (name, value) in more {
        me[name] = value.into();
    }
    me
}

/// The methods with which a bot says something of itself, by their names in lower case.
///
/// # Errors
/// What the vendor would say.
pub fn changed(desk: &mut Desk<'_>, method: &str, params: &Params<'_>) -> Result<HttpReply, Fault> {
    match method {
        "setmycommands" => set_commands(desk, params),
        "getmycommands" => {
            let kept = desk.account.kept.get(&commands_of(params)).cloned();
            Ok(ok(&kept.unwrap_or_else(|| json!([]))))
        }
        "deletemycommands" => {
            desk.account.kept.remove(&commands_of(params));
            Ok(ok(&json!(true)))
        }
        "setmyname" => keep(desk, params, "name", 64),
        "setmydescription" => keep(desk, params, "description", 512),
        "setmyshortdescription" => keep(desk, params, "short_description", 120),
        "getmyname" => Ok(kept(desk, "name")),
        "getmydescription" => Ok(kept(desk, "description")),
        "getmyshortdescription" => Ok(kept(desk, "short_description")),
        "setchatmenubutton" => set_button(desk, params),
        "getchatmenubutton" => {
            let button = desk.account.kept.get(BUTTON).cloned();
            Ok(ok(&button.unwrap_or_else(|| json!({"type": "default"}))))
        }
        _ => Err(Fault {
            code: 404,
            description: "Not Found: method not found".to_owned(),
            retry_after: None,
        }),
    }
}

/// Under this name the menu button is kept.
const BUTTON: &str = "menu_button";

fn kept(desk: &Desk<'_>, name: &str) -> HttpReply {
    let text = desk.account.kept.get(name).and_then(Value::as_str);
    ok(&json!({ name: text.unwrap_or_default() }))
}

fn set_button(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let button = params
        .nested("menu_button")
        .unwrap_or(json!({"type": "default"}));
    let url = button["web_app"]["url"].as_str().unwrap_or_default();
    let is_known = match button["type"].as_str() {
        Some("default" | "commands") => true,
        Some("web_app") => button["text"].is_string() && url.starts_with("https://"),
        _ => false,
    };
    if !is_known {
        return Err(Fault::bad("BUTTON_TYPE_INVALID"));
    }
    desk.account.kept.insert(BUTTON.to_owned(), button);
    Ok(ok(&json!(true)))
}

fn commands_of(params: &Params<'_>) -> String {
    let scope = params
        .nested("scope")
        .unwrap_or_else(|| json!({"type": "default"}));
    let language = params.text("language_code").unwrap_or_default();
    format!("commands/{scope}/{language}")
}

fn set_commands(desk: &mut Desk<'_>, params: &Params<'_>) -> Result<HttpReply, Fault> {
    let commands = params.nested("commands").unwrap_or_else(|| json!([]));
    let all = commands.as_array().map_or(&[][..], Vec::as_slice);
    if all.len() > 100 {
        return Err(Fault::bad("can't set more than 100 bot commands"));
    }
    for command in all {
        let name = command["command"].as_str().unwrap_or_default();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > 32 || !name.chars().all(plain) {
            return Err(Fault::bad("BOT_COMMAND_INVALID"));
        }
        let length = command["description"]
            .as_str()
            .unwrap_or_default()
            .encode_utf16()
            .count();
        if !(1..=256).contains(&length) {
            return Err(Fault::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    desk.account.kept.insert(commands_of(params), commands);
    Ok(ok(&json!(true)))
}

fn keep(
    desk: &mut Desk<'_>,
    params: &Params<'_>,
    name: &str,
    max: usize,
) -> Result<HttpReply, Fault> {
    let text = params.text(name).unwrap_or_default();
    if text.encode_utf16().count() > max {
        return Err(Fault::bad(&format!("{name} is too long")));
    }
    desk.account.kept.insert(name.to_owned(), text.into());
    Ok(ok(&json!(true)))
}
