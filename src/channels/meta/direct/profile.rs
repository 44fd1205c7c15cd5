//! What a page or account shows beside messages: its menu, its first questions, its greeting.
//! facebook.md section 7.1, instagram.md section 7.
//!
//! A setting that was never made is left to whoever made it at the vendor; an empty one takes away
//! what is there.

use serde_json::Value;
use serde_json::json;

use crate::base::text::Counting;
use crate::base::text::shorten;
use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::node::Node;
use crate::channels::table::optional;
use crate::channels::table::wrong as field;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::rejection::FieldError;

const QUESTIONS_MAX: usize = 4;
const QUESTION_MAX: usize = 80;
const PAYLOAD_MAX: usize = 1_000;
const ITEMS_MAX: usize = 20;
const ITEM_MAX: usize = 30;
const GREETING_MAX: usize = 160;
const COMMANDS_MAX: usize = 100;
const COMMAND_MAX: usize = 32;
const HINT_MAX: usize = 64;

/// Questions shown to whoever writes for the first time.
pub const ICE_BREAKERS: Setting = optional(
    "iceBreakers",
    "First questions",
    "Shown to whoever writes for the first time, at most 4: [{\"question\": \"Where are you?\", \"payload\": \"WHERE\"}]. An empty list takes them away.",
    Shape::Array,
);

/// The menu beside the text field.
pub const PERSISTENT_MENU: Setting = optional(
    "persistentMenu",
    "Menu",
    "At most 20 entries: [{\"title\": \"Support\", \"payload\": \"SUPPORT\"}, {\"title\": \"Shop\", \"url\": \"https://shop.example\"}]. An empty list takes it away.",
    Shape::Array,
);

/// The greeting on the first screen.
pub const GREETING: Setting = optional(
    "greeting",
    "Greeting",
    "Shown before the first message, at most 160 characters; {{user_first_name}} becomes the name.",
    Shape::Text,
);

/// Commands that begin with a slash.
pub const COMMANDS: Setting = optional(
    "commands",
    "Commands",
    "At most 100: [{\"name\": \"help\", \"description\": \"Get help\"}]. They take the place of the menu's icon; an empty list takes them away.",
    Shape::Array,
);

/// What a Get Started button sends.
pub const GET_STARTED: Setting = optional(
    "getStartedPayload",
    "What Get started sends",
    "GET_STARTED when left empty. Without the button there is no menu.",
    Shape::Text,
);

/// One thing the vendor shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The vendor's name for it.
    pub name: &'static str,
    /// What it is to be; none where nobody said, null where it is to go.
    pub wanted: fn(&Account) -> Option<Value>,
}

/// The questions, as both products take them.
pub const QUESTIONS: Shown = Shown {
    name: "ice_breakers",
    wanted: |account| list(account, "iceBreakers", question, "call_to_actions"),
};

/// The menu, as both products take it.
pub const MENU: Shown = Shown {
    name: "persistent_menu",
    wanted: |account| {
        let entries = account.settings.get("persistentMenu")?.as_array()?;
        let items: Vec<_> = flattened(entries).into_iter().map(Value::Object).collect();
        Some(wrapped(&items, "call_to_actions"))
    },
};

/// Get Started: there always is one, because without it there is no menu.
pub const STARTED: Shown = Shown {
    name: "get_started",
    wanted: |account| {
        let payload = account.text("getStartedPayload").unwrap_or("GET_STARTED");
        Some(json!({"payload": payload}))
    },
};

/// The greeting.
pub const GREETED: Shown = Shown {
    name: "greeting",
    wanted: |account| {
        let text = account.settings.get("greeting")?.as_str()?;
        if text.trim().is_empty() {
            return Some(Value::Null);
        }
        Some(json!([{"locale": "default", "text": text}]))
    },
};

/// The commands.
pub const COMMANDED: Shown = Shown {
    name: "commands",
    wanted: |account| list(account, "commands", command, "commands"),
};

