//! The menu of commands a bot shows. telegram.md section 7.

use serde_json::Value;
use serde_json::json;

use crate::channels::node::Node;
use crate::channels::table::wrong;
use crate::channels::telegram::api::Api;
use crate::channels::telegram::fault;
use crate::channels::telegram::profile;
use crate::model::Opaque;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Moment;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;

/// Commands of one menu at most.
const COMMANDS_MAX: usize = 100;

/// Menus at most: each takes a call of its own when the channel is connected.
const MENUS_MAX: usize = 10;

/// The longest name of a command, in characters.
const NAME_MAX: usize = 32;

/// The longest description, in characters.
const DESCRIPTION_MAX: usize = 256;

/// Whom a menu is for: kinds of chats, or one chat or member, which are named beside it.
const SCOPES: [&str; 7] = [
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
];

/// One menu: the commands of one language for one kind of chat.
#[derive(Debug, Clone, PartialEq)]
pub struct Menu {
    scope: Value,
    language: String,
    commands: Vec<Value>,
}

impl Menu {
    /// What `setMyCommands` takes.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = self.place();
        body["commands"] = self.commands.as_slice().into();
        body
    }

    /// Where it stands, which is what `deleteMyCommands` takes.
    fn place(&self) -> Value {
        let mut place = json!({"scope": self.scope});
        if !self.language.is_empty() {
            place["language_code"] = self.language.as_str().into();
        }
        place
    }
}

/// Under this name an account keeps where menus of it stand that nobody can ask Telegram for: those
/// of a language, and those of one chat.
const STANDING: &str = "menusShown";

/// Menus for kinds of chats that are taken away where none is set, whoever set them.
const KINDS: [&str; 4] = [
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
];

/// The dialogue that shows the menus of an account, takes away those it has no more, and brings the
/// bot's profile in line.
///
/// # Errors
/// Telegram does not take one.
pub fn publish(asked: &Asked<'_>) -> Next<()> {
    let ask = |what, call| Ok(Step::Ask { what, call });
    let api = Api::of(asked.account);
    let mut replies = asked.replies.iter();
    let menus = menus_of(asked.account);
    for place in gone(asked.account, &menus) {
        match replies.next().map(fault::result) {
            None => return ask("commands", api.call("deleteMyCommands", &place)),
            // Where there is no such chat any more, nothing of ours is shown either.
            Some(Err(Refusal::Never(_)) | Ok(_)) => {}
            Some(Err(refusal)) => return Err(refusal),
        }
    }
    for menu in &menus {
        match replies.next() {
            Some(reply) => fault::result(reply)?,
            None => return ask("commands", api.call("setMyCommands", &menu.body())),
        };
    }
    for shown in profile::shown(asked.account) {
        let Some(reply) = replies.next() else {
            return ask("profile", shown.asked(&api));
        };
        let Some(call) = shown.told(&api, &fault::result(reply)?) else {
            continue;
        };
        match replies.next() {
            Some(reply) => fault::result(reply)?,
            None => return ask("profile", call),
        };
    }
    Ok(Step::Done(()))
}

fn menus_of(account: &Account) -> Vec<Menu> {
    let list = account.settings.get("commands");
    list.map_or_else(Vec::new, |list| menus(Node::of(list)))
}

/// Where an account has no menu any more: in kinds of chats, and wherever one was shown.
fn gone(account: &Account, menus: &[Menu]) -> Vec<Value> {
    let kinds = KINDS.iter().map(|kind| json!({"scope": {"type": kind}}));
    let once = kinds.chain(standing(account));
    once.filter(|place| menus.iter().all(|menu| menu.place() != *place))
        .collect()
}

fn standing(account: &Account) -> Vec<Value> {
    let kept = account.settings.get(STANDING).and_then(Value::as_array);
    kept.cloned().unwrap_or_default()
}

/// What is kept of where menus stand: before it is all that did or will, as not every call may come
/// through; after it is what does.
#[must_use]
pub fn shown(account: &Account, moment: Moment) -> Opaque {
    let mut places = match moment {
        Moment::Before => standing(account),
        Moment::After => Vec::new(),
    };
    for place in menus_of(account).iter().map(Menu::place) {
        let of_kind = KINDS.iter().any(|kind| place["scope"]["type"] == *kind);
        let is_asked_for = of_kind && place.get("language_code").is_none();
        if !is_asked_for && !places.contains(&place) {
            places.push(place);
        }
    }
    let kept = Some(places).filter(|places| !places.is_empty());
    [(STANDING.to_owned(), kept.into())].into_iter().collect()
}

