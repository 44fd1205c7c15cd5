//! Lists in a form of settings: one row for each object, and an empty one to add another.

use serde_json::Value;

use crate::model::Opaque;
use crate::model::rejection::FieldError;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::webchat::place;
use crate::web::dashboard::webchat::read;
use crate::web::dashboard::webchat::table::Kind;
use crate::web::dashboard::webchat::table::List;
use crate::web::dashboard::webchat::table::Naming;

/// Reads the rows of the list at `path`. What a row holds beside its columns stays with it.
pub fn read(
    list: &List,
    path: &str,
    fields: &Fields,
    held: &[Value],
    wrong: &mut Vec<FieldError>,
) -> Vec<Value> {
    let mut rows: Vec<Opaque> = Vec::new();
    for index in 0.. {
        let at = format!("{path}[{index}]");
        if !fields.has(&format!("{at}.was")) {
            break;
        }
        if fields.has(&format!("{at}.gone")) {
            continue;
        }
        let was = fields.get(&format!("{at}.was")).parse::<usize>().ok();
        let was = was.and_then(|was| held.get(was)).and_then(Value::as_object);
        // Whoever cleared all of a row wants none.
        if is_empty(list, &at, fields) {
            continue;
        }
        let mut row = was.cloned().unwrap_or_default();
        // Rows that were taken out move up those behind them.
        let now = format!("{path}[{}]", rows.len());
        let mut flaws = Vec::new();
        for column in list.columns {
            let name = format!("{at}.{}", column.path);
            let before = was.and_then(|was| place::at(was, column.path)).cloned();
            let typed = read::value(column, &name, fields, before.as_ref(), &mut flaws);
            let typed = typed.filter(|value| value != &Value::Bool(false));
            place::put(&mut row, column.path, typed);
        }
        wrong.extend(flaws.into_iter().map(|flaw| FieldError {
            field: flaw.field.replacen(&at, &now, 1),
            ..flaw
        }));
        rows.push(row);
        // Moving is a press of a button: the row goes before the one above it.
        if fields.get("up") == at && rows.len() > 1 {
            let last = rows.len() - 1;
            rows.swap(last - 1, last);
        }
    }
    name(list, &mut rows);
    rows.into_iter().map(Value::Object).collect()
}

/// Whether nothing was written into a row.
fn is_empty(list: &List, at: &str, fields: &Fields) -> bool {
    list.columns.iter().all(|column| {
        let name = format!("{at}.{}", column.path);
        match column.kind {
            Kind::Words(_) => super::table::LANGUAGES
                .iter()
                .all(|(language, _)| fields.some(&format!("{name}.{language}")).is_none()),
            Kind::Tick(_) | Kind::Choice(_) => true,
            _ => fields.some(&name).is_none(),
        }
    })
}

/// Gives ids to rows that need one and have none, so that taking one out renames no other; and
/// names to fields of a form.
fn name(list: &List, rows: &mut [Opaque]) {
    let (key, prefix) = match list.naming {
        Naming::Ids(prefix) => ("id", Some(prefix)),
        Naming::Names => ("name", None),
        Naming::Nothing => return,
    };
    for index in 0..rows.len() {
        if rows[index]
            .get(key)
            .and_then(Value::as_str)
            .is_some_and(|id| !id.is_empty())
        {
            continue;
        }
        let wish = match prefix {
            Some(prefix) => format!("{prefix}{}", index + 1),
            None => field_name(&rows[index]),
        };
        let taken = |name: &str, rows: &[Opaque]| {
            rows.iter()
                .any(|row| row.get(key).is_some_and(|id| id == name))
        };
        let mut free = wish.clone();
        let mut count = index + 1;
        while taken(&free, rows) {
            count += 1;
            free = match prefix {
                Some(prefix) => format!("{prefix}{count}"),
                None => format!("{wish}{count}"),
            };
        }
        rows[index].insert(key.to_owned(), free.into());
    }
}