/// Brings what is shown in line with the settings: what differs is set in one call, because the
/// vendor counts calls, and what is to go is taken away in another.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn publish(
    way: &Way<'_>,
    asked: &Asked<'_>,
    shown: &[Shown],
    platform: &str,
) -> Result<(), Pause> {
    let mut talk = Talk::of(asked, FAULTS);
    let wanted: Vec<_> = shown
        .iter()
        .filter_map(|one| Some((one.name, (one.wanted)(asked.account)?)))
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let names = shown
        .iter()
        .map(|one| one.name)
        .collect::<Vec<_>>()
        .join(",");
    let query = if platform.is_empty() {
        String::new()
    } else {
        format!("&platform={platform}")
    };
    let path = format!("{}/messenger_profile", way.node);
    let ask = way.graph.get(&format!("{path}?fields={names}{query}"));
    let told = talk.must("profile", Call::http(ask))?;
    let held = Node::of(&told).at("data").first();
    let mut set = Opaque::new();
    let mut gone = Vec::new();
    for (name, value) in wanted {
        if !value.is_null() {
            if held.at(name).raw() != value {
                set.insert(name.to_owned(), value);
            }
        } else if held.at(name).is_there() {
            gone.push(name);
        }
    }
    let path = format!("{path}{}", query.replacen('&', "?", 1));
    // A menu goes before what it stands on.
    if !gone.is_empty() {
        let body = with_platform(json!({"fields": gone}), platform);
        talk.must("profile", Call::http(way.graph.delete_with(&path, &body)))?;
    }
    if !set.is_empty() {
        let body = with_platform(Value::Object(set), platform);
        talk.must("profile", Call::http(way.graph.post(&path, &body)))?;
    }
    Ok(())
}

fn with_platform(mut body: Value, platform: &str) -> Value {
    if !platform.is_empty() {
        body["platform"] = platform.into();
    }
    body
}

fn list(
    account: &Account,
    setting: &str,
    entry: fn(&Opaque) -> Value,
    within: &str,
) -> Option<Value> {
    let entries = account.settings.get(setting)?.as_array()?;
    let entries = entries.iter().filter_map(Value::as_object).map(entry);
    Some(wrapped(&entries.collect::<Vec<_>>(), within))
}

/// Entries for every language; null where there are none.
fn wrapped(entries: &[Value], within: &str) -> Value {
    if entries.is_empty() {
        return Value::Null;
    }
    json!([{"locale": "default", within: entries}])
}

fn word<'a>(entry: &'a Opaque, name: &str) -> &'a str {
    entry.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// What comes back when an entry is chosen: its payload, else its title.
fn payload<'a>(entry: &'a Opaque, title: &str) -> &'a str {
    match word(entry, "payload") {
        "" => word(entry, title),
        payload => payload,
    }
}

fn question(entry: &Opaque) -> Value {
    json!({"question": word(entry, "question"), "payload": payload(entry, "question")})
}

fn command(entry: &Opaque) -> Value {
    json!({"name": word(entry, "name"), "description": word(entry, "description")})
}

/// The entries of a menu. The vendor has no menus within menus any more: their entries stand in one
/// row, with the title of the menu they were in before their own.
fn flattened(entries: &[Value]) -> Vec<Opaque> {
    let mut items = Vec::new();
    for entry in entries.iter().filter_map(Value::as_object) {
        let inner = ["items", "call_to_actions", "children"];
        let inner = inner
            .into_iter()
            .find_map(|name| entry.get(name)?.as_array());
        let Some(inner) = inner else {
            items.push(item(entry, word(entry, "title")));
            continue;
        };
        for child in inner.iter().filter_map(Value::as_object) {
            let title = format!("{}: {}", word(entry, "title"), word(child, "title"));
            let title = shorten(&title, ITEM_MAX, Counting::Characters);
            items.push(item(child, &title));
        }
    }
    items
}

fn item(entry: &Opaque, title: &str) -> Opaque {
    let value = match word(entry, "url") {
        "" => json!({"type": "postback", "title": title, "payload": payload(entry, "title")}),
        url => json!({"type": "web_url", "title": title, "url": url}),
    };
    match value {
        Value::Object(fields) => fields,
        _ => Opaque::new(),
    }
}