/// The menus that a list of commands comes to, in the order of their first command.
#[must_use]
pub fn menus(list: Node<'_>) -> Vec<Menu> {
    let mut menus: Vec<Menu> = Vec::new();
    for item in list.items() {
        let command = json!({
            "command": item.word("command").unwrap_or_default(),
            "description": item.word("description").unwrap_or_default(),
        });
        let (scope, language) = (scope(item.at("scope")), language(item));
        let found = menus
            .iter_mut()
            .find(|menu| menu.scope == scope && menu.language == language);
        match found {
            Some(menu) => menu.commands.push(command),
            None => menus.push(Menu {
                scope,
                language,
                commands: vec![command],
            }),
        }
    }
    menus
}

fn language(item: Node<'_>) -> String {
    item.word("languageCode").unwrap_or_default()
}

/// A scope is the vendor's object, or only its type.
fn scope(node: Node<'_>) -> Value {
    match node.text() {
        Some(kind) => json!({"type": kind}),
        None if node.is_there() => node.raw(),
        None => json!({"type": "default"}),
    }
}

/// What is wrong with a list of commands.
#[must_use]
pub fn check(list: Node<'_>) -> Vec<FieldError> {
    let mut all = Vec::new();
    for (index, item) in list.items().enumerate() {
        let mut say = |field: &str, message: &str| {
            all.push(wrong(&format!("commands[{index}].{field}"), message));
        };
        if !item.word("command").is_some_and(|name| is_name(&name)) {
            say("command", "must be 1 to 32 small letters, digits and _");
        }
        let description = item.word("description").unwrap_or_default();
        if !(1..=DESCRIPTION_MAX).contains(&description.trim().chars().count()) {
            say("description", "must be 1 to 256 characters long");
        }
        let kind = scope(item.at("scope"));
        if !SCOPES.contains(&Node::of(&kind).word("type").unwrap_or_default().as_str()) {
            say("scope", "must be one of the scopes of Telegram");
        }
        let language = language(item);
        if !(language.is_empty() || is_language(&language)) {
            say("languageCode", "must be two small letters");
        }
    }
    let menus = menus(list);
    if menus.len() > MENUS_MAX {
        all.push(wrong(
            "commands",
            "must be for at most 10 pairs of scope and language",
        ));
    }
    if menus.iter().any(|menu| menu.commands.len() > COMMANDS_MAX) {
        all.push(wrong("commands", "must be at most 100 for one menu"));
    }
    all
}

fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_language(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_is_one_language_for_one_kind_of_chat() {
        let list = json!([
            {"command":"help","description":"How it works"},
            {"command":"ajuda","description":"Como funciona","languageCode":"pt"},
            {"command":"stop","description":"No more news"},
            {"command":"admin","description":"For us","scope":{"type":"chat","chat_id":-100}},
            {"command":"menu","description":"What there is","scope":"all_private_chats"},
        ]);
        assert_eq!(check(Node::of(&list)), []);
        let bodies: Vec<_> = menus(Node::of(&list)).iter().map(Menu::body).collect();
        assert_eq!(
            bodies,
            [
                json!({"commands":[{"command":"help","description":"How it works"},{"command":"stop","description":"No more news"}],"scope":{"type":"default"}}),
                json!({"commands":[{"command":"ajuda","description":"Como funciona"}],"scope":{"type":"default"},"language_code":"pt"}),
                json!({"commands":[{"command":"admin","description":"For us"}],"scope":{"type":"chat","chat_id":-100}}),
                json!({"commands":[{"command":"menu","description":"What there is"}],"scope":{"type":"all_private_chats"}}),
            ]
        );
        assert_eq!(menus(Node::of(&json!([]))), []);
    }

    #[test]
    fn limits_hold_at_their_edge() {
        let one =
            |name: &str, description: &str| json!([{"command":name,"description":description}]);
        let many = |count: usize| -> Value {
            let names =
                (0..count).map(|index| json!({"command":format!("c{index}"),"description":"x"}));
            names.collect()
        };
        let languages = |count: u8| -> Value {
            let codes = (0..count).map(|index| {
                let code = format!("a{}", char::from(b'a' + index));
                json!({"command":"x","description":"x","languageCode":code})
            });
            codes.collect()
        };
        let cases = [
            (one(&"a".repeat(32), &"d".repeat(256)), 0),
            (one(&"a".repeat(33), "d"), 1),
            (one("a", &"d".repeat(257)), 1),
            (one("Help", " "), 2),
            (many(100), 0),
            (many(101), 1),
            (languages(10), 0),
            (languages(11), 1),
            (
                json!([{"command":"a","description":"b","scope":"everyone"}]),
                1,
            ),
            (
                json!([{"command":"a","description":"b","languageCode":"por"}]),
                1,
            ),
        ];
        for (list, expected) in cases {
            assert_eq!(check(Node::of(&list)).len(), expected, "{list}");
        }
    }
}
