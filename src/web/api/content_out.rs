//! What a message says, as the API answers with it: the full truth under our own names, and beside
//! it every other spelling that clients look for.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::engine::links::Links;
use crate::model::content::Content;
use crate::model::content::Media;

/// The type of a file nobody has looked at: clients want one.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Content in every spelling: files also under `media`, places under `location`, the first card
/// under `contact`, sections under `listSections`, templates under `template`, and buttons with
/// `text` and `payload`.
#[must_use]
pub fn of(content: &Content, links: &Links) -> Value {
    let mut value = serde_json::to_value(content).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        spell(object, content, links);
    }
    value
}

fn spell(object: &mut Map<String, Value>, content: &Content, links: &Links) {
    if let Some(media) = content.media() {
        let url = links.address(media);
        object.insert("media".to_owned(), nested_media(media, url.as_deref()));
        object.insert("url".to_owned(), url.into());
        object.insert("size".to_owned(), media.size_bytes.into());
    }
    let nested = match content {
        Content::Location(place) => Some((
            "location",
            json!({
                "latitude": place.latitude,
                "longitude": place.longitude,
                "name": place.name,
                "address": place.address,
            }),
        )),
        Content::Contacts(cards) => cards.contacts.first().map(|card| {
            let card = json!({
                "name": card.name,
                "phones": card.phones,
                "emails": card.emails,
            });
            ("contact", card)
        }),
        Content::Template(template) => Some((
            "template",
            json!({
                "name": template.name,
                "language": template.language,
                "components": template.components,
            }),
        )),
        Content::List(_) => object
            .get("sections")
            .cloned()
            .map(|sections| ("listSections", sections)),
        _ => None,
    };
    if let Some((name, nested)) = nested {
        object.insert(name.to_owned(), nested);
    }
    if let Some(Value::Array(buttons)) = object.get_mut("buttons") {
        spell_buttons(buttons);
    }
    if let Some(Value::Array(cards)) = object.get_mut("cards") {
        for card in cards {
            if let Some(Value::Array(buttons)) = card.get_mut("buttons") {
                spell_buttons(buttons);
            }
        }
    }
}

fn nested_media(media: &Media, url: Option<&str>) -> Value {
    json!({
        "url": url,
        "mimeType": media.mime_type.as_deref().unwrap_or(UNKNOWN_TYPE),
        "filename": media.filename,
        "size": media.size_bytes,
        "caption": media.caption,
        "thumbnailUrl": media.thumbnail_url,
    })
}

/// Buttons under the names of both families of clients.
fn spell_buttons(buttons: &mut [Value]) {
    for button in buttons.iter_mut().filter_map(Value::as_object_mut) {
        for (ours, theirs) in [("title", "text"), ("id", "payload")] {
            if let Some(value) = button.get(ours).cloned() {
                button.insert(theirs.to_owned(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn every_family_of_clients_finds_its_spelling() {
        let links = Links::new("https://chat.example", &[0; 32]);
        let cases = [
            (
                json!({ "type": "image", "url": "https://x.example/i.png", "caption": "c" }),
                "/media",
                json!({ "url": "https://x.example/i.png", "mimeType": UNKNOWN_TYPE,
                    "filename": null, "size": null, "caption": "c", "thumbnailUrl": null }),
            ),
            (
                json!({ "type": "location", "latitude": 1.5, "longitude": 2.5, "name": "Office" }),
                "/location",
                json!({ "latitude": 1.5, "longitude": 2.5, "name": "Office", "address": null }),
            ),
            (
                json!({ "type": "contacts", "contacts": [{ "name": "Ana", "phones": ["+55"] }] }),
                "/contact",
                json!({ "name": "Ana", "phones": ["+55"], "emails": [] }),
            ),
            (
                json!({ "type": "template", "name": "order", "language": "en",
                    "components": [{ "type": "body" }] }),
                "/template",
                json!({ "name": "order", "language": "en", "components": [{ "type": "body" }] }),
            ),
            (
                json!({ "type": "list", "text": "x", "buttonText": "Open", "sections":
                    [{ "title": "a", "rows": [{ "id": "1", "title": "One" }] }] }),
                "/listSections/0/rows/0/id",
                json!("1"),
            ),
            (
                json!({ "type": "buttons", "text": "x", "buttons":
                    [{ "type": "url", "id": "m", "title": "More", "url": "https://x.example" }] }),
                "/buttons/0",
                json!({ "type": "url", "id": "m", "title": "More", "url": "https://x.example",
                    "phone": null, "text": "More", "payload": "m" }),
            ),
        ];
        for (stored, place, expected) in cases {
            let content: Content = serde_json::from_value(stored).unwrap();
            let out = of(&content, &links);
            assert_eq!(out.pointer(place), Some(&expected), "{out}");
        }
    }
}
