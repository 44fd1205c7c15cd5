//! Content as clients write it: the flat and the nested forms of every kind.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::model::content::Content;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// The types a client can write, ours and the spellings of older ones.
const TYPES: [&str; 18] = [
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "contact",
    "buttons",
    "list",
    "carousel",
    "card",
    "interactive",
    "quickReplies",
    "quick_replies",
    "template",
    "reaction",
];
/// What stands on the button that opens a list, where nobody says.
const CHOOSE: &str = "Choose";

/// Reads content in either form; the nested one stands under the type's own name.
///
/// # Errors
/// `UNSUPPORTED_CONTENT_TYPE`: a type that cannot be written. `VALIDATION_ERROR`: it is not what its
/// type says.
pub fn read(content: Value) -> Result<Content, Rejection> {
    let wrong = |words: &str| Rejection::field("content", words);
    let Value::Object(mut object) = content else {
        return Err(wrong("must be a text or an object with a type"));
    };
    let kind = object
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("text")
        .to_owned();
    if !TYPES.contains(&kind.as_str()) {
        let message = format!("content.type must be one of {}.", TYPES.join(", "));
        let refused = Rejection::new(Code::UnsupportedContentType, message);
        return Err(refused.and_field("content.type", "is no type that can be sent"));
    }
    // A list of buttons stands under the type's own name too: only an object is the nested form.
    if object.get(&kind).is_some_and(Value::is_object)
        && let Some(Value::Object(nested)) = object.remove(&kind)
    {
        object.extend(nested);
        object.insert("type".to_owned(), kind.clone().into());
    }
    match kind.as_str() {
        "interactive" => unfold_interactive(&mut object),
        "card" => {
            let card = Value::Object(renamed(object.clone(), &[("subtitle", "description")]));
            object = Map::new();
            object.insert("type".to_owned(), "carousel".into());
            object.insert("cards".to_owned(), json!([card]));
        }
        "contact" => {
            let card = Value::Object(object.clone());
            object = Map::new();
            object.insert("type".to_owned(), "contacts".into());
            object.insert("contacts".to_owned(), json!([card]));
        }
        "quick_replies" | "quickReplies" => {
            object = renamed(object, &[("replies", "quickReplies")]);
            object.insert("type".to_owned(), "text".into());
        }
        "list" => unfold_items(&mut object),
        "template" => unfold_template(&mut object),
        _ => {}
    }
    for list in ["buttons", "quickReplies"] {
        if let Some(Value::Array(items)) = object.get_mut(list) {
            items.iter_mut().for_each(complete_button);
        }
    }
    if let Some(Value::Array(cards)) = object.get_mut("cards") {
        cards.iter_mut().for_each(complete_card);
    }
    object = renamed(
        object,
        &[("size", "sizeBytes"), ("listSections", "sections")],
    );
    serde_json::from_value(Value::Object(object))
        .map_err(|error| wrong(&format!("cannot be read: {error}")))
}

fn renamed(mut object: Map<String, Value>, names: &[(&str, &str)]) -> Map<String, Value> {
    for (old, new) in names {
        if let Some(value) = object.remove(*old) {
            object.entry((*new).to_owned()).or_insert(value);
        }
    }
    object
}

/// `interactive{body{text}, action{buttons[], button, sections[]}}` as buttons or a list.
fn unfold_interactive(object: &mut Map<String, Value>) {
    let text = object
        .get("body")
        .and_then(|body| body.get("text"))
        .cloned()
        .unwrap_or_default();
    let action = object.get("action").cloned().unwrap_or_default();
    let find = |name: &str| action.get(name).or_else(|| object.get(name)).cloned();
    let unfolded = match find("sections") {
        Some(sections) => json!({
            "type": "list", "text": text, "sections": sections,
            "buttonText": find("button").unwrap_or_else(|| CHOOSE.into()),
        }),
        None => {
            json!({ "type": "buttons", "text": text, "buttons": find("buttons").unwrap_or_default() })
        }
    };
    if let Value::Object(unfolded) = unfolded {
        *object = unfolded;
    }
}

/// `header, items[{title, description, value}]` as words over one section.
fn unfold_items(object: &mut Map<String, Value>) {
    let Some(Value::Array(mut items)) = object.remove("items") else {
        return;
    };
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        *item = renamed(std::mem::take(item), &[("value", "id")]);
        if !item.contains_key("id")
            && let Some(title) = item.get("title").cloned()
        {
            item.insert("id".to_owned(), title);
        }
    }
    if !object.contains_key("text") {
        *object = renamed(std::mem::take(object), &[("header", "text")]);
    }
    object
        .entry("sections")
        .or_insert_with(|| json!([{ "title": "", "rows": items }]));
    object.entry("buttonText").or_insert_with(|| CHOOSE.into());
}

/// `language{code}` as the code, and `variables{name: value}` as the parameters of the body: every
/// part of a template shares them.
fn unfold_template(object: &mut Map<String, Value>) {
    if let Some(code) = object
        .get("language")
        .and_then(|language| language.get("code"))
    {
        let code = code.clone();
        object.insert("language".to_owned(), code);
    }
    let Some(Value::Object(variables)) = object.remove("variables") else {
        return;
    };
    let parameters: Vec<Value> = variables
        .into_iter()
        .map(|(name, value)| {
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            json!({ "type": "text", "parameter_name": name, "text": text })
        })
        .collect();
    let body = json!([{ "type": "body", "parameters": parameters }]);
    object.entry("components").or_insert(body);
}

/// A button or quick reply under the names we use; a bare text is its title.
fn complete_button(button: &mut Value) {
    if let Value::String(title) = button {
        *button = json!({ "title": title });
    }
    let Some(object) = button.as_object_mut() else {
        return;
    };
    // As one vendor nests it: `{type: "reply", reply: {id, title}}`.
    if let Some(Value::Object(nested)) = object.remove("reply") {
        object.extend(nested);
    }
    let first = |object: &Map<String, Value>, names: &[&str]| {
        names
            .iter()
            .find_map(|name| object.get(*name).filter(|value| value.is_string()).cloned())
    };
    if let Some(title) = first(object, &["title", "text", "label"]) {
        object.insert("title".to_owned(), title);
    }
    if let Some(id) = first(object, &["id", "payload", "value"]) {
        object.insert("id".to_owned(), id);
    }
    let known = matches!(
        object.get("type").and_then(Value::as_str),
        Some("reply" | "url" | "call" | "location")
    );
    if !known {
        let kind = if object.contains_key("url") {
            "url"
        } else {
            "reply"
        };
        object.insert("type".to_owned(), kind.into());
    }
}

fn complete_card(card: &mut Value) {
    let Some(object) = card.as_object_mut() else {
        return;
    };
    if let Some(url) = object.remove("imageUrl") {
        object.insert("image".to_owned(), json!({ "url": url }));
    }
    if let Some(subtitle) = object.remove("subtitle") {
        object.entry("description").or_insert(subtitle);
    }
    if let Some(Value::Array(buttons)) = object.get_mut("buttons") {
        buttons.iter_mut().for_each(complete_button);
    }
}