/// The name of a field's answer where nobody chose one: what the contact has for its kind, or its
/// label in plain letters.
fn field_name(row: &Opaque) -> String {
    match row.get("type").and_then(Value::as_str) {
        Some("email") => return "email".to_owned(),
        Some("tel") => return "phone".to_owned(),
        _ => {}
    }
    let label = match row.get("label") {
        Some(Value::Object(wordings)) => wordings.values().next(),
        plain => plain,
    };
    let label = label.and_then(Value::as_str).unwrap_or_default();
    let plain: String = label
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(30)
        .collect();
    let plain = plain.trim_matches(|c: char| c == '_' || c.is_ascii_digit());
    if plain.is_empty() {
        "field".to_owned()
    } else {
        plain.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;
    use crate::web::dashboard::webchat::table;

    fn read_page(path: &str, body: &str, stored: Value) -> read::Typed {
        let stored: Opaque = serde_json::from_value(stored).unwrap();
        read::page(
            table::page(path).unwrap(),
            &Fields::read(body.as_bytes()),
            &stored,
        )
    }

    #[test]
    fn rows_are_added_taken_out_and_moved() {
        let stored = json!({"preChatForm":{"enabled":true,"fields":[
            {"name":"name","label":"Name"},{"name":"topic","label":"Topic","type":"select","options":["A"]}]}});
        let row = |index: usize, was: &str, label: &str| {
            let at = format!("preChatForm.fields%5B{index}%5D");
            format!("&{at}.was={was}&{at}.label.main=en&{at}.label.en={label}&{at}.type=text")
        };
        let cases = [
            // One more, named after its label.
            (
                row(0, "0", "Name")
                    + &row(1, "1", "Topic")
                    + &row(2, "", "Your+order")
                    + &row(3, "", ""),
                vec!["name", "topic", "your_order"],
            ),
            (
                row(0, "0", "Name") + "&preChatForm.fields%5B0%5D.gone=1" + &row(1, "1", "Topic"),
                vec!["topic"],
            ),
            (
                row(0, "0", "Name") + &row(1, "1", "Topic") + "&up=preChatForm.fields%5B1%5D",
                vec!["topic", "name"],
            ),
        ];
        for (body, expected) in cases {
            let body = format!("preChatForm.enabled=1{body}")
                + "&preChatForm.fields%5B0%5D.name=name&preChatForm.fields%5B1%5D.name=topic";
            let typed = read_page("forms", &body, stored.clone());
            let rows = place::at(&typed.settings, "preChatForm.fields").unwrap();
            let names: Vec<_> = rows
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["name"].as_str().unwrap())
                .collect();
            assert_eq!(names, expected, "{body}");
        }
    }

    #[test]
    fn a_row_that_was_cleared_is_gone() {
        let stored = json!({"starters":[
            {"id":"s1","title":{"en":"Where?","pt-BR":"Onde?"},"icon":"box"},
            {"id":"s2","title":"When?","icon":"clock"}]});
        let body = "starters%5B0%5D.was=0&starters%5B0%5D.title.main=en&starters%5B0%5D.title.en=&starters%5B0%5D.icon=box\
            &starters%5B1%5D.was=1&starters%5B1%5D.title.main=en&starters%5B1%5D.title.en=When%3F&starters%5B1%5D.icon=clock";
        let typed = read_page("appearance", body, stored);
        let left = json!([{"id":"s2","title":"When?","icon":"clock"}]);
        assert_eq!(typed.settings["starters"], left);
    }

    #[test]
    fn rules_keep_their_ids_and_what_the_form_does_not_ask() {
        let stored = json!({"proactiveMessages":[
            {"id":"p1","trigger":"time","message":"Old"},
            {"id":"own","trigger":"scroll","message":"Kept","author":{"name":"Rita","avatarUrl":"/r.png"}}]});
        let body = "proactiveMessages%5B0%5D.was=0&proactiveMessages%5B0%5D.gone=1\
            &proactiveMessages%5B1%5D.was=1&proactiveMessages%5B1%5D.message.main=en&proactiveMessages%5B1%5D.message.en=Kept\
            &proactiveMessages%5B1%5D.trigger=scroll&proactiveMessages%5B1%5D.percentage=50&proactiveMessages%5B1%5D.author.name=Rita\
            &proactiveMessages%5B2%5D.was=&proactiveMessages%5B2%5D.message.main=en&proactiveMessages%5B2%5D.message.en=New\
            &proactiveMessages%5B2%5D.trigger=time&proactiveMessages%5B2%5D.delay=soon";
        let typed = read_page("behaviour", body, stored);
        assert_eq!(
            typed.settings["proactiveMessages"],
            json!([
                {"id":"own","trigger":"scroll","message":"Kept","author":{"name":"Rita","avatarUrl":"/r.png"},"percentage":50},
                {"message":"New","trigger":"time","delay":"soon","id":"p2"}
            ])
        );
        assert_eq!(typed.wrong[0].field, "proactiveMessages[1].delay");
    }
}
