//! First questions and commands of a number. whatsapp.md section 7.2.
//!
//! A setting that was never made is left to whoever made it at the vendor; an empty one takes away
//! what is there.

use serde_json::Value;
use serde_json::json;

use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::node::Node;
use crate::channels::table::optional;
use crate::channels::table::wrong as field;
use crate::channels::whatsapp::connect::graph;
use crate::channels::whatsapp::connect::number_id;
use crate::model::call::Call;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

const PROMPTS_MAX: usize = 4;
const PROMPT_MAX: usize = 80;
const COMMANDS_MAX: usize = 30;
const NAME_MAX: usize = 32;
const HINT_MAX: usize = 256;

/// The questions.
pub const ICE_BREAKERS: Setting = optional(
    "iceBreakers",
    "First questions",
    "Shown to whoever writes for the first time, one a line, at most 4 of 80 characters. An empty list takes them away.",
    Shape::List,
);

/// The commands.
pub const COMMANDS: Setting = optional(
    "commands",
    "Commands",
    "Shown when the customer types a slash, at most 30: [{\"name\": \"help\", \"description\": \"Get help\"}]. An empty list takes them away.",
    Shape::Array,
);

/// Brings questions and commands in line with the settings. The vendor takes both at once or takes
/// away what is left out, so what nobody set here goes back as it was.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn publish(talk: &mut Talk<'_>, account: &Account) -> Result<(), Pause> {
    let wanted = [prompts(account), commands(account)];
    if wanted.iter().all(Option::is_none) {
        return Ok(());
    }
    let (graph, number) = (graph(account), number_id(account));
    let path = format!("{number}?fields=conversational_automation");
    let told = talk.must("commands", Call::http(graph.get(&path)))?;
    let held = Node::of(&told).at("conversational_automation");
    let list = |name: &str| Value::Array(held.at(name).items().map(Node::raw).collect());
    let before = [list("prompts"), list("commands")];
    let [prompts, commands] = wanted;
    let after = [
        prompts.unwrap_or_else(|| before[0].clone()),
        commands.unwrap_or_else(|| before[1].clone()),
    ];
    if after == before {
        return Ok(());
    }
    let body = json!({
        "prompts": after[0],
        "commands": after[1],
        "enable_welcome_message": held.at("enable_welcome_message").is_on(),
    });
    let path = format!("{number}/conversational_automation");
    talk.must("commands", Call::http(graph.post(&path, &body)))
        .map(drop::<Value>)
}

fn entries<'a>(account: &'a Account, name: &str) -> Option<&'a Vec<Value>> {
    account.settings.get(name).and_then(Value::as_array)
}

fn prompts(account: &Account) -> Option<Value> {
    entries(account, "iceBreakers").cloned().map(Value::Array)
}

fn commands(account: &Account) -> Option<Value> {
    let command = |entry: &Value| {
        let entry = Node::of(entry);
        json!({
            "command_name": entry.word("name").unwrap_or_default(),
            "command_description": entry.word("description").unwrap_or_default(),
        })
    };
    entries(account, "commands").map(|all| all.iter().map(command).collect())
}

/// What is wrong with the questions and commands.
#[must_use]
pub fn check(account: &Account) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut limit = |path: String, text: &str, max: usize| {
        if text.trim().is_empty() {
            wrong.push(field(&path, "must not be empty"));
        } else if text.encode_utf16().count() > max {
            wrong.push(field(&path, &format!("must have at most {max} characters")));
        }
    };
    let none = Vec::new();
    let prompts = entries(account, "iceBreakers").unwrap_or(&none);
    for (index, prompt) in prompts.iter().enumerate() {
        let text = prompt.as_str().unwrap_or_default();
        limit(format!("iceBreakers[{index}]"), text, PROMPT_MAX);
    }
    let commands = entries(account, "commands").unwrap_or(&none);
    for (index, command) in commands.iter().enumerate() {
        let word = |name| Node::of(command).word(name).unwrap_or_default();
        limit(format!("commands[{index}].name"), &word("name"), NAME_MAX);
        let path = format!("commands[{index}].description");
        limit(path, &word("description"), HINT_MAX);
    }
    let counts = [
        ("iceBreakers", prompts.len(), PROMPTS_MAX),
        ("commands", commands.len(), COMMANDS_MAX),
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
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;
    use crate::channels::whatsapp::faults::FAULTS;

    fn published(mut settings: Value, answers: &[(u16, Value)]) -> Vec<String> {
        settings["phoneNumberId"] = "1".into();
        let account = account(settings, &[("accessToken", "EAAT")]);
        let (calls, done) = hold(&account, answers, |asked| {
            next(publish(&mut Talk::of(asked, FAULTS), asked.account))
        });
        assert_eq!(done, Ok(()));
        calls
    }

    #[test]
    fn what_is_set_here_is_set_there_and_the_rest_stays() {
        let ask = "GET /1?fields=conversational_automation";
        let held = json!({"conversational_automation":{"enable_welcome_message":true,"prompts":["Old"],
            "commands":[{"command_name":"help","command_description":"Get help"}]}});
        let done = (200, json!({"success":true}));
        assert_eq!(published(json!({}), &[]), Vec::<String>::new());
        let set = published(
            json!({"iceBreakers":["Plan a trip"]}),
            &[(200, held.clone()), done.clone()],
        );
        let body = r#"{"prompts":["Plan a trip"],"commands":[{"command_name":"help","command_description":"Get help"}],"enable_welcome_message":true}"#;
        assert_eq!(
            set,
            [
                ask.to_owned(),
                format!("POST /1/conversational_automation {body}")
            ]
        );
        let same =
            json!({"iceBreakers":["Old"],"commands":[{"name":"help","description":"Get help"}]});
        assert_eq!(published(same, &[(200, held.clone())]), [ask]);
        let gone = published(
            json!({"iceBreakers":[],"commands":[]}),
            &[(200, held), done],
        );
        assert!(
            gone[1].contains(r#"{"prompts":[],"commands":[],"#),
            "{gone:?}"
        );
    }

    #[test]
    fn every_limit_holds_at_its_edge_and_not_one_past_it() {
        type Make = fn(usize) -> Value;
        let cases: [(Make, usize, &str); 5] = [
            (
                |n| json!({"iceBreakers":["q".repeat(n)]}),
                80,
                "iceBreakers[0]",
            ),
            (|n| json!({"iceBreakers":vec!["q"; n]}), 4, "iceBreakers"),
            (
                |n| json!({"commands":[{"name":"n".repeat(n),"description":"d"}]}),
                32,
                "commands[0].name",
            ),
            (
                |n| json!({"commands":[{"name":"n","description":"d".repeat(n)}]}),
                256,
                "commands[0].description",
            ),
            (
                |n| json!({"commands":vec![json!({"name":"n","description":"d"}); n]}),
                30,
                "commands",
            ),
        ];
        for (make, edge, name) in cases {
            assert_eq!(check(&account(make(edge), &[])), [], "{name}");
            let wrong = check(&account(make(edge + 1), &[]));
            let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, [name]);
        }
    }
}