/// What is wrong with the settings of what is shown.
#[must_use]
pub fn check(account: &Account) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let entries = |name: &str| -> Vec<Opaque> {
        let all = account.settings.get(name).and_then(Value::as_array);
        let all = all.into_iter().flatten();
        all.map(|entry| entry.as_object().cloned().unwrap_or_default())
            .collect()
    };
    let mut limit = |path: String, text: &str, max: usize, needed: bool| {
        if needed && text.trim().is_empty() {
            wrong.push(field(&path, "must not be empty"));
        } else if text.chars().count() > max {
            wrong.push(field(&path, &format!("must have at most {max} characters")));
        }
    };
    for (index, entry) in entries("iceBreakers").iter().enumerate() {
        let path = |name: &str| format!("iceBreakers[{index}].{name}");
        limit(
            path("question"),
            word(entry, "question"),
            QUESTION_MAX,
            true,
        );
        limit(path("payload"), word(entry, "payload"), PAYLOAD_MAX, false);
    }
    for (index, entry) in entries("persistentMenu").iter().enumerate() {
        let path = |name: &str| format!("persistentMenu[{index}].{name}");
        limit(path("title"), word(entry, "title"), ITEM_MAX, true);
        limit(path("payload"), word(entry, "payload"), PAYLOAD_MAX, false);
    }
    for (index, entry) in entries("commands").iter().enumerate() {
        let path = |name: &str| format!("commands[{index}].{name}");
        limit(path("name"), word(entry, "name"), COMMAND_MAX, true);
        limit(
            path("description"),
            word(entry, "description"),
            HINT_MAX,
            true,
        );
    }
    let greeting = account.text("greeting").unwrap_or_default();
    limit("greeting".to_owned(), greeting, GREETING_MAX, false);
    let started = account.text("getStartedPayload").unwrap_or_default();
    limit("getStartedPayload".to_owned(), started, PAYLOAD_MAX, false);
    let menu = account
        .settings
        .get("persistentMenu")
        .and_then(Value::as_array);
    let counts = [
        ("iceBreakers", entries("iceBreakers").len(), QUESTIONS_MAX),
        (
            "persistentMenu",
            menu.map_or(0, |menu| flattened(menu).len()),
            ITEMS_MAX,
        ),
        ("commands", entries("commands").len(), COMMANDS_MAX),
    ];
    for (name, count, max) in counts {
        if count > max {
            wrong.push(field(name, &format!("must hold at most {max} entries")));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::graph::FACEBOOK;
    use crate::channels::meta::graph::Graph;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;

    #[test]
    fn menus_within_menus_stand_in_one_row() {
        let settings = json!({"persistentMenu":[
            {"title":"Help","payload":"H"},
            {"title":"Orders","items":[{"title":"Track"},{"title":"x".repeat(30)}]},
            {"title":"Shop","url":"https://shop.example"}]});
        let wanted = (MENU.wanted)(&account(settings, &[]));
        let long = format!("Orders: {}\u{2026}", "x".repeat(21));
        let expected = json!([{"locale":"default","call_to_actions":[
            {"type":"postback","title":"Help","payload":"H"},
            {"type":"postback","title":"Orders: Track","payload":"Track"},
            {"type":"postback","title":long,"payload":"x".repeat(30)},
            {"type":"web_url","title":"Shop","url":"https://shop.example"}]}]);
        assert_eq!(wanted, Some(expected));
    }

    #[test]
    fn what_nobody_said_is_left_and_what_is_empty_goes() {
        let nothing = account(json!({}), &[]);
        let empty = account(
            json!({"iceBreakers":[],"persistentMenu":[],"greeting":""}),
            &[],
        );
        for shown in [QUESTIONS, MENU, GREETED] {
            assert_eq!((shown.wanted)(&nothing), None, "{}", shown.name);
            assert_eq!((shown.wanted)(&empty), Some(Value::Null), "{}", shown.name);
        }
        assert_eq!(
            (STARTED.wanted)(&nothing),
            Some(json!({"payload":"GET_STARTED"}))
        );
    }

    #[test]
    fn every_limit_holds_at_its_edge_and_not_one_past_it() {
        type Make = fn(usize) -> Value;
        let cases: [(Make, usize, &str); 9] = [
            (
                |n| json!({"iceBreakers":[{"question":"q".repeat(n)}]}),
                80,
                "iceBreakers[0].question",
            ),
            (
                |n| json!({"iceBreakers":[{"question":"q","payload":"p".repeat(n)}]}),
                1_000,
                "iceBreakers[0].payload",
            ),
            (
                |n| json!({"iceBreakers":vec![json!({"question":"q"}); n]}),
                4,
                "iceBreakers",
            ),
            (
                |n| json!({"persistentMenu":[{"title":"t".repeat(n)}]}),
                30,
                "persistentMenu[0].title",
            ),
            (
                |n| json!({"persistentMenu":vec![json!({"title":"t"}); n]}),
                20,
                "persistentMenu",
            ),
            (|n| json!({"greeting":"g".repeat(n)}), 160, "greeting"),
            (
                |n| json!({"commands":[{"name":"n".repeat(n),"description":"d"}]}),
                32,
                "commands[0].name",
            ),
            (
                |n| json!({"commands":[{"name":"n","description":"d".repeat(n)}]}),
                64,
                "commands[0].description",
            ),
            (
                |n| json!({"getStartedPayload":"p".repeat(n)}),
                1_000,
                "getStartedPayload",
            ),
        ];
        for (make, edge, name) in cases {
            assert_eq!(check(&account(make(edge), &[])), [], "{name}");
            let wrong = check(&account(make(edge + 1), &[]));
            let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, [name]);
        }
    }

    fn published(settings: Value, platform: &str, answers: &[(u16, Value)]) -> Vec<String> {
        let account = account(settings, &[("token", "EAAT")]);
        let way = Way {
            graph: Graph::of(&account, FACEBOOK, "token"),
            node: "1",
        };
        let shown = [STARTED, QUESTIONS, MENU];
        let (calls, done) = hold(&account, answers, |asked| {
            next(publish(&way, asked, &shown, platform))
        });
        assert_eq!(done, Ok(()));
        calls
    }

    #[test]
    fn only_what_differs_is_set_and_what_is_to_go_goes() {
        let ask = "GET /1/messenger_profile?fields=get_started,ice_breakers,persistent_menu";
        let held = |shown: Value| (200, json!({"data":[shown]}));
        let done = (200, json!({"result":"success"}));
        let none = (200, json!({"data":[]}));
        let set = r#"POST /1/messenger_profile {"get_started":{"payload":"GET_STARTED"}}"#;
        assert_eq!(published(json!({}), "", &[none, done.clone()]), [ask, set]);
        let started = json!({"get_started":{"payload":"GET_STARTED"}});
        assert_eq!(published(json!({}), "", &[held(started)]), [ask]);
        let both = json!({"get_started":{"payload":"GET_STARTED"},"persistent_menu":[{"locale":"default"}]});
        let settings =
            json!({"persistentMenu":[],"iceBreakers":[{"question":"Where?","payload":"W"}]});
        let calls = published(settings, "", &[held(both), done.clone(), done.clone()]);
        let expected = [
            ask,
            r#"DELETE /1/messenger_profile {"fields":["persistent_menu"]}"#,
            r#"POST /1/messenger_profile {"ice_breakers":[{"locale":"default","call_to_actions":[{"question":"Where?","payload":"W"}]}]}"#,
        ];
        assert_eq!(calls, expected);
        let calls = published(json!({}), "instagram", &[(200, json!({"data":[]})), done]);
        let expected = [
            "GET /1/messenger_profile?fields=get_started,ice_breakers,persistent_menu&platform=instagram",
            r#"POST /1/messenger_profile?platform=instagram {"get_started":{"payload":"GET_STARTED"},"platform":"instagram"}"#,
        ];
        assert_eq!(calls, expected);
    }
}
